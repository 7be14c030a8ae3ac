/* accept(); see private.h. We accept for the program, ask, and give
 * it the socket that it is to have. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

static int flags_of(const struct seccomp_notif *call)
{
    return call->data.nr == SYS_accept4 ? (int)call->data.args[3] : 0;
}

/* ---- giving ---- */

/* Gives the program FD as the result of its call. */
static enum run_row give(struct run *r, const struct seccomp_notif *call,
                         int fd, int *ret_error)
{
    struct seccomp_notif_addfd add = {
        .id = call->id,
        .flags = SECCOMP_ADDFD_FLAG_SEND,
        .srcfd = (uint32_t)fd,
        .newfd_flags = flags_of(call) & SOCK_CLOEXEC ? O_CLOEXEC : 0,
    };

    if (ioctl(r->notify, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0)
        return RUN_ACCEPT_DONE;
    *ret_error = errno;
    return errno == EMFILE ? RUN_ACCEPT_FULL : RUN_ACCEPT_NOT_GIVEN;
}

static enum run_row give_peer(struct run *r, const struct waiting *w, int fd,
                              int *ret_error)
{
    const struct seccomp_notif *call = &w->call;
    struct netaddr peer = {0};

    netaddr_of_socket(w->wire, getpeername, &peer);
    fcntl(fd, F_SETFL, flags_of(call) & SOCK_NONBLOCK ? O_NONBLOCK : 0);
    if (call->data.args[1] != 0) {
        *ret_error = run_write_address(r, call, call->data.args[1],
                                       call->data.args[2], w->family, &peer);
        if (*ret_error != 0)
            return *ret_error == EFAULT || *ret_error == EINVAL
                       ? RUN_ACCEPT_BAD_ADDRESS
                       : RUN_ACCEPT_BLIND_ADDRESS;
    }
    return give(r, call, fd, ret_error);
}

/* What the program gets; the rest is reset when it gets nothing. */
static void end_accept(struct run *r, struct waiting *w, int *fd)
{
    int error = 0;
    enum run_row row = give_peer(r, w, *fd, &error);

    if (row != RUN_ACCEPT_DONE)
        fd_reset(&w->wire);
    fd_close(fd);
    run_end(r, &w->call, row, error);
}

/* ---- the daemon's word ---- */

/* A socket of FAMILY whose other end is *RET_OURS; -1 and errno: none. */
static int make_pair(struct run *r, int family, int *ret_ours)
{
    struct run_socket s = {.fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0),
                           .family = family};
    int error = errno;

    *ret_ours = -1;
    if (s.fd >= 0) {
        error = run_through_door(r, &s, &(struct netaddr){.family = family},
                                 ret_ours);
        if (error < 0)
            error = errno;
    }
    if (*ret_ours < 0)
        fd_close(&s.fd);
    errno = error;
    return s.fd;
}

/* W's wire was accepted for its call: the program is to get another socket,
 * whose other end the daemon has together with the wire. RUN_ROWS: when the
 * daemon says so. */
static enum run_row hand_over(struct run *r, struct waiting *w, int *ret_error)
{
    struct netaddr peer = {0}, none = {.family = AF_UNSPEC};
    int both[2] = {w->wire, -1};

    w->own = make_pair(r, w->family, &both[1]);
    if (w->own < 0) {
        *ret_error = errno;
        return RUN_ACCEPT_NO_PAIR;
    }
    netaddr_of_socket(w->wire, getpeername, &peer);
    w->id = run_tell(r, RUNMSG_ACCEPTED, &peer, &none, both, 2);
    fd_close(&both[1]);
    if (w->id == 0)
        return RUN_ACCEPT_NO_DAEMON;
    if (run_keep(&r->handing, w) != NULL)
        return RUN_ROWS;
    *ret_error = ENOMEM;
    return RUN_ACCEPT_NO_ROOM;
}

static void tell_names(struct run *r, const struct waiting *w)
{
    struct told *t = run_add_told(r, run_cookie(w->own), w->id);

    if (t == NULL)
        return;
    netaddr_of_socket(w->wire, getsockname, &t->local);
    netaddr_of_socket(w->wire, getpeername, &t->peer);
}

/* This partner is not for the program, the next may be. */
static void wait_on(struct run *r, struct waiting *w)
{
    struct waiting again = *w;

    fd_reset(&w->wire);
    again.wire = again.own = -1;
    if (run_is_nonblocking(w->fd))
        run_end(r, &w->call, RUN_ACCEPT_NOTHING, 0);
    else if (run_keep(&r->accepts, &again) != NULL)
        w->fd = -1;
    else
        run_end(r, &w->call, RUN_ACCEPT_NO_ROOM, ENOMEM);
}

static void end_handing(struct run *r, struct waiting *w, int error)
{
    if (!run_is_valid(r, &w->call)) {
        fd_reset(&w->wire);
        run_end(r, &w->call, RUN_ACCEPT_GONE, 0);
    } else if (error == 0) {
        tell_names(r, w);
        end_accept(r, w, &w->own);
    } else if (error != ENOENT) {
        wait_on(r, w);
    } else if (r->setting->strict) {
        fd_reset(&w->wire);
        run_end(r, &w->call, RUN_ACCEPT_STRICT, 0);
    } else {
        end_accept(r, w, &w->wire);
    }
    run_forget(&r->handing, w);
}

bool run_accepted(struct run *r, const struct runmsg *reply)
{
    struct waiting *w;

    TAILQ_FOREACH (w, &r->handing, link)
        if (w->id == reply->id)
            break;
    if (w == NULL)
        return false;
    end_handing(r, w, reply->error);
    return true;
}

void run_abandon(struct run *r)
{
    struct runmsg gone = {.error = ECONNREFUSED};
    struct waiting *w;

    while ((w = TAILQ_FIRST(&r->connects)) != NULL) {
        gone.id = w->id;
        run_connected(r, &gone);
    }
    while ((w = TAILQ_FIRST(&r->handing)) != NULL) {
        fd_reset(&w->wire);
        run_end(r, &w->call, RUN_ACCEPT_NO_DAEMON, 0);
        run_forget(&r->handing, w);
    }
}

/* ---- accepting ---- */

static bool is_starved(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS ||
           error == ENOMEM;
}

/* RUN_ACCEPT_NOTHING: nobody is there (any more). */
static enum run_row accept_wire(struct waiting *w, int *ret_error)
{
    w->wire = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (w->wire >= 0)
        return RUN_ROWS;
    *ret_error = errno;
    if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
        return RUN_ACCEPT_NOTHING;
    return is_starved(errno) ? RUN_ACCEPT_STARVED : RUN_ACCEPT_ERROR;
}

/* No rule could match what the socket accepts: the partner is the program's
 * own, or is refused. The kernel's own accept() would wait, perhaps until there
 * is a rule. */
static enum run_row accept_own(struct run *r, struct waiting *w, bool refuse,
                               int *ret_error)
{
    enum run_row row = accept_wire(w, ret_error);

    if (row == RUN_ACCEPT_STARVED && !refuse)
        return RUN_ACCEPT_OWN;
    if (row != RUN_ROWS)
        return row;
    if (refuse) {
        fd_reset(&w->wire);
        return RUN_ACCEPT_STRICT;
    }
    end_accept(r, w, &w->wire);
    return RUN_ROWS;
}

/* Somebody is there: RUN_ACCEPT_NOTHING, he is not; RUN_ROWS: the call has its
 * answer, or is another list's. */
static enum run_row take_partner(struct run *r, struct waiting *w,
                                 int *ret_error)
{
    struct netaddr at;
    enum run_row row;

    errno = EAFNOSUPPORT;
    if (!netaddr_of_socket(w->fd, getsockname, &at)) {
        *ret_error = errno;
        return RUN_ACCEPT_BLIND;
    }
    *ret_error = run_ask(r, RUNMSG_COVERS_IN, &at);
    if (*ret_error == ENOENT || *ret_error == EACCES)
        return accept_own(r, w, r->setting->strict || *ret_error == EACCES,
                          ret_error);
    if (*ret_error != 0)
        return RUN_ACCEPT_NO_DAEMON;
    row = accept_wire(w, ret_error);
    if (row != RUN_ROWS)
        return row;
    row = hand_over(r, w, ret_error);
    if (row == RUN_ROWS)
        w->fd = w->wire = w->own = -1;
    else
        fd_reset(&w->wire);
    return row;
}

/* False: nobody is there. True: W has its answer, or a list has it, and what
 * W still holds can be closed. */
static bool try_accept(struct run *r, struct waiting *w)
{
    struct pollfd p = {w->fd, POLLIN, 0};
    enum run_row row = RUN_ACCEPT_GONE;
    int error = 0, n;

    if (run_is_valid(r, &w->call)) {
        n = poll(&p, 1, 0);
        error = n < 0 ? errno : 0;
        row = n < 0 ? RUN_ACCEPT_BLIND : RUN_ACCEPT_NOTHING;
        if (n > 0)
            row = take_partner(r, w, &error);
    }
    if (row == RUN_ACCEPT_NOTHING)
        return false;
    if (row != RUN_ROWS)
        run_end(r, &w->call, row, error);
    return true;
}

void run_try_accepts(struct run *r)
{
    struct waiting *w, *next, *last = TAILQ_LAST(&r->accepts, waiting_list);

    for (w = TAILQ_FIRST(&r->accepts); w != NULL; w = next) {
        next = w == last ? NULL : TAILQ_NEXT(w, link);
        if (try_accept(r, w))
            run_forget(&r->accepts, w);
    }
}

/* ---- the call ---- */

/* SO_RCVTIMEO counts for accept(). 0: no limit. */
static uint64_t due(int fd)
{
    struct timeval limit = {0, 0};
    socklen_t len = sizeof(limit);
    uint64_t ms;

    if (getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &len) < 0)
        return 0;
    ms = (uint64_t)limit.tv_sec * 1000 + ((uint64_t)limit.tv_usec + 999) / 1000;
    return ms != 0 ? run_after(ms) : 0;
}

/* RUN_ROWS: it is TCP and listens. */
static enum run_row look_at_accept(struct run *r,
                                   const struct seccomp_notif *call,
                                   struct run_socket *s, int *ret_error)
{
    enum run_look look = run_look(r, call, (int)call->data.args[0], s);
    int listens;

    *ret_error = s->error;
    switch (look) {
    case RUN_TCP:
        listens = run_option(s->fd, SO_ACCEPTCONN);
        *ret_error = errno;
        if (listens < 0)
            return RUN_ACCEPT_BLIND;
        return listens != 0 ? RUN_ROWS : RUN_ACCEPT_DEAF;
    case RUN_OTHER:
        return RUN_ACCEPT_OTHER;
    case RUN_FOREIGN:
        return RUN_ACCEPT_FOREIGN;
    case RUN_BAD_FD:
        return RUN_ACCEPT_BAD_FD;
    case RUN_BLIND:
    default:
        return RUN_ACCEPT_BLIND;
    }
}

/* It waits for somebody; RUN_ROWS: the list has the socket. */
static enum run_row wait_for_partner(struct run *r, struct waiting *w,
                                     int *ret_error)
{
    if (run_is_nonblocking(w->fd))
        return RUN_ACCEPT_NOTHING;
    w->due = due(w->fd);
    *ret_error = ENOMEM;
    if (run_keep(&r->accepts, w) == NULL)
        return RUN_ACCEPT_NO_ROOM;
    w->fd = -1;
    return RUN_ROWS;
}

void run_accept(struct run *r, const struct seccomp_notif *call)
{
    struct waiting w = {.call = *call, .fd = -1, .wire = -1, .own = -1};
    struct run_socket s;
    int error = 0;
    enum run_row row = look_at_accept(r, call, &s, &error);

    w.fd = s.fd;
    w.family = s.family;
    if (row == RUN_ROWS && !try_accept(r, &w))
        row = wait_for_partner(r, &w, &error);
    if (row != RUN_ROWS)
        run_end(r, call, row, error);
    fd_close(&w.fd);
    fd_close(&w.wire);
    fd_close(&w.own);
}
