#ifndef SUPPORT_PARMTEXT_H
#define SUPPORT_PARMTEXT_H

/*
 * Policies that say one thing about one parameter, whichever it is: for tests
 * that walk parms.def.
 */

#include <stdbool.h>

#include "policy/effective.h"
#include "policy/policy.h"

/* Some action may code it, and it is no reference. */
bool parmtext_has(enum policy_parm parm);

/*
 * A policy of release 3.2 whose only rule has a group and an environment action
 * that say what they must, and PARM with value WHICH, 0 or 1: two values that
 * differ. Their names and their other values are always the same, with the key
 * ring Test.Ring and the suites C02B and C030.
 */
struct policy *parmtext_load(enum policy_parm parm, unsigned which);

#endif
