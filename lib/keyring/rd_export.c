#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "keyring/racdcert_private.h"
#include "util/fd.h"

/* RACDCERT EXPORT: a certificate, or a PKCS#12 package with key and chain. */

enum { P12_ROUNDS = 20000 };

struct format {
    const char *name;
    bool base64, with_key;
};

static const struct format formats[] = {
    {"CERTB64", true, false},
    {"CERTDER", false, false},
    {"PKCS12DER", false, true},
    {"PKCS12B64", true, true},
};

static const struct format *get_format(struct rd *q)
{
    const char *name = tso_value(q->operands, RD_FORMAT);
    size_t i;

    if (name == NULL)
        name =
            tso_get(q->operands, RD_PASSWORD) != NULL ? "PKCS12DER" : "CERTB64";
    for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    rd_say(q, 0, "IKJ56702I INVALID FORMAT, %s", name);
    rd_hint(q, "FORMAT is CERTB64, CERTDER, PKCS12DER or PKCS12B64 here");
    return NULL;
}

/* The issuers that are stored, up to the root; they belong to the store. */
static STACK_OF(X509) * get_issuers(struct rd *q, struct store_cert *c)
{
    STACK_OF(X509) *issuers = sk_X509_new_null();
    struct store_chain chain;
    size_t i;

    if (issuers == NULL ||
        store_chain(q->store, q->owner, c, &chain, NULL) != 0)
        return issuers;
    for (i = 1; i < chain.n; i++)
        if (sk_X509_push(issuers, chain.link[i].x509) <= 0) {
            sk_X509_free(issuers);
            return NULL;
        }
    return issuers;
}

static PKCS12 *make_package(struct rd *q, struct store_cert *c, X509 *x,
                            const char *password, struct error *err)
{
    STACK_OF(X509) * chain;
    EVP_PKEY *key = NULL;
    PKCS12 *p12 = NULL;

    if (store_key(q->store, q->owner, c, &key, err) != 0)
        return NULL;
    chain = get_issuers(q, c);
    ERR_clear_error();
    if (chain != NULL)
        p12 = PKCS12_create(password, c->label, key, x, chain, NID_aes_256_cbc,
                            NID_aes_256_cbc, P12_ROUNDS, P12_ROUNDS, 0);
    if (p12 == NULL)
        error_set(err, ERR_CRYPTO, "the PKCS#12 package could not be made");
    ERR_clear_error();
    sk_X509_free(chain);
    EVP_PKEY_free(key);
    return p12;
}

/* Base64 of DER in lines of 64 between BEGIN and END. */
static int write_p12(BIO *bio, PKCS12 *p12, bool base64)
{
    unsigned char *der = NULL;
    int len, ok;

    if (!base64)
        return i2d_PKCS12_bio(bio, p12);
    len = i2d_PKCS12(p12, &der);
    ok = len > 0 && PEM_write_bio(bio, "PKCS12", "", der, len) > 0;
    OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
    return ok;
}

static int fill(struct rd *q, struct store_cert *c, const struct format *f,
                const char *password, BIO *bio, struct error *err)
{
    PKCS12 *p12;
    X509 *x;
    int r;

    r = store_x509(q->store, q->owner, c, &x, err);
    if (r != 0)
        return r;
    if (!f->with_key)
        r = f->base64 ? PEM_write_bio_X509(bio, x) : i2d_X509_bio(bio, x);
    else {
        p12 = make_package(q, c, x, password, err);
        if (p12 == NULL)
            return ERR_CRYPTO;
        r = write_p12(bio, p12, f->base64);
        PKCS12_free(p12);
    }
    return r == 1 ? 0 : error_set(err, ERR_CRYPTO, "can't write the export");
}

/* The file that DSN means: a path, or a name below --dsn-dir. */
static int get_path(struct rd *q, char path[4096])
{
    const struct tso_node *n = tso_get(q->operands, RD_DSN);
    const char *dsn = n->child->text;
    struct stat st;

    if (n->child->quoted && *dsn == '/') {
        snprintf(path, 4096, "%s", dsn);
    } else if (q->ctx->dsn_dir == NULL || strchr(dsn, '/') != NULL) {
        rd_say(q, 0, "IKJ56702I INVALID DSN, %s", dsn);
        rd_hint(q, "write DSN('/path/of/the/file'), or name the folder for "
                   "data sets with --dsn-dir");
        return JOB_FAILED;
    } else {
        snprintf(path, 4096, "%s/%s", q->ctx->dsn_dir, dsn);
    }
    if (strlen(path) >= 4095)
        return rd_say(q, JOB_FAILED, "DSN: the path is too long");
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return rd_say(q, JOB_FAILED,
                      "%s exists and is not a plain file; it is left alone",
                      path);
    return 0;
}

static int export_to(struct rd *q, struct store_cert *c, const struct format *f,
                     const char *password, const char *path)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct error err = {0};
    char *data;
    long len;
    int r;

    if (bio == NULL)
        return rd_say(q, JOB_FAILED, "no memory");
    r = fill(q, c, f, password, bio, &err);
    len = BIO_get_mem_data(bio, &data);
    if (r == 0 && q->ctx->dry_run)
        rd_say(q, 0, "%s would be written (dry run)", path);
    else if (r == 0)
        r = fd_replace_file(AT_FDCWD, path, f->with_key ? 0600 : 0644,
                            (uid_t)-1, (gid_t)-1, data, (size_t)len, &err);
    if (len > 0)
        explicit_bzero(data, (size_t)len);
    BIO_free(bio);
    return r == 0 ? 0 : rd_fail(q, &err);
}

int rd_EXPORT(struct rd *q)
{
    const char *label = tso_value(q->args, RD_LABEL),
               *password = tso_value(q->operands, RD_PASSWORD);
    const struct format *f = get_format(q);
    struct store_cert *c;
    char path[4096];
    int r;

    if (f == NULL)
        return JOB_SYNTAX;
    if (label == NULL || tso_get(q->operands, RD_DSN) == NULL)
        return rd_say(q, JOB_FAILED,
                      "IRRD130I The %s keyword(s) must be specified. The "
                      "request is not processed.",
                      label == NULL ? "LABEL" : "DSN");
    c = rd_cert(q, q->owner, label);
    if (c == NULL)
        return JOB_FAILED;
    if (password != NULL && strcmp(password, "*") == 0)
        password = q->ctx->password;
    if (f->with_key && !c->has_key)
        return rd_say(q, JOB_FAILED,
                      "IRRD128I EXPORT requires a certificate with an "
                      "associated private key. The request is not processed.");
    if (f->with_key && (password == NULL || *password == '\0')) {
        rd_say(q, 0,
               "IRRD130I The PASSWORD keyword(s) must be specified. "
               "The request is not processed.");
        rd_hint(q, "write PASSWORD('...'), or PASSWORD(*) and the option "
                   "--password-file FILE");
        return JOB_FAILED;
    }
    r = get_path(q, path);
    return r == 0 ? export_to(q, c, f, password, path) : r;
}
