/* What was seen: equal connections are one line, others are not. */
#include "conn/audit.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

static struct audit_seen tls(const char *rule, uint16_t cipher)
{
    return (struct audit_seen){.direction = POLICY_INBOUND,
                               .port = 5555,
                               .jobname = "IMS15HWS",
                               .userid = "IMSSTC",
                               .rule = rule,
                               .protocol = "TLSV1.2",
                               .cipher = cipher};
}

static struct audit_seen clear(enum audit_clear why, uint16_t port)
{
    return (struct audit_seen){.clear = why,
                               .direction = POLICY_OUTBOUND,
                               .port = port,
                               .jobname = "JOB",
                               .userid = "",
                               .rule = "",
                               .protocol = ""};
}

START_TEST(counts_what_is_the_same)
{
    struct audit *a = audit_new();
    struct strbuf out = STRBUF_INIT;
    struct audit_seen s = tls("B", 0x35);
    int i;

    audit_print(a, &out);
    ck_assert_str_eq(strbuf_str(&out), "No connection yet.\n");
    strbuf_reset(&out);
    for (i = 0; i < 3; i++)
        audit_count(a, &s);
    s = tls("A", 0xC02C);
    audit_count(a, &s);
    audit_print(a, &out);
    ck_assert_str_eq(
        strbuf_str(&out),
        "Rule A\n"
        "         1  TLSV1.2  C02C TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384\n"
        "Rule B\n"
        "         3  TLSV1.2  0035 TLS_RSA_WITH_AES_256_CBC_SHA\n"
        "In clear: none.\n");
    strbuf_reset(&out);
    s = clear(AUDIT_NO_RULE, 80);
    audit_count(a, &s);
    s = clear(AUDIT_NOTTLS, 80);
    audit_count(a, &s);
    audit_print(a, &out);
    ck_assert_ptr_nonnull(strstr(
        strbuf_str(&out), "In clear\n"
                          "         1  Outbound port 80     job JOB      "
                          "user -         no rule fits\n"));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "TTLS was off"));
    strbuf_done(&out);
    audit_free(a);
    audit_free(NULL);
}
END_TEST

START_TEST(json_names_what_was_negotiated)
{
    struct audit *a = audit_new();
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINE);
    struct audit_seen s = {.direction = POLICY_INBOUND,
                           .port = 443,
                           .jobname = "JOB",
                           .userid = "USER",
                           .rule = "R",
                           .protocol = "TLSV1.2",
                           .cipher = 0xC02F};

    audit_count(a, &s);
    audit_json(a, &j);
    ck_assert_ptr_nonnull(
        strstr(strbuf_str(&out),
               "\"server.port\": 443, \"jobname\": \"JOB\", \"user.name\": "
               "\"USER\", \"tls.protocol.name\": \"tls\", "
               "\"tls.protocol.version\": \"1.2\", \"tls.cipher\": "
               "\"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\", \"cipher_code\": "
               "\"C02F\", \"connections\": 1, \"first_seen\": \"2"));
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "Z\"}]"));
    strbuf_done(&out);
    audit_free(a);
}
END_TEST

/* A port scan must not eat the memory. */
START_TEST(is_bounded)
{
    struct audit *a = audit_new();
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINE);
    struct audit_seen s;
    unsigned i;

    for (i = 0; i < AUDIT_ENTRIES_MAX + 7; i++) {
        s = clear(AUDIT_NO_RULE, (uint16_t)i);
        audit_count(a, &s);
    }
    audit_json(a, &j);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&out), "\"no_room\": 7"));
    strbuf_done(&out);
    audit_free(a);
}
END_TEST

TESTS_BEGIN("audit")
TEST(counts_what_is_the_same)
TEST(json_names_what_was_negotiated)
TEST(is_bounded)
TESTS_END
