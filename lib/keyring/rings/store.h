#ifndef KEYRING_RINGS_STORE_H
#define KEYRING_RINGS_STORE_H

/*
 * Rings and certificates on disk: one folder an owner in the security
 * database, with index.cfg (labels, status, rings), cert-N.pem and cert-N.key.
 * The index of all owners is kept in memory; certificates are read when they
 * are asked for, keys each time.
 *
 * Owners are user ids, and RACF's own irrcerta (CERTAUTH), irrsitec (SITE)
 * and irrmulti (MULTIID); their lower case keeps them apart from user ids.
 *
 * Every changing function stores the change through saf_write_file(), so a
 * caller groups changes with saf_begin() and saf_commit(). Strings and X509
 * objects handed out belong to the store and live until its next change.
 */

#include <stdbool.h>
#include <stddef.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "keyring/rings/keyring.h"
#include "saf/db/saf.h"

#define OWNER_CERTAUTH "irrcerta"
#define OWNER_SITE     "irrsitec"
#define OWNER_MULTI    "irrmulti"

enum { LABEL_MAX = 32, RING_NAME_MAX = 237 };

struct store_cert {
    unsigned file; /* N of cert-N.pem */
    char *label;
    enum ring_trust trust;
    bool has_key;
    bool requested;            /* GENREQ was made, and no answer came yet */
    unsigned long next_serial; /* of what this certificate signs */
    X509 *x509;                /* NULL until it was read */
};

/* A connection refers to its certificate and does not copy it. */
struct store_connect {
    char owner[SAF_NAME_MAX + 1];
    char *label;
    enum ring_usage usage;
    bool is_default;
};

struct store_ring {
    char *name;
    struct store_connect *conn;
    size_t nconn;
};

/* What MAP makes: certificates with such names stand for the owner. Names as
 * certname_print() writes them; "" is no filter. */
struct store_filter {
    char *label;
    enum ring_trust trust;
    char *subject, *issuer;
    char *criteria; /* MULTIID only */
};

struct store_owner {
    char id[SAF_NAME_MAX + 1];
    unsigned next_file;
    struct store_cert *certs;
    size_t ncerts;
    struct store_ring *rings;
    size_t nrings;
    struct store_filter *filters;
    size_t nfilters;
};

struct ring_store {
    struct saf *saf; /* borrowed */
    unsigned epoch;
    struct store_owner *owners;
    size_t nowners;
};

/* Reads the index of all owners. ERR_DAMAGED, ERR_UNSAFE, ERR_NOMEM. */
int store_open(struct saf *saf, struct ring_store **ret, struct error *err);
/* Knows of nobody yet: what is asked for is read by store_know(). Only for
 * looking up, and never store_sync()ed. */
int store_open_empty(struct saf *saf, struct ring_store **ret,
                     struct error *err);
/* Reads the index of OWNER, if there is one and it was not read before: 0, or
 * the errors of store_open(). */
int store_know(struct ring_store *s, const char *owner, struct error *err);
void store_close(struct ring_store *s); /* NULL allowed */
/* Reads it again when a change was taken back since. */
int store_sync(struct ring_store *s, struct error *err);

enum ring_owner owner_kind(const char *owner);
/* "CERTAUTH", "SITE", "ID(IMSSTC)" */
const char *owner_text(const char *owner, char buf[SAF_NAME_MAX + 5]);

/* The owner, or NULL when the store has never had anything of that owner. */
struct store_owner *store_owner_find(const struct ring_store *s,
                                     const char *owner);
struct store_cert *store_cert_find(const struct ring_store *s,
                                   const char *owner, const char *label);
struct store_ring *store_ring_find(const struct ring_store *s,
                                   const char *owner, const char *name);
struct store_filter *store_filter_find(const struct ring_store *s,
                                       const char *owner, const char *label);
struct store_connect *store_connect_find(const struct store_ring *r,
                                         const char *owner, const char *label);
/* The certificate that a connection means, or NULL. */
struct store_cert *store_connected(const struct ring_store *s,
                                   const struct store_connect *c);

/* Reads what is needed of a certificate. ERR_DAMAGED, ERR_NOT_FOUND. */
int store_x509(struct ring_store *s, const char *owner, struct store_cert *c,
               X509 **ret, struct error *err);
/* The key is the caller's (EVP_PKEY_free). ERR_NOT_FOUND: it has none. */
int store_key(struct ring_store *s, const char *owner,
              const struct store_cert *c, EVP_PKEY **ret, struct error *err);

/* Adds a certificate, with its key if KEY is not NULL; X509 is copied
 * (referenced). The label must be free. */
int store_add_cert(struct ring_store *s, const char *owner, const char *label,
                   enum ring_trust trust, X509 *x509, EVP_PKEY *key,
                   struct error *err);
int store_add_ring(struct ring_store *s, const char *owner, const char *name,
                   struct error *err);
/* Connects, or changes the connection that exists. A DEFAULT displaces the
 * one before. */
int store_connect(struct ring_store *s, const char *ring_owner,
                  const char *ring, const char *cert_owner, const char *label,
                  enum ring_usage usage, bool is_default, struct error *err);
/* Replaces certificate and status, and the key if KEY is not NULL; label and
 * connections stay. What was requested has come with it. */
int store_replace_cert(struct ring_store *s, const char *owner,
                       struct store_cert *c, X509 *x509, enum ring_trust trust,
                       EVP_PKEY *key, struct error *err);
/* Gives it another label, in the rings too. The label must be free. */
int store_rename_cert(struct ring_store *s, const char *owner,
                      struct store_cert *c, const char *label,
                      struct error *err);
/* In all rings the owner's certificate NEW_LABEL follows LABEL: it takes the
 * place of one connected with PERSONAL, and stands beside others. */
int store_follow(struct ring_store *s, const char *owner, const char *label,
                 const char *new_label, struct error *err);
/* Takes its key away for good. */
int store_drop_key(struct ring_store *s, const char *owner,
                   struct store_cert *c, struct error *err);
/* Removes it with its key, and from all rings. */
int store_remove_cert(struct ring_store *s, const char *owner,
                      struct store_cert *c, struct error *err);
int store_remove_ring(struct ring_store *s, const char *owner, const char *name,
                      struct error *err);
/* ERR_NOT_FOUND: it is not connected. */
int store_disconnect(struct ring_store *s, const char *ring_owner,
                     const char *ring, const char *cert_owner,
                     const char *label, struct error *err);
/* The label must be free. CRITERIA may be NULL. */
int store_add_filter(struct ring_store *s, const char *owner, const char *label,
                     enum ring_trust trust, const char *subject,
                     const char *issuer, const char *criteria,
                     struct error *err);
/* NULL for LABEL or CRITERIA: it stays. */
int store_change_filter(struct ring_store *s, const char *owner,
                        struct store_filter *f, const char *label,
                        enum ring_trust trust, const char *criteria,
                        struct error *err);
int store_remove_filter(struct ring_store *s, const char *owner,
                        struct store_filter *f, struct error *err);
/* Stores the index of an owner after a change in memory. */
int store_save(struct ring_store *s, const char *owner, struct error *err);

/* A certificate stored under this issuer and serial number, or NULL. */
struct store_cert *store_find_serial(struct ring_store *s,
                                     const X509_NAME *issuer,
                                     const ASN1_INTEGER *serial,
                                     const char **ret_owner);
/* The owner's certificate with this public key, or NULL. */
struct store_cert *store_find_key(struct ring_store *s, const char *owner,
                                  const EVP_PKEY *key);
/* The issuer's certificate: among OWNER's, then CERTAUTH's; the certificate
 * itself when it is self-signed; NULL when it is not stored. */
struct store_cert *store_issuer(struct ring_store *s, const char *owner,
                                X509 *x509, const char **ret_owner);

/* A certificate and its issuers as far as they are stored. */
enum { CHAIN_MAX = 16 };

struct store_link {
    const char *owner;
    struct store_cert *cert;
    X509 *x509;
};

struct store_chain {
    struct store_link link[CHAIN_MAX];
    size_t n;
    bool complete; /* the last one is self-signed */
};

/* Stops at CHAIN_MAX, and where issuers go in a circle. ERR_DAMAGED: C itself
 * can't be read. */
int store_chain(struct ring_store *s, const char *owner, struct store_cert *c,
                struct store_chain *ret, struct error *err);

#endif
