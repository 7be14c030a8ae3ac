#ifndef KEYRING_RINGS_TESTING_H
#define KEYRING_RINGS_TESTING_H

/*
 * Certificate name filters (RACDCERT MAP): which of them fits a certificate
 * best. The order of the search is that of the Security Administrator's
 * Guide, "How RACF processes certificate name filters".
 */

#include <stddef.h>
#include <openssl/x509.h>

#include "keyring/rings/certname.h"
#include "util/error.h"

/*
 * A filter is compared attribute by attribute: a certificate whose one CN
 * reads "ADMIN.OU=OPS" does not pass for CN ADMIN of unit OPS.
 */
struct name_filter {
    struct certname subject, issuer;
};

/* Of the filters' texts, as MAP takes them; "": the filter does not look at
 * that name. ERR_NOMEM. */
int namefilter_init(struct name_filter *f, const char *subject,
                    const char *issuer, struct error *err);
void namefilter_done(struct name_filter *f);

/* The index of the most specific filter that fits, or -1. ERR_NOMEM is
 * stored in ERR (its code is 0 otherwise). */
int namefilter_find(const struct name_filter *filters, size_t n, X509 *cert,
                    struct error *err);

#endif
