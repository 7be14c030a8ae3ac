/*
 * What a server lets its clients resume. The client is a plain OpenSSL one,
 * which keeps what it is given; our own clock (not OpenSSL's) can be set.
 */
#include "tls/resume.h"

#include <string.h>
#include <time.h>
#include <openssl/ssl.h>

#include "support/suite.h"
#include "support/tlspair.h"
#include "tls/session_private.h"

enum { ROOM = 64 * 1024 };

#define V13 "TLSv1.3 On\nTLSv1.2 Off\n"

/* ---- the clock ---- */

static time_t ahead; /* of the real one */

time_t __real_time(time_t *t);
time_t __wrap_time(time_t *t);
time_t __wrap_time(time_t *t)
{
    time_t now = __real_time(NULL) + ahead;

    if (t != NULL)
        *t = now;
    return now;
}

/* ---- one handshake after the other ---- */

static struct testring *t;

/* Certificates of users are for a year, that of BRIEF is for a month. */
static const char brief[] =
    "ADDUSER BRIEF DFLTGRP(TESTGRP)\n"
    "RACDCERT ID(BRIEF) GENCERT SUBJECTSDN(CN('BRIEF')) WITHLABEL('BRIEF') +\n"
    " SIGNWITH(CERTAUTH LABEL('Test CA')) NISTECC SIZE(256)\n"
    "RACDCERT ID(BRIEF) ADDRING(Test.Ring)\n"
    "RACDCERT ID(BRIEF) CONNECT(CERTAUTH LABEL('Test CA') RING(Test.Ring))\n"
    "RACDCERT ID(BRIEF) CONNECT(LABEL('BRIEF') RING(Test.Ring) DEFAULT)\n";

static void setup(void)
{
    t = testring_new(NULL);
    ck_assert_int_eq(testring_run_until(t, brief, "+30d"), 0);
}

static void teardown(void)
{
    testring_free(t);
}

static SSL_CTX *client_ctx(const char *userid)
{
    SSL_CTX *ctx = tls_plain_ctx(t, userid, false);

    tls_count_tickets(ctx);
    return ctx;
}

/* A handshake that offers *SESSION (NULL: none) and puts the new one there.
 * True: it was resumed, and both ends agree. */
static bool shake(const struct tls_setup *setup, SSL_CTX *ctx, const char *name,
                  SSL_SESSION **session)
{
    struct tls_end s, c;
    char buf[8];
    bool resumed;
    size_t n;

    tls_count_tickets(ctx);
    ck_assert_int_eq(tls_end_open(&s, setup, ROOM), 0);
    tls_end_plain(&c, ctx, false);
    if (name != NULL)
        SSL_set_tlsext_host_name(c.plain, name);
    if (*session != NULL)
        SSL_set_session(c.plain, *session);
    ck_assert_msg(tls_shake(&s, &c), "%d %s", tls_rc(&s), tls_reason(&s));
    /* tickets come after the handshake */
    SSL_read_ex(c.plain, buf, sizeof(buf), &n);
    resumed = session_resumed(s.session);
    ck_assert_int_eq(resumed, SSL_session_reused(c.plain));
    ck_assert(tls_say(&c, &s, "x"));
    SSL_SESSION_free(*session);
    *session = SSL_get1_session(c.plain);
    /* an orderly end: OpenSSL drops sessions that were broken off */
    SSL_shutdown(c.plain);
    tls_carry(&c, &s, SIZE_MAX);
    ck_assert_int_eq(session_read(s.session, buf, sizeof(buf), &n),
                     SESSION_EOF);
    ck_assert_int_eq(session_close(s.session), SESSION_OK);
    tls_end_done(&s);
    tls_end_done(&c);
    return resumed;
}

/* ---- is there anything to resume ---- */

static const struct {
    const char *name, *role, *adv, *gsk;
    bool resumed;
    int tickets; /* of the first handshake; -1: not TLSv1.3 */
} rows[] = {
    {"1.2, defaults", "Server", "", NULL, true, -1},
    {"1.2, both certificates", "ServerWithClientAuth", "", NULL, true, -1},
    {"1.2, no time", "Server", "", "GSK_V3_SESSION_TIMEOUT 0", false, -1},
    {"1.2, no room", "Server", "", "GSK_V3_SIDCACHE_SIZE 0", false, -1},
    {"1.2, tickets are another matter", "Server", "",
     "GSK_SESSION_TICKET_SERVER_ENABLE Off", true, -1},
    {"1.3, defaults", "Server", V13, NULL, true, 2},
    {"1.3, both certificates", "ServerWithClientAuth", V13, NULL, true, 2},
    {"1.3, off", "Server", V13, "GSK_SESSION_TICKET_SERVER_ENABLE Off", false,
     0},
    {"1.3, none", "Server", V13, "GSK_SESSION_TICKET_SERVER_COUNT 0", false, 0},
    {"1.3, five", "Server", V13, "GSK_SESSION_TICKET_SERVER_COUNT 5", true, 5},
    {"1.3, no time", "Server", V13, "GSK_SESSION_TICKET_SERVER_TIMEOUT 0",
     false, 0},
    {"1.3, the cache is another matter", "Server", V13,
     "GSK_V3_SIDCACHE_SIZE 0", true, 2},
    {"1.3, AES 256", "Server", V13,
     "GSK_SESSION_TICKET_SERVER_ALGORITHM AESCBC256", true, 2},
    {"both versions", "Server", "TLSv1.3 On\n", NULL, true, 2},
};

START_TEST(a_session_resumes_or_not)
{
    struct tls_side side = {
        .role = rows[_i].role, .adv = rows[_i].adv, .gsk = rows[_i].gsk};
    SSL_CTX *ctx = client_ctx("CLIENT");
    SSL_SESSION *session = NULL;
    struct tls_setup setup;
    int i;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    ck_assert(!shake(&setup, ctx, NULL, &session));
    if (rows[_i].tickets >= 0)
        ck_assert_msg(tls_tickets() == rows[_i].tickets, "%s: %d",
                      rows[_i].name, tls_tickets());
    for (i = 0; i < 3; i++)
        ck_assert_msg(shake(&setup, ctx, NULL, &session) == rows[_i].resumed,
                      "%s, %d", rows[_i].name, i);
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* The client's certificate is still known when it is resumed. */
START_TEST(a_resumed_session_knows_its_partner)
{
    static const char *const versions[] = {"", V13};
    struct tls_side side = {.role = "ServerWithClientAuth",
                            .adv = versions[_i]};
    SSL_CTX *ctx = client_ctx("CLIENT");
    SSL_SESSION *session = NULL;
    struct tls_setup setup;
    struct tls_end s, c;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    shake(&setup, ctx, NULL, &session);
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    tls_end_plain(&c, ctx, false);
    SSL_set_session(c.plain, session);
    ck_assert(tls_shake(&s, &c));
    ck_assert(session_resumed(s.session));
    ck_assert_ptr_nonnull(session_peer_certificate(s.session));
    tls_end_done(&s);
    tls_end_done(&c);
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* ---- what it must not carry over ---- */

static const struct {
    const char *name;
    struct tls_side first, second;
} apart[] = {
    {"PassThru and Required",
     {.role = "ServerWithClientAuth", .adv = "ClientAuthType PassThru"},
     {.role = "ServerWithClientAuth", .adv = "ClientAuthType Required"}},
    {"PassThru and Required, 1.3",
     {.role = "ServerWithClientAuth", .adv = V13 "ClientAuthType PassThru"},
     {.role = "ServerWithClientAuth", .adv = V13 "ClientAuthType Required"}},
    {"connection actions",
     {.role = "Server", .conn_role = "Server"},
     {.role = "Server", .conn_role = "ServerWithClientAuth"}},
    {"connection actions, 1.3",
     {.role = "Server", .adv = V13, .conn_role = "Server"},
     {.role = "Server", .adv = V13, .conn_role = "ServerWithClientAuth"}},
    {"suites",
     {.role = "Server"},
     {.role = "Server", .ciphers = "V3CipherSuites4Char C02C"}},
};

/* Once as two environments, once as two settings of one environment. */
START_TEST(a_session_stays_with_its_settings)
{
    int one;

    for (one = 0; one < 2; one++) {
        SSL_CTX *ctx = client_ctx("CLIENT");
        SSL_SESSION *session = NULL;
        struct tls_setup first, second, shared;

        ck_assert_int_eq(tls_setup_open(&first, t, &apart[_i].first), 0);
        ck_assert_int_eq(tls_setup_open(&second, t, &apart[_i].second), 0);
        shared = second;
        if (one)
            shared.env = first.env;
        shake(&first, ctx, NULL, &session);
        ck_assert_msg(shake(&first, ctx, NULL, &session), "%s", apart[_i].name);
        ck_assert_msg(!shake(&shared, ctx, NULL, &session), "%s, %d",
                      apart[_i].name, one);
        SSL_SESSION_free(session);
        SSL_CTX_free(ctx);
        tls_setup_done(&first);
        tls_setup_done(&second);
    }
}
END_TEST

START_TEST(a_session_stays_with_its_server_name)
{
    static const char *const versions[] = {"", V13};
    char adv[256];
    struct tls_side side = {.role = "Server", .adv = adv};
    SSL_CTX *ctx = client_ctx(NULL);
    SSL_SESSION *session = NULL;
    struct tls_setup setup;

    snprintf(adv, sizeof(adv),
             "%sServerHandshakeSNI Optional\n"
             "ServerHandshakeSNIMatch Required\n"
             "ServerHandshakeSNIList a/SERVER\nServerHandshakeSNIList b\n",
             versions[_i]);
    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    shake(&setup, ctx, "a", &session);
    ck_assert(shake(&setup, ctx, "a", &session));
    ck_assert(!shake(&setup, ctx, "b", &session));
    ck_assert(shake(&setup, ctx, "b", &session));
    ck_assert(!shake(&setup, ctx, NULL, &session));
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* The security database is asked again. */
START_TEST(a_resumed_session_still_belongs_to_a_user)
{
    static const char *const versions[] = {"", V13};
    struct testring *common = t;
    char adv[128];
    struct tls_side side = {.role = "ServerWithClientAuth", .adv = adv};
    SSL_SESSION *session = NULL;
    struct tls_setup setup;
    struct tls_end s, c;
    SSL_CTX *ctx;

    t = testring_new(NULL);
    ctx = client_ctx("CLIENT");
    snprintf(adv, sizeof(adv), "%s\nClientAuthType SAFCheck", versions[_i]);
    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    shake(&setup, ctx, NULL, &session);
    ck_assert(shake(&setup, ctx, NULL, &session));
    ck_assert_int_eq(
        testring_run(t, "RACDCERT ID(CLIENT) DELETE(LABEL('CLIENT'))\n"), 0);
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    tls_end_plain(&c, ctx, false);
    SSL_set_session(c.plain, session);
    ck_assert(!tls_shake(&s, &c));
    ck_assert_int_eq(tls_rc(&s), 5002);
    tls_end_done(&s);
    tls_end_done(&c);
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
    testring_free(t);
    t = common;
}
END_TEST

/* ---- dates ---- */

static time_t end_of_certificate(const char *user)
{
    struct keyring *ring;
    struct error err;
    struct tm tm;

    ck_assert_int_eq(
        keyring_open_dir(testring_dir(t), user, "Test.Ring", &ring, &err), 0);
    ck_assert_int_eq(
        ASN1_TIME_to_tm(X509_get0_notAfter(keyring_find(ring, user)->cert),
                        &tm),
        1);
    keyring_unref(ring);
    return timegm(&tm);
}

/* Below TLSv1.3 OpenSSL's own clock ends it, so its time is looked at. */
START_TEST(a_session_ends_with_the_certificate_1_2)
{
    struct tls_side side = {.role = "ServerWithClientAuth"};
    SSL_CTX *ctx = client_ctx("BRIEF");
    struct tls_setup setup;
    struct tls_end s, c;
    SSL_SESSION *session;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    tls_end_plain(&c, ctx, false);
    ck_assert(tls_shake(&s, &c));
    session = SSL_get_session(s.session->ssl);
    ck_assert_int_eq(SSL_SESSION_get_timeout(session), 86400);
    tls_end_done(&s);
    tls_end_done(&c);
    ahead = end_of_certificate("BRIEF") - __real_time(NULL) - 100;
    ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), 0);
    tls_end_plain(&c, ctx, false);
    ck_assert(tls_shake(&s, &c));
    session = SSL_get_session(s.session->ssl);
    ck_assert_int_le(SSL_SESSION_get_timeout(session), 100);
    ck_assert_int_ge(SSL_SESSION_get_timeout(session), 90);
    tls_end_done(&s);
    tls_end_done(&c);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* In TLSv1.3 each resumption gives new tickets; none of them may live longer.
 */
START_TEST(a_session_ends_with_the_certificate_1_3)
{
    struct tls_side side = {.role = "ServerWithClientAuth", .adv = V13};
    SSL_CTX *ctx = client_ctx("BRIEF");
    SSL_SESSION *session = NULL;
    struct tls_setup setup;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    ahead = end_of_certificate("BRIEF") - __real_time(NULL) - 100;
    shake(&setup, ctx, NULL, &session);
    ahead += 60;
    ck_assert(shake(&setup, ctx, NULL, &session));
    ck_assert_uint_le(SSL_SESSION_get_ticket_lifetime_hint(session), 40);
    ahead += 30;
    ck_assert(shake(&setup, ctx, NULL, &session));
    ahead += 15;
    ck_assert(!shake(&setup, ctx, NULL, &session));
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* Its dates are read once, and compared for each connection. */
START_TEST(the_own_certificate_expires_while_it_is_in_use)
{
    static const struct {
        int seconds; /* after notAfter */
        int rc;
    } at[] = {{-100, 0}, {0, 401}, {100, 401}};
    struct tls_side side = {.role = "Server"};
    struct tls_setup setup;
    struct tls_end s;
    size_t i;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    for (i = 0; i < ROWS(at); i++) {
        ahead =
            end_of_certificate("SERVER") - __real_time(NULL) + at[i].seconds;
        ck_assert_int_eq(tls_end_open(&s, &setup, ROOM), at[i].rc);
        if (at[i].rc != 0)
            ck_assert_ptr_nonnull(strstr(tls_reason(&s), "has expired"));
        tls_end_done(&s);
    }
    tls_setup_done(&setup);
}
END_TEST

START_TEST(a_session_ends_after_a_week)
{
    struct tls_side side = {.role = "Server",
                            .adv = V13,
                            .gsk = "GSK_SESSION_TICKET_SERVER_TIMEOUT 604800\n"
                                   "GSK_SESSION_TICKET_SERVER_KEY_REFRESH 0"};
    SSL_CTX *ctx = client_ctx(NULL);
    SSL_SESSION *session = NULL;
    struct tls_setup setup;
    int day;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    shake(&setup, ctx, NULL, &session);
    for (day = 1; day <= 6; day++) {
        ahead += 24 * 60 * 60;
        ck_assert_msg(shake(&setup, ctx, NULL, &session), "day %d", day);
    }
    ahead += 24 * 60 * 60 + 60;
    ck_assert(!shake(&setup, ctx, NULL, &session));
    ck_assert(shake(&setup, ctx, NULL, &session));
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* ---- ticket keys ---- */

static void key_name(const SSL_SESSION *session, unsigned char name[16])
{
    const unsigned char *ticket;
    size_t len;

    SSL_SESSION_get0_ticket(session, &ticket, &len);
    ck_assert_uint_gt(len, 16);
    memcpy(name, ticket, 16);
}

START_TEST(ticket_keys_are_renewed)
{
    struct tls_side side = {.role = "Server",
                            .adv = V13,
                            .gsk = "GSK_SESSION_TICKET_SERVER_TIMEOUT 1000\n"
                                   "GSK_SESSION_TICKET_SERVER_KEY_REFRESH 300"};
    SSL_CTX *ctx = client_ctx(NULL);
    SSL_SESSION *first = NULL, *again = NULL;
    unsigned char a[16], b[16];
    struct tls_setup setup;

    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    shake(&setup, ctx, NULL, &first);
    key_name(first, a);
    ahead = 280; /* the real clock goes on meanwhile */
    shake(&setup, ctx, NULL, &again);
    key_name(again, b);
    ck_assert_mem_eq(a, b, 16);
    ahead = 305;
    shake(&setup, ctx, NULL, &again);
    key_name(again, b);
    ck_assert_mem_ne(a, b, 16);
    /* the old one is taken as long as a ticket under it can be valid */
    ahead = 1190;
    SSL_SESSION_free(again);
    again = SSL_SESSION_dup(first);
    ck_assert(shake(&setup, ctx, NULL, &again));
    ahead = 1320;
    SSL_SESSION_free(again);
    again = SSL_SESSION_dup(first);
    ck_assert(!shake(&setup, ctx, NULL, &again));
    SSL_SESSION_free(first);
    SSL_SESSION_free(again);
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

/* A changed ticket is no failure, only no resumption. */
START_TEST(a_foreign_ticket_is_ignored)
{
    struct tls_side side = {.role = "Server", .adv = V13};
    SSL_CTX *ctx = client_ctx(NULL);
    SSL_SESSION *session = NULL;
    struct tls_setup first, second;

    ck_assert_int_eq(tls_setup_open(&first, t, &side), 0);
    ck_assert_int_eq(tls_setup_open(&second, t, &side), 0);
    shake(&first, ctx, NULL, &session);
    ck_assert(!shake(&second, ctx, NULL, &session));
    ck_assert(shake(&second, ctx, NULL, &session));
    SSL_SESSION_free(session);
    SSL_CTX_free(ctx);
    tls_setup_done(&first);
    tls_setup_done(&second);
}
END_TEST

/* A client of ours keeps nothing, so it never resumes. */
START_TEST(a_client_keeps_none)
{
    static const char *const versions[] = {"", V13};
    struct tls_side side = {.role = "Client", .adv = versions[_i]};
    SSL_CTX *ctx = tls_plain_ctx(t, "SERVER", true);
    struct tls_setup setup;
    int i;

    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"x", 1);
    ck_assert_int_eq(tls_setup_open(&setup, t, &side), 0);
    for (i = 0; i < 2; i++) {
        struct tls_end s, c;

        tls_end_plain(&s, ctx, true);
        ck_assert_int_eq(tls_end_open(&c, &setup, ROOM), 0);
        ck_assert(tls_shake(&s, &c));
        ck_assert(tls_say(&s, &c, "x"));
        ck_assert(!session_resumed(c.session));
        tls_end_done(&s);
        tls_end_done(&c);
    }
    SSL_CTX_free(ctx);
    tls_setup_done(&setup);
}
END_TEST

TESTS_BEGIN("resume")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 30);
TEST_ROWS(a_session_resumes_or_not, rows)
tcase_add_loop_test(tc, a_resumed_session_knows_its_partner, 0, 2);
TEST_ROWS(a_session_stays_with_its_settings, apart)
tcase_add_loop_test(tc, a_session_stays_with_its_server_name, 0, 2);
tcase_add_loop_test(tc, a_resumed_session_still_belongs_to_a_user, 0, 2);
TEST(a_session_ends_with_the_certificate_1_2)
TEST(a_session_ends_with_the_certificate_1_3)
TEST(the_own_certificate_expires_while_it_is_in_use)
TEST(a_session_ends_after_a_week)
TEST(ticket_keys_are_renewed)
TEST(a_foreign_ticket_is_ignored)
tcase_add_loop_test(tc, a_client_keeps_none, 0, 2);
TESTS_END
