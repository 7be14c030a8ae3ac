/*
 * Sockets, clear and TLS, behind one set of calls. This is the only file
 * that reads or writes the bytes of a connection.
 */

#include "relay/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/closer.h"
#include "relay/testing.h"
#include "util/fd.h"
#include "util/strbuf.h"

/* Without libevent's changelist: that removes a descriptor from the kernel's
 * set when it is closed already, which fails, and leaves it there while another
 * process holds the socket. The environment could bring it back. One thread: no
 * locks. */
struct event_base *endpoint_loop(void)
{
    struct event_config *cfg = event_config_new();
    struct event_base *base = NULL;

    if (cfg == NULL)
        return NULL;
    if (event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK |
                                       EVENT_BASE_FLAG_IGNORE_ENV) == 0 &&
        event_config_require_features(cfg, EV_FEATURE_ET |
                                               EV_FEATURE_EARLY_CLOSE) == 0)
        base = event_base_new_with_config(cfg);
    event_config_free(cfg);
    return base;
}

void endpoint_init(struct endpoint *e, endpoint_ready_fn ready, void *arg)
{
    *e = (struct endpoint){.fd = -1, .ready = ready, .arg = arg};
}

void endpoint_resolve(struct endpoint *e)
{
    e->readable = true;
    e->doubt = false;
    if (e->session != NULL)
        session_readable(e->session);
}

void endpoint_hurry(struct endpoint *e)
{
    e->unsent = e->unsent || e->tickets;
    e->tickets = false;
}

void endpoint_look_again(struct endpoint *e)
{
    if (e->doubt)
        endpoint_resolve(e);
    endpoint_hurry(e);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct endpoint *e = arg;

    (void)fd;
    if (what & EV_CLOSED)
        e->ends = true;
    if (what & (EV_READ | EV_CLOSED))
        endpoint_resolve(e);
    if (what & EV_WRITE)
        e->writable = true;
    e->sound = (what & (EV_READ | EV_WRITE | EV_CLOSED)) == EV_WRITE;
    e->ready(e->arg);
}

static int attach(struct endpoint *e, struct event_base *base,
                  struct error *err)
{
    if (event_assign(&e->event, base, e->fd,
                     EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST,
                     on_event, e) < 0 ||
        event_add(&e->event, NULL) < 0)
        return error_set(err, ERR_SYSTEM, "event loop: can't watch a socket");
    e->watched = true;
    return 0;
}

static void detach(struct endpoint *e)
{
    if (e->watched)
        event_del(&e->event);
    e->watched = false;
}

int endpoint_move(struct endpoint *from, struct endpoint *to,
                  struct event_base *base)
{
    detach(from);
    *to = *from;
    from->fd = -1;
    from->readable = from->writable = false;
    return attach(to, base, NULL);
}

int endpoint_accepted(struct endpoint *e, struct event_base *base, int fd,
                      struct error *err)
{
    e->fd = fd;
    e->readable = e->writable = e->ends = e->doubt = e->sound = false;
    return attach(e, base, err);
}

static int no_delay(int fd, struct error *err)
{
    static const int on = 1;

    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 &&
        errno != EOPNOTSUPP) /* a test's socket pair has no such option */
        return error_errno(err, "TCP_NODELAY");
    return 0;
}

int endpoint_open(struct endpoint *e, struct event_base *base, int fd,
                  struct error *err)
{
    int r;

    e->fd = fd;
    r = no_delay(fd, err);
    return r < 0 ? r : endpoint_accepted(e, base, fd, err);
}

int endpoint_foreign(struct endpoint *e, struct event_base *base, int fd,
                     struct error *err)
{
    e->foreign = true;
    return endpoint_open(e, base, fd, err);
}

int endpoint_connect(struct endpoint *e, struct event_base *base, int fd,
                     const struct netaddr *to, struct error *err)
{
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(to, &sa);
    int r = connect(fd, (void *)&sa, len);

    if (r < 0 && errno != EINPROGRESS) {
        error_errno(err, "connect");
        fd_close(&fd);
        return ERR_SYSTEM;
    }
    e->delayed = 2;
    return endpoint_accepted(e, base, fd, err);
}

/* The kernel holds a small piece back while an earlier one is not acknowledged,
 * so the first write is never delayed. A connection that carries one message
 * each way is spared the call. */
static void before_write(struct endpoint *e)
{
    if (e->delayed != 0 && --e->delayed == 0)
        no_delay(e->fd, NULL);
}

void endpoint_show(const struct endpoint *e, struct strbuf *out)
{
    const struct {
        bool is;
        const char *what;
    } words[] = {
        {e->session != NULL, "TLS"},
        {e->readable, "can read"},
        {e->writable, "can write"},
        {e->read_writes, "reads when it can write"},
        {e->write_reads, "writes when it can read"},
        {e->ends, "the peer has ended"},
        {e->doubt, "in doubt"},
        {e->unsent || e->tickets, "unsent"},
        {e->foreign, "others hold it"},
    };
    size_t i;

    if (e->fd < 0) {
        strbuf_adds(out, "closed");
        return;
    }
    strbuf_addf(out, "fd %d", e->fd);
    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i].is)
            strbuf_addf(out, ", %s", words[i].what);
}

/* libevent makes both of an error: readable and writable. */
bool endpoint_is_connected(const struct endpoint *e)
{
    return e->sound && e->writable;
}

int endpoint_connect_result(const struct endpoint *e, struct netaddr *ret_peer)
{
    socklen_t len;
    int error = 0;

    /* an event may only say that the socket was watched */
    if (e->fd < 0 || !e->writable)
        return EINPROGRESS;
    if (netaddr_of_socket(e->fd, getpeername, ret_peer))
        return 0;
    len = sizeof(error);
    if (getsockopt(e->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return errno;
    return error != 0 ? error : EINPROGRESS;
}

void endpoint_end_hard(struct endpoint *e)
{
    /* refused, it only means that a kill looks like an end */
    if (!e->hard)
        e->hard = fd_end_hard(e->fd, true);
}

void endpoint_keepalive(struct endpoint *e, unsigned long seconds)
{
    int on = 1, idle = (int)seconds;

    /* a refused option only means that a dead peer is found later */
    if (seconds != 0 &&
        setsockopt(e->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) == 0)
        setsockopt(e->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
}

int endpoint_start_tls(struct endpoint *e, struct session *session)
{
    int rc;

    e->session = session;
    if (e->delayed != 0) /* the handshake writes more than once */
        no_delay(e->fd, NULL);
    e->delayed = 0;
    rc = session_set_fd(session, e->fd);
    session_hold_last(session);
    /* a server says nothing before it has heard the client */
    if (!e->readable && !session_is_server(session))
        session_not_readable(session);
    return rc;
}

bool endpoint_can_read(const struct endpoint *e)
{
    return e->read_writes ? e->writable : e->readable;
}

bool endpoint_can_write(const struct endpoint *e)
{
    return e->write_reads ? e->readable : e->writable;
}

/* What a session asks for becomes a flag; true: it must wait. Nothing is
 * pending in the session after WANT_READ, so the socket is empty too. */
static bool wait_for(struct endpoint *e, enum session_status st, bool *writes,
                     bool *reads)
{
    if (st == SESSION_WANT_READ) {
        e->readable = false;
        *writes = false;
        *reads = true;
        return true;
    }
    if (st == SESSION_WANT_WRITE) {
        e->writable = false;
        *writes = true;
        *reads = false;
        return true;
    }
    *writes = *reads = false;
    return false;
}

static enum io from_session(enum session_status st)
{
    switch (st) {
    case SESSION_OK:
        return IO_OK;
    case SESSION_EOF:
        return IO_EOF;
    case SESSION_TRUNCATED:
        return IO_TRUNCATED;
    case SESSION_WANT_READ:
    case SESSION_WANT_WRITE:
        return IO_BLOCKED;
    case SESSION_FAILED:
        break;
    }
    return IO_FAILED;
}

enum io endpoint_handshake(struct endpoint *e)
{
    enum session_status st;
    bool reads, writes;

    session_trust_short_reads(e->session, !e->ends);
    st = session_handshake(e->session);
    wait_for(e, st, &writes, &reads);
    e->doubt = session_is_dry(e->session);
    /* the first data may have come with the peer's last handshake message:
     * the session holds it, and the socket makes no edge for it any more */
    if (st == SESSION_OK) {
        e->readable = e->ends || session_may_have_data(e->session);
        e->doubt = e->doubt || !e->readable;
        e->unsent = session_unsent(e->session);
        e->tickets = e->unsent && session_is_server(e->session);
        e->unsent = e->unsent && !e->tickets;
    }
    return from_session(st);
}

enum io endpoint_flush(struct endpoint *e)
{
    enum session_status st = session_flush(e->session);

    e->unsent = st == SESSION_WANT_WRITE;
    if (e->unsent)
        e->writable = false;
    return from_session(st);
}

static enum io read_tls(struct endpoint *e, void *buf, size_t size,
                        size_t *ret_len)
{
    enum session_status st = SESSION_OK;
    size_t n, len = 0;
    bool reads;

    if (e->end != SESSION_OK)
        return from_session(e->end);
    session_trust_short_reads(e->session, !e->ends);
    /* a call gives one record; the buffer takes many, for one big write */
    while (len < size) {
        st = session_read(e->session, (char *)buf + len, size - len, &n);
        if (st != SESSION_OK)
            break;
        len += n;
    }
    wait_for(e, st, &e->read_writes, &reads);
    e->write_reads = false; /* what it waited for may have come */
    e->doubt = session_is_dry(e->session);
    if (st != SESSION_OK && st != SESSION_WANT_READ && st != SESSION_WANT_WRITE)
        e->end = st;
    *ret_len = len;
    return len != 0 ? IO_OK : from_session(st);
}

static enum io read_clear(struct endpoint *e, void *buf, size_t size,
                          size_t *ret_len)
{
    ssize_t n;

    do
        n = recv(e->fd, buf, size, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        e->doubt = (size_t)n < size && !e->ends;
        e->readable = !e->doubt;
        *ret_len = (size_t)n;
        return IO_OK;
    }
    if (n == 0)
        return IO_EOF;
    if (errno != EAGAIN)
        return IO_LOST;
    e->readable = false;
    return IO_BLOCKED;
}

enum io endpoint_read(struct endpoint *e, void *buf, size_t size,
                      size_t *ret_len)
{
    *ret_len = 0;
    return e->session != NULL ? read_tls(e, buf, size, ret_len)
                              : read_clear(e, buf, size, ret_len);
}

static enum io write_tls(struct endpoint *e, const char *buf, size_t len,
                         size_t *ret_len)
{
    enum session_status st = SESSION_OK;
    size_t n;
    bool writes;

    while (*ret_len < len && st == SESSION_OK) {
        st = session_write(e->session, buf + *ret_len, len - *ret_len, &n);
        if (st == SESSION_OK)
            *ret_len += n;
    }
    /* it went first; what blocks will be written again */
    e->unsent = e->tickets = false;
    wait_for(e, st, &writes, &e->write_reads);
    e->read_writes = false;
    return from_session(st);
}

static enum io write_clear(struct endpoint *e, const char *buf, size_t len,
                           size_t *ret_len)
{
    ssize_t n;

    while (*ret_len < len) {
        n = send(e->fd, buf + *ret_len, len - *ret_len,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            *ret_len += (size_t)n;
        } else if (errno == EAGAIN) {
            e->writable = false;
            return IO_BLOCKED;
        } else if (errno != EINTR) {
            return IO_LOST;
        }
    }
    return IO_OK;
}

enum io endpoint_write(struct endpoint *e, const void *buf, size_t len,
                       size_t *ret_len)
{
    *ret_len = 0;
    before_write(e);
    return e->session != NULL ? write_tls(e, buf, len, ret_len)
                              : write_clear(e, buf, len, ret_len);
}

/* That nothing came may be the socket's end, urgent data at its head, which
 * splice(2) never passes, or a kernel that can't: recv() knows. Only an error
 * is reported once, so it is believed here. */
enum io endpoint_fill(struct endpoint *e, struct pipe *p)
{
    ssize_t n;

    do
        n = splice(e->fd, NULL, p->to, NULL, PIPE_SIZE,
                   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        p->len = (size_t)n;
        return IO_OK;
    }
    if (n == 0 || errno == EAGAIN || errno == EINVAL || errno == ENOSYS ||
        errno == EPERM || errno == ENOMEM)
        return IO_BLOCKED;
    return IO_LOST;
}

enum io endpoint_drain(struct endpoint *e, struct pipe *p)
{
    ssize_t n;

    before_write(e);
    while (p->len > 0) {
        n = splice(p->from, NULL, e->fd, NULL, p->len,
                   SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (n > 0) {
            p->len -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            e->writable = false;
            return IO_BLOCKED;
        } else if (n == 0 || errno != EINTR) {
            return IO_LOST;
        }
    }
    return IO_OK;
}

bool endpoint_is_lost(const struct endpoint *e)
{
    socklen_t len = sizeof(int);
    int error = 0;

    return getsockopt(e->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ||
           error != 0;
}

enum io endpoint_end(struct endpoint *e, bool closes)
{
    enum session_status st;
    bool writes;

    if (e->session != NULL) {
        st = session_close(e->session);
        e->unsent = e->tickets = false; /* it goes first, as with data */
        if (wait_for(e, st, &writes, &e->write_reads))
            return IO_BLOCKED;
        if (st == SESSION_FAILED)
            return IO_FAILED;
    }
    return !closes && shutdown(e->fd, SHUT_WR) < 0 ? IO_LOST : IO_OK;
}

/* It waits in the kernel for what comes next; the option pushes it. */
void endpoint_notify(struct endpoint *e)
{
    if (e->session != NULL)
        (void)session_close(e->session);
    no_delay(e->fd, NULL);
}

static void forget(struct endpoint *e)
{
    detach(e);
    session_free(e->session);
    e->session = NULL;
    e->readable = e->writable = e->doubt = false;
}

/* In order, and what the socket has not sent yet is sent. */
static void close_softly(struct endpoint *e)
{
    if (e->hard)
        fd_end_hard(e->fd, false);
    fd_close(&e->fd);
}

/* Of what others hold close() may wait: not here. */
static void end(struct endpoint *e, bool reset)
{
    forget(e);
    if (e->fd < 0)
        return;
    if (e->foreign && reset)
        closer_reset(&e->fd);
    else if (e->foreign)
        closer_put(&e->fd);
    else if (reset)
        fd_reset(&e->fd);
    else
        close_softly(e);
    e->hard = false;
}

void endpoint_close(struct endpoint *e)
{
    end(e, false);
}

void endpoint_reset(struct endpoint *e)
{
    end(e, true);
}
