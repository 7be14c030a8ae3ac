/*
 * The advice about statements and single rules; lint_rules.c compares rules
 * with each other, lint_tls.c looks at what TLS the actions make.
 */

#include "policy/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/lint_private.h"
#include "policy/needs.h"
#include "policy/value.h"

/* TTLSEnabled On: the rule wants TLS for its connections. */
static bool is_enabled(const struct policy_rule *r)
{
    return effective_on(r->effective, PARM_TTLSEnabled);
}

struct span lint_origin(const struct policy_rule *r, enum policy_parm parm)
{
    struct span span;

    effective_origin(r->effective, parm, &span);
    return span.src != NULL ? span : r->object->span;
}

/* ---- statements ---- */

static void check_unused(const struct policy *p, struct findings *f)
{
    const struct object *o;
    size_t i;

    for (i = 0; i < p->object_count; i++) {
        o = p->objects[i];
        if (o->kind == STMT_TTLSRule || o->used)
            continue;
        finding_add(f, FIND_unused_definition, &o->span,
                    "nothing refers to %s %s",
                    schema_statement(o->kind)->keyword, o->name);
        finding_fix(f, "remove it, or correct the reference that was meant "
                       "for it");
    }
}

/* ---- rules ---- */

/* The roles of TLS and the direction are independent, but seldom crossed. */
static void check_role_direction(const struct policy_rule *r,
                                 struct findings *f)
{
    int role = effective_choice(r->effective, PARM_HandshakeRole);
    long direction = r->direction->value.number;
    struct span span = lint_origin(r, PARM_HandshakeRole);
    bool server = role != ROLE_CLIENT;

    if (direction == POLICY_BOTH || server == (direction == POLICY_INBOUND))
        return;
    finding_add(f, FIND_role_direction, &span,
                "rule %s is %s and its HandshakeRole is %s: %s", r->name,
                policy_direction_name((enum policy_direction)direction),
                value_choice_name(TYPE_role, role),
                server ? "both ends will wait for the other to begin"
                       : "both ends will begin");
    finding_fix(f,
                "HandshakeRole %s, unless the peer really has its roles "
                "turned round",
                server ? "Client" : "Server");
}

/* All of IPv4 and nothing of IPv6. */
static bool v4_only(const struct cond *c)
{
    static const unsigned char low[4], high[4] = {255, 255, 255, 255};
    const struct addr_range *r = c->items;
    bool all = false;
    uint32_t i;

    for (i = 0; i < c->count; i++) {
        if (r[i].family != AF_INET)
            return false;
        all = all || (memcmp(r[i].low, low, 4) == 0 &&
                      memcmp(r[i].high, high, 4) == 0);
    }
    return all;
}

/* Addresses of IPv6 fit the condition. */
static bool takes_v6(const struct cond *c)
{
    const struct addr_range *r = c->items;
    uint32_t i;

    for (i = 0; i < c->count; i++)
        if (r[i].family == AF_INET6)
            return true;
    return c->count == 0;
}

static bool same_ports(const struct cond *a, const struct cond *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items,
                                    a->count * sizeof(struct port_range)) == 0);
}

/* Some rule takes over IPv6 what R takes over IPv4. */
static bool has_v6_twin(const struct policy *p, const struct policy_rule *r)
{
    const struct policy_rule *q;
    size_t i;

    for (i = 0; i < p->rule_count; i++) {
        q = &p->rules[i];
        if (same_ports(&q->local_port, &r->local_port) &&
            same_ports(&q->remote_port, &r->remote_port) &&
            takes_v6(&q->local_addr) && takes_v6(&q->remote_addr))
            return true;
    }
    return false;
}

/* All of IPv4 on one side, and on the other one no narrower part of it: the
 * rule is meant for the port. */
static bool is_v4_only(const struct policy_rule *r)
{
    bool local = v4_only(&r->local_addr), remote = v4_only(&r->remote_addr);

    return (local || remote) && (local || takes_v6(&r->local_addr)) &&
           (remote || takes_v6(&r->remote_addr));
}

static void fix_v4_only(const struct policy_rule *r, struct findings *f)
{
    bool local = v4_only(&r->local_addr), remote = v4_only(&r->remote_addr);

    finding_fix(f, "%s%s%s, or a rule for ::/0", local ? "LocalAddr All" : "",
                local && remote ? " and " : "", remote ? "RemoteAddr All" : "");
}

/* Said once: such policies have the same address in all their rules. */
static void check_v4_only(const struct policy *p, struct findings *f)
{
    const struct policy_rule *r, *first = NULL;
    bool any_v6 = false;
    size_t i, more = 0;

    for (i = 0; i < p->rule_count; i++)
        any_v6 = any_v6 || (takes_v6(&p->rules[i].local_addr) &&
                            takes_v6(&p->rules[i].remote_addr));
    for (i = 0; i < p->rule_count && more == 0; i++) {
        r = &p->rules[i];
        if (!is_enabled(r) || !is_v4_only(r) || (any_v6 && has_v6_twin(p, r)))
            continue;
        more += first != NULL;
        first = first != NULL ? first : r;
    }
    if (first == NULL)
        return;
    r = first;
    finding_add(f, FIND_v4_only,
                v4_only(&r->local_addr) ? &r->local_addr.setting->span
                                        : &r->remote_addr.setting->span,
                "rule %s%s for all IPv4 addresses; the same connection over "
                "IPv6 fits no rule and stays in clear",
                r->name, more != 0 ? " and others are" : " is");
    fix_v4_only(r, f);
}

/* Rules that use one environment action stand together. */
static int compare_environments(const void *a, const void *b)
{
    const struct policy_rule *const *x = a, *const *y = b;
    int order = memcmp(&(*x)->effective->levels[LEVEL_ENVIRONMENT],
                       &(*y)->effective->levels[LEVEL_ENVIRONMENT],
                       sizeof((*x)->effective->levels[0]));

    if (order != 0)
        return order;
    return *x < *y ? -1 : *x > *y;
}

static bool is_bare(const struct effective *e)
{
    struct ring_name ring = ring_needs_ring(e);

    return ring.kind == RING_RACF && ring.owner == NULL;
}

/* Rules with a Userid whose ring is that of the user. */
static size_t find_bare(const struct policy *p, const struct policy_rule **list)
{
    const struct policy_rule *r;
    size_t i, n = 0;

    for (i = 0; i < p->rule_count; i++) {
        r = &p->rules[i];
        if (r->userid != NULL && is_enabled(r) && is_bare(r->effective))
            list[n++] = r;
    }
    if (n != 0)
        qsort(list, n, sizeof(list[0]), compare_environments);
    return n;
}

static void say_bare(const struct policy_rule *q, const struct policy_rule *r,
                     struct findings *f)
{
    struct span span = lint_origin(r, PARM_Keyring);

    finding_add(f, FIND_ring_bare, &span,
                "rules %s and %s are for different user ids and have the "
                "same bare ring name: each user id needs a ring of its own "
                "by this name",
                q->name, r->name);
    finding_fix(f, "write USERID/ring to share one");
}

/* A bare name is a ring of the program's own user id. Said once. */
static void check_bare_ring(const struct policy *p, struct findings *f)
{
    const struct policy_rule **list =
        calloc(p->rule_count + 1, sizeof(const struct policy_rule *));
    const struct policy_rule *first = NULL, *q = NULL, *r = NULL;
    size_t i, n = list != NULL ? find_bare(p, list) : 0;

    if (list == NULL)
        f->nomem = true;
    for (i = 0; i < n; i++) {
        if (first == NULL || first->effective->levels[LEVEL_ENVIRONMENT] !=
                                 list[i]->effective->levels[LEVEL_ENVIRONMENT])
            first = list[i];
        if (strcmp(first->userid->value.text, list[i]->userid->value.text) ==
                0 ||
            (r != NULL && r < list[i]))
            continue;
        q = first;
        r = list[i];
    }
    if (r != NULL)
        say_bare(q, r, f);
    free(list);
}

/* No profile says who may use the key of a file or a token, as it does for
 * rings: only the rule's Userid can. */
static const char *unguarded(const struct policy_rule *r)
{
    if (effective_text(r->effective, PARM_Keyring) == NULL ||
        (r->userid != NULL && strcmp(r->userid->value.text, "*") != 0))
        return NULL;
    switch (ring_needs_ring(r->effective).kind) {
    case RING_TOKEN:
        return "token";
    case RING_FILE:
        return "file";
    default:
        return NULL;
    }
}

static void check_key_for_all(const struct policy_rule *r, struct findings *f)
{
    const char *where = unguarded(r);
    struct span span = policy_rule_span(r);

    if (where == NULL)
        return;
    finding_add(f, FIND_key_for_all, &span,
                "rule %s has no Userid, and the key of its Keyring is in a %s: "
                "whoever the rule matches uses the key",
                r->name, where);
    finding_fix(f, "give the rule a Userid, or put the key into a key ring");
}

/* ---- time ---- */

static void check_over(const struct policy_rule *r, time_t now,
                       struct findings *f)
{
    struct strbuf end = STRBUF_INIT;
    struct span span;

    if (!policy_rule_is_over(r, now, &span))
        return;
    policy_rule_over_show(r, now, &end);
    finding_add(f, FIND_time_over, &span,
                "rule %s fits no connection any more: its time condition %s",
                r->name, strbuf_str(&end));
    strbuf_done(&end);
    finding_fix(f, "correct the time condition, or remove the rule; until then "
                   "its connections take the next rule that fits, or stay in "
                   "clear");
}

/* ---- revocation ---- */

static bool checks_revocation(const struct effective *e)
{
    const char *const *servers;

    return effective_on(e, PARM_OcspAiaEnable) ||
           effective_on(e, PARM_HttpCdpEnable) ||
           effective_text(e, PARM_OcspUrl) != NULL ||
           effective_texts(e, PARM_GSK_LDAP_SERVER, &servers) != 0;
}

static bool port_in(const struct cond *c, unsigned port)
{
    const struct port_range *r = c->items;
    uint32_t i;

    for (i = 0; i < c->count; i++)
        if (r[i].low <= port && port <= r[i].high)
            return true;
    return c->count == 0;
}

/* The stack asks responders by HTTP and directories by LDAP. A rule that
 * takes these connections too makes them need themselves. */
static void check_revocation(const struct policy *p, struct findings *f)
{
    enum { HTTP = 80, LDAP = 389 };
    const struct policy_rule *r;
    size_t i;

    for (i = 0; i < p->rule_count; i++)
        if (is_enabled(&p->rules[i]) &&
            checks_revocation(p->rules[i].effective))
            break;
    if (i == p->rule_count)
        return;
    for (i = 0; i < p->rule_count; i++) {
        r = &p->rules[i];
        if (!is_enabled(r) || r->jobname != NULL || r->userid != NULL ||
            (r->direction->value.number & POLICY_OUTBOUND) == 0 ||
            (!port_in(&r->remote_port, HTTP) &&
             !port_in(&r->remote_port, LDAP)))
            continue;
        finding_add(f, FIND_revocation_loop, &r->object->span,
                    "rule %s also takes the stack's own requests to the "
                    "servers that tell about revocation",
                    r->name);
        finding_fix(f, "write a rule with TTLSEnabled Off and a higher "
                       "Priority for these servers");
        return;
    }
}

/* Actions: rules with the same ones are looked at together. */

static int compare_actions(const void *a, const void *b)
{
    const struct policy_rule *const *x = a, *const *y = b;

    if ((*x)->effective != (*y)->effective)
        return (*x)->effective < (*y)->effective ? -1 : 1;
    return *x < *y ? -1 : *x > *y;
}

static int compare_cases(const void *a, const void *b)
{
    const struct lint_case *x = a, *y = b;

    return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* One case for each set of actions, in the order of the search. */
static size_t make_cases(const struct policy_rule **rules, size_t n,
                         struct lint_case *cases)
{
    size_t i, count = 0;

    if (n == 0)
        return 0;
    qsort(rules, n, sizeof(rules[0]), compare_actions);
    for (i = 0; i < n; i++) {
        if (count != 0 && rules[i]->effective == cases[count - 1].e) {
            cases[count - 1].more++;
            continue;
        }
        cases[count].rule = rules[i];
        cases[count++].e = rules[i]->effective;
    }
    qsort(cases, count, sizeof(cases[0]), compare_cases);
    return count;
}

static void check_case(struct lint_case *c, struct findings *f)
{
    c->f = f;
    if (c->more != 0)
        snprintf(c->name, sizeof(c->name), "rule %s and %zu more",
                 c->rule->name, c->more);
    else
        snprintf(c->name, sizeof(c->name), "rule %s", c->rule->name);
    lint_case(c);
}

static void check_actions(const struct policy *p, struct findings *f)
{
    const struct policy_rule **rules =
        calloc(p->rule_count + 1, sizeof(const struct policy_rule *));
    struct lint_case *cases = calloc(p->rule_count + 1, sizeof(*cases));
    size_t i, n = 0;

    if (rules == NULL || cases == NULL) {
        f->nomem = true;
        goto out;
    }
    for (i = 0; i < p->rule_count; i++)
        if (is_enabled(&p->rules[i]))
            rules[n++] = &p->rules[i];
    n = make_cases(rules, n, cases);
    for (i = 0; i < n; i++)
        check_case(&cases[i], f);
out:
    free(rules);
    free(cases);
}

void lint_policy(const struct policy *p, struct findings *f)
{
    struct span file = {p->sources[0], 0, 0};
    time_t now = time(NULL);
    size_t i;

    if (p->rule_count == 0)
        finding_add(f, FIND_no_rules, &file,
                    "the policy has no rule: every connection stays in clear");
    check_unused(p, f);
    for (i = 0; i < p->rule_count; i++)
        check_over(&p->rules[i], now, f);
    for (i = 0; i < p->rule_count; i++)
        if (is_enabled(&p->rules[i])) {
            check_role_direction(&p->rules[i], f);
            check_key_for_all(&p->rules[i], f);
        }
    check_actions(p, f);
    check_v4_only(p, f);
    check_bare_ring(p, f);
    check_revocation(p, f);
    lint_order(p, f);
}
