/* The calls that the kernel asks about; see attls_run_private.h. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attls_run_private.h"
#include "util/fd.h"

static void keep(struct waiting_list *list, const struct seccomp_notif *call,
                 uint32_t id, int fd)
{
    struct waiting *w = calloc(1, sizeof(*w));

    if (w == NULL) {
        fd_close(&fd); /* the program waits until it is interrupted */
        return;
    }
    w->call = *call;
    w->id = id;
    w->fd = fd;
    TAILQ_INSERT_TAIL(list, w, link);
}

void run_forget(struct waiting_list *list, struct waiting *w)
{
    TAILQ_REMOVE(list, w, link);
    fd_close(&w->fd);
    free(w);
}

/* ---- connect ---- */

static bool is_connected(int fd)
{
    struct netaddr peer;

    return netaddr_of_socket(fd, getpeername, &peer);
}

/* The program's socket goes to our door, our end of it to the daemon. Takes
 * FD. */
static void redirect(struct run *r, const struct seccomp_notif *call, int fd,
                     const struct netaddr *to)
{
    bool waits = !run_is_nonblocking(fd);
    struct netaddr real = netaddr_unmap(to);
    struct told *t;
    int ours, error = run_through_door(r, fd, &ours);
    uint32_t id = 0;

    if (ours >= 0)
        id = run_tell(r, RUNMSG_CONNECT, &real, &ours, 1);
    fd_close(&ours);
    if (id == 0) {
        run_answer(r, call,
                   error != 0 && error != EINPROGRESS ? error : ECONNREFUSED,
                   0);
        fd_close(&fd);
        return;
    }
    t = run_add_told(r, run_cookie(fd), id);
    if (t != NULL)
        t->peer = real;
    if (waits) {
        keep(&r->connects, call, id, fd);
        return;
    }
    run_answer(r, call, error, 0);
    fd_close(&fd);
}

static void handle_connect(struct run *r, const struct seccomp_notif *call)
{
    int fd = run_take_socket(call, (int)call->data.args[0]), error;
    struct netaddr to, real;

    if (fd < 0 || !run_is_tcp(fd) || is_connected(fd) ||
        !run_read_address(call, call->data.args[1], call->data.args[2], &to)) {
        fd_close(&fd);
        run_continue(r, call);
        return;
    }
    real = netaddr_unmap(&to);
    error = run_ask(r, RUNMSG_COVERS_OUT, &real);
    if (error == ENOENT)
        run_continue(r, call);
    else if (error != 0)
        run_answer(r, call, error, 0);
    else if (run_is_valid(r, call)) {
        redirect(r, call, fd, &to);
        return;
    }
    fd_close(&fd);
}

/* A socket that was refused is as it was before. */
static void disconnect(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};

    connect(fd, &none, sizeof(none));
}

void run_connected(struct run *r, const struct runmsg *reply)
{
    struct told *t = run_find_told_id(r, reply->id);
    struct waiting *w;

    TAILQ_FOREACH (w, &r->connects, link)
        if (w->id == reply->id)
            break;
    if (reply->error == 0 && t != NULL)
        t->local = reply->address;
    if (w == NULL)
        return; /* it did not wait */
    if (reply->error != 0) {
        disconnect(w->fd);
        if (t != NULL)
            run_drop_told(r, t);
    }
    run_answer(r, &w->call, reply->error, 0);
    run_forget(&r->connects, w);
}

/* ---- accept ---- */

static int flags_of(const struct seccomp_notif *call)
{
    return call->data.nr == SYS_accept4 ? (int)call->data.args[3] : 0;
}

/* Gives the program FD as the result of its call. */
static void give(struct run *r, const struct seccomp_notif *call, int fd)
{
    struct seccomp_notif_addfd add = {
        .id = call->id,
        .flags = SECCOMP_ADDFD_FLAG_SEND,
        .srcfd = (uint32_t)fd,
        .newfd_flags = flags_of(call) & SOCK_CLOEXEC ? O_CLOEXEC : 0,
    };

    ioctl(r->notify, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
}

/* A socket of FAMILY whose other end is *RET_OURS. */
static int make_pair(struct run *r, int family, int *ret_ours)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *ret_ours = -1;
    if (fd >= 0 && run_through_door(r, fd, ret_ours) != 0)
        fd_close(&fd);
    return fd;
}

/* WIRE was accepted for the call: the program gets another socket, whose
 * other end the daemon has together with WIRE. */
static void hand_over(struct run *r, const struct seccomp_notif *call, int wire,
                      int family)
{
    int ours, theirs = make_pair(r, family, &ours), both[2];
    struct netaddr local = {0}, peer = {0};
    struct told *t = NULL;
    uint32_t id = 0;

    netaddr_of_socket(wire, getsockname, &local);
    netaddr_of_socket(wire, getpeername, &peer);
    both[0] = wire;
    both[1] = ours;
    if (theirs >= 0)
        id = run_tell(r, RUNMSG_ACCEPTED, &peer, both, 2);
    if (id != 0)
        t = run_add_told(r, run_cookie(theirs), id);
    if (t != NULL) {
        t->local = local;
        t->peer = peer;
        if (flags_of(call) & SOCK_NONBLOCK)
            fcntl(theirs, F_SETFL, O_NONBLOCK);
        if (call->data.args[1] != 0)
            run_write_address(call, call->data.args[1], call->data.args[2],
                              family, &peer);
        give(r, call, theirs);
    } else {
        fd_reset(&wire);
        run_answer(r, call, ECONNABORTED, 0);
    }
    fd_close(&wire);
    fd_close(&ours);
    fd_close(&theirs);
}

bool run_try_accept(struct run *r, struct waiting *w)
{
    struct pollfd p = {w->fd, POLLIN, 0};
    int wire;

    if (!run_is_valid(r, &w->call))
        return true;
    if (poll(&p, 1, 0) <= 0)
        return false;
    wire = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (wire >= 0)
        hand_over(r, &w->call, wire, run_family(w->fd));
    else if (errno == EAGAIN || errno == ECONNABORTED)
        return false;
    else
        run_answer(r, &w->call, errno, 0);
    return true;
}

static void handle_accept(struct run *r, const struct seccomp_notif *call)
{
    struct waiting w = {.call = *call};
    struct netaddr at;
    int error = ENOENT;

    w.fd = run_take_socket(call, (int)call->data.args[0]);
    if (w.fd >= 0 && run_is_tcp(w.fd) && run_is_listening(w.fd) &&
        netaddr_of_socket(w.fd, getsockname, &at))
        error = run_ask(r, RUNMSG_COVERS_IN, &at);
    if (error == ENOENT) {
        run_continue(r, call);
    } else if (error != 0) {
        run_answer(r, call, ECONNABORTED, 0);
    } else if (!run_try_accept(r, &w)) {
        if (!run_is_nonblocking(w.fd)) {
            keep(&r->accepts, call, 0, w.fd);
            return;
        }
        run_answer(r, call, EAGAIN, 0);
    }
    fd_close(&w.fd);
}

/* ---- names ---- */

static void handle_name(struct run *r, const struct seccomp_notif *call,
                        bool peer)
{
    int fd = run_take_socket(call, (int)call->data.args[0]);
    const struct netaddr *a = NULL;
    const struct told *t = NULL;

    if (fd >= 0 && run_is_tcp(fd))
        t = run_find_told(r, run_cookie(fd));
    if (t != NULL)
        a = peer ? &t->peer : &t->local;
    if (a == NULL || a->family == AF_UNSPEC || (peer && !is_connected(fd)))
        run_continue(r, call);
    else if (run_write_address(call, call->data.args[1], call->data.args[2],
                               run_family(fd), a))
        run_answer(r, call, 0, 0);
    else
        run_answer(r, call, EFAULT, 0);
    fd_close(&fd);
}

void run_handle(struct run *r, const struct seccomp_notif *call)
{
    switch (call->data.nr) {
    case SYS_connect:
        handle_connect(r, call);
        break;
    case SYS_accept:
    case SYS_accept4:
        handle_accept(r, call);
        break;
    case SYS_getpeername:
        handle_name(r, call, true);
        break;
    case SYS_getsockname:
        handle_name(r, call, false);
        break;
    default:
        run_continue(r, call);
        break;
    }
}
