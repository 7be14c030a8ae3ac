/*
 * Whether two actions say the same, of one policy or of two: what a refresh
 * asks before it keeps an environment. It is what they say that counts, not
 * how it is written: the order of lines and the names of inner statements
 * make no difference.
 */

#include <string.h>

#include "policy/model.h"
#include "policy/value.h"

static bool texts_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool shown_equal(enum value_type type, const union value *a,
                        const union value *b)
{
    struct strbuf x = STRBUF_INIT, y = STRBUF_INIT;
    bool same;

    value_show(type, a, &x);
    value_show(type, b, &y);
    same = !strbuf_failed(&x) && !strbuf_failed(&y) &&
           strcmp(strbuf_str(&x), strbuf_str(&y)) == 0;
    strbuf_wipe(&x);
    strbuf_wipe(&y);
    return same;
}

/* Codes are rows of one table, so that their addresses tell. */
static bool items_equal(enum value_type type, const struct entry *a,
                        const struct entry *b)
{
    const void *const *x = a->items, *const *y = b->items;
    bool codes = type == TYPE_curves || type == TYPE_sigpairs;
    size_t i;

    if (a->count != b->count)
        return false;
    for (i = 0; i < a->count; i++)
        if (codes ? x[i] != y[i] : !texts_equal(x[i], y[i]))
            return false;
    return true;
}

static bool entries_equal(const struct entry *a, const struct entry *b)
{
    enum value_type type = schema_parm((enum policy_parm)a->parm)->type;

    if (a->parm != b->parm)
        return false;
    if (a->items != NULL || b->items != NULL)
        return a->items != NULL && b->items != NULL && items_equal(type, a, b);
    return shown_equal(type, &a->last->value, &b->last->value);
}

/* The number only says that there is something new. */
static bool is_instance(uint16_t parm)
{
    return parm == PARM_GroupUserInstance ||
           parm == PARM_EnvironmentUserInstance ||
           parm == PARM_ConnectionUserInstance;
}

/* The two cipher keywords make one list, which is compared as such. */
static const struct entry *next_entry(const struct policy_action *a, size_t *i,
                                      bool instances)
{
    const struct entry *e;
    enum value_type type;

    for (; *i < a->count; ++*i) {
        e = &a->entries[*i];
        type = schema_parm((enum policy_parm)e->parm)->type;
        if (type != TYPE_ciphers2 && type != TYPE_ciphers4 &&
            (instances || !is_instance(e->parm))) {
            ++*i;
            return e;
        }
    }
    return NULL;
}

static bool ciphers_equal(const struct policy_action *a,
                          const struct policy_action *b)
{
    uint32_t i;

    if (a->ciphers_coded != b->ciphers_coded ||
        a->cipher_count != b->cipher_count)
        return false;
    for (i = 0; i < a->cipher_count; i++)
        if (a->ciphers[i] != b->ciphers[i])
            return false;
    return true;
}

/* INSTANCES: the user instance numbers count too. */
static bool actions_equal(const struct policy_action *a,
                          const struct policy_action *b, bool instances)
{
    const struct entry *x, *y;
    size_t i = 0, k = 0;

    if (a == b)
        return true;
    if (a == NULL || b == NULL || a->object->kind != b->object->kind ||
        !texts_equal(a->object->name, b->object->name) || !ciphers_equal(a, b))
        return false;
    do {
        x = next_entry(a, &i, instances);
        y = next_entry(b, &k, instances);
        if ((x == NULL) != (y == NULL) || (x != NULL && !entries_equal(x, y)))
            return false;
    } while (x != NULL);
    return true;
}

bool policy_action_equal(const struct policy_action *a,
                         const struct policy_action *b)
{
    return actions_equal(a, b, true);
}

bool policy_action_alike(const struct policy_action *a,
                         const struct policy_action *b)
{
    return actions_equal(a, b, false);
}
