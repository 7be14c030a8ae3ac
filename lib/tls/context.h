#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

/*
 * Inside lib/tls: one SSL_CTX, made from one effective policy and one ring.
 * An environment holds one for each set of settings that a connection action
 * gives it. A context never changes once it is made; it lives as long as its
 * environment.
 */

#include <stdbool.h>
#include <stdint.h>
#include <openssl/ssl.h>

#include "keyring/keyring.h"
#include "policy/effective.h"
#include "tls/outcome.h"

/* What the peer's certificates must have beyond a chain to the ring. */
struct peer_rules {
    bool pass; /* ClientAuthType PassThru: nothing is checked */
    unsigned min_rsa, min_dsa, min_dh, min_ecc; /* bits */
};

/* One certificate for each kind of key: RSA, ECDSA, DSA. */
enum { CONTEXT_CERTS_MAX = 3 };

struct context {
    struct context *next;
    char *key; /* the settings it was made from, as text */
    SSL_CTX *ssl;
    bool server;
    struct peer_rules peer;
    const struct ring_entry *own[CONTEXT_CERTS_MAX]; /* the ring's */
    size_t own_count;
    const struct keyring *ring; /* the environment's */
};

struct context_params {
    const struct keyring *ring;
    X509_STORE *trust; /* a reference is taken */
    const struct effective *eff;
    bool allow_legacy;
    unsigned min_rsa;
    uint64_t id; /* of the environment; sessions never cross it */
};

/* The settings of EFF that a context is made from, one text: equal texts can
 * share a context. NULL: no memory. */
char *context_key(const struct effective *eff);

/* 0 or a return code (5006, 402, 6, 407, 7, 428 ...) with its reason. Takes
 * KEY, also on failure. */
int context_new(const struct context_params *params, char *key,
                struct context **ret, struct tls_outcome *ret_why);
void context_free(struct context *c); /* NULL allowed */

/* 401 when a certificate of ours is expired or not valid yet. */
int context_check_dates(const struct context *c, struct tls_outcome *ret_why);

#endif
