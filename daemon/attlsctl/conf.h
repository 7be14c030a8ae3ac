#ifndef ATTLSCTL_CONF_H
#define ATTLSCTL_CONF_H

/* -f CONF of the verbs about a policy: what attlsd.conf says of its load. */

#include "policy/policy.h"
#include "site/config.h"

/*
 * Reads FILE and takes its release, stack, pagent_root, datasets and
 * allow_legacy into OPT, whose texts live as long as *RET. 0, or the exit
 * status after messages on stderr.
 */
int ctl_conf_load(const char *verb, const char *file,
                  struct policy_options *opt, struct config **ret);

#endif
