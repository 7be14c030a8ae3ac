#ifndef KEYRING_RACDCERT_CERTLIST_H
#define KEYRING_RACDCERT_CERTLIST_H

/*
 * RACDCERT's displays in IBM's layout: LIST and LISTRING (Command Language
 * Reference; the columns are from listings of real systems).
 */

#include "keyring/rings/store.h"
#include "util/strbuf.h"

/* "Digital certificate information for user IMSSTC:" and a blank line. */
void certlist_heading(const char *owner, struct strbuf *out);

/* One certificate: from Label: to its rings. ERR_DAMAGED. */
int certlist_cert(struct ring_store *s, const char *owner, struct store_cert *c,
                  struct strbuf *out, struct error *err);

/* Label, Certificate ID and status. */
void certlist_label(const char *owner, const struct store_cert *c,
                    struct strbuf *out);

/* What is in the certificate itself: from Start Date: to the fingerprint. */
void certlist_x509(X509 *x, bool private_key, struct strbuf *out);

/* One ring: from Ring: to its last row. */
void certlist_ring(const struct store_ring *r, struct strbuf *out);

/* 7 blanks, ">value<", continued on further lines when it is long. The value is
 * printable: escaped, if it is from outside. */
void certlist_value(const char *value, struct strbuf *out);

/* "ID(IMSSTC)", usage and status as they are displayed. */
const char *certlist_usage(enum ring_usage usage);
const char *certlist_trust(enum ring_trust trust);

#endif
