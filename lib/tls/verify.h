#ifndef TLS_VERIFY_H
#define TLS_VERIFY_H

/*
 * Inside lib/tls: the checks of the peer's certificates that go beyond
 * OpenSSL's own, and the note of what failed for the outcome.
 */

#include <openssl/ssl.h>

/* The callback of SSL_CTX_set_verify(); finds the session by the SSL. */
int verify_peer(int ok, X509_STORE_CTX *store);

#endif
