#ifndef SITE_RULEKEEPER_PRIVATE_H
#define SITE_RULEKEEPER_PRIVATE_H

/* Parts that tests look at by themselves; not for others. */

#include "site/rulekeeper.h"

void rule_rate_note(struct rule_rate *r, uint64_t now);
/* So often that the pace is the slow one. */
bool rule_rate_is_slow(const struct rule_rate *r);
/* The first moment at which the next time may be. */
uint64_t rule_rate_next(const struct rule_rate *r);

#endif
