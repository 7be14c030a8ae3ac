/*
 * IMS Connect's DRDA listener: sockets, sessions and the log on one event
 * loop.
 */

#include "hws/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hws/checker.h"
#include "hws/console.h"
#include "hws/logon.h"
#include "hws/private.h"
#include "hws/session.h"
#include "hws/view.h"
#include "util/fd.h"
#include "util/strbuf.h"

enum {
    READ_SIZE = 16 * 1024,
    BACKLOG = 64,
    PAUSE_MS = 100,          /* without descriptors: before the next try */
    UNSENT_MAX = 256 * 1024, /* then nothing more is read */
    DEFAULT_PATIENCE = 60    /* seconds, where PORTTMOT is 0 */
};

struct client {
    LIST_ENTRY(client) link;
    struct hws_server *server;
    int fd;
    struct event *readable, *writable, *timer;
    struct hws_session *session;
    struct hws_check *check; /* its logon; NULL: none is being checked */
    struct netaddr peer;
    char id[9];
    struct strbuf out;
    size_t sent;
    bool ending; /* when all is sent */
    enum hws_status status;
    time_t since;
};

struct hws_server {
    const struct hws_server_params *params;
    struct event_base *base;
    struct event *acceptable, *retry;
    int fd;
    struct hws_session_params session;
    struct hws_logon logon; /* the checker's */
    struct hws_checker *checker;
    struct hws_console *console;
    LIST_HEAD(, client) clients;
    unsigned count, next_id;
};

/* ---- the log ---- */

static void say(struct hws_server *s, struct strbuf *line)
{
    if (!strbuf_failed(line))
        s->params->log(s->params->log_arg, strbuf_str(line));
    strbuf_wipe(line);
}

static void say_client(struct client *c, const char *what, const char *detail)
{
    struct strbuf line = STRBUF_INIT;
    char peer[NETADDR_TEXT];

    strbuf_addf(&line, "%s %s %s%s", c->id, netaddr_format(&c->peer, peer),
                what, *detail ? ": " : "");
    strbuf_adds(&line, detail);
    say(c->server, &line);
}

/* ---- clients ---- */

static void client_free(struct client *c, bool reset)
{
    LIST_REMOVE(c, link);
    c->server->count--;
    if (c->readable != NULL)
        event_free(c->readable);
    if (c->writable != NULL)
        event_free(c->writable);
    if (c->timer != NULL)
        event_free(c->timer);
    if (c->check != NULL)
        hws_checker_drop(c->check);
    hws_session_free(c->session);
    strbuf_wipe(&c->out);
    if (reset)
        fd_reset(&c->fd);
    else
        fd_close(&c->fd);
    free(c);
}

static void set_status(struct client *c)
{
    enum hws_status now = c->out.len > c->sent              ? HWS_XMIT
                          : hws_session_reading(c->session) ? HWS_READ
                                                            : HWS_RECV;

    if (now != c->status) {
        c->status = now;
        c->since = time(NULL);
    }
}

/* Until the logon, and for the rest of a message, and for taking answers: a
 * client that has logged on and is silent may stay, and for a logon that is
 * being checked it is the client who waits. */
static void set_timer(struct client *c)
{
    unsigned hundredths = c->server->params->config->port_timeout;
    struct timeval patience = {DEFAULT_PATIENCE, 0};

    if (hundredths != 0) {
        patience.tv_sec = hundredths / 100;
        patience.tv_usec = hundredths % 100 * 10000;
    }
    if (c->check != NULL ||
        (hws_session_at_work(c->session) && c->status == HWS_RECV))
        event_del(c->timer);
    else if (!event_pending(c->timer, EV_TIMEOUT, NULL))
        event_add(c->timer, &patience);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;

    (void)fd;
    (void)what;
    say_client(c, "ended", "nothing came in the time of PORTTMOT");
    client_free(c, true);
}

/* False: the client is gone. */
static bool send_some(struct client *c)
{
    ssize_t n;

    while (c->sent < c->out.len) {
        n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent,
                 MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
            say_client(c, "ended", strerror(errno));
            client_free(c, true);
            return false;
        }
        if (n < 0)
            break;
        c->sent += (size_t)n;
    }
    if (c->sent < c->out.len) {
        event_add(c->writable, NULL);
    } else {
        strbuf_reset(&c->out);
        c->sent = 0;
    }
    return true;
}

/* What follows after something was read or sent. */
static void go_on(struct client *c)
{
    if (!send_some(c))
        return;
    if (c->ending && c->sent == c->out.len) {
        say_client(c, "ended", hws_session_why(c->session));
        client_free(c, false);
        return;
    }
    if (c->ending || c->check != NULL || c->out.len - c->sent > UNSENT_MAX)
        event_del(c->readable);
    else
        event_add(c->readable, NULL);
    set_status(c);
    set_timer(c);
}

static void take_verdict(struct client *c, enum hws_verdict verdict,
                         bool was_at_work)
{
    c->ending = verdict == HWS_END;
    if (!was_at_work && hws_session_at_work(c->session)) {
        event_del(c->timer);
        say_client(c, hws_session_user(c->session), "at work");
    }
    go_on(c);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct client *c = arg;
    unsigned char buf[READ_SIZE];
    ssize_t n = recv(fd, buf, sizeof(buf), 0);
    bool before = hws_session_at_work(c->session);
    enum hws_verdict verdict;

    (void)what;
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (n <= 0) {
        say_client(c, "ended", n == 0 ? "by the client" : strerror(errno));
        client_free(c, n < 0);
        return;
    }
    verdict = hws_session_feed(c->session, buf, (size_t)n, &c->out);
    explicit_bzero(buf, (size_t)n);
    take_verdict(c, verdict, before);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    go_on(arg);
}

/* ---- logon ---- */

/* On the checker's thread. */
static bool check_logon(void *arg, const char *user, const char *password,
                        struct strbuf *why)
{
    struct hws_server *s = arg;

    return hws_logon(&s->logon, user, password, time(NULL), why);
}

static void log_logon(void *arg, const char *line)
{
    struct hws_server *s = arg;

    s->params->log(s->params->log_arg, line);
}

static void on_checked(void *arg, bool good)
{
    struct client *c = arg;

    c->check = NULL;
    take_verdict(c, hws_session_answer(c->session, good, &c->out), false);
}

static enum hws_logon_answer logon(void *arg, const char *user,
                                   const char *password)
{
    struct client *c = arg;

    c->check = hws_checker_ask(c->server->checker, &c->peer, user, password,
                               on_checked, c);
    if (c->check != NULL)
        return HWS_ASKED;
    say_client(c, "refused", "too many logons are waiting");
    return HWS_REFUSED;
}

/* ---- accepting ---- */

static bool set_up_client(struct client *c)
{
    struct hws_server *s = c->server;

    c->session = hws_session_new(&s->session, c);
    c->readable =
        event_new(s->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
    c->writable = event_new(s->base, c->fd, EV_WRITE, on_writable, c);
    c->timer = evtimer_new(s->base, on_timer, c);
    return c->session != NULL && c->readable != NULL && c->writable != NULL &&
           c->timer != NULL && event_add(c->readable, NULL) == 0;
}

static void set_options(int fd, unsigned keepalive)
{
    int on = 1, seconds = (int)keepalive;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    if (keepalive != 0)
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
}

static void add_client(struct hws_server *s, int fd,
                       const struct sockaddr *peer)
{
    struct client *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        fd_reset(&fd);
        return;
    }
    c->server = s;
    c->fd = fd;
    netaddr_from_sockaddr(peer, &c->peer);
    snprintf(c->id, sizeof(c->id), "ODB%05X", s->next_id++ & 0xfffff);
    c->since = time(NULL);
    LIST_INSERT_HEAD(&s->clients, c, link);
    s->count++;
    set_options(fd, s->params->config->keepalive);
    if (set_up_client(c))
        set_timer(c);
    else
        client_free(c, true);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    struct hws_server *s = arg;

    (void)fd;
    (void)what;
    event_add(s->acceptable, NULL);
}

/* Without descriptors the listening socket stays readable: it is left alone
 * for a moment. */
static void pause_accepting(struct hws_server *s, int why)
{
    const struct timeval moment = {0, PAUSE_MS * 1000};
    struct strbuf line = STRBUF_INIT;

    if (why == EAGAIN || why == EWOULDBLOCK || why == EINTR ||
        why == ECONNABORTED)
        return;
    strbuf_addf(&line, "can't accept a client: %s", strerror(why));
    say(s, &line);
    event_del(s->acceptable);
    event_add(s->retry, &moment);
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
    struct hws_server *s = arg;
    struct sockaddr_storage peer;
    socklen_t len = sizeof(peer);
    int client = accept4(fd, (void *)&peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)what;
    if (client < 0) {
        pause_accepting(s, errno);
        return;
    }
    if (s->count + 1 >= s->params->config->maxsoc) {
        struct strbuf line = STRBUF_INIT;

        strbuf_addf(&line, "a client was turned away: MAXSOC=%u is reached",
                    s->params->config->maxsoc);
        say(s, &line);
        fd_reset(&client);
        return;
    }
    add_client(s, client, (void *)&peer);
}

/* ---- opening ---- */

static int listen_there(struct hws_server *s, struct error *err)
{
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&s->params->listen, &sa);
    char text[NETADDR_TEXT];
    int on = 1;

    netaddr_format(&s->params->listen, text);
    s->fd = socket(s->params->listen.family,
                   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd < 0 ||
        setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(s->fd, (void *)&sa, len) < 0 || listen(s->fd, BACKLOG) < 0)
        return error_errno(err, "can't listen on %s", text);
    s->acceptable =
        event_new(s->base, s->fd, EV_READ | EV_PERSIST, on_acceptable, s);
    s->retry = evtimer_new(s->base, on_retry, s);
    if (s->acceptable == NULL || s->retry == NULL ||
        event_add(s->acceptable, NULL) != 0)
        return error_nomem(err);
    return 0;
}

static void command(void *arg, const char *text, struct strbuf *out)
{
    hws_server_command(arg, text, out);
}

int hws_server_open(struct event_base *base,
                    const struct hws_server_params *params,
                    struct hws_server **ret, struct error *err)
{
    struct hws_server *s = calloc(1, sizeof(*s));
    struct hws_checker_params checker = {base, check_logon, log_logon, s};
    int r;

    if (s == NULL)
        return error_nomem(err);
    s->params = params;
    s->base = base;
    s->fd = -1;
    s->next_id = (unsigned)time(NULL) & 0xfffff;
    s->logon.racf = params->racf;
    s->logon.application = params->config->appl;
    s->logon.revoke = params->revoke;
    s->session.server = params->config->id;
    s->session.logon = logon;
    LIST_INIT(&s->clients);
    r = hws_logon_check(&s->logon, err);
    if (r == 0)
        r = hws_checker_new(&checker, &s->checker, err);
    if (r == 0)
        r = listen_there(s, err);
    if (r == 0 && params->control != NULL)
        r = hws_console_open(base, params->control, command, s, &s->console,
                             err);
    if (r != 0) {
        hws_server_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

void hws_server_close(struct hws_server *s)
{
    struct client *c;

    if (s == NULL)
        return;
    while ((c = LIST_FIRST(&s->clients)) != NULL)
        client_free(c, true);
    hws_checker_free(s->checker);
    hws_logon_done(&s->logon);
    hws_console_close(s->console);
    if (s->acceptable != NULL)
        event_free(s->acceptable);
    if (s->retry != NULL)
        event_free(s->retry);
    fd_close(&s->fd);
    free(s);
}

/* ---- the operator ---- */

static void view(struct hws_server *s, bool summary, struct strbuf *out)
{
    struct hws_client *list = calloc(s->count + 1, sizeof(*list));
    const struct client *c;
    time_t now = time(NULL);
    size_t n = 0;

    if (list == NULL) {
        strbuf_adds(out, "no memory\n");
        return;
    }
    LIST_FOREACH (c, &s->clients, link) {
        memcpy(list[n].id, c->id, sizeof(c->id));
        list[n].user = hws_session_user(c->session);
        list[n].status = c->status;
        list[n].seconds = now > c->since ? (unsigned long)(now - c->since) : 0;
        list[n++].peer = c->peer;
    }
    hws_view(s->params->config, s->params->odbm, list, n, summary, out);
    free(list);
}

void hws_server_command(struct hws_server *s, const char *text,
                        struct strbuf *out)
{
    text += strspn(text, "0123456789"); /* the number of the reply */
    text += strspn(text, " ,");
    if (strcmp(text, "VIEWHWS") == 0 || strcmp(text, "VIEWHWS ALL") == 0) {
        view(s, false, out);
    } else if (strcmp(text, "VIEWHWS SUMMARY") == 0) {
        view(s, true, out);
    } else {
        strbuf_adds(out, "HWSP1500E COMMAND IS NOT SUPPORTED HERE: ");
        strbuf_add_escaped(out, text, strlen(text));
        strbuf_adds(out, "\n  VIEWHWS or VIEWHWS SUMMARY\n");
    }
}
