/* See target_check.h. */

#include "worker/target_check.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "util/fd.h"

struct target_check {
    struct event_base *base;
    const struct config_listener *listener;
    struct intercept_host *host;
    target_check_fn fn;
    void *arg;
    struct intercepted in; /* that of no connection */
    size_t at;             /* which of the target's addresses */
    int fd;                /* being connected; -1: none */
    struct event answer;   /* of FD */
    struct event *again;
};

static void on_answer(evutil_socket_t fd, short what, void *arg);

static struct timeval interval(const struct target_check *c)
{
    return (struct timeval){(time_t)c->listener->dial_check, 0};
}

/* Nobody could look: that says nothing about the target. */
static bool could_not_look(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM ||
           error == ENOBUFS;
}

static void done(struct target_check *c, int error)
{
    struct timeval tv = interval(c);

    evtimer_add(c->again, &tv);
    if (!could_not_look(error))
        c->fn(c->arg, error);
}

static void hang_up(struct target_check *c)
{
    if (c->fd >= 0)
        event_del(&c->answer);
    fd_close(&c->fd);
    intercepted_done(&c->in, c->host);
}

/* 0: connected; EINPROGRESS: on_answer() follows; or why it is not. */
static int dial(struct target_check *c)
{
    const struct netaddr *to = intercepted_target(&c->in, c->at);
    struct timeval limit = interval(c);
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(to, &sa);

    if (intercepted_socket(&c->in, c->at, c->host, &c->fd, NULL) < 0)
        return errno != 0 ? errno : ENOMEM;
    event_assign(&c->answer, c->base, c->fd, EV_WRITE, on_answer, c);
    if (connect(c->fd, (void *)&sa, len) == 0)
        return 0;
    if (errno == EINPROGRESS && event_add(&c->answer, &limit) < 0)
        return ENOMEM;
    return errno;
}

/* From address c->at on; ERROR is that of the one before. */
static void dial_rest(struct target_check *c, int error)
{
    for (; error != 0 && c->at < intercepted_tries(&c->in); c->at++) {
        error = dial(c);
        if (error == EINPROGRESS)
            return;
        hang_up(c);
    }
    done(c, error);
}

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
    struct target_check *c = arg;
    socklen_t len = sizeof(int);
    int error = ETIMEDOUT;

    if ((what & EV_TIMEOUT) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    hang_up(c);
    c->at++;
    dial_rest(c, error);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    struct target_check *c = arg;

    (void)fd;
    (void)what;
    c->at = 0;
    dial_rest(c, ECONNREFUSED);
}

int target_check_start(struct event_base *base, const struct config_listener *l,
                       struct intercept_host *host, target_check_fn fn,
                       void *arg, struct target_check **ret, struct error *err)
{
    static const struct timeval at_once = {0, 0};
    struct target_check *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return error_nomem(err);
    c->base = base;
    c->listener = l;
    c->host = host;
    c->fn = fn;
    c->arg = arg;
    c->fd = -1;
    c->in = (struct intercepted){.fd = -1,
                                 .other = -1,
                                 .direction = POLICY_INBOUND,
                                 .target = &l->target};
    c->again = evtimer_new(base, on_again, c);
    if (c->again == NULL || evtimer_add(c->again, &at_once) < 0) {
        target_check_stop(c);
        return error_nomem(err);
    }
    *ret = c;
    return 0;
}

void target_check_stop(struct target_check *c)
{
    if (c == NULL)
        return;
    hang_up(c);
    if (c->again != NULL)
        event_free(c->again);
    free(c);
}
