/*
 * The step machine, the limits and the life of a connection. What the actions
 * do about mapping is in map.c, about TLS in tls.c, about moving
 * bytes and ending at the end of this file.
 */

#include "conn/conn.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conn/private.h"
#include "util/clock.h"
#include "util/fd.h"

enum {
    SHAKE_US = 1000, /* for handshakes, in one turn, while nobody has settled */
    LONG_US = 80,    /* a step of so much waits for what is relayed */
    GIVE_WAY = 32,   /* turns without such steps, at most, for relaying */
    SETTLE_MS = 20,  /* after which a connection is no short one */
    AGE_MS = 200,    /* who waits so long for a step comes after newer ones */
    IN_ROW = 4,      /* later steps before a first one, at most */
    GONE_MAX = 32    /* partners that have gone, looked for in one turn */
};

/* ---- the table ---- */

enum {
    LIMIT_NOW,
    LIMIT_NONE,
    LIMIT_NAME,
    LIMIT_CONNECT,
    LIMIT_OPEN,
    LIMIT_FIRST,
    LIMIT_SECOND,
    LIMIT_IDLE,
    LIMIT_HALF_CLOSE
};

static const struct {
    const char *name;
    int limit;
} states[] = {
#define STATE(id, limit, meaning) {#id, LIMIT_##limit},
#include "conn/states.def"
};

static const char *const event_names[] = {
#define EVENT(id, meaning) #id,
#include "conn/states.def"
};

static const struct {
    enum counter counter;
    const char *text;
} reasons[] = {
#define REASON(id, counter, text) {COUNTER_##counter, text},
#include "conn/reasons.def"
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

const char *conn_state_name(enum conn_state s)
{
    return states[s].name;
}

const char *conn_event_name(enum conn_event e)
{
    return event_names[e];
}

bool conn_has_edge(enum conn_state s, enum conn_event e)
{
    return edges[s][e].action != NULL;
}

enum conn_state conn_state(const struct conn *c)
{
    return (enum conn_state)c->state;
}

enum conn_reason conn_reason(const struct conn *c)
{
    return (enum conn_reason)c->reason;
}

const char *conn_reason_text(enum conn_reason r)
{
    return reasons[r].text;
}

uint32_t conn_id(const struct conn *c)
{
    return c->id;
}

void conn_addresses(const struct conn *c, struct netaddr *ret_local,
                    struct netaddr *ret_remote)
{
    *ret_local = c->in.local;
    *ret_remote = c->in.remote;
}

/* ---- remarks ---- */

void conn_remark_text(struct conn *c, enum trace_priority p, const char *key,
                      const char *value)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_add_pair(&text, key, value);
    conn_remark(c, p, "%s", strbuf_str(&text));
    strbuf_done(&text);
}

void conn_remark(struct conn *c, enum trace_priority p, const char *fmt, ...)
{
    char local[NETADDR_TEXT], remote[NETADDR_TEXT], text[900];
    va_list ap;

    /* each is about one connection, of which there may be very many */
    if (!conn_may_say(c->host->stories, STORY_REMARK, conn_config(c),
                      c->host->trace))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (c->in.local.family == AF_UNSPEC)
        trace_remark(c->host->trace, p, "conn=%08X listen=%s target=%s %s",
                     c->id, netaddr_format(&c->listener->listen, local),
                     netaddr_format(intercepted_target(&c->in, 0), remote),
                     text);
    else
        trace_remark(c->host->trace, p, "conn=%08X local=%s remote=%s %s",
                     c->id, netaddr_format(&c->in.local, local),
                     netaddr_format(&c->in.remote, remote), text);
}

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
    uint64_t now = c->host->now();
    uint64_t left = c->deadline > now ? c->deadline - now : 0;
    struct timeval tv = {(time_t)(left / 1000),
                         (suseconds_t)(left % 1000 * 1000)};

    /* one that comes too early looks again: see conn_check_limit() */
    if (c->timer_at != 0 && c->timer_at <= c->deadline)
        return;
    if (c->timer == NULL)
        c->timer = evtimer_new(c->host->base, on_timer, c);
    /* without memory for a timer there is no limit to wait for */
    if (c->timer == NULL || evtimer_add(c->timer, &tv) < 0) {
        c->deadline = 0;
        conn_remark(c, TRACE_ERR, "error=\"no memory for a timer\"");
        return;
    }
    c->timer_at = c->deadline;
}

/* A connection that relays without a limit needs none. */
static void drop_timer(struct conn *c)
{
    if (c->timer != NULL)
        event_free(c->timer);
    c->timer = NULL;
    c->timer_at = 0;
}

void conn_arm(struct conn *c, uint64_t milliseconds)
{
    c->deadline = milliseconds == 0 ? 0 : c->host->now() + milliseconds;
    if (c->deadline != 0)
        set_timer(c);
    else
        drop_timer(c);
}

static uint64_t limit_of(const struct conn *c)
{
    const struct config *cfg = conn_config(c);

    switch (states[c->state].limit) {
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
    uint64_t now = c->host->now(), limit;

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

/* ---- life ---- */

static void wake_after_a_look(struct conn_host *h)
{
    static const struct timeval at_once = {0, 0};

    if (!h->woken)
        h->woken = evtimer_add(h->turn, &at_once) == 0;
}

/* It comes after the events that are there already, without another look at
 * the sockets, unless a handshake has made a step since the last: no two steps
 * are made without one. A turn sees at its end whether there is to be another.
 */
static void wake_turn(struct conn_host *h)
{
    if (h->woken || h->turning)
        return;
    if (h->stepped) {
        wake_after_a_look(h);
        return;
    }
    h->woken = true;
    event_active(h->turn, EV_TIMEOUT, 0);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct conn_host *h = arg;

    (void)fd;
    (void)what;
    h->woken = false;
    conn_host_turn(h);
}

int conn_host_init(struct conn_host *h, struct error *err)
{
    int r;

    TAILQ_INIT(&h->open);
    TAILQ_INIT(&h->again);
    TAILQ_INIT(&h->greeting);
    TAILQ_INIT(&h->shaking);
    TAILQ_INIT(&h->unnamed);
    TAILQ_INIT(&h->waiting);
    TAILQ_INIT(&h->unopened);
    TAILQ_INIT(&h->dying);
    atomic_init(&h->count, 0);
    atomic_init(&h->beginning, 0);
    h->woken = h->turning = h->stepped = false;
    h->settled = 0;
    memset(h->limited, 0, sizeof(h->limited));
    h->intercept = (struct intercept_host){0};
    h->scratch = scratch_new();
    h->turn = evtimer_new(h->base, on_turn, h);
    r = !conn_later_init(h) || !conn_room_init(h) || h->scratch == NULL ||
                h->turn == NULL
            ? error_nomem(err)
            : intercept_host_init(&h->intercept, h->pairs, h->marks, err);
    h->intercept.own = h->own;
    if (r < 0)
        conn_host_done(h);
    return r;
}

static void conn_free(struct conn *c)
{
    drop_timer(c);
    pump_done(&c->pump, c->host->scratch);
    endpoint_reset(&c->wire);
    endpoint_reset(&c->app);
    wiretap_free(c->tap);
    intercepted_reset(&c->in, &c->in.other);
    intercepted_done(&c->in, &c->host->intercept);
    environment_unref(c->env);
    snapshot_unref(c->snapshot);
    free(c->client_hello);
    free(c->server_hello);
    free(c);
}

void conn_queue(struct conn *c, struct conn_list *list)
{
    if (c->queued == &c->host->doubted)
        conn_unqueue(c);
    if (c->queued != NULL)
        return;
    c->queued = list;
    c->listed = (uint32_t)c->host->now();
    TAILQ_INSERT_TAIL(list, c, queue);
    wake_turn(c->host);
}

void conn_unqueue(struct conn *c)
{
    if (c->queued != NULL)
        TAILQ_REMOVE(c->queued, c, queue);
    c->queued = NULL;
}

static void free_dying(struct conn_host *h)
{
    struct conn *c;

    while ((c = TAILQ_FIRST(&h->dying)) != NULL) {
        TAILQ_REMOVE(&h->dying, c, link);
        conn_free(c);
    }
}

/* Those that queue anew come after the sockets' next events. */
static void relay_again(struct conn_host *h)
{
    struct conn *c, *last = TAILQ_LAST(&h->again, conn_list);
    bool end = last == NULL;

    while (!end && (c = TAILQ_FIRST(&h->again)) != NULL) {
        end = c == last;
        conn_unqueue(c);
        conn_step(c, CONN_EV_READY);
    }
}

/* ---- turns of handshakes ---- */

bool conn_host_is_crowded(const struct conn_host *h)
{
    return h->settled > 0 &&
           (!TAILQ_EMPTY(&h->greeting) || !TAILQ_EMPTY(&h->shaking));
}

static bool is_old(const struct conn *c)
{
    return (uint32_t)c->host->now() - c->listed >= AGE_MS;
}

/* In the order in which they came, while all are served soon. When more come
 * than can be, those that came last: their partners still wait, and a step for
 * one that has given up is a step in vain. */
static struct conn *next_of(const struct conn_list *list)
{
    struct conn *c = TAILQ_FIRST(list);

    return c != NULL && is_old(c) ? TAILQ_LAST(list, conn_list) : c;
}

/* NULL: no handshake can go on. Those that have begun come first, as the long
 * step is behind them; but whoever makes many steps does not keep those waiting
 * that want to begin. */
static struct conn *next_to_shake(const struct conn_host *h)
{
    struct conn *begins = next_of(&h->greeting);
    struct conn *goes_on = next_of(&h->shaking);

    return goes_on != NULL && (begins == NULL || h->in_row < IN_ROW) ? goes_on
                                                                     : begins;
}

/* A client that has waited for long and hung up can't end its handshake. */
bool conn_is_abandoned(const struct conn *c)
{
    return c->queued == &c->host->greeting && c->wire.ends &&
           session_is_server(c->wire.session) && is_old(c);
}

static void drop_abandoned(struct conn_host *h)
{
    struct conn *c;
    int i;

    for (i = 0; i < GONE_MAX; i++) {
        c = TAILQ_FIRST(&h->greeting);
        if (c == NULL || !conn_is_abandoned(c))
            return;
        conn_step(c, conn_because(c, CONN_BY_ABANDONED, CONN_EV_MAKE_ROOM));
    }
}

static bool is_first(const struct conn *c)
{
    return c->queued == &c->host->greeting;
}

/* What was relayed has an answer soon, which is relayed first: before a step
 * that will take as long as the last of its kind. */
static bool gives_way(struct conn_host *h, const struct conn *to)
{
    bool gives = h->settled > 0 && h->relayed && h->long_step[is_first(to)] &&
                 h->gave_way < GIVE_WAY;

    h->gave_way = gives ? h->gave_way + 1 : 0;
    h->relayed = false;
    return gives;
}

/* NOW: when it begins; becomes when it has ended. */
static void shake(struct conn *c, uint64_t *now)
{
    struct conn_host *h = c->host;
    uint64_t before = *now;
    bool first = is_first(c);

    h->in_row = first ? 0 : h->in_row + 1;
    h->stepped = true;
    h->steps++;
    conn_unqueue(c);
    conn_step(c, CONN_EV_TURN);
    *now = clock_us();
    h->long_step[first] = *now - before >= LONG_US;
}

/* A step of a handshake may take as long as relaying fifty messages: after
 * each, those who have settled are looked at again. When nobody has, that would
 * only be one epoll_wait() more for each of many short connections. */
static void shake_some(struct conn_host *h)
{
    struct conn *c;
    uint64_t now, end;

    drop_abandoned(h);
    c = next_to_shake(h);
    if (c == NULL || gives_way(h, c))
        return;
    now = clock_us();
    end = now + SHAKE_US;
    do {
        shake(c, &now);
        c = next_to_shake(h);
    } while (c != NULL && now < end && h->settled == 0);
}

void conn_host_turn(struct conn_host *h)
{
    h->turning = true;
    relay_again(h);
    shake_some(h);
    free_dying(h);
    if (TAILQ_EMPTY(&h->open))
        pipes_done(&h->scratch->pipes);
    h->turning = false;
    if (!TAILQ_EMPTY(&h->again) || next_to_shake(h) != NULL)
        wake_after_a_look(h);
}

void conn_host_named(struct conn_host *h)
{
    struct conn *c, *next;

    for (c = TAILQ_FIRST(&h->unnamed); c != NULL; c = next) {
        next = TAILQ_NEXT(c, name);
        conn_step(c, CONN_EV_READY);
    }
}

void conn_host_opened(struct conn_host *h)
{
    struct conn *c, *next;

    for (c = TAILQ_FIRST(&h->unopened); c != NULL; c = next) {
        next = TAILQ_NEXT(c, opening);
        conn_step(c, CONN_EV_READY);
    }
}

void conn_host_stop(struct conn_host *h)
{
    struct conn *c, *next;

    for (c = TAILQ_FIRST(&h->open); c != NULL; c = next) {
        next = TAILQ_NEXT(c, link);
        conn_step(c, CONN_EV_STOP);
    }
}

void conn_host_done(struct conn_host *h)
{
    conn_host_stop(h);
    free_dying(h);
    intercept_host_done(&h->intercept);
    if (h->turn != NULL)
        event_free(h->turn);
    conn_later_done(h);
    conn_room_done(h);
    scratch_free(h->scratch);
}

static void on_ready(void *arg)
{
    struct conn *c = arg;

    c->host->stepped = false; /* the sockets were looked at */
    conn_step(c, CONN_EV_READY);
}

struct conn *conn_new_in_state(struct conn_host *h,
                               const struct config_listener *l,
                               enum conn_state s)
{
    struct conn *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->host = h;
    c->listener = l;
    c->in.fd = c->in.other = -1;
    c->in.direction = l->direction;
    c->in.target = &l->target;
    c->snapshot = snapshots_get(h->snapshots);
    c->id = snapshots_next_connid(h->snapshots);
    c->began = h->now();
    conn_mark(c, STORY_ACCEPTED);
    c->state = (uint8_t)s;
    endpoint_init(&c->wire, on_ready, c);
    endpoint_init(&c->app, on_ready, c);
    pump_init(&c->pump, &c->app, &c->wire);
    c->pump.truncation_is_eof = l->truncation == TRUNCATION_EOF;
    c->beginning = true;
    TAILQ_INSERT_TAIL(&h->open, c, link);
    TAILQ_INSERT_TAIL(&h->waiting, c, wait);
    h->count++;
    h->beginning++;
    return c;
}

static void settle(struct conn *c, bool settled)
{
    if (settled && !c->settled)
        c->host->settled++;
    if (!settled && c->settled)
        c->host->settled--;
    c->settled = settled;
}

static void has_begun(struct conn *c)
{
    struct conn_host *h = c->host;

    if (!c->beginning)
        return;
    c->beginning = false;
    h->beginning--;
    TAILQ_REMOVE(&h->waiting, c, wait);
    fair_begun(h->fair, c->in.share);
}

static void give_back(struct conn_host *h, struct intercepted *in)
{
    fair_leave(h->fair, in->share);
    in->share = NULL;
}

/* A program's own socket has options of its own. */
static int accepted(struct endpoint *e, struct event_base *base,
                    const struct intercepted *in, struct error *err)
{
    return in->foreign ? endpoint_foreign(e, base, in->fd, err)
                       : endpoint_accepted(e, base, in->fd, err);
}

void conn_start(struct conn_host *h, const struct config_listener *l,
                const struct intercepted *in)
{
    struct conn *c = conn_new_in_state(h, l, CONN_NEW);
    struct endpoint *e;
    struct error err;

    metrics_add(&h->metrics, COUNTER_ACCEPTED, 1);
    if (c == NULL) {
        struct intercepted dropped = *in;

        fair_begun(h->fair, dropped.share);
        give_back(h, &dropped);
        intercepted_drop(&dropped);
        metrics_add(&h->metrics, COUNTER_REFUSED, 1);
        return;
    }
    c->in = *in;
    c->in.fd = -1;
    e = conn_outbound(c) ? &c->app : &c->wire;
    if (accepted(e, h->base, in, &err) < 0) {
        conn_remark_text(c, TRACE_ERR, "error", err.text);
        c->reason = CONN_BY_NO_MEMORY;
        conn_step(c, CONN_EV_REFUSED);
        return;
    }
    e->hard = conn_outbound(c) &&
              !in->foreign; /* its listener is: worker/listener.c */
    conn_keep_later(h);
    if (fair_is_pressed(h->fair))
        conn_press_later(h);
    conn_step(c, conn_outbound(c) ? CONN_EV_ARRIVED_OUT : CONN_EV_ARRIVED_IN);
}

/* ---- the step ---- */

/* A reset while bytes went both ways is a way to end, not a failure of ours. */
static bool has_failed(const struct conn *c)
{
    switch (c->reason) {
    case CONN_BY_FINISHED:
    case CONN_BY_IDLE:
    case CONN_BY_STOPPED:
        return false;
    case CONN_BY_WIRE_LOST:
    case CONN_BY_APP_LOST:
        return c->tls && !c->secured;
    default:
        return true;
    }
}

static void log_end(struct conn *c)
{
    if (has_failed(c))
        conn_tell(c, NULL);
    metrics_add(&c->host->metrics, COUNTER_CLOSED, 1);
    if (reasons[c->reason].counter != COUNTER_CLOSED)
        metrics_add(&c->host->metrics, reasons[c->reason].counter, 1);
    switch (c->reason) {
    case CONN_BY_FINISHED:
    case CONN_BY_WIRE_LOST: /* a peer may reset; the TLS lines say the rest */
    case CONN_BY_APP_LOST:
    case CONN_BY_HANDSHAKE: /* have said more already */
    case CONN_BY_TIMED_OUT:
    case CONN_BY_ENVIRONMENT:
    case CONN_BY_OPEN_LATE:
    case CONN_BY_DIAL_FAILED:
    case CONN_BY_TRICKLED:
    case CONN_BY_ABANDONED:
        break;
    case CONN_BY_GAVE_WAY: /* as many as there are new ones */
        conn_remark_room(c->host);
        break;
    default:
        conn_remark(c, TRACE_WARNING, "ended=\"%s\"", reasons[c->reason].text);
    }
}

static void close_conn(struct conn *c)
{
    struct conn_host *h = c->host;

    conn_arm(c, 0);
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
    has_begun(c);
    give_back(h, &c->in);
    settle(c, false);
    log_end(c);
    TAILQ_REMOVE(&h->open, c, link);
    TAILQ_INSERT_TAIL(&h->dying, c, link);
    h->count--;
    wake_turn(h);
}

enum conn_event conn_because(struct conn *c, enum conn_reason why,
                             enum conn_event ev)
{
    c->reason = (uint8_t)why;
    return ev;
}

static void enter(struct conn *c, enum conn_state to)
{
    bool same = c->state == to;

    c->state = (uint8_t)to;
    if (!same && to != CONN_CLOSED && states[to].limit != LIMIT_NOW)
        conn_arm(c, limit_of(c));
}

static enum conn_event defect(struct conn *c, enum conn_event ev)
{
    conn_remark(c, TRACE_ERR, "defect=\"event %s in state %s\"",
                conn_event_name(ev), states[c->state].name);
    enter(c, CONN_CLOSED);
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
        enter(c, e->to);
        ev = e->action(c);
    }
    if (c->state == CONN_CLOSED)
        close_conn(c);
}

/* ---- actions: bytes ---- */

/* A daemon that is killed in mid transfer is no end that a program, or a
 * partner in clear, could take for one; in TLS close_notify tells. */
static void end_hard(struct conn *c)
{
    endpoint_end_hard(&c->app);
    if (!c->tls)
        endpoint_end_hard(&c->wire);
}

enum conn_event conn_do_start_relay(struct conn *c)
{
    has_begun(c);
    end_hard(c);
    conn_tap_app(c);
    c->host->scratch->most = (size_t)conn_config(c)->max_buffers << 20;
    c->active = c->host->now();
    return conn_do_relay(c);
}

enum conn_event conn_broken(struct conn *c, const struct pump_fault *fault)
{
    if (fault->why == IO_BLOCKED)
        return conn_because(c, CONN_BY_NO_MEMORY, CONN_EV_LOST);
    if (fault->why == IO_TRUNCATED)
        return conn_because(c, CONN_BY_TRUNCATED, CONN_EV_LOST);
    return conn_because(
        c, fault->at == &c->wire ? CONN_BY_WIRE_LOST : CONN_BY_APP_LOST,
        CONN_EV_LOST);
}

static void count_bytes(struct conn *c, uint64_t out, uint64_t in)
{
    const struct flow *f = c->pump.flow;

    if (f[FLOW_OUT].bytes == out && f[FLOW_IN].bytes == in)
        return;
    metrics_add(&c->host->metrics, COUNTER_BYTES_OUT, f[FLOW_OUT].bytes - out);
    metrics_add(&c->host->metrics, COUNTER_BYTES_IN, f[FLOW_IN].bytes - in);
    c->active = c->host->now();
    c->host->relayed = true;
}

enum conn_event conn_do_relay(struct conn *c)
{
    struct pump_fault fault;
    const struct flow *f = c->pump.flow;
    uint64_t out = f[FLOW_OUT].bytes, in = f[FLOW_IN].bytes;
    enum pump_status st = pump_run(&c->pump, c->host->scratch, &fault);

    count_bytes(c, out, in);
    if (!c->settled && c->host->now() - c->began >= SETTLE_MS)
        settle(c, true);
    if (st == PUMP_BROKEN)
        return conn_broken(c, &fault);
    if (st == PUMP_DONE)
        return CONN_EV_DONE;
    if (st == PUMP_MORE)
        conn_queue(c, &c->host->again);
    else
        conn_doubt(c);
    if (c->state == CONN_RELAYING && (f[FLOW_OUT].ended || f[FLOW_IN].ended))
        return CONN_EV_HALF;
    return CONN_EV_NONE;
}

enum conn_event conn_do_wait(struct conn *c)
{
    (void)c;
    return CONN_EV_NONE;
}

/* ---- actions: ends ---- */

enum conn_event conn_do_finish(struct conn *c)
{
    c->reason = CONN_BY_FINISHED;
    conn_log_tls_end(c, 0, NULL);
    conn_keep_story(c);
    endpoint_close(&c->wire);
    endpoint_close(&c->app);
    return CONN_EV_NONE;
}

/* A reset stays a reset; what is no orderly end never looks like one. */
enum conn_event conn_do_lose(struct conn *c)
{
    const struct tls_outcome *o = NULL;

    if (c->wire.session != NULL && c->reason != CONN_BY_APP_LOST)
        o = session_outcome(c->wire.session);
    if (c->reason == CONN_BY_TRUNCATED)
        conn_log_tls_end(c, 420, "FIN without close_notify");
    else if (o != NULL)
        conn_log_tls_end(c, o->rc, o->reason);
    return conn_do_reset(c);
}

enum conn_event conn_do_expire(struct conn *c)
{
    c->reason = CONN_BY_IDLE;
    return conn_do_reset(c);
}

enum conn_event conn_do_stop(struct conn *c)
{
    c->reason = CONN_BY_STOPPED;
    return conn_do_reset(c);
}

/* The alert that tells the peer why must not be overtaken by a reset. */
static void reset_wire(struct conn *c)
{
    const struct tls_outcome *o =
        c->wire.session != NULL ? session_outcome(c->wire.session) : NULL;

    if (o != NULL && o->rc != 0 && o->alert_sent >= 0)
        endpoint_close(&c->wire);
    else
        endpoint_reset(&c->wire);
}

enum conn_event conn_do_reset(struct conn *c)
{
    conn_log_tls_end(c, 0, NULL);
    if (!has_failed(c))
        conn_keep_story(c);
    reset_wire(c);
    endpoint_reset(&c->app);
    return CONN_EV_NONE;
}
