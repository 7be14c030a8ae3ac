/* What is told of certificates. */
#include "tls/certinfo.h"

#include <stdio.h>
#include <string.h>
#include <openssl/x509v3.h>

#include "support/suite.h"

/* Signed by its own key; extensions in pairs of name and value, then NULL. */
static X509 *make(const char *subject, const EVP_MD *md,
                  const char *const *extensions)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    X509_EXTENSION *e;

    X509_set_version(x, X509_VERSION_3);
    if (subject[0] != '\0')
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   (const unsigned char *)subject, -1, -1, 0);
    X509_set_issuer_name(x, name);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "20260101000000Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "20261231235959Z");
    X509_set_pubkey(x, key);
    for (; extensions != NULL && *extensions != NULL; extensions += 2) {
        e = X509V3_EXT_conf(NULL, NULL, extensions[0], extensions[1]);
        ck_assert_msg(e != NULL, "%s", extensions[0]);
        X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
    }
    ck_assert_int_gt(X509_sign(x, key, md), 0);
    EVP_PKEY_free(key);
    return x;
}

/* The text of the row with this name in JSON. */
static void row_text(const struct certinfo *c, const char *key,
                     struct strbuf *out)
{
    const struct certinfo_row *row;
    struct fact f = FACT_INIT;
    size_t i;

    strbuf_reset(out);
    for (i = 0; (row = certinfo_row(i)) != NULL; i++)
        if (strcmp(row->key, key) == 0)
            row->get(c, &f);
    fact_show(&f, out);
    fact_done(&f);
}

static const struct {
    const char *name, *extensions[5], *key, *text;
} rows[] = {
    {"subject", {NULL}, "subject", "CN=pay"},
    {"key", {NULL}, "key", "EC prime256v1"},
    {"signature", {NULL}, "signature", "ecdsa-with-SHA256"},
    {"from", {NULL}, "not_before", "2026-01-01 00:00:00Z"},
    {"to", {NULL}, "not_after", "2026-12-31 23:59:59Z"},
    {"no key usage", {NULL}, "key_usage", "any"},
    {"no extended one", {NULL}, "extended_key_usage", "any"},
    {"key usages",
     {"keyUsage", "digitalSignature,keyCertSign"},
     "key_usage",
     "digitalSignature keyCertSign"},
    {"extended usages",
     {"extendedKeyUsage", "serverAuth,clientAuth"},
     "extended_key_usage",
     "serverAuth clientAuth"},
    {"one that has no name here",
     {"extendedKeyUsage", "codeSigning,1.2.3.4,1.2.3.5"},
     "extended_key_usage",
     "codeSigning and 2 more"},
    {"unnamed ones only",
     {"extendedKeyUsage", "1.2.3.4"},
     "extended_key_usage",
     "1 more"},
};

START_TEST(tells_a_certificate)
{
    X509 *x = make("pay", EVP_sha256(), rows[_i].extensions);
    struct strbuf out = STRBUF_INIT;
    struct certinfo c;

    certinfo_read(x, &c);
    row_text(&c, rows[_i].key, &out);
    ck_assert_msg(strcmp(strbuf_str(&out), rows[_i].text) == 0, "%s: \"%s\"",
                  rows[_i].name, strbuf_str(&out));
    X509_free(x);
    certinfo_read(NULL, &c);
    row_text(&c, rows[_i].key, &out);
    ck_assert_str_eq(strbuf_str(&out), "");
    strbuf_done(&out);
}
END_TEST

START_TEST(tells_its_digest)
{
    X509 *x = make("", EVP_sha1(), NULL);
    struct strbuf out = STRBUF_INIT;
    unsigned char md[EVP_MAX_MD_SIZE];
    char first[4];
    struct certinfo c;

    certinfo_read(x, &c);
    ck_assert_str_eq(c.signature, "ecdsa-with-SHA1");
    ck_assert_int_eq(X509_digest(x, EVP_sha256(), md, NULL), 1);
    snprintf(first, sizeof(first), "%02X:", md[0]);
    ck_assert_uint_eq(strlen(c.sha256), 64);
    row_text(&c, "sha256", &out);
    ck_assert_int_eq(strncmp(strbuf_str(&out), first, 3), 0);
    row_text(&c, "subject", &out);
    ck_assert_str_eq(strbuf_str(&out), "(without a subject)");
    strbuf_done(&out);
    X509_free(x);
}
END_TEST

/* ---- names ---- */

static const struct {
    const char *name, *subject, *extensions[3], *text;
} names[] = {
    {"none", "", {NULL}, "none"},
    {"a common name", "pay", {NULL}, "CN:pay"},
    {"all kinds",
     "pay",
     {"subjectAltName",
      "DNS:pay.example,IP:192.0.2.1,IP:2001:db8::1,email:a@b.example,"
      "URI:https://c.example"},
     "DNS:pay.example, IP:192.0.2.1, IP:2001:db8::1, email:a@b.example, "
     "URI:https://c.example, CN:pay"},
    {"one with what no screen should get", "a\nb", {NULL}, "CN:a\\x0Ab"},
    {"eighteen",
     "pay",
     {"subjectAltName",
      "DNS:a,DNS:b,DNS:c,DNS:d,DNS:e,DNS:f,DNS:g,DNS:h,DNS:i,DNS:j,DNS:k,"
      "DNS:l,DNS:m,DNS:n,DNS:o,DNS:p,DNS:q,DNS:r"},
     "DNS:a, DNS:b, DNS:c, DNS:d, DNS:e, DNS:f, DNS:g, DNS:h, DNS:i, DNS:j, "
     "DNS:k, DNS:l, DNS:m, DNS:n, DNS:o, DNS:p and 3 more"},
};

START_TEST(lists_its_names)
{
    X509 *x = make(names[_i].subject, EVP_sha256(), names[_i].extensions);
    struct strbuf out = STRBUF_INIT;
    struct fact f = FACT_INIT;
    struct shortlist l;

    certinfo_names(x, &l);
    fact_shortlist(&f, &l);
    fact_show(&f, &out);
    ck_assert_msg(strcmp(strbuf_str(&out), names[_i].text) == 0, "%s: \"%s\"",
                  names[_i].name, strbuf_str(&out));
    fact_done(&f);
    strbuf_done(&out);
    X509_free(x);
}
END_TEST

TESTS_BEGIN("certinfo")
TEST_ROWS(tells_a_certificate, rows)
TEST(tells_its_digest)
TEST_ROWS(lists_its_names, names)
TESTS_END
