/*
 * What stands beside the rule of a connection: the rules that came nearest,
 * the one that would have taken it next, and what the operator should know of
 * policy and ring in force. lib/policy/near.h finds the rules.
 */

#include "story/why.h"

#include <string.h>

#include "policy/near.h"
#include "story/fill.h"
#include "util/clock.h"

enum { NEAREST = 3 }; /* rules that are named */

/* ---- filling in ---- */

static void keep_miss(struct story *s, const struct policy_near *n, size_t i,
                      const struct policy_conn *conn)
{
    const struct policy_reject *r = &n->failed[i];
    struct story_miss *m = &s->nearest[s->nearest_count++];
    struct strbuf text = STRBUF_INIT;

    story_set(m->rule, sizeof(m->rule), policy_rule_name(r->rule));
    story_set(m->condition, sizeof(m->condition), r->condition);
    policy_reject_show(r, &text);
    story_set(m->wants, sizeof(m->wants), strbuf_str(&text));
    strbuf_reset(&text);
    policy_reject_has(r, conn, &text);
    story_set(m->has, sizeof(m->has), strbuf_str(&text));
    strbuf_reset(&text);
    span_add(&r->span, &text);
    story_set(m->place, sizeof(m->place), strbuf_str(&text));
    strbuf_done(&text);
    m->only = n->count == 1;
}

/* Of the rules before one that was found only those are told that it could
 * have been. */
static void keep_nearest(struct story *s, const struct policy *policy,
                         const struct policy_conn *conn,
                         const struct policy_rule *rule)
{
    struct policy_near near[NEAREST];
    size_t n = policy_nearest(policy, conn, rule, near, NEAREST), i, k;

    n = policy_near_telling(near, n, rule != NULL);
    for (i = 0; i < n; i++)
        for (k = 0; k < near[i].count && s->nearest_count < STORY_MISSES; k++)
            keep_miss(s, &near[i], k, conn);
}

static void keep_runner_up(struct story *s, const struct policy *policy,
                           const struct policy_conn *conn,
                           const struct policy_rule *rule)
{
    const struct policy_rule *next =
        policy_runner_up(policy, conn, rule, &s->runner_up_asks);

    s->priority = policy_rule_priority(rule);
    if (next == NULL)
        return;
    story_set(s->runner_up, sizeof(s->runner_up), policy_rule_name(next));
    s->runner_up_priority = policy_rule_priority(next);
}

/* "Pay: Userid PAYS, the connection has PAYX (FILE:3); Jobname ..." */
static void add_misses(const struct story *s, struct strbuf *out)
{
    const struct story_miss *m, *before = NULL;

    for (m = s->nearest; m < s->nearest + s->nearest_count; before = m++) {
        if (before != NULL)
            strbuf_adds(out, "; ");
        if (before == NULL || strcmp(before->rule, m->rule) != 0)
            strbuf_addf(out, "%s: ", m->rule);
        strbuf_addf(out, "%s, the connection has %s (%s)", m->wants, m->has,
                    m->place);
    }
}

static const char *more_specific(const struct story *s)
{
    return s->runner_up_asks == POLICY_ASKS_MORE ? ", more specific" : "";
}

static void add_why_none(const struct story *s, size_t rules,
                         struct strbuf *out)
{
    if (rules == 0)
        strbuf_adds(out, "the policy has no rules");
    else if (rules == 1)
        strbuf_adds(out, "1 rule, and it does not fit: ");
    else
        strbuf_addf(out, "%zu rules, none fits; the nearest: ", rules);
    add_misses(s, out);
}

static void add_why_found(const struct story *s, bool first, struct strbuf *out)
{
    strbuf_addf(out, "priority %lu, the first %s", s->priority,
                first ? "in the search" : "that fits");
    if (s->runner_up[0] != '\0')
        strbuf_addf(out, "; %s (priority %lu%s) would fit too", s->runner_up,
                    s->runner_up_priority, more_specific(s));
    if (s->nearest_count != 0)
        strbuf_adds(out, "; before it: ");
    add_misses(s, out);
}

void story_fill_why(struct story *s, const struct policy *policy,
                    const struct policy_conn *conn,
                    const struct policy_rule *rule)
{
    struct strbuf text = STRBUF_INIT;

    keep_nearest(s, policy, conn, rule);
    if (rule != NULL)
        keep_runner_up(s, policy, conn, rule);
    if (rule == NULL)
        add_why_none(s, policy_rule_count(policy), &text);
    else
        add_why_found(s, policy_rule_get(policy, 0) == rule, &text);
    story_set(s->why_rule, sizeof(s->why_rule), strbuf_str(&text));
    strbuf_done(&text);
}

void story_fill_unsearched(struct story *s, bool ttls_off)
{
    const char *text = ttls_off ? "TTLS was off: the policy was not looked at"
                       : s->open
                           ? "the policy was not looked at yet"
                           : "the policy was not looked at: the connection "
                             "ended before";

    story_set(s->why_rule, sizeof(s->why_rule), text);
}

void story_fill_refresh(struct story *s, time_t failed, const char *error,
                        time_t installed)
{
    char when[CLOCK_TEXT];
    struct strbuf text = STRBUF_INIT;

    s->refresh_failed = failed;
    strbuf_adds(&text, "failed at ");
    strbuf_adds(&text, clock_text(failed, when));
    strbuf_adds(&text, ": the policy in force is that of ");
    strbuf_adds(&text, clock_text(installed, when));
    strbuf_addf(&text, "; %s", error);
    story_set(s->refresh_error, sizeof(s->refresh_error), strbuf_str(&text));
    strbuf_done(&text);
}

/* ---- telling ---- */

static bool may_be_meant(const struct story *s)
{
    return s->runner_up[0] != '\0' && s->runner_up_asks != POLICY_ASKS_LESS;
}

/* The remedy is that of the rule which took the connection, and that may be
 * the wrong one. */
static void add_note(const struct story *s, struct strbuf *out)
{
    if (!s->failed || !may_be_meant(s))
        return;
    strbuf_addf(out,
                "the rule may be the wrong one: if %s is meant, give it a "
                "Priority above %lu; the remedy is for %s",
                s->runner_up, s->priority, s->rule);
}

void story_why_rows(const struct story *s, story_row_fn row, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    if (s->hello_in_clear)
        strbuf_adds(&text, "the partner speaks TLS, and the program gets its "
                           "ClientHello as it is: no rule fits");
    add_note(s, &text);
    row(out, "note", strbuf_str(&text));
    row(out, "last refresh", s->refresh_error);
    row(out, "policy file", s->place_changed);
    row(out, "stored ring", s->newer_ring);
    strbuf_done(&text);
}

void story_why_words(const struct story *s, story_word_fn word,
                     struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;

    if (may_be_meant(s)) {
        strbuf_addf(&text, "%s, priority %lu%s", s->runner_up,
                    s->runner_up_priority, more_specific(s));
        word(out, "fits_too", strbuf_str(&text));
    }
    if (s->refresh_failed != 0)
        word(out, "last_refresh", s->refresh_error);
    strbuf_done(&text);
}

static void json_misses(const struct story *s, struct json *j)
{
    const struct story_miss *m;

    json_array(j, "nearest");
    for (m = s->nearest; m < s->nearest + s->nearest_count; m++) {
        json_object(j, NULL);
        json_string(j, "rule", m->rule);
        json_string(j, "condition", m->condition);
        json_string(j, "wants", m->wants);
        json_string(j, "connection_has", m->has);
        json_string(j, "place", m->place);
        json_bool(j, "only", m->only);
        json_end(j);
    }
    json_end(j);
}

void story_why_json(const struct story *s, struct json *j)
{
    if (s->why_rule[0] != '\0')
        json_string(j, "why_rule", s->why_rule);
    if (s->hello_in_clear)
        json_bool(j, "client_hello_in_clear", true);
    json_misses(s, j);
    if (s->runner_up[0] != '\0') {
        json_object(j, "runner_up");
        json_string(j, "rule", s->runner_up);
        json_unsigned(j, "priority", s->runner_up_priority);
        json_bool(j, "more_specific", s->runner_up_asks == POLICY_ASKS_MORE);
        json_end(j);
    }
    if (s->refresh_failed != 0) {
        json_time(j, "refresh_failed", s->refresh_failed);
        json_string(j, "refresh_error", s->refresh_error);
    }
    if (s->place_changed[0] != '\0')
        json_string(j, "place_changed", s->place_changed);
    if (s->newer_ring[0] != '\0')
        json_string(j, "newer_ring", s->newer_ring);
}
