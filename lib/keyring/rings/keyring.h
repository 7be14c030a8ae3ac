#ifndef KEYRING_RINGS_KEYRING_H
#define KEYRING_RINGS_KEYRING_H

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
#include "util/filemark.h"

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
    const char *key_remedy; /* commands that would show it, where the reader
                             * may not have it; else NULL */
};

/*
 * Opens the ring that NAME means for USERID, as policy writes it in Keyring:
 * "ring" (of USERID), "owner/ring", "*AUTH*" "/" "*", "*SITE*" "/" "*",
 * "owner" "/" "*" (virtual rings). Ring names keep their case.
 *
 * ERR_NOT_FOUND: no such user or ring; ERR_DENIED: USERID may not read it
 * (the text names the profile that decided); ERR_SYNTAX: a certificate on the
 * ring can't be read; ERR_UNSAFE, ERR_DAMAGED,
 * ERR_UNSUPPORTED (a token, a file: see below), ERR_NOMEM.
 */
int keyring_open_saf(struct saf *saf, const char *userid, const char *name,
                     struct keyring **ret, struct error *err);

/* As keyring_open_saf(), opening the database in DIR for reading and closing
 * it. What a daemon calls: each new environment sees the store as it is now. */
int keyring_open_dir(const char *dir, const char *userid, const char *name,
                     struct keyring **ret, struct error *err);

/* Adds to OUT what mends that keyring_open_saf() can't open the ring: commands,
 * ", then " between them, or what to write. Nothing where that can't be said.
 */
struct strbuf;
void keyring_remedy(struct saf *saf, const char *userid, const char *name,
                    struct strbuf *out);
/* The same of the database in DIR, which it opens for reading; nothing where
 * that can't be read. */
void keyring_remedy_dir(const char *dir, const char *userid, const char *name,
                        struct strbuf *out);

/*
 * Whether RING, which was opened so earlier, may stay in use although it can't
 * be opened any more: USERID may still read it, and each of its certificates
 * that was trusted is stored, whether connected or not, and trusted. ERR_DENIED
 * says what is not so; else the errors of keyring_open_dir(): nobody knows.
 */
int keyring_still_good(const struct keyring *ring, const char *dir,
                       const char *userid, const char *name, struct error *err);

/*
 * A file in the place of a ring (Keyring with KeyringPw or KeyringStashFile,
 * or a path): PKCS#12, or PEM certificates with a private key. The key's
 * certificate is PERSONAL and the DEFAULT, authorities are CERTAUTH; what is
 * neither is on the ring and of no use. Labels: the friendly name, else the
 * subject as RACF prints it (System SSL Programming, "PKCS #12 files").
 *
 * PASSWORD may be NULL. ERR_NOT_FOUND, ERR_SYSTEM: it can't be opened;
 * ERR_UNSAFE: others may change it, or read the bare key in it; ERR_DENIED:
 * the password is wrong or missing; ERR_SYNTAX: it is another file;
 * ERR_UNSUPPORTED: a gskkyman database (.kdb; the text names the export);
 * ERR_LIMIT, ERR_VALUE, ERR_NOMEM.
 */
int keyring_open_file(const char *path, const char *password,
                      struct keyring **ret, struct error *err);

/*
 * A PKCS#11 token in the place of a ring. Its certificates have the labels of
 * the token (CKA_LABEL); one whose private key is there too (same CKA_ID) is
 * PERSONAL, and the DEFAULT if there is no other (unconfirmed); authorities are
 * CERTAUTH. Private keys stay in the token: entries have a handle. All of the
 * token is read, whoever asks: CRYPTOZ profiles are not looked at.
 *
 * ERR_NOT_FOUND: no such token; ERR_DENIED: the PIN is wrong or missing;
 * ERR_UNSAFE: others may read the PIN; ERR_UNSUPPORTED: built without libp11;
 * ERR_SYSTEM: the module fails; ERR_VALUE, ERR_NOMEM. Any thread.
 */
struct keyring_token {
    const char *module;   /* path of the provider's shared object */
    const char *pin_file; /* first line; mode 0600; "": there is none */
};
int keyring_open_token(const struct keyring_token *where, const char *name,
                       struct keyring **ret, struct error *err);

/*
 * The password in a stash file: as gskkyman writes it (129 bytes, each XOR
 * F5), or the first line of a text. In BUF, to be wiped by the caller. Others
 * than its group must not be able to read it. ERR_NOT_FOUND, ERR_SYSTEM,
 * ERR_UNSAFE, ERR_SYNTAX.
 */
enum { KEYRING_PASSWORD = 130 };
int keyring_stash(const char *path, char buf[KEYRING_PASSWORD],
                  struct error *err);

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

/* ---- is the stored ring still the one that was read? ----
 *
 * The cheap question first: a stamp taken before reading equals the one of
 * now, so nothing was committed to the database, or written to the file,
 * since. When it does not, the ring must be read again and compared: most
 * changes of a database are of other rings.
 */
struct keyring_stamp {
    struct file_mark mark[2];
};

/* Of the database in a folder. A folder without one has a stamp too, but says
 * so: ERR_SYSTEM. */
int keyring_stamp_dir(const char *dir, struct keyring_stamp *ret,
                      struct error *err);
void keyring_stamp_file(const char *path, struct keyring_stamp *ret);
bool keyring_stamp_same(const struct keyring_stamp *a,
                        const struct keyring_stamp *b);
/* The same certificates, connected and trusted in the same way, in the same
 * order, with the same private keys shown. */
bool keyring_same(const struct keyring *a, const struct keyring *b);

/* ---- certificate to user id: what SAFCheck asks ----
 *
 * As initACEE finds it (RACF Callable Services; Security Administrator's
 * Guide, "How RACF processes certificate name filters"): the certificate
 * itself, stored under a user id; else the most specific of the filters that
 * RACDCERT MAP made. An extension hostIdMappings gives no user, and filters
 * with CRITERIA give none; the error says so.
 */

/* The certificates and filters of the database in a folder. One object may be
 * asked by any number of threads. Reads the database at the first question,
 * and again when it was changed since, or a few seconds after it could not be
 * read. */
struct cert_users;

enum { CERT_USERID = 9 }; /* bytes of a user id with its NUL */

/* ERR_NOMEM. Does not touch the folder. */
int cert_users_new(const char *dir, struct cert_users **ret, struct error *err);
void cert_users_free(struct cert_users *u); /* NULL allowed */
/* The next question would read it, says a stat() or two. */
bool cert_users_changed(struct cert_users *u);
/* Reads it now, so that no event loop has to. As cert_users_find(). */
int cert_users_load(struct cert_users *u, struct error *err);

/*
 * The user id of CERT. ERR_NOT_FOUND: none is defined for it (initACEE
 * 8/8/40); ERR_DENIED: it is, and the certificate or filter is NOTRUST
 * (8/8/36), or the user is revoked (8/8/28) or not defined any more (8/8/16);
 * the errors of keyring_open_dir().
 */
int cert_users_find(struct cert_users *u, X509 *cert, char userid[CERT_USERID],
                    struct error *err);

#endif
