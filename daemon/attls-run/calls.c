/* connect() and the names of sockets; see private.h. */

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

/* ---- connect ---- */

/* What a program's connect() is about. */
struct aim {
    struct run_socket s;
    struct netaddr to;     /* where the kernel would go */
    struct netaddr source; /* what the socket is bound to; AF_UNSPEC: nothing */
};

/* Where "any address" leads: to this host, by the socket's own address if it
 * has one (tcp_v4_connect(), tcp_v6_connect() in the kernel). */
static void resolve_any(struct netaddr *to, const struct netaddr *source)
{
    static const struct netaddr loop4 = {.family = AF_INET,
                                         .ip = {127, 0, 0, 1}};
    static const struct netaddr loop6 = {.family = AF_INET6, .ip = {[15] = 1}};
    uint16_t port = to->port;

    if (!netaddr_is_any(to))
        return;
    if (to->family == AF_INET)
        *to = source->family == AF_INET && !netaddr_is_any(source) ? *source
                                                                   : loop4;
    else
        *to = source->family == AF_INET ? loop4 : loop6;
    to->port = port;
}

/* The socket's own address, as one of the family that it will dial. 0, or why
 * it is not known. */
static int read_source(const struct run_socket *s, const struct netaddr *to,
                       struct netaddr *ret)
{
    errno = EAFNOSUPPORT;
    if (!netaddr_of_socket(s->fd, getsockname, ret))
        return errno;
    *ret = netaddr_unmap(ret);
    if (ret->port == 0 && netaddr_is_any(ret))
        *ret = (struct netaddr){.family = AF_UNSPEC};
    else if (netaddr_is_any(ret))
        ret->family = to->family;
    return 0;
}

static bool is_v6_only(int fd)
{
    int on = 0;
    socklen_t len = sizeof(on);

    return getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, &len) < 0 || on != 0;
}

/* An aim whose TO the program gave: what the kernel makes of it. */
static enum run_row take_aim(struct aim *a, int *ret_error)
{
    struct netaddr given = a->to;

    a->to = netaddr_unmap(&given);
    if (given.family != a->to.family && is_v6_only(a->s.fd)) {
        *ret_error = ENETUNREACH;
        return RUN_CONNECT_BAD_ADDRESS;
    }
    *ret_error = read_source(&a->s, &a->to, &a->source);
    if (*ret_error != 0)
        return RUN_CONNECT_BLIND;
    resolve_any(&a->to, &a->source);
    return RUN_ROWS;
}

static enum run_row read_aim(const struct seccomp_notif *call, struct aim *a,
                             int *ret_error)
{
    int connected = run_is_connected(a->s.fd), error;

    if (connected != 0) {
        *ret_error = errno;
        return connected > 0 ? RUN_CONNECT_CONNECTED : RUN_CONNECT_BLIND;
    }
    error = run_read_address(call, a->s.family, &a->to);
    *ret_error = error;
    if (error == EINVAL || error == EAFNOSUPPORT || error == EFAULT)
        return RUN_CONNECT_BAD_ADDRESS;
    if (error != 0)
        return RUN_CONNECT_BLIND_ADDRESS;
    if (a->to.family == AF_UNSPEC)
        return RUN_CONNECT_DISCONNECTS;
    return take_aim(a, ret_error);
}

/* RUN_ROWS: it is TCP, and goes somewhere. */
static enum run_row look_at_connect(struct run *r,
                                    const struct seccomp_notif *call,
                                    struct aim *a, int *ret_error)
{
    enum run_look look = run_look(r, call, (int)call->data.args[0], &a->s);

    *ret_error = a->s.error;
    switch (look) {
    case RUN_TCP:
        return read_aim(call, a, ret_error);
    case RUN_OTHER:
        return RUN_CONNECT_OTHER;
    case RUN_FOREIGN:
        return RUN_CONNECT_FOREIGN;
    case RUN_BAD_FD:
        return RUN_CONNECT_BAD_FD;
    case RUN_BLIND:
    default:
        return RUN_CONNECT_BLIND;
    }
}

static enum run_row ask_daemon(struct run *r, const struct aim *a,
                               int *ret_error)
{
    *ret_error = run_ask(r, RUNMSG_COVERS_OUT, &a->to);
    if (*ret_error == ENOENT)
        return r->setting->strict ? RUN_CONNECT_STRICT
                                  : RUN_CONNECT_NOT_COVERED;
    if (*ret_error != 0)
        return r->daemon < 0 ? RUN_CONNECT_NO_DAEMON : RUN_CONNECT_UNSURE;
    return RUN_ROWS;
}

/* Gives the daemon's socket the port that the program's has. True: the program
 * had not allowed it. */
static bool share_port(const struct aim *a)
{
    int on = 1;

    if (a->source.family == AF_UNSPEC || a->source.port == 0 ||
        run_option(a->s.fd, SO_REUSEADDR) != 0)
        return false;
    return setsockopt(a->s.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0;
}

/* The program's socket goes to our door, our end of it to the daemon. */
static enum run_row lead(struct run *r, const struct aim *a, uint32_t *ret_id,
                         int *ret_error)
{
    int ours;

    *ret_error = run_through_door(r, &a->s, &a->to, &ours);
    if (ours < 0 && *ret_error >= 0)
        return RUN_CONNECT_NOT_LED;
    if (ours < 0) {
        *ret_error = errno;
        return RUN_CONNECT_NO_DOOR;
    }
    *ret_id = run_tell(r, RUNMSG_CONNECT, &a->to, &a->source, &ours, 1);
    fd_close(&ours);
    if (*ret_id != 0)
        return RUN_ROWS;
    run_disconnect(a->s.fd);
    return RUN_CONNECT_NO_DAEMON;
}

/* RUN_ROWS: its answer comes later, and the socket is the list's. */
static enum run_row redirect(struct run *r, const struct seccomp_notif *call,
                             struct aim *a, int *ret_error)
{
    struct waiting w = {.call = *call, .fd = a->s.fd, .wire = -1, .own = -1};
    bool waits = !run_is_nonblocking(a->s.fd);
    enum run_row row;
    struct told *t;

    w.reuse = share_port(a);
    row = lead(r, a, &w.id, ret_error);
    if (row != RUN_ROWS) {
        run_unshare_port(&w);
        return row;
    }
    t = run_add_told(r, run_cookie(a->s.fd), w.id);
    if (t != NULL)
        t->peer = a->to;
    if (!waits)
        return RUN_CONNECT_BEGUN;
    if (run_keep(&r->connects, &w) != NULL) {
        a->s.fd = -1;
        return RUN_ROWS;
    }
    run_disconnect(a->s.fd);
    *ret_error = ENOMEM;
    return RUN_CONNECT_NO_ROOM;
}

static void handle_connect(struct run *r, const struct seccomp_notif *call)
{
    struct aim a;
    int error = 0;
    enum run_row row = look_at_connect(r, call, &a, &error);

    if (row == RUN_ROWS)
        row = ask_daemon(r, &a, &error);
    if (row == RUN_ROWS && !run_is_valid(r, call))
        row = RUN_CONNECT_GONE;
    if (row == RUN_ROWS)
        row = redirect(r, call, &a, &error);
    if (row != RUN_ROWS)
        run_end(r, call, row, error);
    fd_close(&a.s.fd);
}

/* ---- names ---- */

static enum run_row name_row(struct run *r, const struct seccomp_notif *call,
                             const struct run_socket *s, bool peer)
{
    const struct told *t = run_find_told(r, run_cookie(s->fd));
    const struct netaddr *a = NULL;
    int error;

    if (t != NULL)
        a = peer ? &t->peer : &t->local;
    if (a == NULL || a->family == AF_UNSPEC ||
        (peer && run_is_connected(s->fd) <= 0))
        return RUN_NAME_OWN;
    error = run_write_address(r, call, call->data.args[1], call->data.args[2],
                              s->family, a);
    if (error == 0)
        return RUN_NAME_TOLD;
    return error == EFAULT ? RUN_NAME_BAD_ADDRESS : RUN_NAME_OWN;
}

static void handle_name(struct run *r, const struct seccomp_notif *call,
                        bool peer)
{
    enum run_row row = RUN_NAME_OWN;
    struct run_socket s;

    if (run_look(r, call, (int)call->data.args[0], &s) == RUN_TCP)
        row = name_row(r, call, &s, peer);
    run_end(r, call, row, 0);
    fd_close(&s.fd);
}

void run_handle(struct run *r, const struct seccomp_notif *call)
{
    switch (call->data.nr) {
    case SYS_connect:
        handle_connect(r, call);
        break;
    case SYS_accept:
    case SYS_accept4:
        run_accept(r, call);
        break;
    case SYS_getpeername:
        handle_name(r, call, true);
        break;
    case SYS_getsockname:
        handle_name(r, call, false);
        break;
    default:
        run_end(r, call, RUN_UNKNOWN_CALL, 0);
        break;
    }
    run_refill(r);
}
