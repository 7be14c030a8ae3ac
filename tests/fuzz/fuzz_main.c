/* Feeds the files of the folders on the command line to a fuzz target: what
 * libFuzzer does with -runs=0, for builds without it. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "util/source.h"

static size_t feed_folder(const char *folder)
{
    char path[4096];
    struct source *src;
    struct error err;
    struct dirent *e;
    DIR *d = opendir(folder);
    size_t fed = 0;

    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (source_read(path, &src, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            exit(EXIT_FAILURE);
        }
        LLVMFuzzerTestOneInput((const uint8_t *)source_text(src),
                               source_len(src));
        source_unref(src);
        fed++;
    }
    if (d != NULL)
        closedir(d);
    return fed;
}

int main(int argc, char **argv)
{
    size_t fed = 0;
    int i;

    for (i = 1; i < argc; i++)
        fed += feed_folder(argv[i]);
    printf("%zu inputs\n", fed);
    return fed != 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
