#ifndef TLS_CERTINFO_H
#define TLS_CERTINFO_H

/*
 * A certificate in words, for people: names as RFC 2253 writes them, escaped
 * to printable characters and cut where they do not fit.
 */

#include <stdbool.h>
#include <stdint.h>
#include <openssl/x509.h>

#include "util/fact.h"
#include "util/shortlist.h"

struct certinfo {
    bool present;
    char subject[160], issuer[160];
    char not_before[24], not_after[24]; /* "2026-11-25 03:04:05Z" */
    char key[24];                       /* "RSA 2048", "EC P-256" */
    char signature[32];                 /* "sha1WithRSAEncryption" */
    char sha256[65];                    /* of the certificate, 64 digits */
    /* as OpenSSL's KU_ and XKU_; UINT32_MAX: without the extension */
    uint32_t key_usage, extended_key_usage;
    unsigned other_usages; /* of the latter, that XKU_ does not know */
};

/* CERT NULL: all texts are empty. */
void certinfo_read(const X509 *cert, struct certinfo *ret);

/* The names by which its owner may be known: subjectAltName, "DNS:a.example",
 * "IP:192.0.2.1", and the common name, "CN:a.example". */
void certinfo_names(const X509 *cert, struct shortlist *ret);

/* The same as text, and the usages: "key usage digitalSignature, extended key
 * usage any". */
void certinfo_add_names(const X509 *cert, struct strbuf *out);
void certinfo_add_uses(const X509 *cert, struct strbuf *out);

/* A row of certinfo.def. */
struct certinfo_row {
    const char *label, *key;
    void (*get)(const struct certinfo *c, struct fact *ret);
};
/* NULL: there are no more. */
const struct certinfo_row *certinfo_row(size_t i);

/* The name alone, into SIZE bytes at TO. */
void certinfo_name(const X509_NAME *name, char *to, size_t size);

#endif
