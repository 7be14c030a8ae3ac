/*
 * RACDCERT EXPORT: a certificate, or a package of it and its issuers, in
 * PKCS#12 with the private key.
 */

#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

#include "keyring/racdcert/private.h"

enum { P12_ROUNDS = 20000 };

enum kind { CERTIFICATE, PKCS7_PACKAGE, PKCS12_PACKAGE };

struct format {
    const char *name;
    enum kind kind;
    bool base64;
};

static const struct format formats[] = {
    {"CERTB64", CERTIFICATE, true},      {"CERTDER", CERTIFICATE, false},
    {"PKCS7B64", PKCS7_PACKAGE, true},   {"PKCS7DER", PKCS7_PACKAGE, false},
    {"PKCS12B64", PKCS12_PACKAGE, true}, {"PKCS12DER", PKCS12_PACKAGE, false},
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
    rd_invalid(q, "FORMAT", name,
               "FORMAT is CERTB64, CERTDER, PKCS7B64, PKCS7DER, PKCS12B64 or "
               "PKCS12DER");
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

/* Certificate and issuers, signed by nobody (RFC 2315, section 9.1). */
static PKCS7 *make_p7(struct rd *q, struct store_cert *c, X509 *x)
{
    STACK_OF(X509) *issuers = get_issuers(q, c);
    PKCS7 *p7 = PKCS7_new();
    int i, ok;

    ok = p7 != NULL && issuers != NULL &&
         PKCS7_set_type(p7, NID_pkcs7_signed) == 1 &&
         PKCS7_content_new(p7, NID_pkcs7_data) == 1 &&
         PKCS7_add_certificate(p7, x) == 1;
    for (i = 0; ok && i < sk_X509_num(issuers); i++)
        ok = PKCS7_add_certificate(p7, sk_X509_value(issuers, i)) == 1;
    sk_X509_free(issuers);
    if (ok)
        return p7;
    PKCS7_free(p7);
    return NULL;
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

static int fill_p12(struct rd *q, struct store_cert *c, X509 *x,
                    const struct format *f, const char *password, BIO *bio,
                    struct error *err)
{
    PKCS12 *p12 = make_package(q, c, x, password, err);
    int ok;

    if (p12 == NULL)
        return ERR_CRYPTO;
    ok = write_p12(bio, p12, f->base64);
    PKCS12_free(p12);
    return ok == 1 ? 0 : error_set(err, ERR_CRYPTO, "can't write the export");
}

static int fill(struct rd *q, struct store_cert *c, const struct format *f,
                const char *password, BIO *bio, struct error *err)
{
    PKCS7 *p7 = NULL;
    int ok, r;
    X509 *x;

    r = store_x509(q->store, q->owner, c, &x, err);
    if (r != 0)
        return r;
    if (f->kind == PKCS12_PACKAGE)
        return fill_p12(q, c, x, f, password, bio, err);
    if (f->kind == CERTIFICATE) {
        ok = f->base64 ? PEM_write_bio_X509(bio, x) : i2d_X509_bio(bio, x);
    } else {
        p7 = make_p7(q, c, x);
        ok = p7 != NULL && (f->base64 ? PEM_write_bio_PKCS7(bio, p7)
                                      : i2d_PKCS7_bio(bio, p7)) == 1;
        PKCS7_free(p7);
    }
    ERR_clear_error();
    return ok == 1 ? 0 : error_set(err, ERR_CRYPTO, "can't write the export");
}

static int export_to(struct rd *q, struct store_cert *c, const struct format *f,
                     const char *password, const struct tso_node *dsn)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct error err = {0};
    char *data;
    long len;
    int r;

    if (bio == NULL)
        return rd_say(q, JOB_FAILED, "no memory");
    if (fill(q, c, f, password, bio, &err) != 0) {
        BIO_free(bio);
        return rd_fail(q, &err);
    }
    len = BIO_get_mem_data(bio, &data);
    r = rd_dataset_write(q, dsn, f->kind == PKCS12_PACKAGE, data, (size_t)len);
    if (len > 0)
        explicit_bzero(data, (size_t)len);
    BIO_free(bio);
    return r;
}

int rd_EXPORT(struct rd *q)
{
    const struct tso_node *dsn = tso_get(q->operands, RD_DSN);
    const char *label = tso_value(q->args, RD_LABEL), *password = NULL;
    const struct format *f = get_format(q);
    struct store_cert *c;

    if (f == NULL)
        return JOB_SYNTAX;
    if (label == NULL || dsn == NULL)
        return rd_missing(q, label == NULL ? "LABEL" : "DSN");
    c = rd_cert(q, q->owner, label);
    if (c == NULL)
        return JOB_FAILED;
    if (f->kind == PKCS12_PACKAGE && !c->has_key)
        return rd_say(q, JOB_FAILED, MSG_NEEDS_KEY, "EXPORT");
    if (f->kind == PKCS12_PACKAGE) {
        password = rd_password(q);
        if (password == NULL || *password == '\0') {
            rd_missing(q, "PASSWORD");
            rd_hint(q, "write PASSWORD('...'), or PASSWORD(*) and the option "
                       "--password-file FILE");
            return JOB_FAILED;
        }
    }
    if (f->kind != PKCS12_PACKAGE && tso_get(q->operands, RD_PASSWORD) != NULL)
        rd_say(q, 0, "NOTE: PASSWORD has no meaning for %s and is ignored",
               f->name);
    return export_to(q, c, f, password, dsn->child);
}
