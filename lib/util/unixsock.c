/* Listening on a path, without taking it from a program that is alive. */

#include "util/unixsock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/fd.h"

int unixsock_address(const char *path, struct sockaddr_un *ret,
                     struct error *err)
{
    size_t len = strlen(path);

    memset(ret, 0, sizeof(*ret));
    ret->sun_family = AF_UNIX;
    if (len >= sizeof(ret->sun_path))
        return error_set(err, ERR_LIMIT,
                         "%s: the path of a socket has at most %zu bytes", path,
                         sizeof(ret->sun_path) - 1);
    memcpy(ret->sun_path, path, len + 1);
    return 0;
}

/* connect() says ECONNREFUSED for a plain file too, so look at the file
 * first. */
static int remove_stale(const struct sockaddr_un *un, int type,
                        struct error *err)
{
    struct stat st;
    int fd, r;

    if (lstat(un->sun_path, &st) != 0)
        return 0;
    if (!S_ISSOCK(st.st_mode))
        return error_set(err, ERR_EXISTS, "%s is there and is no socket",
                         un->sun_path);
    fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_errno(err, "%s: socket", un->sun_path);
    r = connect(fd, (const struct sockaddr *)un, sizeof(*un));
    fd_close(&fd); /* keeps errno */
    if (r == 0 || errno != ECONNREFUSED)
        return error_set(err, ERR_EXISTS,
                         "another daemon answers at %s; give each a socket "
                         "of its own",
                         un->sun_path);
    return unlink(un->sun_path) == 0
               ? 0
               : error_errno(err, "%s can't be removed", un->sun_path);
}

/* The umask belongs to the whole process and bind() applies it. */
static int bind_with_mode(int fd, const struct sockaddr_un *un, mode_t mode)
{
    int saved;

    if (bind(fd, (const struct sockaddr *)un, sizeof(*un)) != 0)
        return -1;
    if (chmod(un->sun_path, mode) == 0)
        return 0;
    saved = errno;
    unlink(un->sun_path);
    errno = saved;
    return -1;
}

int unixsock_listen(const char *path, int type, mode_t mode, int backlog,
                    int *ret_fd, struct error *err)
{
    struct sockaddr_un un;
    int fd, r = unixsock_address(path, &un, err);

    if (r == 0)
        r = remove_stale(&un, type, err);
    if (r != 0)
        return r;
    fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_errno(err, "%s: socket", path);
    if (bind_with_mode(fd, &un, mode) != 0) {
        r = error_errno(err, "%s: bind", path);
    } else if (listen(fd, backlog) != 0) {
        r = error_errno(err, "%s: listen", path);
        unlink(path);
    }
    if (r != 0)
        fd_close(&fd);
    else
        *ret_fd = fd;
    return r;
}

struct unixsock_mark unixsock_look(const char *path)
{
    struct unixsock_mark none = {0, 0};
    struct stat st;

    return lstat(path, &st) == 0 ? (struct unixsock_mark){st.st_dev, st.st_ino}
                                 : none;
}

bool unixsock_same(struct unixsock_mark a, struct unixsock_mark b)
{
    return a.device == b.device && a.inode == b.inode;
}
