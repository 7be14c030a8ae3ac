#ifndef POLICY_RULES_H
#define POLICY_RULES_H

#include <stdbool.h>

struct policy;

/*
 * Makes the actions' entries, what each rule resolves to, and the rules in
 * the order of their search with their index, from the objects of P. False: no
 * memory.
 */
bool rules_build(struct policy *p);

#endif
