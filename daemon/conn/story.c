/*
 * What a connection has to tell: its story, for `attlsctl why`, and the one
 * line about a failure. Built when somebody asks or something failed, and a few
 * times a second of those that end well.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conn/private.h"
#include "story/fill.h"
#include "util/by_time.h"
#include "util/clock.h"

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
    bool client = session_is_server(c->wire.session) != sent;
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

static void tell_policy(const struct conn *c, struct story *s)
{
    struct policy_conn pc;

    if (c->in.local.family != AF_UNSPEC) {
        conn_as_policy_sees(c, &pc);
        story_fill_why(s, snapshot_policy(c->snapshot), &pc, c->rule);
    }
    if (c->rule == NULL)
        return;
    story_fill_rule(s, c->rule);
    if (c->env != NULL)
        story_set(s->ring, sizeof(s->ring), environment_ring(c->env));
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
    ret->end = conn_reason_text((enum conn_reason)c->reason);
    ret->bytes_in = c->pump.flow[FLOW_IN].bytes;
    ret->bytes_out = c->pump.flow[FLOW_OUT].bytes;
    tell_identity(c, ret);
    tell_policy(c, ret);
    hello_unpack(c->client_hello, &ret->client);
    hello_unpack(c->server_hello, &ret->server);
    if (c->wire.session != NULL)
        story_fill_session(ret, c->wire.session);
    if (o != NULL)
        ret->outcome = *o;
    ret->side = story_side(&ret->outcome);
    if (ret->open)
        ret->end = "";
}

/* ---- telling ---- */

/* What is said of those that were held back. */
static const struct {
    const char *key, *what, *unit;
} held_lines[STORY_LINES] = {
    [STORY_FAILURE] = {"failures", "not shown: more than", "lines a second"},
    [STORY_REMARK] = {"remarks", "not shown: more than",
                      "lines a second about connections"},
    [STORY_EZD] = {"ezd",
                   "connections without EZD lines: their partners sent no TLS, "
                   "more than",
                   "a second"},
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
                     "%s=%lu note=\"%s %lu %s (failure_rate)\"",
                     held_lines[kind].key, held, held_lines[kind].what,
                     cfg->failure_rate, held_lines[kind].unit);
    return true;
}

static void write_line(struct conn *c, const struct story *s)
{
    const struct config *cfg = conn_config(c);
    struct strbuf line = STRBUF_INIT;

    if (!cfg->failure_line ||
        !conn_may_say(c->host->stories, STORY_FAILURE, cfg, c->host->trace))
        return;
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

BY_TIME static void keep_story(struct conn *c)
{
    struct story *s = malloc(sizeof(*s));

    if (s == NULL)
        return;
    conn_mark(c, STORY_ENDED);
    conn_make_story(c, NULL, s);
    s->open = false;
    s->end = conn_reason_text((enum conn_reason)c->reason);
    stories_add(c->host->stories, s);
    free(s);
}

void conn_keep_story(struct conn *c)
{
    if (c->host->stories != NULL && stories_admit_well(c->host->stories))
        keep_story(c);
}
