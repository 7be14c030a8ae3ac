#ifndef KEYRING_ACCESS_H
#define KEYRING_ACCESS_H

/*
 * Who may read a ring, and whose private keys come with it: the rules of
 * R_datalib (Security Server RACF Callable Services), decided by saf_check().
 */

#include <stdbool.h>

#include "keyring/keyring.h"
#include "saf/saf.h"

struct ring_access {
    bool other_keys; /* keys of certificates of other users too */
};

/*
 * May READER read the ring OWNER/RING ("*": the virtual ring)? RDATALIB
 * owner.RING.LST where a profile covers it, else FACILITY
 * IRR.DIGTCERT.LISTRING; one's own ring also without any profile.
 * 0 or ERR_DENIED: the text names what decided.
 */
int access_check(const struct saf *saf, const char *reader, const char *owner,
                 const char *ring, struct ring_access *ret, struct error *err);

/* Whether the key of a connected certificate is shown to READER. */
bool access_key_allowed(const struct ring_access *access, const char *reader,
                        const char *cert_owner, enum ring_usage usage);

#endif
