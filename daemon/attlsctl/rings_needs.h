#ifndef ATTLSCTL_RINGS_NEEDS_H
#define ATTLSCTL_RINGS_NEEDS_H

/* What the rules of a policy need of key rings. */

#include "attlsctl/rings_read.h"
#include "policy/policy.h"

/* RING NULL: no ring is meant by it. TEXT is copied. */
typedef void (*rings_complain_fn)(void *arg, struct rings_ring *ring,
                                  const char *text);

/*
 * Each rule with TLS: its ring is there (any user's, where the policy names no
 * owner), the certificate that it will use is connected with its key, and
 * authorities are, where partners are to be verified.
 */
void rings_check_policy(struct rings *r, const struct policy *policy,
                        rings_complain_fn complain, void *arg);

#endif
