/*
 * Whether two actions say the same, of one policy or of two: what a refresh
 * asks before it keeps an environment.
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

/* Blocks nest three deep, so that the recursion is bounded. */
static bool objects_equal(const struct object *a, const struct object *b)
{
    const struct setting *x, *y;
    enum value_type type;
    uint32_t i;

    if (a == b)
        return true;
    if (a->kind != b->kind || a->count != b->count ||
        !texts_equal(a->name, b->name))
        return false;
    for (i = 0; i < a->count; i++) {
        x = &a->settings[i];
        y = &b->settings[i];
        if (x->parm != y->parm)
            return false;
        type = schema_parm((enum policy_parm)x->parm)->type;
        if (type == TYPE_ref ? !objects_equal(x->value.object, y->value.object)
                             : !shown_equal(type, &x->value, &y->value))
            return false;
    }
    return true;
}

bool policy_action_equal(const struct policy_action *a,
                         const struct policy_action *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return objects_equal(a->object, b->object);
}
