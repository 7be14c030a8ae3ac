/* Server names and renegotiation, in both roles. */
#include "tls/extensions.h"

#include <stdio.h>
#include <string.h>
#include <openssl/ssl.h>

#include "support/suite.h"
#include "support/tlspair.h"

enum { ROOM = 64 * 1024 };

#define V13 "TLSv1.3 On\nTLSv1.2 Off\n"

static struct testring *t;

static void setup(void)
{
    t = testring_new(NULL);
    ck_assert_int_eq(
        testring_run(
            t, "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('other one')) +\n"
               " WITHLABEL('other one') NISTECC +\n"
               " SIGNWITH(CERTAUTH LABEL('Test CA'))\n"
               "RACDCERT ID(SERVER) CONNECT(LABEL('other one') +\n"
               " RING(Test.Ring))\n"
               "RACDCERT ID(SERVER) GENCERT SUBJECTSDN(CN('old')) +\n"
               " WITHLABEL('old') NISTECC NOTBEFORE(DATE(2020-01-01)) +\n"
               " NOTAFTER(DATE(2020-12-31)) +\n"
               " SIGNWITH(CERTAUTH LABEL('Test CA'))\n"
               "RACDCERT ID(SERVER) CONNECT(LABEL('old') RING(Test.Ring))\n"
               "RACDCERT ID(CLIENT) GENCERT SUBJECTSDN(CN('CLIENT2')) +\n"
               " WITHLABEL('CLIENT2') NISTECC +\n"
               " SIGNWITH(CERTAUTH LABEL('Test CA'))\n"
               "RACDCERT ID(CLIENT) CONNECT(LABEL('CLIENT2') +\n"
               " RING(Test.Ring))\n"),
        0);
}

static void teardown(void)
{
    testring_free(t);
}

/* ---- server names ---- */

#define LIST                                                                   \
    "ServerHandshakeSNIList one.example/SERVER\n"                              \
    "ServerHandshakeSNIList two.example/other one\n"                           \
    "ServerHandshakeSNIList old.example/old\n"

static const struct {
    const char *name, *server, *client; /* advanced parameters */
    int s_rc, c_rc, c13_rc; /* the last: in TLSv1.3; -1: as it comes */
    const char *subject;    /* of what the client sees */
} names[] = {
    {"off at both ends", "", "", 0, 0, 0, "SERVER"},
    {"a name, the server does not look", "",
     "ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Optional\n"
     "ClientHandshakeSNIList two.example\n",
     0, 0, 0, "SERVER"},
    {"a name must be looked at", "",
     "ClientHandshakeSNI Required\nClientHandshakeSNIMatch Optional\n"
     "ClientHandshakeSNIList two.example\n",
     -1, 446, 446, NULL},
    {"first name",
     "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Required\n" LIST,
     "ClientHandshakeSNI Required\nClientHandshakeSNIMatch Required\n"
     "ClientHandshakeSNIList one.example\n",
     0, 0, 0, "SERVER"},
    {"second name, other certificate, any case",
     "ServerHandshakeSNI Required\nServerHandshakeSNIMatch Required\n" LIST,
     "ClientHandshakeSNI Required\nClientHandshakeSNIMatch Required\n"
     "ClientHandshakeSNIList TWO.Example\n",
     0, 0, 0, "other one"},
    {"unknown name, match Required",
     "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Required\n" LIST,
     "ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Optional\n"
     "ClientHandshakeSNIList three.example\n",
     447, 447, 447, NULL},
    {"unknown name, match Optional",
     "ServerHandshakeSNI Required\nServerHandshakeSNIMatch Optional\n" LIST,
     "ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Optional\n"
     "ClientHandshakeSNIList three.example\n",
     0, 0, 0, "SERVER"},
    {"no name, Required",
     "ServerHandshakeSNI Required\nServerHandshakeSNIMatch Optional\n" LIST, "",
     446, 402, 402, NULL},
    {"no name, Optional",
     "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Required\n" LIST, "",
     0, 0, 0, "SERVER"},
    {"the name's certificate is expired",
     "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Required\n" LIST,
     "ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Optional\n"
     "ClientHandshakeSNIList old.example\n",
     401, 438, 438, NULL},
};

START_TEST(a_name_chooses_the_certificate)
{
    char server[512], client[512];
    int v13;

    for (v13 = 0; v13 < 2; v13++) {
        struct tls_side s = {.role = "Server", .adv = server};
        struct tls_side c = {.role = "Client", .adv = client};
        int c_rc = v13 ? names[_i].c13_rc : names[_i].c_rc;
        struct tls_setup ss, cs;
        struct tls_end se, ce;

        snprintf(server, sizeof(server), "%s%s", v13 ? V13 : "",
                 names[_i].server);
        snprintf(client, sizeof(client), "%s%s", v13 ? V13 : "",
                 names[_i].client);
        ck_assert_int_eq(tls_setup_open(&ss, t, &s), 0);
        ck_assert_int_eq(tls_setup_open(&cs, t, &c), 0);
        ck_assert_int_eq(tls_end_open(&se, &ss, ROOM), 0);
        ck_assert_int_eq(tls_end_open(&ce, &cs, ROOM), 0);
        tls_shake(&se, &ce);
        ck_assert_msg(names[_i].s_rc < 0 || tls_rc(&se) == names[_i].s_rc,
                      "%s: server %d %s", names[_i].name, tls_rc(&se),
                      tls_reason(&se));
        ck_assert_msg(tls_rc(&ce) == c_rc, "%s: client %d %s", names[_i].name,
                      tls_rc(&ce), tls_reason(&ce));
        if (names[_i].subject != NULL) {
            char cn[64];

            X509_NAME_get_text_by_NID(
                X509_get_subject_name(session_peer_certificate(ce.session)),
                NID_commonName, cn, sizeof(cn));
            ck_assert_msg(strcmp(cn, names[_i].subject) == 0, "%s: %s",
                          names[_i].name, cn);
            ck_assert(tls_say(&ce, &se, "x"));
        }
        tls_end_done(&se);
        tls_end_done(&ce);
        tls_setup_done(&ss);
        tls_setup_done(&cs);
    }
}
END_TEST

START_TEST(a_label_of_a_name_must_exist)
{
    static const struct {
        const char *where;
        int rc;
    } rows[] = {{"env", 6}, {"conn", 407}};
    static const char text[] =
        "ServerHandshakeSNI Optional\nServerHandshakeSNIMatch Optional\n"
        "ServerHandshakeSNIList a.example/nobody\n";
    struct tls_side side = {.role = "Server"};
    struct tls_setup ss;
    struct tls_end e;

    if (strcmp(rows[_i].where, "env") == 0)
        side.adv = text;
    else
        side.conn = text;
    ck_assert_int_eq(tls_setup_open(&ss, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&e, &ss, ROOM), rows[_i].rc);
    tls_end_done(&e);
    tls_setup_done(&ss);
}
END_TEST

static int warn_unknown(SSL *ssl, int *alert, void *arg)
{
    (void)ssl;
    (void)arg;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_WARNING;
}

/* The warning unrecognized_name of TLSv1.2 servers. */
START_TEST(a_warning_counts_where_the_match_is_required)
{
    static const struct {
        const char *adv;
        int rc;
    } rows[] = {
        {"ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Required\n"
         "ClientHandshakeSNIList a.example\n",
         447},
        {"ClientHandshakeSNI Optional\nClientHandshakeSNIMatch Optional\n"
         "ClientHandshakeSNIList a.example\n",
         0}};
    struct tls_side side = {.role = "Client", .adv = rows[_i].adv};
    SSL_CTX *ctx = tls_plain_ctx(t, "SERVER", true);
    struct tls_setup cs;
    struct tls_end s, c;

    SSL_CTX_set_tlsext_servername_callback(ctx, warn_unknown);
    ck_assert_int_eq(tls_setup_open(&cs, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&c, &cs, ROOM), 0);
    tls_end_plain(&s, ctx, true);
    tls_shake(&s, &c);
    ck_assert_msg(tls_rc(&c) == rows[_i].rc, "%d %s", tls_rc(&c),
                  tls_reason(&c));
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&cs);
    SSL_CTX_free(ctx);
}
END_TEST

/* ---- renegotiation ---- */

static int handshakes; /* that the plain end has completed */

static void count_handshake(const SSL *ssl, int where, int ret)
{
    (void)ssl;
    (void)ret;
    handshakes += (where & SSL_CB_HANDSHAKE_DONE) != 0;
}

/* PLAIN asks for a new handshake; true: it got it. */
static bool renegotiate(struct tls_end *plain, struct tls_end *ours)
{
    /* a server counts its HelloRequest too */
    int want = 1 + SSL_is_server(plain->plain);
    bool failed = false;
    int turn;
    char buf[16];
    size_t n;

    SSL_set_info_callback(plain->plain, count_handshake);
    handshakes = 0;
    ck_assert_int_eq(SSL_renegotiate(plain->plain), 1);
    for (turn = 0; turn < 20 && handshakes < want && !failed; turn++) {
        int ret = SSL_do_handshake(plain->plain);

        if (ret == 1)
            ret = SSL_read(plain->plain, buf, sizeof(buf));
        failed =
            ret != 1 && SSL_get_error(plain->plain, ret) != SSL_ERROR_WANT_READ;
        tls_carry(plain, ours, SIZE_MAX);
        session_read(ours->session, buf, sizeof(buf), &n);
        tls_carry(ours, plain, SIZE_MAX);
    }
    return handshakes == want;
}

static const struct {
    const char *name, *adv;
    bool server; /* ours */
    bool done;
    int rc; /* OpenSSL's peer takes a no for the end */
} again[] = {
    {"server, Default", "Renegotiation Default", true, true, 0},
    {"server, Abbreviated", "Renegotiation Abbreviated", true, true, 0},
    {"server, All", "Renegotiation All", true, true, 0},
    {"server, Disabled", "Renegotiation Disabled", true, false, 432},
    {"client, Default", "Renegotiation Default", false, true, 0},
    {"client, Disabled", "Renegotiation Disabled", false, false, 432},
};

START_TEST(a_renegotiation_is_taken_or_refused)
{
    struct tls_side side = {.role = again[_i].server ? "Server" : "Client",
                            .adv = again[_i].adv};
    SSL_CTX *ctx = tls_plain_ctx(t, again[_i].server ? "CLIENT" : "SERVER",
                                 !again[_i].server);
    struct tls_setup os;
    struct tls_end ours, plain;
    bool done;

    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    ck_assert_int_eq(tls_setup_open(&os, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&ours, &os, ROOM), 0);
    tls_end_plain(&plain, ctx, !again[_i].server);
    ck_assert(tls_shake(&ours, &plain));
    done = renegotiate(&plain, &ours);
    ck_assert_msg(done == again[_i].done, "%s: %d", again[_i].name, done);
    ck_assert_msg(tls_rc(&ours) == again[_i].rc, "%s: %d %s", again[_i].name,
                  tls_rc(&ours), tls_reason(&ours));
    if (done)
        ck_assert(tls_say(&plain, &ours, "in") &&
                  tls_say(&ours, &plain, "out"));
    tls_end_done(&ours);
    tls_end_done(&plain);
    tls_setup_done(&os);
    SSL_CTX_free(ctx);
}
END_TEST

/* Enough is enough: the partner may not keep us busy. */
START_TEST(renegotiations_are_limited)
{
    static const struct tls_side sides[] = {{.role = "Server"},
                                            {.role = "Client"}};
    SSL_CTX *ctx = tls_plain_ctx(t, _i == 0 ? "CLIENT" : "SERVER", _i == 1);
    struct tls_setup os;
    struct tls_end ours, plain;
    int n;

    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    ck_assert_int_eq(tls_setup_open(&os, t, &sides[_i]), 0);
    ck_assert_int_eq(tls_end_open(&ours, &os, ROOM), 0);
    tls_end_plain(&plain, ctx, _i == 1);
    ck_assert(tls_shake(&ours, &plain));
    for (n = 0; n < 30 && renegotiate(&plain, &ours); n++)
        ck_assert(tls_say(&plain, &ours, "x"));
    ck_assert_int_eq(n, 10);
    tls_end_done(&ours);
    tls_end_done(&plain);
    tls_setup_done(&os);
    SSL_CTX_free(ctx);
}
END_TEST

static const struct {
    const char *name, *adv;
    bool change;
    int rc;
} checks[] = {
    {"another certificate, Off", "RenegotiationCertCheck Off", true, 0},
    {"another certificate, On", "RenegotiationCertCheck On", true, 8},
    {"the same certificate, On", "RenegotiationCertCheck On", false, 0},
};

START_TEST(the_certificate_may_not_change)
{
    struct tls_side side = {.role = "ServerWithClientAuth",
                            .adv = checks[_i].adv};
    SSL_CTX *ctx = tls_plain_ctx(t, "CLIENT", false);
    struct keyring *ring;
    struct tls_setup os;
    struct tls_end ours, plain;
    const struct ring_entry *e;
    struct error err;

    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    ck_assert_int_eq(tls_setup_open(&os, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&ours, &os, ROOM), 0);
    tls_end_plain(&plain, ctx, false);
    ck_assert_int_eq(
        keyring_open_dir(testring_dir(t), "CLIENT", "Test.Ring", &ring, &err),
        0);
    e = keyring_find(ring, "CLIENT");
    ck_assert_int_eq(
        SSL_use_cert_and_key(plain.plain, e->cert, e->key, NULL, 1), 1);
    ck_assert(tls_shake(&ours, &plain));
    e = keyring_find(ring, checks[_i].change ? "CLIENT2" : "CLIENT");
    ck_assert_int_eq(
        SSL_use_cert_and_key(plain.plain, e->cert, e->key, NULL, 1), 1);
    ck_assert_int_eq(renegotiate(&plain, &ours), checks[_i].rc == 0);
    ck_assert_msg(tls_rc(&ours) == checks[_i].rc, "%s: %d %s", checks[_i].name,
                  tls_rc(&ours), tls_reason(&ours));
    keyring_unref(ring);
    tls_end_done(&ours);
    tls_end_done(&plain);
    tls_setup_done(&os);
    SSL_CTX_free(ctx);
}
END_TEST

/* A ClientHello without RFC 5746, as old clients send it: OpenSSL's own with
 * the suite 00FF overwritten and no TLSv1.3. */
START_TEST(the_indication_can_be_demanded)
{
    static const struct {
        const char *adv;
        int rc;
    } rows[] = {{"RenegotiationIndicator Server", 460},
                {"RenegotiationIndicator Both", 460},
                {"RenegotiationIndicator Client", 0},
                {"RenegotiationIndicator Optional", 0}};
    struct tls_side side = {.role = "Server", .adv = rows[_i].adv};
    SSL_CTX *ctx = tls_plain_ctx(t, NULL, false);
    unsigned char hello[2048];
    struct tls_setup os;
    struct tls_end ours, plain;
    int i, n, patched = 0;

    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    ck_assert_int_eq(tls_setup_open(&os, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&ours, &os, ROOM), 0);
    tls_end_plain(&plain, ctx, false);
    tls_end_step(&plain);
    n = BIO_read(plain.net, hello, sizeof(hello));
    for (i = 0; i + 1 < n; i++) {
        if (hello[i] == 0x00 && hello[i + 1] == 0xff) {
            hello[i + 1] = 0x2f;
            patched++;
        }
    }
    ck_assert_int_eq(patched, 1);
    BIO_write(ours.net, hello, n);
    tls_end_step(&ours);
    ck_assert_msg(tls_rc(&ours) == rows[_i].rc, "%s: %d %s", rows[_i].adv,
                  tls_rc(&ours), tls_reason(&ours));
    tls_end_done(&ours);
    tls_end_done(&plain);
    tls_setup_done(&os);
    SSL_CTX_free(ctx);
}
END_TEST

/* The suite 00FF is lost on the way, so the server does not answer it. */
START_TEST(a_client_can_demand_it_too)
{
    static const struct {
        const char *adv;
        int rc;
    } rows[] = {{"RenegotiationIndicator Client", 460},
                {"RenegotiationIndicator Both", 460},
                {"RenegotiationIndicator Server", 0},
                {"RenegotiationIndicator Optional", 0}};
    struct tls_side side = {.role = "Client", .adv = rows[_i].adv};
    SSL_CTX *ctx = tls_plain_ctx(t, "SERVER", true);
    unsigned char hello[2048];
    struct tls_setup os;
    struct tls_end ours, plain;
    int i, n;

    ck_assert_int_eq(tls_setup_open(&os, t, &side), 0);
    ck_assert_int_eq(tls_end_open(&ours, &os, ROOM), 0);
    tls_end_plain(&plain, ctx, true);
    tls_end_step(&ours);
    n = BIO_read(ours.net, hello, sizeof(hello));
    for (i = 0; i + 1 < n; i++)
        if (hello[i] == 0x00 && hello[i + 1] == 0xff)
            hello[i + 1] = 0x2f;
    BIO_write(plain.net, hello, n);
    tls_end_step(&plain);
    tls_carry(&plain, &ours, SIZE_MAX);
    tls_end_step(&ours);
    ck_assert_msg(tls_rc(&ours) == rows[_i].rc, "%s: %d %s", rows[_i].adv,
                  tls_rc(&ours), tls_reason(&ours));
    tls_end_done(&ours);
    tls_end_done(&plain);
    tls_setup_done(&os);
    SSL_CTX_free(ctx);
}
END_TEST

TESTS_BEGIN("extensions")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 30);
TEST_ROWS(a_name_chooses_the_certificate, names)
tcase_add_loop_test(tc, a_label_of_a_name_must_exist, 0, 2);
tcase_add_loop_test(tc, a_warning_counts_where_the_match_is_required, 0, 2);
TEST_ROWS(a_renegotiation_is_taken_or_refused, again)
tcase_add_loop_test(tc, renegotiations_are_limited, 0, 2);
TEST_ROWS(the_certificate_may_not_change, checks)
tcase_add_loop_test(tc, the_indication_can_be_demanded, 0, 4);
tcase_add_loop_test(tc, a_client_can_demand_it_too, 0, 4);
TESTS_END
