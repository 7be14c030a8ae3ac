#ifndef KEYRING_CERTNAME_H
#define KEYRING_CERTNAME_H

/*
 * Distinguished names as RACF prints and reads them: most specific first,
 * dots between, RACF's short attribute names (SP for state or province).
 */

#include <openssl/x509.h>

#include "util/error.h"
#include "util/strbuf.h"

/* "CN=IMS CA.OU=ATS.O=IBM"; characters that are not printable are escaped. */
void certname_print(const X509_NAME *name, struct strbuf *out);

/* The same without its SKIP most specific attributes. */
void certname_print_rest(const X509_NAME *name, int skip, struct strbuf *out);

/*
 * Adds one attribute of SUBJECTSDN ("CN", "SP", ...) at the general end of
 * NAME, that is before what was added. ERR_VALUE (not UTF-8, too long, not
 * two letters for C), ERR_NOMEM.
 */
int certname_add(X509_NAME *name, const char *attribute, const char *value,
                 struct error *err);

#endif
