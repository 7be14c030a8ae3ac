/* What becomes of a call that waits for the daemon, when its word comes or will
 * never come; see private.h. */

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

/* ---- connect ---- */

void run_unshare_port(const struct waiting *w)
{
    int off = 0;

    if (w->reuse)
        setsockopt(w->fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof(off));
}

/* A refused connection leaves the socket as it was. */
static void end_connect(struct run *r, struct waiting *w, int error)
{
    struct told *t = run_find_told_id(r, w->id);
    enum run_row row = RUN_CONNECT_RESULT;

    if (error != 0) {
        run_disconnect(w->fd);
        if (t != NULL)
            run_drop_told(r, t);
    }
    run_unshare_port(w);
    if (error == ENOENT)
        row = r->setting->strict ? RUN_CONNECT_STRICT : RUN_CONNECT_DECLINED;
    run_end(r, &w->call, row, error);
    run_forget(&r->connects, w);
}

static void connected(struct run *r, const struct runmsg *reply)
{
    struct told *t = run_find_told_id(r, reply->id);
    struct waiting *w;

    if (reply->error == 0 && t != NULL)
        t->local = reply->address;
    TAILQ_FOREACH (w, &r->connects, link)
        if (w->id == reply->id)
            break;
    if (w != NULL)
        end_connect(r, w, reply->error);
}

/* ---- accept: giving ---- */

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
void run_end_accept(struct run *r, struct waiting *w, int *fd)
{
    int error = 0;
    enum run_row row = give_peer(r, w, *fd, &error);

    if (row != RUN_ACCEPT_DONE)
        fd_reset(&w->wire);
    fd_close(fd);
    run_end(r, &w->call, row, error);
}

/* ---- accept: the daemon's word ---- */

static void tell_names(struct run *r, const struct waiting *w)
{
    struct told *t = run_add_told(r, run_cookie(w->own), w->id);

    if (t == NULL)
        return;
    netaddr_of_socket(w->wire, getsockname, &t->local);
    netaddr_of_socket(w->wire, getpeername, &t->peer);
}

/* Refuses this partner; the next one may be the program's. */
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
        run_end_accept(r, w, &w->own);
    } else if (error != ENOENT) {
        wait_on(r, w);
    } else if (r->setting->strict) {
        fd_reset(&w->wire);
        run_end(r, &w->call, RUN_ACCEPT_STRICT, 0);
    } else {
        run_end_accept(r, w, &w->wire);
    }
    run_forget(&r->handing, w);
}

static bool accepted(struct run *r, const struct runmsg *reply)
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

/* ---- both ---- */

void run_reply(struct run *r, const struct runmsg *reply)
{
    if (!accepted(r, reply))
        connected(r, reply);
}

void run_abandon(struct run *r)
{
    struct runmsg gone = {.error = ECONNREFUSED};
    struct waiting *w;

    while ((w = TAILQ_FIRST(&r->connects)) != NULL) {
        gone.id = w->id;
        connected(r, &gone);
    }
    while ((w = TAILQ_FIRST(&r->handing)) != NULL) {
        fd_reset(&w->wire);
        run_end(r, &w->call, RUN_ACCEPT_NO_DAEMON, 0);
        run_forget(&r->handing, w);
    }
}
