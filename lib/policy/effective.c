/*
 * What one rule resolves to: looks a parameter up in connection, environment
 * and group action, and shows the values as text.
 */

#include "policy/effective.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "policy/value.h"

const struct entry *action_entry(const struct policy_action *a,
                                 enum policy_parm parm)
{
    size_t low = 0, high = a->count, mid;

    while (low < high) {
        mid = (low + high) / 2;
        if (a->entries[mid].parm == parm)
            return &a->entries[mid];
        if (a->entries[mid].parm < parm)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

const struct entry *effective_entry(const struct effective *e,
                                    enum policy_parm parm,
                                    enum effective_level *ret_level)
{
    const struct entry *entry;
    int level;

    for (level = LEVEL_CONNECTION; level > LEVEL_DEFAULT; level--) {
        if (e->levels[level] == NULL)
            continue;
        entry = action_entry(e->levels[level], parm);
        if (entry != NULL) {
            *ret_level = (enum effective_level)level;
            return entry;
        }
    }
    *ret_level = LEVEL_DEFAULT;
    return NULL;
}

uint64_t effective_id(const struct effective *e)
{
    return e->id;
}

enum effective_level effective_origin(const struct effective *e,
                                      enum policy_parm parm, struct span *ret)
{
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);

    if (ret != NULL) {
        memset(ret, 0, sizeof(*ret));
        if (entry != NULL)
            *ret = entry->last->span;
    }
    return level;
}

const struct codes *default_codes(const struct policy *p, enum policy_parm parm,
                                  bool tls13)
{
    const struct defaults *d = p->defaults;

    return tls13 && d->tls13[parm] != NULL ? d->tls13[parm]
                                           : d->values[parm].value.codes;
}

/* What a parameter says, by coding or by default; NULL: nothing. */
static const union value *value_of(const struct effective *e,
                                   enum policy_parm parm)
{
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);

    if (entry != NULL)
        return &entry->last->value;
    return e->policy->defaults->known[parm]
               ? &e->policy->defaults->values[parm].value
               : NULL;
}

static bool coded(const struct effective *e, enum policy_parm parm)
{
    enum effective_level level;

    return effective_entry(e, parm, &level) != NULL;
}

bool effective_on(const struct effective *e, enum policy_parm parm)
{
    assert(schema_parm(parm)->type == TYPE_onoff);
    /* Release 3.2 has TLSv1.2 on "unless TLSv1.3 is explicitly enabled". */
    if (parm == PARM_TLSv1_2 && !coded(e, PARM_TLSv1_2) &&
        e->policy->release >= ZOS_3_2 && effective_on(e, PARM_TLSv1_3))
        return false;
    return effective_choice(e, parm) == SWITCH_ON;
}

int effective_choice(const struct effective *e, enum policy_parm parm)
{
    const union value *v = value_of(e, parm);

    return v != NULL ? (int)v->number : 0;
}

unsigned long effective_number(const struct effective *e, enum policy_parm parm)
{
    const union value *v = value_of(e, parm);

    assert(schema_parm(parm)->type == TYPE_number ||
           schema_parm(parm)->type == TYPE_fraglen);
    return v != NULL ? (unsigned long)v->number : 0;
}

const char *effective_text(const struct effective *e, enum policy_parm parm)
{
    const union value *v = value_of(e, parm);

    assert(schema_parm(parm)->type == TYPE_word ||
           schema_parm(parm)->type == TYPE_label ||
           schema_parm(parm)->type == TYPE_file);
    return v != NULL ? v->text : NULL;
}

size_t effective_texts(const struct effective *e, enum policy_parm parm,
                       const char *const **ret)
{
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);

    assert(schema_parm(parm)->flags & REPEAT);
    *ret = entry != NULL ? entry->items : NULL;
    return entry != NULL ? entry->count : 0;
}

/* RFC 6460: what each profile of Suite B takes. */
static size_t suiteb_ciphers(const struct defaults *d, int profile,
                             const struct cipher *const **ret)
{
    bool only_192 = profile == SUITEB_192 || profile == SUITEB_192_MIN;

    *ret = only_192 ? d->suiteb + 1 : d->suiteb;
    return only_192 || profile == SUITEB_128 ? 1 : 2;
}

size_t effective_ciphers(const struct effective *e,
                         const struct cipher *const **ret)
{
    const struct codes *codes;
    const void *items;
    int level, profile = effective_choice(e, PARM_SuiteBProfile);

    if (profile != SUITEB_OFF)
        return suiteb_ciphers(e->policy->defaults, profile, ret);
    for (level = LEVEL_CONNECTION; level > LEVEL_DEFAULT; level--)
        if (e->levels[level] != NULL && e->levels[level]->ciphers_coded) {
            *ret = e->levels[level]->ciphers;
            return e->levels[level]->cipher_count;
        }
    codes = e->policy->defaults->values[PARM_V3CipherSuites4Char].value.codes;
    items = codes->items; /* rows of the table of suites */
    *ret = items;
    return codes->count;
}

size_t effective_curves(const struct effective *e, enum policy_parm parm,
                        const struct curve *const **ret)
{
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);

    assert(schema_parm(parm)->type == TYPE_curves);
    *ret = entry != NULL && entry->count != 0 ? entry->items : NULL;
    return entry != NULL ? entry->count : 0;
}

size_t effective_sigpairs(const struct effective *e, enum policy_parm parm,
                          const struct sigpair *const **ret)
{
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);

    assert(schema_parm(parm)->type == TYPE_sigpairs);
    *ret = entry != NULL && entry->count != 0 ? entry->items : NULL;
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

/* Values as text */

static bool is_list(const struct parm *row)
{
    return (row->flags & REPEAT) != 0 || row->type == TYPE_sigpairs;
}

static void item_text(const struct parm *row, const void *item,
                      effective_item_fn fn, void *arg)
{
    const char *text = item;

    if (row->type == TYPE_ciphers2 || row->type == TYPE_ciphers4)
        text = ((const struct cipher *)item)->code4;
    else if (row->type == TYPE_curves)
        text = ((const struct curve *)item)->id4;
    else if (row->type == TYPE_sigpairs)
        text = ((const struct sigpair *)item)->id4;
    fn(arg, text);
}

static void list_items(const struct effective *e, enum policy_parm parm,
                       const struct entry *entry, effective_item_fn fn,
                       void *arg)
{
    const struct parm *row = schema_parm(parm);
    const void *const *items = entry != NULL ? entry->items : NULL;
    const struct cipher *const *ciphers;
    const struct codes *codes;
    size_t i, n;

    if (row->type == TYPE_ciphers2 || row->type == TYPE_ciphers4) {
        n = effective_ciphers(e, &ciphers);
        for (i = 0; i < n; i++)
            item_text(row, ciphers[i], fn, arg);
    } else if (items != NULL) {
        for (i = 0; i < entry->count; i++)
            item_text(row, items[i], fn, arg);
    } else {
        codes = entry != NULL ? entry->last->value.codes
                              : default_codes(e->policy, parm,
                                              effective_on(e, PARM_TLSv1_3));
        for (i = 0; i < codes->count; i++)
            item_text(row, codes->items[i], fn, arg);
    }
}

bool effective_items(const struct effective *e, enum policy_parm parm,
                     effective_item_fn fn, void *arg)
{
    const struct parm *row = schema_parm(parm);
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);

    if (!is_list(row) || value_of(e, parm) == NULL ||
        (row->type == TYPE_curves && entry != NULL && entry->count == 0))
        return false;
    if (row->flags & SECRET)
        fn(arg, "****");
    else
        list_items(e, parm, entry, fn, arg);
    return true;
}

static void add_item(void *arg, const char *text)
{
    struct strbuf *out = arg;

    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_adds(out, text);
}

static void show(const struct effective *e, enum policy_parm parm, bool mask,
                 struct strbuf *out)
{
    const struct parm *row = schema_parm(parm);
    const union value *v = value_of(e, parm);
    struct strbuf list = STRBUF_INIT;

    if (v == NULL)
        return;
    if (mask && (row->flags & SECRET) != 0)
        strbuf_adds(out, "****");
    else if (row->type == TYPE_onoff)
        strbuf_adds(out, effective_on(e, parm) ? "On" : "Off");
    else if (effective_items(e, parm, add_item, &list))
        strbuf_adds(out, strbuf_str(&list));
    else
        value_show(row->type, v, out);
    out->failed = out->failed || strbuf_failed(&list);
    strbuf_done(&list);
}

void effective_show(const struct effective *e, enum policy_parm parm,
                    struct strbuf *out)
{
    show(e, parm, true, out);
}

bool effective_same(const struct effective *a, const struct effective *b,
                    enum policy_parm parm)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    bool same;

    show(a, parm, false, &x);
    show(b, parm, false, &y);
    same = !strbuf_failed(&x) && !strbuf_failed(&y) &&
           strcmp(strbuf_str(&x), strbuf_str(&y)) == 0 &&
           (value_of(a, parm) == NULL) == (value_of(b, parm) == NULL);
    strbuf_wipe(&x);
    strbuf_wipe(&y);
    return same;
}

/* All parameters */

static bool cipher_keyword(enum policy_parm parm)
{
    return parm == PARM_V3CipherSuites || parm == PARM_V3CipherSuites4Char;
}

/* Where the suites in effect were written; the keyword that stands for them. */
static enum policy_parm cipher_origin(const struct effective *e,
                                      enum effective_level *ret_level,
                                      struct span *ret)
{
    const struct policy_action *a;
    const struct entry *four, *two;
    int level;

    memset(ret, 0, sizeof(*ret));
    if (effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF) {
        *ret_level = effective_origin(e, PARM_SuiteBProfile, ret);
        return PARM_V3CipherSuites4Char;
    }
    for (level = LEVEL_CONNECTION; level > LEVEL_DEFAULT; level--) {
        a = e->levels[level];
        if (a == NULL || !a->ciphers_coded)
            continue;
        four = action_entry(a, PARM_V3CipherSuites4Char);
        two = action_entry(a, PARM_V3CipherSuites);
        *ret = (four != NULL ? four : two)->last->span;
        *ret_level = (enum effective_level)level;
        return four != NULL ? PARM_V3CipherSuites4Char : PARM_V3CipherSuites;
    }
    *ret_level = LEVEL_DEFAULT;
    return PARM_V3CipherSuites4Char;
}

/* A default counts where the rule has an action that could hold the keyword.
 * Those of LDAP say nothing without a server. */
static bool has_value(const struct effective *e, enum policy_parm parm)
{
    const struct parm *row = schema_parm(parm);

    if (row->type == TYPE_ref || value_of(e, parm) == NULL)
        return false;
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
    enum effective_level cipher_level;
    struct span cipher_span;
    enum policy_parm ciphers = cipher_origin(e, &cipher_level, &cipher_span);
    int i;

    for (i = 0; i < PARM_COUNT; i++) {
        v.parm = (enum policy_parm)i;
        v.keyword = schema_parm(v.parm)->keyword;
        if (cipher_keyword(v.parm)) {
            if (v.parm != ciphers || (e->levels[LEVEL_ENVIRONMENT] == NULL &&
                                      cipher_level == LEVEL_DEFAULT))
                continue;
            v.level = cipher_level;
            v.span = cipher_span;
        } else {
            if (!has_value(e, v.parm))
                continue;
            v.level = effective_origin(e, v.parm, &v.span);
        }
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
