/* The program's sockets and memory; see attls_run_private.h. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attls_run_private.h"
#include "util/fd.h"

enum {
    TOLD_MAX = 65536, /* sockets; the oldest is told the kernel's answer */
    DOOR_MS = 1000
};

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL /* since Linux 6.9 */
#endif

/* ---- the program's descriptors ---- */

/* The process of a thread, for kernels whose pidfd can't be of a thread. */
static pid_t process_of(pid_t thread)
{
    char path[40], line[128];
    int tgid = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
    f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (sscanf(line, "Tgid: %d", &tgid) == 1)
            break;
    if (f != NULL)
        fclose(f);
    return tgid;
}

int run_take_socket(const struct seccomp_notif *call, int fd)
{
    pid_t thread = (pid_t)call->pid;
    int pidfd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD), r;

    if (pidfd < 0)
        pidfd = (int)syscall(SYS_pidfd_open, process_of(thread), 0);
    if (pidfd < 0)
        return -1;
    r = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
    fd_close(&pidfd);
    return r;
}

static int option(int fd, int name)
{
    int value = 0;
    socklen_t len = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

int run_family(int fd)
{
    return option(fd, SO_DOMAIN);
}

bool run_is_tcp(int fd)
{
    int family = run_family(fd), protocol = option(fd, SO_PROTOCOL);

    return (family == AF_INET || family == AF_INET6) &&
           option(fd, SO_TYPE) == SOCK_STREAM &&
           (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

bool run_is_listening(int fd)
{
    return option(fd, SO_ACCEPTCONN) == 1;
}

bool run_is_nonblocking(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

uint64_t run_cookie(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof(cookie);

    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    return cookie;
}

/* ---- its memory ---- */

static bool transfer(const struct seccomp_notif *call, void *ours, uint64_t at,
                     size_t len, bool write)
{
    struct iovec local = {ours, len};
    struct iovec remote = {(void *)(uintptr_t)at, len};
    ssize_t n =
        write ? process_vm_writev((pid_t)call->pid, &local, 1, &remote, 1, 0)
              : process_vm_readv((pid_t)call->pid, &local, 1, &remote, 1, 0);

    return n == (ssize_t)len;
}

bool run_read_address(const struct seccomp_notif *call, uint64_t at,
                      uint64_t len, struct netaddr *ret)
{
    struct sockaddr_storage sa = {0};

    if (len < sizeof(sa_family_t) || len > sizeof(sa) ||
        !transfer(call, &sa, at, (size_t)len, false))
        return false;
    if ((sa.ss_family == AF_INET && len < sizeof(struct sockaddr_in)) ||
        (sa.ss_family == AF_INET6 &&
         len < offsetof(struct sockaddr_in6, sin6_scope_id)))
        return false;
    return netaddr_from_sockaddr((struct sockaddr *)&sa, ret);
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

bool run_write_address(const struct seccomp_notif *call, uint64_t at,
                       uint64_t len_at, int family, const struct netaddr *a)
{
    struct netaddr shown = as_family(a, family);
    struct sockaddr_storage sa;
    socklen_t full = netaddr_to_sockaddr(&shown, &sa), room;

    if (!transfer(call, &room, len_at, sizeof(room), false))
        return false;
    if ((int)room < 0)
        return false;
    if (room > full)
        room = full;
    return (room == 0 || transfer(call, &sa, at, room, true)) &&
           transfer(call, &full, len_at, sizeof(full), true);
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
    if (fd < 0 || bind(fd, (struct sockaddr *)&sa, len) < 0 ||
        listen(fd, SOMAXCONN) < 0 || !netaddr_of_socket(fd, getsockname, ret))
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
    struct netaddr from;
    int fd;

    while (poll(&p, 1, DOOR_MS) > 0) {
        fd = accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        if (netaddr_of_socket(fd, getpeername, &from) &&
            netaddr_equal(&from, peer))
            return fd;
        fd_reset(&fd);
    }
    return -1;
}

static int to_door(int fd, struct netaddr door)
{
    struct sockaddr_storage sa;
    socklen_t len;

    door = as_family(&door, run_family(fd));
    len = netaddr_to_sockaddr(&door, &sa);
    return connect(fd, (struct sockaddr *)&sa, len) == 0 ? 0 : errno;
}

int run_through_door(struct run *r, int fd, int *ret)
{
    int i = run_family(fd) == AF_INET6 && r->door[1] >= 0, error;
    struct netaddr own;

    *ret = -1;
    error = to_door(fd, r->door_address[i]);
    if (error != 0 && error != EINPROGRESS)
        return error;
    if (netaddr_of_socket(fd, getsockname, &own)) {
        own = netaddr_unmap(&own);
        *ret = take_from(r->door[i], &own);
    }
    return *ret < 0 ? ECONNREFUSED : error;
}

/* ---- what programs are told ---- */

struct told *run_find_told(struct run *r, uint64_t cookie)
{
    struct told *t;

    LIST_FOREACH (t, &r->told_cookie[cookie % TOLD_BUCKETS], by_cookie)
        if (t->cookie == cookie)
            return t;
    return NULL;
}

struct told *run_find_told_id(struct run *r, uint32_t id)
{
    struct told *t;

    LIST_FOREACH (t, &r->told_id[id % TOLD_BUCKETS], by_id)
        if (t->id == id)
            return t;
    return NULL;
}

void run_drop_told(struct run *r, struct told *t)
{
    TAILQ_REMOVE(&r->told, t, link);
    LIST_REMOVE(t, by_cookie);
    LIST_REMOVE(t, by_id);
    r->told_count--;
    free(t);
}

struct told *run_add_told(struct run *r, uint64_t cookie, uint32_t id)
{
    struct told *t = run_find_told(r, cookie);

    if (t != NULL)
        run_drop_told(r, t);
    if (r->told_count >= TOLD_MAX)
        run_drop_told(r, TAILQ_LAST(&r->told, told_list));
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->cookie = cookie;
    t->id = id;
    TAILQ_INSERT_HEAD(&r->told, t, link);
    LIST_INSERT_HEAD(&r->told_cookie[cookie % TOLD_BUCKETS], t, by_cookie);
    LIST_INSERT_HEAD(&r->told_id[id % TOLD_BUCKETS], t, by_id);
    r->told_count++;
    return t;
}
