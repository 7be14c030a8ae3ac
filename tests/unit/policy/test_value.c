/* policy/value: the values of a line, read and shown again. */

#include "policy/value.h"

#include <stdio.h>
#include <string.h>

#include "policy/parser.h"
#include "support/policies.h"
#include "support/suite.h"
#include "util/testing.h"

/* A line, what is shown of its value (NULL: it is an error), findings. */
static const struct {
    const char *line, *shown, *findings;
} cases[] = {
    /* choices */
    {"TTLSEnabled On", "On", ""},
    {"TTLSEnabled OFF", "Off", ""},
    {"HandshakeRole serverwithclientauth", "ServerWithClientAuth", ""},
    {"HandshakeRole Serv", NULL, "bad-value"},
    {"HandshakeRole ClientWithServerAuth", NULL, "bad-value"},
    {"TTLSEnabled", NULL, "missing-value"},
    {"TTLSEnabled On really", "On", "trailing-text"},
    {"Direction BOTH", "Both", ""},
    {"ClientAuthType passthru", "PassThru", ""},
    {"SuiteBProfile 128Min", "128Min", ""},
    {"HandshakeRole <role>", NULL, "placeholder bad-value"},
    /* numbers */
    {"Trace 255", "255", ""},
    {"Trace 256", NULL, "bad-value"},
    {"Trace -1", NULL, "bad-value"},
    {"Trace seven", NULL, "bad-value"},
    {"Trace 0x7", NULL, "bad-value"},
    {"Trace 99999999999999999999999999", NULL, "bad-value"},
    {"Priority 2000000000", "2000000000", ""},
    {"Priority 2000000001", NULL, "bad-value"},
    {"Priority 0", NULL, "bad-value"},
    {"CRLCacheSize -1", "-1", ""},
    {"CRLCacheSize -2", NULL, "bad-value"},
    {"ClientMaxSSLFragmentLength 1024", "1024", ""},
    {"ClientMaxSSLFragmentLength 1000", NULL, "bad-value"},
    {"ClientMaxSSLFragmentLength 8192", NULL, "bad-value"},
    /* texts */
    {"Keyring start1/TN3270", "start1/TN3270", ""},
    {"Keyring *AUTH*/*", "*AUTH*/*", ""},
    {"CertificateLabel My own  label # x", "My own  label", ""},
    {"KeyringPw **** ", NULL, "masked-secret"},
    {"KeyringPw secret", "secret", ""},
    {"Jobname ims15hws", "IMS15HWS", ""},
    {"Jobname ZWE1*", "ZWE1*", ""},
    {"Jobname *", "*", ""},
    {"Jobname IMS*HWS", NULL, "bad-value"},
    {"Jobname TOOLONG99", NULL, "bad-value"},
    {"CertificateLabel My #1 label", "My", ""}, /* as on z/OS */
    {"HostReferenceIdCN My na#me", "My na", "hash-in-value"},
    {"Userid $a@", "$A@", ""},
    {"Userid A-B", NULL, "bad-value"},
    {"ServerHandshakeSNIList host.example/My label", "host.example/My label",
     ""},
    /* masks */
    {"DayOfWeekMask 0111110", "0111110", ""},
    {"DayOfWeekMask 011111", NULL, "bad-value"},
    {"DayOfWeekMask 0111112", NULL, "bad-value"},
    {"DayOfMonthMask 1111111111111111111111111111111",
     "1111111111111111111111111111111", ""},
    {"DayOfMonthMask 11", NULL, "bad-value"},
    {"MonthOfYearMask 111111111111", "111111111111", ""},
    /* suites */
    {"V3CipherSuites 352F", "0035 002F", ""},
    {"V3CipherSuites TLS_RSA_WITH_AES_256_CBC_SHA", "0035", ""},
    {"V3CipherSuites tls_ecdhe_rsa_with_aes_128_gcm_sha256", "C02F", ""},
    {"V3CipherSuites 3", NULL, "bad-value"},
    {"V3CipherSuites 35FF", NULL, "bad-value"},
    {"V3CipherSuites C02F", NULL, "2char-as-4char"},
    {"V3CipherSuites 0035C02F", NULL, "2char-as-4char"},
    {"V3CipherSuites TLS_NO_SUCH_SUITE", NULL, "bad-value"},
    {"V3CipherSuites4Char C02F0035", "C02F 0035", ""},
    {"V3CipherSuites4Char c02f", "C02F", ""},
    {"V3CipherSuites4Char C02", NULL, "bad-value"},
    {"V3CipherSuites4Char C0FF", NULL, "bad-value"},
    {"V3CipherSuites4Char 1301 1302", "1301", "trailing-text"},
    {"V3CipherSuites4Char TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256 C02", "C02D",
     "trailing-text"},
    {"V2CipherSuites 12", "12", ""},
    {"V2CipherSuites 5", NULL, "bad-value"},
    {"V2CipherSuites 12346712346", NULL, "bad-value"},
    {"V2CipherSuites TLS_RC4_128_WITH_MD5", "TLS_RC4_128_WITH_MD5", ""},
    /* curves and pairs */
    {"ClientECurves Any", "Any", ""},
    {"ClientECurves 00230024", "0023 0024", ""},
    {"ClientECurves secp256r1", "0023", ""},
    {"ClientECurves 0099", NULL, "bad-value"},
    {"ClientECurves 0017", NULL, "bad-value"}, /* 23 in hexadecimal */
    {"SignaturePairs 06010603", "0601 0603", ""},
    {"SignaturePairs TLS_SIGALG_SHA256_WITH_RSA", "0401", ""},
    {"OcspRequestSigalg 0401", "0401", ""},
    {"OcspRequestSigalg 04010403", NULL, "bad-value"},
    /* addresses */
    {"LocalAddr ALL", "All", ""},
    {"LocalAddr 10.1.2.3", "10.1.2.3", ""},
    {"LocalAddr 10.1.0.0/16", "10.1.0.0/16", ""},
    {"LocalAddr 10.1.2.3/16", "10.1.0.0/16", "prefix-host-bits"},
    {"LocalAddr 10.1.2.3/33", NULL, "bad-value"},
    {"LocalAddr 10.1.2.3/", NULL, "bad-value"},
    {"LocalAddr 10.1.2.1-10.1.2.9", "10.1.2.1-10.1.2.9", ""},
    {"LocalAddr 10.1.2.9-10.1.2.1", NULL, "range-reversed"},
    {"LocalAddr 10.1.2.9-2001:db8::1", NULL, "bad-value"},
    {"LocalAddr 2001:DB8::1", "2001:db8::1", ""},
    {"LocalAddr 2001:db8::/32", "2001:db8::/32", ""},
    {"LocalAddr ::/0", "::/0", ""},
    {"LocalAddr ::1", "::1", ""},
    {"LocalAddr ::", "::", ""},
    {"LocalAddr ::ffff:10.1.2.3", NULL, "mapped-ipv6"},
    {"LocalAddr ::10.1.2.3", NULL, "mapped-ipv6"},
    {"LocalAddr ::/96", NULL, "mapped-ipv6"},
    {"LocalAddr ::1/128", "::1/128", ""},
    {"RemoteAddr 6793", "0.0.26.137", "port-as-address"},
    {"RemoteAddr 10.1", "10.0.0.1", "port-as-address"},
    {"RemoteAddr 300.1.1.1", NULL, "bad-value"},
    {"RemoteAddr host.example.com", NULL, "bad-value"},
    {"RemoteAddr 10.1.0.2 ZOSA", "10.1.0.2", "trailing-text"},
    {"Prefix 0.0.0.0/0", "0.0.0.0/0", ""},
    {"Prefix 10.1.2.3", NULL, "bad-value"},
    {"Range 10.1.2.3", NULL, "bad-value"},
    {"Range 10.1.2.3-", NULL, "bad-value"},
    {"Addr 10.1.2.0/24", NULL, "bad-value"},
    /* ports */
    {"Port 80", "80", ""},
    {"Port 1024-65535", "1024-65535", ""},
    {"Port 1024:65535", "1024-65535", ""},
    {"Port 1024 65535", "1024-65535", ""},
    {"Port 1024 - 65535", "1024-65535", "range-mixed"},
    {"Port 1024- 65535", "1024-65535", "range-mixed"},
    {"Port 1024:-65535", "1024-65535", ""},
    {"Port 65536", NULL, "bad-value"},
    {"Port 80-", NULL, "bad-value"},
    {"Port 80,443", NULL, "bad-value"},
    {"Port 443-80", NULL, "range-reversed"},
    {"Port http", NULL, "bad-value"},
    {"Port 80 web", "80", "trailing-text"},
    {"Port ?port?", NULL, "placeholder bad-value"},
    {"LocalPortRange 0", "0", ""},
    {"LocalPortRange 0-65535", "0", ""},
    {"LocalPortRange 0-80", NULL, "bad-value"},
    /* times */
    {"ConditionTimeRange 20250101000000:20251231240000",
     "20250101000000:20251231240000", ""},
    {"ConditionTimeRange 20251231240000:20250101000000", NULL,
     "range-reversed"},
    {"ConditionTimeRange 20251301000000:20251401000000", NULL, "bad-value"},
    {"ConditionTimeRange 2025", NULL, "bad-value"},
    {"TimeOfDayRange 08:00-17:30", "08:00-17:30", ""},
    {"TimeOfDayRange 08:00-12:00,13:00-24:00", "08:00-12:00,13:00-24:00", ""},
    {"TimeOfDayRange 8:00-17:30", NULL, "bad-value"},
    {"TimeOfDayRange 08:00-25:00", NULL, "bad-value"},
    {"TimeOfDayRange 08:00-24:01", NULL, "bad-value"},
    {"TimeOfDayRange 08:00-12:00;13:00-17:00", NULL, "bad-value"},
};

static const char *names_of(const struct diags *diags)
{
    static char text[400];
    size_t i, n = 0;

    text[0] = '\0';
    for (i = 0; i < diags_count(diags); i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
                              i != 0 ? " " : "", diags_get(diags, i)->name);
    return text;
}

/* Parses LINE with the lexer's words; the value is shown in OUT. */
static bool parse(const char *line, struct strbuf *out, struct diags *diags)
{
    struct findings f = {.diags = diags};
    struct arena *arena = arena_new();
    struct source *src;
    struct ast ast;
    enum policy_parm parm;
    union value v;
    bool ok;

    ck_assert_int_eq(source_new("v", line, strlen(line), &src, NULL), 0);
    parser_read(&ast, src, arena, &f);
    parm = schema_find_parm(line, ast.root.first->keyword.len);
    ck_assert_msg(parm != PARM_COUNT, "%s", line);
    {
        struct value_in in = {
            &ast, ast.root.first, schema_parm(parm), arena, &f, 0, 0};

        ok = value_parse(&in, &v);
    }
    ck_assert(ok == (f.errors == 0));
    if (ok)
        value_show(schema_parm(parm)->type, &v, out);
    arena_free(arena);
    source_unref(src);
    return ok;
}

START_TEST(reads_and_shows)
{
    struct strbuf shown = STRBUF_INIT;
    struct diags *diags = diags_new();
    bool ok = parse(cases[_i].line, &shown, diags);

    ck_assert_msg(ok == (cases[_i].shown != NULL), "%s: %s", cases[_i].line,
                  names_of(diags));
    if (ok)
        ck_assert_msg(strcmp(strbuf_str(&shown), cases[_i].shown) == 0,
                      "%s: shown %s", cases[_i].line, strbuf_str(&shown));
    ck_assert_msg(strcmp(names_of(diags), cases[_i].findings) == 0,
                  "%s: findings %s", cases[_i].line, names_of(diags));
    strbuf_done(&shown);
    diags_free(diags);
}
END_TEST

/* What is said holds what was found and what is wanted. */
static const struct {
    const char *line, *text;
} messages[] = {
    {"TTLSEnabled maybe", "TTLSEnabled \"maybe\": Off or On is wanted"},
    {"SuiteBProfile x", "Off, 128, 128Min, 192, 192Min or All is wanted"},
    {"Trace 256", "outside of 0 to 255"},
    {"V3CipherSuites4Char C0FF", "no cipher suite has the code C0FF"},
    {"RemoteAddr \x1b[31m", "RemoteAddr \"\\x1B[31m\": an IPv4 or IPv6"},
};

START_TEST(says_what_is_wanted)
{
    struct strbuf shown = STRBUF_INIT;
    struct diags *diags = diags_new();
    size_t i;
    bool found = false;

    ck_assert(!parse(messages[_i].line, &shown, diags));
    for (i = 0; i < diags_count(diags); i++)
        found = found || strstr(diags_get(diags, i)->text, messages[_i].text);
    ck_assert_msg(found, "%s", diags_get(diags, 0)->text);
    strbuf_done(&shown);
    diags_free(diags);
}
END_TEST

START_TEST(never_says_a_secret)
{
    static const char *const lines[] = {
        "KeyringPw  veryverysecretveryverysecretveryverysecretveryverysecret"
        "veryverysecretveryverysecretveryverysecretveryverysecretveryverysecret"
        "veryverysecret",
        "KeyringPw  fine verysecret", "GSK_LDAP_USER_PW [verysecret] x"};
    struct strbuf text = STRBUF_INIT, shown = STRBUF_INIT;
    size_t i, k;

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct diags *diags = diags_new();

        parse(lines[i], &shown, diags);
        ck_assert_uint_ne(diags_count(diags), 0);
        for (k = 0; k < diags_count(diags); k++) {
            diag_format(diags_get(diags, k), &text);
            diag_quote(diags_get(diags, k), &text);
        }
        diags_free(diags);
    }
    ck_assert_msg(strstr(strbuf_str(&text), "verysecret") == NULL, "%s",
                  strbuf_str(&text));
    strbuf_done(&text);
    strbuf_done(&shown);
}
END_TEST

TESTS_BEGIN("value")
TEST_ROWS(reads_and_shows, cases)
TEST_ROWS(says_what_is_wanted, messages)
TEST(never_says_a_secret)
TESTS_END
