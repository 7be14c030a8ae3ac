/* Errors as values: the text, and the name of each code. */

#include "util/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, int code, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return code;
    err->code = code;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return code;
}

int error_errno(struct error *err, const char *fmt, ...)
{
    int saved = errno;
    size_t len;
    va_list ap;

    if (err == NULL)
        return ERR_SYSTEM;
    err->code = ERR_SYSTEM;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(saved));
    return ERR_SYSTEM;
}

int error_nomem(struct error *err)
{
    return error_set(err, ERR_NOMEM, "no memory");
}
