#ifndef TLS_TESTING_H
#define TLS_TESTING_H

/* Parts that tests look at by themselves; not for others. */

#include <stdbool.h>
#include <stddef.h>
#include <openssl/ssl.h>

#include "tls/verify.h"

struct session;

/* OpenSSL's memory comes from memory.c. */
bool memory_on(void);
/* Bytes that this thread keeps. */
size_t memory_kept(void);

/* In place of session_set_fd(); takes both BIOs (they may be the same one). */
void session_set_bio(struct session *s, BIO *rbio, BIO *wbio);

/*
 * CERT is that of the host that HostReferenceId... names: a DNS name of its
 * subjectAltName, or its common name where it has none (IP Configuration
 * Reference, HostReferenceIdDNS; RFC 6125 section 6.4).
 */
bool verify_host(const struct peer_rules *r, X509 *cert);

#endif
