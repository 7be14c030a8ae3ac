#ifndef KEYRING_RACDCERT_NEW_H
#define KEYRING_RACDCERT_NEW_H

/* A certificate in the making: what GENCERT and REKEY have in common. */

#include "keyring/racdcert/certmake.h"
#include "keyring/racdcert/private.h"

/* Zeroed to begin with; all of it is freed by rd_new_done(). */
struct rd_new {
    struct cert_spec spec;
    X509_NAME *subject;
    GENERAL_NAMES *altnames;
    EXTENDED_KEY_USAGE *extusage;
    ASN1_INTEGER *serial;
    unsigned long serial_number;
    EVP_PKEY *key, *signer_key;
    X509 *x509;
    enum key_type type;
    unsigned bits;
    char label[LABEL_MAX + 1];
};

void rd_new_done(struct rd_new *g);

/* Each takes its operands into the specification: 0, or a return code after
 * a message. */
int rd_new_label(struct rd *q, struct rd_new *g);   /* WITHLABEL */
int rd_new_subject(struct rd *q, struct rd_new *g); /* SUBJECTSDN */
int rd_new_dates(struct rd *q, struct rd_new *g);   /* NOTBEFORE NOTAFTER */
int rd_new_key_type(struct rd *q,
                    struct rd_new *g); /* RSA NISTECC BPECC SIZE */
int rd_new_keyusage(struct rd *q, struct rd_new *g); /* KEYUSAGE */
int rd_new_altnames(struct rd *q, struct rd_new *g); /* ALTNAME */
/* The serial number FIRST, or with COUNT the next one that the issuer has
 * not given yet. */
int rd_new_serial(struct rd *q, struct rd_new *g, unsigned long first,
                  bool count);

/* IRRD109I, who has it, and what to do; returns 8. */
int rd_defined(struct rd *q, const ASN1_INTEGER *serial,
               const X509_NAME *issuer, const char *owner, const char *hint);

#endif
