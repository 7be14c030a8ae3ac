/* The beginning of every program. */

#include "program/program.h"

#include <stdio.h>

int program_wrong(const struct program *p, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "%s: ", p->name);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return p->wrong;
}

static void add_usage(const char *usage, struct strbuf *out)
{
    const char *head = "usage: ";
    size_t len;

    for (; *usage != '\0'; usage += len + (usage[len] == '\n')) {
        for (len = 0; usage[len] != '\0' && usage[len] != '\n';)
            len++;
        strbuf_addf(out, "%s%.*s\n", head, (int)len, usage);
        head = "       ";
    }
}

static void add_help(const struct program *p, struct strbuf *out)
{
    add_usage(p->usage, out);
    strbuf_addc(out, '\n');
    if (p->about != NULL) {
        options_wrap(p->about, 0, 0, out);
        strbuf_addc(out, '\n');
    }
    options_help(p->rows, p->count, out);
    if (p->after != NULL) {
        strbuf_addc(out, '\n');
        options_wrap(p->after, 0, 0, out);
    }
}

int program_begin(const struct program *p, int argc, char **argv,
                  struct options *ret)
{
    struct strbuf out = STRBUF_INIT;
    struct error err;
    int status = -1;

    if (options_read(p->rows, p->count, p->order, argc - 1, argv + 1, ret,
                     &err) != 0)
        status = program_wrong(p, "%s", err.text);
    else if (options_has(ret, OPTION_HELP))
        add_help(p, &out);
    else if (options_has(ret, OPTION_VERSION))
        strbuf_addf(&out, "%s %s\n", p->name, ATTLS_VERSION);
    if (out.len != 0)
        status = fputs(strbuf_str(&out), stdout) < 0 ? p->wrong : 0;
    if (status >= 0)
        options_done(ret);
    strbuf_done(&out);
    return status;
}
