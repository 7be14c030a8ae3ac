#ifndef KEYRING_RINGS_STORED_H
#define KEYRING_RINGS_STORED_H

/*
 * Which certificates the database has, on a ring or not: what a remedy names,
 * so that it can be typed as it stands. Looked for are authorities (CERTAUTH),
 * sites (SITE), and what one user owns; a message says nothing of what other
 * users have.
 */

#include <stdbool.h>
#include <openssl/x509.h>

#include "keyring/rings/store.h"

struct stored_cert {
    char label[LABEL_MAX + 1];
    char owner[SAF_NAME_MAX + 5]; /* "CERTAUTH", "SITE", "ID(IMSSTC)" */
    enum ring_trust trust;
    bool root; /* it signed itself */
};

/*
 * The certificate that signed CERT, of CERTAUTH, of USERID (NULL: nobody) or
 * of SITE, the first that is found. False: none of them has it; one that
 * has the name only, and another key, is not it.
 */
bool store_find_issuer(struct ring_store *s, const char *userid, X509 *cert,
                       struct stored_cert *ret);
/* The certificate LABEL of USERID, of CERTAUTH or of SITE. */
bool store_find_label(struct ring_store *s, const char *userid,
                      const char *label, struct stored_cert *ret);

/*
 * The same of a database that is not open. It is read at the first question,
 * and again when it was changed since: whoever makes handshakes fail can't make
 * it be read each time. Any thread; a question may read files.
 */
struct stored_certs;

/* USERID as above. Does not touch the folder. NULL: no memory. */
struct stored_certs *stored_certs_new(const char *dir, const char *userid);
void stored_certs_free(struct stored_certs *s); /* NULL allowed */

/* False too where S is NULL, and where the database can't be read. */
bool stored_issuer(struct stored_certs *s, X509 *cert, struct stored_cert *ret);
bool stored_label(struct stored_certs *s, const char *label,
                  struct stored_cert *ret);

/* CERT was signed with the key of ISSUER, whose name it has. A signature of a
 * kind that OpenSSL does not know counts as right. */
bool cert_signed_by(X509 *cert, X509 *issuer);

#endif
