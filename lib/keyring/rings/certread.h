#ifndef KEYRING_RINGS_CERTREAD_H
#define KEYRING_RINGS_CERTREAD_H

/*
 * What ADD and CHECKCERT find in a data set: one certificate (DER, PEM), or
 * a package (PKCS#7, PKCS#12; binary or Base64). A text may be EBCDIC, as a
 * binary transfer from z/OS leaves it. PKCS#12 with the ciphers of old
 * systems (RC2-40, 3DES) is read where OpenSSL has its legacy provider.
 */

#include <stddef.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "util/error.h"

/* Most certificates of a package that are looked at. */
enum { CERTREAD_MAX = 64 };

struct cert_package {
    /* The end entity first: the key's, or the one that signed no other. */
    X509 *cert[CERTREAD_MAX];
    size_t n;
    EVP_PKEY *key; /* of cert[0]; NULL: none in the package */
};

/*
 * ERR_SYNTAX: nothing of this kind; ERR_DENIED: the password is wrong or
 * missing; ERR_VALUE: the key does not belong to a certificate in it;
 * ERR_LIMIT, ERR_NOMEM. RET is filled only on success.
 */
int certread_parse(const void *data, size_t len, const char *password,
                   struct cert_package *ret, struct error *err);
void certread_done(struct cert_package *p);

#endif
