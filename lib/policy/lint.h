#ifndef POLICY_LINT_H
#define POLICY_LINT_H

/* Advice that is not an error: what a loaded policy says and probably does
 * not mean. */

#include "policy/finding.h"

struct policy;

void lint_policy(const struct policy *p, struct findings *f);

#endif
