/* accept(); see private.h. attls-run accepts for the program and asks the
 * daemon; reply.c gives the program the socket that it gets. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

/* ---- handing over ---- */

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

/* W's wire was accepted for its call: the program will get another socket,
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
    run_end_accept(r, w, &w->wire);
    return RUN_ROWS;
}

/* Accepts somebody who is there. RUN_ACCEPT_NOTHING: the partner has gone;
 * RUN_ROWS: the call has its answer, or is another list's. */
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
