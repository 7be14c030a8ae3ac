#ifndef UTIL_UNIXSOCK_H
#define UTIL_UNIXSOCK_H

/* Sockets with a path (unix(7)). */

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "util/error.h"

/* ERR_LIMIT: PATH is too long for a socket (107 bytes). */
int unixsock_address(const char *path, struct sockaddr_un *ret,
                     struct error *err);

/*
 * Makes a listening socket of TYPE (SOCK_STREAM, SOCK_SEQPACKET) at PATH whose
 * file has MODE. It replaces a socket file whose program has ended, but never
 * another kind of file, nor a socket at which somebody answers. The descriptor
 * is non-blocking and the caller's, who also removes the file. Nobody can
 * connect before the file has its mode, whatever the umask. ERR_LIMIT,
 * ERR_EXISTS, ERR_SYSTEM; the text names the path.
 */
int unixsock_listen(const char *path, int type, mode_t mode, int backlog,
                    int *ret_fd, struct error *err);

/* Which file stands at a path; all zero: none. */
struct unixsock_mark {
    dev_t device;
    ino_t inode;
};
struct unixsock_mark unixsock_look(const char *path);
bool unixsock_same(struct unixsock_mark a, struct unixsock_mark b);

#endif
