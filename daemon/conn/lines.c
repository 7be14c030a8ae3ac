/*
 * The EZD lines of a connection's TLS, in the order in which z/OS writes them
 * (IP Diagnosis Guide, "AT-TLS traces"); those of a search for a rule are in
 * map.c, the Flow and Data lines in flow.c.
 */

#include <inttypes.h>

#include "conn/private.h"
#include "conn/tell.h"

/* The two handles, and what was negotiated where HANDSHAKE is set. */
static void add_handles(const struct conn *c, bool handshake,
                        struct strbuf *out)
{
    const struct session *session = conn_session(c);
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

const char *conn_role(const struct conn *c)
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
    return conn_session(c) != NULL && session_is_server(conn_session(c)) &&
           c->client_hello == NULL;
}

bool conn_is_hushed(struct conn *c)
{
    return conn_services(c)->stories != NULL && !conn_outbound(c) &&
           (c->trace & (EZD_TRACE_FLOW | EZD_TRACE_DATA)) == 0 &&
           stories_are_many(conn_services(c)->stories, STORY_EZD,
                            conn_config(c)->failure_rate);
}

void conn_speak(struct conn *c)
{
    struct ezd_subject s;

    if (!c->hushed)
        return;
    c->hushed = false;
    conn_subject(c, &s);
    ezd_map(conn_services(c)->trace, &s, EZD_ENABLED);
    ezd_event(conn_services(c)->trace, &s, 0, EZD_CONNECTION_INIT, NULL);
    if (conn_session(c) != NULL)
        ezd_start(conn_services(c)->trace, &s, EZD_INITIAL_HANDSHAKE,
                  conn_role(c));
}

/* A partner that sends other bytes than TLS as often as it can does not fill
 * the log. */
static bool may_fail_aloud(struct conn *c)
{
    return conn_may_say(conn_services(c)->stories, STORY_EZD, conn_config(c),
                        conn_services(c)->trace);
}

/* The handshake fails without EZD lines. */
static bool fails_quietly(struct conn *c)
{
    if (!c->judged && is_unheard(c))
        c->quiet = !may_fail_aloud(c);
    c->judged = true;
    if (!c->quiet)
        conn_speak(c);
    return c->quiet;
}

void conn_log_handshake(struct conn *c, int rc)
{
    struct strbuf add = STRBUF_INIT;
    struct ezd_subject s;

    if (rc != 0 && fails_quietly(c))
        return;
    conn_subject(c, &s);
    if (conn_session(c) != NULL)
        conn_log_flow(c, &s, CONN_FLOW_INIT, rc);
    /* with errors alone a good handshake costs no formatting */
    if (rc == 0 && (s.trace & (EZD_TRACE_INFO | EZD_TRACE_EVENT)) == 0)
        return;
    add_handles(c, true, &add);
    ezd_event(conn_services(c)->trace, &s, rc, EZD_INITIAL_HANDSHAKE,
              strbuf_str(&add));
    strbuf_done(&add);
}

/* What EZD1283I Connection Init began is ended here, once. */
void conn_log_tls_end(struct conn *c, enum fault fault)
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
    if (fault != FAULT_none && conn_is_secured(c)) {
        ezd_event(conn_services(c)->trace, &s, fault_row(fault)->code,
                  EZD_DATA_DECRYPTION, NULL);
        tls_outcome_init(&o);
        if (conn_session(c) != NULL)
            o = *session_outcome(conn_session(c));
        tls_fail(&o, fault, NULL);
        conn_tell(c, &o);
    }
    ezd_start(conn_services(c)->trace, &s, EZD_CONNECTION_CLOSE, NULL);
    conn_log_flow(c, &s, CONN_FLOW_CLOSE, 0);
    if ((s.trace & EZD_TRACE_EVENT) != 0) {
        add_handles(c, false, &add);
        ezd_event(conn_services(c)->trace, &s, 0, EZD_CONNECTION_CLOSE,
                  strbuf_str(&add));
    }
    strbuf_done(&add);
}

/* The lines of an environment have CONNID 0 and no addresses, but the user
 * id. */
void conn_log_environment(struct conn *c, const struct environment_link *l)
{
    struct trace *t = conn_services(c)->trace;
    struct ezd_subject s;
    int rc = l->stale ? l->why.rc : l->rc;

    conn_subject(c, &s);
    s.connid = 0;
    s.local.family = s.remote.family = AF_UNSPEC;
    s.jobname = s.rule = NULL;
    ezd_start(t, &s, EZD_ENVIRONMENT_CREATE, NULL);
    conn_log_flow(c, &s, CONN_FLOW_ENVIRONMENT, rc);
    ezd_event(t, &s, 0, EZD_ENVIRONMENT_CREATE, NULL);
    ezd_environment(t, &s, rc, rc == 0 ? environment_handle(l->env) : 0);
}
