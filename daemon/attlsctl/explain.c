/* attlsctl explain: which rule a connection takes, why not the ones before
 * it, and what the rule resolves to. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attlsctl/conn_args.h"
#include "attlsctl/ctl.h"
#include "attlsctl/findings.h"
#include "attlsctl/policy.h"
#include "policy/effective.h"
#include "policy/filter.h"
#include "policy/near.h"
#include "policy/needs.h"
#include "policy/offers.h"
#include "tls/lint_rings.h"
#include "util/json.h"

enum { NEAREST = 3 };

struct answer {
    const struct policy_conn *conn;
    enum policy_verdict verdict;
    const struct policy_rule *rule;
    const struct policy_rule *runner_up; /* NULL: no other rule fits */
    enum policy_asks asks;               /* the runner-up, beside RULE */
    struct policy_near near[NEAREST];
    size_t near_count;
    struct policy_reject *rejects;
    size_t count;
    struct ring_where where; /* racf NULL: rings are not looked at */
    struct diags *lacks; /* what the rule's ring lacks; NULL: nobody looked */
};

static void keep_reject(void *arg, const struct policy_reject *r)
{
    struct answer *a = arg;

    a->rejects[a->count++] = *r;
}

/* The rule's ring */

/* Whose ring it is; NULL: that is not known. */
static const char *ring_user(const struct answer *a)
{
    const char *user = policy_rule_userid(a->rule);

    if (a->conn->userid != NULL)
        return a->conn->userid;
    if (ring_needs_ring(policy_rule_effective(a->rule)).kind != RING_RACF)
        return "";
    return user != NULL && strchr(user, '*') == NULL ? user : NULL;
}

static bool wants_ring(const struct answer *a)
{
    return a->rule != NULL && policy_rule_environment(a->rule) != NULL &&
           effective_on(policy_rule_effective(a->rule), PARM_TTLSEnabled);
}

/* 0, or the exit status after a message. */
static int look_at_ring(struct answer *a, const struct policy *p)
{
    struct ring_question q = {.where = a->where, .at = time(NULL)};
    const char *user = wants_ring(a) ? ring_user(a) : NULL;
    struct error err;

    if (a->where.racf == NULL || !wants_ring(a))
        return 0;
    if (user == NULL) {
        fprintf(stderr, "attlsctl explain: --racf: give --userid NAME, whose "
                        "ring it is\n");
        return CTL_EXIT_ERROR;
    }
    a->lacks = diags_new();
    if (a->lacks == NULL)
        error_nomem(&err);
    else if (lint_ring_of(p, a->rule, user, &q, a->lacks, &err) == 0)
        return 0;
    fprintf(stderr, "attlsctl explain: %s\n", err.text);
    return CTL_EXIT_ERROR;
}

/* JSON */

static void json_item(void *arg, const char *text)
{
    json_string(arg, NULL, text);
}

static void count_item(void *arg, const char *text)
{
    (void)text;
    ++*(size_t *)arg;
}

struct effective_out {
    const struct effective *e;
    struct json *j;
    struct strbuf *text;
    int width; /* of the column of keywords */
};

/* What is on the wire, where it is not what the policy says. */

static void add_code(void *arg, const char *code)
{
    struct strbuf *out = arg;

    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_adds(out, code);
}

/* False: the wire has what the policy says. */
static bool wire_differs(const struct effective *e, enum policy_parm parm)
{
    struct strbuf shown = STRBUF_INIT, wire = STRBUF_INIT;
    bool differs = false;

    if (offers_has(e, parm)) {
        effective_show(e, parm, &shown);
        offers_items(e, parm, add_code, &wire);
        differs = strcmp(strbuf_str(&shown), strbuf_str(&wire)) != 0;
    }
    strbuf_done(&shown);
    strbuf_done(&wire);
    return differs;
}

static void json_wire(struct effective_out *o, enum policy_parm parm)
{
    struct strbuf without = STRBUF_INIT;
    bool left;

    if (!wire_differs(o->e, parm))
        return;
    json_array(o->j, "wire");
    offers_items(o->e, parm, json_item, o->j);
    json_end(o->j);
    strbuf_adds(&without, "without ");
    left = offers_left_show(o->e, parm, &without);
    json_string(o->j, "note", left ? strbuf_str(&without) : NULL);
    strbuf_done(&without);
}

static void json_value(void *arg, const struct effective_value *v)
{
    struct effective_out *o = arg;
    struct strbuf value = STRBUF_INIT;
    size_t n = 0;

    json_object(o->j, v->keyword);
    if (effective_items(o->e, v->parm, count_item, &n)) {
        json_array(o->j, "value");
        effective_items(o->e, v->parm, json_item, o->j);
        json_end(o->j);
    } else {
        effective_show(o->e, v->parm, &value);
        json_string_n(o->j, "value", strbuf_str(&value), value.len);
    }
    json_string(o->j, "from", effective_level_name(v->level));
    ctl_place_json(o->j, &v->span);
    json_wire(o, v->parm);
    json_end(o->j);
    o->text->failed = o->text->failed || strbuf_failed(&value);
    strbuf_done(&value);
}

static const char *action_name(const struct policy_action *a)
{
    return a != NULL ? policy_action_name(a) : NULL;
}

/* Why the rule fits no connection any more, where its time is what stands in
 * the way. */
static bool add_over(const struct answer *a, const struct policy_reject *r,
                     struct strbuf *out)
{
    return r->kind == POLICY_TIME &&
           policy_rule_over_show(r->rule, a->conn->when, out);
}

static void json_over(const struct answer *a, const struct policy_reject *r,
                      struct json *j)
{
    struct strbuf over = STRBUF_INIT;
    bool is_over = add_over(a, r, &over);

    json_string(j, "over", is_over ? strbuf_str(&over) : NULL);
    strbuf_done(&over);
}

static void json_reject(const struct answer *a, const struct policy_reject *r,
                        struct json *j)
{
    struct strbuf wants = STRBUF_INIT, has = STRBUF_INIT;

    policy_reject_show(r, &wants);
    policy_reject_has(r, a->conn, &has);
    json_object(j, NULL);
    json_string(j, "rule", policy_rule_name(r->rule));
    json_string(j, "condition", r->condition);
    json_string(j, "wants", strbuf_str(&wants));
    json_string(j, "connection_has", strbuf_str(&has));
    ctl_place_json(j, &r->span);
    json_over(a, r, j);
    json_end(j);
    strbuf_done(&wants);
    strbuf_done(&has);
}

static void json_rejects(const struct answer *a, struct json *j)
{
    size_t i;

    json_array(j, "rejected");
    for (i = 0; i < a->count; i++)
        json_reject(a, &a->rejects[i], j);
    json_end(j);
    json_array(j, "nearest");
    for (i = 0; i < a->near_count; i++)
        if (a->near[i].count == 1)
            json_reject(a, &a->near[i].failed[0], j);
    json_end(j);
}

static void json_runner_up(const struct answer *a, struct json *j)
{
    if (a->runner_up == NULL) {
        json_null(j, "runner_up");
        return;
    }
    json_object(j, "runner_up");
    json_string(j, "rule", policy_rule_name(a->runner_up));
    json_unsigned(j, "priority", policy_rule_priority(a->runner_up));
    json_bool(j, "more_specific", a->asks == POLICY_ASKS_MORE);
    json_end(j);
}

/* "lacks" is there where somebody looked. */
static void json_ring(const struct answer *a, struct json *j)
{
    const struct effective *e = policy_rule_effective(a->rule);
    struct ring_needs needs;
    size_t i;

    ring_needs(e, &needs);
    json_object(j, "ring");
    json_string(j, "keyring", effective_text(e, PARM_Keyring));
    json_array(j, "labels");
    for (i = 0; i < needs.label_count; i++)
        json_string(j, NULL, ring_needs_label(&needs, i));
    json_end(j);
    if (a->lacks != NULL) {
        json_array(j, "lacks");
        ctl_findings_json(a->lacks, j);
        json_end(j);
    }
    json_end(j);
}

static void write_json(const struct answer *a, struct strbuf *text)
{
    struct json j = JSON_INIT(text, JSON_LINES);
    const struct policy_rule *r = a->rule;
    struct effective_out out = {NULL, &j, text, 0};

    json_object(&j, NULL);
    json_string(&j, "rule", r != NULL ? policy_rule_name(r) : NULL);
    json_string(&j, "status",
                r != NULL ? effective_status(policy_rule_effective(r))
                          : "No rule");
    json_array(&j, "actions");
    if (r != NULL) {
        json_string(&j, NULL, action_name(policy_rule_group(r)));
        json_string(&j, NULL, action_name(policy_rule_environment(r)));
        json_string(&j, NULL, action_name(policy_rule_connection(r)));
    }
    json_end(&j);
    if (wants_ring(a))
        json_ring(a, &j);
    json_runner_up(a, &j);
    json_rejects(a, &j);
    json_object(&j, "effective");
    if (r != NULL) {
        out.e = policy_rule_effective(r);
        effective_visit(out.e, json_value, &out);
    }
    json_end(&j);
    json_end(&j);
}

/* Text */

/* Columns, where no name is longer. */
enum { RULE_WIDTH = 24, KEYWORD_WIDTH = 36 };

static void add_reject(const struct answer *a, const struct policy_reject *r,
                       struct strbuf *text)
{
    policy_reject_show(r, text);
    strbuf_adds(text, ", the connection has ");
    policy_reject_has(r, a->conn, text);
    strbuf_adds(text, "  (");
    span_add(&r->span, text);
    strbuf_adds(text, ")\n");
}

static void write_over(const struct answer *a, const struct policy_reject *r,
                       int width, struct strbuf *text)
{
    struct strbuf over = STRBUF_INIT;

    if (add_over(a, r, &over))
        strbuf_addf(text,
                    "  %-*s ! no connection takes it any more: its time "
                    "condition %s\n",
                    width, "", strbuf_str(&over));
    strbuf_done(&over);
}

static int rule_width(const struct answer *a)
{
    size_t i, len, width = RULE_WIDTH;

    for (i = 0; i < a->count; i++) {
        len = strlen(policy_rule_name(a->rejects[i].rule));
        if (len > width)
            width = len;
    }
    return (int)width;
}

static void write_reject(const struct answer *a, const struct policy_reject *r,
                         int width, struct strbuf *text)
{
    strbuf_addf(text, "  %-*s ", width, policy_rule_name(r->rule));
    add_reject(a, r, text);
    write_over(a, r, width, text);
}

/* The rules that fit but for one condition: of several, the first. */
static void write_nearest(const struct answer *a, struct strbuf *text)
{
    size_t i;

    for (i = 0; i < a->near_count && a->near[i].count == 1; i++) {
        strbuf_addf(text, "%-11s %s fits but for ", i == 0 ? "Nearest:" : "",
                    policy_rule_name(a->near[i].rule));
        add_reject(a, &a->near[i].failed[0], text);
    }
}

static void write_runner_up(const struct answer *a, struct strbuf *text)
{
    struct span span;

    if (a->runner_up == NULL)
        return;
    span = policy_rule_span(a->runner_up);
    strbuf_addf(text, "Fits too:   %s, priority %lu (",
                policy_rule_name(a->runner_up),
                policy_rule_priority(a->runner_up));
    span_add(&span, text);
    strbuf_addf(text, ")%s\n",
                a->asks == POLICY_ASKS_MORE ? ", more specific" : "");
}

static void text_wire(struct effective_out *o, enum policy_parm parm)
{
    struct strbuf wire = STRBUF_INIT, without = STRBUF_INIT;
    bool left;

    if (!wire_differs(o->e, parm))
        return;
    offers_items(o->e, parm, add_code, &wire);
    left = offers_left_show(o->e, parm, &without);
    strbuf_addf(o->text, "    %-*s %s%s%s\n", o->width - 2, "on the wire",
                wire.len != 0 ? strbuf_str(&wire) : "none",
                left ? "  without " : "", strbuf_str(&without));
    strbuf_done(&wire);
    strbuf_done(&without);
}

static void widen(void *arg, const struct effective_value *v)
{
    struct effective_out *o = arg;
    int width = (int)strlen(v->keyword);

    if (width > o->width)
        o->width = width;
}

static void text_value(void *arg, const struct effective_value *v)
{
    struct effective_out *o = arg;
    struct strbuf value = STRBUF_INIT;

    effective_show(o->e, v->parm, &value);
    strbuf_addf(o->text, "  %-*s ", o->width, v->keyword);
    strbuf_add_escaped(o->text, strbuf_str(&value), value.len);
    strbuf_fill(o->text, ' ', 24 - (int)value.len);
    strbuf_addf(o->text, "  %s", effective_level_name(v->level));
    if (v->span.src != NULL) {
        strbuf_addc(o->text, ' ');
        span_add(&v->span, o->text);
    }
    strbuf_addc(o->text, '\n');
    text_wire(o, v->parm);
    o->text->failed = o->text->failed || strbuf_failed(&value);
    strbuf_done(&value);
}

/* Why a version that the policy has on is not spoken; NULL: it is, or it is
 * off. */
static const char *not_spoken(const struct effective *e,
                              const struct version *v)
{
    unsigned on = effective_versions(e);

    if ((offers_versions(e) & v->bit) != 0 || v->bit == 0 ||
        !effective_on(e, v->parm) ||
        effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF)
        return NULL;
    if ((on & v->bit) == 0)
        return "needs allow_legacy";
    return offers_gap(e, v) ? "is not offered, because a client's versions "
                              "have no gap"
                            : "has no suite that can be used";
}

static void write_versions(const struct effective *e, struct strbuf *text)
{
    const char *why;
    size_t i;

    strbuf_adds(text, "Versions:   ");
    versions_add(offers_versions(e), text);
    if (offers_versions(e) == 0)
        strbuf_adds(text, "none, no handshake can succeed");
    for (i = 0; i < VERSION_COUNT; i++) {
        why = not_spoken(e, &tls_versions[i]);
        if (why != NULL)
            strbuf_addf(text, " (%s is on and %s)", tls_versions[i].name, why);
    }
    strbuf_addc(text, '\n');
}

static void write_rule(const struct policy_rule *r, struct strbuf *text)
{
    const struct effective *e = policy_rule_effective(r);
    const struct policy_refusal *refused = effective_refused(e);
    struct span span = policy_rule_span(r);
    const char *env = action_name(policy_rule_environment(r));
    const char *conn = action_name(policy_rule_connection(r));

    strbuf_addf(text, "Rule:       %s, priority %lu (", policy_rule_name(r),
                policy_rule_priority(r));
    span_add(&span, text);
    strbuf_addf(text, ")\nStatus:     %s\n", effective_status(e));
    strbuf_addf(text, "Actions:    group %s",
                action_name(policy_rule_group(r)));
    if (env != NULL)
        strbuf_addf(text, ", environment %s", env);
    if (conn != NULL)
        strbuf_addf(text, ", connection %s", conn);
    strbuf_addc(text, '\n');
    if (env != NULL)
        write_versions(e, text);
    if (refused != NULL) {
        strbuf_addf(text, "Refused:    %s, because %s (", refused->keyword,
                    refused->why);
        span_add(&refused->span, text);
        strbuf_adds(text, ")\n");
    }
}

static void write_ring(const struct answer *a, struct strbuf *text)
{
    const struct effective *e = policy_rule_effective(a->rule);
    const char *ring = effective_text(e, PARM_Keyring);
    struct ring_needs needs;
    size_t i;

    ring_needs(e, &needs);
    strbuf_adds(text, "Key ring:   ");
    strbuf_add_escaped(text, ring, strlen(ring));
    strbuf_adds(text, ", ");
    ring_needs_show(&needs, text);
    strbuf_addc(text, '\n');
    for (i = 0; a->lacks != NULL && i < diags_count(a->lacks); i++) {
        const struct diag *d = diags_get(a->lacks, i);

        strbuf_addf(text, "            %s %s\n",
                    d->level == DIAG_NOTE ? "note:" : "!", d->text);
    }
}

static void write_text(const struct answer *a, struct strbuf *text)
{
    struct effective_out out = {NULL, NULL, text, KEYWORD_WIDTH};
    int width = rule_width(a);
    size_t i;

    strbuf_adds(text, "Connection: ");
    ctl_conn_add(a->conn, text);
    strbuf_addc(text, '\n');
    if (a->rule != NULL)
        write_rule(a->rule, text);
    else
        strbuf_adds(text, "Rule:       none, the connection stays in clear\n"
                          "Status:     No rule\n");
    write_runner_up(a, text);
    if (a->rule == NULL)
        write_nearest(a, text);
    if (wants_ring(a))
        write_ring(a, text);
    if (a->count != 0)
        strbuf_adds(text, "\nRules that do not fit:\n");
    for (i = 0; i < a->count; i++)
        write_reject(a, &a->rejects[i], width, text);
    if (a->rule == NULL)
        return;
    strbuf_adds(text, "\nEffective policy:\n");
    out.e = policy_rule_effective(a->rule);
    effective_visit(out.e, widen, &out);
    effective_visit(out.e, text_value, &out);
}

/* A rule that asks for a name that was not given decides nothing. */
static int needs_identity(const struct answer *a)
{
    struct strbuf place = STRBUF_INIT;
    struct span span = policy_rule_span(a->rule);

    span_add(&span, &place);
    fprintf(stderr,
            "attlsctl explain: rule %s (%s) looks at the job name or user id; "
            "give%s%s\n",
            policy_rule_name(a->rule), strbuf_str(&place),
            a->conn->jobname == NULL ? " --jobname NAME" : "",
            a->conn->userid == NULL ? " --userid NAME" : "");
    strbuf_done(&place);
    return CTL_EXIT_ERROR;
}

static int show(struct answer *a, const struct policy *p, bool as_json)
{
    struct strbuf text = STRBUF_INIT;
    int status = look_at_ring(a, p);

    if (status != 0)
        return status;
    if (as_json)
        write_json(a, &text);
    else
        write_text(a, &text);
    status = ctl_write(&text, CTL_EXIT_OK);
    strbuf_done(&text);
    return status;
}

static int explain(const struct policy *p, const struct policy_conn *c,
                   const struct ring_where *where, bool as_json)
{
    struct answer a = {.conn = c, .verdict = POLICY_NO_RULE, .where = *where};
    int status;

    a.rejects = calloc(policy_rule_count(p) + 1, sizeof(*a.rejects));
    if (a.rejects == NULL) {
        fprintf(stderr, "attlsctl explain: no memory\n");
        return CTL_EXIT_ERROR;
    }
    a.verdict = policy_match(p, c, keep_reject, &a, &a.rule);
    a.near_count = policy_nearest(p, c, a.rule, a.near, NEAREST);
    a.near_count = policy_near_telling(a.near, a.near_count, a.rule != NULL);
    if (a.rule != NULL)
        a.runner_up = policy_runner_up(p, c, a.rule, &a.asks);
    status = a.verdict == POLICY_IDENTITY_NEEDED ? needs_identity(&a)
                                                 : show(&a, p, as_json);
    diags_free(a.lacks);
    free(a.rejects);
    return status;
}

int ctl_explain(const struct verb_call *call)
{
    struct policy_options opt;
    struct policy *policy = NULL;
    struct ctl_conn conn;
    struct ctl_running running;
    struct ring_where where = {verb_value(call, OPT_RACF), NULL, {NULL, NULL}};
    int r = ctl_conn_read(call, &conn);

    policy_options_init(&opt);
    if (r == 0)
        r = ctl_policy_read(call, &opt);
    where.root = opt.root;
    if (r == 0)
        r = ctl_policy_shown(call, &opt, &policy, &running);
    if (r == 0)
        r = explain(policy, &conn.conn, &where, verb_has(call, OPT_JSON));
    policy_unref(policy);
    return r;
}
