/*
 * The count-down of each kind of call, and one wrapper a name. The linker
 * turns calls of read() into __wrap_read(), and __real_read() into read().
 */
#include "support/faults.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    int countdown;
    int error;
    int struck;
    int kills;
} faults[FAULT_KINDS];

void fault_set(enum injected kind, int nth, int error)
{
    faults[kind].countdown = nth;
    faults[kind].error = error;
    faults[kind].struck = 0;
    faults[kind].kills = 0;
}

void fault_kill(enum injected kind, int nth)
{
    fault_set(kind, nth, 0);
    faults[kind].kills = 1;
}

int fault_struck(enum injected kind)
{
    return faults[kind].struck;
}

static int strikes(enum injected kind)
{
    if (faults[kind].countdown == 0 || --faults[kind].countdown != 0)
        return 0;
    if (faults[kind].kills)
        _exit(FAULT_KILLED);
    faults[kind].struck = 1;
    errno = faults[kind].error;
    return 1;
}

/* WRAP(kind, type, name, result when it fails, parameters, arguments) */
#define WRAP(kind, type, name, bad, parms, args)                               \
    type __real_##name parms;                                                  \
    type __wrap_##name parms;                                                  \
    type __wrap_##name parms                                                   \
    {                                                                          \
        return strikes(kind) ? (bad) : __real_##name args;                     \
    }

WRAP(FAULT_MEMORY, void *, malloc, NULL, (size_t n), (n))
WRAP(FAULT_MEMORY, void *, calloc, NULL, (size_t n, size_t s), (n, s))
WRAP(FAULT_MEMORY, void *, realloc, NULL, (void *p, size_t n), (p, n))
WRAP(FAULT_MEMORY, void *, reallocarray, NULL, (void *p, size_t n, size_t size),
     (p, n, size))
WRAP(FAULT_MEMORY, char *, strdup, NULL, (const char *s), (s))
WRAP(FAULT_MEMORY, char *, strndup, NULL, (const char *s, size_t n), (s, n))
WRAP(FAULT_READ, ssize_t, read, -1, (int fd, void *p, size_t n), (fd, p, n))
WRAP(FAULT_WRITE, ssize_t, write, -1, (int fd, const void *p, size_t n),
     (fd, p, n))
WRAP(FAULT_FSTAT, int, fstat, -1, (int fd, struct stat *st), (fd, st))
WRAP(FAULT_FCHOWN, int, fchown, -1, (int fd, uid_t u, gid_t g), (fd, u, g))
WRAP(FAULT_FCHMOD, int, fchmod, -1, (int fd, mode_t m), (fd, m))
WRAP(FAULT_FSYNC, int, fsync, -1, (int fd), (fd))
WRAP(FAULT_RENAME, int, renameat, -1,
     (int ofd, const char *o, int nfd, const char *n), (ofd, o, nfd, n))

/* The compiler may not know that a wrapped name has its own format check. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

int __real_vasprintf(char **ret, const char *fmt, va_list ap);
static int print(char **ret, const char *fmt, va_list ap)
{
    return strikes(FAULT_MEMORY) ? -1 : __real_vasprintf(ret, fmt, ap);
}

int __wrap_vasprintf(char **ret, const char *fmt, va_list ap);
int __wrap_vasprintf(char **ret, const char *fmt, va_list ap)
{
    return print(ret, fmt, ap);
}

int __wrap___vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap);
int __wrap___vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap)
{
    (void)flag;
    return print(ret, fmt, ap);
}

int __wrap_asprintf(char **ret, const char *fmt, ...);
int __wrap_asprintf(char **ret, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = print(ret, fmt, ap);
    va_end(ap);
    return n;
}

int __wrap___asprintf_chk(char **ret, int flag, const char *fmt, ...);
int __wrap___asprintf_chk(char **ret, int flag, const char *fmt, ...)
{
    va_list ap;
    int n;

    (void)flag;
    va_start(ap, fmt);
    n = print(ret, fmt, ap);
    va_end(ap);
    return n;
}
