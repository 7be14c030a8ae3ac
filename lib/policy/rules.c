/*
 * The last step of a load: one entry a keyword for each action, and the rules
 * in the order of the search.
 */

#include "policy/rules.h"

#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "policy/resolver_check.h"
#include "policy/value.h"
#include "util/ebcdic.h"

/* Actions: one entry a keyword, inner blocks included in the place of the
 * references to them */

struct gathered {
    const struct setting *last[PARM_COUNT];
    uint32_t count[PARM_COUNT]; /* items of all codings */
    const struct object *cipher_parms;
};

static uint32_t item_count(const struct setting *s)
{
    enum value_type t = schema_parm((enum policy_parm)s->parm)->type;

    if (t == TYPE_ciphers2 || t == TYPE_ciphers4 || t == TYPE_curves ||
        t == TYPE_sigpairs)
        return s->value.codes->count;
    return 1;
}

static void gather(struct gathered *g, const struct object *o)
{
    const struct setting *s;
    size_t i;

    if (o->kind == STMT_TTLSCipherParms)
        g->cipher_parms = o;
    for (i = 0; i < o->count; i++) {
        s = &o->settings[i];
        if (s->overridden)
            continue;
        if (schema_parm((enum policy_parm)s->parm)->type == TYPE_ref) {
            gather(g, s->value.object);
            continue;
        }
        g->last[s->parm] = s;
        g->count[s->parm] += item_count(s);
    }
}

/* Adds the items of S to LIST behind N; the new length. */
static uint32_t add_items(const void **list, uint32_t n,
                          const struct setting *s)
{
    const struct parm *row = schema_parm((enum policy_parm)s->parm);
    uint32_t i, k;

    if (row->type == TYPE_word || row->type == TYPE_label ||
        row->type == TYPE_v2ciphers) {
        list[n++] = s->value.text;
        return n;
    }
    for (i = 0; i < s->value.codes->count; i++) {
        for (k = 0; k < n; k++)
            if (list[k] == s->value.codes->items[i])
                break;
        if (k == n)
            list[n++] = s->value.codes->items[i];
    }
    return n;
}

static uint32_t collect(const void **list, const struct object *o,
                        unsigned parm)
{
    const struct setting *s;
    uint32_t n = 0;
    size_t i;

    for (i = 0; i < o->count; i++) {
        s = &o->settings[i];
        if (s->parm == parm)
            n = add_items(list, n, s);
        else if (schema_parm((enum policy_parm)s->parm)->type == TYPE_ref &&
                 !s->overridden)
            n += collect(list + n, s->value.object, parm);
    }
    return n;
}

static bool make_entries(struct policy *p, struct policy_action *a,
                         const struct gathered *g)
{
    struct entry *e;
    const void **items;
    size_t i, n = 0;

    for (i = 0; i < PARM_COUNT; i++)
        n += g->last[i] != NULL;
    a->entries = arena_calloc(p->arena, n, sizeof(*a->entries));
    if (a->entries == NULL && n != 0)
        return false;
    for (i = 0; i < PARM_COUNT; i++) {
        if (g->last[i] == NULL)
            continue;
        e = &a->entries[a->count++];
        e->parm = (uint16_t)i;
        e->last = g->last[i];
        if ((schema_parm((enum policy_parm)i)->flags & REPEAT) == 0)
            continue;
        items = arena_calloc(p->arena, g->count[i], sizeof(*items));
        if (items == NULL)
            return false;
        e->count = collect(items, a->object, (unsigned)i);
        e->items = items;
    }
    return true;
}

/* Both V3 keywords make one list, in the order of the file; the first place
 * of a suite counts (TTLSCipherParms). */
static bool make_ciphers(struct policy *p, struct policy_action *a,
                         const struct gathered *g)
{
    uint32_t n =
        g->count[PARM_V3CipherSuites] + g->count[PARM_V3CipherSuites4Char];
    const struct object *o = g->cipher_parms;
    const void **list;
    size_t i;

    if (o == NULL || n == 0)
        return true;
    list = arena_calloc(p->arena, n, sizeof(*list));
    if (list == NULL)
        return false;
    for (i = 0, n = 0; i < o->count; i++)
        if (o->settings[i].parm == PARM_V3CipherSuites ||
            o->settings[i].parm == PARM_V3CipherSuites4Char)
            n = add_items(list, n, &o->settings[i]);
    a->ciphers = (const struct cipher *const *)(const void *)list;
    a->cipher_count = n;
    a->ciphers_coded = true;
    return true;
}

static struct policy_action *action_of(struct policy *p, const struct object *o)
{
    struct object *object = (struct object *)(uintptr_t)o;
    struct policy_action *a;
    struct gathered g;

    if (o->action != NULL)
        return o->action;
    a = arena_alloc(p->arena, sizeof(*a));
    if (a == NULL)
        return NULL;
    memset(&g, 0, sizeof(g));
    gather(&g, o);
    a->object = o;
    if (!make_entries(p, a, &g) || !make_ciphers(p, a, &g))
        return NULL;
    object->action = a;
    return a;
}

/* Rules */

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

/* The first parameter in effect that is refused here. */
static bool set_refusal(struct policy *p, struct effective *e)
{
    enum effective_level level;
    const struct entry *entry;
    const struct parm *row;
    size_t i;

    for (i = 0; i < PARM_COUNT && e->refusal == NULL; i++) {
        row = schema_parm((enum policy_parm)i);
        if (row->support != SUPPORT_REFUSED)
            continue;
        entry = effective_entry(e, (enum policy_parm)i, &level);
        if (entry == NULL || setting_harmless(row, entry->last))
            continue;
        e->refusal = arena_alloc(p->arena, sizeof(*e->refusal));
        if (e->refusal == NULL)
            return false;
        e->refusal->parm = (enum policy_parm)i;
        e->refusal->keyword = row->keyword;
        e->refusal->span = entry->last->span;
        e->refusal->why = row->why;
    }
    return true;
}

static struct effective *effective_new(struct policy *p, const struct object *o)
{
    static atomic_uint_fast64_t last;
    static const enum policy_parm refs[] = {
        [LEVEL_GROUP] = PARM_TTLSGroupActionRef,
        [LEVEL_ENVIRONMENT] = PARM_TTLSEnvironmentActionRef,
        [LEVEL_CONNECTION] = PARM_TTLSConnectionActionRef};
    struct effective *e = arena_alloc(p->arena, sizeof(*e));
    const struct setting *s;
    size_t i;

    if (e == NULL)
        return NULL;
    e->policy = p;
    e->id = atomic_fetch_add(&last, 1) + 1;
    for (i = LEVEL_GROUP; i <= LEVEL_CONNECTION; i++) {
        s = coded(o, refs[i]);
        if (s == NULL)
            continue;
        e->levels[i] = action_of(p, s->value.object);
        if (e->levels[i] == NULL)
            return NULL;
    }
    return set_refusal(p, e) ? e : NULL;
}

static bool rule_init(struct policy *p, struct policy_rule *r,
                      const struct object *o)
{
    const struct setting *priority = coded(o, PARM_Priority);

    r->name = o->name;
    r->object = o;
    r->priority =
        priority != NULL
            ? (unsigned long)priority->value.number
            : (unsigned long)p->defaults->values[PARM_Priority].value.number;
    set_conditions(r, o);
    r->effective = effective_new(p, o);
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

bool rules_build(struct policy *p)
{
    size_t i, n = 0;

    for (i = 0; i < p->object_count; i++)
        n += p->objects[i]->kind == STMT_TTLSRule;
    p->rules = arena_calloc(p->arena, n, sizeof(*p->rules));
    if (p->rules == NULL && n != 0)
        return false;
    for (i = 0; i < p->object_count; i++)
        if (p->objects[i]->kind == STMT_TTLSRule &&
            !rule_init(p, &p->rules[p->rule_count++], p->objects[i]))
            return false;
    if (p->rule_count != 0)
        qsort(p->rules, p->rule_count, sizeof(*p->rules), compare_rules);
    return index_build(p->arena, p->rules, (uint32_t)p->rule_count, &p->index);
}
