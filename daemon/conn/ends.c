/* The actions that move bytes, and those that end a connection. */

#include <sys/socket.h>

#include "conn/private.h"

enum { SETTLE_MS = 20 }; /* a connection that is older is not a short one */

/* ---- actions: bytes ---- */

/* A daemon that is killed in mid transfer is no end that a program, or a
 * partner in clear, could take for one; in TLS close_notify tells. */
static void end_hard(struct conn *c)
{
    endpoint_end_hard(&c->app);
    if (!c->tls)
        endpoint_end_hard(&c->wire);
}

/* Both sides are there: the trace gets the packets of the app side too. */
static void tap_app(struct conn *c)
{
    struct netaddr local, remote;

    if (c->tap != NULL &&
        netaddr_of_socket(endpoint_fd(&c->app), getsockname, &local) &&
        netaddr_of_socket(endpoint_fd(&c->app), getpeername, &remote))
        wiretap_app(c->tap, &local, &remote);
}

enum conn_event conn_do_start_relay(struct conn *c)
{
    end_hard(c);
    tap_app(c);
    c->loop->scratch->most = (size_t)conn_config(c)->max_buffers << 20;
    c->active = conn_now(c);
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
    metrics_add(&c->loop->metrics, COUNTER_BYTES_OUT, f[FLOW_OUT].bytes - out);
    metrics_add(&c->loop->metrics, COUNTER_BYTES_IN, f[FLOW_IN].bytes - in);
    c->active = conn_now(c);
    c->loop->relayed = true;
}

enum conn_event conn_do_relay(struct conn *c)
{
    struct pump_fault fault;
    const struct flow *f = c->pump.flow;
    uint64_t out = f[FLOW_OUT].bytes, in = f[FLOW_IN].bytes;
    enum pump_status st = pump_run(&c->pump, c->loop->scratch, &fault);

    count_bytes(c, out, in);
    if (pump_has_heard(&c->pump))
        conn_hear_first(c);
    if (!c->settled && conn_now(c) - c->began >= SETTLE_MS)
        conn_settle(c, true);
    if (st == PUMP_BROKEN)
        return conn_broken(c, &fault);
    if (st == PUMP_DONE)
        return CONN_EV_DONE;
    if (st == PUMP_MORE)
        conn_queue(c, &c->loop->again);
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
    conn_log_tls_end(c, FAULT_none);
    conn_keep_story(c);
    endpoint_close(&c->wire);
    endpoint_close(&c->app);
    return CONN_EV_NONE;
}

/* A reset stays a reset; an end that is not orderly never looks like one. */
enum conn_event conn_do_lose(struct conn *c)
{
    const struct tls_outcome *o = NULL;

    if (conn_session(c) != NULL && c->reason != CONN_BY_APP_LOST)
        o = session_outcome(conn_session(c));
    if (c->reason == CONN_BY_TRUNCATED)
        conn_log_tls_end(c, FAULT_truncated);
    else if (o != NULL)
        conn_log_tls_end(c, o->fault);
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
        conn_session(c) != NULL ? session_outcome(conn_session(c)) : NULL;

    if (o != NULL && o->rc != 0 && o->alert_sent >= 0)
        endpoint_close(&c->wire);
    else
        endpoint_reset(&c->wire);
}

enum conn_event conn_do_reset(struct conn *c)
{
    conn_log_tls_end(c, FAULT_none);
    if (!conn_has_failed(c))
        conn_keep_story(c);
    reset_wire(c);
    endpoint_reset(&c->app);
    return CONN_EV_NONE;
}

/* The alert that tells the peer why must not be overtaken by a reset; the
 * program gets the reset. */
enum conn_event conn_do_reject(struct conn *c)
{
    conn_log_tls_end(c, FAULT_none);
    endpoint_reset(&c->app);
    if (conn_session(c) != NULL)
        endpoint_close(&c->wire);
    else
        endpoint_reset(&c->wire);
    return CONN_EV_NONE;
}

/* The session ends in order, and by the reset the partner knows all the same
 * that it was not served. */
enum conn_event conn_do_turn_away(struct conn *c)
{
    endpoint_notify(&c->wire);
    return conn_do_reset(c);
}
