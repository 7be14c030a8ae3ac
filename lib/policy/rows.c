/* From actions to the row of a rule, and equal rows to one; see rows.h. */

#include "policy/rows.h"

#include <stdlib.h>
#include <string.h>

#include "policy/resolver_check.h"
#include "policy/value.h"

/* ---- numbers ---- */

struct entry *rows_add(struct rows *r, enum policy_parm parm,
                       enum effective_level level)
{
    uint32_t cap = r->cap != 0 ? r->cap * 2 : 2 * PARM_COUNT;
    struct entry *list, *e;

    if (r->count == r->cap) {
        list = realloc(r->entries, cap * sizeof(*list));
        if (list == NULL)
            return NULL;
        r->entries = list;
        r->cap = cap;
    }
    e = &r->entries[r->count++];
    *e = (struct entry){.parm = (uint16_t)parm, .level = (uint16_t)level};
    return e;
}

bool rows_begin(struct rows *r, struct policy *p, size_t rules)
{
    uint32_t i;

    *r = (struct rows){.policy = p, .bits = 1};
    while (1u << r->bits < 2 * rules)
        r->bits++;
    r->table = calloc((size_t)1 << r->bits, sizeof(struct effective *));
    if (r->table == NULL || !rows_add_defaults(r))
        return false;
    for (i = 0; i < PARM_COUNT; i++)
        r->usual[i] = r->entries[1 + i].last != NULL ? 1 + i : 0;
    return true;
}

void rows_digest_begin(const struct rows *r, struct digest_state *d)
{
    const struct policy *p = r->policy;

    digest_begin(d);
    digest_add_number(d, (uint64_t)p->release << 2 | p->allow_legacy << 1 |
                             p->x25519_first);
}

bool rows_end(struct rows *r, bool failed)
{
    struct entry *fit = NULL;

    if (!failed)
        fit = realloc(r->entries, r->count * sizeof(*fit));
    r->policy->entries = fit != NULL ? fit : r->entries;
    free(r->table);
    return !failed;
}

/* ---- one row ---- */

static void take_action(const struct rows *r, struct effective *e,
                        const struct policy_action *a)
{
    uint32_t n;

    for (n = a->first; n < a->first + a->count; n++)
        e->number[r->entries[n].parm] = n;
}

/* It has its default, or nothing: no action codes it, and no default of others
 * takes its place. */
static bool is_usual(const struct effective *e, size_t parm)
{
    return e->number[parm] <= PARM_COUNT;
}

static bool is_default(const struct rows *r, const struct effective *e,
                       enum policy_parm parm)
{
    return r->entries[e->number[parm]].level == LEVEL_DEFAULT;
}

static long choice_of(const struct rows *r, const struct effective *e,
                      enum policy_parm parm)
{
    return r->entries[e->number[parm]].last->value.number;
}

static void take_tls13(const struct rows *r, struct effective *e)
{
    uint32_t n;

    if (choice_of(r, e, PARM_TLSv1_3) != SWITCH_ON)
        return;
    for (n = r->policy->tls13; n < r->policy->suiteb; n++)
        if (is_default(r, e, (enum policy_parm)r->entries[n].parm))
            e->number[r->entries[n].parm] = n;
}

/* Both keywords lead to the one list that counts: a profile's, else that of
 * the last action that codes any, else the default. */
static void take_ciphers(const struct rows *r, struct effective *e)
{
    long profile = choice_of(r, e, PARM_SuiteBProfile);
    uint32_t two = e->number[PARM_V3CipherSuites],
             four = e->number[PARM_V3CipherSuites4Char], n = four;

    if (profile == SUITEB_128)
        n = r->policy->suiteb;
    else if (profile == SUITEB_192 || profile == SUITEB_192_MIN)
        n = r->policy->suiteb + 1;
    else if (profile != SUITEB_OFF)
        n = r->policy->suiteb + 2;
    else if (r->entries[two].level > r->entries[four].level)
        n = two;
    e->number[PARM_V3CipherSuites] = e->number[PARM_V3CipherSuites4Char] = n;
}

/* The first parameter in effect that is refused here. */
static bool take_refusal(const struct rows *r, struct effective *e)
{
    struct policy_refusal *refusal;
    const struct entry *entry;
    const struct parm *row;
    size_t i;

    for (i = 0; i < PARM_COUNT; i++) {
        if (is_usual(e, i))
            continue;
        row = schema_parm((enum policy_parm)i);
        entry = &r->entries[e->number[i]];
        if (row->support != SUPPORT_REFUSED ||
            setting_harmless(row, entry->last))
            continue;
        refusal = arena_alloc(r->policy->arena, sizeof(*refusal));
        if (refusal == NULL)
            return false;
        *refusal = (struct policy_refusal){(enum policy_parm)i, row->keyword,
                                           entry->last->span, row->why};
        e->refusal = refusal;
        return true;
    }
    return true;
}

/* A value that is the release's default adds nothing, whether it is coded or
 * not: the options have said it. */
static void set_digest(const struct rows *r, struct effective *e)
{
    const struct entry *entry, *usual;
    struct digest_state d;
    uint32_t i;

    rows_digest_begin(r, &d);
    for (i = 0; i < PARM_COUNT; i++) {
        if (is_usual(e, i) || i == PARM_V3CipherSuites ||
            !(schema_parm((enum policy_parm)i)->flags & TLS))
            continue;
        entry = &r->entries[e->number[i]];
        usual = &r->entries[1 + i];
        if (usual->last == NULL || !entry_same(usual, entry))
            entry_digest(&d, entry);
    }
    e->digest = digest_end(&d);
}

static struct effective *
resolve(const struct rows *r,
        const struct policy_action *const levels[LEVEL_CONNECTION + 1])
{
    struct effective *e = arena_alloc(r->policy->arena, sizeof(*e));
    uint32_t i;

    if (e == NULL)
        return NULL;
    e->policy = r->policy;
    memcpy(e->levels, levels, sizeof(e->levels));
    memcpy(e->number, r->usual, sizeof(e->number));
    for (i = LEVEL_GROUP; i <= LEVEL_CONNECTION; i++)
        if (levels[i] != NULL)
            take_action(r, e, levels[i]);
    take_tls13(r, e);
    take_ciphers(r, e);
    set_digest(r, e);
    return take_refusal(r, e) ? e : NULL;
}

/* ---- rows by their actions ---- */

static struct effective **
find_place(const struct rows *r,
           const struct policy_action *const levels[LEVEL_CONNECTION + 1])
{
    size_t mask = ((size_t)1 << r->bits) - 1, i;
    uint64_t h = 0;
    unsigned level;

    for (level = LEVEL_GROUP; level <= LEVEL_CONNECTION; level++)
        h = (h ^ (uintptr_t)levels[level]) * 0x9E3779B97F4A7C15u;
    i = (size_t)(h >> 32) & mask;
    while (r->table[i] != NULL && memcmp(r->table[i]->levels, levels,
                                         sizeof(r->table[i]->levels)) != 0)
        i = (i + 1) & mask;
    return &r->table[i];
}

static const struct object *action_of(const struct object *rule,
                                      enum policy_parm ref)
{
    size_t i;

    for (i = 0; i < rule->count; i++)
        if (rule->settings[i].parm == ref && !rule->settings[i].overridden)
            return rule->settings[i].value.object;
    return NULL;
}

const struct effective *rows_of(struct rows *r, const struct object *rule)
{
    static const enum policy_parm refs[] = {
        [LEVEL_GROUP] = PARM_TTLSGroupActionRef,
        [LEVEL_ENVIRONMENT] = PARM_TTLSEnvironmentActionRef,
        [LEVEL_CONNECTION] = PARM_TTLSConnectionActionRef};
    const struct policy_action *levels[LEVEL_CONNECTION + 1] = {NULL};
    const struct object *o;
    struct effective **place;
    size_t i;

    for (i = LEVEL_GROUP; i <= LEVEL_CONNECTION; i++) {
        o = action_of(rule, refs[i]);
        if (o != NULL && (levels[i] = rows_action(r, o)) == NULL)
            return NULL;
    }
    place = find_place(r, levels);
    if (*place == NULL)
        *place = resolve(r, levels);
    return *place;
}
