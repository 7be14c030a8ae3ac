/* completions DIR: writes what shells need to complete command lines, into
 * DIR/bash, DIR/zsh and DIR/fish. Run when attlsd is built. */

#include <stdio.h>
#include <stdlib.h>

#include "completions/commands.h"

static const struct {
    const char *before, *after; /* of the program's name */
    void (*make)(const struct completed *c, struct strbuf *out);
} shells[] = {{"bash/", "", complete_bash},
              {"zsh/_", "", complete_zsh},
              {"fish/", ".fish", complete_fish}};

static int write_file(const char *path, const struct strbuf *text)
{
    FILE *f = strbuf_failed(text) ? NULL : fopen(path, "we");
    bool bad = f == NULL || fwrite(text->data, 1, text->len, f) != text->len;

    if (f != NULL && fclose(f) != 0)
        bad = true;
    if (bad)
        perror(path);
    return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const struct completed *c;
    struct strbuf text = STRBUF_INIT, path = STRBUF_INIT;
    int status = argc == 2 ? EXIT_SUCCESS : EXIT_FAILURE;
    size_t i, k;

    for (i = 0; status == EXIT_SUCCESS && (c = completed_get(i)) != NULL; i++)
        for (k = 0; k < 3 && status == EXIT_SUCCESS; k++) {
            strbuf_reset(&text);
            strbuf_reset(&path);
            shells[k].make(c, &text);
            strbuf_addf(&path, "%s/%s%s%s", argv[1], shells[k].before, c->name,
                        shells[k].after);
            status = write_file(strbuf_str(&path), &text);
        }
    strbuf_done(&text);
    strbuf_done(&path);
    return status;
}
