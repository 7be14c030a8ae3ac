/*
 * Reads certificates and keys from whatever form a data set or file has: PEM,
 * DER, PKCS#7, PKCS#12.
 */

#include "keyring/rings/certread.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include "util/ebcdic.h"

/* One attempt after the other: text forms by their BEGIN lines, then DER. */

void certread_done(struct cert_package *p)
{
    size_t i;

    for (i = 0; i < p->n; i++)
        X509_free(p->cert[i]);
    EVP_PKEY_free(p->key);
    memset(p, 0, sizeof(*p));
}

static int add(struct cert_package *p, X509 *x, struct error *err)
{
    if (p->n == CERTREAD_MAX) {
        X509_free(x);
        return error_set(err, ERR_LIMIT, "more than %d certificates",
                         CERTREAD_MAX);
    }
    p->cert[p->n++] = x;
    return 0;
}

static int add_copies(struct cert_package *p, const STACK_OF(X509) * list,
                      struct error *err)
{
    int i, r = 0;

    for (i = 0; r == 0 && i < sk_X509_num(list); i++) {
        X509_up_ref(sk_X509_value(list, i));
        r = add(p, sk_X509_value(list, i), err);
    }
    return r;
}

/* ---- order ---- */

static void to_front(struct cert_package *p, size_t i)
{
    X509 *x = p->cert[i];

    memmove(p->cert + 1, p->cert, i * sizeof(p->cert[0]));
    p->cert[0] = x;
}

static bool signed_another(const struct cert_package *p, size_t i)
{
    size_t k;

    for (k = 0; k < p->n; k++)
        if (k != i && X509_check_issued(p->cert[i], p->cert[k]) == X509_V_OK)
            return true;
    return false;
}

/* The end entity to the front. ERR_VALUE: a key and none that fits it. */
static int order(struct cert_package *p, struct error *err)
{
    size_t i;

    for (i = 0; i < p->n; i++) {
        if (p->key != NULL ? X509_check_private_key(p->cert[i], p->key) == 1
                           : !signed_another(p, i)) {
            to_front(p, i);
            break;
        }
    }
    ERR_clear_error();
    if (i == p->n && p->key != NULL)
        return error_set(err, ERR_VALUE,
                         "the private key does not belong to any certificate "
                         "in it");
    return 0;
}

/* ---- PKCS#7 ---- */

static int take_p7(struct cert_package *p, PKCS7 *p7, struct error *err)
{
    STACK_OF(X509) *list = NULL;

    if (PKCS7_type_is_signed(p7) && p7->d.sign != NULL)
        list = p7->d.sign->cert;
    else if (PKCS7_type_is_signedAndEnveloped(p7) &&
             p7->d.signed_and_enveloped != NULL)
        list = p7->d.signed_and_enveloped->cert;
    if (sk_X509_num(list) <= 0)
        return error_set(err, ERR_SYNTAX,
                         "the PKCS#7 package holds no certificate");
    return add_copies(p, list, err);
}

/* ---- PKCS#12 ---- */

/* A key of another library context, as one of ours. */
static EVP_PKEY *move_key(EVP_PKEY *key)
{
    unsigned char *der = NULL;
    const unsigned char *q;
    EVP_PKEY *copy = NULL;
    int len;

    len = i2d_PrivateKey(key, &der);
    q = der;
    if (len > 0)
        copy = d2i_AutoPrivateKey(NULL, &q, len);
    OPENSSL_clear_free(der, len > 0 ? (size_t)len : 0);
    EVP_PKEY_free(key);
    return copy;
}

/* The friendly name, which is beside the certificate. */
static void move_alias(X509 *from, X509 *to)
{
    unsigned char *alias;
    int len;

    alias = X509_alias_get0(from, &len);
    if (to != NULL && alias != NULL)
        X509_alias_set1(to, alias, len);
}

static X509 *move_cert(X509 *x)
{
    unsigned char *der = NULL;
    const unsigned char *q;
    X509 *copy = NULL;
    int len;

    len = i2d_X509(x, &der);
    q = der;
    if (len > 0)
        copy = d2i_X509(NULL, &q, len);
    OPENSSL_free(der);
    move_alias(x, copy);
    return copy;
}

static int take_moved(struct cert_package *p, X509 *x, struct error *err)
{
    x = move_cert(x);
    if (x == NULL)
        return error_set(err, ERR_SYNTAX, "a certificate in it can't be read");
    return add(p, x, err);
}

static int take_parsed(struct cert_package *p, EVP_PKEY *key, X509 *own,
                       const STACK_OF(X509) * others, struct error *err)
{
    int i, r = 0;

    if (key != NULL) {
        EVP_PKEY_free(p->key);
        p->key = move_key(key);
        if (p->key == NULL)
            r = error_set(err, ERR_SYNTAX, "the private key can't be read");
    }
    if (r == 0 && own != NULL)
        r = take_moved(p, own, err);
    for (i = 0; r == 0 && i < sk_X509_num(others); i++)
        r = take_moved(p, sk_X509_value(others, i), err);
    if (r == 0 && p->n == 0)
        r = error_set(err, ERR_SYNTAX,
                      "the PKCS#12 package holds no certificate");
    return r;
}

static bool mac_fits(PKCS12 *p12, const char *password)
{
    return !PKCS12_mac_present(p12) ||
           PKCS12_verify_mac(p12, password, -1) == 1 ||
           (password == NULL && PKCS12_verify_mac(p12, "", 0) == 1);
}

/* Old packages need algorithms of the legacy provider. It and the default
 * one live in a context of their own, so that nothing else uses them. */
static int open_p12(const void *der, size_t len, const char *password,
                    OSSL_LIB_CTX *ctx, struct cert_package *p,
                    struct error *err)
{
    const unsigned char *q = der;
    STACK_OF(X509) *others = NULL;
    EVP_PKEY *key = NULL;
    X509 *own = NULL;
    PKCS12 *p12;
    int r;

    p12 = PKCS12_init_ex(NID_pkcs7_data, ctx, NULL);
    if (p12 == NULL || d2i_PKCS12(&p12, &q, (long)len) == NULL) {
        PKCS12_free(p12);
        return error_set(err, ERR_SYNTAX, "not a PKCS#12 package");
    }
    if (!mac_fits(p12, password))
        r = error_set(err, ERR_DENIED,
                      password != NULL ? "the password is wrong"
                                       : "a password is needed");
    else if (PKCS12_parse(p12, password, &key, &own, &others) != 1)
        r = error_set(err, ERR_CRYPTO,
                      "the PKCS#12 package can't be read: its password is "
                      "wrong, or it uses a cipher that OpenSSL lacks");
    else
        r = take_parsed(p, key, own, others, err);
    PKCS12_free(p12);
    X509_free(own);
    sk_X509_pop_free(others, X509_free);
    return r;
}

static int parse_p12(const void *der, size_t len, const char *password,
                     struct cert_package *p, struct error *err)
{
    OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *plain, *legacy;
    int r;

    if (ctx == NULL)
        return error_nomem(err);
    plain = OSSL_PROVIDER_load(ctx, "default");
    legacy = OSSL_PROVIDER_load(ctx, "legacy");
    r = open_p12(der, len, password, ctx, p, err);
    if (legacy != NULL)
        OSSL_PROVIDER_unload(legacy);
    if (plain != NULL)
        OSSL_PROVIDER_unload(plain);
    OSSL_LIB_CTX_free(ctx);
    return r;
}

/* ---- text ---- */

static int parse_der(const void *data, size_t len, const char *password,
                     struct cert_package *p, struct error *err);

static bool is(const char *name, const char *list)
{
    size_t n = strlen(name);

    for (; *list != '\0'; list += strlen(list) + 1)
        if (strlen(list) == n && memcmp(list, name, n) == 0)
            return true;
    return false;
}

/* RFC 5958's encrypted key, under the password of the whole. */
static int open_key(struct cert_package *p, const unsigned char *data, long len,
                    const char *password, struct error *err)
{
    PKCS8_PRIV_KEY_INFO *info = NULL;
    X509_SIG *sealed = d2i_X509_SIG(NULL, &data, len);

    if (sealed != NULL && password != NULL)
        info = PKCS8_decrypt(sealed, password, (int)strlen(password));
    if (info != NULL)
        p->key = EVP_PKCS82PKEY(info);
    PKCS8_PRIV_KEY_INFO_free(info);
    X509_SIG_free(sealed);
    if (p->key != NULL)
        return 0;
    return error_set(err, ERR_DENIED,
                     password != NULL ? "the password of the private key is "
                                        "wrong"
                                      : "the private key needs a password");
}

/* One block between BEGIN and END; blocks of other kinds are passed by. */
static int take_block(struct cert_package *p, const char *name,
                      const unsigned char *data, long len, const char *password,
                      struct error *err)
{
    static const char certs[] = "CERTIFICATE\0X509 CERTIFICATE\0"
                                "TRUSTED CERTIFICATE\0";
    static const char packages[] = "PKCS7\0CMS\0PKCS #7 SIGNED DATA\0"
                                   "PKCS12\0";
    static const char keys[] = "PRIVATE KEY\0RSA PRIVATE KEY\0"
                               "EC PRIVATE KEY\0";
    const unsigned char *q = data;

    /* z/OS writes packages between CERTIFICATE lines too. */
    if (is(name, certs) || is(name, packages))
        return parse_der(data, (size_t)len, password, p, err);
    if (strcmp(name, "ENCRYPTED PRIVATE KEY") == 0 && p->key == NULL)
        return open_key(p, data, len, password, err);
    if (is(name, keys) && p->key == NULL) {
        p->key = d2i_AutoPrivateKey(NULL, &q, len);
        if (p->key == NULL)
            return error_set(err, ERR_SYNTAX, "the private key can't be read");
    }
    return 0;
}

static int parse_text(const char *text, size_t len, const char *password,
                      struct cert_package *p, struct error *err)
{
    BIO *bio = BIO_new_mem_buf(text, (int)len);
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    int r = 0;

    if (bio == NULL)
        return error_nomem(err);
    while (r == 0 && PEM_read_bio(bio, &name, &header, &data, &n) == 1) {
        r = *header != '\0' ? 0 /* encrypted: not ours to open */
                            : take_block(p, name, data, n, password, err);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)n);
    }
    if (r == 0 && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        r = error_set(err, ERR_SYNTAX,
                      "the text between its BEGIN and END lines is cut or "
                      "damaged");
    BIO_free(bio);
    return r;
}

/* ---- binary ---- */

/* A PKCS#12 package begins with a version number where a certificate and
 * PKCS#7 begin with a sequence and an object identifier. */
static int parse_der(const void *data, size_t len, const char *password,
                     struct cert_package *p, struct error *err)
{
    const unsigned char *q = data;
    PKCS12 *p12;
    PKCS7 *p7;
    X509 *x;
    int r;

    x = d2i_X509(NULL, &q, (long)len);
    if (x != NULL)
        return add(p, x, err);
    q = data;
    p7 = d2i_PKCS7(NULL, &q, (long)len);
    if (p7 != NULL) {
        r = take_p7(p, p7, err);
        PKCS7_free(p7);
        return r;
    }
    q = data;
    p12 = d2i_PKCS12(NULL, &q, (long)len);
    PKCS12_free(p12);
    if (p12 != NULL)
        return parse_p12(data, len, password, p, err);
    return error_set(err, ERR_SYNTAX,
                     "neither a certificate (DER, PEM) nor a PKCS#7 or "
                     "PKCS#12 package");
}

static const char *find_begin(const char *data, size_t len)
{
    return memmem(data, len, "-----BEGIN ", 11);
}

/* The text in Latin-1; NULL: it has no BEGIN line in EBCDIC either. */
static char *from_ebcdic(const char *data, size_t len)
{
    char *text = malloc(len + 1);
    size_t i;

    for (i = 0; text != NULL && i < len; i++) {
        text[i] = (char)ebcdic_to_latin1((unsigned char)data[i]);
        if (text[i] == '\x85')
            text[i] = '\n';
    }
    if (text != NULL && find_begin(text, len) != NULL)
        return text;
    free(text);
    return NULL;
}

int certread_parse(const void *data, size_t len, const char *password,
                   struct cert_package *ret, struct error *err)
{
    struct cert_package p;
    char *text = NULL;
    int r;

    memset(&p, 0, sizeof(p));
    if (len > INT_MAX)
        return error_set(err, ERR_LIMIT, "too large");
    ERR_clear_error();
    if (find_begin(data, len) != NULL)
        r = parse_text(data, len, password, &p, err);
    else if ((text = from_ebcdic(data, len)) != NULL)
        r = parse_text(text, len, password, &p, err);
    else
        r = parse_der(data, len, password, &p, err);
    if (text != NULL)
        explicit_bzero(text, len);
    free(text);
    if (r == 0 && p.n == 0)
        r = error_set(err, ERR_SYNTAX, "it holds no certificate");
    if (r == 0)
        r = order(&p, err);
    ERR_clear_error();
    if (r != 0) {
        certread_done(&p);
        return r;
    }
    *ret = p;
    return 0;
}
