/*
 * Actions: one entry a keyword, what inner blocks say standing in the place of
 * the references to them.
 */

#include <string.h>

#include "policy/rows.h"
#include "policy/value.h"

struct gathered {
    const struct setting *last[PARM_COUNT];
    uint32_t count[PARM_COUNT]; /* items of all codings */
    const struct object *cipher_parms;
};

static bool is_codes(size_t parm)
{
    return value_form((enum policy_parm)parm) == FORM_codes;
}

static uint32_t item_count(const struct setting *s)
{
    return is_codes(s->parm) ? s->value.codes->count : 1;
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
    uint32_t i, k;

    if (!is_codes(s->parm)) {
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

static bool is_ciphers(size_t parm)
{
    return parm == PARM_V3CipherSuites || parm == PARM_V3CipherSuites4Char;
}

/* Both V3 keywords make one list, in the order of the file; the first place
 * of a suite counts (TTLSCipherParms). */
static uint32_t collect_ciphers(const void **list, const struct object *o)
{
    uint32_t n = 0;
    size_t i;

    for (i = 0; i < o->count; i++)
        if (is_ciphers(o->settings[i].parm))
            n = add_items(list, n, &o->settings[i]);
    return n;
}

static bool add_list(struct rows *r, const struct policy_action *a,
                     const struct gathered *g, struct entry *e)
{
    uint32_t room = is_ciphers(e->parm) ? g->count[PARM_V3CipherSuites] +
                                              g->count[PARM_V3CipherSuites4Char]
                                        : g->count[e->parm];
    const void **items =
        arena_calloc(r->policy->arena, room, sizeof(const void *));

    if (items == NULL)
        return false;
    e->count = is_ciphers(e->parm) ? collect_ciphers(items, g->cipher_parms)
                                   : collect(items, a->object, e->parm);
    e->items = items;
    return true;
}

static enum effective_level level_of(const struct object *o)
{
    return o->kind == STMT_TTLSGroupAction         ? LEVEL_GROUP
           : o->kind == STMT_TTLSEnvironmentAction ? LEVEL_ENVIRONMENT
                                                   : LEVEL_CONNECTION;
}

static bool add_entries(struct rows *r, struct policy_action *a,
                        const struct gathered *g)
{
    struct entry *e;
    size_t i;

    a->first = r->count;
    for (i = 0; i < PARM_COUNT; i++) {
        if (g->last[i] == NULL || (i == PARM_V3CipherSuites &&
                                   g->last[PARM_V3CipherSuites4Char] != NULL))
            continue;
        e = rows_add(r, (enum policy_parm)i, level_of(a->object));
        if (e == NULL)
            return false;
        e->last = g->last[i];
        if (schema_parm((enum policy_parm)i)->flags & REPEAT) {
            if (!add_list(r, a, g, e))
                return false;
        } else if (is_codes(i)) {
            e->count = e->last->value.codes->count;
            e->items = e->last->value.codes->items;
        }
    }
    a->count = (uint16_t)((r->count - a->first) & 0x7fff);
    return true;
}

/* The number only says that there is something new. */
static bool is_instance(uint16_t parm)
{
    return parm == PARM_GroupUserInstance ||
           parm == PARM_EnvironmentUserInstance ||
           parm == PARM_ConnectionUserInstance;
}

static void set_digest(const struct rows *r, struct policy_action *a)
{
    const struct entry *e = r->entries + a->first;
    struct digest_state d;
    uint32_t i;

    rows_digest_begin(r, &d);
    digest_add_number(&d, a->object->kind);
    digest_add_text(&d, a->object->name);
    for (i = 0; i < a->count; i++) {
        if (is_instance(e[i].parm)) {
            a->numbered = 1;
            a->instance = (uint16_t)e[i].last->value.number;
        } else {
            entry_digest(&d, &e[i]);
        }
    }
    a->digest = digest_end(&d);
}

const struct policy_action *rows_action(struct rows *r, const struct object *o)
{
    struct object *object = (struct object *)(uintptr_t)o;
    struct policy_action *a;
    struct gathered g;

    if (o->action != NULL)
        return o->action;
    a = arena_alloc(r->policy->arena, sizeof(*a));
    if (a == NULL)
        return NULL;
    memset(&g, 0, sizeof(g));
    gather(&g, o);
    a->object = o;
    if (!add_entries(r, a, &g))
        return NULL;
    set_digest(r, a);
    object->action = a;
    return a;
}
