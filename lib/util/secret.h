#ifndef UTIL_SECRET_H
#define UTIL_SECRET_H

/*
 * The one reader of files that hold passwords or keys. What counts is the
 * opened file: it is a plain one (a fifo is not waited for), it belongs to
 * root or to the account of this program, and nobody else may write it, or
 * read it beyond what the caller lets pass.
 */

#include <stddef.h>
#include <sys/types.h>

#include "util/error.h"

/* Who but the owner may read it. */
enum secret_readers {
    SECRET_NOBODY, /* a password, a PIN, a PassTicket key */
    SECRET_GROUP,  /* a stash file, for the programs that share it */
    SECRET_ANYBODY /* a file that may hold keys: secret_shut() decides */
};

struct secret {
    char *data; /* a NUL follows */
    size_t len;
    mode_t mode;
};

/* ERR_NOT_FOUND, ERR_SYSTEM, ERR_SYNTAX (no plain file), ERR_UNSAFE, ERR_LIMIT
 * (over MAX), ERR_NOMEM. RET is wiped with secret_done(). */
int secret_read(const char *path, enum secret_readers readers, size_t max,
                struct secret *ret, struct error *err);
void secret_done(struct secret *s);

/* Of one that anybody was let read: a key was found in it. ERR_UNSAFE. */
int secret_shut(const char *path, const struct secret *s, struct error *err);

#endif
