/* See runmsg.h. */

#include "intercept/runmsg.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "util/fd.h"

union control {
    struct cmsghdr align;
    char space[CMSG_SPACE(RUNMSG_SOCKETS * sizeof(int))];
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

static void take_sockets(struct msghdr *msg, int ret[RUNMSG_SOCKETS])
{
    struct cmsghdr *h;
    size_t count;

    for (h = CMSG_FIRSTHDR(msg); h != NULL; h = CMSG_NXTHDR(msg, h)) {
        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        count = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (count > RUNMSG_SOCKETS)
            count = RUNMSG_SOCKETS;
        memcpy(ret, CMSG_DATA(h), count * sizeof(int));
    }
}

static bool is_ours(const struct runmsg *m, ssize_t n)
{
    return n == (ssize_t)sizeof(*m) && m->version == RUNMSG_VERSION &&
           memchr(m->jobname, '\0', sizeof(m->jobname)) != NULL;
}

int runmsg_receive(int fd, struct runmsg *ret, int ret_sockets[RUNMSG_SOCKETS],
                   struct error *err)
{
    struct iovec iov = {ret, sizeof(*ret)};
    union control control = {0};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    ssize_t n;
    int i;

    for (i = 0; i < RUNMSG_SOCKETS; i++)
        ret_sockets[i] = -1;
    do
        n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN
                   ? error_set(err, ERR_LIMIT, "nothing there")
                   : error_errno(err, "can't receive from the other side");
    if (n == 0)
        return error_set(err, ERR_NOT_FOUND, "the other side is gone");
    take_sockets(&msg, ret_sockets);
    if (is_ours(ret, n) && (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
        return 0;
    for (i = 0; i < RUNMSG_SOCKETS; i++)
        fd_close(&ret_sockets[i]);
    return error_set(err, ERR_SYNTAX, "the other side is of another release");
}
