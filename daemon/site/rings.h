#ifndef SITE_RINGS_H
#define SITE_RINGS_H

/* The key rings of a policy, checked for the listeners of attlsd.conf. */

#include "policy/policy.h"
#include "site/config.h"

/*
 * Adds to DIAGS what tls/lint_rings.h finds: whose ring a bare name means is
 * told by the listeners of CONFIG (NULL: there are none) too. 0; or an error
 * when that can't be read.
 */
int site_lint_rings(const struct config *config, const struct ring_where *where,
                    const struct policy *p, struct diags *diags,
                    struct error *err);

/* The same with CONFIG's own database, for -t: one that can't be read is
 * named in a note, as the daemon may run under another account. */
void site_check_rings(const struct config *config, const struct policy *p,
                      struct diags *diags);

#endif
