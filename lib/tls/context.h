#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

/*
 * Inside lib/tls: one SSL_CTX, made from one effective policy and one ring.
 * An environment holds one for each set of settings that a connection action
 * gives it. A context never changes once it is made (but for its session
 * cache and ticket keys, which have locks); it lives as long as its
 * environment, which may be longer than the policy it was made from: nothing
 * in it points into the policy.
 *
 * The steps of making one stand in a file each: protocol.c, owncert.c,
 * verify.c, extensions.c, resume.c.
 */

#include <stdbool.h>
#include <stdint.h>
#include <openssl/ssl.h>

#include "keyring/rings/keyring.h"
#include "keyring/rings/stored.h"
#include "policy/effective.h"
#include "tls/outcome.h"
#include "tls/own.h"
#include "util/arena.h"

/* A signature's digest and key type, as OpenSSL numbers them. */
struct signature {
    int digest, key;
};

/* What the peer's certificates must have beyond a chain to the ring. */
struct peer_rules {
    bool pass;          /* ClientAuthType PassThru: nothing is checked */
    bool saf_check;     /* it must belong to a user */
    unsigned chain_rsa; /* bits of each RSA key: attlsd.conf's min_rsa */
    unsigned min_rsa, min_dsa, min_dh, min_ecc; /* bits, the peer's own key */
    unsigned edh_bits; /* of a server's Diffie-Hellman group, 0: any */
    bool version_3;    /* PeerMinCertVersion 3 */
    bool fixed;        /* RenegotiationCertCheck On */
    bool wildcard;     /* HostRefWildcardValidation On */
    const char *dns, *common_name; /* HostReferenceId...; NULL: not coded */
    const struct signature *signatures; /* of certificates; NULL: any */
    size_t signature_count;
};

/* One certificate of our own, ready to be used. */
struct own_cert {
    const struct ring_entry *entry;
    STACK_OF(X509) * chain; /* its issuers, as far as the ring has them */
    struct own_limits limits;
};

/* One line of ServerHandshakeSNIList. */
struct server_name {
    const char *name;
    struct own_cert cert;
};

/* What the TLS extensions of both sides must say. */
struct extension_rules {
    int sni, sni_match; /* SETTING_..., MATCH_... */
    const char *name;   /* that a client asks for, or NULL */
    struct server_name *names;
    size_t name_count;
    int ems;         /* EMS_... */
    int fragment;    /* SETTING_... */
    int fragment_id; /* client: TLSEXT_max_fragment_length_... */
    bool indicator;  /* RFC 5746 must be signalled */
};

/* A server's groups before TLSv1.3, where the context has TLSv1.3's and they
 * differ; as OpenSSL's NIDs and as in hellos. */
struct group_rules {
    int *old;
    uint16_t *old_ids;
    size_t old_count;
    bool differ;
    bool first; /* TLSv1.3's begin with them */
};

struct tickets;
struct reuse;

typedef int (*security_fn)(const SSL *, const SSL_CTX *, int, int, int, void *,
                           void *);

struct context {
    struct context *next;
    struct digest settings; /* effective_digest() of what it was made from */
    struct arena *arena;
    SSL_CTX *ssl;
    bool server;
    bool tls13;     /* TLSv1.3 is on */
    uint64_t id[2]; /* of environment and context: what sessions belong to */
    struct peer_rules peer;
    struct extension_rules ext;
    struct group_rules groups;
    struct own_cert own[OWN_KINDS];
    size_t own_count;
    struct tickets *tickets;     /* server; NULL: none are given */
    struct reuse *reuse;         /* client: what it keeps */
    security_fn security;        /* OpenSSL's own, where ours asks it */
    const struct keyring *ring;  /* the environment's, as the next */
    struct cert_users *users;    /* NULL: nobody asks */
    struct stored_certs *stored; /* what a remedy names; NULL: of a file */
};

struct context_params {
    const struct keyring *ring;
    struct cert_users *users;
    struct stored_certs *stored;
    const char *userid; /* who reads the ring */
    X509_STORE *trust;  /* a reference is taken */
    const struct effective *eff;
    unsigned min_rsa;
    uint64_t id;        /* of the environment; sessions never cross it */
    bool secrets;       /* a tap may see them */
    bool tls12_tickets; /* a client's; reuse.h */
};

/* 0 or a return code (5006, 402, 6, 407, 7, 428 ...) with its reason. */
int context_new(const struct context_params *params, struct context **ret,
                struct tls_outcome *ret_why);
void context_free(struct context *c); /* NULL allowed */

/* Return code 4, for all files of this folder. */
int tls_no_memory(struct tls_outcome *why);

#endif
