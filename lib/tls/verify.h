#ifndef TLS_VERIFY_H
#define TLS_VERIFY_H

/*
 * Inside lib/tls: what is asked of the peer's certificates. OpenSSL checks
 * the chain against the ring; the rest is ours: NOTRUST, key sizes,
 * signatures, host names, and the note of what failed for the outcome.
 */

#include "tls/context.h"

/* Reads the policy and installs the check. */
int verify_set(const struct context_params *p, struct context *c,
               struct tls_outcome *why);

/*
 * CERT is that of the host that HostReferenceId... names: a DNS name of its
 * subjectAltName, or its common name where it has none (IP Configuration
 * Reference, HostReferenceIdDNS; RFC 6125 section 6.4).
 */
bool verify_host(const struct peer_rules *r, X509 *cert);

#endif
