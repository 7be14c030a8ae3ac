/* Accepting connections; see listener.h. */

#include "worker/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/closer.h"
#include "relay/descriptors.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/unixsock.h"
#include "worker/target_check.h"

enum {
    BATCH = 4,      /* sockets taken before other events get their turn */
    PAUSE_MS = 100, /* without descriptors: before the next try */
    TELL_MS = 5000, /* between two lines about that */
    LOOK_S = 1,     /* between two looks at a socket's file */
};

struct listener {
    const struct config_listener *cfg;
    int fd;
    atomic_bool shut;          /* another thread has said so */
    atomic_int refusing;       /* the target's errno, as dial_check says so */
    pthread_mutex_t lock;      /* while FD changes, and while it is shut */
    struct unixsock_mark mark; /* of mode run: of the socket's file */
    bool told;                 /* that it can't be made again */
    uint64_t paused;           /* when a line said so; 0: none did */
    int aside; /* accepted, and in want of a descriptor; or -1 */
    struct netaddr aside_peer;
    int backlog;
    struct listener_host host;
    struct event *event, *retry, *look;
    struct target_check *check; /* NULL: nobody looks at the target */
};

static int bind_and_listen(struct listener *l, struct error *err)
{
    char text[NETADDR_TEXT];
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&l->cfg->listen, &sa);
    int on = 1;

    netaddr_format(&l->cfg->listen, text);
    l->fd = socket(l->cfg->listen.family,
                   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return error_errno(err, "listener %s: socket", text);
    if (setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
        return error_errno(err, "listener %s: SO_REUSEADDR", text);
    if (l->cfg->listen.family == AF_INET6 &&
        setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
        return error_errno(err, "listener %s: IPV6_V6ONLY", text);
    if (setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
        return error_errno(err, "listener %s: TCP_NODELAY", text);
    /* what it accepts is a program's side, and inherits it: relay/endpoint.h */
    if (l->cfg->direction == POLICY_OUTBOUND && !fd_end_hard(l->fd, true))
        return error_errno(err, "listener %s: SO_LINGER", text);
    if (bind(l->fd, (void *)&sa, len) < 0)
        return error_errno(err, "listener %s: bind", text);
    if (listen(l->fd, l->backlog) < 0)
        return error_errno(err, "listener %s: listen", text);
    return 0;
}

/* Who may is said by allow, and by the folder. */
static int bind_for_runs(struct listener *l, int *ret, struct error *err)
{
    int r = unixsock_listen(l->cfg->socket, SOCK_SEQPACKET, 0666, l->backlog,
                            ret, err);

    if (r == 0)
        l->mark = unixsock_look(l->cfg->socket);
    return r;
}

int listener_open(const struct config_listener *cfg, unsigned long backlog,
                  struct listener **ret, struct error *err)
{
    struct listener *l = calloc(1, sizeof(*l));
    int r;

    if (l == NULL)
        return error_nomem(err);
    l->cfg = cfg;
    l->fd = l->aside = -1;
    l->backlog = (int)backlog;
    atomic_init(&l->shut, false);
    atomic_init(&l->refusing, 0);
    pthread_mutex_init(&l->lock, NULL);
    if (cfg->mode == MODE_RUN)
        r = bind_for_runs(l, &l->fd, err);
    else
        r = bind_and_listen(l, err);
    if (r < 0) {
        listener_close(l);
        return r;
    }
    *ret = l;
    return 0;
}

/* The descriptor stays: its number may be in use on the listener's thread. */
void listener_shut(struct listener *l)
{
    pthread_mutex_lock(&l->lock);
    atomic_store(&l->shut, true);
    shutdown(l->fd, SHUT_RDWR);
    pthread_mutex_unlock(&l->lock);
}

void listener_stop(struct listener *l)
{
    target_check_stop(l->check);
    l->check = NULL;
    if (l->event != NULL)
        event_free(l->event);
    if (l->retry != NULL)
        event_free(l->retry);
    if (l->look != NULL)
        event_free(l->look);
    l->event = l->retry = l->look = NULL;
    fd_reset(&l->aside);
}

void listener_close(struct listener *l)
{
    if (l == NULL)
        return;
    listener_stop(l);
    if (l->cfg->mode == MODE_RUN) /* with what was sent and not read */
        closer_junk(&l->fd, geteuid());
    else
        fd_close(&l->fd);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

const struct config_listener *listener_config(const struct listener *l)
{
    return l->cfg;
}

struct netaddr listener_address(const struct listener *l)
{
    struct netaddr a = l->cfg->listen;

    netaddr_of_socket(l->fd, getsockname, &a);
    return a;
}

int listener_is_refusing(const struct listener *l)
{
    return l->refusing;
}

/* ---- the target ---- */

/* The socket stays bound, and nobody listens: who comes is refused, and so is
 * who has come and was not accepted yet. */
static void refuse(struct listener *l, int error)
{
    char text[NETADDR_TEXT];

    event_del(l->event);
    if (shutdown(l->fd, SHUT_RD) < 0)
        error = errno;
    l->refusing = error;
    trace_remark(l->host.trace, TRACE_WARNING,
                 "listen=%s target=%s dial_check=refused error=\"%s\" "
                 "note=\"connections are refused until the target accepts\"",
                 netaddr_format(&l->cfg->listen, text), l->cfg->target.text,
                 strerror(error));
}

/* Not when another thread has shut it for good. */
static int listen_again(struct listener *l)
{
    int r = 0;

    pthread_mutex_lock(&l->lock);
    if (!atomic_load(&l->shut))
        r = listen(l->fd, l->backlog);
    pthread_mutex_unlock(&l->lock);
    return r;
}

static void refuse_no_more(struct listener *l)
{
    char text[NETADDR_TEXT];
    const char *name = netaddr_format(&l->cfg->listen, text);

    if (listen_again(l) < 0 || event_add(l->event, NULL) < 0) {
        trace_remark(l->host.trace, TRACE_ERR,
                     "listen=%s target=%s dial_check=accepted error=\"listen: "
                     "%s\"",
                     name, l->cfg->target.text, strerror(errno));
        return; /* again after the next look */
    }
    l->refusing = 0;
    trace_remark(l->host.trace, TRACE_NOTICE,
                 "listen=%s target=%s dial_check=accepted", name,
                 l->cfg->target.text);
}

static void on_target(void *arg, int error)
{
    struct listener *l = arg;

    if (atomic_load(&l->shut))
        return;
    if (error != 0 && l->refusing == 0)
        refuse(l, error);
    else if (error == 0 && l->refusing != 0)
        refuse_no_more(l);
}

/* ---- accepting ---- */

static void retry_later(struct listener *l)
{
    static const struct timeval later = {0, PAUSE_MS * 1000};

    evtimer_add(l->retry, &later);
}

static void remark_pause(struct listener *l, int error)
{
    uint64_t now = clock_ms();
    char text[NETADDR_TEXT];

    if (l->paused != 0 && now - l->paused < TELL_MS)
        return;
    l->paused = now;
    trace_remark(
        l->host.trace, TRACE_WARNING, "listen=%s accept=paused error=\"%s\"",
        l->cfg->mode == MODE_RUN ? l->cfg->socket
                                 : netaddr_format(&l->cfg->listen, text),
        strerror(error));
}

/* No descriptors or memory: waiting costs nothing, polling a core. */
static void pause_accept(struct listener *l, int error)
{
    event_del(l->event);
    retry_later(l);
    metrics_add(l->host.metrics, COUNTER_ACCEPT_PAUSED, 1);
    remark_pause(l, error);
}

/* False: the loop's other events want their turn. */
static bool hand_on(struct listener *l, int fd, const struct netaddr *peer)
{
    return l->host.accept(l->host.arg, l->cfg, fd, peer);
}

/* The one that waits gets a descriptor for connections, if there is one now. */
static bool still_aside(struct listener *l)
{
    int fd;

    if (l->aside < 0)
        return false;
    fd = fcntl(l->aside, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || descriptors_is_kept(fd)) {
        fd_close(&fd);
        return true;
    }
    fd_close(&l->aside);
    hand_on(l, fd, &l->aside_peer);
    return false;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;

    (void)fd;
    (void)what;
    if (atomic_load(&l->shut))
        fd_reset(&l->aside);
    else if (still_aside(l))
        retry_later(l);
    else if (l->refusing == 0)
        event_add(l->event, NULL);
}

/* Errors of one peer's connection that was gone before it was accepted
 * (accept(2)): the next one may be well. */
static bool of_one_peer(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM:
        return true;
    default:
        return false;
    }
}

static void on_readable(evutil_socket_t listening, short what, void *arg)
{
    struct listener *l = arg;
    struct sockaddr_storage sa;
    struct netaddr peer;
    socklen_t len;
    int i, fd;

    (void)what;
    for (i = 0; i < BATCH; i++) {
        len = sizeof(sa);
        fd =
            accept4(listening, (void *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            if (!netaddr_from_sockaddr(&sa, &peer))
                peer = (struct netaddr){.family = AF_UNSPEC};
            if (descriptors_is_kept(fd)) { /* it waits, and those behind it */
                l->aside = fd;
                l->aside_peer = peer;
                pause_accept(l, EMFILE);
                return;
            }
            if (!hand_on(l, fd, &peer))
                return;
            continue;
        }
        if (errno == EAGAIN)
            return;
        if (atomic_load(&l->shut)) {
            event_del(l->event);
            return;
        }
        if (!of_one_peer(errno)) {
            pause_accept(l, errno);
            return;
        }
    }
}

static int accept_at(struct listener *l, int fd, struct error *err)
{
    struct event *event =
        event_new(l->host.base, fd, EV_READ | EV_PERSIST, on_readable, l);

    if (event == NULL)
        return error_nomem(err);
    if (event_add(event, NULL) < 0) {
        event_free(event);
        return error_set(err, ERR_SYSTEM,
                         "event loop: can't watch a listening socket");
    }
    if (l->event != NULL)
        event_free(l->event);
    l->event = event;
    return 0;
}

/* ---- a socket whose file was removed ---- */

/* What waited at the old one is hung up on, and comes again. */
static int make_again(struct listener *l, struct error *err)
{
    int fd = -1, r = bind_for_runs(l, &fd, err);

    if (r == 0)
        r = accept_at(l, fd, err);
    if (r != 0) {
        fd_close(&fd);
        return r;
    }
    pthread_mutex_lock(&l->lock);
    closer_junk(&l->fd, geteuid());
    l->fd = fd;
    if (atomic_load(&l->shut))
        shutdown(fd, SHUT_RDWR);
    pthread_mutex_unlock(&l->lock);
    return 0;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;
    struct error err;
    int r;

    (void)fd;
    (void)what;
    if (atomic_load(&l->shut) ||
        unixsock_same(unixsock_look(l->cfg->socket), l->mark))
        return;
    r = make_again(l, &err);
    if (r == 0)
        trace_remark(l->host.trace, TRACE_WARNING,
                     "listen=%s note=\"the socket was gone and is made again\"",
                     l->cfg->socket);
    else if (!l->told)
        trace_remark(l->host.trace, TRACE_ERR,
                     "listen=%s error=\"the socket is gone and can't be made "
                     "again: %s\"",
                     l->cfg->socket, err.text);
    l->told = r != 0;
}

static int look_after(struct listener *l, struct error *err)
{
    static const struct timeval seconds = {LOOK_S, 0};

    if (l->cfg->mode != MODE_RUN)
        return 0;
    l->look = event_new(l->host.base, -1, EV_PERSIST, on_look, l);
    return l->look != NULL && event_add(l->look, &seconds) == 0
               ? 0
               : error_nomem(err);
}

int listener_start(struct listener *l, const struct listener_host *host,
                   struct error *err)
{
    int r;

    l->host = *host;
    l->retry = evtimer_new(host->base, on_retry, l);
    if (l->retry == NULL)
        return error_nomem(err);
    r = accept_at(l, l->fd, err);
    if (r == 0)
        r = look_after(l, err);
    if (r == 0 && l->cfg->dial_check != 0)
        r = target_check_start(host->base, l->cfg, host->intercept, on_target,
                               l, &l->check, err);
    return r;
}
