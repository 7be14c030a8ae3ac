/*
 * The advice about the order of the search: a rule that an earlier one hides,
 * and rules of one priority whose order hangs on their names.
 *
 * A rule that hides another one fits all its connections, so that the search
 * finds it, or one before it, for any of them: one look-up shows that most
 * rules are not hidden. Overlaps are looked for pair by pair, among rules of
 * one priority. Both are bounded: what would take long is said not to be done.
 */

#include <stdlib.h>
#include <string.h>

#include "policy/lint_private.h"

/* Pairs of rules that one lint compares. */
enum { PAIRS_MAX = 4000000 };

struct order {
    const struct policy *p;
    struct findings *f;
    size_t pairs; /* compared so far */
};

/* A name pattern of up to eight characters as bits: those that count, and
 * what they must be. */
struct pattern {
    uint64_t value, mask;
};

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
    return a->effective == b->effective;
}

static void say_shadowed(struct findings *f, const struct policy_rule *r,
                         const struct policy_rule *by)
{
    struct strbuf place = STRBUF_INIT;

    if (findings_full(f))
        return;
    span_add(&by->object->span, &place);
    finding_add(f, FIND_shadowed_rule, &r->object->span,
                "rule %s is never reached: rule %s at %s comes first and "
                "fits all its connections",
                r->name, by->name, strbuf_str(&place));
    strbuf_done(&place);
    finding_fix(f, "give it a higher Priority than %lu, or remove it",
                by->priority);
}

static void say_overlap(struct findings *f, const struct policy_rule *r,
                        const struct policy_rule *with)
{
    struct strbuf place = STRBUF_INIT;

    if (findings_full(f))
        return;
    span_add(&with->object->span, &place);
    finding_add(f, FIND_equal_priority_overlap, &r->object->span,
                "rules %s and %s (%s) fit the same connections with the "
                "same priority: their names decide",
                r->name, with->name, strbuf_str(&place));
    strbuf_done(&place);
    finding_fix(f, "give the one that is meant the higher Priority");
}

/* ---- one connection that the rule fits ---- */

static void take_addr(const struct cond *c, struct netaddr *ret)
{
    const struct addr_range *r = c->items;

    ret->family = AF_INET;
    if (c->count == 0)
        return;
    ret->family = r[0].family;
    memcpy(ret->ip, r[0].low, sizeof(r[0].low));
}

static uint16_t take_port(const struct cond *c)
{
    const struct port_range *r = c->items;

    return c->count != 0 ? r[0].low : 1;
}

/* The name itself, or what a pattern begins with. */
static const char *take_name(const struct setting *s, char buf[16])
{
    const char *text = s != NULL ? s->value.text : "";
    size_t len = strcspn(text, "*");

    memcpy(buf, text, len);
    buf[len] = '\0';
    return buf;
}

/* The first rule of the search that fits a connection of R, at most R. */
static const struct policy_rule *first_fit(const struct policy *p,
                                           const struct policy_rule *r)
{
    const struct policy_rule *found = r;
    char job[16], user[16];
    struct policy_conn c;

    memset(&c, 0, sizeof(c));
    c.direction = (r->direction->value.number & POLICY_INBOUND)
                      ? POLICY_INBOUND
                      : POLICY_OUTBOUND;
    take_addr(&r->local_addr, &c.local);
    take_addr(&r->remote_addr, &c.remote);
    c.local.port = take_port(&r->local_port);
    c.remote.port = take_port(&r->remote_port);
    c.jobname = take_name(r->jobname, job);
    c.userid = take_name(r->userid, user);
    policy_match(p, &c, NULL, NULL, &found);
    return found < r ? found : r;
}

static void check_hidden(struct order *o, const struct policy_rule *r)
{
    const struct policy_rule *q;

    for (q = first_fit(o->p, r); q < r; q++) {
        if (o->pairs++ > PAIRS_MAX)
            return;
        if (rules_test(q, r, true)) {
            say_shadowed(o->f, r, q);
            return;
        }
    }
}

/* Rule R beside those from FIRST on that come before it in the search. */
static void check_overlap(struct order *o, const struct policy_rule *first,
                          const struct policy_rule *r)
{
    const struct policy_rule *q;

    for (q = first; q < r; q++) {
        if (o->pairs++ > PAIRS_MAX)
            return;
        if (same_actions(q, r) || !rules_test(q, r, false))
            continue;
        if (!rules_test(q, r, true))
            say_overlap(o->f, r, q);
        return;
    }
}

/* All rules of one priority, from FIRST to before END. Where all take the
 * same actions their order does not matter. */
static void check_priority(struct order *o, const struct policy_rule *first,
                           const struct policy_rule *end)
{
    const struct policy_rule *r;
    bool same = true;

    for (r = first; r < end && same; r++)
        same = same_actions(first, r);
    for (r = first; r < end && !same; r++)
        check_overlap(o, first, r);
}

void lint_order(const struct policy *p, struct findings *f)
{
    struct order o = {p, f, 0};
    const struct policy_rule *end = p->rules + p->rule_count, *r, *first;
    struct span file = {p->sources[0], 0, 0};

    for (r = p->rules; r < end; r++)
        check_hidden(&o, r);
    for (first = p->rules; first < end; first = r) {
        for (r = first; r < end && r->priority == first->priority;)
            r++;
        check_priority(&o, first, r);
    }
    if (o.pairs > PAIRS_MAX)
        finding_add(f, FIND_not_compared, &file,
                    "too many rules might fit the same connections: not all "
                    "of them are compared with each other");
}
