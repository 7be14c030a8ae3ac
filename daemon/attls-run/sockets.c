/* The program's sockets and memory; see private.h. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

enum { DOOR_MS = 1000 };

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* since Linux 6.9 */
#endif
#ifndef AF_SMC
#define AF_SMC 43
#endif

/* ---- the program's descriptors ---- */

/* Of a thread; of its process, for kernels whose pidfd can't be of a thread. */
static int open_pidfd(pid_t thread)
{
    int pidfd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);
    char tgid[RUN_STATUS];

    if (pidfd >= 0 || errno != EINVAL)
        return pidfd;
    run_status(thread, "Tgid:", tgid);
    return (int)syscall(SYS_pidfd_open, atoi(tgid), 0);
}

/* A descriptor of the program's own descriptor FD; -1 and errno: none. */
static int take(const struct seccomp_notif *call, int fd)
{
    int pidfd = open_pidfd((pid_t)call->pid), r;

    if (pidfd < 0) {
        if (errno == EBADF)
            errno = ESRCH; /* that would be the program's */
        return -1;
    }
    r = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    fd_close(&pidfd);
    return r;
}

static bool is_full(void)
{
    return errno == EMFILE || errno == ENFILE;
}

/* Looks even when descriptors have run out, so that only what is covered is
 * refused. */
static int take_with_reserve(struct run *r, const struct seccomp_notif *call,
                             int fd)
{
    int ret = take(call, fd);

    if (ret >= 0 || !is_full())
        return ret;
    fd_close(&r->reserve[0]);
    fd_close(&r->reserve[1]);
    return take(call, fd);
}

void run_refill(struct run *r)
{
    size_t i;

    for (i = 0; i < sizeof(r->reserve) / sizeof(r->reserve[0]); i++)
        if (r->reserve[i] < 0)
            r->reserve[i] = eventfd(0, EFD_CLOEXEC);
}

int run_option(int fd, int name)
{
    int value = 0;
    socklen_t len = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

static enum run_look look_at(struct run_socket *s)
{
    int type, protocol;

    s->family = run_option(s->fd, SO_DOMAIN);
    if (s->family < 0 && errno == EBADF)
        return RUN_BAD_FD; /* O_PATH, which no call takes */
    if (s->family < 0)
        return errno == ENOTSOCK ? RUN_OTHER : RUN_BLIND;
    if (s->family == AF_SMC)
        return RUN_FOREIGN;
    if (s->family != AF_INET && s->family != AF_INET6)
        return RUN_OTHER;
    type = run_option(s->fd, SO_TYPE);
    if (type < 0)
        return RUN_BLIND;
    if (type != SOCK_STREAM)
        return RUN_OTHER;
    protocol = run_option(s->fd, SO_PROTOCOL);
    if (protocol < 0)
        return RUN_BLIND;
    return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP ? RUN_TCP
                                                                : RUN_FOREIGN;
}

enum run_look run_look(struct run *r, const struct seccomp_notif *call, int fd,
                       struct run_socket *ret)
{
    enum run_look look;

    *ret = (struct run_socket){.fd = take_with_reserve(r, call, fd)};
    if (ret->fd < 0 && errno == EBADF)
        return RUN_BAD_FD;
    look = ret->fd < 0 ? RUN_BLIND : look_at(ret);
    if (look == RUN_BLIND)
        ret->error = errno;
    return look;
}

bool run_is_nonblocking(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

int run_is_connected(int fd)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);

    if (getpeername(fd, (void *)&sa, &len) == 0)
        return 1;
    return errno == ENOTCONN ? 0 : -1;
}

uint64_t run_cookie(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof(cookie);

    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    return cookie;
}

void run_disconnect(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};

    connect(fd, &none, sizeof(none));
}

/* ---- its memory ---- */

/* 0 or an errno; EFAULT where the program has nothing there. */
static int transfer(const struct seccomp_notif *call, void *ours, uint64_t at,
                    size_t len, bool write)
{
    struct iovec local = {ours, len};
    struct iovec remote = {(void *)(uintptr_t)at, len};
    ssize_t n =
        write ? process_vm_writev((pid_t)call->pid, &local, 1, &remote, 1, 0)
              : process_vm_readv((pid_t)call->pid, &local, 1, &remote, 1, 0);

    if (n < 0)
        return errno;
    return n == (ssize_t)len ? 0 : EFAULT;
}

/* The shortest address that the kernel takes for a socket of FAMILY. */
static size_t shortest(int family)
{
    return family == AF_INET ? sizeof(struct sockaddr_in)
                             : offsetof(struct sockaddr_in6, sin6_scope_id);
}

int run_read_address(const struct seccomp_notif *call, int family,
                     struct netaddr *ret)
{
    struct sockaddr_storage sa = {0};
    int len = (int)call->data.args[2], error;

    if (len < 0 || (size_t)len > sizeof(sa))
        return EINVAL;
    error = transfer(call, &sa, call->data.args[1], (size_t)len, false);
    if (error != 0)
        return error;
    if ((size_t)len < sizeof(sa_family_t))
        return EINVAL;
    *ret = (struct netaddr){.family = AF_UNSPEC};
    if (sa.ss_family == AF_UNSPEC)
        return 0;
    if ((size_t)len < shortest(family))
        return EINVAL;
    if (sa.ss_family != family)
        return EAFNOSUPPORT;
    return netaddr_from_sockaddr(&sa, ret) ? 0 : EAFNOSUPPORT;
}

/* IPv4 on an IPv6 socket is shown mapped. */
static struct netaddr as_family(const struct netaddr *a, int family)
{
    struct netaddr v6 = {.family = AF_INET6, .port = a->port};

    if (a->family != AF_INET || family != AF_INET6)
        return family == AF_INET ? netaddr_unmap(a) : *a;
    v6.ip[10] = v6.ip[11] = 0xff;
    memcpy(v6.ip + 12, a->ip, 4);
    return v6;
}

/* To a process that is still the one that asked: its number may be another's
 * by now. */
static int put(const struct run *r, const struct seccomp_notif *call,
               void *ours, uint64_t at, size_t len)
{
    return run_is_valid(r, call) ? transfer(call, ours, at, len, true) : ESRCH;
}

int run_write_address(const struct run *r, const struct seccomp_notif *call,
                      uint64_t at, uint64_t len_at, int family,
                      const struct netaddr *a)
{
    struct netaddr shown = as_family(a, family);
    struct sockaddr_storage sa;
    socklen_t full = netaddr_to_sockaddr(&shown, &sa), room;
    int error = transfer(call, &room, len_at, sizeof(room), false);

    if (error == 0 && (int)room < 0)
        error = EINVAL;
    if (error != 0)
        return error;
    if (room > full)
        room = full;
    if (room != 0)
        error = put(r, call, &sa, at, room);
    return error != 0 ? error : put(r, call, &full, len_at, sizeof(full));
}

/* ---- the doors ---- */

static int open_door(const char *text, struct netaddr *ret)
{
    struct sockaddr_storage sa;
    struct netaddr any;
    socklen_t len;
    int fd;

    netaddr_parse(text, &any, NULL);
    len = netaddr_to_sockaddr(&any, &sa);
    fd = socket(any.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (void *)&sa, len) < 0 || listen(fd, SOMAXCONN) < 0 ||
        !netaddr_of_socket(fd, getsockname, ret))
        fd_close(&fd);
    return fd;
}

int run_open_doors(struct run *r, struct error *err)
{
    r->door[0] = open_door("127.0.0.1:0", &r->door_address[0]);
    if (r->door[0] < 0)
        return error_errno(err, "can't listen on 127.0.0.1");
    r->door[1] = open_door("[::1]:0", &r->door_address[1]);
    return 0;
}

/* Takes from the door the connection that begins at PEER; any other is reset:
 * nobody else has business there. */
static int take_from(int door, const struct netaddr *peer)
{
    struct pollfd p = {door, POLLIN, 0};
    uint64_t end = run_now() + DOOR_MS, now;
    struct netaddr from;
    int fd, n = 0;

    while ((now = run_now()) < end && (n = poll(&p, 1, (int)(end - now))) > 0) {
        fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED)
            return -1;
        if (fd < 0)
            continue;
        if (netaddr_of_socket(fd, getpeername, &from) &&
            netaddr_equal(&from, peer))
            return fd;
        fd_reset(&fd);
    }
    if (n >= 0)
        errno = ETIMEDOUT;
    return -1;
}

static int to_door(const struct run_socket *s, struct netaddr door)
{
    struct sockaddr_storage sa;
    socklen_t len;

    door = as_family(&door, s->family);
    len = netaddr_to_sockaddr(&door, &sa);
    return connect(s->fd, (void *)&sa, len) == 0 ? 0 : errno;
}

int run_through_door(struct run *r, const struct run_socket *s,
                     const struct netaddr *to, int *ret)
{
    int i = to->family == AF_INET6 && r->door[1] >= 0, error;
    struct netaddr own;

    *ret = -1;
    error = to_door(s, r->door_address[i]);
    if (error != 0 && error != EINPROGRESS)
        return error;
    errno = EAFNOSUPPORT;
    if (netaddr_of_socket(s->fd, getsockname, &own)) {
        own = netaddr_unmap(&own);
        *ret = take_from(r->door[i], &own);
    }
    if (*ret >= 0)
        return error;
    error = errno;
    run_disconnect(s->fd);
    errno = error;
    return -1;
}
