#ifndef POLICY_LINT_PRIVATE_H
#define POLICY_LINT_PRIVATE_H

/* Shared by the files of the lint. */

#include "policy/finding.h"
#include "policy/model.h"

/* Rules whose actions are the same: what is said of one holds for all. */
struct lint_case {
    const struct policy_rule *rule; /* the first of them */
    const struct effective *e;
    size_t more; /* how many others there are */
    struct findings *f;
    char name[80]; /* "rule r1", "rule r1 and 3 more" */
};

/* Versions, curves, roles: lint_tls.c. */
void lint_case(const struct lint_case *c);
/* Suites, and what OpenSSL does not take: lint_suites.c. */
void lint_suites(const struct lint_case *c);

/* The parameter is coded at some level. */
bool lint_is_coded(const struct lint_case *c, enum policy_parm parm);
/* A SuiteBProfile counts. */
bool lint_has_profile(const struct lint_case *c);
/* The version that the suites in effect are for: "TLSv1.3" where all that
 * OpenSSL has are of it. */
const char *lint_version_wanted(const struct lint_case *c);

/* Rules that hide each other, or whose order hangs on their names:
 * lint_rules.c. */
void lint_order(const struct policy *p, struct findings *f);

/* Where PARM is coded, or the rule. */
struct span lint_origin(const struct policy_rule *r, enum policy_parm parm);

#endif
