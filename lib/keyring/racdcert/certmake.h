#ifndef KEYRING_RACDCERT_CERTMAKE_H
#define KEYRING_RACDCERT_CERTMAKE_H

/*
 * Making keys and certificates as RACDCERT GENCERT does (Command Language
 * Reference, "RACDCERT GENCERT"): what is in the certificate, not where it is
 * kept.
 */

#include <stdbool.h>
#include <time.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "util/error.h"

enum key_type { KEY_RSA, KEY_NISTECC, KEY_BPECC };

/* KEYUSAGE's words. */
enum {
    USE_HANDSHAKE = 1 << 0,
    USE_DATAENCRYPT = 1 << 1,
    USE_DOCSIGN = 1 << 2,
    USE_CERTSIGN = 1 << 3,
    USE_KEYAGREE = 1 << 4
};

/* In the order in which LIST shows them. */
enum { CERT_USAGES = 5 };
struct cert_usage {
    const char *name;
    unsigned bit;
};
extern const struct cert_usage cert_usages[CERT_USAGES];

struct cert_spec {
    const X509_NAME *subject;
    EVP_PKEY *pubkey; /* borrowed: the new certificate's key */
    time_t not_before, not_after;
    unsigned keyusage;                  /* 0: no extension (but for a CA) */
    bool ca;                            /* made under CERTAUTH */
    const GENERAL_NAMES *altnames;      /* or NULL */
    const EXTENDED_KEY_USAGE *extusage; /* or NULL */
    const ASN1_INTEGER *serial;
    X509 *signer;         /* NULL: self-signed */
    EVP_PKEY *signer_key; /* the signer's, or our own */
};

/* The size RACF would take by itself. */
unsigned certmake_default_bits(enum key_type type);
/* 0, or ERR_VALUE: the text names the sizes that are possible. */
int certmake_check_bits(enum key_type type, unsigned bits, struct error *err);
int certmake_key(enum key_type type, unsigned bits, EVP_PKEY **ret,
                 struct error *err);
int certmake_cert(const struct cert_spec *spec, X509 **ret, struct error *err);
/* The usages that a certificate's extension names. */
unsigned certmake_usage_of(X509 *x509);
/* A PKCS#10 request for a certificate like X509, signed with its KEY. */
int certmake_request(X509 *x509, EVP_PKEY *key, X509_REQ **ret,
                     struct error *err);
/* The usages that a request asks for, CERTSIGN also for a CA. */
unsigned certmake_request_usage(X509_REQ *req);

#endif
