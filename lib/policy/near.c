/*
 * The rules that come nearest to a connection: the first rules of the search
 * one by one; behind them, with the index, the first rule that fits but for
 * one condition, asked once for each condition as if that were not known.
 */

#include "policy/near.h"

#include <string.h>

#include "policy/match_private.h"

enum { LOOKED_AT = 64 }; /* rules that are looked at one by one */

struct near_search {
    struct subject subject;
    const struct policy *policy;
    const struct policy_rule *end; /* of the rules that are asked about */
    struct policy_near *best;
    size_t count, most;
    enum policy_condition kind; /* the one that may fail */
};

/* It is coded, and leaves something out. A direction, and the time, are no
 * particulars of a connection. */
static bool is_particular(const struct policy_rule *r, enum policy_condition k)
{
    const struct cond *const conds[] = {
        [POLICY_LOCAL_PORT] = &r->local_port,
        [POLICY_REMOTE_PORT] = &r->remote_port,
        [POLICY_LOCAL_ADDR] = &r->local_addr,
        [POLICY_REMOTE_ADDR] = &r->remote_addr,
    };
    const struct setting *name = k == POLICY_JOBNAME ? r->jobname : r->userid;

    if (k == POLICY_DIRECTION || k == POLICY_TIME)
        return false;
    if (k == POLICY_JOBNAME || k == POLICY_USERID)
        return name != NULL && strcmp(name->value.text, "*") != 0;
    return conds[k]->count != 0;
}

/* How near R comes; its count is 0 when it fits. */
static void weigh(const struct policy_rule *r, struct subject *s,
                  struct policy_near *ret)
{
    const struct setting *set = NULL;
    enum policy_condition k;
    enum fit fit;

    ret->rule = r;
    ret->count = 0;
    ret->met = 0;
    for (k = 0; k < POLICY_CONDITIONS; k++) {
        fit = condition_fit(r, s, k, &set);
        if (fit == FAILS)
            ret->failed[ret->count++] = reject_of(r, k, set);
        else if (fit == FITS && is_particular(r, k))
            ret->met++;
    }
}

static bool is_nearer(const struct policy_near *a, const struct policy_near *b)
{
    if (a->count != b->count)
        return a->count < b->count;
    return a->met != b->met ? a->met > b->met : a->rule < b->rule;
}

/* Among the best, in its place. */
static void take(struct near_search *n, const struct policy_near *one)
{
    size_t i, at;

    for (i = 0; i < n->count; i++)
        if (n->best[i].rule == one->rule)
            return;
    for (at = n->count; at > 0 && is_nearer(one, &n->best[at - 1]); at--)
        ;
    if (at == n->most)
        return;
    n->count += n->count < n->most;
    memmove(&n->best[at + 1], &n->best[at],
            (n->count - 1 - at) * sizeof(n->best[0]));
    n->best[at] = *one;
}

bool policy_near_is_close(const struct policy_near *n)
{
    return n->count == 1 && n->met > 0;
}

static bool misses_by_one(void *arg, uint32_t rule)
{
    struct near_search *n = arg;
    const struct policy_rule *r = &n->policy->rules[rule];
    const struct setting *set = NULL;
    enum policy_condition k;

    if (r >= n->end)
        return false;
    for (k = 0; k < POLICY_CONDITIONS; k++)
        if ((condition_fit(r, &n->subject, k, &set) == FAILS) != (k == n->kind))
            return false;
    return true;
}

/* The point, with condition K not known; of the time the index knows nothing.
 */
static void open_up(struct index_point *pt, enum policy_condition k)
{
    static const unsigned dims[] = {
        [POLICY_DIRECTION] = 1u << INDEX_DIRECTION,
        [POLICY_LOCAL_PORT] = 1u << INDEX_LOCAL_PORT,
        [POLICY_REMOTE_PORT] = 1u << INDEX_REMOTE_PORT,
        [POLICY_LOCAL_ADDR] = 1u << INDEX_LOCAL_HIGH | 1u << INDEX_LOCAL_LOW,
        [POLICY_REMOTE_ADDR] = 1u << INDEX_REMOTE_HIGH | 1u << INDEX_REMOTE_LOW,
        [POLICY_JOBNAME] = 1u << INDEX_JOBNAME,
        [POLICY_USERID] = 1u << INDEX_USERID,
        [POLICY_TIME] = 0,
    };

    pt->unknown |= dims[k];
}

static void search_further(struct near_search *n)
{
    struct policy_near one;
    struct index_point pt;
    uint32_t found;

    for (n->kind = 0; n->kind < POLICY_CONDITIONS; n->kind++) {
        subject_point(&n->subject, &pt);
        open_up(&pt, n->kind);
        found = index_find(n->policy->index, &pt, misses_by_one, n);
        if (found == UINT32_MAX)
            continue;
        weigh(&n->policy->rules[found], &n->subject, &one);
        take(n, &one);
    }
}

size_t policy_nearest(const struct policy *p, const struct policy_conn *c,
                      const struct policy_rule *rule, struct policy_near *ret,
                      size_t most)
{
    const struct policy_rule *end =
        rule != NULL ? rule : p->rules + p->rule_count;
    const struct policy_rule *r;
    struct near_search n = {.policy = p, .end = end, .best = ret, .most = most};
    struct policy_near one;

    if (most == 0)
        return 0;
    subject_init(&n.subject, p, c);
    for (r = p->rules; r < end && r < p->rules + LOOKED_AT; r++) {
        weigh(r, &n.subject, &one);
        if (one.count != 0) /* else it fits by now, because of the time */
            take(&n, &one);
    }
    if (r < end && p->index != NULL)
        search_further(&n);
    return n.count;
}

size_t policy_near_telling(const struct policy_near *near, size_t n, bool found)
{
    size_t close = 0;

    while (close < n && policy_near_is_close(&near[close]))
        close++;
    return close > 0 || found ? close : n;
}

/* ---- the next one ---- */

static bool fits_as_well(void *arg, uint32_t rule)
{
    struct near_search *n = arg;
    const struct policy_rule *r = &n->policy->rules[rule];
    const struct setting *set;
    enum policy_condition k;

    if (r < n->end)
        return false;
    for (k = 0; k < POLICY_CONDITIONS; k++)
        if (condition_fit(r, &n->subject, k, &set) != FITS)
            return false;
    return true;
}

static uint32_t next_one(struct near_search *n)
{
    struct index_point pt;
    uint32_t i;

    if (n->policy->index != NULL) {
        subject_point(&n->subject, &pt);
        return index_find(n->policy->index, &pt, fits_as_well, n);
    }
    for (i = 0; i < n->policy->rule_count; i++)
        if (fits_as_well(n, i))
            return i;
    return UINT32_MAX;
}

const struct policy_rule *policy_runner_up(const struct policy *p,
                                           const struct policy_conn *c,
                                           const struct policy_rule *rule,
                                           enum policy_asks *ret)
{
    struct near_search n = {.policy = p, .end = rule + 1};
    struct policy_near first, next;
    uint32_t found;

    subject_init(&n.subject, p, c);
    found = next_one(&n);
    if (found == UINT32_MAX)
        return NULL;
    weigh(rule, &n.subject, &first);
    weigh(&p->rules[found], &n.subject, &next);
    *ret = next.met > first.met                    ? POLICY_ASKS_MORE
           : next.met == first.met && next.met > 0 ? POLICY_ASKS_AS_MUCH
                                                   : POLICY_ASKS_LESS;
    return next.rule;
}
