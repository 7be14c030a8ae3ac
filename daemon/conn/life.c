/* How a connection begins, from an accepted socket to its first step; and how
 * its memory ends. */

#include <stdlib.h>

#include "conn/private.h"

static void on_ready(void *arg)
{
    struct conn *c = arg;

    c->loop->stepped = false; /* the sockets were looked at */
    conn_step(c, CONN_EV_READY);
}

struct conn *conn_new_in_state(struct loop *loop,
                               const struct config_listener *l,
                               enum conn_state s)
{
    struct conn *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->loop = loop;
    c->listener = l;
    c->in.fd = c->in.other = -1;
    c->in.direction = (enum policy_direction)l->direction;
    c->in.target = &l->target;
    c->snapshot = snapshots_get(loop->services->snapshots);
    c->id = snapshots_next_connid(loop->services->snapshots);
    c->began = conn_now(c);
    conn_mark(c, STORY_ACCEPTED);
    c->state = (uint8_t)s;
    endpoint_init(&c->wire, on_ready, c);
    endpoint_init(&c->app, on_ready, c);
    pump_init(&c->pump, &c->app, &c->wire);
    c->pump.truncation_is_eof = l->truncation == TRUNCATION_EOF;
    TAILQ_INSERT_TAIL(&loop->open, c, link);
    loop->count++;
    if (conn_is_waiting(c)) {
        TAILQ_INSERT_TAIL(&loop->waiting, c, wait);
        loop->waiters++;
    }
    return c;
}

/* The endpoint has the accepted socket from now on, also when that fails. A
 * program's own socket has options of its own. */
static int accepted(struct endpoint *e, struct event_base *base,
                    struct intercepted *in, struct error *err)
{
    int fd = in->fd;

    in->fd = -1;
    return in->foreign ? endpoint_foreign(e, base, fd, err)
                       : endpoint_accepted(e, base, fd, err);
}

/* There is no memory for it. */
static void turn_away(struct loop *loop, struct intercepted *in)
{
    struct fair *fair = loop->services->fair;

    fair_begun(fair, in->share);
    fair_leave(fair, in->share);
    in->share = NULL;
    intercepted_drop(in);
    metrics_add(&loop->metrics, COUNTER_REFUSED, 1);
}

void conn_start(struct loop *loop, const struct config_listener *l,
                struct intercepted *in)
{
    struct conn *c = conn_new_in_state(loop, l, CONN_NEW);
    struct endpoint *e;
    struct error err;

    metrics_add(&loop->metrics, COUNTER_ACCEPTED, 1);
    if (c == NULL) {
        turn_away(loop, in);
        return;
    }
    intercepted_move(in, &c->in);
    e = conn_outbound(c) ? &c->app : &c->wire;
    if (accepted(e, loop->base, &c->in, &err) < 0) {
        conn_remark_text(c, TRACE_ERR, "error", err.text);
        c->reason = CONN_BY_NO_MEMORY;
        conn_step(c, CONN_EV_REFUSED);
        return;
    }
    e->hard = conn_outbound(c) &&
              !c->in.foreign; /* its listener is: worker/listener.c */
    loop_keep_later(loop);
    if (fair_is_pressed(loop->services->fair))
        loop_press_later(loop);
    conn_step(c, conn_outbound(c) ? CONN_EV_ARRIVED_OUT : CONN_EV_ARRIVED_IN);
}

void conn_free(struct conn *c)
{
    conn_drop_timer(c);
    pump_done(&c->pump, c->loop->scratch);
    endpoint_reset(&c->wire);
    endpoint_reset(&c->app);
    wiretap_free(c->tap);
    intercepted_reset(&c->in, &c->in.other);
    intercepted_done(&c->in, &c->loop->intercept);
    environment_unref(c->env);
    snapshot_unref(c->snapshot);
    free(c->client_hello);
    free(c->server_hello);
    free(c);
}
