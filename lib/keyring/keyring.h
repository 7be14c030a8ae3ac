#ifndef KEYRING_KEYRING_H
#define KEYRING_KEYRING_H

/*
 * A key ring in memory, as System SSL sees one through R_datalib (Security
 * Server RACF Callable Services): certificates with label, owner, usage,
 * default and trust, private keys only where the reader may have them.
 *
 * An opened ring is a copy: it never changes, is reference counted
 * (atomically) and does not keep the store open. Keys are wiped when the last
 * reference goes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "util/error.h"

struct saf;
struct keyring;

enum ring_owner { RING_OWNER_USER, RING_OWNER_CERTAUTH, RING_OWNER_SITE };
enum ring_usage { RING_PERSONAL, RING_CERTAUTH, RING_SITE };
enum ring_trust { RING_TRUST, RING_NOTRUST, RING_HIGHTRUST };

/* One connected certificate; all pointers belong to the ring. */
struct ring_entry {
    const char *label;
    enum ring_owner owner_kind;
    const char *owner; /* user id; "" for CERTAUTH and SITE */
    enum ring_usage usage;
    enum ring_trust trust;
    bool is_default;
    X509 *cert;
    EVP_PKEY *key;   /* NULL: none stored, usage not PERSONAL, or denied */
    bool key_exists; /* the store has a key, whether or not it is shown */
};

/*
 * Opens the ring that NAME means for USERID, as policy writes it in Keyring:
 * "ring" (of USERID), "owner/ring", "*AUTH*" "/" "*", "*SITE*" "/" "*",
 * "owner" "/" "*" (virtual rings). Ring names keep their case.
 *
 * ERR_NOT_FOUND: no such user or ring; ERR_DENIED: USERID may not read it
 * (the text names the profile that decided); ERR_UNSAFE, ERR_DAMAGED,
 * ERR_UNSUPPORTED (a .kdb file; the text names the gskkyman export),
 * ERR_NOMEM.
 */
int keyring_open(struct saf *saf, const char *userid, const char *name,
                 struct keyring **ret, struct error *err);

/* As keyring_open(), opening the database in DIR for reading and closing it.
 * What a daemon calls: each new environment sees the store as it is now. */
int keyring_open_dir(const char *dir, const char *userid, const char *name,
                     struct keyring **ret, struct error *err);

struct keyring *keyring_ref(struct keyring *ring);
void keyring_unref(struct keyring *ring); /* NULL allowed */

/* "IMSSTC/IMS.KeyRing", for messages. */
const char *keyring_name(const struct keyring *ring);
size_t keyring_count(const struct keyring *ring);
const struct ring_entry *keyring_get(const struct keyring *ring, size_t i);
/* The entry with this label (PERSONAL ones first), or NULL. */
const struct ring_entry *keyring_find(const struct keyring *ring,
                                      const char *label);
/* The DEFAULT entry, or NULL. */
const struct ring_entry *keyring_default(const struct keyring *ring);

#endif
