/*
 * What a connection has to tell: its story, for `attlsctl why`, and the one
 * line about a failure. Built only when somebody asks or something failed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conn_private.h"
#include "daemon/conn_view.h"

/* ---- while it lives ---- */

static uint64_t now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

void conn_mark(struct conn *c, enum story_point point)
{
    uint64_t passed;

    if (point == STORY_ACCEPTED) {
        clock_gettime(CLOCK_REALTIME, &c->when);
        c->start_us = now_us();
    }
    passed = now_us() - c->start_us + 1;
    if (c->at[point] == 0)
        c->at[point] = passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;
}

/* Both hellos are kept in a form that people can be told. */
void conn_keep_hello(struct conn *c, bool sent, const void *msg, size_t len)
{
    bool client = session_is_server(c->wire.session) != sent;
    struct hello *h;

    if (c->hellos == NULL)
        c->hellos = calloc(1, sizeof(*c->hellos));
    if (c->hellos == NULL)
        return;
    h = client ? &c->hellos->client : &c->hellos->server;
    if (h->present || !hello_read(msg, len, h))
        return;
    conn_mark(c, client ? STORY_CLIENT_HELLO : STORY_SERVER_HELLO);
}

/* ---- the rule ---- */

struct rejects {
    struct strbuf text;
    unsigned count;
};

static void add_place(const struct span *span, struct strbuf *out)
{
    unsigned line, column;

    if (span->src == NULL)
        return;
    source_position(span->src, span->off, &line, &column);
    strbuf_addf(out, "%s:%u", source_name(span->src), line);
}

static void take_reject(void *arg, const struct policy_reject *r)
{
    struct rejects *all = arg;

    if (all->count++ >= 4)
        return;
    strbuf_addf(&all->text, "%s%s: %s does not fit (",
                all->text.len != 0 ? "; " : "", policy_rule_name(r->rule),
                r->condition);
    add_place(&r->span, &all->text);
    strbuf_addc(&all->text, ')');
}

static void explain_rule(const struct conn *c, struct story *s)
{
    struct rejects r = {STRBUF_INIT, 0};
    const struct policy_rule *rule = NULL;
    struct policy_conn pc;

    if (c->local.family == AF_UNSPEC)
        return;
    conn_as_policy_sees(c, &pc);
    policy_match(snapshot_policy(c->snapshot), &pc, take_reject, &r, &rule);
    if (c->rule != NULL)
        snprintf(s->why_rule, sizeof(s->why_rule),
                 "priority %lu, the first that fits; %u rules before it do "
                 "not%s%s",
                 policy_rule_priority(c->rule), r.count,
                 r.count != 0 ? ": " : "", strbuf_str(&r.text));
    else
        snprintf(s->why_rule, sizeof(s->why_rule), "%u rules, none fits: %s",
                 r.count, strbuf_str(&r.text));
    strbuf_done(&r.text);
}

/* ---- the story ---- */

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from != NULL ? from : "");
}

static void tell_identity(const struct conn *c, struct story *s)
{
    const struct identity *who = &c->in.who;
    const struct config_listener *l = c->listener;
    char text[NETADDR_TEXT];

    copy(s->jobname, sizeof(s->jobname), who->jobname);
    copy(s->userid, sizeof(s->userid), who->userid);
    if (l->userid[0] != '\0' || l->jobname[0] != '\0')
        copy(s->identity, sizeof(s->identity),
             "given by the listener in attlsd.conf");
    else if (who->owner_error == 0)
        snprintf(s->identity, sizeof(s->identity), "the kernel's uid %lu%s%s",
                 (unsigned long)who->owner.uid,
                 who->unit[0] != '\0' ? ", unit " : "", who->unit);
    else
        copy(s->identity, sizeof(s->identity),
             "the kernel did not say whose socket it is");
    if (c->in.target != NULL)
        copy(s->target, sizeof(s->target), c->in.target->text);
    else if (c->in.onward.family != AF_UNSPEC)
        copy(s->target, sizeof(s->target), netaddr_format(&c->in.onward, text));
}

static void tell_policy(const struct conn *c, struct story *s)
{
    static const char *const roles[] = {"Client", "Server",
                                        "ServerWithClientAuth"};
    const struct policy_action *a;
    struct strbuf text = STRBUF_INIT;
    struct span span;

    explain_rule(c, s);
    if (c->rule == NULL)
        return;
    copy(s->rule, sizeof(s->rule), policy_rule_name(c->rule));
    span = policy_rule_span(c->rule);
    add_place(&span, &text);
    copy(s->rule_place, sizeof(s->rule_place), strbuf_str(&text));
    copy(s->group, sizeof(s->group),
         policy_action_name(policy_rule_group(c->rule)));
    a = policy_rule_environment(c->rule);
    if (a != NULL)
        copy(s->environment, sizeof(s->environment), policy_action_name(a));
    if (a != NULL && c->tls)
        copy(s->role, sizeof(s->role),
             roles[effective_choice(c->eff, PARM_HandshakeRole) % 3]);
    a = policy_rule_connection(c->rule);
    if (a != NULL)
        copy(s->connection, sizeof(s->connection), policy_action_name(a));
    strbuf_done(&text);
}

static void add_versions(unsigned bits, struct strbuf *out)
{
    static const char *const names[] = {"TLSv1", "TLSv1.1", "TLSv1.2",
                                        "TLSv1.3"};
    int i;

    for (i = 0; i < 4; i++)
        if ((bits & 1U << i) != 0)
            strbuf_addf(out, "%s%s", out->len != 0 ? " " : "", names[i]);
}

static void tell_settings(const struct conn *c, struct story *s)
{
    const struct cipher *const *list;
    struct strbuf text = STRBUF_INIT;
    const char *ring;
    size_t i, n;

    if (!c->tls)
        return;
    ring = c->env != NULL ? environment_ring(c->env)
                          : effective_text(c->eff, PARM_Keyring);
    copy(s->ring, sizeof(s->ring), ring);
    add_versions(effective_versions(c->eff), &text);
    copy(s->versions, sizeof(s->versions), strbuf_str(&text));
    strbuf_reset(&text);
    n = effective_ciphers(c->eff, &list);
    for (i = 0; i < n; i++)
        strbuf_addf(&text, "%s%s", i > 0 ? " " : "", list[i]->code4);
    copy(s->ciphers, sizeof(s->ciphers), strbuf_str(&text));
    strbuf_done(&text);
}

static void tell_session(const struct session *session, struct story *s)
{
    const unsigned char *first;

    s->peer_count =
        session_certificates(session, &s->own, s->peer, STORY_CERTS);
    copy(s->protocol, sizeof(s->protocol), session_protocol(session));
    s->cipher = session_cipher(session);
    s->resumed = session_resumed(session);
    s->first_len = session_first_bytes(session, &first);
    if (s->first_len > STORY_FIRST)
        s->first_len = STORY_FIRST;
    memcpy(s->first, first, s->first_len);
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
    ret->local = c->local;
    ret->remote = c->remote;
    ret->end = conn_reason_text((enum conn_reason)c->reason);
    ret->bytes_in = c->pump.flow[FLOW_IN].bytes;
    ret->bytes_out = c->pump.flow[FLOW_OUT].bytes;
    tell_identity(c, ret);
    tell_policy(c, ret);
    tell_settings(c, ret);
    if (c->hellos != NULL) {
        ret->client = c->hellos->client;
        ret->server = c->hellos->server;
    }
    if (c->wire.session != NULL) {
        tell_session(c->wire.session, ret);
        if (o == NULL)
            o = session_outcome(c->wire.session);
    }
    if (o != NULL)
        ret->outcome = *o;
    ret->side = story_side(&ret->outcome);
    if (ret->open)
        ret->end = "";
}

/* ---- telling ---- */

static void write_line(struct conn *c, const struct story *s)
{
    const struct config *cfg = conn_config(c);
    struct strbuf line = STRBUF_INIT;
    unsigned long held = 0;

    if (!cfg->failure_line ||
        !stories_admit(c->host->stories, cfg->failure_rate, &held))
        return;
    if (held != 0)
        trace_remark(c->host->trace, TRACE_WARNING,
                     "failures=%lu note=\"not shown: more than %lu lines a "
                     "second (failure_rate)\"",
                     held, cfg->failure_rate);
    story_add_line(s, &line);
    trace_remark(c->host->trace, TRACE_ERR, "%s", strbuf_str(&line));
    strbuf_done(&line);
}

void conn_tell(struct conn *c, const struct tls_outcome *o)
{
    struct story *s;

    if (c->told || c->host->stories == NULL)
        return;
    s = malloc(sizeof(*s));
    if (s == NULL)
        return;
    c->told = true;
    conn_mark(c, STORY_ENDED);
    conn_make_story(c, o, s);
    s->open = false;
    s->failed = true;
    if (o != NULL)
        write_line(c, s);
    else
        s->end = conn_reason_text((enum conn_reason)c->reason);
    stories_add(c->host->stories, s);
    free(s);
}
