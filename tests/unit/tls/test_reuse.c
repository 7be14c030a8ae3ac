/* Sessions that a client keeps: for whom, how many, for how long. */

#include "tls/session.h"

#include "support/suite.h"
#include "support/tlspair.h"

enum { ROOM = 64 * 1024 };

#define ONLY13 "TLSv1.2 Off\nTLSv1.3 On"

static struct testring *good;

static void setup(void)
{
    good = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(good);
}

/* A client and a server, of which each connection is a pair of ends. */
struct both {
    struct tls_setup server, client;
};

static void both_open(struct both *b, const char *adv, const char *client_gsk)
{
    const struct tls_side s = {.role = "Server", .adv = adv};
    const struct tls_side c = {.role = "Client", .adv = adv, .gsk = client_gsk};

    ck_assert_int_eq(tls_setup_open(&b->server, good, &s), 0);
    ck_assert_int_eq(tls_setup_open(&b->client, good, &c), 0);
}

static void both_done(struct both *b)
{
    tls_setup_done(&b->server);
    tls_setup_done(&b->client);
}

/* One connection to TARGET; true: it resumed a session. */
static bool connect_to(struct both *b, const char *target)
{
    struct tls_end s, c;
    bool resumed;

    b->client.target = target;
    ck_assert_int_eq(tls_end_open(&s, &b->server, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&c, &b->client, ROOM), 0);
    ck_assert_msg(tls_shake(&s, &c), "%s; %s", tls_reason(&s), tls_reason(&c));
    /* tickets come with the first data */
    ck_assert(tls_say(&s, &c, "hello") && tls_say(&c, &s, "hello"));
    resumed = session_resumed(c.session);
    ck_assert(resumed == session_resumed(s.session));
    /* OpenSSL lets no session resume that ended without close_notify */
    session_close(s.session);
    session_close(c.session);
    tls_end_done(&s);
    tls_end_done(&c);
    return resumed;
}

static const struct {
    const char *name, *adv, *gsk;
    bool resumes;
} kinds[] = {
    {"TLS 1.2", NULL, NULL, true},
    {"TLS 1.3", ONLY13, NULL, true},
    {"no cache", NULL, "GSK_V3_SIDCACHE_SIZE 0", false},
    {"no time", NULL, "GSK_V3_SESSION_TIMEOUT 0", false},
    {"the cache is not for tickets", ONLY13, "GSK_V3_SIDCACHE_SIZE 0", true},
    {"no tickets", ONLY13, "GSK_SESSION_TICKET_CLIENT_ENABLE Off", false},
    {"tickets are not for TLS 1.2", NULL,
     "GSK_SESSION_TICKET_CLIENT_ENABLE Off", true},
    {"tickets too long", ONLY13, "GSK_SESSION_TICKET_CLIENT_MAXSIZE 16", false},
    {"no ticket kept", ONLY13, "GSK_SESSION_TICKET_CLIENT_MAXCACHED 0", false},
    {"one ticket kept", ONLY13, "GSK_SESSION_TICKET_CLIENT_MAXCACHED 1", true},
};

START_TEST(resumes_as_the_policy_says)
{
    struct both b;

    both_open(&b, kinds[_i].adv, kinds[_i].gsk);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    ck_assert_msg(connect_to(&b, "192.0.2.1:1") == kinds[_i].resumes, "%s",
                  kinds[_i].name);
    ck_assert_msg(connect_to(&b, "192.0.2.1:1") == kinds[_i].resumes, "%s",
                  kinds[_i].name);
    both_done(&b);
}
END_TEST

START_TEST(keeps_each_target_apart)
{
    struct both b;

    both_open(&b, NULL, NULL);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    ck_assert(!connect_to(&b, "192.0.2.1:2"));
    ck_assert(!connect_to(&b, "192.0.2.2:1"));
    ck_assert(connect_to(&b, "192.0.2.1:1"));
    ck_assert(connect_to(&b, "192.0.2.1:2"));
    ck_assert(!connect_to(&b, NULL));
    ck_assert(!connect_to(&b, NULL));
    both_done(&b);
}
END_TEST

START_TEST(the_longest_unused_goes_first)
{
    struct both b;

    both_open(&b, NULL, "GSK_V3_SIDCACHE_SIZE 2");
    connect_to(&b, "192.0.2.1:1");
    connect_to(&b, "192.0.2.2:1");
    ck_assert(connect_to(&b, "192.0.2.1:1"));
    connect_to(&b, "192.0.2.3:1"); /* 192.0.2.2 goes */
    ck_assert(connect_to(&b, "192.0.2.1:1"));
    ck_assert(connect_to(&b, "192.0.2.3:1"));
    ck_assert(!connect_to(&b, "192.0.2.2:1"));
    both_done(&b);
}
END_TEST

/* What was made under other settings, or by another instance of the
 * environment, is never offered. */
static const char *const others[] = {"ClientAuthType Required",
                                     "PeerMinECCKeySize 256"};

START_TEST(other_settings_do_not_resume)
{
    const struct tls_side side = {.role = "Client",
                                  .conn = _i == 0 ? NULL : others[_i - 1]};
    struct both b;

    both_open(&b, NULL, NULL);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    tls_setup_done(&b.client);
    ck_assert_int_eq(tls_setup_open(&b.client, good, &side), 0);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    both_done(&b);
}
END_TEST

/* A server that no longer knows the session makes a new one, and that one is
 * kept then. */
START_TEST(a_refused_session_is_replaced)
{
    static const struct tls_side side = {.role = "Server"};
    struct both b;

    both_open(&b, NULL, NULL);
    connect_to(&b, "192.0.2.1:1");
    ck_assert(connect_to(&b, "192.0.2.1:1"));
    tls_setup_done(&b.server);
    ck_assert_int_eq(tls_setup_open(&b.server, good, &side), 0);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    ck_assert(connect_to(&b, "192.0.2.1:1"));
    both_done(&b);
}
END_TEST

/* In TLSv1.3 a connection gets new tickets; that spoils nothing for another one
 * that was begun before they came. */
static const char *const versions[] = {NULL, ONLY13};

START_TEST(two_at_once_resume)
{
    struct tls_end s[2], c[2];
    struct both b;
    int i;

    both_open(&b, versions[_i], NULL);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    for (i = 0; i < 2; i++) {
        ck_assert_int_eq(tls_end_open(&s[i], &b.server, ROOM), 0);
        ck_assert_int_eq(tls_end_open(&c[i], &b.client, ROOM), 0);
    }
    for (i = 0; i < 2; i++) {
        ck_assert(tls_shake(&s[i], &c[i]));
        ck_assert(tls_say(&s[i], &c[i], "hello"));
        ck_assert_msg(session_resumed(c[i].session), "connection %d", i);
    }
    for (i = 0; i < 2; i++) {
        tls_end_done(&s[i]);
        tls_end_done(&c[i]);
    }
    both_done(&b);
}
END_TEST

/* After a handshake that failed the next one is a full one. */
START_TEST(a_failed_handshake_forgets)
{
    struct both b;
    struct tls_end s, c;

    both_open(&b, NULL, NULL);
    connect_to(&b, "192.0.2.1:1");
    ck_assert_int_eq(tls_end_open(&s, &b.server, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&c, &b.client, ROOM), 0);
    tls_end_step(&c);
    tls_fin(&c);
    tls_end_step(&c);
    ck_assert_int_eq(tls_rc(&c), 420);
    tls_end_done(&s);
    tls_end_done(&c);
    ck_assert(!connect_to(&b, "192.0.2.1:1"));
    both_done(&b);
}
END_TEST

/* ---- servers of others, in TLS 1.2 ---- */

enum { BY_ID = 1, BY_TICKET = 2 };

static const struct {
    const char *name;
    unsigned server;     /* how it resumes */
    bool tickets;        /* tls12_tickets */
    const char *gsk;     /* the client's */
    bool resumes, lacks; /* what the client says of the second connection */
} servers[] = {
    {"by id", BY_ID, false, NULL, true, false},
    {"by id, and we take tickets", BY_ID, true, NULL, true, false},
    {"by ticket", BY_TICKET, false, NULL, false, true},
    {"by ticket, and we take them", BY_TICKET, true, NULL, true, false},
    {"either", BY_ID | BY_TICKET, false, NULL, true, false},
    {"either, and we take tickets", BY_ID | BY_TICKET, true, NULL, true, false},
    {"never", 0, false, NULL, false, true},
    {"never, and we take tickets", 0, true, NULL, false, false},
    {"a ticket that is too long", BY_TICKET, true,
     "GSK_SESSION_TICKET_CLIENT_MAXSIZE 16", false, false},
    {"no cache", BY_TICKET, true, "GSK_V3_SIDCACHE_SIZE 0", false, false},
    {"no time", BY_TICKET, true, "GSK_V3_SESSION_TIMEOUT 0", false, false},
};

static SSL_CTX *make_server(unsigned how)
{
    SSL_CTX *ctx = tls_plain_ctx(good, "SERVER", true);

    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"x", 1);
    SSL_CTX_set_session_cache_mode(
        ctx, (how & BY_ID) != 0 ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
    if ((how & BY_TICKET) == 0)
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    return ctx;
}

/* True: it resumed a session. */
static bool connect_plain(struct tls_setup *client, SSL_CTX *ctx,
                          const char *target, bool *ret_lacks)
{
    struct tls_end s, c;
    bool resumed;

    client->target = target;
    tls_end_plain(&s, ctx, true);
    ck_assert_int_eq(tls_end_open(&c, client, ROOM), 0);
    ck_assert_msg(tls_shake(&s, &c), "%s", tls_reason(&c));
    resumed = session_resumed(c.session);
    ck_assert(resumed == (SSL_session_reused(s.plain) == 1));
    *ret_lacks = session_lacks_ticket(c.session);
    session_close(c.session);
    SSL_shutdown(s.plain);
    tls_end_done(&s);
    tls_end_done(&c);
    return resumed;
}

/* By what a server of TLS 1.2 lets its clients resume, and what it costs not to
 * take it. A ticket is for its target, as a session id is. */
START_TEST(resumes_as_the_server_does)
{
    const struct tls_side side = {.role = "Client",
                                  .gsk = servers[_i].gsk,
                                  .tls12_tickets = servers[_i].tickets};
    SSL_CTX *ctx = make_server(servers[_i].server);
    struct tls_setup client;
    bool lacks;
    int i;

    ck_assert_int_eq(tls_setup_open(&client, good, &side), 0);
    ck_assert(!connect_plain(&client, ctx, "192.0.2.1:1", &lacks));
    for (i = 0; i < 3; i++) {
        ck_assert_msg(connect_plain(&client, ctx, "192.0.2.1:1", &lacks) ==
                          servers[_i].resumes,
                      "%s", servers[_i].name);
        ck_assert_msg(lacks == servers[_i].lacks, "%s: lacks %d",
                      servers[_i].name, lacks);
    }
    ck_assert(!connect_plain(&client, ctx, "192.0.2.1:2", &lacks));
    ck_assert(!connect_plain(&client, ctx, "192.0.2.2:1", &lacks));
    tls_setup_done(&client);
    SSL_CTX_free(ctx);
}
END_TEST

TESTS_BEGIN("reuse")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(resumes_as_the_server_does, servers)
TEST_ROWS(resumes_as_the_policy_says, kinds)
TEST(keeps_each_target_apart)
TEST(the_longest_unused_goes_first)
tcase_add_loop_test(tc, other_settings_do_not_resume, 0, ROWS(others) + 1);
TEST(a_refused_session_is_replaced)
TEST_ROWS(two_at_once_resume, versions)
TEST(a_failed_handshake_forgets)
TESTS_END
