#ifndef ATTLSCTL_LINT_RINGS_H
#define ATTLSCTL_LINT_RINGS_H

/*
 * The lint that needs key rings: what a policy wants of the rings that it
 * names, and what the security database has. The findings are rows of
 * policy/findings.def.
 */

#include "policy/policy.h"
#include "site/config.h"

/*
 * Looks at the rings of all rules with TTLSEnabled On. Whose ring a bare name
 * means is told by the rule's Userid, else by the listeners of CONF (may be
 * NULL) that may take the rule, else by the database: every user who has a
 * ring of that name. 0; or an error when the database DIR can't be read.
 */
int lint_rings(const struct policy *p, const char *dir,
               const struct config *conf, struct diags *diags,
               struct error *err);

#endif
