#ifndef KEYRING_NAMEFILTER_H
#define KEYRING_NAMEFILTER_H

/*
 * Certificate name filters (RACDCERT MAP): which of them fits a certificate
 * best. The order of the search is that of the Security Administrator's
 * Guide, "How RACF processes certificate name filters".
 */

#include <stddef.h>
#include <openssl/x509.h>

#include "util/error.h"

/* "" in SUBJECT or ISSUER: the filter does not look at that name. */
struct name_filter {
    const char *subject, *issuer;
};

/* The index of the most specific filter that fits, or -1. ERR_NOMEM is
 * stored in ERR (its code is 0 otherwise). */
int namefilter_find(const struct name_filter *filters, size_t n, X509 *cert,
                    struct error *err);

#endif
