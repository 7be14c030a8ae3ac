/* Sessions on BIO pairs, in both roles; what can go wrong with the partner. */
#include "tls/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>

#include "support/suite.h"
#include "support/tlspair.h"

enum { ROOM = 64 * 1024 };

static struct testring *ec, *rsa;

static void setup(void)
{
    ec = testring_new(NULL);
    rsa = testring_new(&(struct testring_options){.rsa = true});
}

static void teardown(void)
{
    testring_free(ec);
    testring_free(rsa);
}

/* Both ends ours, not yet shaken. */
struct both {
    struct tls_setup ss, cs;
    struct tls_end s, c;
};

static void open_both(struct both *b, const struct testring *t,
                      const struct tls_side *server,
                      const struct tls_side *client)
{
    static const struct tls_side s = {.role = "Server"}, c = {.role = "Client"};

    ck_assert_int_eq(tls_setup_open(&b->ss, t, server != NULL ? server : &s),
                     0);
    ck_assert_int_eq(tls_setup_open(&b->cs, t, client != NULL ? client : &c),
                     0);
    ck_assert_int_eq(tls_end_open(&b->s, &b->ss, ROOM), 0);
    ck_assert_int_eq(tls_end_open(&b->c, &b->cs, ROOM), 0);
}

static void done_both(struct both *b)
{
    tls_end_done(&b->s);
    tls_end_done(&b->c);
    tls_setup_done(&b->ss);
    tls_setup_done(&b->cs);
}

static void shake_both(struct both *b)
{
    ck_assert_msg(tls_shake(&b->s, &b->c), "server: %s; client: %s",
                  tls_reason(&b->s), tls_reason(&b->c));
}

/* ---- it works ---- */

static const struct {
    const char *name;
    bool rsa;
    const char *adv, *ciphers, *role, *protocol;
    unsigned cipher;
} good[] = {
    {"TLS 1.2, 0035", true, NULL, "V3CipherSuites 35", "Server", "TLSV1.2",
     0x0035},
    {"TLS 1.2, C030", true, NULL, "V3CipherSuites4Char C030", "Server",
     "TLSV1.2", 0xc030},
    {"TLS 1.2, C030, both certificates", true, NULL, "V3CipherSuites4Char C030",
     "ServerWithClientAuth", "TLSV1.2", 0xc030},
    {"TLS 1.2, C02B by name", false, NULL,
     "V3CipherSuites TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "Server",
     "TLSV1.2", 0xc02b},
    {"TLS 1.3", false, "TLSv1.3 On\nTLSv1.2 Off", NULL, "Server", "TLSV1.3",
     0x1301},
    {"TLS 1.3, both certificates", false, "TLSv1.3 On\nTLSv1.2 Off", NULL,
     "ServerWithClientAuth", "TLSV1.3", 0x1301},
    {"TLS 1.3 before 1.2", false, "TLSv1.3 On", "V3CipherSuites4Char C02B1302",
     "Server", "TLSV1.3", 0x1302},
    {"1302 is not in the list", false, "TLSv1.3 On", "V3CipherSuites4Char C02B",
     "Server", "TLSV1.2", 0xc02b},
};

START_TEST(shakes_hands)
{
    struct tls_side s = {.role = good[_i].role,
                         .adv = good[_i].adv,
                         .ciphers = good[_i].ciphers};
    struct tls_side c = s;
    struct both b;
    bool mutual = strcmp(good[_i].role, "Server") != 0;

    c.role = "Client";
    open_both(&b, good[_i].rsa ? rsa : ec, &s, &c);
    ck_assert_ptr_null(session_protocol(b.s.session));
    ck_assert_uint_eq(session_cipher(b.s.session), 0);
    ck_assert_ptr_null(session_peer_certificate(b.c.session));
    ck_assert(!session_heard(b.s.session));
    shake_both(&b);
    ck_assert(session_heard(b.s.session) && session_heard(b.c.session));
    ck_assert(session_is_server(b.s.session));
    ck_assert(!session_is_server(b.c.session));
    ck_assert_str_eq(session_protocol(b.s.session), good[_i].protocol);
    ck_assert_str_eq(session_protocol(b.c.session), good[_i].protocol);
    ck_assert_uint_eq(session_cipher(b.s.session), good[_i].cipher);
    ck_assert_uint_eq(session_cipher(b.c.session), good[_i].cipher);
    ck_assert_ptr_nonnull(session_peer_certificate(b.c.session));
    ck_assert_int_eq(session_peer_certificate(b.s.session) != NULL, mutual);
    ck_assert_ptr_null(session_cert_userid(b.s.session));
    ck_assert_uint_ne(session_handle(b.s.session), session_handle(b.c.session));
    ck_assert(!session_resumed(b.c.session));
    ck_assert(tls_say(&b.c, &b.s, "question"));
    ck_assert(tls_say(&b.s, &b.c, "answer"));
    ck_assert_int_eq(tls_rc(&b.s), 0);
    ck_assert_int_eq(tls_rc(&b.c), 0);
    done_both(&b);
}
END_TEST

/* The role does not depend on who connects; legacy only where it is allowed. */
START_TEST(old_protocols_need_the_permission)
{
    struct tls_side s = {.role = "Server",
                         .adv = "TLSv1 On\nTLSv1.1 On\nTLSv1.2 Off",
                         .ciphers = "V3CipherSuites 352F",
                         .legacy = true};
    struct tls_side c = s;
    struct both b;
    struct tls_setup setup;
    struct tls_end e;

    c.role = "Client";
    open_both(&b, rsa, &s, &c);
    shake_both(&b);
    ck_assert_str_eq(session_protocol(b.c.session), "TLSV1.1");
    ck_assert(tls_say(&b.c, &b.s, "x"));
    done_both(&b);
    s.legacy = false;
    ck_assert_int_eq(tls_setup_open(&setup, rsa, &s), 0);
    ck_assert_int_eq(tls_end_open(&e, &setup, ROOM), 5006);
    ck_assert_msg(strstr(tls_reason(&e), "switched off here") != NULL, "%s",
                  tls_reason(&e));
    tls_end_done(&e);
    tls_setup_done(&setup);
}
END_TEST

/* ---- nothing in common ---- */

/* A15: of the suites in common each needs a curve, and there is none that both
 * take; where one needs none, or there is a curve, it is something else. */
static const struct {
    const char *name, *curves, *ciphers, *client_curves, *client_ciphers;
    enum fault fault;
} nothing[] = {
    {"no suite", NULL, "V3CipherSuites4Char C02B", NULL,
     "V3CipherSuites4Char C02C", FAULT_no_shared_suite},
    {"no curve", "ServerKexECurves 0024", "V3CipherSuites4Char C02B",
     "ClientECurves 0023", "V3CipherSuites4Char C02B", FAULT_no_shared_group},
    {"no curve, and no suite", "ServerKexECurves 0024",
     "V3CipherSuites4Char C02B", "ClientECurves 0023",
     "V3CipherSuites4Char C02C", FAULT_no_shared_suite},
    {"another kind of key", NULL, "V3CipherSuites4Char C030", NULL,
     "V3CipherSuites4Char C030", FAULT_suites_other_key},
};

START_TEST(says_what_is_not_in_common)
{
    struct tls_side server = {.role = "Server",
                              .signature = nothing[_i].curves,
                              .ciphers = nothing[_i].ciphers};
    struct tls_side client = {.role = "Client",
                              .signature = nothing[_i].client_curves,
                              .ciphers = nothing[_i].client_ciphers};
    enum fault got;
    struct both b;

    open_both(&b, ec, &server, &client);
    ck_assert(!tls_shake(&b.s, &b.c));
    got = session_outcome(b.s.session)->fault;
    ck_assert_msg(got == nothing[_i].fault, "%s: %s", nothing[_i].name,
                  fault_row(got)->id);
    done_both(&b);
}
END_TEST

/* ---- clear text ---- */

static const struct {
    const char *name, *bytes;
    size_t len;
    const char *what;
} clear[] = {
    {"HTTP", "GET / HTTP/1.1\r\n", 16, "an HTTP request"},
    {"HTTP response", "HTTP/1.1 400\r\n", 14, "an HTTP response"},
    {"SSH", "SSH-2.0-OpenSSH\r\n", 17, "SSH"},
    {"SMTP", "220 mail ESMTP\r\n", 16, "an FTP or SMTP greeting"},
    {"DRDA", "\x00\x8b\xd0\x41\x00\x01\x00\x85\x10\x41", 10,
     "DRDA in clear text"},
    {"SSLv2", "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11,
     "an SSLv2 ClientHello"},
    {"IMS Connect", "\x00\x00\x00\x64\x00\x1c\x00\x00*SAMPLE*", 16,
     "clear text"},
    {"a record of version 2", "\x16\x02\x00\x00\x10\x01\x00\x00", 8,
     "clear text"},
    {"a record longer than any", "\x16\x03\x01\xff\xff\x01\x00\x00", 8,
     "clear text"},
    {"type 24", "\x18\x03\x03\x00\x10\x01\x00\x00", 8, "clear text"},
};

/* Cut after every byte: from the first byte that can't be TLS the answer is
 * 5003, before it the session waits. */
START_TEST(clear_text_is_5003)
{
    static const struct tls_side sides[] = {{.role = "Server"},
                                            {.role = "Client"}};
    bool found = false;
    size_t cut, k;

    for (k = 0; k < 2; k++) {
        struct tls_setup setup;

        ck_assert_int_eq(tls_setup_open(&setup, ec, &sides[k]), 0);
        for (cut = 1; cut <= clear[_i].len; cut++) {
            enum session_status st;
            struct tls_end e;

            ck_assert_int_eq(tls_end_open(&e, &setup, ROOM), 0);
            BIO_write(e.net, clear[_i].bytes, (int)cut);
            do
                st = tls_end_step(&e);
            while (st == SESSION_WANT_WRITE);
            if (st == SESSION_WANT_READ) {
                ck_assert_msg(cut < 5 && !found, "%s: %zu", clear[_i].name,
                              cut);
                tls_end_done(&e);
                continue;
            }
            found = true;
            ck_assert_int_eq(st, SESSION_FAILED);
            ck_assert_int_eq(tls_rc(&e), 5003);
            ck_assert(!session_heard(e.session));
            if (cut == clear[_i].len)
                ck_assert_msg(strstr(tls_reason(&e), clear[_i].what) != NULL,
                              "%s: %s", clear[_i].name, tls_reason(&e));
            if (cut == 1)
                ck_assert_msg(strlen(strstr(tls_reason(&e), "bytes")) == 9,
                              "%s", tls_reason(&e));
            /* and it stays so */
            ck_assert_int_eq(tls_end_step(&e), SESSION_FAILED);
            ck_assert_int_eq(session_close(e.session), SESSION_FAILED);
            tls_end_done(&e);
        }
        ck_assert(found);
        found = false;
        tls_setup_done(&setup);
    }
}
END_TEST

/* It is no TLS record, but who sent it understands the answer. */
START_TEST(an_sslv2_hello_is_told_the_version)
{
    static const struct tls_side sides[] = {{.role = "Server"},
                                            {.role = "Client"}};
    static const unsigned char hello[] = {0x80, 0x2e, 1, 3, 3, 0, 0x15},
                               want[] = {21, 3, 1, 0, 2, 2, 70};
    unsigned char got[16];
    struct tls_setup setup;
    struct tls_end e;
    int n;

    ck_assert_int_eq(tls_setup_open(&setup, ec, &sides[_i]), 0);
    ck_assert_int_eq(tls_end_open(&e, &setup, ROOM), 0);
    if (_i == 1) { /* its own hello goes first */
        ck_assert_int_eq(tls_end_step(&e), SESSION_WANT_READ);
        BIO_reset(e.net);
    }
    BIO_write(e.net, hello, sizeof(hello));
    ck_assert_int_eq(tls_end_step(&e), SESSION_FAILED);
    ck_assert_int_eq(tls_rc(&e), 5003);
    ck_assert_int_eq(session_outcome(e.session)->alert_sent,
                     _i == 0 ? SSL_AD_PROTOCOL_VERSION : -1);
    n = BIO_read(e.net, got, sizeof(got));
    if (_i == 0)
        ck_assert_mem_eq(got, want, sizeof(want));
    ck_assert_int_eq(n == (int)sizeof(want), _i == 0);
    tls_end_done(&e);
    tls_setup_done(&setup);
}
END_TEST

/* Byte by byte, as a slow partner sends. */
START_TEST(takes_a_hello_in_pieces)
{
    struct both b;
    int turn;

    open_both(&b, ec, NULL, NULL);
    for (turn = 0;
         turn < 10000 && (b.s.last != SESSION_OK || b.c.last != SESSION_OK);
         turn++) {
        if (b.c.last != SESSION_OK)
            tls_end_step(&b.c);
        tls_carry(&b.c, &b.s, 1);
        if (b.s.last != SESSION_OK)
            tls_end_step(&b.s);
        tls_carry(&b.s, &b.c, 1);
        ck_assert_int_eq(tls_rc(&b.s), 0);
        ck_assert_int_eq(tls_rc(&b.c), 0);
    }
    ck_assert_int_eq(b.s.last, SESSION_OK);
    ck_assert_int_eq(b.c.last, SESSION_OK);
    done_both(&b);
}
END_TEST

/* ---- partners that stop ---- */

START_TEST(silence_is_waited_for)
{
    static const char *const roles[] = {"Server", "Client"};
    struct tls_side side = {.role = roles[_i]};
    struct tls_setup setup;
    struct tls_end e;
    char c;
    size_t n;
    int turn;

    ck_assert_int_eq(tls_setup_open(&setup, ec, &side), 0);
    ck_assert_int_eq(tls_end_open(&e, &setup, ROOM), 0);
    for (turn = 0; turn < 3; turn++)
        ck_assert_int_eq(tls_end_step(&e), SESSION_WANT_READ);
    ck_assert(!session_heard(e.session));
    session_abandon(e.session, FAULT_silent_client);
    ck_assert_int_eq(tls_rc(&e), 5004);
    ck_assert_str_eq(tls_reason(&e), fault_row(FAULT_silent_client)->reason);
    session_abandon(e.session, FAULT_no_time);
    ck_assert_int_eq(tls_rc(&e), 5004);
    ck_assert_int_eq(tls_end_step(&e), SESSION_FAILED);
    ck_assert_int_eq(session_read(e.session, &c, 1, &n), SESSION_FAILED);
    ck_assert_int_eq(session_write(e.session, "x", 1, &n), SESSION_FAILED);
    ck_assert_int_eq(session_close(e.session), SESSION_FAILED);
    tls_end_done(&e);
    tls_setup_done(&setup);
}
END_TEST

static size_t next_record(const struct tls_end *e)
{
    unsigned char *p;
    char *at;
    int have = BIO_nread0(e->net, &at);

    if (have < 5)
        return 0;
    p = (unsigned char *)at;
    return 5 + ((size_t)p[3] << 8) + p[4];
}

/* Runs the handshake until TO has got RECORDS records (and EXTRA bytes of the
 * next), then the connection ends. False: the handshake was shorter. */
static bool cut_after(struct tls_end *from, struct tls_end *to, int records,
                      size_t extra)
{
    int turn, seen = 0;

    for (turn = 0; turn < 100; turn++) {
        if (from->last != SESSION_OK)
            tls_end_step(from);
        while (seen < records && next_record(from) != 0) {
            tls_carry(from, to, next_record(from));
            seen++;
        }
        if (seen == records && (extra == 0 || next_record(from) != 0)) {
            tls_carry(from, to, extra);
            tls_fin(to);
            tls_end_step(to);
            return true;
        }
        if (to->last != SESSION_OK)
            tls_end_step(to);
        if (to->last == SESSION_OK && next_record(from) == 0)
            return false;
        tls_carry(to, from, SIZE_MAX);
    }
    return false;
}

static const struct {
    const char *name, *adv;
    bool server; /* is the one that is left alone */
} cuts[] = {
    {"server, TLS 1.2", NULL, true},
    {"client, TLS 1.2", NULL, false},
    {"server, TLS 1.3", "TLSv1.3 On", true},
    {"client, TLS 1.3", "TLSv1.3 On", false},
};

START_TEST(an_end_in_the_handshake_is_420)
{
    struct tls_side s = {.role = "ServerWithClientAuth", .adv = cuts[_i].adv};
    struct tls_side c = {.role = "Client", .adv = cuts[_i].adv};
    int records;
    size_t extra;

    for (records = 0; records < 40; records++) {
        for (extra = 0; extra < 12; extra += 3) {
            struct tls_end *left, *gone;
            struct both b;
            bool cut;

            open_both(&b, ec, &s, &c);
            left = cuts[_i].server ? &b.s : &b.c;
            gone = cuts[_i].server ? &b.c : &b.s;
            cut = cut_after(gone, left, records, extra);
            if (cut && left->last != SESSION_OK) {
                ck_assert_msg(tls_rc(left) == 420, "%s, %d records, %zu: %d %s",
                              cuts[_i].name, records, extra, tls_rc(left),
                              tls_reason(left));
                ck_assert_int_eq(session_heard(left->session),
                                 records > 0 || extra > 0);
            }
            done_both(&b);
            if (!cut) {
                ck_assert_int_gt(records, 2);
                return;
            }
        }
    }
    ck_abort_msg("no end of records");
}
END_TEST

/* ---- alerts ---- */

static const struct {
    unsigned char level, alert;
    int rc;
} alerts[] = {
    {2, 40, 402}, {2, 42, 414}, {2, 46, 414}, {2, 48, 435}, {2, 70, 412},
    {2, 45, 401}, {2, 80, 438}, {2, 10, 415}, {1, 0, 420},  {2, 112, 447},
    {2, 99, 439}, {2, 43, 405}, {2, 51, 411},
};

/* After the first flight: an alert as the very first message of a client is
 * itself a breach of the protocol. */
START_TEST(an_alert_gives_its_code)
{
    unsigned char bytes[] = {
        0x15, 3, 3, 0, 2, alerts[_i].level, alerts[_i].alert};
    int k;

    for (k = 0; k < 2; k++) {
        struct tls_end *e;
        struct both b;

        open_both(&b, ec, NULL, NULL);
        e = k == 0 ? &b.s : &b.c;
        tls_end_step(&b.c);
        tls_carry(&b.c, &b.s, SIZE_MAX);
        tls_end_step(&b.s);
        BIO_write(e->net, bytes, sizeof(bytes));
        ck_assert_int_eq(tls_end_step(e), SESSION_FAILED);
        ck_assert_msg(tls_rc(e) == alerts[_i].rc, "end %d, alert %u: %d (%s)",
                      k, alerts[_i].alert, tls_rc(e), tls_reason(e));
        ck_assert_int_eq(session_outcome(e->session)->alert_received,
                         alerts[_i].alert);
        ck_assert(session_heard(e->session));
        done_both(&b);
    }
}
END_TEST

/* Garbage that looks like TLS; our alert goes out. */
START_TEST(a_broken_message_is_answered)
{
    static const unsigned char bytes[] = {0x16, 3, 3, 0, 4, 99, 0, 0, 0};
    static const struct tls_side side = {.role = "Server"};
    struct tls_setup setup;
    struct tls_end e;

    ck_assert_int_eq(tls_setup_open(&setup, ec, &side), 0);
    ck_assert_int_eq(tls_end_open(&e, &setup, ROOM), 0);
    BIO_write(e.net, bytes, sizeof(bytes));
    ck_assert_int_eq(tls_end_step(&e), SESSION_FAILED);
    ck_assert_int_eq(tls_rc(&e), 415);
    ck_assert_int_eq(session_outcome(e.session)->alert_sent, 10);
    ck_assert_int_eq(session_outcome(e.session)->alert_received, -1);
    ck_assert_int_eq((int)BIO_ctrl_pending(e.net), 7);
    tls_end_done(&e);
    tls_setup_done(&setup);
}
END_TEST

/* ---- after the handshake ---- */

static enum session_status read_one(struct tls_end *e)
{
    char c;
    size_t n;

    return session_read(e->session, &c, 1, &n);
}

static const char *const versions[] = {NULL, "TLSv1.3 On"};

START_TEST(close_notify_is_an_orderly_end)
{
    struct tls_side s = {.role = "Server", .adv = versions[_i]};
    struct tls_side c = {.role = "Client", .adv = versions[_i]};
    struct both b;

    open_both(&b, ec, &s, &c);
    shake_both(&b);
    ck_assert_int_eq(session_close(b.c.session), SESSION_OK);
    tls_carry(&b.c, &b.s, SIZE_MAX);
    ck_assert_int_eq(read_one(&b.s), SESSION_EOF);
    ck_assert_int_eq(read_one(&b.s), SESSION_EOF);
    /* the other half stays open */
    ck_assert(tls_say(&b.s, &b.c, "still here"));
    ck_assert_int_eq(session_close(b.s.session), SESSION_OK);
    tls_carry(&b.s, &b.c, SIZE_MAX);
    ck_assert_int_eq(read_one(&b.c), SESSION_EOF);
    ck_assert_int_eq(tls_rc(&b.s), 0);
    ck_assert_int_eq(session_outcome(b.s.session)->alert_received, -1);
    done_both(&b);
}
END_TEST

START_TEST(an_end_without_close_notify_is_a_truncation)
{
    struct tls_side s = {.role = "Server", .adv = versions[_i]};
    struct tls_side c = {.role = "Client", .adv = versions[_i]};
    struct both b;
    char buf[8];
    size_t n;

    open_both(&b, ec, &s, &c);
    shake_both(&b);
    ck_assert_int_eq(session_write(b.c.session, "last", 4, &n), SESSION_OK);
    tls_carry(&b.c, &b.s, SIZE_MAX);
    tls_fin(&b.s);
    ck_assert_int_eq(session_read(b.s.session, buf, sizeof(buf), &n),
                     SESSION_OK);
    ck_assert_uint_eq(n, 4);
    ck_assert_int_eq(read_one(&b.s), SESSION_TRUNCATED);
    ck_assert_int_eq(read_one(&b.s), SESSION_TRUNCATED);
    /* the other half is not touched by it */
    ck_assert_int_eq(tls_rc(&b.s), 0);
    ck_assert(tls_say(&b.s, &b.c, "still here"));
    done_both(&b);
}
END_TEST

/* What comes in clear is no record of this session, however short it is. */
static const struct {
    const char *adv, *ciphers;
    size_t len; /* of the body */
} foreign[] = {
    {NULL, "V3CipherSuites4Char C02B", 0},
    {NULL, "V3CipherSuites4Char C02B", 3},
    {NULL, "V3CipherSuites4Char C02B", 40},
    {NULL, "V3CipherSuites4Char C023", 3},
    {NULL, "V3CipherSuites4Char C023", 64},
    {"TLSv1.3 On", NULL, 3},
    {"TLSv1.3 On", NULL, 40},
};

START_TEST(a_clear_record_breaks_it)
{
    const struct tls_side s = {.role = "Server",
                               .adv = foreign[_i].adv,
                               .ciphers = foreign[_i].ciphers};
    const struct tls_side c = {.role = "Client",
                               .adv = foreign[_i].adv,
                               .ciphers = foreign[_i].ciphers};
    unsigned char record[5 + 64] = {23, 3, 3, 0,
                                    (unsigned char)foreign[_i].len};
    struct both b;

    open_both(&b, ec, &s, &c);
    shake_both(&b);
    BIO_write(b.s.net, record, (int)(5 + foreign[_i].len));
    ck_assert_int_eq(read_one(&b.s), SESSION_FAILED);
    ck_assert_msg(tls_rc(&b.s) == 411, "row %d: %d %s", _i, tls_rc(&b.s),
                  tls_reason(&b.s));
    done_both(&b);
}
END_TEST

START_TEST(a_changed_byte_breaks_it)
{
    struct tls_side s = {.role = "Server", .adv = versions[_i]};
    struct tls_side c = {.role = "Client", .adv = versions[_i]};
    char buf[256];
    struct both b;
    size_t n;
    int len;

    open_both(&b, ec, &s, &c);
    shake_both(&b);
    ck_assert_int_eq(session_write(b.c.session, "data", 4, &n), SESSION_OK);
    len = BIO_read(b.c.net, buf, sizeof(buf));
    ck_assert_int_gt(len, 20);
    buf[len - 1] ^= 1;
    BIO_write(b.s.net, buf, len);
    ck_assert_int_eq(read_one(&b.s), SESSION_FAILED);
    ck_assert_int_eq(tls_rc(&b.s), 411);
    ck_assert_int_eq(session_outcome(b.s.session)->alert_sent, 20);
    tls_carry(&b.s, &b.c, SIZE_MAX);
    ck_assert_int_eq(read_one(&b.c), SESSION_FAILED);
    ck_assert_int_eq(tls_rc(&b.c), 411);
    done_both(&b);
}
END_TEST

/* A full pipe: WANT_WRITE, then the same bytes from another buffer. */
START_TEST(a_write_is_repeated_from_another_buffer)
{
    enum { BIG = 100 * 1000 };
    static char one[BIG], two[BIG], got[BIG];
    struct tls_setup ss, cs;
    struct tls_end s, c;
    size_t sent = 0, read = 0, n, i, waits = 0;

    for (i = 0; i < BIG; i++)
        one[i] = two[i] = (char)(i * 7 + i / 251);
    ck_assert_int_eq(
        tls_setup_open(&ss, ec, &(struct tls_side){.role = "Server"}), 0);
    ck_assert_int_eq(
        tls_setup_open(&cs, ec, &(struct tls_side){.role = "Client"}), 0);
    ck_assert_int_eq(tls_end_open(&s, &ss, 4096), 0);
    ck_assert_int_eq(tls_end_open(&c, &cs, 4096), 0);
    ck_assert(tls_shake(&s, &c));
    while (read < BIG) {
        enum session_status st = SESSION_OK;

        if (sent < BIG) {
            char *from = waits % 2 != 0 ? two : one;

            st = session_write(c.session, from + sent, BIG - sent, &n);
            ck_assert(st == SESSION_OK || st == SESSION_WANT_WRITE);
            ck_assert(st == SESSION_OK ? n > 0 : n == 0);
            waits += st == SESSION_WANT_WRITE;
            sent += n;
        }
        tls_carry(&c, &s, SIZE_MAX);
        st = session_read(s.session, got + read, BIG - read, &n);
        ck_assert(st == SESSION_OK || st == SESSION_WANT_READ);
        read += n;
    }
    ck_assert_mem_eq(got, one, BIG);
    ck_assert_uint_gt(waits, 10);
    tls_end_done(&s);
    tls_end_done(&c);
    tls_setup_done(&ss);
    tls_setup_done(&cs);
}
END_TEST

/* The reader may stop: what was read ahead comes without the socket. */
START_TEST(nothing_is_pending_after_want_read)
{
    static char text[40000], got[sizeof(text)];
    struct both b;
    size_t n, read = 0, i;
    enum session_status st;

    for (i = 0; i < sizeof(text); i++)
        text[i] = (char)i;
    open_both(&b, ec, NULL, NULL);
    shake_both(&b);
    for (i = 0; i < sizeof(text); i += n)
        ck_assert_int_eq(
            session_write(b.c.session, text + i, sizeof(text) - i, &n),
            SESSION_OK);
    tls_carry(&b.c, &b.s, SIZE_MAX);
    while ((st = session_read(b.s.session, got + read, 777, &n)) == SESSION_OK)
        read += n;
    ck_assert_int_eq(st, SESSION_WANT_READ);
    ck_assert_uint_eq(read, sizeof(text));
    ck_assert_mem_eq(got, text, sizeof(text));
    done_both(&b);
}
END_TEST

/* ---- descriptors ---- */

START_TEST(works_on_a_descriptor)
{
    static const struct tls_side side = {.role = "Server"};
    struct tls_setup setup;
    struct session *s;
    struct tls_outcome why;
    struct session_params params;
    int pair[2];
    char c;

    ck_assert_int_eq(tls_setup_open(&setup, ec, &side), 0);
    params = (struct session_params){setup.env, setup.eff, NULL, false};
    ck_assert_int_eq(session_new(&params, &s, &why), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(session_set_fd(s, pair[0]), 0);
    ck_assert_int_eq((int)write(pair[1], "SSH-2", 5), 5);
    ck_assert_int_eq(session_handshake(s), SESSION_FAILED);
    ck_assert_int_eq(session_outcome(s)->rc, 5003);
    session_free(s);
    /* it is the caller's */
    ck_assert_int_eq(close(pair[0]), 0);
    ck_assert_int_eq(session_new(&params, &s, &why), 0);
    ck_assert_int_eq(session_set_fd(s, pair[0]), 0);
    ck_assert_int_eq(session_handshake(s), SESSION_FAILED);
    ck_assert_int_eq(session_outcome(s)->rc, 406);
    ck_assert_msg(strstr(session_outcome(s)->reason, strerror(EBADF)) != NULL,
                  "%s", session_outcome(s)->reason);
    session_free(s);
    session_free(NULL);
    ck_assert_int_eq((int)read(pair[1], &c, 1), 0);
    close(pair[1]);
    tls_setup_done(&setup);
}
END_TEST

TESTS_BEGIN("session")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 30);
TEST_ROWS(shakes_hands, good)
TEST_ROWS(says_what_is_not_in_common, nothing)
TEST(old_protocols_need_the_permission)
TEST_ROWS(clear_text_is_5003, clear)
tcase_add_loop_test(tc, an_sslv2_hello_is_told_the_version, 0, 2);
TEST(takes_a_hello_in_pieces)
tcase_add_loop_test(tc, silence_is_waited_for, 0, 2);
TEST_ROWS(an_end_in_the_handshake_is_420, cuts)
TEST_ROWS(an_alert_gives_its_code, alerts)
TEST(a_broken_message_is_answered)
TEST_ROWS(close_notify_is_an_orderly_end, versions)
TEST_ROWS(an_end_without_close_notify_is_a_truncation, versions)
TEST_ROWS(a_clear_record_breaks_it, foreign)
TEST_ROWS(a_changed_byte_breaks_it, versions)
TEST(a_write_is_repeated_from_another_buffer)
TEST(nothing_is_pending_after_want_read)
TEST(works_on_a_descriptor)
TESTS_END
