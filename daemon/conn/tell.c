/*
 * What a connection has to tell: who it is about, its lines, its story for
 * `attlsctl why`, and what the audit counts. A story is built when somebody
 * asks or something failed, and a few times a second of those that end well.
 */

#include "conn/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/private.h"
#include "site/pagent.h"
#include "story/fill.h"
#include "story/why.h"
#include "tls/retcode.h"
#include "util/by_time.h"
#include "util/clock.h"
#include "util/count.h"

/* ---- who ---- */

static const char *known(const char *name)
{
    return name[0] != '\0' ? name : NULL;
}

/* A job name that the program gives itself opens nothing, unless the listener
 * takes it. */
const char *conn_jobname(const struct conn *c)
{
    const struct identity *who = &c->in.who;

    return who->claimed && c->listener->trusted_jobname ? NULL
                                                        : known(who->jobname);
}

void conn_subject(const struct conn *c, struct ezd_subject *ret)
{
    const struct policy_action *env = policy_rule_environment(c->rule);
    const struct policy_action *con = policy_rule_connection(c->rule);

    *ret = (struct ezd_subject){
        .grpid = c->grpid,
        .envid = c->envid,
        .connid = c->id,
        .local = c->in.local,
        .remote = c->in.remote,
        .jobname = conn_jobname(c),
        .userid = known(c->in.who.userid),
        .rule = policy_rule_name(c->rule),
        .group = policy_action_name(policy_rule_group(c->rule)),
        .environment = env != NULL ? policy_action_name(env) : NULL,
        .connection = con != NULL ? policy_action_name(con) : NULL,
        .type = conn_outbound(c) ? EZD_OUTBOUND : EZD_INBOUND,
        .trace = c->trace,
        .facility = (enum trace_facility)c->facility,
    };
}

void conn_as_policy_sees(const struct conn *c, struct policy_conn *ret)
{
    *ret = (struct policy_conn){
        .direction = c->in.direction,
        .local = c->in.local,
        .remote = c->in.remote,
        .jobname = conn_jobname(c),
        .userid = known(c->in.who.userid),
        .when = time(NULL),
    };
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
    if (!conn_may_say(conn_services(c)->stories, STORY_REMARK, conn_config(c),
                      conn_services(c)->trace))
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (c->in.local.family == AF_UNSPEC)
        trace_remark(
            conn_services(c)->trace, p, "conn=%08X listen=%s target=%s %s",
            c->id, netaddr_format(&c->listener->listen, local),
            netaddr_format(intercepted_target(&c->in, 0), remote), text);
    else
        trace_remark(conn_services(c)->trace, p,
                     "conn=%08X local=%s remote=%s %s", c->id,
                     netaddr_format(&c->in.local, local),
                     netaddr_format(&c->in.remote, remote), text);
}

/* ---- the audit ---- */

static struct audit_seen seen_of(const struct conn *c, enum audit_clear clear)
{
    return (struct audit_seen){
        .clear = clear,
        .direction = c->in.direction,
        .port = conn_outbound(c) ? c->in.remote.port : c->in.local.port,
        .jobname = c->in.who.jobname,
        .userid = c->in.who.userid,
        .rule = c->rule != NULL ? policy_rule_name(c->rule) : "",
        .protocol = "",
    };
}

void conn_count_audit(struct conn *c, enum audit_clear clear)
{
    const struct session *session = conn_session(c);
    struct audit_seen seen = seen_of(c, clear);

    if (conn_services(c)->audit == NULL)
        return;
    if (clear == AUDIT_TLS && session != NULL) {
        seen.protocol = session_protocol(session);
        seen.cipher = session_cipher(session);
        seen.cert = session_peer_certificate(session);
    }
    audit_count(conn_services(c)->audit, &seen);
}

void conn_note_audit(struct conn *c, bool hello, const char *nearest)
{
    struct audit_seen seen = seen_of(c, AUDIT_NO_RULE);

    if (conn_services(c)->audit != NULL)
        audit_note(conn_services(c)->audit, &seen, hello, nearest);
}

/* ---- while it lives ---- */

void conn_mark(struct conn *c, enum story_point point)
{
    uint64_t passed;

    if (point == STORY_ACCEPTED) {
        c->when = clock_wall();
        c->start_us = clock_us();
    }
    passed = clock_us() - c->start_us + 1;
    if (c->at[point] == 0)
        c->at[point] = passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;
}

/* Both hellos are kept in a form that people can be told. */
void conn_keep_hello(struct conn *c, bool sent, const void *msg, size_t len)
{
    bool client = session_is_server(conn_session(c)) != sent;
    struct hello_packed **kept = client ? &c->client_hello : &c->server_hello;
    struct hello h;

    if (*kept != NULL || !hello_read(msg, len, &h))
        return;
    *kept = hello_pack(&h); /* without memory it is not told */
    conn_mark(c, client ? STORY_CLIENT_HELLO : STORY_SERVER_HELLO);
}

/* ---- the story ---- */

static void tell_identity(const struct conn *c, struct story *s)
{
    const struct identity *who = &c->in.who;
    const struct config_listener *l = c->listener;
    char text[NETADDR_TEXT];

    story_set(s->jobname, sizeof(s->jobname), who->jobname);
    story_set(s->userid, sizeof(s->userid), who->userid);
    if (l->userid[0] != '\0' || l->jobname[0] != '\0')
        story_set(s->identity, sizeof(s->identity),
                  "given by the listener in attlsd.conf");
    else if (who->owner_error == 0)
        snprintf(s->identity, sizeof(s->identity), "the kernel's uid %lu%s%s",
                 (unsigned long)who->owner.uid,
                 who->unit[0] != '\0' ? ", unit " : "", who->unit);
    else
        story_set(s->identity, sizeof(s->identity),
                  "the kernel did not say whose socket it is");
    if (c->in.target != NULL)
        story_set(s->target, sizeof(s->target), c->in.target->text);
    else if (c->in.onward.family != AF_UNSPEC)
        story_set(s->target, sizeof(s->target),
                  netaddr_format(&c->in.onward, text));
}

_Static_assert((int)CONN_STATE_COUNT <= (int)STORY_STATES,
               "a story has room for every state");

/* The states in the order of the table, which is that of every way. */
static void tell_states(const struct conn *c, struct story *s)
{
    int i;

    for (i = 0; i < CONN_STATE_COUNT; i++)
        if (c->by[i] != CONN_EV_NONE)
            s->states[s->state_count++] = (struct story_state){
                conn_state_name((enum conn_state)i),
                conn_event_name((enum conn_event)c->by[i])};
}

/* The policy that mapped it may not be the one that its files have. */
static void tell_refresh(const struct conn *c, struct story *s)
{
    struct pagent_outcome last = {0};

    if (conn_services(c)->pagent == NULL)
        return;
    pagent_last(conn_services(c)->pagent, &last);
    if (last.status == 2 && last.when != 0 && last.when <= c->when.tv_sec)
        story_fill_refresh(s, last.when, last.text,
                           snapshot_installed(c->snapshot));
}

static void tell_policy(const struct conn *c, struct story *s)
{
    struct policy_conn pc;

    s->searched = c->searched;
    if (c->searched) {
        conn_as_policy_sees(c, &pc);
        story_fill_why(s, snapshot_policy(c->snapshot), &pc, c->rule);
        tell_refresh(c, s);
    } else {
        story_fill_unsearched(s, c->at[STORY_MAPPED] != 0);
    }
    if (c->rule == NULL)
        return;
    story_fill_rule(s, c->rule);
    if (c->env != NULL)
        story_set(s->ring, sizeof(s->ring), environment_ring(c->env));
}

/* What it waits for, for whoever looks at an open one that does not go on. */
static void tell_now(const struct conn *c, struct story *s)
{
    struct strbuf text = STRBUF_INIT;
    uint64_t now = conn_now(c);

    strbuf_addf(&text, "%s", conn_state_name((enum conn_state)c->state));
    if (c->deadline != 0)
        strbuf_addf(
            &text, ", %s%llu ms to its limit",
            c->state < CONN_RELAYING ? "" : "at least ",
            (unsigned long long)(c->deadline > now ? c->deadline - now : 0));
    strbuf_adds(&text, "; wire ");
    endpoint_show(&c->wire, &text);
    strbuf_adds(&text, "; app ");
    endpoint_show(&c->app, &text);
    story_set(s->now, sizeof(s->now), strbuf_str(&text));
    strbuf_done(&text);
}

/* Why it ended, where TLS does not say so. */
static void tell_end(const struct conn *c, struct story *s)
{
    const struct conn_reason_row *row = conn_reason_row(c);

    s->end = row->text;
    s->by = row->by;
    s->cause = row->cause;
    s->remedy = row->remedy;
    if (c->in.error != 0 && c->at[STORY_DIALLED] == 0)
        story_set(s->end_error, sizeof(s->end_error), strerror(c->in.error));
}

static void tell_outcome(const struct conn *c, const struct tls_outcome *o,
                         struct story *s)
{
    if (o == NULL && conn_session(c) != NULL)
        o = session_outcome(conn_session(c));
    if (o != NULL)
        story_fill_outcome(s, o, c->eff);
    if (c->reason == CONN_BY_ENVIRONMENT && s->outcome.rc != RC_ENVIRONMENT)
        s->line_rc = RC_ENVIRONMENT;
}

void conn_make_story(const struct conn *c, const struct tls_outcome *o,
                     struct story *ret)
{
    memset(ret, 0, sizeof(*ret));
    tls_outcome_init(&ret->outcome);
    ret->when = c->when;
    memcpy(ret->at, c->at, sizeof(ret->at));
    ret->id = c->id;
    ret->grpid = c->grpid;
    ret->envid = c->envid;
    ret->outbound = conn_outbound(c);
    ret->open = c->state != CONN_CLOSED;
    ret->local = c->in.local;
    ret->remote = c->in.remote;
    tell_end(c, ret);
    ret->hello_in_clear = c->hello_in_clear;
    ret->bytes_in = c->pump.flow[FLOW_IN].bytes;
    ret->bytes_out = c->pump.flow[FLOW_OUT].bytes;
    tell_identity(c, ret);
    tell_policy(c, ret);
    tell_states(c, ret);
    hello_unpack(c->client_hello, &ret->client);
    hello_unpack(c->server_hello, &ret->server);
    if (conn_session(c) != NULL)
        story_fill_session(ret, conn_session(c));
    if (c->rule != NULL)
        story_fill_facts(ret, conn_session(c), c->env, c->rule);
    tell_outcome(c, o, ret);
    if (ret->open) {
        ret->end = "";
        tell_now(c, ret);
    }
}

/* ---- telling ---- */

/* What is said of those that were held back. */
static const struct {
    const char *key, *what, *unit, *of;
} held_lines[STORY_LINES] = {
    [STORY_FAILURE] = {"failures", "not shown", "line", ""},
    [STORY_REMARK] = {"remarks", "not shown", "line", " about connections"},
    [STORY_EZD] = {"ezd", "without EZD lines, as their partners sent no TLS",
                   "connection", ""},
};

bool conn_may_say(struct stories *stories, enum story_line kind,
                  const struct config *cfg, struct trace *trace)
{
    unsigned long held = 0;

    if (stories == NULL)
        return true;
    if (!stories_admit(stories, kind, cfg->failure_rate, &held))
        return false;
    if (held != 0)
        trace_remark(trace, TRACE_WARNING,
                     "%s=%lu note=\"%s: more than %s a second%s "
                     "(failure_rate)\"",
                     held_lines[kind].key, held, held_lines[kind].what,
                     count_of(cfg->failure_rate, held_lines[kind].unit).text,
                     held_lines[kind].of);
    return true;
}

static void write_line(struct conn *c, const struct story *s)
{
    const struct config *cfg = conn_config(c);
    struct strbuf line = STRBUF_INIT;

    if (!cfg->failure_line ||
        !conn_may_say(conn_services(c)->stories, STORY_FAILURE, cfg,
                      conn_services(c)->trace))
        return;
    story_add_line(s, &line);
    trace_remark(conn_services(c)->trace, TRACE_ERR, "%s", strbuf_str(&line));
    strbuf_done(&line);
}

void conn_tell(struct conn *c, const struct tls_outcome *o)
{
    struct story *s;

    if (c->told || conn_services(c)->stories == NULL)
        return;
    s = malloc(sizeof(*s));
    if (s == NULL)
        return;
    c->told = true;
    conn_mark(c, STORY_ENDED);
    conn_make_story(c, o, s);
    s->open = false;
    s->now[0] = '\0';
    s->failed = true;
    tell_end(c, s);
    if (o != NULL)
        write_line(c, s);
    stories_add(conn_services(c)->stories, s);
    free(s);
}

BY_TIME static void keep_story(struct conn *c)
{
    struct story *s = malloc(sizeof(*s));

    if (s == NULL)
        return;
    conn_mark(c, STORY_ENDED);
    conn_make_story(c, NULL, s);
    s->open = false;
    s->now[0] = '\0';
    tell_end(c, s);
    stories_add(conn_services(c)->stories, s);
    free(s);
}

void conn_keep_story(struct conn *c)
{
    if (conn_services(c)->stories != NULL &&
        stories_admit_well(conn_services(c)->stories))
        keep_story(c);
}
