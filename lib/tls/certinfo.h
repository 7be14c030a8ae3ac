#ifndef TLS_CERTINFO_H
#define TLS_CERTINFO_H

/*
 * A certificate in words, for people: names as RFC 2253 writes them, escaped
 * to printable characters and cut where they do not fit.
 */

#include <openssl/x509.h>

#include "util/strbuf.h"

struct certinfo {
    char subject[160], issuer[160];
    char not_before[24], not_after[24]; /* "2026-11-25 03:04:05Z" */
    char key[24];                       /* "RSA 2048", "EC P-256" */
};

/* CERT NULL: all texts are empty. */
void certinfo_read(const X509 *cert, struct certinfo *ret);

/* The name alone, into SIZE bytes at TO. */
void certinfo_name(const X509_NAME *name, char *to, size_t size);

/* The names that a partner's host name is compared with: those of
 * subjectAltName, at most 16, else "CN=" and the common name. */
void certinfo_add_names(const X509 *cert, struct strbuf *out);
/* "key usage digitalSignature, extended key usage any" */
void certinfo_add_uses(X509 *cert, struct strbuf *out);

#endif
