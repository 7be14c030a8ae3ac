#ifndef KEYRING_RINGS_SOURCE_H
#define KEYRING_RINGS_SOURCE_H

/*
 * Where a ring comes from: what the policy's Keyring, KeyringPw and
 * KeyringStashFile mean for one user of this machine. Made once, then opened,
 * and asked whether it is still what it was.
 */

#include "keyring/rings/keyring.h"
#include "zos/ringname.h"

/* What of this machine stands behind the names. */
struct ring_where {
    const char *racf;           /* folder of the security database */
    const char *root;           /* put before a file's path; NULL: nothing */
    struct keyring_token token; /* all NULL: no tokens */
};

/* All texts are borrowed. */
struct ring_source {
    struct ring_where where;
    struct ring_name name;
    const char *keyring;          /* as it is written; NULL: there is none */
    const char *userid;           /* who reads it, and whose a bare name is */
    const char *password, *stash; /* of a file; NULL: not coded */
};

struct ring_source ring_source_make(const struct ring_where *where,
                                    const char *userid, const char *keyring,
                                    const char *password, const char *stash);

/*
 * Opens it, as keyring_open_dir(), keyring_open_file() or keyring_open_token()
 * do; a file with KeyringPw, else with what the stash file holds ("the password
 * wins over the stash file", IP Configuration Reference, TTLSKeyringParms).
 * ERR_VALUE too: no module for tokens is known.
 */
int keyring_open(const struct ring_source *s, struct keyring **ret,
                 struct error *err);

/* When the database, the file, or that of a token's PIN was last changed. */
void keyring_stamp(const struct ring_source *s, struct keyring_stamp *ret);

#endif
