/* Key database files in the place of rings. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/x509v3.h>

#include "keyring/rings/certname.h"
#include "keyring/rings/certread.h"
#include "keyring/rings/keyring_private.h"
#include "util/secret.h"

enum { FILE_LIMIT = 1024 * 1024, STASH_LEN = 129, STASH_MASK = 0xf5 };

/* ---- the stash ---- */

/* (unconfirmed) for z/OS; as other platforms of IBM's write it. */
static void unmask(struct secret *b)
{
    size_t i;

    if (b->len != STASH_LEN)
        return;
    for (i = 0; i < b->len; i++)
        b->data[i] = (char)(b->data[i] ^ (char)STASH_MASK);
}

static bool is_printable(const char *text, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (text[i] < ' ' || text[i] > '~')
            return false;
    }
    return len > 0;
}

static int read_word(const char *path, enum secret_readers readers,
                     char buf[KEYRING_PASSWORD], struct error *err)
{
    struct secret b;
    size_t len;
    int r = secret_read(path, readers, FILE_LIMIT, &b, err);

    if (r != 0)
        return r;
    unmask(&b);
    len = strcspn(b.data, "\r\n");
    if (len < KEYRING_PASSWORD && is_printable(b.data, len)) {
        memcpy(buf, b.data, len);
        buf[len] = '\0';
    } else {
        r = error_set(err, ERR_SYNTAX,
                      "%s is not a stash file that can be read here; write "
                      "the password as a line of text, or code KeyringPw",
                      path);
    }
    secret_done(&b);
    return r;
}

int keyring_stash(const char *path, char buf[KEYRING_PASSWORD],
                  struct error *err)
{
    return read_word(path, SECRET_GROUP, buf, err);
}

int keyring_secret(const char *path, char buf[KEYRING_PASSWORD],
                   struct error *err)
{
    return read_word(path, SECRET_NOBODY, buf, err);
}

/* ---- the file as a ring ---- */

static bool is_key_database(const char *path)
{
    size_t len = strlen(path);

    return len > 4 && strcasecmp(path + len - 4, ".kdb") == 0;
}

static int refuse_key_database(const char *path, struct error *err)
{
    return error_set(err, ERR_UNSUPPORTED,
                     "%s is a gskkyman key database, whose form is IBM's own: "
                     "export its certificates and key with gskkyman, \"Export "
                     "certificate to a file\" and \"Binary PKCS #12 Version "
                     "3\", and name that file, or add it to a key ring with "
                     "RACDCERT ADD",
                     path);
}

const char *keyring_subject_label(struct keyring *k, const X509 *cert)
{
    struct strbuf name = STRBUF_INIT;
    const char *label = NULL;

    certname_print(X509_get_subject_name(cert), &name);
    if (name.len != 0 && !strbuf_failed(&name))
        label = arena_strdup(k->arena, strbuf_str(&name));
    strbuf_done(&name);
    return label;
}

/* The friendly name, else the subject; NULL: neither, or no memory. */
static const char *label_of(struct keyring *k, X509 *cert)
{
    unsigned char *alias;
    int len;

    alias = X509_alias_get0(cert, &len);
    return alias != NULL ? arena_strndup(k->arena, (char *)alias, (size_t)len)
                         : keyring_subject_label(k, cert);
}

static int add(struct keyring *k, const struct cert_package *p, size_t i,
               struct error *err)
{
    bool own = i == 0 && p->key != NULL;
    struct ring_entry *e = keyring_entry(k);

    if (e == NULL || X509_up_ref(p->cert[i]) != 1)
        return error_nomem(err);
    e->cert = p->cert[i];
    e->owner = "";
    e->label = label_of(k, e->cert);
    if (e->label == NULL)
        return error_set(err, ERR_VALUE,
                         "%s: a certificate has neither a friendly name nor a "
                         "subject",
                         k->name);
    e->usage =
        !own && X509_check_ca(e->cert) != 0 ? RING_CERTAUTH : RING_PERSONAL;
    e->is_default = e->key_exists = own;
    if (own && EVP_PKEY_up_ref(p->key) == 1)
        e->key = p->key;
    return 0;
}

static int make_ring(const char *path, const struct cert_package *p,
                     struct keyring **ret, struct error *err)
{
    struct keyring *k = keyring_make("", path);
    size_t i;
    int r = k != NULL ? 0 : error_nomem(err);

    for (i = 0; r == 0 && i < p->n; i++)
        r = add(k, p, i, err);
    if (r == 0)
        *ret = k;
    else
        keyring_unref(k);
    return r;
}

/* A bare key is as good as the password of the others. */
static int check_key_mode(const char *path, const struct secret *b,
                          struct error *err)
{
    static const char bare[] = "PRIVATE KEY-----";
    static const char sealed[] = "ENCRYPTED PRIVATE KEY-----";
    const char *key = memmem(b->data, b->len, bare, strlen(bare));

    if (key == NULL || memmem(b->data, b->len, sealed, strlen(sealed)) != NULL)
        return 0;
    return secret_shut(path, b, err);
}

/* certread's text does not know the file. */
static int name_file(const char *path, int r, struct error *err)
{
    struct error inner;

    if (r == 0 || err == NULL)
        return r;
    inner = *err;
    return error_set(err, r, "%s: %s", path, inner.text);
}

int keyring_open_file(const char *path, const char *password,
                      struct keyring **ret, struct error *err)
{
    struct cert_package p;
    struct secret b;
    int r;

    if (is_key_database(path))
        return refuse_key_database(path, err);
    r = secret_read(path, SECRET_ANYBODY, FILE_LIMIT, &b, err);
    if (r != 0)
        return r;
    r = check_key_mode(path, &b, err);
    if (r == 0) {
        r = certread_parse((unsigned char *)b.data, b.len, password, &p, err);
        if (r == 0) {
            r = make_ring(path, &p, ret, err);
            certread_done(&p);
        } else {
            name_file(path, r, err);
        }
    }
    secret_done(&b);
    return r;
}
