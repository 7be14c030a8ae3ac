#ifndef POLICY_SPACE_H
#define POLICY_SPACE_H

/* The space of connections of one address family, as diff.c cuts it: numbers
 * of 128 bits, intervals of them, a zone of one interval a dimension, and the
 * shape that a rule has in it. */

#include <stdbool.h>
#include <stdint.h>

#include "policy/model.h"

struct number {
    uint64_t high, low;
};

int number_compare(struct number a, struct number b);

struct interval {
    struct number low, high; /* both included */
};

enum space_dim {
    SPACE_DIRECTION,
    SPACE_LOCAL_PORT,
    SPACE_REMOTE_PORT,
    SPACE_LOCAL_ADDR,
    SPACE_REMOTE_ADDR,
    SPACE_JOBNAME,
    SPACE_USERID,
    SPACE_DIMS
};

struct zone {
    struct interval at[SPACE_DIMS];
};

/* All connections of a family, AF_INET or AF_INET6. */
struct zone space_whole(int family);

/* Where a rule fits: in each dimension one of the intervals, or anywhere. */
struct shape {
    const struct policy_rule *rule;
    uint32_t id; /* the caller's */
    struct {
        const struct interval *list;
        uint32_t count; /* 0: anywhere */
    } at[SPACE_DIMS];
};

/* The shape of a rule in A; *RET_EMPTY: it fits nowhere in the family. False:
 * no memory. */
bool shape_init(struct shape *s, const struct policy_rule *r, int family,
                struct arena *a, bool *ret_empty);

bool shape_meets(const struct shape *s, const struct zone *z);
bool shape_holds(const struct shape *s, const struct zone *z);
/* Cuts a zone that S meets and does not hold in two, along S. */
void shape_cut(const struct shape *s, const struct zone *z, struct zone ret[2]);

/* A name of letters, digits, @, # and $ in the interval, in NAME; false: there
 * is none. */
bool space_name(const struct interval *i, char name[9]);
/* Every name is in it. */
bool space_any_name(const struct interval *i);
struct netaddr space_addr(struct number n, int family);
struct number space_number(const struct netaddr *a);

#endif
