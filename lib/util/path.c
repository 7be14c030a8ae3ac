/* Taking out of a path what says nothing. */

#include "util/path.h"

#include <stdbool.h>
#include <string.h>

#include "util/strbuf.h"

/* A slash at P, and what is behind it, that another slash or the end says. */
static size_t idle_length(const char *p)
{
    if (p[1] == '/' || p[1] == '\0')
        return 1;
    if (p[1] == '.' && (p[2] == '/' || p[2] == '\0'))
        return 2;
    return 0;
}

void path_tidy(char *path)
{
    bool absolute = path[0] == '/';
    const char *from = path;
    char *to = path;
    size_t idle;

    while (*from != '\0') {
        idle = *from == '/' ? idle_length(from) : 0;
        if (idle != 0)
            from += idle;
        else
            *to++ = *from++;
    }
    if (absolute && to == path)
        *to++ = '/';
    *to = '\0';
}

void path_tidy_buf(struct strbuf *out, size_t from)
{
    if (strbuf_failed(out) || out->len == from)
        return;
    path_tidy(out->data + from);
    out->len = from + strlen(out->data + from);
}
