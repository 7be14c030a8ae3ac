/* Environment, session and handshake of a connection. */

#include <stdio.h>

#include "conn/private.h"
#include "tls/retcode.h"

enum {
    SECOND_FACTOR = 10, /* the second interval, of the first */
    AGE_MS = 200        /* after this wait for a step newer ones come first */
};

/* ---- limits ---- */

static uint64_t left_of(const struct conn *c, uint64_t limit)
{
    uint64_t now = conn_now(c);
    uint64_t left = c->handshake_end > now ? c->handshake_end - now : 1;

    return limit == 0 || limit > left ? left : limit;
}

uint64_t conn_first_limit(const struct conn *c)
{
    return left_of(c, effective_number(c->eff, PARM_HandshakeTimeout) * 1000);
}

bool conn_trickles(const struct conn *c)
{
    uint64_t first, limit = conn_config(c)->handshake_limit * 1000;

    if (c->state != CONN_HANDSHAKING) /* there may be no rule yet */
        return false;
    first = effective_number(c->eff, PARM_HandshakeTimeout) * 1000;
    return first != 0 && first < limit &&
           conn_now(c) + limit >= c->handshake_end + first;
}

uint64_t conn_second_limit(const struct conn *c)
{
    return left_of(c, effective_number(c->eff, PARM_HandshakeTimeout) * 1000 *
                          SECOND_FACTOR);
}

static enum conn_event environment_failed(struct conn *c,
                                          struct environment_link *l)
{
    c->reason = CONN_BY_ENVIRONMENT; /* the story has both return codes */
    conn_speak(c);
    conn_log_handshake(c, RC_ENVIRONMENT);
    conn_tell(c, &l->why);
    metrics_add(&c->loop->metrics, COUNTER_HANDSHAKE_FAILED, 1);
    return conn_because(c, CONN_BY_ENVIRONMENT, CONN_EV_FAILED);
}

static void tap(struct conn *c, struct session *session)
{
    struct wiretap_params p;

    if (!wiretraces_run(conn_services(c)->wiretraces))
        return;
    p = (struct wiretap_params){
        .rule = policy_rule_name(c->rule),
        .outbound = conn_outbound(c),
        .secrets = conn_config(c)->allow_secrets,
        .clear = effective_on(c->eff, PARM_CtraceClearText),
        .id = c->id,
        .local = c->in.local,
        .remote = c->in.remote,
    };
    c->tap = wiretap_new(conn_services(c)->wiretraces, &p);
    wiretap_session(c->tap, session);
}

static enum conn_event open_session(struct conn *c)
{
    struct session_params params = {c->env, c->eff, &c->in.remote,
                                    conn_outbound(c)};
    struct session *session = NULL;
    struct tls_outcome why;
    struct ezd_subject s;
    int rc;

    conn_mark(c, STORY_TLS_BEGUN);
    conn_subject(c, &s);
    if (!c->hushed)
        ezd_start(conn_services(c)->trace, &s, EZD_INITIAL_HANDSHAKE,
                  conn_role(c));
    rc = session_new(&params, &session, &why);
    if (rc == 0) {
        conn_watch_session(c, session);
        tap(c, session);
        rc = endpoint_start_tls(&c->wire, session);
        if (rc != 0)
            why = *session_outcome(session);
    }
    if (conn_session(c) != NULL)
        conn_log_flow(c, &s, CONN_FLOW_OPEN, 0);
    if (rc == 0)
        return CONN_EV_OPENED;
    conn_log_handshake(c, rc);
    conn_tell(c, &why);
    return conn_because(c, CONN_BY_HANDSHAKE, CONN_EV_FAILED);
}

enum conn_event conn_do_open_tls(struct conn *c)
{
    const struct loop_owner *o = &c->loop->owner;
    struct opening_waiter waiter = {o->wake, o->arg};
    struct environment_link link;

    snapshot_link(c->snapshot, conn_services(c)->snapshots, c->rule,
                  c->in.who.userid, o->wake != NULL ? &waiter : NULL, &link);
    conn_wait_open(c, link.waiting);
    if (link.waiting)
        return CONN_EV_NONE;
    c->handshake_end = conn_now(c) + conn_config(c)->handshake_limit * 1000;
    c->grpid = link.grpid;
    c->envid = link.envid;
    c->env = link.env;
    if (link.opened)
        conn_log_environment(c, &link);
    if (link.rc != 0)
        return environment_failed(c, &link);
    if (link.stale)
        metrics_add(&c->loop->metrics, COUNTER_STALE, 1);
    return open_session(c);
}

/* The helper hangs: in a file system, in a token's module. */
enum conn_event conn_do_open_late(struct conn *c)
{
    struct tls_outcome why;
    char limit[24];

    tls_outcome_init(&why);
    snprintf(limit, sizeof(limit), "%lu", conn_config(c)->open_limit);
    tls_fail(&why, FAULT_open_late, &(struct fault_words){.wanted = limit});
    c->reason = CONN_BY_OPEN_LATE;
    conn_log_handshake(c, RC_ENVIRONMENT);
    conn_tell(c, &why);
    metrics_add(&c->loop->metrics, COUNTER_HANDSHAKE_FAILED, 1);
    return conn_because(c, CONN_BY_OPEN_LATE, conn_do_reject(c));
}

/* ---- the handshake ---- */

static enum conn_event secured(struct conn *c)
{
    metrics_add(&c->loop->metrics, COUNTER_HANDSHAKES, 1);
    if (session_resumed(conn_session(c)))
        metrics_add(&c->loop->metrics, COUNTER_RESUMED, 1);
    if (session_lacks_ticket(conn_session(c))) {
        metrics_add(&c->loop->metrics, COUNTER_LACKS_TICKET, 1);
        c->loop->lacks_ticket = c->in.remote;
    }
    conn_mark(c, STORY_SECURED);
    conn_unwatch_session(c);
    wiretap_secured(c->tap);
    conn_log_handshake(c, 0);
    conn_count_audit(c, AUDIT_TLS);
    return endpoint_is_open(&c->app) ? CONN_EV_SECURED : CONN_EV_SECURED_ALONE;
}

static enum conn_event shake_failed(struct conn *c)
{
    const struct tls_outcome *o = session_outcome(conn_session(c));

    conn_log_handshake(c, o->rc);
    conn_tell(c, o);
    return conn_because(c, CONN_BY_HANDSHAKE, CONN_EV_FAILED);
}

/* A server has nothing to do before the client has said something. */
static bool waits_for_client(const struct conn *c)
{
    return c->state == CONN_GREETING && !endpoint_can_read(&c->wire) &&
           session_is_server(conn_session(c));
}

bool conn_is_old(const struct conn *c)
{
    return (uint32_t)conn_now(c) - c->listed >= AGE_MS;
}

/* A client that has waited for long and hung up can't end its handshake. */
bool conn_is_abandoned(const struct conn *c)
{
    return c->queued == &c->loop->greeting && endpoint_has_ended(&c->wire) &&
           session_is_server(conn_session(c)) && conn_is_old(c);
}

/* The work of a handshake is not done in the event of a socket: see
 * shake_some() in loop.c. */
enum conn_event conn_do_take_turn(struct conn *c)
{
    if (conn_is_abandoned(c))
        return conn_because(c, CONN_BY_ABANDONED, CONN_EV_MAKE_ROOM);
    if (waits_for_client(c))
        return CONN_EV_NONE;
    conn_queue(c, c->state == CONN_GREETING ? &c->loop->greeting
                                            : &c->loop->shaking);
    return CONN_EV_NONE;
}

enum conn_event conn_do_shake(struct conn *c)
{
    enum io io = endpoint_handshake(&c->wire);

    if (c->client_hello != NULL)
        conn_speak(c);
    if (io == IO_OK)
        return secured(c);
    if (io != IO_BLOCKED)
        return shake_failed(c);
    conn_doubt(c);
    if (c->state == CONN_GREETING && session_heard(conn_session(c)))
        return CONN_EV_HEARD;
    return CONN_EV_NONE;
}

/* ---- giving it up ---- */

static void tell_given_up(struct conn *c, enum fault fault)
{
    session_abandon(conn_session(c), fault);
    conn_log_handshake(c, fault_row(fault)->code);
    conn_tell(c, session_outcome(conn_session(c)));
    metrics_add(&c->loop->metrics, COUNTER_HANDSHAKE_FAILED, 1);
}

enum conn_event conn_do_give_up(struct conn *c)
{
    c->reason = CONN_BY_TIMED_OUT;
    if (c->queued == &c->loop->greeting) /* it has said something, unread */
        tell_given_up(c, FAULT_no_time);
    else
        tell_given_up(c, session_silence(conn_session(c)));
    return conn_do_reset(c);
}

/* The reason says which limit it was. */
static enum fault lack_of_room(const struct conn *c)
{
    bool heard = session_heard(conn_session(c));

    if (c->reason == CONN_BY_ABANDONED)
        return FAULT_abandoned;
    if (c->reason == CONN_BY_TRICKLED)
        return heard ? FAULT_trickled : FAULT_trickled_silent;
    return heard ? FAULT_gave_way_long : FAULT_gave_way_silent;
}

/* The reason is set. */
enum conn_event conn_do_make_room(struct conn *c)
{
    if (conn_session(c) != NULL)
        tell_given_up(c, lack_of_room(c));
    return conn_do_reset(c);
}
