#include "tls/outcome.h"

#include <ctype.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "support/suite.h"

static struct tls_outcome fresh(void)
{
    struct tls_outcome o;

    OPENSSL_init_ssl(
        OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
    ERR_clear_error();
    tls_outcome_init(&o);
    return o;
}

START_TEST(the_first_failure_is_the_cause)
{
    struct tls_outcome o = fresh();

    ck_assert_int_eq(o.alert_sent, -1);
    ck_assert_int_eq(o.alert_received, -1);
    ck_assert_int_eq(tls_fail(&o, FAULT_name_unlisted,
                              &(struct fault_words){.found = "x\n"}),
                     447);
    ck_assert_int_eq(tls_fail(&o, FAULT_no_memory, NULL), 447);
    ck_assert_int_eq(o.fault, FAULT_name_unlisted);
    ck_assert_str_eq(o.reason, "the client wants the server 'x\\x0A', which "
                               "ServerHandshakeSNIList does not name");
    tls_fail_more(&o, FAULT_before_barred,
                  &(struct fault_words){.error = "gone"});
    ck_assert_int_eq(o.rc, 447);
    ck_assert_ptr_nonnull(
        strstr(o.reason, "; the environment before it can't stay in use"));
}
END_TEST

static const struct {
    const char *name;
    struct {
        int lib, reason;
    } queue[3]; /* oldest first */
    int code;
    const char *text; /* part of the reason */
} causes[] = {
    {"nothing in the queue", {{0}}, 12, "it failed: no reason given"},
    {"known reason",
     {{ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER}},
     402,
     "it failed: no shared cipher"},
    {"alert received",
     {{ERR_LIB_SSL, SSL_R_TLSV1_ALERT_UNKNOWN_CA}},
     435,
     "tlsv1 alert unknown ca"},
    {"unknown reason", {{ERR_LIB_SSL, SSL_R_BIO_NOT_SET}}, 12, "bio not"},
    {"the TLS library knows more than RSA",
     {{ERR_LIB_RSA, 4}, {ERR_LIB_SSL, SSL_R_BAD_SIGNATURE}},
     411,
     "bad signature"},
    {"a library alone", {{ERR_LIB_EVP, EVP_R_BAD_DECRYPT}}, 9, "bad decr"},
    {"a certificate that can't be read",
     {{ERR_LIB_ASN1, ASN1_R_DECODE_ERROR}, {ERR_LIB_SSL, ERR_R_ASN1_LIB}},
     414,
     "decode error"},
    {"a key that does not fit",
     {{ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH}},
     428,
     "mismatch"},
    {"memory",
     {{ERR_LIB_SSL, ERR_R_MALLOC_FAILURE},
      {ERR_LIB_SSL, SSL_R_NO_SHARED_CIPHER}},
     4,
     "no memory"},
};

START_TEST(takes_the_cause)
{
    struct tls_outcome o = fresh();
    size_t i;

    for (i = 0; i < 3 && causes[_i].queue[i].lib != 0; i++)
        ERR_raise(causes[_i].queue[i].lib, causes[_i].queue[i].reason);
    tls_take(&o, FAULT_openssl, &(struct fault_words){.what = "it failed"});
    ck_assert_msg(o.rc == causes[_i].code, "%s: %d", causes[_i].name, o.rc);
    ck_assert_msg(strstr(o.reason, causes[_i].text) != NULL, "%s: %s",
                  causes[_i].name, o.reason);
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

START_TEST(names_are_printable)
{
    struct tls_outcome o = fresh();
    X509 *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    char big[400];

    ck_assert_int_eq(X509_NAME_add_entry_by_txt(
                         name, "O", MBSTRING_UTF8,
                         (const unsigned char *)"A,\nB\xc3\xa9", -1, -1, 0),
                     1);
    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    X509_NAME_add_entry_by_NID(X509_get_issuer_name(cert), NID_description,
                               MBSTRING_ASC, (unsigned char *)big, -1, -1, 0);
    tls_outcome_certificate(&o, cert);
    ck_assert_str_eq(o.words.subject, "O=A\\,\\0AB\\C3\\A9");
    ck_assert_uint_eq(strlen(o.words.issuer), sizeof(o.words.issuer) - 1);
    tls_outcome_certificate(&o, NULL);
    X509_free(cert);
}
END_TEST

static const struct {
    int number;
    const char *name;
} alerts[] = {
    {0, "close_notify"},
    {42, "bad_certificate"},
    {48, "unknown_ca"},
    {113, "bad_certificate_status_response"},
    {116, "certificate_required"},
    {120, "no_application_protocol"},
    {1, "alert 1"},
    {200, "alert 200"},
};

START_TEST(alerts_have_the_names_of_the_rfcs)
{
    char buf[24];

    ck_assert_str_eq(tls_alert_name(alerts[_i].number, buf), alerts[_i].name);
}
END_TEST

static const int with_a_code[] = {
#define ALERT(number, code) number,
#include "tls/mapping.def"
};

/* OpenSSL's own texts: "unknown CA" is unknown_ca. */
static void as_name(const char *text, char *name)
{
    for (; *text != '\0'; text++)
        *name++ = *text == ' ' ? '_' : (char)tolower((unsigned char)*text);
    *name = '\0';
}

START_TEST(no_alert_that_is_known_is_a_number)
{
    char buf[24], name[64];
    size_t i;
    int a;

    for (i = 0; i < sizeof(with_a_code) / sizeof(with_a_code[0]); i++)
        ck_assert_msg(tls_alert_name(with_a_code[i], buf) != buf, "alert %d",
                      with_a_code[i]);
    for (a = 0; a < 256; a++) {
        as_name(SSL_alert_desc_string_long(a), name);
        if (strcmp(name, "unknown") != 0)
            ck_assert_str_eq(tls_alert_name(a, buf), name);
    }
}
END_TEST

TESTS_BEGIN("outcome")
TEST(the_first_failure_is_the_cause)
TEST_ROWS(takes_the_cause, causes)
TEST(names_are_printable)
TEST_ROWS(alerts_have_the_names_of_the_rfcs, alerts)
TEST(no_alert_that_is_known_is_a_number)
TESTS_END
