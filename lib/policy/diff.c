/*
 * Cuts the space of connections into zones until each has one rule a side, and
 * collects the differences.
 */

#include "policy/diff.h"

#include <stdlib.h>
#include <string.h>

#include "policy/diff_same.h"
#include "policy/space_example.h"
#include "util/array.h"
#include "util/table.h"

/* Pieces that are looked at before we say that it is too much. */
enum { MOST_PIECES = 4 * 1000 * 1000 };

struct policy_diff {
    struct arena *arena; /* of the differences */
    struct policy_difference **list;
    size_t count;
    struct table pairs; /* the same, by their rules */
};

/* A zone that waits, with the rules that meet it, in their order. */
struct work {
    struct work *next;
    struct zone zone;
    uint32_t count[2];
    const struct shape *shapes[]; /* those before, then those after */
};

struct cutter {
    struct policy_diff *diff;
    struct work *work;
    struct arena *arena;
    int family;
    bool times_hold;
    size_t pieces;
};

/* ---- differences by their pair of rules ---- */

static uint64_t hash_pair(const struct policy_difference *d)
{
    return table_hash_number(
        (uintptr_t)d->before ^
        table_hash_number((uintptr_t)d->after ^ (unsigned)d->times_hold));
}

static bool same_pair(const void *item, const void *key)
{
    const struct policy_difference *x = item, *y = key;

    return x->before == y->before && x->after == y->after &&
           x->times_hold == y->times_hold;
}

/* That of the same rules as FOUND, a copy of it when there was none. */
static struct policy_difference *pair_of(struct policy_diff *d,
                                         const struct policy_difference *found)
{
    uint64_t hash = hash_pair(found);
    struct policy_difference *p = table_find(&d->pairs, hash, same_pair, found),
                             **listed;

    if (p != NULL)
        return p;
    p = arena_alloc(d->arena, sizeof(*p));
    listed = p != NULL && table_add(&d->pairs, hash, p)
                 ? array_add(&d->list, &d->count, sizeof(*listed))
                 : NULL;
    if (listed == NULL)
        return NULL;
    *p = *found;
    *listed = p;
    return p;
}

/* ---- pieces ---- */

static bool take_piece(struct cutter *c, const struct work *w)
{
    struct policy_difference found = {0}, *p;

    found.before = w->count[0] != 0 ? w->shapes[0]->rule : NULL;
    found.after = w->count[1] != 0 ? w->shapes[w->count[0]]->rule : NULL;
    found.times_hold = c->times_hold;
    if ((found.before == NULL && found.after == NULL) ||
        !space_example(&w->zone, c->family, &found))
        return true;
    p = pair_of(c->diff, &found);
    if (p != NULL)
        p->pieces++;
    return p != NULL;
}

/* ---- cutting ---- */

/* Copies what meets Z, up to what holds all of it: nothing behind counts. */
static uint32_t copy_meeting(const struct shape *const *from, uint32_t count,
                             const struct zone *z, const struct shape **to)
{
    uint32_t i, n = 0;

    for (i = 0; i < count; i++) {
        if (!shape_meets(from[i], z))
            continue;
        to[n++] = from[i];
        if (shape_holds(from[i], z))
            break;
    }
    return n;
}

static struct work *new_work(const struct zone *z,
                             const struct shape *const *before,
                             uint32_t before_count,
                             const struct shape *const *after,
                             uint32_t after_count)
{
    size_t n = (size_t)before_count + after_count;
    struct work *w = malloc(sizeof(*w) + n * sizeof(w->shapes[0])), *fit;

    if (w == NULL)
        return NULL;
    w->zone = *z;
    w->next = NULL;
    w->count[0] = copy_meeting(before, before_count, z, w->shapes);
    w->count[1] = copy_meeting(after, after_count, z, w->shapes + w->count[0]);
    n = (size_t)w->count[0] + w->count[1];
    fit = realloc(w, sizeof(*w) + n * sizeof(w->shapes[0]));
    return fit != NULL ? fit : w;
}

/* The shorter one is next, so that few wait. */
static bool push_halves(struct cutter *c, const struct work *w,
                        const struct shape *along)
{
    struct work *half[2], *last;
    struct zone zone[2];
    unsigned i;

    shape_cut(along, &w->zone, zone);
    for (i = 0; i < 2; i++)
        half[i] = new_work(&zone[i], w->shapes, w->count[0],
                           w->shapes + w->count[0], w->count[1]);
    if (half[0] == NULL || half[1] == NULL) {
        free(half[0]);
        free(half[1]);
        return false;
    }
    i = half[0]->count[0] + half[0]->count[1] >
        half[1]->count[0] + half[1]->count[1];
    last = half[!i];
    last->next = c->work;
    half[i]->next = last;
    c->work = half[i];
    return true;
}

/* Both sides have the same rules here. */
static bool alike(const struct work *w)
{
    const struct shape *const *before = w->shapes;
    const struct shape *const *after = w->shapes + w->count[0];
    uint32_t i;

    for (i = 0; i < w->count[0] && i < w->count[1]; i++)
        if (before[i]->id != after[i]->id)
            return false;
    return w->count[0] == w->count[1];
}

/* Where the first rule of a side holds only a part, the zone is cut. */
static bool do_work(struct cutter *c, const struct work *w)
{
    const struct shape *before = w->count[0] != 0 ? w->shapes[0] : NULL;
    const struct shape *after =
        w->count[1] != 0 ? w->shapes[w->count[0]] : NULL;

    if (alike(w))
        return true;
    if (before != NULL && !shape_holds(before, &w->zone))
        return push_halves(c, w, before);
    if (after != NULL && !shape_holds(after, &w->zone))
        return push_halves(c, w, after);
    return take_piece(c, w);
}

static int cut_all(struct cutter *c, struct error *err)
{
    struct work *w;
    int r = 0;

    while (r == 0 && c->work != NULL) {
        w = c->work;
        c->work = w->next;
        if (++c->pieces > MOST_PIECES)
            r = error_set(err, ERR_LIMIT,
                          "the rules overlap in too many ways to compare them");
        else if (!do_work(c, w))
            r = error_nomem(err);
        free(w);
    }
    while (c->work != NULL) {
        w = c->work;
        c->work = w->next;
        free(w);
    }
    return r;
}

/* The shapes of P's rules in LIST, of room for all of them. TWINS NULL: the
 * rules before, whose numbers are their ids. */
static bool add_shapes(struct cutter *c, const struct policy *p,
                       const uint32_t *twins, const struct shape **list,
                       uint32_t *ret_count)
{
    struct shape *s;
    uint32_t i;
    bool empty;

    for (i = 0; i < p->rule_count; i++) {
        if (p->rules[i].timed && !c->times_hold)
            continue;
        s = arena_alloc(c->arena, sizeof(*s));
        if (s == NULL ||
            !shape_init(s, &p->rules[i], c->family, c->arena, &empty))
            return false;
        s->id = twins != NULL ? twins[i] : i;
        if (!empty)
            list[(*ret_count)++] = s;
    }
    return true;
}

static int compare_family(struct policy_diff *d, const struct policy *before,
                          const struct policy *after, const uint32_t *twins,
                          int family, bool times_hold, struct error *err)
{
    struct cutter c = {d, NULL, arena_new(), family, times_hold, 0};
    const struct shape **list =
        calloc(before->rule_count + after->rule_count + 1, sizeof(*list));
    struct zone whole = space_whole(family);
    uint32_t n[2] = {0, 0};
    int r = ERR_NOMEM;

    if (c.arena != NULL && list != NULL &&
        add_shapes(&c, before, NULL, list, &n[0]) &&
        add_shapes(&c, after, twins, list + n[0], &n[1])) {
        c.work = new_work(&whole, list, n[0], list + n[0], n[1]);
        if (c.work != NULL)
            r = cut_all(&c, err);
    }
    if (r == ERR_NOMEM)
        error_nomem(err);
    free(list);
    arena_free(c.arena);
    return r;
}

/* ---- what counts as a difference ---- */

static void note_difference(void *arg, enum policy_parm parm,
                            const char *keyword)
{
    (void)parm;
    (void)keyword;
    *(bool *)arg = true;
}

static bool differs(struct policy_difference *d)
{
    bool different = false;

    if (d->before == NULL || d->after == NULL)
        return true;
    d->times_changed = !same_times(d->before, d->after);
    if (strcmp(d->before->name, d->after->name) != 0 || d->times_changed)
        return true;
    policy_diff_parms(d->before->effective, d->after->effective,
                      note_difference, &different);
    return different;
}

/* NULL stands behind all rules. */
static int compare_rules(const struct policy_rule *a,
                         const struct policy_rule *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return (a > b) - (a < b);
}

static int compare_differences(const void *a, const void *b)
{
    const struct policy_difference *x =
        *(const struct policy_difference *const *)a;
    const struct policy_difference *y =
        *(const struct policy_difference *const *)b;
    int r = compare_rules(x->before, y->before);

    if (r == 0)
        r = compare_rules(x->after, y->after);
    return r != 0 ? r : y->times_hold - x->times_hold;
}

/* A pair that was found while times hold need not be told again. */
static bool told_before(const struct policy_diff *d, size_t n, size_t i)
{
    return n != 0 && d->list[n - 1]->before == d->list[i]->before &&
           d->list[n - 1]->after == d->list[i]->after;
}

static void keep_differences(struct policy_diff *d)
{
    size_t i, n = 0;

    if (d->count != 0)
        qsort(d->list, d->count, sizeof(*d->list), compare_differences);
    for (i = 0; i < d->count; i++)
        if (!told_before(d, n, i) && differs(d->list[i]))
            d->list[n++] = d->list[i];
    d->count = n;
    for (i = 0; i < n; i++)
        space_example_names(d->list[i]);
}

static bool any_timed(const struct policy *p)
{
    size_t i;

    for (i = 0; i < p->rule_count; i++)
        if (p->rules[i].timed)
            return true;
    return false;
}

int policy_diff_new(const struct policy *before, const struct policy *after,
                    struct policy_diff **ret, struct error *err)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct policy_diff *d = calloc(1, sizeof(*d));
    uint32_t *twins = same_rules(before, after);
    unsigned i, times = any_timed(before) || any_timed(after) ? 2 : 1;
    int r;

    if (d != NULL)
        d->arena = arena_new();
    r = d != NULL && d->arena != NULL && twins != NULL ? 0 : error_nomem(err);
    for (i = 0; r == 0 && i < 2 * times; i++)
        r = compare_family(d, before, after, twins, families[i % 2], i < 2,
                           err);
    free(twins);
    if (r != 0) {
        policy_diff_free(d);
        return r;
    }
    keep_differences(d);
    *ret = d;
    return 0;
}

void policy_diff_free(struct policy_diff *d)
{
    if (d == NULL)
        return;
    free(d->list);
    table_done(&d->pairs);
    arena_free(d->arena);
    free(d);
}

size_t policy_diff_count(const struct policy_diff *d)
{
    return d->count;
}

const struct policy_difference *policy_diff_get(const struct policy_diff *d,
                                                size_t i)
{
    return d->list[i];
}

/* ---- parameters ---- */

static void note_present(void *arg, const struct effective_value *v)
{
    bool *present = arg;

    present[v->parm] = true;
    if (v->parm == PARM_V3CipherSuites)
        present[PARM_V3CipherSuites4Char] = true;
}

void policy_diff_parms(const struct effective *before,
                       const struct effective *after, policy_diff_fn fn,
                       void *arg)
{
    bool x[PARM_COUNT] = {false}, y[PARM_COUNT] = {false};
    int i;

    effective_visit(before, note_present, x);
    effective_visit(after, note_present, y);
    for (i = 0; i < PARM_COUNT; i++) {
        if (i == PARM_V3CipherSuites || (!x[i] && !y[i]))
            continue;
        if (x[i] != y[i] || !effective_same(before, after, (enum policy_parm)i))
            fn(arg, (enum policy_parm)i,
               schema_parm((enum policy_parm)i)->keyword);
    }
}
