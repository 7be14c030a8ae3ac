/*
 * What attlsctl explain prints is what the wire has: suites, groups, key share
 * and signature algorithms of a client's hello, the groups and suites that a
 * server takes, and the algorithms that it asks a client's certificate for.
 */
#include "policy/offers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/testing.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "support/testring.h"
#include "support/tlspair.h"

enum { ROOM = 65536 };

static const struct {
    const char *name;
    struct tls_side side;
} rows[] = {
    {"nothing coded, TLSv1.2", {0}},
    {"nothing coded, both", {.adv = "TLSv1.3 On"}},
    {"nothing coded, TLSv1.3", {.adv = "TLSv1.3 On\nTLSv1.2 Off"}},
    {"TLSv1.3 without suites",
     {.adv = "TLSv1.3 On", .ciphers = "V3CipherSuites4Char C02BC030"}},
    {"release 2.3", {.release = "2.3"}},
    {"release 2.4", {.release = "2.4", .adv = "TLSv1.3 On"}},
    {"release 3.2", {.release = "3.2", .adv = "TLSv1.3 On\nTLSv1.2 On"}},
    {"legacy", {.legacy = true, .adv = "TLSv1 On\nTLSv1.1 On"}},
    {"X25519 first, TLSv1.2", {.x25519_first = true}},
    {"X25519 first, both", {.x25519_first = true, .adv = "TLSv1.3 On"}},
    {"Any", {.adv = "TLSv1.3 On", .signature = "ClientECurves Any"}},
    {"coded curves",
     {.adv = "TLSv1.3 On",
      .x25519_first = true,
      .signature = "ClientECurves 002100240023\nServerKexECurves 00240021\n"
                   "ServerKeyShareGroups 00250021"}},
    {"coded curves, TLSv1.3",
     {.adv = "TLSv1.3 On\nTLSv1.2 Off",
      .signature = "ClientECurves 002100240023\nServerKexECurves 00240021\n"
                   "ServerKeyShareGroups 00250021"}},
    {"coded key shares",
     {.adv = "TLSv1.3 On",
      .signature = "ClientECurves 002300240029\n"
                   "ClientKeyShareGroups 00240029"}},
    {"coded pairs",
     {.adv = "TLSv1.3 On", .signature = "SignaturePairs 02030403020104010804"}},
    {"coded pairs, TLSv1.3",
     {.adv = "TLSv1.3 On\nTLSv1.2 Off",
      .signature = "SignaturePairs 030104030402020304010804"}},
    {"Suite B", {.env = "SuiteBProfile 128Min"}},
    {"Suite B 128", {.env = "SuiteBProfile 128"}},
};

/* As a client. */
static const struct {
    const char *name;
    struct tls_side side;
} clients[] = {
    {"suites that OpenSSL lacks or bars",
     {.adv = "TLSv1.3 On",
      .ciphers =
          "V3CipherSuites4Char 000A0005C004003B1302C02B0002C03000351301"}},
    {"suites, TLSv1.3",
     {.adv = "TLSv1.3 On\nTLSv1.2 Off",
      .ciphers = "V3CipherSuites4Char 003513021301C02B"}},
    {"suites in the order of the wire",
     {.adv = "TLSv1.3 On",
      .ciphers = "V3CipherSuites 353839\nV3CipherSuites4Char 1301C02B1302"}},
    {"suites without encryption, legacy",
     {.legacy = true,
      .adv = "TLSv1 On\nTLSv1.1 On",
      .ciphers = "V3CipherSuites4Char 0002003B0035C02BC006"}},
    {"suites whose keys no pair signs for",
     {.ciphers = "V3CipherSuites4Char C02BC0300035003800670040",
      .signature = "SignaturePairs 04030503"}},
    {"TLSv1 below a gap",
     {.legacy = true,
      .adv = "TLSv1 On",
      .ciphers = "V3CipherSuites4Char C02B00350002"}},
    {"TLSv1.1 below a gap",
     {.legacy = true,
      .adv = "TLSv1.1 On\nTLSv1.2 Off\nTLSv1.3 On",
      .ciphers = "V3CipherSuites4Char C009003513021301"}},
    {"TLSv1.1 and a version without suites",
     {.legacy = true,
      .adv = "TLSv1.1 On\nTLSv1.2 Off\nTLSv1.3 On",
      .ciphers = "V3CipherSuites4Char C0090035"}},
};

/* ---- what explain prints ---- */

static void explain(const struct tls_side *side, struct strbuf *out)
{
    char dir[SCRATCH], path[SCRATCH + 8], command[SCRATCH + 600], buf[4096];
    struct strbuf text = STRBUF_INIT;
    FILE *f;
    size_t n;

    scratch_folder(dir, "attls-offers");
    snprintf(path, sizeof(path), "%s/policy", dir);
    tls_side_write(side, &text);
    f = fopen(path, "w");
    ck_assert(f != NULL && fputs(strbuf_str(&text), f) >= 0 && fclose(f) == 0);
    snprintf(command, sizeof(command),
             "'%s' explain --json --release %s %s %s --direction Outbound "
             "--local 127.0.0.1:1 --remote 127.0.0.1:2 '%s' 2>/dev/null",
             ATTLSCTL, side->release != NULL ? side->release : "3.1",
             side->legacy ? "--allow-legacy" : "",
             side->x25519_first ? "--x25519-first" : "", path);
    f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
        strbuf_add(out, buf, n);
    ck_assert_int_eq(pclose(f), 0);
    unlink(path);
    rmdir(dir);
    strbuf_done(&text);
}

/* The codes that a parameter has on the wire, blanks between: those of "wire",
 * where it stands, else of "value". */
static void printed(const char *json, const char *parm, struct strbuf *out)
{
    char key[64];
    const char *at, *end, *list, *close;

    snprintf(key, sizeof(key), "\"%s\": {", parm);
    at = strstr(json, key);
    ck_assert_msg(at != NULL, "%s is not in: %s", parm, json);
    end = strchr(at, '}');
    list = strstr(at, "\"wire\": [");
    if (list == NULL || list > end)
        list = strstr(at, "\"value\": [");
    ck_assert_msg(list != NULL && list < end, "%s has no list: %s", parm, json);
    close = strchr(list, ']');
    for (list = strchr(list, '['); list < close; list++)
        if (*list == '"' && list[5] == '"') {
            strbuf_addf(out, "%s%.4s", out->len != 0 ? " " : "", list + 1);
            list += 5;
        }
}

static void check_list(const char *row, const char *json, const char *parm,
                       const struct strbuf *wire)
{
    struct strbuf want = STRBUF_INIT;

    printed(json, parm, &want);
    ck_assert_msg(strcmp(strbuf_str(&want), strbuf_str(wire)) == 0,
                  "%s: %s: explain says %s, the wire has %s", row, parm,
                  strbuf_str(&want), strbuf_str(wire));
    strbuf_done(&want);
}

/* ---- the wire: a client's hello ---- */

struct seen {
    struct strbuf suites, groups, pairs, share;
};

static struct seen seen;
static struct testring *ec, *rsa;
static struct testring *ring; /* of the server, and its client */

/* Groups are decimal, pairs are not. */
static void add_number(struct strbuf *out, bool decimal, unsigned n)
{
    if (out->len != 0)
        strbuf_addc(out, ' ');
    if (decimal)
        strbuf_addf(out, "%04u", n);
    else
        strbuf_addf(out, "%04X", n);
}

static void add_extension(SSL *ssl, unsigned type, bool decimal,
                          struct strbuf *out)
{
    const unsigned char *p;
    size_t len, i;

    if (SSL_client_hello_get0_ext(ssl, type, &p, &len) != 1)
        return;
    for (i = 2; i + 1 < len; i += 2)
        add_number(out, decimal, (unsigned)(p[i] << 8 | p[i + 1]));
}

static void add_shares(SSL *ssl, struct strbuf *out)
{
    const unsigned char *p;
    size_t len, i;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_key_share, &p, &len) != 1)
        return;
    for (i = 2; i + 3 < len; i += 4 + (size_t)(p[i + 2] << 8 | p[i + 3]))
        add_number(out, true, (unsigned)(p[i] << 8 | p[i + 1]));
}

/* Without the two that are no suites (RFC 5746, RFC 7507). */
static void add_suites(SSL *ssl, struct strbuf *out)
{
    enum { RENEGOTIATION = 0x00FF, FALLBACK = 0x5600 };
    const unsigned char *p;
    size_t i, len = SSL_client_hello_get0_ciphers(ssl, &p);
    unsigned code;

    for (i = 0; i + 1 < len; i += 2) {
        code = (unsigned)(p[i] << 8 | p[i + 1]);
        if (code != RENEGOTIATION && code != FALLBACK)
            add_number(out, false, code);
    }
}

static int keep_hello(SSL *ssl, int *alert, void *arg)
{
    (void)alert;
    (void)arg;
    add_suites(ssl, &seen.suites);
    add_extension(ssl, TLSEXT_TYPE_supported_groups, true, &seen.groups);
    add_extension(ssl, TLSEXT_TYPE_signature_algorithms, false, &seen.pairs);
    add_shares(ssl, &seen.share);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void check_client(const char *name, struct tls_side side)
{
    struct strbuf json = STRBUF_INIT;
    struct tls_setup setup;
    struct tls_end c, s;
    SSL_CTX *ctx = tls_plain_ctx(ec, "SERVER", true);

    side.role = "Client";
    ck_assert_msg(tls_setup_open(&setup, ec, &side) == 0, "%s",
                  setup.why.reason);
    SSL_CTX_set_client_hello_cb(ctx, keep_hello, NULL);
    tls_end_plain(&s, ctx, true);
    ck_assert_int_eq(tls_end_open(&c, &setup, ROOM), 0);
    tls_shake(&s, &c);
    explain(&side, &json);
    check_list(name, strbuf_str(&json), "V3CipherSuites4Char", &seen.suites);
    check_list(name, strbuf_str(&json), "ClientECurves", &seen.groups);
    if (offers_has(setup.eff, PARM_SignaturePairs))
        check_list(name, strbuf_str(&json), "SignaturePairs", &seen.pairs);
    else
        ck_assert_uint_eq(seen.pairs.len, 0);
    if (offers_has(setup.eff, PARM_ClientKeyShareGroups))
        check_list(name, strbuf_str(&json), "ClientKeyShareGroups",
                   &seen.share);
    else
        ck_assert_uint_eq(seen.share.len, 0);
    SSL_CTX_free(ctx);
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&setup);
    strbuf_done(&json);
}

START_TEST(a_client_offers_what_explain_says)
{
    check_client(rows[_i].name, rows[_i].side);
}
END_TEST

START_TEST(a_client_offers_the_suites_of_explain)
{
    check_client(clients[_i].name, clients[_i].side);
}
END_TEST

/* ---- the wire: what a server takes and asks for ---- */

/* A client of one version with all groups, or one. */
static bool try_server(const struct tls_setup *setup, int version, int nid,
                       struct strbuf *pairs)
{
    SSL_CTX *ctx = tls_plain_ctx(ring, "CLIENT", false);
    struct tls_end c, s;
    unsigned char hash, sign;
    bool good;
    int i, n;

    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);
    if (version == TLS1_2_VERSION)
        SSL_CTX_set_cipher_list(ctx, "ECDHE");
    if (nid != 0)
        ck_assert_int_eq(SSL_CTX_set1_groups(ctx, &nid, 1), 1);
    tls_end_plain(&c, ctx, false);
    SSL_CTX_free(ctx);
    ck_assert_int_eq(tls_end_open(&s, setup, ROOM), 0);
    good = tls_shake(&s, &c);
    n = SSL_get_sigalgs(c.plain, 0, NULL, NULL, NULL, NULL, NULL);
    for (i = 0; pairs != NULL && i < n; i++) {
        SSL_get_sigalgs(c.plain, i, NULL, NULL, NULL, &sign, &hash);
        add_number(pairs, false, (unsigned)(hash << 8 | sign));
    }
    tls_end_done(&s);
    tls_end_done(&c);
    return good;
}

/* The groups are in the order of the table: a server's order shows where both
 * could take two, which test_context looks at. */
static void check_groups(const char *row, const struct tls_setup *setup,
                         const char *json, const char *parm, int version)
{
    struct strbuf want = STRBUF_INIT;
    const struct curve *curve;
    bool expected, taken;
    size_t i;

    printed(json, parm, &want);
    for (i = 0; i < curve_count(); i++) {
        curve = curve_get(i);
        if (strncmp(curve->name, "brainpool", 9) == 0)
            continue; /* in no list above, and each try is a handshake */
        expected = strstr(strbuf_str(&want), curve->id4) != NULL;
        taken = try_server(setup, version, curve->nid, NULL);
        ck_assert_msg(
            taken == expected, "%s: %s: explain says %s, the server %s %s", row,
            parm, strbuf_str(&want), taken ? "takes" : "refuses", curve->id4);
    }
    strbuf_done(&want);
}

/* TLSv1.3 has no DSA (RFC 8446 section 4.2.3). */
static void drop_dsa(struct strbuf *list)
{
    static const char *const dsa[] = {"0402 ", "0302 ", "0202 "};
    char *at;
    size_t i;

    for (i = 0; i < sizeof(dsa) / sizeof(dsa[0]); i++)
        while ((at = strstr(list->data, dsa[i])) != NULL)
            memmove(at, at + 5, strlen(at + 5) + 1);
}

static void check_request(const char *row, const struct tls_setup *setup,
                          const char *json, int version)
{
    struct strbuf want = STRBUF_INIT, got = STRBUF_INIT;

    try_server(setup, version, 0, &got);
    printed(json, "SignaturePairs", &want);
    if (version == TLS1_3_VERSION)
        drop_dsa(&want);
    ck_assert_msg(strcmp(strbuf_str(&want), strbuf_str(&got)) == 0,
                  "%s: explain says %s, the server asks for %s", row,
                  strbuf_str(&want), strbuf_str(&got));
    strbuf_done(&want);
    strbuf_done(&got);
}

START_TEST(a_server_asks_for_what_explain_says)
{
    struct tls_side side = rows[_i].side;
    struct strbuf json = STRBUF_INIT;
    struct tls_setup setup;
    const char *name = rows[_i].name;
    bool suiteb = side.env != NULL; /* needs a certificate with a curve, which
                                     * the client must then have beside */

    ring = suiteb ? ec : rsa;
    side.role = "ServerWithClientAuth";
    ck_assert_msg(tls_setup_open(&setup, ring, &side) == 0, "%s",
                  setup.why.reason);
    explain(&side, &json);
    if (offers_versions(setup.eff) & VERSION_TLSv1_2) {
        if (!suiteb)
            check_groups(name, &setup, strbuf_str(&json), "ServerKexECurves",
                         TLS1_2_VERSION);
        check_request(name, &setup, strbuf_str(&json), TLS1_2_VERSION);
    }
    if (offers_versions(setup.eff) & VERSION_TLSv1_3) {
        check_groups(name, &setup, strbuf_str(&json), "ServerKeyShareGroups",
                     TLS1_3_VERSION);
        check_request(name, &setup, strbuf_str(&json), TLS1_3_VERSION);
    }
    tls_setup_done(&setup);
    strbuf_done(&json);
}
END_TEST

/* ---- suites without encryption ---- */

static const struct {
    const char *name;
    struct tls_side side;
    bool taken;
} bare[] = {
    {"TLSv1.2", {.ciphers = "V3CipherSuites4Char 0002C02F"}, false},
    {"only these",
     {.adv = "TLSv1.3 On", .ciphers = "V3CipherSuites4Char 00021301"},
     false},
    {"legacy is allowed, and off",
     {.legacy = true, .ciphers = "V3CipherSuites4Char 0002C02F"},
     false},
    {"legacy",
     {.legacy = true,
      .adv = "TLSv1.1 On",
      .ciphers = "V3CipherSuites4Char 0002C02F"},
     true},
};

/* What explain says of 0002 is what a client of it meets. */
START_TEST(a_server_takes_no_suite_that_is_barred)
{
    struct tls_side side = bare[_i].side;
    SSL_CTX *ctx = tls_plain_ctx(rsa, "CLIENT", false);
    struct strbuf json = STRBUF_INIT, wire = STRBUF_INIT;
    struct tls_setup setup;
    struct tls_end c, s;

    side.role = "Server";
    ck_assert_msg(tls_setup_open(&setup, rsa, &side) == 0, "%s",
                  setup.why.reason);
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    ck_assert_int_eq(SSL_CTX_set_cipher_list(ctx, "NULL-SHA"), 1);
    tls_end_plain(&c, ctx, false);
    SSL_CTX_free(ctx);
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    ck_assert_msg(tls_shake(&s, &c) == bare[_i].taken, "%s", bare[_i].name);
    explain(&side, &json);
    printed(strbuf_str(&json), "V3CipherSuites4Char", &wire);
    ck_assert_msg((strstr(strbuf_str(&wire), "0002") != NULL) == bare[_i].taken,
                  "%s: explain says %s", bare[_i].name, strbuf_str(&wire));
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&setup);
    strbuf_done(&json);
    strbuf_done(&wire);
}
END_TEST

static void open_ring(void)
{
    ec = testring_new(NULL);
    rsa = testring_new(&(struct testring_options){.rsa = true});
}

static void close_ring(void)
{
    testring_free(ec);
    testring_free(rsa);
}

TESTS_BEGIN("offers")
tcase_add_unchecked_fixture(tc, open_ring, close_ring);
TEST_ROWS(a_client_offers_what_explain_says, rows)
TEST_ROWS(a_client_offers_the_suites_of_explain, clients)
TEST_ROWS(a_server_asks_for_what_explain_says, rows)
TEST_ROWS(a_server_takes_no_suite_that_is_barred, bare)
TESTS_END
