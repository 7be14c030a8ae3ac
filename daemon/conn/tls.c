/*
 * Environment, session and handshake of a connection, with the EZD lines in
 * the order in which z/OS writes them (IP Diagnosis Guide, "AT-TLS traces").
 */

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "conn/private.h"

enum {
    RC_ENVIRONMENT = 5006,
    RC_SILENT = 5004,
    RC_TOO_LONG = 5005,
    RC_IO = 406,
    RC_CLOSED = 420,
    SECOND_FACTOR = 10 /* the second interval, of the first */
};

/* ---- limits ---- */

static uint64_t left_of(const struct conn *c, uint64_t limit)
{
    uint64_t now = c->host->now();
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
           c->host->now() + limit >= c->handshake_end + first;
}

uint64_t conn_second_limit(const struct conn *c)
{
    return left_of(c, effective_number(c->eff, PARM_HandshakeTimeout) * 1000 *
                          SECOND_FACTOR);
}

/* ---- lines ---- */

/* The two handles, and what was negotiated where HANDSHAKE is set. */
static void add_handles(const struct conn *c, bool handshake,
                        struct strbuf *out)
{
    const struct session *session = c->wire.session;
    struct ezd_handshake h = {0};

    if (c->env != NULL)
        h.environment = environment_handle(c->env);
    if (session != NULL)
        h.session = session_handle(session);
    if (!handshake) {
        strbuf_addf(out, "%016" PRIX64 " %016" PRIX64, h.session,
                    h.environment);
        return;
    }
    if (session != NULL) {
        h.protocol = session_protocol(session);
        h.cipher = session_cipher(session);
    }
    ezd_add_handshake(&h, out);
}

static const char *role_of(const struct conn *c)
{
    switch (effective_choice(c->eff, PARM_HandshakeRole)) {
    case ROLE_CLIENT:
        return "HS-Client";
    case ROLE_SERVER:
        return "HS-Server";
    default:
        return "HS-ServerWClientAuth";
    }
}

/* ---- partners that say no TLS ---- */

/* The hello of a client has not come. */
static bool is_unheard(const struct conn *c)
{
    return c->wire.session != NULL && session_is_server(c->wire.session) &&
           c->client_hello == NULL;
}

bool conn_is_hushed(struct conn *c)
{
    return c->host->stories != NULL && !conn_outbound(c) &&
           (c->trace & (EZD_TRACE_FLOW | EZD_TRACE_DATA)) == 0 &&
           stories_are_many(c->host->stories, STORY_EZD,
                            conn_config(c)->failure_rate);
}

void conn_speak(struct conn *c)
{
    struct ezd_subject s;

    if (!c->hushed)
        return;
    c->hushed = false;
    conn_subject(c, &s);
    ezd_map(c->host->trace, &s, EZD_ENABLED);
    ezd_event(c->host->trace, &s, 0, EZD_CONNECTION_INIT, NULL);
    if (c->wire.session != NULL)
        ezd_start(c->host->trace, &s, EZD_INITIAL_HANDSHAKE, role_of(c));
}

/* Whoever sends what is no TLS as often as he can does not fill the log. */
static bool may_fail_aloud(struct conn *c)
{
    return conn_may_say(c->host->stories, STORY_EZD, conn_config(c),
                        c->host->trace);
}

/* It fails, and there are to be no lines about that. */
static bool fails_quietly(struct conn *c)
{
    if (!c->judged && is_unheard(c))
        c->quiet = !may_fail_aloud(c);
    c->judged = true;
    if (!c->quiet)
        conn_speak(c);
    return c->quiet;
}

static void log_handshake(struct conn *c, int rc)
{
    struct strbuf add = STRBUF_INIT;
    struct ezd_subject s;

    if (rc != 0 && fails_quietly(c))
        return;
    conn_subject(c, &s);
    if (c->wire.session != NULL)
        conn_log_flow(c, &s, CONN_FLOW_INIT, rc);
    /* with errors alone a good handshake costs no formatting */
    if (rc == 0 && (s.trace & (EZD_TRACE_INFO | EZD_TRACE_EVENT)) == 0)
        return;
    add_handles(c, true, &add);
    ezd_event(c->host->trace, &s, rc, EZD_INITIAL_HANDSHAKE, strbuf_str(&add));
    strbuf_done(&add);
}

/* What EZD1283I Connection Init began is ended here, once. */
void conn_log_tls_end(struct conn *c, int rc, const char *why)
{
    struct strbuf add = STRBUF_INIT;
    struct ezd_subject s;
    struct tls_outcome o;

    if (!c->begun)
        return;
    c->begun = false;
    if (c->hushed || c->quiet)
        return;
    conn_subject(c, &s);
    if (rc != 0 && c->secured) {
        ezd_event(c->host->trace, &s, rc, EZD_DATA_DECRYPTION, NULL);
        tls_outcome_init(&o);
        if (c->wire.session != NULL)
            o = *session_outcome(c->wire.session);
        tls_outcome_set(&o, rc, "%s", why);
        conn_tell(c, &o);
    }
    ezd_start(c->host->trace, &s, EZD_CONNECTION_CLOSE, NULL);
    conn_log_flow(c, &s, CONN_FLOW_CLOSE, 0);
    if ((s.trace & EZD_TRACE_EVENT) != 0) {
        add_handles(c, false, &add);
        ezd_event(c->host->trace, &s, 0, EZD_CONNECTION_CLOSE,
                  strbuf_str(&add));
    }
    strbuf_done(&add);
}

/* ---- the environment ---- */

/*
 * The lines of an environment have CONNID 0 and no addresses, but the user
 * id. On z/OS the environment is linked to a "master" environment, which
 * holds the ring; here they are one, so both lines have its number.
 */
static void log_environment(struct conn *c, const struct environment_link *l)
{
    struct trace *t = c->host->trace;
    struct strbuf add = STRBUF_INIT;
    struct ezd_subject s, whole;
    int rc = l->stale ? l->why.rc : l->rc;

    conn_subject(c, &whole);
    s = whole;
    s.connid = 0;
    s.local.family = s.remote.family = AF_UNSPEC;
    s.jobname = s.rule = NULL;
    ezd_start(t, &s, EZD_ENVIRONMENT_CREATE, NULL);
    conn_log_flow(c, &s, CONN_FLOW_ENVIRONMENT, rc);
    ezd_event(t, &s, 0, EZD_ENVIRONMENT_CREATE, NULL);
    strbuf_addf(&add, "%016llX",
                rc == 0 ? (unsigned long long)environment_handle(l->env)
                        : 0ULL);
    ezd_event(t, &s, rc, EZD_ENVIRONMENT_MASTER_INIT, strbuf_str(&add));
    strbuf_addf(&add, " %08X", (unsigned)l->envid);
    ezd_event(t, &s, rc, EZD_ENVIRONMENT_LINK, strbuf_str(&add));
    strbuf_done(&add);
}

static enum conn_event environment_failed(struct conn *c,
                                          struct environment_link *l)
{
    conn_speak(c);
    log_handshake(c, RC_ENVIRONMENT);
    conn_tell(c, &l->why);
    metrics_add(&c->host->metrics, COUNTER_HANDSHAKE_FAILED, 1);
    return conn_because(c, CONN_BY_ENVIRONMENT, CONN_EV_FAILED);
}

static void tap(struct conn *c, struct session *session)
{
    struct wiretap_params p;

    if (!wiretraces_run(c->host->wiretraces))
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
    c->tap = wiretap_new(c->host->wiretraces, &p);
    wiretap_session(c->tap, session);
}

void conn_tap_app(struct conn *c)
{
    struct netaddr local, remote;

    if (c->tap != NULL && netaddr_of_socket(c->app.fd, getsockname, &local) &&
        netaddr_of_socket(c->app.fd, getpeername, &remote))
        wiretap_app(c->tap, &local, &remote);
}

static enum conn_event open_session(struct conn *c)
{
    struct session_params params = {c->env, c->eff, &c->in.remote};
    struct session *session = NULL;
    struct tls_outcome why;
    struct ezd_subject s;
    int rc;

    conn_mark(c, STORY_TLS_BEGUN);
    conn_subject(c, &s);
    if (!c->hushed)
        ezd_start(c->host->trace, &s, EZD_INITIAL_HANDSHAKE, role_of(c));
    rc = session_new(&params, &session, &why);
    if (rc == 0) {
        conn_watch_session(c, session);
        tap(c, session);
        rc = endpoint_start_tls(&c->wire, session);
        if (rc != 0)
            why = *session_outcome(session);
    }
    if (c->wire.session != NULL)
        conn_log_flow(c, &s, CONN_FLOW_OPEN, 0);
    if (rc == 0)
        return CONN_EV_OPENED;
    log_handshake(c, rc);
    conn_tell(c, &why);
    return conn_because(c, CONN_BY_HANDSHAKE, CONN_EV_FAILED);
}

void conn_wait_open(struct conn *c, bool wait)
{
    if (wait && !c->unopened)
        TAILQ_INSERT_TAIL(&c->host->unopened, c, opening);
    if (!wait && c->unopened)
        TAILQ_REMOVE(&c->host->unopened, c, opening);
    c->unopened = wait;
}

enum conn_event conn_do_open_tls(struct conn *c)
{
    const struct conn_host *h = c->host;
    struct opening_waiter waiter = {h->wake, h->wake_arg};
    struct environment_link link;

    snapshot_link(c->snapshot, h->snapshots, c->rule, c->in.who.userid,
                  h->wake != NULL ? &waiter : NULL, &link);
    conn_wait_open(c, link.waiting);
    if (link.waiting)
        return CONN_EV_NONE;
    c->handshake_end = c->host->now() + conn_config(c)->handshake_limit * 1000;
    c->grpid = link.grpid;
    c->envid = link.envid;
    c->env = link.env;
    if (link.opened)
        log_environment(c, &link);
    if (link.rc != 0)
        return environment_failed(c, &link);
    if (link.stale)
        metrics_add(&c->host->metrics, COUNTER_STALE, 1);
    return open_session(c);
}

/* The helper hangs: in a file system, in a token's module. */
enum conn_event conn_do_open_late(struct conn *c)
{
    struct tls_outcome why;

    tls_outcome_init(&why);
    tls_outcome_set(&why, RC_ENVIRONMENT,
                    "the key ring was not read within open_limit, %lu s: does "
                    "its file system, or the token, answer?",
                    conn_config(c)->open_limit);
    log_handshake(c, RC_ENVIRONMENT);
    conn_tell(c, &why);
    metrics_add(&c->host->metrics, COUNTER_HANDSHAKE_FAILED, 1);
    return conn_because(c, CONN_BY_OPEN_LATE, conn_do_reject(c));
}

/* ---- the handshake ---- */

static enum conn_event secured(struct conn *c)
{
    metrics_add(&c->host->metrics, COUNTER_HANDSHAKES, 1);
    if (session_resumed(c->wire.session))
        metrics_add(&c->host->metrics, COUNTER_RESUMED, 1);
    if (session_lacks_ticket(c->wire.session)) {
        metrics_add(&c->host->metrics, COUNTER_LACKS_TICKET, 1);
        c->host->lacks_ticket = c->in.remote;
    }
    conn_mark(c, STORY_SECURED);
    conn_unwatch_session(c);
    wiretap_secured(c->tap);
    log_handshake(c, 0);
    conn_count_audit(c, AUDIT_TLS);
    c->secured = true;
    return c->app.fd >= 0 ? CONN_EV_SECURED : CONN_EV_SECURED_ALONE;
}

static enum conn_event shake_failed(struct conn *c)
{
    const struct tls_outcome *o = session_outcome(c->wire.session);

    log_handshake(c, o->rc);
    conn_tell(c, o);
    return conn_because(c, CONN_BY_HANDSHAKE, CONN_EV_FAILED);
}

/* A server has nothing to do before the client has said something. */
static bool waits_for_client(const struct conn *c)
{
    return c->state == CONN_GREETING && !c->wire.readable &&
           session_is_server(c->wire.session);
}

/* The work of a handshake is not done in the event of a socket: see
 * shake_some() in conn.c. */
enum conn_event conn_do_take_turn(struct conn *c)
{
    if (conn_is_abandoned(c))
        return conn_because(c, CONN_BY_ABANDONED, CONN_EV_MAKE_ROOM);
    if (waits_for_client(c))
        return CONN_EV_NONE;
    conn_queue(c, c->state == CONN_GREETING ? &c->host->greeting
                                            : &c->host->shaking);
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
    if (c->state == CONN_GREETING && session_heard(c->wire.session))
        return CONN_EV_HEARD;
    return CONN_EV_NONE;
}

/* It has sent something, which nobody had the time to read. */
static enum conn_event give_up_unread(struct conn *c, int rc, const char *why)
{
    session_crowd_out(c->wire.session, rc, why);
    log_handshake(c, rc);
    conn_tell(c, session_outcome(c->wire.session));
    metrics_add(&c->host->metrics, COUNTER_HANDSHAKE_FAILED, 1);
    return conn_do_reset(c);
}

static enum conn_event give_up(struct conn *c, bool crowded, const char *why)
{
    bool heard = session_heard(c->wire.session);
    int rc = heard ? RC_TOO_LONG : RC_SILENT;

    if (crowded)
        session_crowd_out(c->wire.session, rc, why);
    else
        session_abandon(c->wire.session, rc, why);
    log_handshake(c, rc);
    if (!heard)
        log_handshake(c, RC_IO); /* z/OS has this second line (IBM support) */
    conn_tell(c, session_outcome(c->wire.session));
    metrics_add(&c->host->metrics, COUNTER_HANDSHAKE_FAILED, 1);
    return conn_do_reset(c);
}

enum conn_event conn_do_give_up(struct conn *c)
{
    c->reason = CONN_BY_TIMED_OUT;
    if (c->queued == &c->host->greeting)
        return give_up_unread(c, RC_SILENT,
                              "there was no time for it within "
                              "HandshakeTimeout or handshake_limit: more "
                              "handshakes are wanted than can be done here");
    return give_up(c, false,
                   session_heard(c->wire.session)
                       ? "the partner began the handshake and did not end "
                         "it within ten times HandshakeTimeout or "
                         "handshake_limit"
                       : "the partner sent no TLS within HandshakeTimeout "
                         "or handshake_limit: does it speak TLS, and is "
                         "one side a client and the other a server?");
}

/* The reason is set. */
enum conn_event conn_do_make_room(struct conn *c)
{
    if (c->wire.session == NULL)
        return conn_do_reset(c);
    if (c->reason == CONN_BY_ABANDONED)
        return give_up_unread(c, RC_CLOSED,
                              conn_reason_text(CONN_BY_ABANDONED));
    return give_up(c, true, conn_reason_text((enum conn_reason)c->reason));
}

/* The alert that tells the peer why must not be overtaken by a reset; the
 * program gets the reset. */
enum conn_event conn_do_reject(struct conn *c)
{
    conn_log_tls_end(c, 0, NULL);
    endpoint_reset(&c->app);
    if (c->wire.session != NULL)
        endpoint_close(&c->wire);
    else
        endpoint_reset(&c->wire);
    return CONN_EV_NONE;
}
