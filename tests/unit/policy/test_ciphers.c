/* policy/ciphers: the tables agree with themselves and with OpenSSL. */

#include "policy/ciphers.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/testing.h"
#include "support/suite.h"

START_TEST(suites_are_sorted_and_found)
{
    const struct cipher *c, *before = NULL;
    char code[8];
    size_t i;

    for (i = 0; i < cipher_count(); i++, before = c) {
        c = cipher_get(i);
        ck_assert_msg(before == NULL || before->code < c->code, "%s", c->name);
        snprintf(code, sizeof(code), "%04X", c->code);
        ck_assert_str_eq(c->code4, code);
        ck_assert_ptr_eq(cipher_by_code(c->code), c);
        ck_assert_ptr_eq(cipher_by_name(c->name), c);
        ck_assert_uint_le(c->min_version, c->max_version);
    }
    ck_assert_ptr_null(cipher_by_code(0xFFFF));
    ck_assert_ptr_null(cipher_by_name("TLS_NO_SUCH"));
    ck_assert_ptr_eq(cipher_by_name("tls_aes_128_gcm_sha256"),
                     cipher_by_code(0x1301));
}
END_TEST

/* What a name says is what the row says. */
START_TEST(names_tell_the_weakness)
{
    static const struct {
        const char *part;
        unsigned weakness;
    } parts[] = {{"_NULL_", CIPHER_NULL},    {"_EXPORT_", CIPHER_EXPORT},
                 {"_RC2_", CIPHER_RC2},      {"_RC4_", CIPHER_RC4},
                 {"_WITH_DES_", CIPHER_DES}, {"_3DES_", CIPHER_3DES}};
    const struct cipher *c;
    size_t i, k;

    for (i = 0; i < cipher_count(); i++) {
        c = cipher_get(i);
        for (k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
            ck_assert_msg((strstr(c->name, parts[k].part) != NULL) ==
                              ((c->weakness & parts[k].weakness) != 0),
                          "%s", c->name);
        ck_assert_msg((strcmp(c->name + strlen(c->name) - 4, "_MD5") == 0) ==
                          ((c->weakness & CIPHER_MD5) != 0),
                      "%s", c->name);
        if (c->code >> 8 != 0x13)
            ck_assert_msg((strstr(c->name, "DHE_") != NULL) ==
                              c->forward_secret,
                          "%s", c->name);
        if (strstr(c->name, "_WITH_") != NULL &&
            (strstr(c->name, "SHA256") || strstr(c->name, "SHA384")))
            ck_assert_msg(c->min_version == 0x0303, "%s", c->name);
    }
}
END_TEST

/* OpenSSL's name of a row stands for the same number. */
START_TEST(openssl_names_are_right)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    STACK_OF(SSL_CIPHER) * list;
    const struct cipher *c;
    size_t i;
    int k, found;

    ck_assert_int_eq(SSL_CTX_set_cipher_list(ctx, "ALL:eNULL:@SECLEVEL=0"), 1);
    list = SSL_CTX_get_ciphers(ctx);
    for (i = 0; i < cipher_count(); i++) {
        c = cipher_get(i);
        found = 0;
        for (k = 0; k < sk_SSL_CIPHER_num(list); k++) {
            const SSL_CIPHER *s = sk_SSL_CIPHER_value(list, k);

            if (SSL_CIPHER_get_protocol_id(s) == c->code) {
                found = 1;
                ck_assert_msg(c->openssl != NULL &&
                                  strcmp(SSL_CIPHER_get_name(s), c->openssl) ==
                                      0,
                              "%s: %s", c->name, SSL_CIPHER_get_name(s));
                ck_assert_str_eq(SSL_CIPHER_standard_name(s), c->name);
            }
        }
        ck_assert_msg(found == (c->openssl != NULL), "%s: OpenSSL %s it",
                      c->name, found ? "has" : "lacks");
    }
    SSL_CTX_free(ctx);
}
END_TEST

START_TEST(curves_are_right)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    const struct curve *c;
    char id[8];
    size_t i;

    for (i = 0; i < curve_count(); i++) {
        c = curve_get(i);
        snprintf(id, sizeof(id), "%04u", c->id);
        ck_assert_str_eq(c->id4, id);
        ck_assert_ptr_eq(curve_by_id(c->id), c);
        ck_assert_ptr_eq(curve_by_name(c->name), c);
        ck_assert_ptr_nonnull(OBJ_nid2sn(c->nid));
        if (c->openssl != NULL)
            ck_assert_msg(SSL_CTX_set1_groups_list(ctx, c->openssl) == 1, "%s",
                          c->name);
    }
    ck_assert_ptr_null(curve_by_id(1));
    ck_assert_ptr_null(curve_by_name("no"));
    ck_assert_int_eq(curve_by_id(23)->nid, NID_X9_62_prime256v1);
    ck_assert_int_eq(curve_by_id(24)->nid, NID_secp384r1);
    ck_assert_int_eq(curve_by_id(25)->nid, NID_secp521r1);
    ck_assert_int_eq(curve_by_id(29)->nid, NID_X25519);
    ck_assert_int_eq(curve_by_id(30)->nid, NID_X448);
    ck_assert_int_eq(curve_by_id(19)->nid, NID_X9_62_prime192v1);
    ck_assert_int_eq(curve_by_id(21)->nid, NID_secp224r1);
    ck_assert_int_eq(curve_by_id(26)->nid, NID_brainpoolP256r1);
    ck_assert_int_eq(curve_by_id(27)->nid, NID_brainpoolP384r1);
    ck_assert_int_eq(curve_by_id(28)->nid, NID_brainpoolP512r1);
    SSL_CTX_free(ctx);
}
END_TEST

START_TEST(pairs_are_right)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    const struct sigpair *s;
    char id[8];
    size_t i;

    for (i = 0; i < sigpair_count(); i++) {
        s = sigpair_get(i);
        snprintf(id, sizeof(id), "%04X", s->id);
        ck_assert_str_eq(s->id4, id);
        ck_assert_ptr_eq(sigpair_by_id(s->id), s);
        ck_assert_ptr_eq(sigpair_by_name(s->name), s);
        if (s->openssl != NULL)
            ck_assert_msg(SSL_CTX_set1_sigalgs_list(ctx, s->openssl) == 1, "%s",
                          s->name);
    }
    ck_assert_ptr_null(sigpair_by_id(1));
    ck_assert_ptr_null(sigpair_by_name("no"));
    SSL_CTX_free(ctx);
}
END_TEST

TESTS_BEGIN("ciphers")
TEST(suites_are_sorted_and_found)
TEST(names_tell_the_weakness)
TEST(openssl_names_are_right)
TEST(curves_are_right)
TEST(pairs_are_right)
TESTS_END
