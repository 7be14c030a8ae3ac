/*
 * Finds what a new policy would leave in clear, by cutting the zones of the
 * old rules along the new ones.
 */

#include "policy/loss.h"

#include <stdlib.h>
#include <string.h>

#include "policy/diff_same.h"
#include "policy/space_example.h"
#include "util/array.h"

/* Looks at a rule's box before we say that it is too much: about a second. A
 * comparison of a zone with all that a rule says costs as much as LOOKS. */
enum {
    LOOKS = 16,
    MOST_LOOKS = 600 * 1000 * 1000,
    MOST_LOOKS_OFF = MOST_LOOKS / 5
};

struct policy_losses {
    struct policy_difference *list;
    size_t count, lost;
};

/* From the lowest to the highest of each port and address; of IPv6 addresses
 * the upper half. Where two boxes do not meet the rules do not. */
struct box {
    uint64_t low[4], high[4];
};

/* A policy's rules in one family; list[i].rule NULL: fits nowhere in it. */
struct side {
    const struct policy *policy;
    struct shape *list;
    struct box *boxes;
};

/* A zone that waits, with what may take it: first the rules before the one
 * that is asked about and that itself, then those of the other policy. */
struct work {
    struct work *next;
    struct zone zone;
    uint32_t count[2];
    const struct shape *shapes[];
};

struct seeker {
    struct policy_losses *losses;
    struct arena *arena; /* of the shapes */
    struct side before, after;
    struct work *work;
    const struct shape **room; /* for all rules of both */
    const struct shape *asked;
    bool off; /* whom the other policy has there, not whether anybody */
    bool found;
    int family;
    size_t looks;
};

static bool is_on(const struct policy_rule *r)
{
    return effective_on(r->effective, PARM_TTLSEnabled);
}

/* ---- what is told ---- */

static bool add_loss(struct policy_losses *l, const struct policy_difference *d)
{
    struct policy_difference *loss =
        array_add(&l->list, &l->count, sizeof(*loss));

    if (loss != NULL)
        *loss = *d;
    return loss != NULL;
}

static bool is_told(const struct policy_losses *l,
                    const struct policy_difference *d)
{
    size_t i;

    for (i = l->count; i > 0; i--) /* pairs of one rule stand together */
        if (l->list[i - 1].before == d->before &&
            l->list[i - 1].after == d->after)
            return true;
        else if (l->list[i - 1].after != d->after)
            return false;
    return false;
}

/* OTHER: what takes the zone in the other policy; NULL: nothing does. */
static bool take_piece(struct seeker *s, const struct zone *z,
                       const struct shape *other)
{
    struct policy_difference d;

    memset(&d, 0, sizeof(d));
    d.before = s->off ? other->rule : s->asked->rule;
    d.after = s->off ? s->asked->rule : NULL;
    d.times_hold = true;
    d.pieces = 1;
    if (!space_example(z, s->family, &d))
        return true;
    s->found = true;
    return is_told(s->losses, &d) || add_loss(s->losses, &d);
}

/* ---- cutting ---- */

/* What meets Z, up to what holds all of it. */
static uint32_t copy_meeting(struct seeker *s, const struct shape *const *from,
                             uint32_t count, const struct zone *z,
                             const struct shape **to)
{
    uint32_t i, n = 0;

    for (i = 0; i < count; i++) {
        s->looks += LOOKS;
        if (!shape_meets(from[i], z))
            continue;
        to[n++] = from[i];
        if (shape_holds(from[i], z))
            break;
    }
    return n;
}

static bool push(struct seeker *s, const struct zone *z,
                 const struct shape *const *own, uint32_t own_count,
                 const struct shape *const *others, uint32_t other_count)
{
    size_t n = (size_t)own_count + other_count;
    struct work *w = malloc(sizeof(*w) + n * sizeof(w->shapes[0]));

    if (w == NULL)
        return false;
    w->zone = *z;
    w->count[0] = copy_meeting(s, own, own_count, z, w->shapes);
    w->count[1] =
        copy_meeting(s, others, other_count, z, w->shapes + w->count[0]);
    w->next = s->work;
    s->work = w;
    return true;
}

static bool push_halves(struct seeker *s, const struct work *w,
                        const struct shape *along)
{
    struct zone half[2];

    shape_cut(along, &w->zone, half);
    return push(s, &half[0], w->shapes, w->count[0], w->shapes + w->count[0],
                w->count[1]) &&
           push(s, &half[1], w->shapes, w->count[0], w->shapes + w->count[0],
                w->count[1]);
}

/* Where the rule that is asked about takes it all, the other policy's rules
 * are asked in their order, or whether any of them holds it. */
static bool ask_others(struct seeker *s, const struct work *w)
{
    const struct shape *const *others = w->shapes + w->count[0];
    const struct shape *last;

    if (w->count[1] == 0)
        return s->off || take_piece(s, &w->zone, NULL);
    last = others[w->count[1] - 1];
    if (!s->off && shape_holds(last, &w->zone))
        return true;
    if (!shape_holds(others[0], &w->zone))
        return push_halves(s, w, others[0]);
    return !is_on(others[0]->rule) || take_piece(s, &w->zone, others[0]);
}

static bool do_work(struct seeker *s, const struct work *w)
{
    const struct shape *first = w->count[0] != 0 ? w->shapes[0] : NULL;

    if (first == NULL)
        return true;
    if (!shape_holds(first, &w->zone))
        return push_halves(s, w, first);
    return first != s->asked || ask_others(s, w);
}

static int cut_all(struct seeker *s, struct error *err)
{
    struct work *w;
    int r = 0;

    while ((w = s->work) != NULL) {
        s->work = w->next;
        if (r == 0 && s->looks > (s->off ? MOST_LOOKS_OFF : MOST_LOOKS))
            r = error_set(err, ERR_LIMIT,
                          "the rules overlap in too many ways to compare them");
        else if (r == 0 && (s->off || !s->found) && !do_work(s, w))
            r = error_nomem(err);
        free(w);
    }
    return r;
}

/* ---- one rule ---- */

/* It takes the place of the rule that is asked about whenever that holds. */
static bool counts_for(const struct policy_rule *asked,
                       const struct policy_rule *r)
{
    return !r->timed || (asked->timed && same_times(asked, r));
}

/* The smallest zone that holds all of SHAPE. */
static struct zone hull_of(const struct shape *shape, int family)
{
    struct zone z = space_whole(family);
    uint32_t i;
    unsigned d;

    for (d = 0; d < SPACE_DIMS; d++)
        for (i = 0; i < shape->at[d].count; i++) {
            const struct interval *x = &shape->at[d].list[i];

            if (i == 0 || number_compare(x->low, z.at[d].low) < 0)
                z.at[d].low = x->low;
            if (i == 0 || number_compare(x->high, z.at[d].high) > 0)
                z.at[d].high = x->high;
        }
    return z;
}

static struct box box_of(const struct zone *hull, int family)
{
    static const enum space_dim dims[4] = {SPACE_LOCAL_PORT, SPACE_REMOTE_PORT,
                                           SPACE_LOCAL_ADDR, SPACE_REMOTE_ADDR};
    struct box b;
    unsigned i;

    for (i = 0; i < 4; i++) {
        const struct interval *x = &hull->at[dims[i]];
        bool upper = family == AF_INET6 && i >= 2;

        b.low[i] = upper ? x->low.high : x->low.low;
        b.high[i] = upper ? x->high.high : x->high.low;
    }
    return b;
}

static bool boxes_meet(const struct box *a, const struct box *b)
{
    unsigned i;

    for (i = 0; i < 4; i++)
        if (a->low[i] > b->high[i] || b->low[i] > a->high[i])
            return false;
    return true;
}

/* Puts the shapes of SIDE's first COUNT rules that meet Z and count in TO. */
static uint32_t choose(struct seeker *s, const struct side *side, size_t count,
                       const struct zone *z, const struct shape **to)
{
    const struct policy_rule *asked = s->asked->rule;
    struct box b = box_of(z, s->family);
    uint32_t n = 0;
    size_t i;

    s->looks += count;
    for (i = 0; i < count; i++) {
        const struct shape *x = &side->list[i];

        if (!boxes_meet(&side->boxes[i], &b) || x->rule == NULL)
            continue;
        s->looks += LOOKS;
        if (shape_meets(x, z) && (s->off || counts_for(asked, x->rule)))
            to[n++] = x;
    }
    return n;
}

/* Rule I of MINE: what it takes, and whose that is in OTHER. */
static int ask_rule(struct seeker *s, const struct side *mine, size_t i,
                    const struct side *other, struct error *err)
{
    struct zone hull;
    uint32_t own, others;

    s->asked = &mine->list[i];
    s->found = false;
    if (s->asked->rule == NULL)
        return 0;
    hull = hull_of(s->asked, s->family);
    own = choose(s, mine, i, &hull, s->room);
    s->room[own++] = s->asked;
    others = choose(s, other, other->policy->rule_count, &hull, s->room + own);
    if (!push(s, &hull, s->room, own, s->room + own, others))
        return error_nomem(err);
    return cut_all(s, err);
}

/* ---- all rules ---- */

struct by_hash {
    uint64_t hash;
    const struct policy_rule *rule;
};

static int compare_hashes(const void *a, const void *b)
{
    const struct by_hash *x = a, *y = b;

    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* A rule of LIST, N of them sorted, has the same conditions. */
static bool has_same(const struct by_hash *list, size_t n,
                     const struct policy_rule *r)
{
    struct by_hash key = {hash_conditions(r), r};
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (list[mid].hash < key.hash)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < n && list[low].hash == key.hash; low++)
        if (same_conditions(list[low].rule, r))
            return true;
    return false;
}

static struct by_hash *hash_all(const struct policy *p)
{
    struct by_hash *list = calloc(p->rule_count + 1, sizeof(*list));
    size_t i;

    for (i = 0; list != NULL && i < p->rule_count; i++)
        list[i] = (struct by_hash){hash_conditions(&p->rules[i]), &p->rules[i]};
    if (list != NULL)
        qsort(list, p->rule_count, sizeof(*list), compare_hashes);
    return list;
}

/* Rules of MINE that switch TTLS on, and that OTHER does not have in the same
 * form, may lose something; those that switch it off may take it. */
static int ask_side(struct seeker *s, const struct side *mine,
                    const struct side *other, struct error *err)
{
    struct by_hash *theirs = hash_all(other->policy);
    size_t i;
    int r = theirs != NULL ? 0 : error_nomem(err);

    for (i = 0; r == 0 && i < mine->policy->rule_count; i++) {
        const struct policy_rule *rule = &mine->policy->rules[i];

        if (is_on(rule) == s->off ||
            (!s->off && has_same(theirs, other->policy->rule_count, rule)))
            continue;
        r = ask_rule(s, mine, i, other, err);
    }
    free(theirs);
    return r;
}

static bool add_shapes(struct seeker *s, struct side *side)
{
    size_t i, n = side->policy->rule_count;
    struct zone hull;
    bool empty;

    side->list = arena_calloc(s->arena, n + 1, sizeof(*side->list));
    side->boxes = arena_calloc(s->arena, n + 1, sizeof(*side->boxes));
    if (side->list == NULL || side->boxes == NULL)
        return false;
    for (i = 0; i < n; i++) {
        if (!shape_init(&side->list[i], &side->policy->rules[i], s->family,
                        s->arena, &empty))
            return false;
        if (empty)
            side->list[i].rule = NULL;
        hull = hull_of(&side->list[i], s->family);
        side->boxes[i] = box_of(&hull, s->family);
    }
    return true;
}

static int ask_family(struct seeker *s, int family, bool off, struct error *err)
{
    int r;

    s->family = family;
    s->off = off;
    s->arena = arena_new();
    if (s->arena == NULL || !add_shapes(s, &s->before) ||
        !add_shapes(s, &s->after))
        r = error_nomem(err);
    else if (off)
        r = ask_side(s, &s->after, &s->before, err);
    else
        r = ask_side(s, &s->before, &s->after, err);
    arena_free(s->arena);
    return r;
}

/* What both families lose is one loss. */
static int compare_rules(const void *a, const void *b)
{
    const struct policy_difference *x = a, *y = b;

    if ((x->after == NULL) != (y->after == NULL))
        return x->after == NULL ? -1 : 1;
    if (x->before != y->before)
        return x->before < y->before ? -1 : 1;
    return (x->after > y->after) - (x->after < y->after);
}

static void put_in_order(struct policy_losses *l)
{
    size_t i, n = 0;

    if (l->count != 0)
        qsort(l->list, l->count, sizeof(*l->list), compare_rules);
    for (i = 0; i < l->count; i++)
        if (n == 0 || compare_rules(&l->list[n - 1], &l->list[i]) != 0)
            l->list[n++] = l->list[i];
    l->count = n;
    for (i = 0; i < n; i++) {
        space_example_names(&l->list[i]);
        l->lost += l->list[i].after == NULL;
    }
}

int policy_losses_new(const struct policy *before, const struct policy *after,
                      struct policy_losses **ret, struct error *err)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct seeker s = {.before = {.policy = before},
                       .after = {.policy = after}};
    unsigned i;
    int r = 0;

    s.losses = calloc(1, sizeof(*s.losses));
    s.room = calloc(before->rule_count + after->rule_count + 1,
                    sizeof(const struct shape *));
    if (s.losses == NULL || s.room == NULL)
        r = error_nomem(err);
    for (i = 0; r == 0 && i < 2; i++)
        r = ask_family(&s, families[i], false, err);
    /* A word of the operator's own, only noted: as far as it goes. */
    for (s.looks = 0; r == 0 && i < 4; i++)
        r = ask_family(&s, families[i % 2], true, err);
    if (r == ERR_LIMIT && i > 2)
        r = 0;
    free(s.room);
    if (r != 0) {
        policy_losses_free(s.losses);
        return r;
    }
    put_in_order(s.losses);
    *ret = s.losses;
    return 0;
}

void policy_losses_free(struct policy_losses *l)
{
    if (l == NULL)
        return;
    free(l->list);
    free(l);
}

size_t policy_losses_count(const struct policy_losses *l)
{
    return l->count;
}

const struct policy_difference *policy_losses_get(const struct policy_losses *l,
                                                  size_t i)
{
    return &l->list[i];
}

size_t policy_losses_lost(const struct policy_losses *l)
{
    return l->lost;
}
