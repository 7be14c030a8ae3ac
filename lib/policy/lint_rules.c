/*
 * The advice about the order of the search: a rule that an earlier one hides,
 * and rules of one priority whose order hangs on their names.
 *
 * Every rule is compared with every earlier one, so that the common case, two
 * rules that differ in a port, is decided by four numbers that lie together.
 */

#include <stdlib.h>
#include <string.h>

#include "policy/lint_private.h"

enum { RULES_COMPARED = 20000 };

/* The lowest and highest ports of a rule; any port is 0 to 65535. */
struct hull {
    struct port_range local, remote;
};

/* A name pattern of up to eight characters as bits: those that count, and
 * what they must be. */
struct pattern {
    uint64_t value, mask;
};

static struct port_range hull_of(const struct cond *c)
{
    const struct port_range *r = c->items;
    struct port_range h = {0, 65535};
    uint32_t i;

    if (c->count == 0)
        return h;
    h = r[0];
    for (i = 1; i < c->count; i++) {
        h.low = r[i].low < h.low ? r[i].low : h.low;
        h.high = r[i].high > h.high ? r[i].high : h.high;
    }
    return h;
}

static bool apart(struct port_range a, struct port_range b)
{
    return a.high < b.low || b.high < a.low;
}

static struct pattern pattern_of(const struct setting *s)
{
    struct pattern p = {0, 0};
    const char *text = s != NULL ? s->value.text : "*";
    unsigned i;

    for (i = 0; i < 8 && *text != '*'; i++) {
        p.value |= (uint64_t)(unsigned char)*text << (8 * i);
        p.mask |= (uint64_t)0xff << (8 * i);
        text += *text != '\0'; /* the rest must be absent */
    }
    return p;
}

static bool names_overlap(const struct setting *a, const struct setting *b)
{
    struct pattern x = pattern_of(a), y = pattern_of(b);

    return ((x.value ^ y.value) & x.mask & y.mask) == 0;
}

static bool name_covers(const struct setting *wide, const struct setting *slim)
{
    struct pattern x = pattern_of(wide), y = pattern_of(slim);

    return (x.mask & ~y.mask) == 0 && ((x.value ^ y.value) & x.mask) == 0;
}

/* Two ranges of one kind of condition: A holds B, or both have a member in
 * common. */
static bool port_test(const void *a, const void *b, bool cover)
{
    const struct port_range *x = a, *y = b;

    return cover ? x->low <= y->low && y->high <= x->high : !apart(*x, *y);
}

static bool addr_test(const void *a, const void *b, bool cover)
{
    const struct addr_range *x = a, *y = b;
    size_t len = x->family == AF_INET ? 4 : 16;

    if (x->family != y->family)
        return false;
    if (cover)
        return memcmp(x->low, y->low, len) <= 0 &&
               memcmp(y->high, x->high, len) <= 0;
    return memcmp(x->low, y->high, len) <= 0 &&
           memcmp(y->low, x->high, len) <= 0;
}

typedef bool (*range_test_fn)(const void *a, const void *b, bool cover);

/* COVER: every range of B lies within one of A; else: some two overlap. */
static bool ranges_test(const struct cond *a, const struct cond *b, size_t size,
                        range_test_fn test, bool cover)
{
    uint32_t i, k;

    if (a->count == 0)
        return true;
    if (b->count == 0)
        return !cover;
    for (k = 0; k < b->count; k++) {
        for (i = 0; i < a->count; i++)
            if (test((const char *)a->items + i * size,
                     (const char *)b->items + k * size, cover))
                break;
        if (cover != (i < a->count))
            return !cover;
    }
    return cover;
}

/* Every connection of SLIM fits WIDE (COVER), or some connection fits both. */
static bool rules_test(const struct policy_rule *wide,
                       const struct policy_rule *slim, bool cover)
{
    long a = wide->direction->value.number, b = slim->direction->value.number;

    if (cover ? (b & ~a) != 0 || wide->timed : (a & b) == 0)
        return false;
    if (cover ? !name_covers(wide->jobname, slim->jobname) ||
                    !name_covers(wide->userid, slim->userid)
              : !names_overlap(wide->jobname, slim->jobname) ||
                    !names_overlap(wide->userid, slim->userid))
        return false;
    return ranges_test(&wide->local_port, &slim->local_port,
                       sizeof(struct port_range), port_test, cover) &&
           ranges_test(&wide->remote_port, &slim->remote_port,
                       sizeof(struct port_range), port_test, cover) &&
           ranges_test(&wide->local_addr, &slim->local_addr,
                       sizeof(struct addr_range), addr_test, cover) &&
           ranges_test(&wide->remote_addr, &slim->remote_addr,
                       sizeof(struct addr_range), addr_test, cover);
}

static bool same_actions(const struct policy_rule *a,
                         const struct policy_rule *b)
{
    return memcmp(a->effective->levels, b->effective->levels,
                  sizeof(a->effective->levels)) == 0;
}

static void say_shadowed(struct findings *f, const struct policy_rule *r,
                         const struct policy_rule *by)
{
    unsigned line, column;

    source_position(by->object->span.src, by->object->span.off, &line, &column);
    finding_add(f, FIND_shadowed_rule, &r->object->span,
                "rule %s is never reached: rule %s at %s:%u comes first and "
                "fits all its connections",
                r->name, by->name, source_name(by->object->span.src), line);
    finding_fix(f, "give it a higher Priority than %lu, or remove it",
                by->priority);
}

static void say_overlap(struct findings *f, const struct policy_rule *r,
                        const struct policy_rule *with)
{
    unsigned line, column;

    source_position(with->object->span.src, with->object->span.off, &line,
                    &column);
    finding_add(f, FIND_equal_priority_overlap, &r->object->span,
                "rules %s and %s (%s:%u) fit the same connections with the "
                "same priority: their names decide",
                r->name, with->name, source_name(with->object->span.src), line);
    finding_fix(f, "give the one that is meant the higher Priority");
}

/* Rule J beside all that come before it in the search. */
static void compare_rule(const struct policy *p, const struct hull *hulls,
                         size_t j, struct findings *f)
{
    const struct policy_rule *r = &p->rules[j], *q, *overlap = NULL;
    size_t i;

    for (i = 0; i < j; i++) {
        if (apart(hulls[i].local, hulls[j].local) ||
            apart(hulls[i].remote, hulls[j].remote))
            continue;
        q = &p->rules[i];
        if (rules_test(q, r, true)) {
            say_shadowed(f, r, q);
            return;
        }
        if (overlap == NULL && q->priority == r->priority &&
            !same_actions(q, r) && rules_test(q, r, false))
            overlap = q;
    }
    if (overlap != NULL)
        say_overlap(f, r, overlap);
}

void lint_order(const struct policy *p, struct findings *f)
{
    struct span file = {p->sources[0], 0, 0};
    struct hull *hulls;
    size_t i;

    if (p->rule_count > RULES_COMPARED) {
        finding_add(f, FIND_not_compared, &file,
                    "more than %d rules: they are not compared with each "
                    "other",
                    RULES_COMPARED);
        return;
    }
    hulls = calloc(p->rule_count + 1, sizeof(*hulls));
    if (hulls == NULL) {
        f->nomem = true;
        return;
    }
    for (i = 0; i < p->rule_count; i++) {
        hulls[i].local = hull_of(&p->rules[i].local_port);
        hulls[i].remote = hull_of(&p->rules[i].remote_port);
        compare_rule(p, hulls, i, f);
    }
    free(hulls);
}
