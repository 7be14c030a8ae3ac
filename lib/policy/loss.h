#ifndef POLICY_LOSS_H
#define POLICY_LOSS_H

/*
 * What a new policy would leave in clear: areas of the space of connections
 * (see policy/diff.h) that a rule with TTLSEnabled On takes today and that fit
 * no rule of the new one, or one with TTLSEnabled Off.
 *
 * A rule with time conditions stands for what it takes at some time: only a
 * rule without them, or with the same ones, takes its place. A program whose
 * job name or user id is not known is not looked at.
 */

#include "policy/diff.h"

struct policy_losses;

/*
 * Compares. 0; ERR_NOMEM; ERR_LIMIT: there is too much to look at, which takes
 * about a second. The result borrows both policies' rules.
 */
int policy_losses_new(const struct policy *before, const struct policy *after,
                      struct policy_losses **ret, struct error *err);
void policy_losses_free(struct policy_losses *l); /* NULL is allowed */

/*
 * One for each rule that loses something, with the first area that it loses
 * (AFTER is NULL), in the order of the search; then one for each pair of such a
 * rule and one that switches TTLS off for a part of what it takes today.
 */
size_t policy_losses_count(const struct policy_losses *l);
const struct policy_difference *policy_losses_get(const struct policy_losses *l,
                                                  size_t i);
/* How many of them lose their rule. */
size_t policy_losses_lost(const struct policy_losses *l);

#endif
