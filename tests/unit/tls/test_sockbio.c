/*
 * How many sends and reads there are. For the sends the socket keeps the
 * borders of messages (SOCK_SEQPACKET), so that each is one message.
 */

#include "tls/sockbio.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "support/suite.h"
#include "support/tlspair.h"
#include "util/fd.h"

enum { BIG = 256 * 1024 };

static char big[BIG];

static void open_pair(int fds[2])
{
    ck_assert_int_eq(
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
}

/* The length of the next message; 0: there is none. */
static size_t take(int fd)
{
    ssize_t n = recv(fd, big, sizeof(big), 0);

    ck_assert(n > 0 || errno == EAGAIN);
    return n > 0 ? (size_t)n : 0;
}

START_TEST(writes_are_gathered)
{
    int fds[2], i;
    BIO *bio;

    open_pair(fds);
    bio = sockbio_new(fds[0]);
    for (i = 0; i < 3; i++)
        ck_assert_int_eq(BIO_write(bio, "abc", 3), 3);
    for (i = 0; i < 3; i++)
        ck_assert_uint_eq(take(fds[1]), 3);
    sockbio_gather(bio);
    for (i = 0; i < 3; i++)
        ck_assert_int_eq(BIO_write(bio, "abc", 3), 3);
    ck_assert_uint_eq(take(fds[1]), 0);
    ck_assert_int_eq(sockbio_send(bio, false), 1);
    ck_assert_uint_eq(take(fds[1]), 9);
    ck_assert_int_eq(memcmp(big, "abcabcabc", 9), 0);
    ck_assert_uint_eq(take(fds[1]), 0);
    BIO_free(bio);
    fd_close(&fds[0]);
    fd_close(&fds[1]);
}
END_TEST

/* Nothing overtakes what the socket did not take. */
START_TEST(keeps_the_order)
{
    int fds[2], n = 0;
    BIO *bio;

    open_pair(fds);
    bio = sockbio_new(fds[0]);
    while (send(fds[0], "fill", 4, 0) == 4)
        n++;
    sockbio_gather(bio);
    ck_assert_int_eq(BIO_write(bio, "first", 5), 5);
    ck_assert_int_eq(sockbio_send(bio, false), 0);
    ck_assert(sockbio_is_full(bio));
    ck_assert_int_lt(BIO_write(bio, "second", 6), 0);
    ck_assert(BIO_should_retry(bio) && BIO_should_write(bio));
    ck_assert_int_eq(sockbio_flush(bio), 0);
    while (n-- > 0)
        ck_assert_uint_eq(take(fds[1]), 4);
    ck_assert_int_eq(BIO_write(bio, "second", 6), 6);
    ck_assert_uint_eq(take(fds[1]), 5);
    ck_assert_uint_eq(take(fds[1]), 6);
    ck_assert_int_eq(sockbio_flush(bio), 1);
    BIO_free(bio);
    fd_close(&fds[0]);
    fd_close(&fds[1]);
}
END_TEST

/* More in one call than the buffer holds: it is sent in between. */
START_TEST(takes_what_is_too_big)
{
    static char much[SOCKBIO_SIZE - 1000];
    int fds[2];
    BIO *bio;

    open_pair(fds);
    bio = sockbio_new(fds[0]);
    sockbio_gather(bio);
    ck_assert_int_eq(BIO_write(bio, much, 2000), 2000);
    ck_assert_int_eq(BIO_write(bio, much, sizeof(much)), sizeof(much));
    ck_assert_int_eq(BIO_write(bio, "abc", 3), 3);
    ck_assert_int_eq(sockbio_send(bio, false), 1);
    ck_assert_uint_eq(take(fds[1]), 2000);
    ck_assert_uint_eq(take(fds[1]), sizeof(much));
    ck_assert_uint_eq(take(fds[1]), 3);
    BIO_free(bio);
    fd_close(&fds[0]);
    fd_close(&fds[1]);
}
END_TEST

START_TEST(says_why_it_can_not)
{
    int fds[2];
    BIO *bio;

    open_pair(fds);
    bio = sockbio_new(fds[0]);
    fd_close(&fds[1]);
    sockbio_gather(bio);
    ck_assert_int_eq(BIO_write(bio, "abc", 3), 3);
    ck_assert_int_eq(sockbio_send(bio, false), -1);
    ck_assert_int_eq(errno, EPIPE);
    ck_assert_int_lt(BIO_write(bio, "abc", 3), 0);
    ck_assert(!BIO_should_retry(bio));
    BIO_free(bio);
    fd_close(&fds[0]);
}
END_TEST

/* ---- a session ---- */

/* What lies between FD and the client's BIOs. */
static void carry(int fd, SSL *client)
{
    char *out;
    long len = BIO_get_mem_data(SSL_get_wbio(client), &out);
    size_t n;

    if (len > 0) {
        ck_assert_int_eq(send(fd, out, (size_t)len, 0), len);
        BIO_reset(SSL_get_wbio(client));
    }
    while ((n = take(fd)) > 0)
        BIO_write(SSL_get_rbio(client), big, (int)n);
}

static BIO *mem(void)
{
    BIO *b = BIO_new(BIO_s_mem());

    BIO_set_mem_eof_return(b, -1);
    return b;
}

/* A session on a socket, and a plain peer at the other end. */
struct line {
    struct testring *ring;
    struct tls_setup setup;
    struct session *session;
    SSL_CTX *ctx;
    SSL *peer;
    int fds[2];
};

/* USERID, SERVER: the peer's. */
static void line_open(struct line *l, const struct tls_side *side,
                      const char *userid, bool server)
{
    struct tls_outcome why;

    l->ring = testring_new(NULL);
    l->ctx = tls_plain_ctx(l->ring, userid, server);
    l->peer = SSL_new(l->ctx);
    open_pair(l->fds);
    ck_assert_int_eq(tls_setup_open(&l->setup, l->ring, side), 0);
    ck_assert_int_eq(
        session_new(
            &(struct session_params){l->setup.env, l->setup.eff, NULL, false},
            &l->session, &why),
        0);
    ck_assert_int_eq(session_set_fd(l->session, l->fds[0]), 0);
    SSL_set_bio(l->peer, mem(), mem());
}

static void line_close(struct line *l)
{
    session_free(l->session);
    SSL_free(l->peer);
    SSL_CTX_free(l->ctx);
    tls_setup_done(&l->setup);
    testring_free(l->ring);
    fd_close(&l->fds[0]);
    fd_close(&l->fds[1]);
}

static size_t receive(SSL *client, char *buf, size_t size)
{
    size_t len = 0;
    int n;

    while (len < size &&
           (n = SSL_read(client, buf + len, (int)(size - len))) > 0)
        len += (size_t)n;
    return len;
}

static const struct {
    const char *adv;
    size_t len;
} writes[] = {
    {"TLSv1.2 On", 10},
    {"TLSv1.2 On", 60000},
    {"TLSv1.3 On", 60000},
};

START_TEST(one_send_for_all_records)
{
    static char text[60000], got[60000];
    const struct tls_side side = {
        .role = "Server", .userid = "SERVER", .adv = writes[_i].adv};
    enum session_status st = SESSION_WANT_READ;
    struct line l;
    int i;
    size_t n;

    line_open(&l, &side, NULL, false);
    for (i = 0; i < 20 && st == SESSION_WANT_READ; i++) {
        SSL_connect(l.peer);
        carry(l.fds[1], l.peer);
        st = session_handshake(l.session);
        carry(l.fds[1], l.peer);
    }
    ck_assert_int_eq(st, SESSION_OK);
    ck_assert_int_eq(SSL_connect(l.peer), 1);
    for (n = 0; n < sizeof(text); n++)
        text[n] = (char)(n * 7 + (n >> 8));
    ck_assert_int_eq(session_write(l.session, text, writes[_i].len, &n),
                     SESSION_OK);
    ck_assert_uint_eq(n, writes[_i].len);
    n = take(l.fds[1]);
    ck_assert_uint_gt(n, writes[_i].len);
    BIO_write(SSL_get_rbio(l.peer), big, (int)n);
    ck_assert_uint_eq(take(l.fds[1]), 0); /* there was one send */
    ck_assert_uint_eq(receive(l.peer, got, sizeof(got)), writes[_i].len);
    ck_assert_int_eq(memcmp(text, got, writes[_i].len), 0);
    line_close(&l);
}
END_TEST

/* A client's last flight, and the first data behind it; or without data. */
START_TEST(the_last_flight_waits_for_data)
{
    const struct tls_side side = {
        .role = "Client", .userid = "CLIENT", .adv = "TLSv1.3 On"};
    enum session_status st = SESSION_WANT_READ;
    struct line l;
    char got[8];
    int i;
    size_t n;

    line_open(&l, &side, "SERVER", true);
    session_hold_last(l.session);
    for (i = 0; i < 20 && st == SESSION_WANT_READ; i++) {
        st = session_handshake(l.session);
        if (st == SESSION_OK)
            break;
        carry(l.fds[1], l.peer);
        SSL_accept(l.peer);
        carry(l.fds[1], l.peer);
    }
    ck_assert_int_eq(st, SESSION_OK);
    ck_assert(session_unsent(l.session));
    ck_assert_uint_eq(take(l.fds[1]), 0);
    if (_i == 0)
        ck_assert_int_eq(session_write(l.session, "first", 5, &n), SESSION_OK);
    else
        ck_assert_int_eq(session_flush(l.session), SESSION_OK);
    ck_assert(!session_unsent(l.session));
    n = take(l.fds[1]);
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_eq(take(l.fds[1]), 0); /* there was one send */
    BIO_write(SSL_get_rbio(l.peer), big, (int)n);
    ck_assert_int_eq(SSL_accept(l.peer), 1);
    ck_assert_uint_eq(receive(l.peer, got, 5), _i == 0 ? 5 : 0);
    line_close(&l);
}
END_TEST

/* ---- reading ---- */

static void expect_read(BIO *bio, const char *want)
{
    char buf[16];
    int n = BIO_read(bio, buf, sizeof(buf));

    if (want == NULL) {
        ck_assert_int_lt(n, 0);
        ck_assert(BIO_should_retry(bio) && BIO_should_read(bio));
        return;
    }
    ck_assert_int_eq(n, (int)strlen(want));
    ck_assert_int_eq(memcmp(buf, want, strlen(want)), 0);
}

START_TEST(a_short_read_is_the_last_where_it_is_trusted)
{
    int fds[2];
    BIO *bio;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds),
                     0);
    bio = sockbio_new(fds[0]);
    expect_read(bio, NULL);
    ck_assert_int_eq(send(fds[1], "a", 1, 0), 1);
    expect_read(bio, "a");
    ck_assert(sockbio_was_short(bio) && !sockbio_is_dry(bio));
    ck_assert_int_eq(send(fds[1], "b", 1, 0), 1);
    expect_read(bio, "b");
    sockbio_trust(bio, true);
    ck_assert_int_eq(send(fds[1], "c", 1, 0), 1);
    expect_read(bio, "c");
    ck_assert(sockbio_is_dry(bio));
    ck_assert_int_eq(send(fds[1], "d", 1, 0), 1);
    expect_read(bio, NULL);
    sockbio_readable(bio);
    ck_assert(!sockbio_is_dry(bio));
    expect_read(bio, "d");
    sockbio_readable(bio);
    /* a full buffer says nothing */
    ck_assert_int_eq(send(fds[1], "0123456789abcdef!", 17, 0), 17);
    expect_read(bio, "0123456789abcdef");
    ck_assert(!sockbio_is_dry(bio));
    expect_read(bio, "!");
    sockbio_trust(bio, false);
    ck_assert(!sockbio_is_dry(bio));
    sockbio_not_readable(bio);
    ck_assert_int_eq(send(fds[1], "e", 1, 0), 1);
    expect_read(bio, NULL);
    sockbio_readable(bio);
    expect_read(bio, "e");
    ck_assert(!BIO_eof(bio));
    fd_close(&fds[1]);
    ck_assert_int_eq(BIO_read(bio, big, 1), 0);
    ck_assert(BIO_eof(bio) && !BIO_should_retry(bio));
    BIO_free(bio);
    fd_close(&fds[0]);
}
END_TEST

/* What waits is the beginning of what is gathered next. */
START_TEST(what_is_kept_goes_first)
{
    int fds[2];
    BIO *bio;

    open_pair(fds);
    bio = sockbio_new(fds[0]);
    sockbio_gather(bio);
    ck_assert_int_eq(BIO_write(bio, "one ", 4), 4);
    ck_assert_int_eq(sockbio_keep(bio), 0);
    ck_assert(sockbio_is_kept(bio));
    ck_assert_uint_eq(take(fds[1]), 0);
    sockbio_gather(bio);
    ck_assert(!sockbio_is_kept(bio));
    ck_assert_int_eq(BIO_write(bio, "two", 3), 3);
    ck_assert_int_eq(sockbio_send(bio, false), 1);
    ck_assert_uint_eq(take(fds[1]), 7);
    ck_assert_int_eq(memcmp(big, "one two", 7), 0);
    sockbio_gather(bio);
    ck_assert_int_eq(sockbio_keep(bio), 0); /* nothing */
    ck_assert(!sockbio_is_kept(bio));
    sockbio_gather(bio);
    ck_assert_int_eq(BIO_write(bio, "kept", 4), 4);
    ck_assert_int_eq(sockbio_keep(bio), 0);
    ck_assert_int_eq(BIO_write(bio, "now", 3), 3); /* not gathered */
    ck_assert_uint_eq(take(fds[1]), 4);
    ck_assert_uint_eq(take(fds[1]), 3);
    BIO_free(bio);
    fd_close(&fds[0]);
    fd_close(&fds[1]);
}
END_TEST

TESTS_BEGIN("sockbio")
TEST(writes_are_gathered)
TEST(keeps_the_order)
TEST(takes_what_is_too_big)
TEST(says_why_it_can_not)
TEST(what_is_kept_goes_first)
TEST_ROWS(one_send_for_all_records, writes)
tcase_add_loop_test(tc, the_last_flight_waits_for_data, 0, 2);
TEST(a_short_read_is_the_last_where_it_is_trusted)
TESTS_END
