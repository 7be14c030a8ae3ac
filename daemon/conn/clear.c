/*
 * What is said of a connection that goes in clear without a rule's word: which
 * rule came nearest, that its partner speaks TLS all the same, that TTLS is
 * off. Rule 13 of lib/README.md: silence about clear text is a wrong answer.
 * However many there are, the rules are looked through a bounded number of
 * times a minute (conn/seldom.h).
 */

#include <string.h>

#include "conn/private.h"
#include "conn/seldom.h"
#include "policy/near.h"
#include "util/table.h"

enum kind { CLEAR_LOOK, CLEAR_LINE, CLEAR_HELLO };

static bool may(const struct conn *c, enum kind kind, uint64_t hash)
{
    return seldom_may(conn_services(c)->clear,
                      table_hash_byte(hash, (unsigned char)kind), conn_now(c));
}

static uint64_t hash_text(uint64_t h, const char *s)
{
    return table_hash(h, s, strlen(s) + 1);
}

/* Connections of which one stands for all. */
static uint64_t hash_of(const struct conn *c)
{
    const struct netaddr *server =
        conn_outbound(c) ? &c->in.remote : &c->in.local;
    uint64_t h = hash_text(TABLE_HASH, c->in.who.jobname);

    h = hash_text(h, c->in.who.userid);
    h = table_hash(h, &server->port, sizeof(server->port));
    h = table_hash(h, server->ip, sizeof(server->ip));
    return table_hash_byte(h, (unsigned char)c->in.direction);
}

/* ---- the nearest rule ---- */

/* False: the policy has no rules. */
static bool find_nearest(const struct conn *c, struct policy_near *ret)
{
    struct policy_conn pc;

    conn_as_policy_sees(c, &pc);
    return policy_nearest(snapshot_policy(c->snapshot), &pc, NULL, ret, 1) != 0;
}

/* The conditions that failed, or with HAS what the connection has there. */
static void add_failed(const struct conn *c, const struct policy_near *near,
                       bool has, struct strbuf *out)
{
    struct policy_conn pc;
    size_t i;

    conn_as_policy_sees(c, &pc);
    for (i = 0; i < near->count; i++) {
        if (i > 0)
            strbuf_adds(out, "; ");
        if (has)
            policy_reject_has(&near->failed[i], &pc, out);
        else
            policy_reject_show(&near->failed[i], out);
    }
}

static void add_pair(struct strbuf *out, const char *key, struct strbuf *value)
{
    strbuf_addc(out, ' ');
    strbuf_add_pair(out, key, strbuf_str(value));
    strbuf_reset(value);
}

/* " nearest=RULE condition=... has=... place=..." */
static void add_nearest(const struct conn *c, const struct policy_near *near,
                        struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(out, " nearest=%s", policy_rule_name(near->rule));
    add_failed(c, near, false, &text);
    add_pair(out, "condition", &text);
    add_failed(c, near, true, &text);
    add_pair(out, "has", &text);
    span_add(&near->failed[0].span, &text);
    add_pair(out, "place", &text);
    strbuf_done(&text);
}

/* "RULE: CONDITION, the connection has VALUE" */
static void note_in_audit(struct conn *c, const struct policy_near *near)
{
    struct strbuf text = STRBUF_INIT;

    strbuf_addf(&text, "%s: ", policy_rule_name(near->rule));
    add_failed(c, near, false, &text);
    strbuf_adds(&text, ", the connection has ");
    add_failed(c, near, true, &text);
    conn_note_audit(c, false, strbuf_str(&text));
    strbuf_done(&text);
}

void conn_say_near(struct conn *c)
{
    struct strbuf text = STRBUF_INIT;
    struct policy_near near;
    uint64_t line;

    if (!may(c, CLEAR_LOOK, hash_of(c)) || !find_nearest(c, &near) ||
        !policy_near_is_close(&near))
        return;
    note_in_audit(c, &near);
    line = hash_text(TABLE_HASH, policy_rule_name(near.rule));
    line = table_hash_byte(line, (unsigned char)near.failed[0].kind);
    if (!may(c, CLEAR_LINE, line))
        return;
    strbuf_adds(&text, "clear=\"no rule fits\"");
    add_nearest(c, &near, &text);
    conn_remark(c, TRACE_WARNING,
                "%s note=\"the rule would take the connection but for that "
                "condition\"",
                strbuf_str(&text));
    strbuf_done(&text);
}

/* ---- a partner that speaks TLS ---- */

/* RFC 8446, 5.1 and 4: a record of type handshake, a version 3.x, and in it a
 * message of type client_hello. */
static bool is_client_hello(const unsigned char *b)
{
    return b[0] == 22 && b[1] == 3 && b[5] == 1;
}

void conn_hear_first(struct conn *c)
{
    struct strbuf text = STRBUF_INIT;
    struct policy_near near;

    if (!is_client_hello(pump_heard(&c->pump)))
        return;
    c->hello_in_clear = true;
    metrics_add(&c->loop->metrics, COUNTER_CLEAR_HELLO, 1);
    conn_note_audit(c, true, NULL);
    if (!may(c, CLEAR_HELLO, hash_of(c)))
        return;
    strbuf_adds(&text, "clear=\"no rule fits\" client_hello=\"the partner "
                       "speaks TLS, and the program gets it as it is\"");
    if (find_nearest(c, &near)) {
        add_nearest(c, &near, &text);
        note_in_audit(c, &near);
    }
    conn_remark(c, TRACE_WARNING, "%s", strbuf_str(&text));
    strbuf_done(&text);
}

/* ---- TTLS off ---- */

void conn_say_nottls(struct conn *c)
{
    if (snapshots_ttls_is_news(conn_services(c)->snapshots))
        conn_remark(c, TRACE_WARNING,
                    "clear=\"TTLS is off and allow_nottls is true\" "
                    "note=\"the policy is not looked at; attlsctl vary TTLS "
                    "switches it on\"");
}
