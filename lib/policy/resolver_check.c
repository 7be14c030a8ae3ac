/*
 * What the resolver checks of a statement: parameters that are missing, coded
 * twice or without effect, references to nothing.
 */

#include "policy/resolver_check.h"

#include <string.h>
#include <strings.h>

#include "policy/value.h"

/* ---- parameters ---- */

bool setting_harmless(const struct parm *row, const struct setting *set)
{
    struct strbuf text = STRBUF_INIT;
    bool harmless;

    if (row->harmless == NULL)
        return false;
    value_show(row->type, &set->value, &text);
    harmless = schema_harmless(row, strbuf_str(&text));
    strbuf_done(&text);
    return harmless;
}

/* As z/OS has it where nothing is coded. */
static bool is_default(const struct parm *row, const struct setting *set,
                       enum zos_release release)
{
    struct strbuf text = STRBUF_INIT;
    char buf[SCHEMA_DEFAULT];
    const char *preset = schema_default(row, release, buf);
    bool same;

    value_show(row->type, &set->value, &text);
    same = preset != NULL && strcasecmp(preset, strbuf_str(&text)) == 0;
    strbuf_done(&text);
    return same;
}

/* Once for each keyword. */
static void note_no_loss(struct findings *f, const struct parm *row,
                         const struct setting *set)
{
    if (f->noted[set->parm])
        return;
    finding_add(f, FIND_no_loss, &set->span, "%s has no effect here: %s",
                row->keyword, row->why);
    f->noted[set->parm] = !f->silent;
}

void check_support(struct findings *f, const struct parm *row,
                   const struct setting *set, enum zos_release release)
{
    if (row->support == SUPPORT_HONOURED || setting_harmless(row, set))
        return;
    if (row->where & (IN_MAIN | IN_IMAGE)) {
        finding_add(f, FIND_ignored_here, &set->span,
                    "%s does nothing here: %s", row->keyword, row->why);
    } else if (row->support == SUPPORT_MOOT ||
               (row->support == SUPPORT_NO_EFFECT &&
                is_default(row, set, release))) {
        note_no_loss(f, row, set);
    } else if (row->support == SUPPORT_NO_EFFECT) {
        finding_add(f, FIND_no_effect, &set->span, "%s has no effect here: %s",
                    row->keyword, row->why);
    } else if ((row->flags & LINT) == 0) {
        finding_add(f, FIND_not_built, &set->span,
                    "connections that map to this %s are refused: %s",
                    row->keyword, row->why);
        finding_fix(f, "%s", row->fix);
    }
}

/* ---- statements ---- */

static const struct setting *find_setting(const struct object *o,
                                          enum policy_parm parm)
{
    size_t i;

    for (i = 0; i < o->count; i++)
        if (o->settings[i].parm == parm && !o->settings[i].overridden)
            return &o->settings[i];
    return NULL;
}

/* Rows of which a statement has at most one: where two are an error. */
static bool is_single(const struct parm *row)
{
    return (row->where & (IN_PORTRANGE | IN_IPADDR | IN_IPADDRSET)) != 0;
}

static void check_twice(struct findings *f, struct object *o,
                        struct setting *early, const struct setting *late)
{
    const struct parm *row = schema_parm((enum policy_parm)late->parm);
    struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;

    early->overridden = true;
    if (is_single(row)) {
        finding_add(f, FIND_two_ports, &late->span,
                    "a second %s in one %s; one is allowed", row->keyword,
                    schema_statement(o->kind)->keyword);
        finding_fix(f, o->kind == STMT_PortRange
                           ? "write a PortGroup with two PortRanges"
                           : "write an IpAddrGroup with two members");
        return;
    }
    if (early->inline_block != late->inline_block) {
        finding_add(f, FIND_ref_and_inline, &late->span,
                    "%s is both referred to and written in place; the last "
                    "one replaces the other completely",
                    schema_statement((enum policy_stmt)row->low)->keyword);
        finding_fix(f, "remove one of the two");
        return;
    }
    value_show(row->type, &early->value, &a);
    value_show(row->type, &late->value, &b);
    if (late->inline_block || strcmp(strbuf_str(&a), strbuf_str(&b)) != 0)
        finding_add(f, FIND_repeated_parameter, &late->span,
                    "%s is coded twice; the last one counts", row->keyword);
    /* They may be passwords. */
    strbuf_wipe(&a);
    strbuf_wipe(&b);
}

/* Keywords that exclude each other. */
static const struct {
    enum policy_parm parms[4];
    unsigned count;
} alternatives[] = {
    {{PARM_LocalAddr, PARM_LocalAddrRef, PARM_LocalAddrSetRef,
      PARM_LocalAddrGroupRef},
     4},
    {{PARM_RemoteAddr, PARM_RemoteAddrRef, PARM_RemoteAddrSetRef,
      PARM_RemoteAddrGroupRef},
     4},
    {{PARM_LocalPortRange, PARM_LocalPortRangeRef, PARM_LocalPortGroupRef,
      PARM_COUNT},
     3},
    {{PARM_RemotePortRange, PARM_RemotePortRangeRef, PARM_RemotePortGroupRef,
      PARM_COUNT},
     3},
    {{PARM_Prefix, PARM_Range, PARM_COUNT, PARM_COUNT}, 2},
};

static bool is_alternative(size_t row, unsigned parm)
{
    unsigned i;

    for (i = 0; i < alternatives[row].count; i++)
        if (alternatives[row].parms[i] == parm)
            return true;
    return false;
}

static void check_alternatives(struct findings *f, struct object *o, size_t row)
{
    struct setting *last = NULL, *s;
    size_t i;

    for (i = 0; i < o->count; i++) {
        s = &o->settings[i];
        if (s->overridden || !is_alternative(row, s->parm))
            continue;
        if (last != NULL) {
            last->overridden = true;
            finding_add(f,
                        o->kind == STMT_IpAddrSet ? FIND_two_ports
                                                  : FIND_alternatives,
                        &s->span, "%s beside %s; %s",
                        schema_parm((enum policy_parm)s->parm)->keyword,
                        schema_parm((enum policy_parm)last->parm)->keyword,
                        o->kind == STMT_IpAddrSet ? "one of the two is allowed"
                                                  : "the last one counts");
        }
        last = s;
    }
}

static void check_repeats(struct findings *f, struct object *o)
{
    struct setting *earlier[PARM_COUNT];
    size_t i;
    unsigned parm;

    memset(earlier, 0, sizeof(earlier));
    for (i = 0; i < o->count; i++) {
        parm = o->settings[i].parm;
        if (schema_parm((enum policy_parm)parm)->flags & REPEAT)
            continue;
        if (earlier[parm] != NULL)
            check_twice(f, o, earlier[parm], &o->settings[i]);
        earlier[parm] = &o->settings[i];
    }
    if (o->kind == STMT_TTLSRule || o->kind == STMT_IpAddrSet)
        for (i = 0; i < sizeof(alternatives) / sizeof(alternatives[0]); i++)
            check_alternatives(f, o, i);
}

/* Findings with a name of their own. */
static const struct {
    enum policy_parm parm;
    enum finding finding;
    const char *fix;
} required_names[] = {
    {PARM_Direction, FIND_rule_no_direction,
     "add Direction with Inbound, Outbound or Both"},
    {PARM_TTLSGroupActionRef, FIND_rule_no_group,
     "add TTLSGroupActionRef with the name of a TTLSGroupAction"},
    {PARM_HandshakeRole, FIND_env_no_role,
     "add HandshakeRole with Client, Server or ServerWithClientAuth"},
    {PARM_TTLSKeyringParmsRef, FIND_env_no_ring,
     "add TTLSKeyringParmsRef with the name of a TTLSKeyringParms"},
};

static const char *name_of(const struct object *o)
{
    return o->name != NULL ? o->name : "without name";
}

static void missing(struct findings *f, const struct object *o,
                    enum policy_parm parm)
{
    enum finding id = FIND_missing_parameter;
    const char *fix = NULL;
    size_t i;

    for (i = 0; i < sizeof(required_names) / sizeof(required_names[0]); i++)
        if (required_names[i].parm == parm) {
            id = required_names[i].finding;
            fix = required_names[i].fix;
        }
    finding_add(f, id, &o->span, "%s %s lacks %s",
                schema_statement(o->kind)->keyword, name_of(o),
                schema_parm(parm)->keyword);
    if (fix != NULL)
        finding_fix(f, "%s", fix);
    else
        finding_fix(f, "add %s (%.*s)", schema_parm(parm)->keyword,
                    (int)strlen(schema_parm(parm)->help) - 1,
                    schema_parm(parm)->help);
}

static void check_required(struct findings *f, const struct object *o)
{
    size_t i;

    /* A connection action inherits what it does not code. */
    if (o->kind == STMT_TTLSConnectionAction)
        return;
    for (i = 0; i < PARM_COUNT; i++) {
        const struct parm *row = schema_parm((enum policy_parm)i);

        if ((row->flags & REQUIRED) && (row->where & (1u << o->kind)) &&
            find_setting(o, (enum policy_parm)i) == NULL)
            missing(f, o, (enum policy_parm)i);
    }
}

static bool has_condition(const struct object *o)
{
    size_t i, k;

    for (i = 0; i < o->count; i++) {
        for (k = 0; k < 4; k++)
            if (is_alternative(k, o->settings[i].parm))
                return true;
        if (o->settings[i].parm == PARM_Jobname ||
            o->settings[i].parm == PARM_Userid)
            return true;
    }
    return false;
}

static void check_rule(struct findings *f, const struct object *o)
{
    const struct setting *group = find_setting(o, PARM_TTLSGroupActionRef);
    const struct setting *enabled;

    if (!has_condition(o)) {
        finding_add(f, FIND_rule_no_condition, &o->span,
                    "TTLSRule %s has no condition: no address, port, job name "
                    "or user id",
                    o->name);
        finding_fix(f, "add one; LocalAddr All fits every address");
    }
    if (group == NULL || find_setting(o, PARM_TTLSEnvironmentActionRef) != NULL)
        return;
    enabled = find_setting(group->value.object, PARM_TTLSEnabled);
    if (enabled != NULL && enabled->value.number == SWITCH_ON) {
        finding_add(f, FIND_enabled_without_env, &o->span,
                    "TTLSRule %s has no TTLSEnvironmentActionRef, and its "
                    "group %s says TTLSEnabled On",
                    o->name, group->value.object->name);
        finding_fix(f, "add TTLSEnvironmentActionRef with the name of a "
                       "TTLSEnvironmentAction");
    }
}

/* Statements that need one of several keywords. */
static void check_members(struct findings *f, const struct object *o)
{
    static const struct {
        enum policy_stmt kind;
        const char *wanted;
    } rows[] = {{STMT_IpAddrSet, "Prefix or Range"},
                {STMT_IpAddrGroup, "IpAddr, IpAddrRef, IpAddrSet or "
                                   "IpAddrSetRef"},
                {STMT_PortGroup, "PortRange or PortRangeRef"}};
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].kind != o->kind || o->count != 0)
            continue;
        finding_add(f, FIND_missing_parameter, &o->span, "%s %s is empty",
                    schema_statement(o->kind)->keyword, name_of(o));
        finding_fix(f, "add %s", rows[i].wanted);
    }
}

/* Any stands alone; beside curves it adds nothing to them. */
static void check_any_curve(struct findings *f, const struct object *o)
{
    const struct setting *any = NULL;
    size_t i, others = 0;

    for (i = 0; i < o->count; i++) {
        if (o->settings[i].parm != PARM_ClientECurves)
            continue;
        if (o->settings[i].value.codes->count == 0)
            any = &o->settings[i];
        else
            others++;
    }
    if (any == NULL || others == 0)
        return;
    finding_add(f, FIND_any_with_curves, &any->span,
                "ClientECurves Any beside curves: only the curves count");
    finding_fix(f, "remove one of the two");
}

void check_object(struct findings *f, struct object *o, bool whole)
{
    check_repeats(f, o);
    if (!whole)
        return;
    check_required(f, o);
    check_members(f, o);
    if (o->kind == STMT_TTLSRule)
        check_rule(f, o);
    if (o->kind == STMT_TTLSSignatureParms)
        check_any_curve(f, o);
    if (o->kind == STMT_TTLSGskLdapParms &&
        (find_setting(o, PARM_GSK_LDAP_USER) == NULL) !=
            (find_setting(o, PARM_GSK_LDAP_USER_PW) == NULL)) {
        finding_add(f, FIND_missing_parameter, &o->span,
                    "GSK_LDAP_USER and GSK_LDAP_USER_PW go together, and one "
                    "of them is missing");
        finding_fix(f, "add the other one, or remove both");
    }
}

/* ---- addresses and ports ---- */

static bool derive_single(struct policy *p, struct object *o)
{
    const struct setting *s = NULL;
    size_t i;

    (void)p;
    for (i = 0; i < o->count; i++)
        if (!o->settings[i].overridden)
            s = &o->settings[i];
    if (s == NULL)
        return true;
    if (o->kind != STMT_PortRange) {
        o->addrs = s->value.addr;
        o->range_count = 1;
    } else if (s->value.ports.low != 0) {
        o->ports = &s->value.ports;
        o->range_count = 1;
    }
    return true;
}

/* A member that stands for any port makes the whole group so. */
static bool derive_group(struct policy *p, struct object *o)
{
    bool ports = o->kind == STMT_PortGroup;
    size_t size = ports ? sizeof(struct port_range) : sizeof(struct addr_range);
    const struct object *member;
    size_t i, n = 0;
    char *list;

    for (i = 0; i < o->count; i++) {
        member = o->settings[i].value.object;
        if (member->range_count == 0)
            return true;
        n += member->range_count;
    }
    list = arena_calloc(p->arena, n, size);
    if (list == NULL)
        return n == 0;
    for (i = 0, n = 0; i < o->count; i++) {
        member = o->settings[i].value.object;
        memcpy(list + n * size,
               ports ? (const void *)member->ports
                     : (const void *)member->addrs,
               member->range_count * size);
        n += member->range_count;
    }
    o->range_count = (uint32_t)n;
    if (ports)
        o->ports = (const struct port_range *)(const void *)list;
    else
        o->addrs = (const struct addr_range *)(const void *)list;
    return true;
}

bool derive_ranges(struct policy *p, struct object *o)
{
    switch (o->kind) {
    case STMT_IpAddr:
    case STMT_IpAddrSet:
    case STMT_PortRange:
        return derive_single(p, o);
    case STMT_IpAddrGroup:
    case STMT_PortGroup:
        return derive_group(p, o);
    default:
        return true;
    }
}
