/* keyring/certread: which of several certificates is the end entity, and what
 * is read in parts; whole files are in tests/conformance/racdcert. */

#include "keyring/rings/certread.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "keyring/racdcert/certmake.h"
#include "keyring/rings/certname.h"
#include "support/suite.h"

static EVP_PKEY *root_key, *key;
static X509 *root, *leaf;

static X509 *make(const char *cn, long serial, EVP_PKEY *k, X509 *signer,
                  EVP_PKEY *signer_key)
{
    struct cert_spec spec = {.pubkey = k,
                             .not_after = 4000000000,
                             .ca = signer == NULL,
                             .signer = signer,
                             .signer_key = signer_key};
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    X509_NAME *name = X509_NAME_new();
    X509 *x = NULL;

    ck_assert_int_eq(certname_add(name, "CN", cn, NULL), 0);
    ck_assert_int_eq(ASN1_INTEGER_set(number, serial), 1);
    spec.subject = name;
    spec.serial = number;
    ck_assert_int_eq(certmake_cert(&spec, &x, NULL), 0);
    X509_NAME_free(name);
    ASN1_INTEGER_free(number);
    return x;
}

static void set_up(void)
{
    ck_assert_int_eq(certmake_key(KEY_NISTECC, 256, &root_key, NULL), 0);
    ck_assert_int_eq(certmake_key(KEY_NISTECC, 256, &key, NULL), 0);
    root = make("root", 0, root_key, NULL, root_key);
    leaf = make("leaf", 1, key, root, root_key);
}

static void tear_down(void)
{
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(key);
    X509_free(root);
    X509_free(leaf);
}

enum part { NOTHING, ROOT, LEAF, KEY, ROOT_KEY, NOISE, CRL };

static const struct {
    const char *name;
    enum part parts[6];
    int code;
    size_t n;
    bool key; /* of the first certificate, which is the leaf unless alone */
} texts[] = {
    {"one", {LEAF}, 0, 1, false},
    {"text around it", {NOISE, LEAF, NOISE}, 0, 1, false},
    {"a chain", {LEAF, ROOT}, 0, 2, false},
    {"a chain from the root", {ROOT, LEAF}, 0, 2, false},
    {"with key", {KEY, ROOT, LEAF}, 0, 2, true},
    {"the first key counts", {LEAF, KEY, ROOT_KEY}, 0, 1, true},
    {"another's key", {LEAF, ROOT_KEY}, ERR_VALUE, 0, false},
    {"a key alone", {KEY}, ERR_SYNTAX, 0, false},
    {"nothing known", {CRL}, ERR_SYNTAX, 0, false},
    {"something unknown too", {CRL, LEAF}, 0, 1, false},
};

static void write_part(BIO *bio, enum part part)
{
    switch (part) {
    case ROOT:
        PEM_write_bio_X509(bio, root);
        break;
    case LEAF:
        PEM_write_bio_X509(bio, leaf);
        break;
    case KEY:
        PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
        break;
    case ROOT_KEY:
        PEM_write_bio_PrivateKey(bio, root_key, NULL, NULL, 0, NULL, NULL);
        break;
    case NOISE:
        BIO_puts(bio, "Label: some text\r\n\n");
        break;
    case CRL:
        PEM_write_bio(bio, "X509 CRL", "", (const unsigned char *)"0", 1);
        break;
    case NOTHING:
        break;
    }
}

static const char *copy(BIO *bio, size_t *len)
{
    char *data;

    *len = (size_t)BIO_get_mem_data(bio, &data);
    return data;
}

START_TEST(certificates_are_read_from_text)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct cert_package p = {.n = 0};
    struct error err = {0};
    const char *data;
    size_t len, i;
    int r;

    for (i = 0; texts[_i].parts[i] != NOTHING; i++)
        write_part(bio, texts[_i].parts[i]);
    data = copy(bio, &len);
    r = certread_parse(data, len, NULL, &p, &err);
    ck_assert_msg(r == texts[_i].code, "%s: %d %s", texts[_i].name, r,
                  err.text);
    ck_assert_uint_eq(p.n, texts[_i].n);
    if (r == 0) {
        ck_assert_int_eq(X509_cmp(p.cert[0], leaf), 0);
        ck_assert((p.key != NULL) == texts[_i].key);
    }
    certread_done(&p);
    BIO_free(bio);
}
END_TEST

/* Every cut of a package is refused, and none is read past its end. */
START_TEST(refuses_every_cut)
{
    PKCS12 *p12 = PKCS12_create("pw", "x", key, leaf, NULL, NID_aes_256_cbc,
                                NID_aes_256_cbc, 1, 1, 0);
    unsigned char *der = NULL, *part;
    struct cert_package p = {.n = 0};
    size_t len, n;

    ck_assert_ptr_nonnull(p12);
    len = (size_t)i2d_PKCS12(p12, &der);
    ck_assert_int_eq(certread_parse(der, len, "pw", &p, NULL), 0);
    ck_assert_int_eq(X509_check_private_key(p.cert[0], p.key), 1);
    certread_done(&p);
    ck_assert_int_eq(certread_parse(der, len, "PW", &p, NULL), ERR_DENIED);
    ck_assert_int_eq(certread_parse(der, len, NULL, &p, NULL), ERR_DENIED);
    for (n = 0; n < len; n += 7) {
        part = malloc(n + 1);
        memcpy(part, der, n);
        ck_assert_int_eq(certread_parse(part, n, "pw", &p, NULL), ERR_SYNTAX);
        free(part);
    }
    OPENSSL_free(der);
    PKCS12_free(p12);
}
END_TEST

START_TEST(takes_so_many_and_no_more)
{
    BIO *bio = BIO_new(BIO_s_mem());
    struct cert_package p = {.n = 0};
    struct error err;
    const char *data;
    size_t len;
    int i;

    for (i = 0; i <= CERTREAD_MAX; i++)
        PEM_write_bio_X509(bio, leaf);
    data = copy(bio, &len);
    ck_assert_int_eq(certread_parse(data, len, NULL, &p, &err), ERR_LIMIT);
    ck_assert_str_eq(err.text, "more than 64 certificates");
    ck_assert_uint_eq(p.n, 0);
    BIO_free(bio);
}
END_TEST

START_TEST(issuers_in_a_circle_have_no_end_entity)
{
    /* a signed by b, b signed by a: any may stand first, none twice. */
    X509 *a = make("a", 1, key, root, root_key), *b;
    struct cert_package p = {.n = 0};
    BIO *bio = BIO_new(BIO_s_mem());
    const char *data;
    size_t len;

    X509_set_issuer_name(a, X509_get_subject_name(leaf));
    b = X509_dup(leaf);
    X509_set_issuer_name(b, X509_get_subject_name(a));
    X509_sign(a, root_key, EVP_sha256());
    X509_sign(b, root_key, EVP_sha256());
    PEM_write_bio_X509(bio, a);
    PEM_write_bio_X509(bio, b);
    data = copy(bio, &len);
    ck_assert_int_eq(certread_parse(data, len, NULL, &p, NULL), 0);
    ck_assert_uint_eq(p.n, 2);
    ck_assert_int_ne(X509_cmp(p.cert[0], p.cert[1]), 0);
    certread_done(&p);
    X509_free(a);
    X509_free(b);
    BIO_free(bio);
}
END_TEST

TESTS_BEGIN("certread")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST_ROWS(certificates_are_read_from_text, texts)
TEST(refuses_every_cut)
TEST(takes_so_many_and_no_more)
TEST(issuers_in_a_circle_have_no_end_entity)
TESTS_END
