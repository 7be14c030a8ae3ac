#ifndef UTIL_FD_H
#define UTIL_FD_H

/* Descriptors and files: small calls that every module would write again. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "util/error.h"

/* Closes and sets *fd to -1; a negative *fd is left alone. errno is kept. */
void fd_close(int *fd);

/* HARD: closing the TCP socket resets it, also when the process is killed
 * (SO_LINGER of no time); else it no longer does. False: it can't be set, errno
 * has the reason. */
bool fd_end_hard(int fd, bool hard);

/*
 * Closes a TCP socket with a reset, so that the other end can't
 * take the end for an orderly one. Sets *fd to -1.
 */
void fd_reset(int *fd);

/* Writes all of it, however often write() is interrupted. ERR_SYSTEM. */
int fd_write_all(int fd, const void *data, size_t len, struct error *err);

/*
 * Reads the file NAME below DIRFD (AT_FDCWD allowed) whole. *RET_DATA is
 * allocated (one NUL follows the data) and the caller's; wipe it if it may
 * hold a secret. ERR_NOT_FOUND, ERR_LIMIT (over MAX), ERR_SYSTEM, ERR_NOMEM.
 */
int fd_read_file(int dirfd, const char *name, size_t max, char **ret_data,
                 size_t *ret_len, struct error *err);

/* The same of an open file; NAME is for messages. */
int fd_read_open(int fd, const char *name, size_t max, char **ret_data,
                 size_t *ret_len, struct error *err);

/*
 * Replaces the file NAME below DIRFD: a temporary file in the same folder
 * with mode MODE, written, given to UID and GID ((uid_t)-1: left alone),
 * synced, renamed over NAME, folder synced. On any failure the old file is
 * as it was. ERR_SYSTEM.
 */
int fd_replace_file(int dirfd, const char *name, mode_t mode, uid_t uid,
                    gid_t gid, const void *data, size_t len, struct error *err);

/*
 * Sends bytes over a unix socket, and COUNT descriptors, which stay the
 * caller's, with the first of them (SCM_RIGHTS). As send(2): how many bytes
 * went, or -1 and errno; no SIGPIPE.
 */
enum { FD_SEND_MAX = 2 };
ssize_t fd_send(int to, const void *data, size_t len, const int *fds,
                size_t count);

#endif
