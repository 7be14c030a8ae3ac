#ifndef POLICY_DIFF_SAME_H
#define POLICY_DIFF_SAME_H

/* What two policies have in common; for diff.c. */

#include <stdbool.h>
#include <stdint.h>

struct policy;
struct policy_rule;

/* The two rules have the same time conditions, in the same order. */
bool same_times(const struct policy_rule *a, const struct policy_rule *b);

/* The same connections fit both: all conditions are the same. */
bool same_conditions(const struct policy_rule *a, const struct policy_rule *b);
/* Two rules whose conditions are the same have the same hash. */
uint64_t hash_conditions(const struct policy_rule *r);

/*
 * For each rule of AFTER the number of the rule of BEFORE that has the same
 * name, conditions and actions; or a number that no rule of BEFORE has. To be
 * freed; NULL: no memory.
 */
uint32_t *same_rules(const struct policy *before, const struct policy *after);

#endif
