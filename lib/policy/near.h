#ifndef POLICY_NEAR_H
#define POLICY_NEAR_H

/*
 * What stands beside the answer of a search: the rules that came nearest to a
 * connection, with every condition that failed, and the rule that would have
 * taken it next. Whoever tells an operator why a rule was taken, or none, asks
 * here: explain, the stories of connections, the lines about clear text.
 *
 * A large policy is not searched rule by rule: of what stands behind its first
 * rules only those are seen that fit but for one condition, and of each
 * condition the first one.
 */

#include "policy/policy.h"

/* A rule that does not fit. */
struct policy_near {
    const struct policy_rule *rule;
    struct policy_reject failed[POLICY_CONDITIONS]; /* in the order of the
                                                     * search's conditions */
    size_t count;                                   /* of them, at least 1 */
    /* Conditions that leave something out, and hold: ports, addresses, names.
     * 0: the connection has nothing that the rule asks for in particular. */
    unsigned met;
};

/* It fits but for one condition, and the connection has something that it asks
 * for in particular: it may be the one that is meant. */
bool policy_near_is_close(const struct policy_near *n);

/*
 * Why RULE (NULL: no rule) was found: of the rules before it at most MOST that
 * came nearest, those with the fewest conditions that fail first, then those
 * of which the most conditions are met, then in the order of the search. How
 * many RET has got. A name that is not known fails nowhere.
 */
size_t policy_nearest(const struct policy *p, const struct policy_conn *c,
                      const struct policy_rule *rule, struct policy_near *ret,
                      size_t most);
/* Of the N that it has got, those that are worth to be told: where some are
 * close these, and else, where no rule was found, all. */
size_t policy_near_telling(const struct policy_near *near, size_t n,
                           bool found);

/* What a rule asks for in particular (see above) beside what another does. */
enum policy_asks { POLICY_ASKS_LESS, POLICY_ASKS_AS_MUCH, POLICY_ASKS_MORE };

/*
 * The first rule after RULE that fits the connection as well; NULL: none.
 * *RET: what it asks for beside RULE; where that is not less, the priorities
 * of the two may be the wrong way round.
 */
const struct policy_rule *policy_runner_up(const struct policy *p,
                                           const struct policy_conn *c,
                                           const struct policy_rule *rule,
                                           enum policy_asks *ret);

#endif
