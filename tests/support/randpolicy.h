#ifndef SUPPORT_RANDPOLICY_H
#define SUPPORT_RANDPOLICY_H

/*
 * Policies and connections at random, made from the tables of the language:
 * a new keyword takes part by itself. Addresses, ports and names come from
 * small sets, so that rules overlap and connections hit them. The same seed
 * gives the same text.
 */

#include <stdint.h>

#include "policy/policy.h"
#include "util/strbuf.h"

struct random {
    uint64_t state;
    bool untimed; /* no rule gets a time condition */
};

struct random random_start(uint64_t seed);
uint32_t random_next(struct random *r);
/* 0 to N - 1. */
uint32_t random_below(struct random *r, uint32_t n);

/* Adds a policy of COUNT rules that loads without an error. */
void randpolicy_add(struct random *r, unsigned count, struct strbuf *out);

/* A connection; its names, if any, are constants. */
struct policy_conn randpolicy_conn(struct random *r);

/* One whose names are all known, and whose addresses are of one family. */
struct policy_conn randpolicy_known_conn(struct random *r);

/* Loads TEXT; fails the test, with the findings, when it does not load. */
struct policy *randpolicy_load(const char *text);
/* One of a few rules, in which the clock has no say; R stays so. */
struct policy *randpolicy_untimed(struct random *r);

#endif
