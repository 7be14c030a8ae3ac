/*
 * NOFLUSH: writes the rules that are to stay as policy text, with all that
 * they refer to, under names that the files don't use.
 */

#include "policy/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/print.h"
#include "util/array.h"

enum { NAME_MOST = 32 };

/* A statement that stays, by address. */
struct kept {
    const struct object *object;
    char name[NAME_MOST + 1]; /* in the text */
};

struct keeper {
    keep_has_fn has;
    void *arg;
    struct kept *list;
    size_t count;
    unsigned renamed;
    bool nomem;
};

static bool is_known_by_name(enum policy_stmt kind)
{
    return kind == STMT_TTLSRule || kind == STMT_TTLSGroupAction ||
           kind == STMT_TTLSEnvironmentAction ||
           kind == STMT_TTLSConnectionAction;
}

static void add(struct keeper *k, const struct object *o)
{
    struct kept *kept = array_add(&k->list, &k->count, sizeof(*kept));

    if (kept != NULL)
        kept->object = o;
    else
        k->nomem = true;
}

/* What O refers to, down to the last; some more than once. */
static void add_below(struct keeper *k, const struct object *o)
{
    uint32_t i;

    for (i = 0; i < o->count && !k->nomem; i++) {
        const struct setting *s = &o->settings[i];
        const struct object *to;

        if (!s->inline_block &&
            schema_parm((enum policy_parm)s->parm)->type != TYPE_ref)
            continue;
        to = s->value.object;
        if (!s->inline_block) {
            if (is_known_by_name(to->kind) &&
                k->has(k->arg, to->kind, to->name))
                continue;
            add(k, to);
        }
        add_below(k, to);
    }
}

static int compare(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;

    return (x->object > y->object) - (x->object < y->object);
}

static void keep_each_once(struct keeper *k)
{
    size_t i, n = 0;

    if (k->count != 0)
        qsort(k->list, k->count, sizeof(*k->list), compare);
    for (i = 0; i < k->count; i++)
        if (n == 0 || k->list[n - 1].object != k->list[i].object)
            k->list[n++] = k->list[i];
    k->count = n;
}

/* What the files use for something else gets a name that they do not use. */
static void give_name(struct keeper *k, struct kept *kept)
{
    const struct object *o = kept->object;

    snprintf(kept->name, sizeof(kept->name), "%s", o->name);
    while (k->has(k->arg, o->kind, kept->name))
        snprintf(kept->name, sizeof(kept->name), "kept%u~%s", ++k->renamed,
                 o->name);
}

static const char *name_of(void *arg, const struct object *o)
{
    const struct keeper *k = arg;
    struct kept key = {.object = o};
    const struct kept *found =
        bsearch(&key, k->list, k->count, sizeof(key), compare);

    return found != NULL ? found->name : o->name;
}

bool keep_text(const struct policy *running, keep_has_fn has, void *arg,
               struct strbuf *out)
{
    struct keeper k = {.has = has, .arg = arg};
    size_t i;

    for (i = 0; i < running->rule_count && !k.nomem; i++) {
        const struct object *rule = running->rules[i].object;

        if (has(arg, STMT_TTLSRule, rule->name))
            continue;
        add(&k, rule);
        add_below(&k, rule);
    }
    keep_each_once(&k);
    for (i = 0; i < k.count; i++)
        give_name(&k, &k.list[i]);
    for (i = 0; i < k.count && !k.nomem; i++)
        policy_print_object(k.list[i].object, name_of, &k, out);
    free(k.list);
    return !k.nomem && !strbuf_failed(out);
}
