#include "tls/retcode.h"

#include <stdbool.h>
#include <string.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "support/suite.h"
#include "tls/testing.h"
#include "util/paths.h"

START_TEST(codes_ascend_and_are_explained)
{
    size_t i;

    ck_assert_uint_gt(retcode_count(), 75);
    for (i = 0; i < retcode_count(); i++) {
        const struct retcode *r = retcode_get(i);
        size_t len = strlen(r->meaning);

        ck_assert_msg(i == 0 || r->code > retcode_get(i - 1)->code,
                      "%d is out of order", r->code);
        ck_assert_msg(len > 5 && r->meaning[len - 1] == '.', "%d: meaning",
                      r->code);
        ck_assert_ptr_eq(retcode_find(r->code), r);
    }
    ck_assert_ptr_null(retcode_find(2000));
    ck_assert_str_eq(retcode_find(414)->constant, "GSK_ERR_BAD_CERT");
}
END_TEST

static const struct {
    long error;
    const char *name;
} rows[] = {
#define VERIFY(error, code) {X509_V_ERR_##error, #error},
#include "tls/mapping.def"
};

/* All that this OpenSSL can say has a row of its own. */
START_TEST(every_verification_error_has_a_code)
{
    size_t i, known = 0;
    long e;

    for (e = 1; e < 200; e++) {
        const char *text = X509_verify_cert_error_string(e);
        bool found = false;

        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            found = found || rows[i].error == e;
        ck_assert_msg(retcode_find(retcode_from_verify(e)) != NULL,
                      "%ld gives a code without meaning", e);
        ck_assert_int_ne(retcode_from_verify(e), 0);
        if (strncmp(text, "unknown", 7) == 0 ||
            strncmp(text, "error number", 12) == 0)
            continue;
        known++;
        ck_assert_msg(found, "%ld (%s) has no row", e, text);
    }
    ck_assert_uint_gt(known, 80);
    ck_assert_int_eq(retcode_from_verify(X509_V_OK), 0);
    ck_assert_int_eq(retcode_from_verify(100000), 8);
}
END_TEST

static const struct {
    long error;
    int code;
} verified[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, 401},
    {X509_V_ERR_CERT_NOT_YET_VALID, 401},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 435},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 435},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 417},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, 413},
    {X509_V_ERR_CERT_REVOKED, 431},
    {X509_V_ERR_CRL_HAS_EXPIRED, 436},
    {X509_V_ERR_INVALID_PURPOSE, 440},
    {X509_V_ERR_INVALID_CA, 440},
    {X509_V_ERR_CERT_REJECTED, 8},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, 8},
    {X509_V_ERR_CA_MD_TOO_WEAK, 8},
    {X509_V_ERR_OUT_OF_MEM, 4},
};

START_TEST(verification_gives)
{
    ck_assert_int_eq(retcode_from_verify(verified[_i].error),
                     verified[_i].code);
}
END_TEST

static const struct {
    int alert, code;
} alerts[] = {
    {0, 420},   {10, 415},  {20, 411},  {21, 411},  {22, 505}, {30, 410},
    {40, 402},  {41, 403},  {42, 414},  {43, 405},  {44, 431}, {45, 401},
    {46, 414},  {47, 415},  {48, 435},  {49, 416},  {50, 415}, {51, 411},
    {60, 409},  {70, 412},  {71, 402},  {80, 438},  {86, 412}, {90, 420},
    {100, 432}, {109, 415}, {110, 415}, {112, 447}, {113, 8},  {116, 403},
};

START_TEST(every_alert_has_a_code)
{
    size_t i;
    int a;

    for (a = 0; a < 256; a++) {
        int want = 439;

        for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
            if (alerts[i].alert == a)
                want = alerts[i].code;
        }
        ck_assert_msg(retcode_from_alert(a) == want, "alert %d: got %d", a,
                      retcode_from_alert(a));
        ck_assert_ptr_nonnull(retcode_find(want));
        ck_assert_int_eq(retcode_from_reason(SSL_AD_REASON_OFFSET + a), want);
    }
}
END_TEST

static const struct {
    int reason, code;
} reasons[] = {
    {SSL_R_NO_SHARED_CIPHER, 402},
    {SSL_R_UNSUPPORTED_PROTOCOL, 412},
    {SSL_R_HTTP_REQUEST, 5003},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, 5001},
    {SSL_R_NO_CERTIFICATE_ASSIGNED, 7},
    {SSL_R_NO_PRIVATE_KEY_ASSIGNED, 428},
    {SSL_R_WRONG_CERTIFICATE_TYPE, 434},
    {SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, 411},
    {SSL_R_UNEXPECTED_MESSAGE, 415},
    {SSL_R_LENGTH_MISMATCH, 410},
    {SSL_R_ENCRYPTED_LENGTH_TOO_LONG, 505},
    {SSL_R_NO_RENEGOTIATION, 432},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, 420},
    {SSL_R_BIO_NOT_SET, 0},
};

START_TEST(reasons_give)
{
    ck_assert_int_eq(retcode_from_reason(reasons[_i].reason), reasons[_i].code);
}
END_TEST

/* No row points at a code that can't be explained. */
START_TEST(every_row_has_a_meaning)
{
    static const int codes[] = {
#define VERIFY(error, code)  code,
#define ALERT(number, code)  code,
#define REASON(reason, code) code,
#include "tls/mapping.def"
    };
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        ck_assert_msg(retcode_find(codes[i]) != NULL, "%d", codes[i]);
}
END_TEST

/* A code without a word about its cause helps nobody. */
START_TEST(every_code_has_causes)
{
    size_t i, k;

    for (i = 0; i < retcode_count(); i++) {
        int code = retcode_get(i)->code;
        const struct retcode_cause *c;

        ck_assert_msg(retcode_cause_get(code, 0) != NULL, "%d", code);
        for (k = 0; (c = retcode_cause_get(code, k)) != NULL; k++) {
            ck_assert_msg(c->cause[strlen(c->cause) - 1] == '.', "%d: %s", code,
                          c->cause);
            ck_assert_msg(c->command == NULL || c->command[0] != '\0', "%d",
                          code);
        }
    }
    ck_assert_ptr_null(retcode_cause_get(2, 0));
    ck_assert_ptr_null(retcode_cause_for(2, RETCODE_OURS));
    ck_assert_ptr_nonnull(
        strstr(retcode_cause_for(435, RETCODE_OURS)->cause, "Our ring"));
    ck_assert_ptr_nonnull(
        strstr(retcode_cause_for(435, RETCODE_THEIRS)->cause, "unknown_ca"));
    ck_assert_ptr_eq(retcode_cause_for(5002, RETCODE_OURS),
                     retcode_cause_get(5002, 0));
    ck_assert_ptr_nonnull(
        strstr(retcode_cause_for(5004, RETCODE_OURS)->cause, "max_handshakes"));
    ck_assert_ptr_nonnull(
        strstr(retcode_cause_get(414, 0)->cause, "is not connected"));
}
END_TEST

/* A row whose code is not in retcode.def would never be seen. */
START_TEST(every_cause_has_its_code)
{
    static const int codes[] = {
#define CAUSE(code, side, cause, command) code,
#include "tls/causes.def"
    };
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        ck_assert_msg(retcode_find(codes[i]) != NULL, "%d", codes[i]);
        ck_assert_msg(i == 0 || codes[i - 1] <= codes[i], "%d: order",
                      codes[i]);
    }
}
END_TEST

TESTS_BEGIN("retcode")
TEST(codes_ascend_and_are_explained)
TEST(every_verification_error_has_a_code)
TEST_ROWS(verification_gives, verified)
TEST(every_alert_has_a_code)
TEST_ROWS(reasons_give, reasons)
TEST(every_row_has_a_meaning)
TEST(every_code_has_causes)
TEST(every_cause_has_its_code)
TESTS_END
