#ifndef POLICY_INDEX_H
#define POLICY_INDEX_H

/*
 * Which rules are worth a look for a connection. A rule is a set of boxes in
 * a space of nine numbers (ports, addresses, names, direction); a tree of
 * them leads to the few whose box holds the connection's point, so that a
 * search does not look at all rules. The index only leaves out rules that
 * can't fit: whether one fits is still asked of the rule itself.
 *
 * A node splits its boxes at a number of one dimension into those below,
 * those above and those on both sides; a search goes into the third and one
 * of the other two. Nothing is stored twice, so that the index is linear in
 * the number of boxes whatever the rules look like.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/netaddr.h"

struct arena;
struct index;
struct policy_rule;

enum index_dim {
    INDEX_LOCAL_PORT,
    INDEX_REMOTE_PORT,
    INDEX_LOCAL_HIGH, /* the upper and the lower half of an address */
    INDEX_LOCAL_LOW,
    INDEX_REMOTE_HIGH,
    INDEX_REMOTE_LOW,
    INDEX_JOBNAME,
    INDEX_USERID,
    INDEX_DIRECTION,
    INDEX_DIMS
};

struct index_point {
    uint64_t at[INDEX_DIMS];
    unsigned unknown; /* bit N: dimension N may have any value */
};

/* An address (plain IPv4, not IPv4-mapped) as dimensions HIGH and HIGH + 1. */
void index_set_addr(struct index_point *pt, enum index_dim high,
                    const struct netaddr *a);
/* A name of up to 8 characters; NULL: not known. */
void index_set_name(struct index_point *pt, enum index_dim dim,
                    const char *name);

/* The index of COUNT rules, in A; *RET NULL when there are too few for one to
 * pay. False: no memory. */
bool index_build(struct arena *a, const struct policy_rule *rules,
                 uint32_t count, const struct index **ret);

/*
 * The lowest number of a rule that ACCEPT takes, UINT32_MAX: none. ACCEPT is
 * called for candidates in no particular order, and only for rules below the
 * best one so far.
 */
typedef bool (*index_accept_fn)(void *arg, uint32_t rule);
uint32_t index_find(const struct index *x, const struct index_point *pt,
                    index_accept_fn accept, void *arg);

#endif
