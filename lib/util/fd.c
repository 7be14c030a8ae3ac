/* Small calls on descriptors and files. */

#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}

bool fd_end_hard(int fd, bool hard)
{
    struct linger l = {hard, 0};

    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)) == 0;
}

void fd_reset(int *fd)
{
    if (*fd >= 0)
        fd_end_hard(*fd, true);
    fd_close(fd);
}

int fd_write_all(int fd, const void *data, size_t len, struct error *err)
{
    const char *p = data;
    ssize_t n;

    while (len > 0) {
        n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "can't write");
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static int read_loop(int fd, const char *name, char *buf, size_t cap,
                     size_t *ret_len, struct error *err)
{
    size_t len = 0;
    ssize_t n;

    while (len < cap) {
        n = read(fd, buf + len, cap - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "%s: can't read", name);
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *ret_len = len;
    return 0;
}

int fd_read_open(int fd, const char *name, size_t max, char **ret_data,
                 size_t *ret_len, struct error *err)
{
    struct stat st;
    size_t cap, len = 0;
    char *buf;
    int r;

    if (fstat(fd, &st) < 0)
        return error_errno(err, "%s: can't stat", name);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERR_VALUE, "%s: not a regular file", name);
    if ((unsigned long long)st.st_size > max)
        return error_set(err, ERR_LIMIT, "%s: larger than %zu bytes", name,
                         max);
    cap = (size_t)st.st_size;
    buf = malloc(cap + 1);
    if (buf == NULL)
        return error_nomem(err);
    r = read_loop(fd, name, buf, cap, &len, err);
    if (r != 0) {
        free(buf);
        return r;
    }
    buf[len] = '\0';
    *ret_data = buf;
    *ret_len = len;
    return 0;
}

int fd_read_file(int dirfd, const char *name, size_t max, char **ret_data,
                 size_t *ret_len, struct error *err)
{
    int fd, r;

    fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "%s: no such file", name);
    if (fd < 0)
        return error_errno(err, "%s: can't open", name);
    r = fd_read_open(fd, name, max, ret_data, ret_len, err);
    fd_close(&fd);
    return r;
}

/* The mode of open() is cut by the umask; the owner goes before it. */
static int fill_temporary(int fd, const char *name, mode_t mode, uid_t uid,
                          gid_t gid, const void *data, size_t len,
                          struct error *err)
{
    if ((uid != (uid_t)-1 || gid != (gid_t)-1) && fchown(fd, uid, gid) < 0)
        return error_errno(err, "%s: can't give the file to uid %ld gid %ld",
                           name, (long)uid, (long)gid);
    if (fchmod(fd, mode) < 0)
        return error_errno(err, "%s: can't set the file's mode", name);
    if (fd_write_all(fd, data, len, NULL) != 0)
        return error_errno(err, "%s: can't write", name);
    if (fsync(fd) < 0)
        return error_errno(err, "%s: can't sync", name);
    return 0;
}

/* The rename lasts only when the folder is on disk too. */
static void sync_folder(int dirfd, const char *name)
{
    const char *slash = strrchr(name, '/');
    char dir[4096] = ".";
    int fd;

    if (slash == name)
        strcpy(dir, "/");
    else if (slash != NULL)
        snprintf(dir, sizeof(dir), "%.*s", (int)(slash - name), name);
    fd = openat(dirfd, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
    fd_close(&fd);
}

int fd_replace_file(int dirfd, const char *name, mode_t mode, uid_t uid,
                    gid_t gid, const void *data, size_t len, struct error *err)
{
    char tmp[4096];
    int fd, r;

    r = snprintf(tmp, sizeof(tmp), "%s.%ld.tmp", name, (long)getpid());
    if (r < 0 || (size_t)r >= sizeof(tmp))
        return error_set(err, ERR_LIMIT, "file name too long");
    fd = openat(dirfd, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, "%s: can't create", tmp);
    r = fill_temporary(fd, name, mode, uid, gid, data, len, err);
    fd_close(&fd);
    if (r == 0 && renameat(dirfd, tmp, dirfd, name) < 0)
        r = error_errno(err, "%s: can't replace", name);
    if (r != 0) {
        unlinkat(dirfd, tmp, 0);
        return r;
    }
    sync_folder(dirfd, name);
    return 0;
}

ssize_t fd_send(int to, const void *data, size_t len, const int *fds,
                size_t count)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(FD_SEND_MAX * sizeof(int))];
    } control = {0};
    struct iovec iov = {(void *)data, len};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    struct cmsghdr *h;
    ssize_t n;

    if (count != 0) {
        m.msg_control = &control;
        m.msg_controllen = CMSG_SPACE(count * sizeof(int));
        h = CMSG_FIRSTHDR(&m);
        h->cmsg_level = SOL_SOCKET;
        h->cmsg_type = SCM_RIGHTS;
        h->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(h), fds, count * sizeof(int));
    }
    do
        n = sendmsg(to, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n;
}
