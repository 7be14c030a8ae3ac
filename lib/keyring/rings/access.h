#ifndef KEYRING_RINGS_ACCESS_H
#define KEYRING_RINGS_ACCESS_H

/*
 * Who may read a ring, and whose private keys come with it: the rules of
 * R_datalib (Security Server RACF Callable Services), decided by saf_check().
 */

#include <stdbool.h>

#include "keyring/rings/keyring.h"
#include "saf/db/saf.h"

struct ring_access {
    bool other_keys;  /* keys of certificates of other owners too */
    bool shared_keys; /* keys of CERTAUTH and SITE certificates */
};

/*
 * May READER read the ring OWNER/RING ("*": the virtual ring)? RDATALIB
 * owner.RING.LST where a profile covers it, else FACILITY
 * IRR.DIGTCERT.LISTRING, for another user's ring with UPDATE and not against
 * IRR.DIGTCERT.LIST; one's own ring also without any profile. Keys: one's own;
 * all with UPDATE to the RDATALIB profile; those of CERTAUTH and SITE with
 * CONTROL to FACILITY IRR.DIGTCERT.GENCERT.
 * 0 or ERR_DENIED: the text names what decided.
 */
int access_check(const struct saf *saf, const char *reader, const char *owner,
                 const char *ring, struct ring_access *ret, struct error *err);

/* Whether the key of a connected certificate is shown to READER. */
bool access_key_allowed(const struct ring_access *access, const char *reader,
                        const char *cert_owner, enum ring_usage usage);

/*
 * Adds to OUT the commands after which access_check() says yes: to a profile
 * that said no; where none covers the ring, to its own in RDATALIB, which is
 * for this ring only and then decides for its owner too.
 */
struct strbuf;
void access_mend_ring(const struct saf *saf, const char *reader,
                      const char *owner, const char *ring, struct strbuf *out);
/* The same until access_key_allowed() says yes for a certificate of CERT_OWNER
 * that is connected with PERSONAL, to a reader who may read the ring. */
void access_mend_key(const struct saf *saf, const char *reader,
                     const char *owner, const char *ring,
                     const char *cert_owner, struct strbuf *out);

#endif
