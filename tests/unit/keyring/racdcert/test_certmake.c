/* keyring/certmake: what is in the certificates that GENCERT makes. */

#include "keyring/racdcert/certmake.h"

#include <stdlib.h>
#include <string.h>

#include "keyring/rings/certname.h"
#include "support/suite.h"

static EVP_PKEY *key;
static X509_NAME *subject;
static ASN1_INTEGER *serial;

static void set_up(void)
{
    ck_assert_int_eq(certmake_key(KEY_NISTECC, 256, &key, NULL), 0);
    subject = X509_NAME_new();
    ck_assert_int_eq(certname_add(subject, "CN", "test", NULL), 0);
    serial = ASN1_INTEGER_new();
    ck_assert_int_eq(ASN1_INTEGER_set(serial, 7), 1);
}

static void tear_down(void)
{
    EVP_PKEY_free(key);
    X509_NAME_free(subject);
    ASN1_INTEGER_free(serial);
}

static X509 *make(unsigned usage, bool ca, X509 *signer, EVP_PKEY *signer_key)
{
    struct cert_spec spec = {.subject = subject,
                             .pubkey = key,
                             .not_before = 1000000000,
                             .not_after = 4000000000,
                             .keyusage = usage,
                             .ca = ca,
                             .serial = serial,
                             .signer = signer,
                             .signer_key = signer_key};
    struct error err;
    X509 *x = NULL;

    ck_assert_msg(certmake_cert(&spec, &x, &err) == 0, "%s", err.text);
    return x;
}

static const struct {
    enum key_type type;
    unsigned bits;
    const char *curve; /* NULL: refused, with: */
    const char *error;
} keys[] = {
    {KEY_NISTECC, 192, "prime192v1", NULL},
    {KEY_NISTECC, 224, "secp224r1", NULL},
    {KEY_NISTECC, 256, "prime256v1", NULL},
    {KEY_NISTECC, 384, "secp384r1", NULL},
    {KEY_NISTECC, 521, "secp521r1", NULL},
    {KEY_BPECC, 160, "brainpoolP160r1", NULL},
    {KEY_BPECC, 192, "brainpoolP192r1", NULL},
    {KEY_BPECC, 224, "brainpoolP224r1", NULL},
    {KEY_BPECC, 256, "brainpoolP256r1", NULL},
    {KEY_BPECC, 320, "brainpoolP320r1", NULL},
    {KEY_BPECC, 384, "brainpoolP384r1", NULL},
    {KEY_BPECC, 512, "brainpoolP512r1", NULL},
    {KEY_NISTECC, 320, NULL,
     "SIZE(320): NISTECC has 192, 224, 256, 384 or 521"},
    {KEY_BPECC, 521, NULL,
     "SIZE(521): BPECC has 160, 192, 224, 256, 320, 384 or 512"},
    {KEY_RSA, 512, NULL, "SIZE(512): an RSA key has 1024 to 4096 bits"},
    {KEY_RSA, 4097, NULL, "SIZE(4097): an RSA key has 1024 to 4096 bits"},
    {KEY_RSA, 0, NULL, "SIZE(0): an RSA key has 1024 to 4096 bits"},
};

START_TEST(makes_keys)
{
    EVP_PKEY *k = NULL;
    struct error err = {0};
    char curve[64];
    size_t n;
    int r = certmake_key(keys[_i].type, keys[_i].bits, &k, &err);

    if (keys[_i].curve == NULL) {
        ck_assert_int_eq(r, ERR_VALUE);
        ck_assert_str_eq(err.text, keys[_i].error);
        return;
    }
    ck_assert_msg(r == 0, "%s", err.text);
    EVP_PKEY_get_group_name(k, curve, sizeof(curve), &n);
    ck_assert_str_eq(curve, keys[_i].curve);
    EVP_PKEY_free(k);
}
END_TEST

START_TEST(makes_an_rsa_key)
{
    EVP_PKEY *k = NULL;

    ck_assert_uint_eq(certmake_default_bits(KEY_RSA), 2048);
    ck_assert_uint_eq(certmake_default_bits(KEY_NISTECC), 256);
    ck_assert_int_eq(certmake_key(KEY_RSA, 1024, &k, NULL), 0);
    ck_assert_int_eq(EVP_PKEY_get_bits(k), 1024);
    EVP_PKEY_free(k);
}
END_TEST

static const struct {
    unsigned usage;
    bool ca;
    uint32_t bits; /* of the extension; 0: it is absent */
} usages[] = {
    {0, false, 0},
    {USE_HANDSHAKE, false, KU_DIGITAL_SIGNATURE},
    {USE_DOCSIGN, false, KU_NON_REPUDIATION},
    {USE_KEYAGREE, false, KU_KEY_AGREEMENT},
    {USE_CERTSIGN, false, KU_KEY_CERT_SIGN | KU_CRL_SIGN},
    {0, true, KU_KEY_CERT_SIGN | KU_CRL_SIGN},
    {USE_HANDSHAKE, true,
     KU_DIGITAL_SIGNATURE | KU_KEY_CERT_SIGN | KU_CRL_SIGN},
};

START_TEST(sets_the_bits_of_keyusage)
{
    X509 *x = make(usages[_i].usage, usages[_i].ca, NULL, key);
    bool ca = usages[_i].ca || (usages[_i].usage & USE_CERTSIGN);
    uint32_t bits = X509_get_key_usage(x);

    ck_assert_uint_eq(bits == UINT32_MAX ? 0 : bits, usages[_i].bits);
    ck_assert_int_eq(X509_check_ca(x) != 0 &&
                         X509_get_ext_by_NID(x, NID_basic_constraints, -1) >= 0,
                     ca);
    ck_assert_uint_eq(certmake_usage_of(x),
                      usages[_i].usage | (usages[_i].ca ? USE_CERTSIGN : 0));
    X509_free(x);
}
END_TEST

START_TEST(rsa_handshake_is_signature_and_encipherment)
{
    X509 *x;

    EVP_PKEY_free(key);
    key = NULL;
    ck_assert_int_eq(certmake_key(KEY_RSA, 1024, &key, NULL), 0);
    x = make(USE_HANDSHAKE | USE_DATAENCRYPT, false, NULL, key);
    ck_assert_uint_eq(X509_get_key_usage(x), KU_DIGITAL_SIGNATURE |
                                                 KU_KEY_ENCIPHERMENT |
                                                 KU_DATA_ENCIPHERMENT);
    ck_assert_int_eq(X509_get_signature_nid(x), NID_sha256WithRSAEncryption);
    X509_free(x);
}
END_TEST

static const struct {
    unsigned bits;
    int nid;
} signatures[] = {
    {256, NID_ecdsa_with_SHA256},
    {384, NID_ecdsa_with_SHA384},
    {521, NID_ecdsa_with_SHA512},
};

START_TEST(signs_with_the_digest_that_fits_the_signer)
{
    EVP_PKEY *k = NULL;
    X509 *x;

    ck_assert_int_eq(certmake_key(KEY_NISTECC, signatures[_i].bits, &k, NULL),
                     0);
    x = make(0, false, NULL, k);
    ck_assert_int_eq(X509_get_signature_nid(x), signatures[_i].nid);
    ck_assert_int_eq(X509_verify(x, k), 1);
    X509_free(x);
    EVP_PKEY_free(k);
}
END_TEST

START_TEST(key_ids_link_a_certificate_to_its_signer)
{
    X509 *root = make(0, true, NULL, key), *x;

    ck_assert_ptr_nonnull(X509_get0_subject_key_id(root));
    ck_assert_ptr_null(X509_get0_authority_key_id(root));
    x = make(0, false, root, key);
    ck_assert_int_eq(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(x),
                                           X509_get0_subject_key_id(root)),
                     0);
    ck_assert_int_eq(X509_get_version(x), X509_VERSION_3);
    ck_assert_int_eq(ASN1_INTEGER_get(X509_get0_serialNumber(x)), 7);
    ck_assert_int_eq(ASN1_TIME_cmp_time_t(X509_get0_notBefore(x), 1000000000),
                     0);
    ck_assert_int_eq(ASN1_TIME_cmp_time_t(X509_get0_notAfter(x), 4000000000),
                     0);
    X509_free(root);
    X509_free(x);
}
END_TEST

START_TEST(a_request_repeats_the_certificate)
{
    X509 *x = make(USE_HANDSHAKE, true, NULL, key);
    X509_REQ *req = NULL;

    ck_assert_int_eq(certmake_request(x, key, &req, NULL), 0);
    ck_assert_int_eq(X509_REQ_verify(req, key), 1);
    ck_assert_int_eq(X509_NAME_cmp(X509_REQ_get_subject_name(req), subject), 0);
    ck_assert_uint_eq(certmake_request_usage(req),
                      USE_HANDSHAKE | USE_CERTSIGN);
    X509_REQ_free(req);
    X509_free(x);
    x = make(0, false, NULL, key);
    ck_assert_int_eq(certmake_request(x, key, &req, NULL), 0);
    ck_assert_uint_eq(certmake_request_usage(req), 0);
    X509_REQ_free(req);
    X509_free(x);
}
END_TEST

TESTS_BEGIN("certmake")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST_ROWS(makes_keys, keys)
TEST(makes_an_rsa_key)
TEST_ROWS(sets_the_bits_of_keyusage, usages)
TEST(rsa_handshake_is_signature_and_encipherment)
TEST_ROWS(signs_with_the_digest_that_fits_the_signer, signatures)
TEST(key_ids_link_a_certificate_to_its_signer)
TEST(a_request_repeats_the_certificate)
TESTS_END
