/* policy/versions: the table agrees with the parameters and with OpenSSL. */

#include "policy/versions.h"

#include <ctype.h>
#include <openssl/ssl.h>
#include <string.h>

#include "policy/schema.h"
#include "support/suite.h"

START_TEST(versions_are_sorted_and_found)
{
    const struct version *v, *before = NULL;
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++, before = v) {
        v = &tls_versions[i];
        ck_assert_msg(before == NULL || before->code < v->code, "%s", v->name);
        ck_assert_ptr_eq(version_by_code(v->code), v);
        ck_assert_ptr_eq(version_by_parm(v->parm), v);
        ck_assert_ptr_eq(version_by_gsk(v->gsk), v);
    }
    ck_assert_ptr_null(version_by_code(0x0305));
    ck_assert_ptr_null(version_by_parm(PARM_Keyring));
    ck_assert_ptr_null(version_by_gsk("TLSv1.2"));
}
END_TEST

/* A version is named as the parameter that switches it on, and by System SSL
 * in capitals. */
START_TEST(versions_have_the_names_of_the_parameters)
{
    const struct version *v;
    size_t i, k;

    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        ck_assert_str_eq(v->name, schema_parm(v->parm)->keyword);
        ck_assert_uint_eq(strlen(v->gsk), strlen(v->name));
        for (k = 0; v->name[k] != '\0'; k++)
            ck_assert_int_eq(v->gsk[k], toupper((unsigned char)v->name[k]));
    }
}
END_TEST

START_TEST(versions_have_the_numbers_of_openssl)
{
    ck_assert_uint_eq(version_by_parm(PARM_SSLv3)->code, SSL3_VERSION);
    ck_assert_uint_eq(version_by_parm(PARM_TLSv1)->code, TLS1_VERSION);
    ck_assert_uint_eq(version_by_parm(PARM_TLSv1_1)->code, TLS1_1_VERSION);
    ck_assert_uint_eq(version_by_parm(PARM_TLSv1_2)->code, TLS1_2_VERSION);
    ck_assert_uint_eq(version_by_parm(PARM_TLSv1_3)->code, TLS1_3_VERSION);
}
END_TEST

START_TEST(versions_that_are_spoken_have_a_bit_of_their_own)
{
    const struct version *v;
    unsigned seen = 0;
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        ck_assert_msg((v->bit & (v->bit - 1)) == 0, "%s", v->name);
        ck_assert_msg((v->bit & seen) == 0, "%s", v->name);
        seen |= v->bit;
    }
    ck_assert_uint_eq(VERSIONS_LEGACY, VERSION_TLSv1 | VERSION_TLSv1_1);
    ck_assert_uint_eq(VERSION_SSLv2 | VERSION_SSLv3, 0);
}
END_TEST

/* The export suites end with TLSv1, those with SHA-256 begin with TLSv1.2. */
START_TEST(versions_of_a_suite)
{
    static const struct {
        uint16_t code;
        unsigned versions;
    } rows[] = {
        {0x0003, VERSION_TLSv1},
        {0x0009, VERSION_TLSv1 | VERSION_TLSv1_1},
        {0x002F, VERSION_TLSv1 | VERSION_TLSv1_1 | VERSION_TLSv1_2},
        {0xC02F, VERSION_TLSv1_2},
        {0x1301, VERSION_TLSv1_3},
    };
    size_t i;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_uint_eq(versions_of(cipher_by_code(rows[i].code)),
                          rows[i].versions);
}
END_TEST

START_TEST(versions_as_text)
{
    struct strbuf out = STRBUF_INIT;

    versions_add(0, &out);
    ck_assert_str_eq(strbuf_str(&out), "");
    strbuf_adds(&out, "on: ");
    versions_add(VERSION_TLSv1 | VERSION_TLSv1_3, &out);
    ck_assert_str_eq(strbuf_str(&out), "on: TLSv1 TLSv1.3");
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("versions")
TEST(versions_are_sorted_and_found)
TEST(versions_have_the_names_of_the_parameters)
TEST(versions_have_the_numbers_of_openssl)
TEST(versions_that_are_spoken_have_a_bit_of_their_own)
TEST(versions_of_a_suite)
TEST(versions_as_text)
TESTS_END
