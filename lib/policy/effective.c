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
    int level, profile = effective_choice(e, PARM_SuiteBProfile);

    if (profile != SUITEB_OFF)
        return suiteb_ciphers(e->policy->defaults, profile, ret);
    for (level = LEVEL_CONNECTION; level > LEVEL_DEFAULT; level--)
        if (e->levels[level] != NULL && e->levels[level]->ciphers_coded) {
            *ret = e->levels[level]->ciphers;
            return e->levels[level]->cipher_count;
        }
    codes = e->policy->defaults->values[PARM_V3CipherSuites4Char].value.codes;
    *ret = (const struct cipher *const *)(const void *)codes->items;
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
    unsigned versions = 0;

    if (effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF)
        return VERSION_TLSV1_2;
    if (e->policy->allow_legacy && effective_on(e, PARM_TLSv1))
        versions |= VERSION_TLSV1;
    if (e->policy->allow_legacy && effective_on(e, PARM_TLSv1_1))
        versions |= VERSION_TLSV1_1;
    if (effective_on(e, PARM_TLSv1_2))
        versions |= VERSION_TLSV1_2;
    if (effective_on(e, PARM_TLSv1_3))
        versions |= VERSION_TLSV1_3;
    return versions;
}

const struct policy_refusal *effective_refused(const struct effective *e)
{
    return e->refusal;
}

void effective_show(const struct effective *e, enum policy_parm parm,
                    struct strbuf *out)
{
    const struct parm *row = schema_parm(parm);
    enum effective_level level;
    const struct entry *entry = effective_entry(e, parm, &level);
    const union value *v = value_of(e, parm);

    if (v == NULL)
        return;
    if (row->flags & SECRET)
        strbuf_adds(out, "****");
    else if (row->type == TYPE_onoff)
        strbuf_adds(out, effective_on(e, parm) ? "On" : "Off");
    else if (entry != NULL && entry->items != NULL)
        value_show_items(row->type, entry->items, entry->count, out);
    else
        value_show(row->type, v, out);
}
