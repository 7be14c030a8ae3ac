#ifndef TLS_STRENGTH_H
#define TLS_STRENGTH_H

/*
 * Inside lib/tls: which of a ring's certificates OpenSSL does not take: the
 * keys and digests that its security level bars, as it judges them itself, and
 * those whose extensions it can't read.
 */

#include <openssl/ssl.h>

#include "tls/own.h"
#include "util/strbuf.h"

/* The fault and whose it is: the own certificate's, or that of one of its
 * chain, which is sent with it. OWN_GOOD: nothing is barred. */
struct strength {
    enum own_fault fault; /* OWN_MALFORMED, OWN_WEAK_KEY, OWN_WEAK_DIGEST */
    const struct ring_entry *entry;
};

/* Judged as SSL would: its security level counts. */
struct strength strength_of(const struct keyring *ring,
                            const struct ring_entry *own, SSL_CTX *ssl);
/* Of one certificate by itself, of an authority by itself: its own signature
 * does not count where it is trusted. */
enum own_fault strength_cert(X509 *cert, SSL_CTX *ssl);
enum own_fault strength_authority(X509 *cert, SSL_CTX *ssl);

/* "has a key of 512 bits (RSA); the least is 1024 (OpenSSL's security level
 * 1)", of a FAULT that CERT has. */
void strength_add(X509 *cert, enum own_fault fault, const SSL_CTX *ssl,
                  struct strbuf *out);

/* A context that has this security level and nothing else; NULL: no memory. */
SSL_CTX *strength_ctx(int level);

#endif
