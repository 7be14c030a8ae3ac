#include "policy/lint.h"

#include <string.h>

#include "policy/model.h"
#include "policy/value.h"

/* One check of a rule whose connections are to be in TLS. */
typedef void (*rule_check_fn)(const struct policy_rule *r, struct findings *f);

static struct span origin(const struct policy_rule *r, enum policy_parm parm)
{
    struct span span;

    effective_origin(r->effective, parm, &span);
    return span.src != NULL ? span : r->object->span;
}

/* The roles of TLS and the direction are independent, but seldom crossed. */
static void check_role_direction(const struct policy_rule *r,
                                 struct findings *f)
{
    int role = effective_choice(r->effective, PARM_HandshakeRole);
    long direction = r->direction->value.number;
    struct span span = origin(r, PARM_HandshakeRole);
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

static void check_role_override(const struct policy_rule *r, struct findings *f)
{
    const struct policy_action *env = r->effective->levels[LEVEL_ENVIRONMENT];
    const struct policy_action *conn = r->effective->levels[LEVEL_CONNECTION];
    const struct entry *a, *b;

    if (env == NULL || conn == NULL)
        return;
    a = action_entry(env, PARM_HandshakeRole);
    b = action_entry(conn, PARM_HandshakeRole);
    if (a == NULL || b == NULL ||
        a->last->value.number == b->last->value.number)
        return;
    finding_add(f, FIND_role_override, &b->last->span,
                "rule %s: HandshakeRole %s of the connection action hides %s "
                "of the environment action",
                r->name, value_choice_name(TYPE_role, b->last->value.number),
                value_choice_name(TYPE_role, a->last->value.number));
    finding_fix(f, "code the same role in both");
}

static void check_versions(const struct policy_rule *r, struct findings *f)
{
    static const enum policy_parm old[] = {PARM_SSLv2, PARM_SSLv3, PARM_TLSv1,
                                           PARM_TLSv1_1};
    const struct effective *e = r->effective;
    struct span span = r->object->span;
    bool legacy = e->policy->allow_legacy;
    size_t i;

    if (effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF)
        return;
    if (effective_versions(e) == 0) {
        finding_add(f, FIND_no_protocol, &span,
                    "rule %s has no TLS version left%s", r->name,
                    effective_on(e, PARM_TLSv1) || effective_on(e, PARM_TLSv1_1)
                        ? "; TLSv1 and TLSv1.1 need allow_legacy = true"
                        : "");
        finding_fix(f, "add TLSv1.2 On to its advanced parameters");
    }
    for (i = 0; i < sizeof(old) / sizeof(old[0]); i++) {
        if (!effective_on(e, old[i]))
            continue;
        effective_origin(e, old[i], &span);
        finding_add(
            f, FIND_old_protocol, span.src != NULL ? &span : &r->object->span,
            "rule %s has %s on%s%s", r->name, schema_parm(old[i])->keyword,
            span.src == NULL ? ", by default" : "",
            i < 2 || !legacy ? "; it is not spoken here" : "");
        finding_fix(f, "add %s Off", schema_parm(old[i])->keyword);
    }
}

static const rule_check_fn rule_checks[] = {
    check_role_direction,
    check_role_override,
    check_versions,
};

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

static bool is_enabled(const struct policy_rule *r)
{
    return effective_on(r->effective, PARM_TTLSEnabled);
}

void lint_policy(const struct policy *p, struct findings *f)
{
    size_t i, k;

    if (p->rule_count == 0)
        finding_add(f, FIND_no_rules, NULL,
                    "the policy has no rule: every connection stays in clear");
    check_unused(p, f);
    for (i = 0; i < p->rule_count; i++)
        for (k = 0; k < sizeof(rule_checks) / sizeof(rule_checks[0]); k++)
            if (is_enabled(&p->rules[i]))
                rule_checks[k](&p->rules[i], f);
}
