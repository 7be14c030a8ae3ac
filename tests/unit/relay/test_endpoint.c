/* One end of a connection, in clear: what it reports, and how it ends. Of TLS
 * only where it begins; the rest is in test_pump, where both ends are. */

#include "relay/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/testing.h"
#include "support/descriptors.h"
#include "support/peer.h"
#include "support/suite.h"
#include "support/tlspair.h"
#include "util/fd.h"

struct bench {
    struct event_base *base;
    struct endpoint e;
    int other; /* the test's end */
    int calls;
};

static void on_ready(void *arg)
{
    struct bench *b = arg;

    b->calls++;
}

static void bench_open(struct bench *b, bool small)
{
    int pair[2];

    *b = (struct bench){.other = -1};
    b->base = endpoint_loop();
    endpoint_init(&b->e, on_ready, b);
    peer_tcp_pair(pair, small);
    b->other = pair[1];
    ck_assert_int_eq(endpoint_open(&b->e, b->base, pair[0], NULL), 0);
}

static void bench_close(struct bench *b)
{
    endpoint_close(&b->e);
    fd_close(&b->other);
    event_base_free(b->base);
}

static void turn(struct bench *b)
{
    event_base_loop(b->base, EVLOOP_NONBLOCK);
}

START_TEST(is_closed_at_first)
{
    struct endpoint e;

    endpoint_init(&e, on_ready, NULL);
    ck_assert_int_eq(e.fd, -1);
    ck_assert(!endpoint_can_read(&e) && !endpoint_can_write(&e));
    endpoint_close(&e);
    endpoint_reset(&e);
}
END_TEST

START_TEST(reports_what_it_can)
{
    struct bench b;
    char buf[8];
    size_t n;

    bench_open(&b, false);
    turn(&b);
    ck_assert(endpoint_can_write(&b.e) && !endpoint_can_read(&b.e));
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_BLOCKED);
    ck_assert_int_eq(write(b.other, "abc", 3), 3);
    turn(&b);
    ck_assert(endpoint_can_read(&b.e));
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_OK);
    ck_assert_uint_eq(n, 3);
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_BLOCKED);
    ck_assert(!endpoint_can_read(&b.e));
    bench_close(&b);
}
END_TEST

/* The end that was announced before the last bytes were read is not lost:
 * there is no second edge for it. */
START_TEST(finds_the_end_behind_the_bytes)
{
    struct bench b;
    char buf[8];
    size_t n;

    bench_open(&b, false);
    ck_assert_int_eq(write(b.other, "abc", 3), 3);
    shutdown(b.other, SHUT_WR);
    turn(&b);
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_OK);
    ck_assert(endpoint_can_read(&b.e));
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_EOF);
    ck_assert_uint_eq(n, 0);
    bench_close(&b);
}
END_TEST

/* A reset that came before they were read is found when the doubt is gone. */
START_TEST(finds_the_reset_behind_the_bytes)
{
    struct bench b;
    char buf[8];
    size_t n;

    bench_open(&b, false);
    ck_assert_int_eq(write(b.other, "abc", 3), 3);
    fd_reset(&b.other);
    turn(&b);
    if (endpoint_read(&b.e, buf, sizeof(buf), &n) == IO_OK) {
        ck_assert(!endpoint_can_read(&b.e));
        ck_assert(b.e.doubt);
        endpoint_resolve(&b.e);
        ck_assert(endpoint_can_read(&b.e));
        ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_LOST);
    }
    bench_close(&b);
}
END_TEST

START_TEST(tells_a_reset_from_an_end)
{
    struct bench b;
    char buf[8];
    size_t n;

    bench_open(&b, false);
    fd_reset(&b.other);
    turn(&b);
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_LOST);
    ck_assert_int_eq(endpoint_write(&b.e, "x", 1, &n), IO_LOST);
    bench_close(&b);
}
END_TEST

START_TEST(writes_what_goes)
{
    static char data[4 * 1024 * 1024];
    struct bench b;
    size_t n;

    bench_open(&b, true);
    turn(&b);
    ck_assert_int_eq(endpoint_write(&b.e, data, sizeof(data), &n), IO_BLOCKED);
    ck_assert_uint_gt(n, 0);
    ck_assert_uint_lt(n, sizeof(data));
    ck_assert(!endpoint_can_write(&b.e));
    bench_close(&b);
}
END_TEST

static void close_hard(struct endpoint *e)
{
    endpoint_end_hard(e);
    endpoint_close(e);
}

/* As the kernel does it, when the process is killed. */
static void kill_hard(struct endpoint *e)
{
    endpoint_end_hard(e);
    event_del(&e->event);
    fd_close(&e->fd);
}

static const struct {
    const char *name;
    void (*end)(struct endpoint *e);
    int got; /* by the other side: 0 an end, else errno */
} ends[] = {
    {"closed", endpoint_close, 0},
    {"reset", endpoint_reset, ECONNRESET},
    {"hard, closed", close_hard, 0},
    {"hard, killed", kill_hard, ECONNRESET},
};

START_TEST(ends_as_told)
{
    struct bench b;
    char byte;
    ssize_t n;

    bench_open(&b, false);
    ends[_i].end(&b.e);
    ck_assert_int_eq(b.e.fd, -1);
    ends[_i].end(&b.e); /* a closed one is left alone */
    n = recv(b.other, &byte, 1, 0);
    ck_assert_msg(ends[_i].got == 0 ? n == 0 : n < 0 && errno == ends[_i].got,
                  "%s", ends[_i].name);
    turn(&b);
    ck_assert_int_eq(b.calls, 0);
    bench_close(&b);
}
END_TEST

/* Not even while somebody else holds the socket, who hears of its end only
 * then; and whatever the environment says about libevent. */
START_TEST(does_not_watch_what_is_closed)
{
    struct bench b;
    int fd, held;

    setenv("EVENT_EPOLL_USE_CHANGELIST", "1", 1);
    bench_open(&b, false);
    turn(&b);
    fd = b.e.fd;
    held = dup(fd);
    ck_assert(descriptors_watched(fd));
    ends[_i].end(&b.e);
    ck_assert_msg(!descriptors_watched(fd), "%s", ends[_i].name);
    turn(&b);
    ck_assert(!descriptors_watched(fd));
    fd_close(&held);
    bench_close(&b);
}
END_TEST

START_TEST(ends_one_direction)
{
    struct bench b;
    char byte;
    size_t n;

    bench_open(&b, false);
    ck_assert_int_eq(endpoint_end(&b.e, false), IO_OK);
    ck_assert_int_eq(recv(b.other, &byte, 1, 0), 0);
    ck_assert_int_eq(write(b.other, "x", 1), 1);
    turn(&b);
    ck_assert_int_eq(endpoint_read(&b.e, &byte, 1, &n), IO_OK);
    bench_close(&b);
}
END_TEST

static int get_option(int fd, int level, int name)
{
    socklen_t len = sizeof(int);
    int value = -1;

    ck_assert_int_eq(getsockopt(fd, level, name, &value, &len), 0);
    return value;
}

START_TEST(sets_options)
{
    struct bench b;

    bench_open(&b, false);
    ck_assert_int_ne(get_option(b.e.fd, IPPROTO_TCP, TCP_NODELAY), 0);
    endpoint_keepalive(&b.e, 0);
    ck_assert_int_eq(get_option(b.e.fd, SOL_SOCKET, SO_KEEPALIVE), 0);
    endpoint_keepalive(&b.e, 77);
    ck_assert_int_eq(get_option(b.e.fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    ck_assert_int_eq(get_option(b.e.fd, IPPROTO_TCP, TCP_KEEPIDLE), 77);
    bench_close(&b);
}
END_TEST

/* LISTENING or only bound: then it is refused. */
static int bound(bool listening, struct netaddr *ret)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (void *)&in, len), 0);
    ck_assert(!listening || listen(fd, 1) == 0);
    getsockname(fd, (void *)&in, &len);
    netaddr_from_sockaddr(&in, ret);
    return fd;
}

static void bench_dial(struct bench *b, const struct netaddr *to)
{
    bench_open(b, false);
    endpoint_close(&b->e);
    ck_assert_int_eq(
        endpoint_connect(&b->e, b->base,
                         socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), to,
                         NULL),
        0);
}

static const int answers[] = {0, ECONNREFUSED};

START_TEST(an_endpoint_connects_or_says_why_not)
{
    struct netaddr to, peer;
    int i, fd = bound(answers[_i] == 0, &to), r = EINPROGRESS;
    struct bench b;

    bench_dial(&b, &to);
    ck_assert(!endpoint_is_connected(&b.e));
    for (i = 0; i < 1000 && r == EINPROGRESS; i++) {
        event_base_loop(b.base, EVLOOP_ONCE);
        r = endpoint_connect_result(&b.e, &peer);
    }
    ck_assert_int_eq(r, answers[_i]);
    ck_assert_int_eq(endpoint_is_connected(&b.e), r == 0);
    if (r == 0)
        ck_assert(netaddr_equal(&peer, &to));
    bench_close(&b);
    fd_close(&fd);
}
END_TEST

/* The first write is never held back by the kernel. */
START_TEST(sets_no_delay_with_the_second_write)
{
    struct netaddr to;
    int i, fd = bound(true, &to);
    struct bench b;
    size_t n;

    bench_dial(&b, &to);
    for (i = 0; i < 1000 && !endpoint_is_connected(&b.e); i++)
        event_base_loop(b.base, EVLOOP_ONCE);
    for (i = 0; i < 3; i++) {
        ck_assert_int_eq(get_option(b.e.fd, IPPROTO_TCP, TCP_NODELAY), i > 1);
        ck_assert_int_eq(endpoint_write(&b.e, "x", 1, &n), IO_OK);
    }
    bench_close(&b);
    fd_close(&fd);
}
END_TEST

/* ---- the handshake ---- */

/* A server of ours and a plain client. */
struct shaking {
    struct bench b;
    struct testring *t;
    struct tls_setup setup;
    SSL_CTX *ctx;
    SSL *client;
};

static void shaking_open(struct shaking *s)
{
    const struct tls_side side = {
        .role = "Server", .userid = "SERVER", .adv = "TLSv1.3 On"};
    struct tls_outcome why;
    struct session *session;

    bench_open(&s->b, false);
    s->t = testring_new(NULL);
    ck_assert_int_eq(tls_setup_open(&s->setup, s->t, &side), 0);
    ck_assert_int_eq(
        session_new(
            &(struct session_params){s->setup.env, s->setup.eff, NULL, false},
            &session, &why),
        0);
    ck_assert_int_eq(endpoint_start_tls(&s->b.e, session), 0);
    s->ctx = tls_plain_ctx(s->t, NULL, false);
    tls_count_tickets(s->ctx);
    s->client = SSL_new(s->ctx);
    SSL_set_fd(s->client, s->b.other);
    ck_assert_int_lt(SSL_connect(s->client), 0);
    ck_assert_int_eq(endpoint_handshake(&s->b.e), IO_BLOCKED);
    ck_assert_int_eq(SSL_connect(s->client), 1);
}

static void shaking_close(struct shaking *s)
{
    SSL_free(s->client);
    SSL_CTX_free(s->ctx);
    tls_setup_done(&s->setup);
    bench_close(&s->b);
    testring_free(s->t);
}

/* Whether more has come is not asked before an event, or the owner, says so. */
START_TEST(reads_no_more_than_it_was_told)
{
    struct shaking s;

    shaking_open(&s);
    ck_assert(s.b.e.doubt && !endpoint_can_read(&s.b.e));
    ck_assert_int_eq(endpoint_handshake(&s.b.e), IO_BLOCKED);
    ck_assert(s.b.e.doubt);
    endpoint_resolve(&s.b.e);
    ck_assert_int_eq(endpoint_handshake(&s.b.e), IO_OK);
    shaking_close(&s);
}
END_TEST

/* The peer's first data comes with its Finished: there will be no other edge
 * for it. */
START_TEST(has_what_came_with_the_handshake)
{
    struct shaking s;
    char buf[8];
    size_t n;

    shaking_open(&s);
    ck_assert_int_eq(SSL_write(s.client, "first", 5), 5);
    turn(&s.b);
    ck_assert_int_eq(endpoint_handshake(&s.b.e), IO_OK);
    ck_assert(endpoint_can_read(&s.b.e));
    ck_assert_int_eq(endpoint_read(&s.b.e, buf, sizeof(buf), &n), IO_OK);
    ck_assert_uint_eq(n, 5);
    shaking_close(&s);
}
END_TEST

static enum io with_data(struct endpoint *e)
{
    size_t n;

    return endpoint_write(e, "data", 4, &n);
}

static enum io without_data(struct endpoint *e)
{
    endpoint_hurry(e);
    ck_assert(e->unsent);
    return endpoint_flush(e);
}

static enum io with_the_end(struct endpoint *e)
{
    return endpoint_end(e, false);
}

static enum io (*const leaves[])(struct endpoint *e) = {with_data, without_data,
                                                        with_the_end};

START_TEST(tickets_leave)
{
    struct shaking s;
    char buf[8];

    shaking_open(&s);
    turn(&s.b);
    ck_assert_int_eq(endpoint_handshake(&s.b.e), IO_OK);
    ck_assert(s.b.e.tickets && !s.b.e.unsent);
    ck_assert_int_le(SSL_read(s.client, buf, sizeof(buf)), 0);
    ck_assert_int_eq(tls_tickets(), 0);
    ck_assert_int_eq(leaves[_i](&s.b.e), IO_OK);
    ck_assert(!s.b.e.tickets && !s.b.e.unsent);
    SSL_read(s.client, buf, sizeof(buf));
    ck_assert_int_eq(tls_tickets(), 2);
    shaking_close(&s);
}
END_TEST

/* ---- with a pipe ---- */

static struct pipe *pipe_of(struct pipes *pool)
{
    struct pipe *p = pipes_get(pool);

    ck_assert_ptr_nonnull(p);
    return p;
}

START_TEST(fills_and_empties_a_pipe)
{
    struct pipes pool = {0};
    struct pipe *p = pipe_of(&pool);
    struct bench b;
    char buf[8];

    bench_open(&b, false);
    ck_assert_int_eq(endpoint_fill(&b.e, p), IO_BLOCKED);
    ck_assert_int_eq(write(b.other, "abc", 3), 3);
    turn(&b);
    ck_assert_int_eq(endpoint_fill(&b.e, p), IO_OK);
    ck_assert_uint_eq(p->len, 3);
    ck_assert_int_eq(endpoint_drain(&b.e, p), IO_OK);
    ck_assert_uint_eq(p->len, 0);
    ck_assert_int_eq(read(b.other, buf, sizeof(buf)), 3);
    pipes_put(&pool, p);
    pipes_done(&pool);
    bench_close(&b);
}
END_TEST

/* That there is nothing, and that there will be nothing, is for recv(). */
START_TEST(leaves_an_end_to_reading)
{
    struct pipes pool = {0};
    struct pipe *p = pipe_of(&pool);
    struct bench b;
    char buf[8];
    size_t n;

    bench_open(&b, false);
    shutdown(b.other, SHUT_WR);
    turn(&b);
    ck_assert_int_eq(endpoint_fill(&b.e, p), IO_BLOCKED);
    ck_assert(endpoint_can_read(&b.e));
    ck_assert_int_eq(endpoint_read(&b.e, buf, sizeof(buf), &n), IO_EOF);
    pipes_put(&pool, p);
    pipes_done(&pool);
    bench_close(&b);
}
END_TEST

/* The kernel tells an error once. */
START_TEST(finds_a_reset_with_a_pipe)
{
    struct pipes pool = {0};
    struct pipe *p = pipe_of(&pool);
    struct bench b;

    signal(SIGPIPE, SIG_IGN);
    bench_open(&b, false);
    if (_i == 1) {
        ck_assert_int_eq(write(p->to, "abc", 3), 3);
        p->len = 3;
    }
    fd_reset(&b.other);
    turn(&b);
    ck_assert_int_eq(_i == 0 ? endpoint_fill(&b.e, p) : endpoint_drain(&b.e, p),
                     IO_LOST);
    pipes_put(&pool, p);
    pipes_done(&pool);
    bench_close(&b);
}
END_TEST

START_TEST(keeps_what_does_not_go)
{
    static char piece[16384];
    struct pipes pool = {0};
    struct pipe *p = pipe_of(&pool);
    struct bench b;
    enum io io = IO_OK;
    size_t sent = 0, got = 0;
    ssize_t n;

    bench_open(&b, true);
    turn(&b);
    while (io == IO_OK && sent < 100 * sizeof(piece)) {
        p->len = (size_t)write(p->to, piece, sizeof(piece));
        sent += p->len;
        io = endpoint_drain(&b.e, p);
    }
    ck_assert_int_eq(io, IO_BLOCKED);
    ck_assert_uint_gt(p->len, 0);
    ck_assert(!endpoint_can_write(&b.e));
    while ((n = read(b.other, piece, sizeof(piece))) > 0 || p->len > 0) {
        got += n > 0 ? (size_t)n : 0;
        turn(&b);
        if (endpoint_can_write(&b.e))
            endpoint_drain(&b.e, p);
    }
    ck_assert_uint_eq(got, sent);
    pipes_put(&pool, p);
    pipes_done(&pool);
    bench_close(&b);
}
END_TEST

TESTS_BEGIN("endpoint")
TEST(is_closed_at_first)
TEST(reports_what_it_can)
TEST(finds_the_end_behind_the_bytes)
TEST(finds_the_reset_behind_the_bytes)
TEST(tells_a_reset_from_an_end)
TEST(writes_what_goes)
TEST_ROWS(ends_as_told, ends)
TEST_ROWS(does_not_watch_what_is_closed, ends)
TEST(ends_one_direction)
TEST(sets_options)
TEST_ROWS(an_endpoint_connects_or_says_why_not, answers)
TEST(sets_no_delay_with_the_second_write)
TEST(reads_no_more_than_it_was_told)
TEST(has_what_came_with_the_handshake)
TEST_ROWS(tickets_leave, leaves)
TEST(fills_and_empties_a_pipe)
TEST(leaves_an_end_to_reading)
TEST_TIMES(finds_a_reset_with_a_pipe, 2)
TEST(keeps_what_does_not_go)
TESTS_END
