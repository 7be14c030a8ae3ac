/*
 * Reads files that hold secrets, after it has looked at who else could read or
 * write them.
 */

#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/fd.h"

void secret_done(struct secret *s)
{
    if (s->data != NULL)
        explicit_bzero(s->data, s->len);
    free(s->data);
    memset(s, 0, sizeof(*s));
}

static int check(const char *path, const struct stat *st,
                 enum secret_readers readers, struct error *err)
{
    static const mode_t refused[] = {[SECRET_NOBODY] = S_IRWXG | S_IRWXO,
                                     [SECRET_GROUP] = S_IRWXO,
                                     [SECRET_ANYBODY] = 0};

    if (!S_ISREG(st->st_mode))
        return error_set(err, ERR_SYNTAX, "%s is not a file", path);
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
        (st->st_uid != 0 && st->st_uid != geteuid()))
        return error_set(err, ERR_UNSAFE,
                         "others may change %s: it must belong to root or to "
                         "the account of this program, and others must not "
                         "have write permission",
                         path);
    if ((st->st_mode & refused[readers]) != 0)
        return error_set(err, ERR_UNSAFE,
                         "others may read %s; chmod 600 (or 400) it", path);
    return 0;
}

static int read_file(const char *path, int fd, enum secret_readers readers,
                     size_t max, struct secret *ret, struct error *err)
{
    struct stat st;
    int r;

    if (fstat(fd, &st) < 0)
        return error_errno(err, "%s", path);
    r = check(path, &st, readers, err);
    if (r != 0)
        return r;
    ret->mode = st.st_mode;
    return fd_read_open(fd, path, max, &ret->data, &ret->len, err);
}

int secret_read(const char *path, enum secret_readers readers, size_t max,
                struct secret *ret, struct error *err)
{
    int r, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    memset(ret, 0, sizeof(*ret));
    if (fd < 0 && errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "%s: no such file", path);
    if (fd < 0)
        return error_errno(err, "%s: can't open", path);
    r = read_file(path, fd, readers, max, ret, err);
    fd_close(&fd);
    return r;
}

int secret_shut(const char *path, const struct secret *s, struct error *err)
{
    if ((s->mode & S_IRWXO) == 0)
        return 0;
    return error_set(err, ERR_UNSAFE,
                     "others may read %s, which holds a private key", path);
}
