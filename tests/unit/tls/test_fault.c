#include "tls/fault.h"

#include <stdbool.h>
#include <string.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "support/suite.h"
#include "tls/mapping.h"
#include "tls/retcode.h"

static int code_of(enum fault f)
{
    return fault_row(f)->code;
}

/* ---- what OpenSSL says ---- */

static const struct {
    long error;
    const char *name;
} rows[] = {
#define VERIFY(error, fault) {X509_V_ERR_##error, #error},
#include "tls/mapping.def"
};

/* All that this OpenSSL can say has a row of its own. */
START_TEST(every_verification_error_has_a_fault)
{
    size_t i, known = 0;
    long e;

    for (e = 1; e < 200; e++) {
        const char *text = X509_verify_cert_error_string(e);
        bool found = false;

        for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
            found = found || rows[i].error == e;
        ck_assert_msg(retcode_find(code_of(fault_from_verify(e))) != NULL,
                      "%ld gives a code without meaning", e);
        ck_assert_int_ne(code_of(fault_from_verify(e)), 0);
        if (strncmp(text, "unknown", 7) == 0 ||
            strncmp(text, "error number", 12) == 0)
            continue;
        known++;
        ck_assert_msg(found, "%ld (%s) has no row", e, text);
    }
    ck_assert_uint_gt(known, 80);
    ck_assert_int_eq(code_of(fault_from_verify(100000)), 8);
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
    ck_assert_int_eq(code_of(fault_from_verify(verified[_i].error)),
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

START_TEST(every_alert_has_a_fault)
{
    size_t i;
    int a;

    for (a = 0; a < 256; a++) {
        int want = 439;

        for (i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++) {
            if (alerts[i].alert == a)
                want = alerts[i].code;
        }
        ck_assert_msg(code_of(fault_from_alert(a)) == want, "alert %d: got %d",
                      a, code_of(fault_from_alert(a)));
        ck_assert_ptr_nonnull(retcode_find(want));
        ck_assert_int_eq(code_of(fault_from_reason(SSL_AD_REASON_OFFSET + a)),
                         want);
    }
}
END_TEST

static const struct {
    int reason, code;
} reasons[] = {
    {SSL_R_NO_SHARED_CIPHER, 402},
    {SSL_R_UNSUPPORTED_PROTOCOL, 412},
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
    ck_assert_int_eq(code_of(fault_from_reason(reasons[_i].reason)),
                     reasons[_i].code);
}
END_TEST

/* ---- the rows ---- */

START_TEST(every_code_has_causes)
{
    size_t i;

    for (i = 0; i < retcode_count(); i++)
        ck_assert_msg(fault_of_code(retcode_get(i)->code, 0) != NULL, "%d",
                      retcode_get(i)->code);
    ck_assert_ptr_null(fault_of_code(2, 0));
}
END_TEST

/* Its {words} are known ones, and {place} has a parameter. */
static void check_words(const struct fault_row *r, const char *text)
{
    struct strbuf out = STRBUF_INIT;

    fault_expand(text, NULL, NULL, &out);
    ck_assert_msg(strpbrk(strbuf_str(&out), "{}") == NULL, "%s: %s", r->id,
                  strbuf_str(&out));
    strbuf_done(&out);
}

static bool has(const char *text, const char *word)
{
    return text != NULL && strstr(text, word) != NULL;
}

static void check_row(const struct fault_row *r)
{
    ck_assert_msg((r->reason[0] == '\0') == (r->by == BY_LISTED), "%s", r->id);
    ck_assert_msg(r->cause[strlen(r->cause) - 1] == '.', "%s", r->id);
    ck_assert_msg(r->remedy == NULL || r->remedy[0] != '\0', "%s", r->id);
    ck_assert_msg((has(r->cause, "{place}") || has(r->remedy, "{place}")) ==
                      (r->where != PARM_COUNT),
                  "%s: {place} and its parameter", r->id);
    check_words(r, r->reason);
    check_words(r, r->cause);
    if (r->remedy != NULL)
        check_words(r, r->remedy);
}

START_TEST(every_row_is_whole)
{
    int f;

    for (f = FAULT_none + 1; f < FAULT_COUNT; f++) {
        const struct fault_row *r = fault_row((enum fault)f);

        check_row(r);
        ck_assert_msg(r->code == 0 || retcode_find(r->code) != NULL, "%s",
                      r->id);
        ck_assert_msg(r->code >= fault_row((enum fault)(f - 1))->code,
                      "%s is out of order", r->id);
    }
}
END_TEST

/* Two faults with the same cause would be one: a reason has exactly one. */
START_TEST(no_two_rows_say_the_same)
{
    int f, g;

    for (f = FAULT_none + 1; f < FAULT_COUNT; f++)
        for (g = f + 1; g < FAULT_COUNT; g++) {
            const struct fault_row *a = fault_row((enum fault)f);
            const struct fault_row *b = fault_row((enum fault)g);

            ck_assert_msg(a->by == BY_LISTED || b->by == BY_LISTED ||
                              has(a->reason, "{error}") ||
                              strcmp(a->reason, b->reason) != 0 ||
                              a->code != b->code,
                          "%s and %s", a->id, b->id);
        }
}
END_TEST

/* What a cause must not say of who ended it, and where its remedy lies. */
static const struct {
    enum fault_by by;
    const char *never[4];
} contradictions[] = {
    /* the partner's certificate is not this side's fault, nor its server */
    {BY_SELF, {"The partner's certificate", "partner refused", "reset"}},
    /* this side has found the fault: nothing of its own is refused */
    {BY_REFUSAL, {"The partner says", "The partner rejected", "Our own "}},
    /* the partner says it, of what this side sent */
    {BY_ALERT, {"The partner's certificate", "this side refused", "reset"}},
    {BY_PARTNER, {"certificate is", "this side refused", "Our own "}},
    {BY_PATH, {"certificate", "this side refused", "Our own "}},
    {BY_NETWORK, {"certificate", "this side refused", "TLS program"}},
};

START_TEST(no_row_contradicts_itself)
{
    size_t k;
    int f;

    for (f = FAULT_none + 1; f < FAULT_COUNT; f++) {
        const struct fault_row *r = fault_row((enum fault)f);

        if (r->by != contradictions[_i].by)
            continue;
        for (k = 0; contradictions[_i].never[k] != NULL; k++)
            ck_assert_msg(!has(r->cause, contradictions[_i].never[k]), "%s: %s",
                          r->id, r->cause);
    }
}
END_TEST

/* ---- words ---- */

static const char *only_label(const void *arg, enum fault_word word)
{
    return word == WORD_label ? arg : "";
}

START_TEST(words_are_filled_in)
{
    struct strbuf out = STRBUF_INIT;

    fault_expand("a {label} of {ring}, {nobody} {", only_label, "Pay", &out);
    ck_assert_str_eq(strbuf_str(&out), "a Pay of OWNER/RING, {nobody} {");
    strbuf_reset(&out);
    fault_expand("LIST(LABEL('{label}')) of {label}", only_label, "Pay's CA",
                 &out);
    ck_assert_str_eq(strbuf_str(&out), "LIST(LABEL('Pay''s CA')) of Pay's CA");
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("fault")
TEST(every_verification_error_has_a_fault)
TEST_ROWS(verification_gives, verified)
TEST(every_alert_has_a_fault)
TEST_ROWS(reasons_give, reasons)
TEST(every_code_has_causes)
TEST(every_row_is_whole)
TEST(no_two_rows_say_the_same)
TEST_ROWS(no_row_contradicts_itself, contradictions)
TEST(words_are_filled_in)
TESTS_END
