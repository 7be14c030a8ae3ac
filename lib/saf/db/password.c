/*
 * Passwords: only a salted PBKDF2-HMAC-SHA-512 hash is kept. The rounds stand
 * beside each hash, so that the number may grow without a new database.
 */

#include "saf/db/private.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

/* PASSWORD has at most 8 characters; a longer word is a wrong one. */
enum { ROUNDS = 210000, PASSWORD_MAX = 256 };

/* As RACF without SETROPTS PASSWORD(MIXEDCASE): case does not count. */
static int derive(const char *password, const unsigned char *salt,
                  unsigned rounds, unsigned char ret[SAF_HASH],
                  struct error *err)
{
    char folded[PASSWORD_MAX];
    size_t i, len = strnlen(password, sizeof(folded));
    int ok;

    for (i = 0; i < len; i++)
        folded[i] = zos_upper(password[i]);
    ok = PKCS5_PBKDF2_HMAC(folded, (int)len, salt, SAF_SALT, (int)rounds,
                           EVP_sha512(), SAF_HASH, ret);
    explicit_bzero(folded, sizeof(folded));
    return ok == 1 ? 0
                   : error_set(err, ERR_CRYPTO, "PBKDF2-HMAC-SHA-512 failed");
}

int saf_password_set(struct saf *saf, const char *userid, const char *password,
                     struct error *err)
{
    struct saf_password *p, fresh;
    int r;

    memset(&fresh, 0, sizeof(fresh));
    memcpy(fresh.id, userid, strnlen(userid, SAF_NAME_MAX));
    fresh.rounds = ROUNDS;
    if (RAND_bytes(fresh.salt, SAF_SALT) != 1)
        return error_set(err, ERR_CRYPTO, "no random numbers for a salt");
    r = derive(password, fresh.salt, fresh.rounds, fresh.hash, err);
    if (r != 0)
        return r;
    p = saf_find_password(saf, userid);
    if (p == NULL)
        p = saf_add_password(saf, userid);
    if (p == NULL) {
        explicit_bzero(&fresh, sizeof(fresh));
        return error_nomem(err);
    }
    *p = fresh;
    saf_changed(saf, TABLE_PASSWORDS);
    return 0;
}

void saf_password_drop(struct saf *saf, const char *userid)
{
    struct saf_password *p = saf_find_password(saf, userid);

    if (p == NULL)
        return;
    *p = saf->tables.passwords[--saf->tables.npasswords];
    explicit_bzero(&saf->tables.passwords[saf->tables.npasswords], sizeof(*p));
    saf_changed(saf, TABLE_PASSWORDS);
}

int saf_password_check(struct saf *saf, const char *userid,
                       const char *password, struct error *err)
{
    const struct saf_password *p = saf_find_password(saf, userid);
    const struct saf_user *u = saf_find_user(saf, userid);
    /* An unknown user costs the same work as a wrong password. */
    static const struct saf_password nobody = {.rounds = ROUNDS};
    unsigned char hash[SAF_HASH];
    bool same;
    int r;

    if (p == NULL)
        p = &nobody;
    r = derive(password, p->salt, p->rounds, hash, err);
    if (r != 0)
        return r;
    same = CRYPTO_memcmp(hash, p->hash, SAF_HASH) == 0;
    explicit_bzero(hash, sizeof(hash));
    if (!same || p == &nobody || u == NULL)
        return error_set(err, ERR_DENIED, "user id or password not valid");
    if (u->revoked)
        return error_set(err, ERR_DENIED, "user %s is revoked", userid);
    return 0;
}

bool saf_password_exists(const struct saf *saf, const char *userid)
{
    return saf_find_password(saf, userid) != NULL;
}

int saf_user_revoke(struct saf *saf, const char *userid, struct error *err)
{
    struct saf_user *u;
    int r = saf_begin(saf, err);

    if (r != 0)
        return r;
    u = saf_find_user(saf, userid);
    if (u == NULL) {
        r = error_set(err, ERR_NOT_FOUND, "no user %s", userid);
        saf_rollback(saf, NULL);
        return r;
    }
    u->revoked = true;
    saf_changed(saf, TABLE_USERS);
    return saf_commit(saf, err);
}
