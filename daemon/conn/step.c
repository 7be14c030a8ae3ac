/*
 * The step machine: the table of states and edges, the time limits of the
 * states, and what closes with a connection. What the actions do about mapping
 * is in map.c, about the target in dial.c, about TLS in tls.c, about moving
 * bytes and ending in ends.c.
 */

#include <errno.h>

#include "conn/private.h"

/* ---- the table ---- */

enum {
#define LIMIT(id, says) LIMIT_##id,
#include "conn/states.def"
};

static const int limits[] = {
#define STATE(id, limit, meaning) LIMIT_##limit,
#include "conn/states.def"
};

struct edge {
    enum conn_state to;
    conn_action_fn *action; /* NULL: there is no such edge */
};

static const struct edge edges[CONN_STATE_COUNT][CONN_EVENT_COUNT] = {
#define EDGE(from, event, to, action)                                          \
    [CONN_##from][CONN_EV_##event] = {CONN_##to, conn_do_##action},
#include "conn/states.def"
};

/* ---- limits ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;

    (void)fd;
    (void)what;
    c->timer_at = 0;
    conn_check_limit(c);
}

static void set_timer(struct conn *c)
{
    struct timeval tv;
    uint64_t now, left;

    /* one that comes too early looks again: see conn_check_limit() */
    if (c->timer_at != 0 && c->timer_at <= c->deadline)
        return;
    now = conn_now(c);
    left = c->deadline > now ? c->deadline - now : 0;
    tv = (struct timeval){(time_t)(left / 1000),
                          (suseconds_t)(left % 1000 * 1000)};
    if (c->timer == NULL)
        c->timer = evtimer_new(c->loop->base, on_timer, c);
    /* without memory for a timer there is no limit to wait for */
    if (c->timer == NULL || evtimer_add(c->timer, &tv) < 0) {
        c->deadline = 0;
        conn_remark(c, TRACE_ERR, "error=\"no memory for a timer\"");
        return;
    }
    c->timer_at = c->deadline;
}

static uint64_t limit_of(const struct conn *c)
{
    const struct config *cfg = conn_config(c);

    switch (limits[c->state]) {
    case LIMIT_NAME:
        return cfg->name_limit * 1000;
    case LIMIT_CONNECT:
        return conn_dial_limit(c);
    case LIMIT_OPEN:
        return cfg->open_limit * 1000;
    case LIMIT_FIRST:
        return conn_first_limit(c);
    case LIMIT_SECOND:
        return conn_second_limit(c);
    case LIMIT_IDLE:
        return cfg->idle_limit * 1000;
    case LIMIT_HALF_CLOSE:
        return cfg->half_close_limit * 1000;
    default:
        return 0;
    }
}

/* Relaying moves the deadline without touching the timer: the timer looks
 * when bytes last moved. */
void conn_check_limit(struct conn *c)
{
    uint64_t now = conn_now(c), limit;

    if (c->deadline == 0)
        return;
    if (c->state == CONN_RELAYING || c->state == CONN_DRAINING) {
        limit = limit_of(c);
        if (c->active + limit > c->deadline)
            c->deadline = c->active + limit;
    }
    if (c->deadline > now) {
        set_timer(c);
        return;
    }
    c->deadline = 0;
    conn_step(c, CONN_EV_TIMEOUT);
}

/* A step may pass through many states: the timer is set once, for the one in
 * which it waits. Where there is no limit there is no timer. */
static void keep_time(struct conn *c)
{
    if (c->deadline != 0)
        set_timer(c);
    else if (c->timer != NULL)
        conn_drop_timer(c);
}

/* ---- the step ---- */

static void log_end(struct conn *c)
{
    const struct conn_reason_row *why = conn_reason_row(c);

    if (conn_has_failed(c))
        conn_tell(c, NULL);
    metrics_add(&c->loop->metrics, COUNTER_CLOSED, 1);
    if (why->counter != COUNTER_CLOSED)
        metrics_add(&c->loop->metrics, why->counter, 1);
    if (why->line == LINE_ROOM)
        limited_remark_room(c->loop);
    else if (why->line == LINE_OWN)
        conn_remark(c, TRACE_WARNING, "ended=\"%s\"", why->text);
}

static void close_conn(struct conn *c)
{
    struct loop *l = c->loop;

    conn_arm(c, 0);
    conn_drop_timer(c);
    conn_unqueue(c);
    conn_drop_names(c);
    conn_wait_open(c, false);
    conn_drop_dials(c);
    intercepted_report(&c->in, c->in.error != 0 ? c->in.error : ECONNREFUSED,
                       NULL);
    endpoint_reset(&c->wire); /* no-ops when the action has closed them */
    endpoint_reset(&c->app);
    wiretap_free(c->tap);
    c->tap = NULL;
    fair_leave(conn_services(c)->fair, c->in.share);
    c->in.share = NULL;
    conn_settle(c, false);
    log_end(c);
    TAILQ_REMOVE(&l->open, c, link);
    TAILQ_INSERT_TAIL(&l->dying, c, link);
    loop_ended(l);
    loop_wake(l);
}

/* It waits for nobody any more: it relays, or is closed. */
static void has_begun(struct conn *c)
{
    c->loop->waiters--;
    TAILQ_REMOVE(&c->loop->waiting, c, wait);
    fair_begun(conn_services(c)->fair, c->in.share);
}

/* The only place that changes the state, and where its way is kept. */
static void enter(struct conn *c, enum conn_event by, enum conn_state to)
{
    bool waited = conn_is_waiting(c);

    if (c->state == to)
        return;
    c->state = (uint8_t)to;
    c->by[to] = (uint8_t)by;
    if (waited && !conn_is_waiting(c))
        has_begun(c);
    if (to != CONN_CLOSED && limits[to] != LIMIT_NOW)
        conn_arm(c, limit_of(c));
}

static enum conn_event defect(struct conn *c, enum conn_event ev)
{
    conn_remark(c, TRACE_ERR, "defect=\"event %s in state %s\"",
                conn_event_name(ev),
                conn_state_name((enum conn_state)c->state));
    enter(c, ev, CONN_CLOSED);
    return conn_because(c, CONN_BY_DEFECT, CONN_EV_NONE);
}

void conn_step(struct conn *c, enum conn_event ev)
{
    const struct edge *e;

    if (c->state == CONN_CLOSED)
        return; /* waits for the end of the turn */
    while (ev != CONN_EV_NONE && c->state != CONN_CLOSED) {
        e = &edges[c->state][ev];
        if (e->action == NULL) {
            ev = defect(c, ev);
            break;
        }
        enter(c, ev, e->to);
        ev = e->action(c);
    }
    if (c->state == CONN_CLOSED)
        close_conn(c);
    else
        keep_time(c);
}
