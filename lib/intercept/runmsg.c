/* See runmsg.h. */

#include "intercept/runmsg.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "util/fd.h"

/* As many descriptors as the kernel lets a message have (SCM_MAX_FD, unix(7)):
 * those that found no room would be closed within recvmsg(), by us. */
enum { DESCRIPTORS = 253 };

union control {
    struct cmsghdr align;
    char space[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
};

struct taken {
    int fd[DESCRIPTORS];
    size_t count;
};

_Static_assert((int)RUNMSG_SOCKETS <= (int)FD_SEND_MAX,
               "more than fd_send() takes");

int runmsg_send(int fd, const struct runmsg *m, const int *sockets,
                size_t count, struct error *err)
{
    struct runmsg copy = *m;

    copy.version = RUNMSG_VERSION;
    if (fd_send(fd, &copy, sizeof(copy), sockets, count) < 0)
        return error_errno(err, "can't send to the other side");
    return 0;
}

/* All that came is ours from here on, whatever it came with. */
static void take_all(struct msghdr *msg, struct taken *ret)
{
    struct cmsghdr *h;
    size_t count;

    ret->count = 0;
    for (h = CMSG_FIRSTHDR(msg); h != NULL; h = CMSG_NXTHDR(msg, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (count > DESCRIPTORS - ret->count)
            count = DESCRIPTORS - ret->count; /* there was no room for more */
        memcpy(ret->fd + ret->count, CMSG_DATA(h), count * sizeof(int));
        ret->count += count;
    }
}

static bool is_ours(const struct runmsg *m, ssize_t n)
{
    return n == (ssize_t)sizeof(*m) && m->version == RUNMSG_VERSION &&
           memchr(m->jobname, '\0', sizeof(m->jobname)) != NULL;
}

static int receive(int fd, struct runmsg *ret, struct taken *taken,
                   struct error *err)
{
    struct iovec iov = {ret, sizeof(*ret)};
    union control control = {0};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    ssize_t n;

    taken->count = 0;
    do
        n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN
                   ? error_set(err, ERR_LIMIT, "nothing there")
                   : error_errno(err, "can't receive from the other side");
    take_all(&msg, taken);
    /* neither attls-run nor the daemon sends a message without content */
    if (n == 0 && taken->count == 0)
        return error_set(err, ERR_NOT_FOUND, "the other side is gone");
    if (!is_ours(ret, n) || (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ||
        taken->count > RUNMSG_SOCKETS)
        return error_set(err, ERR_SYNTAX,
                         "the other side is of another release");
    return 0;
}

int runmsg_take(int fd, struct runmsg *ret, int ret_sockets[RUNMSG_SOCKETS],
                runmsg_drop_fn drop, void *arg, struct error *err)
{
    struct taken taken;
    int r = receive(fd, ret, &taken, err);
    size_t i;

    for (i = 0; i < RUNMSG_SOCKETS; i++)
        ret_sockets[i] = r == 0 && i < taken.count ? taken.fd[i] : -1;
    for (i = 0; r != 0 && i < taken.count; i++)
        drop(arg, &taken.fd[i]);
    return r;
}

static void close_it(void *arg, int *fd)
{
    (void)arg;
    fd_close(fd);
}

int runmsg_receive(int fd, struct runmsg *ret, int ret_sockets[RUNMSG_SOCKETS],
                   struct error *err)
{
    return runmsg_take(fd, ret, ret_sockets, close_it, NULL, err);
}
