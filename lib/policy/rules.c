/* Makes the rules: their conditions, and the order of the search. */

#include "policy/rules.h"

#include <stdlib.h>

#include "policy/rows.h"
#include "util/ebcdic.h"

static const struct setting *coded(const struct object *o,
                                   enum policy_parm parm)
{
    size_t i;

    for (i = 0; i < o->count; i++)
        if (o->settings[i].parm == parm && !o->settings[i].overridden)
            return &o->settings[i];
    return NULL;
}

static void set_addr(struct cond *c, const struct object *o,
                     const enum policy_parm parms[4])
{
    size_t i;

    for (i = 0; i < 4 && c->setting == NULL; i++)
        c->setting = coded(o, parms[i]);
    if (c->setting == NULL)
        return;
    if (c->setting->parm == parms[0]) {
        c->items = c->setting->value.addr;
        c->count = c->items != NULL;
    } else {
        c->items = c->setting->value.object->addrs;
        c->count = c->setting->value.object->range_count;
    }
}

static void set_port(struct cond *c, const struct object *o,
                     const enum policy_parm parms[3])
{
    size_t i;

    for (i = 0; i < 3 && c->setting == NULL; i++)
        c->setting = coded(o, parms[i]);
    if (c->setting == NULL)
        return;
    if (c->setting->parm == parms[0]) {
        c->items = &c->setting->value.ports;
        c->count = c->setting->value.ports.low != 0;
    } else {
        c->items = c->setting->value.object->ports;
        c->count = c->setting->value.object->range_count;
    }
}

static void set_conditions(struct policy_rule *r, const struct object *o)
{
    static const enum policy_parm local[] = {PARM_LocalAddr, PARM_LocalAddrRef,
                                             PARM_LocalAddrSetRef,
                                             PARM_LocalAddrGroupRef};
    static const enum policy_parm remote[] = {
        PARM_RemoteAddr, PARM_RemoteAddrRef, PARM_RemoteAddrSetRef,
        PARM_RemoteAddrGroupRef};
    static const enum policy_parm local_ports[] = {
        PARM_LocalPortRange, PARM_LocalPortRangeRef, PARM_LocalPortGroupRef};
    static const enum policy_parm remote_ports[] = {
        PARM_RemotePortRange, PARM_RemotePortRangeRef, PARM_RemotePortGroupRef};

    set_addr(&r->local_addr, o, local);
    set_addr(&r->remote_addr, o, remote);
    set_port(&r->local_port, o, local_ports);
    set_port(&r->remote_port, o, remote_ports);
    r->jobname = coded(o, PARM_Jobname);
    r->userid = coded(o, PARM_Userid);
    r->direction = coded(o, PARM_Direction);
    r->timed = coded(o, PARM_IpTimeConditionRef) != NULL;
}

static bool rule_init(struct rows *rows, struct policy_rule *r,
                      const struct object *o)
{
    const struct setting *priority = coded(o, PARM_Priority);

    r->name = o->name;
    r->object = o;
    r->priority = priority != NULL
                      ? (unsigned long)priority->value.number
                      : (unsigned long)rows->entries[1 + PARM_Priority]
                            .last->value.number;
    set_conditions(r, o);
    r->effective = rows_of(rows, o);
    return r->effective != NULL;
}

/* Priority, then name as z/OS sorts it. */
static int compare_rules(const void *a, const void *b)
{
    const struct policy_rule *x = a, *y = b;

    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return ebcdic_compare(x->name, y->name);
}

static bool make_rules(struct rows *rows, struct policy *p, size_t n)
{
    size_t i;

    p->rules = arena_calloc(p->arena, n, sizeof(*p->rules));
    if (p->rules == NULL && n != 0)
        return false;
    for (i = 0; i < p->object_count; i++)
        if (p->objects[i]->kind == STMT_TTLSRule &&
            !rule_init(rows, &p->rules[p->rule_count++], p->objects[i]))
            return false;
    return true;
}

bool rules_build(struct policy *p)
{
    struct rows rows;
    size_t i, n = 0;
    bool ok;

    for (i = 0; i < p->object_count; i++)
        n += p->objects[i]->kind == STMT_TTLSRule;
    ok = rows_begin(&rows, p, n) && make_rules(&rows, p, n);
    if (!rows_end(&rows, !ok))
        return false;
    if (p->rule_count != 0)
        qsort(p->rules, p->rule_count, sizeof(*p->rules), compare_rules);
    return index_build(p->arena, p->rules, (uint32_t)p->rule_count, &p->index);
}
