/* Where a ring comes from; see source.h. */

#include "keyring/rings/source.h"

#include <openssl/crypto.h>

#include "util/strbuf.h"

struct ring_source ring_source_make(const struct ring_where *where,
                                    const char *userid, const char *keyring,
                                    const char *password, const char *stash)
{
    struct ring_source s = {*where, {0}, keyring, userid, password, stash};

    if (keyring != NULL)
        s.name = ring_name_parse(keyring, password != NULL || stash != NULL);
    return s;
}

/* As the files that the policy names: absolute ones below the root. */
static void add_path(const struct ring_source *s, const char *name,
                     struct strbuf *out)
{
    if (s->where.root != NULL && *name == '/')
        strbuf_adds(out, s->where.root);
    strbuf_adds(out, name);
}

/* ---- opening ---- */

static int find_password(const struct ring_source *s, const char **ret,
                         char buf[KEYRING_PASSWORD], struct error *err)
{
    struct strbuf path = STRBUF_INIT;
    int r;

    *ret = s->password;
    if (*ret != NULL || s->stash == NULL)
        return 0;
    add_path(s, s->stash, &path);
    r = strbuf_failed(&path) ? error_nomem(err)
                             : keyring_stash(strbuf_str(&path), buf, err);
    strbuf_done(&path);
    if (r == 0)
        *ret = buf;
    return r;
}

static int open_file(const struct ring_source *s, struct keyring **ret,
                     struct error *err)
{
    char buf[KEYRING_PASSWORD] = "";
    const char *password = NULL;
    struct strbuf path = STRBUF_INIT;
    int r = find_password(s, &password, buf, err);

    if (r == 0) {
        add_path(s, s->name.name, &path);
        r = strbuf_failed(&path)
                ? error_nomem(err)
                : keyring_open_file(strbuf_str(&path), password, ret, err);
    }
    OPENSSL_cleanse(buf, sizeof(buf));
    strbuf_done(&path);
    return r;
}

static int open_token(const struct ring_source *s, struct keyring **ret,
                      struct error *err)
{
    const struct keyring_token *where = &s->where.token;

    if (where->module == NULL || where->module[0] == '\0')
        return error_set(err, ERR_VALUE,
                         "Keyring *TOKEN*/%s: no PKCS#11 module is known; "
                         "name it with pkcs11_module in attlsd.conf",
                         s->name.name);
    return keyring_open_token(where, s->name.name, ret, err);
}

int keyring_open(const struct ring_source *s, struct keyring **ret,
                 struct error *err)
{
    if (s->keyring == NULL)
        return error_set(err, ERR_VALUE,
                         "the policy names no key ring; code Keyring in "
                         "TTLSKeyringParms");
    switch (s->name.kind) {
    case RING_FILE:
        return open_file(s, ret, err);
    case RING_TOKEN:
        return open_token(s, ret, err);
    default:
        return keyring_open_dir(s->where.racf, s->userid, s->keyring, ret, err);
    }
}

/* ---- is it still what it was? ---- */

static void stamp_file(const struct ring_source *s, struct keyring_stamp *ret)
{
    struct strbuf path = STRBUF_INIT;

    add_path(s, s->name.name, &path);
    keyring_stamp_file(strbuf_str(&path), ret);
    strbuf_done(&path);
}

void keyring_stamp(const struct ring_source *s, struct keyring_stamp *ret)
{
    const char *pin = s->where.token.pin_file;

    if (s->keyring != NULL && s->name.kind == RING_TOKEN)
        keyring_stamp_file(pin != NULL ? pin : "", ret);
    else if (s->keyring != NULL && s->name.kind == RING_FILE)
        stamp_file(s, ret);
    else /* what is wrong shows when the ring is read */
        keyring_stamp_dir(s->where.racf, ret, NULL);
}
