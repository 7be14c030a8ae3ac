#ifndef TLS_VERIFY_H
#define TLS_VERIFY_H

/*
 * Inside lib/tls: what is asked of the peer's certificates. OpenSSL checks
 * the chain against the ring; the rest is ours: NOTRUST, key sizes,
 * signatures, host names, and the note of what failed for the outcome.
 */

#include "tls/context.h"

struct session;

/* Reads the policy and installs the check. */
int verify_set(const struct context_params *p, struct context *c,
               struct tls_outcome *why);

/*
 * ClientAuthType SAFCheck: whose user CERT is. 0, or 5002 set in the outcome:
 * it belongs to nobody. Asked for every handshake, resumed ones too: what the
 * security database says may have changed.
 */
int verify_user(struct session *s, X509 *cert);

#endif
