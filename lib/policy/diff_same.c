/*
 * What two policies have in common: equal time conditions, equal conditions,
 * and rules that did not change.
 */

#include "policy/diff_same.h"

#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "policy/value.h"

/* ---- time conditions ---- */

static bool objects_same(const struct object *a, const struct object *b)
{
    uint32_t i;

    if (a->count != b->count)
        return false;
    for (i = 0; i < a->count; i++)
        if (a->settings[i].parm != b->settings[i].parm ||
            !value_same((enum policy_parm)a->settings[i].parm,
                        &a->settings[i].value, &b->settings[i].value))
            return false;
    return true;
}

/* The next time condition of R from *I on; NULL after the last one. */
static const struct object *next_time(const struct policy_rule *r, uint32_t *i)
{
    const struct setting *s;

    while (*i < r->object->count) {
        s = &r->object->settings[(*i)++];
        if (s->parm == PARM_IpTimeConditionRef)
            return s->value.object;
    }
    return NULL;
}

bool same_times(const struct policy_rule *a, const struct policy_rule *b)
{
    const struct object *x, *y;
    uint32_t i = 0, k = 0;

    do {
        x = next_time(a, &i);
        y = next_time(b, &k);
        if ((x == NULL) != (y == NULL) || (x != NULL && !objects_same(x, y)))
            return false;
    } while (x != NULL);
    return true;
}

/* ---- rules that are the same in both policies ---- */

static bool cond_same(const struct cond *a, const struct cond *b, size_t size)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->items, b->items, a->count * size) == 0);
}

static bool name_same(const struct setting *a, const struct setting *b)
{
    return strcmp(a != NULL ? a->value.text : "*",
                  b != NULL ? b->value.text : "*") == 0;
}

bool same_conditions(const struct policy_rule *a, const struct policy_rule *b)
{
    return a->direction->value.number == b->direction->value.number &&
           cond_same(&a->local_port, &b->local_port,
                     sizeof(struct port_range)) &&
           cond_same(&a->remote_port, &b->remote_port,
                     sizeof(struct port_range)) &&
           cond_same(&a->local_addr, &b->local_addr,
                     sizeof(struct addr_range)) &&
           cond_same(&a->remote_addr, &b->remote_addr,
                     sizeof(struct addr_range)) &&
           name_same(a->jobname, b->jobname) &&
           name_same(a->userid, b->userid) && same_times(a, b);
}

static uint64_t hash_bytes(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;
    size_t i;

    for (i = 0; i < len; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static uint64_t hash_name(uint64_t h, const struct setting *s)
{
    const char *text = s != NULL ? s->value.text : "*";

    return hash_bytes(h, text, strlen(text) + 1);
}

uint64_t hash_conditions(const struct policy_rule *r)
{
    uint64_t h = 1469598103934665603u;

    h = hash_bytes(h, &r->direction->value.number,
                   sizeof(r->direction->value.number));
    h = hash_bytes(h, r->local_port.items,
                   r->local_port.count * sizeof(struct port_range));
    h = hash_bytes(h, r->remote_port.items,
                   r->remote_port.count * sizeof(struct port_range));
    h = hash_bytes(h, r->local_addr.items,
                   r->local_addr.count * sizeof(struct addr_range));
    h = hash_bytes(h, r->remote_addr.items,
                   r->remote_addr.count * sizeof(struct addr_range));
    return hash_name(hash_name(h, r->jobname), r->userid);
}

static bool rules_same(const struct policy_rule *a, const struct policy_rule *b)
{
    unsigned i;

    for (i = LEVEL_GROUP; i <= LEVEL_CONNECTION; i++)
        if (!policy_action_equal(a->effective->levels[i],
                                 b->effective->levels[i]))
            return false;
    return strcmp(a->name, b->name) == 0 && same_conditions(a, b);
}

static int compare_names(const void *a, const void *b)
{
    const struct policy_rule *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

uint32_t *same_rules(const struct policy *before, const struct policy *after)
{
    const struct policy_rule **byname =
        calloc(before->rule_count + 1, sizeof(const struct policy_rule *));
    uint32_t *twins = calloc(after->rule_count + 1, sizeof(*twins));
    const struct policy_rule *key, **found;
    size_t i;

    if (byname == NULL || twins == NULL) {
        free(byname);
        free(twins);
        return NULL;
    }
    for (i = 0; i < before->rule_count; i++)
        byname[i] = &before->rules[i];
    qsort(byname, before->rule_count, sizeof(const struct policy_rule *),
          compare_names);
    for (i = 0; i < after->rule_count; i++) {
        key = &after->rules[i];
        found = bsearch(&key, byname, before->rule_count,
                        sizeof(const struct policy_rule *), compare_names);
        twins[i] = found != NULL && rules_same(*found, key)
                       ? (uint32_t)(*found - before->rules)
                       : (uint32_t)(before->rule_count + i);
    }
    free(byname);
    return twins;
}
