#ifndef KEYRING_RINGS_CERTNAME_H
#define KEYRING_RINGS_CERTNAME_H

/*
 * Distinguished names as RACF prints and reads them: most specific first,
 * dots between, RACF's short attribute names (SP for state or province).
 */

#include <stdbool.h>
#include <stddef.h>
#include <openssl/x509.h>

#include "util/error.h"
#include "util/strbuf.h"

/* "CN=IMS CA.OU=ATS.O=IBM"; characters that are not printable are escaped. */
void certname_print(const X509_NAME *name, struct strbuf *out);

/* The same without its SKIP most specific attributes. */
void certname_print_rest(const X509_NAME *name, int skip, struct strbuf *out);

/*
 * A name as its attributes, most specific first, each as the text
 * "TYPE=value". That text of one attribute is the text of no other, while a
 * printed name may be that of several: the value of one may read like more
 * ("CN=A.OU=B" is one attribute or two). So names are compared as these.
 */
struct certname {
    char **part;
    size_t n;
};

/* NAME without its SKIP most specific attributes. ERR_NOMEM. */
int certname_take(const X509_NAME *name, size_t skip, struct certname *ret,
                  struct error *err);
/* A printed name: an attribute begins where one can. ERR_NOMEM. */
int certname_parse(const char *text, struct certname *ret, struct error *err);
void certname_done(struct certname *name);
/* Whether NAME is END when its SKIP most specific attributes go. */
bool certname_ends(const struct certname *name, size_t skip,
                   const struct certname *end);
/* Whether the printed name TEXT stands for an attribute in front. */
bool certname_begins(const char *text);

/*
 * Adds one attribute of SUBJECTSDN ("CN", "SP", ...) at the general end of
 * NAME, that is before what was added. ERR_VALUE (not UTF-8, too long, not
 * two letters for C), ERR_NOMEM.
 */
int certname_add(X509_NAME *name, const char *attribute, const char *value,
                 struct error *err);

#endif
