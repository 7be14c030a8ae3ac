/* Reads and shows the row of a rule: values, and where they come from. */

#include "policy/effective.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "policy/value.h"

const struct entry *action_entry(const struct policy *p,
                                 const struct policy_action *a,
                                 enum policy_parm parm)
{
    const struct entry *entries = p->entries + a->first;
    size_t low = 0, high = a->count, mid;

    while (low < high) {
        mid = (low + high) / 2;
        if (entries[mid].parm == parm)
            return &entries[mid];
        if (entries[mid].parm < parm)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct entry *action_ciphers(const struct policy *p,
                                   const struct policy_action *a)
{
    const struct entry *four = action_entry(p, a, PARM_V3CipherSuites4Char);

    return four != NULL ? four : action_entry(p, a, PARM_V3CipherSuites);
}

const struct entry *default_entry(const struct policy *p, enum policy_parm parm,
                                  bool tls13)
{
    uint32_t n = p->suiteb, first = tls13 ? p->tls13 : n;

    while (n-- > first)
        if (p->entries[n].parm == parm)
            return &p->entries[n];
    return p->entries[1 + parm].last != NULL ? &p->entries[1 + parm] : NULL;
}

const struct entry *effective_entry(const struct effective *e,
                                    enum policy_parm parm)
{
    uint32_t n = e->number[parm];

    assert(!e->for_tls || (schema_parm(parm)->flags & TLS));
    return n != 0 ? &e->policy->entries[n] : NULL;
}

const struct digest *effective_digest(const struct effective *e)
{
    return &e->digest;
}

struct effective *effective_for_tls(const struct effective *e)
{
    struct effective *copy = malloc(sizeof(*copy));
    size_t i;

    if (copy == NULL)
        return NULL;
    *copy = *e;
    copy->for_tls = true;
    for (i = 0; i < PARM_COUNT; i++)
        if (!(schema_parm((enum policy_parm)i)->flags & TLS))
            copy->number[i] = 0;
    return copy;
}

static bool cipher_keyword(enum policy_parm parm)
{
    return parm == PARM_V3CipherSuites || parm == PARM_V3CipherSuites4Char;
}

/* The suites of a profile come from where the profile was written. */
enum effective_level effective_origin(const struct effective *e,
                                      enum policy_parm parm, struct span *ret)
{
    bool profile = cipher_keyword(parm) &&
                   effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF;
    const struct entry *entry =
        effective_entry(e, profile ? PARM_SuiteBProfile : parm);

    if (ret != NULL)
        *ret = entry != NULL ? entry->last->span : (struct span){NULL, 0, 0};
    return entry != NULL ? (enum effective_level)entry->level : LEVEL_DEFAULT;
}

static bool coded(const struct effective *e, enum policy_parm parm)
{
    return effective_origin(e, parm, NULL) != LEVEL_DEFAULT;
}

bool effective_on(const struct effective *e, enum policy_parm parm)
{
    assert(schema_parm(parm)->type == TYPE_onoff);
    return effective_choice(e, parm) == SWITCH_ON;
}

static long number_of(const struct effective *e, enum policy_parm parm)
{
    const struct entry *entry = effective_entry(e, parm);

    return entry != NULL ? entry->last->value.number : 0;
}

int effective_choice(const struct effective *e, enum policy_parm parm)
{
    assert(value_form(parm) == FORM_choice);
    return (int)number_of(e, parm);
}

unsigned long effective_number(const struct effective *e, enum policy_parm parm)
{
    assert(value_form(parm) == FORM_number);
    return (unsigned long)number_of(e, parm);
}

const char *effective_text(const struct effective *e, enum policy_parm parm)
{
    const struct entry *entry = effective_entry(e, parm);

    assert(value_form(parm) == FORM_text);
    return entry != NULL ? entry->last->value.text : NULL;
}

/* The items that are coded. */
static const struct entry *list_of(const struct effective *e,
                                   enum policy_parm parm)
{
    const struct entry *entry = effective_entry(e, parm);

    return entry != NULL && entry->level != LEVEL_DEFAULT && entry->count != 0
               ? entry
               : NULL;
}

size_t effective_texts(const struct effective *e, enum policy_parm parm,
                       const char *const **ret)
{
    const struct entry *entry = list_of(e, parm);

    assert(schema_parm(parm)->flags & REPEAT);
    *ret =
        entry != NULL ? (const char *const *)(const void *)entry->items : NULL;
    return entry != NULL ? entry->count : 0;
}

size_t effective_ciphers(const struct effective *e,
                         const struct cipher *const **ret)
{
    const struct entry *entry = effective_entry(e, PARM_V3CipherSuites4Char);
    const void *items = entry->items; /* rows of the table of suites */

    *ret = items;
    return entry->count;
}

size_t effective_curves(const struct effective *e, enum policy_parm parm,
                        const struct curve *const **ret)
{
    const struct entry *entry = list_of(e, parm);

    assert(schema_parm(parm)->type == TYPE_curves);
    *ret = entry != NULL
               ? (const struct curve *const *)(const void *)entry->items
               : NULL;
    return entry != NULL ? entry->count : 0;
}

size_t effective_sigpairs(const struct effective *e, enum policy_parm parm,
                          const struct sigpair *const **ret)
{
    const struct entry *entry = list_of(e, parm);

    assert(schema_parm(parm)->type == TYPE_sigpairs);
    *ret = entry != NULL
               ? (const struct sigpair *const *)(const void *)entry->items
               : NULL;
    return entry != NULL ? entry->count : 0;
}

unsigned effective_versions(const struct effective *e)
{
    const struct version *v;
    unsigned versions = 0;
    size_t i;

    if (effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF)
        return VERSION_TLSv1_2;
    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        if (v->bit != 0 && (!v->legacy || e->policy->allow_legacy) &&
            effective_on(e, v->parm))
            versions |= v->bit;
    }
    return versions;
}

const struct policy_refusal *effective_refused(const struct effective *e)
{
    return e->refusal;
}

/* ---- values as text ---- */

static bool is_list(const struct parm *row)
{
    return (row->flags & REPEAT) != 0 || row->type == TYPE_sigpairs;
}

bool effective_items(const struct effective *e, enum policy_parm parm,
                     effective_item_fn fn, void *arg)
{
    const struct parm *row = schema_parm(parm);
    const struct entry *entry = effective_entry(e, parm);
    uint32_t i;

    if (!is_list(row) || entry == NULL ||
        (row->type == TYPE_curves && entry->count == 0))
        return false;
    if (row->flags & SECRET)
        fn(arg, "****");
    else
        for (i = 0; i < entry->count; i++)
            fn(arg, value_item_text(row->type, entry->items[i]));
    return true;
}

static void add_item(void *arg, const char *text)
{
    struct strbuf *out = arg;

    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_adds(out, text);
}

void effective_show(const struct effective *e, enum policy_parm parm,
                    struct strbuf *out)
{
    const struct parm *row = schema_parm(parm);
    const struct entry *entry = effective_entry(e, parm);
    struct strbuf list = STRBUF_INIT;

    if (entry == NULL)
        return;
    if (row->flags & SECRET)
        strbuf_adds(out, "****");
    else if (effective_items(e, parm, add_item, &list))
        strbuf_adds(out, strbuf_str(&list));
    else
        value_show(row->type, &entry->last->value, out);
    out->failed = out->failed || strbuf_failed(&list);
    strbuf_done(&list);
}

bool effective_same(const struct effective *a, const struct effective *b,
                    enum policy_parm parm)
{
    const struct entry *x = effective_entry(a, parm);
    const struct entry *y = effective_entry(b, parm);

    return x == y || (x != NULL && y != NULL && entry_same(x, y));
}

/* ---- all parameters ---- */

/* A default counts where the rule has an action that could hold the keyword.
 * Those of LDAP say nothing without a server. */
static bool has_value(const struct effective *e, enum policy_parm parm)
{
    const struct parm *row = schema_parm(parm);

    if (row->type == TYPE_ref || effective_entry(e, parm) == NULL)
        return false;
    if (cipher_keyword(parm) && effective_entry(e, parm)->parm != parm)
        return false; /* the other keyword stands for both */
    if (coded(e, parm))
        return true;
    if (row->where == IN_LDAP && !coded(e, PARM_GSK_LDAP_SERVER))
        return false;
    if (e->levels[LEVEL_ENVIRONMENT] != NULL)
        return (row->where & (IN_GROUP_PARTS | IN_ENV_PARTS)) != 0;
    return (row->where & IN_GROUP_PARTS) != 0;
}

void effective_visit(const struct effective *e, effective_visit_fn fn,
                     void *arg)
{
    struct effective_value v;
    int i;

    for (i = 0; i < PARM_COUNT; i++) {
        v.parm = (enum policy_parm)i;
        if (!has_value(e, v.parm))
            continue;
        v.keyword = schema_parm(v.parm)->keyword;
        v.level = effective_origin(e, v.parm, &v.span);
        fn(arg, &v);
    }
}

const char *effective_level_name(enum effective_level level)
{
    static const char *const names[] = {"default", "group", "environment",
                                        "connection"};

    return names[level];
}

const char *effective_status(const struct effective *e)
{
    if (!effective_on(e, PARM_TTLSEnabled))
        return "Not Enabled";
    return effective_on(e, PARM_ApplicationControlled) ? "Appl Control"
                                                       : "Enabled";
}
