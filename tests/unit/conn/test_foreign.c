/*
 * Sockets that others hold: whatever they make of them, no call waits, and
 * nothing is left behind. The other holder here is a duplicate; a call that
 * waits ends the test by check's own limit.
 */

#include "relay/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "relay/closer.h"
#include "relay/pump.h"
#include "relay/testing.h"
#include "support/descriptors.h"
#include "support/peer.h"
#include "support/suite.h"
#include "tls/sockbio.h"
#include "util/fd.h"

struct bench {
    struct event_base *base;
    struct endpoint e;
    int held;  /* the other holder's */
    int other; /* the partner's end */
};

static void on_ready(void *arg)
{
    (void)arg;
}

static void clear_nonblock(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    ck_assert_int_eq(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), 0);
}

static void bench_open(struct bench *b, bool early)
{
    int pair[2];

    signal(SIGPIPE, SIG_IGN);
    b->base = endpoint_loop();
    peer_tcp_pair(pair, true);
    b->held = dup(pair[0]);
    b->other = pair[1];
    if (early)
        clear_nonblock(b->held);
    endpoint_init(&b->e, on_ready, b);
    ck_assert_int_eq(endpoint_foreign(&b->e, b->base, pair[0], NULL), 0);
    event_base_loop(b->base, EVLOOP_NONBLOCK);
    if (!early)
        clear_nonblock(b->held);
}

static void bench_close(struct bench *b)
{
    endpoint_close(&b->e);
    event_base_loop(b->base, EVLOOP_NONBLOCK);
    event_base_free(b->base);
    fd_close(&b->held);
    fd_close(&b->other);
    closer_finish();
}

static const bool whens[] = {true, false}; /* O_NONBLOCK is cleared early */

static char much[1024 * 1024];

START_TEST(reads_and_writes_without_waiting)
{
    struct bench b;
    size_t n;
    char byte;

    bench_open(&b, whens[_i]);
    endpoint_resolve(&b.e);
    ck_assert_int_eq(endpoint_read(&b.e, &byte, 1, &n), IO_BLOCKED);
    ck_assert_int_eq(write(b.other, "x", 1), 1);
    endpoint_resolve(&b.e);
    ck_assert_int_eq(endpoint_read(&b.e, &byte, 1, &n), IO_OK);
    ck_assert_int_eq(endpoint_read(&b.e, &byte, 1, &n), IO_BLOCKED);
    /* the partner reads nothing */
    ck_assert_int_eq(endpoint_write(&b.e, much, sizeof(much), &n), IO_BLOCKED);
    ck_assert_uint_lt(n, sizeof(much));
    bench_close(&b);
}
END_TEST

/* The same below TLS. */
START_TEST(a_bio_does_not_wait)
{
    struct bench b;
    char byte;
    BIO *bio;
    int i;

    bench_open(&b, whens[_i]);
    bio = sockbio_new(b.e.fd);
    ck_assert_int_lt(BIO_read(bio, &byte, 1), 0);
    ck_assert(BIO_should_read(bio));
    for (i = 0; i < 1000 && BIO_write(bio, much, SOCKBIO_SIZE) > 0; i++)
        ;
    ck_assert(BIO_should_write(bio));
    sockbio_gather(bio);
    ck_assert_int_gt(BIO_write(bio, much, 1024), 0);
    ck_assert_int_eq(sockbio_send(bio, false), 0);
    ck_assert_int_eq(sockbio_flush(bio), 0);
    BIO_free(bio);
    bench_close(&b);
}
END_TEST

/* ---- in bulk ---- */

/* Which side others hold. */
static const struct {
    const char *name;
    bool app, wire;
} sides[] = {{"app", true, false}, {"wire", false, true}, {"both", true, true}};

static void open_end(struct endpoint *e, struct event_base *base, bool foreign,
                     int fd)
{
    endpoint_init(e, on_ready, NULL);
    ck_assert_int_eq(foreign ? endpoint_foreign(e, base, fd, NULL)
                             : endpoint_open(e, base, fd, NULL),
                     0);
}

/* Nobody reads what comes out: the pump must come back all the same, and no
 * pipe must have been used. */
START_TEST(bulk_does_not_wait)
{
    struct scratch *scratch = scratch_new();
    struct event_base *base = endpoint_loop();
    struct endpoint app, wire;
    struct pump_fault fault;
    int a[2], w[2], i, k;
    struct pump pump;

    signal(SIGPIPE, SIG_IGN);
    peer_tcp_pair(a, false);
    peer_tcp_pair(w, false);
    open_end(&app, base, sides[_i].app, a[0]);
    open_end(&wire, base, sides[_i].wire, w[0]);
    pump_init(&pump, &app, &wire);
    for (i = 0; i < 24; i++) {
        while (send(a[1], much, sizeof(much), MSG_DONTWAIT) > 0)
            ;
        /* the others need not wait for an event to do it */
        if (sides[_i].app)
            clear_nonblock(a[0]);
        if (sides[_i].wire)
            clear_nonblock(w[0]);
        event_base_loop(base, EVLOOP_NONBLOCK);
        endpoint_resolve(&app);
        for (k = 0; k < 8; k++)
            ck_assert_int_ne(pump_run(&pump, scratch, &fault), PUMP_BROKEN);
        if (i < 12) /* then the partner stops reading */
            while (recv(w[1], much, sizeof(much), MSG_DONTWAIT) > 0)
                ;
    }
    ck_assert_uint_gt(pump.flow[FLOW_OUT].bytes, sizeof(much));
    ck_assert_msg(scratch->pipes.count == 0, "%s: spliced", sides[_i].name);
    pump_done(&pump, scratch);
    scratch_free(scratch);
    endpoint_reset(&app);
    endpoint_reset(&wire);
    event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    fd_close(&a[1]);
    fd_close(&w[1]);
    closer_finish();
}
END_TEST

/* ---- the end ---- */

static const struct {
    const char *name;
    struct linger linger;
    int count;
    bool reset;
} leaves[] = {
    {"in order, one that lingers", {1, 3600}, 1, false},
    {"in order, many that linger", {1, 3600}, 40, false},
    {"reset, many that linger", {1, 3600}, 40, true},
    {"in order, none lingers", {0, 0}, 40, false},
};

enum { MANY = 40 };

static uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The last close() of a full socket would wait an hour for its partner. */
START_TEST(leaving_waits_for_nobody)
{
    struct event_base *base = endpoint_loop();
    struct endpoint e[MANY];
    int other[MANY], pair[2], i;
    uint64_t before;

    for (i = 0; i < leaves[_i].count; i++) {
        peer_tcp_pair(pair, false);
        other[i] = pair[1];
        peer_fill(pair[0]);
        endpoint_init(&e[i], on_ready, NULL);
        ck_assert_int_eq(endpoint_foreign(&e[i], base, pair[0], NULL), 0);
        setsockopt(pair[0], SOL_SOCKET, SO_LINGER, &leaves[_i].linger,
                   sizeof(struct linger));
    }
    event_base_loop(base, EVLOOP_NONBLOCK);
    before = now_ms();
    for (i = 0; i < leaves[_i].count; i++)
        if (leaves[_i].reset)
            endpoint_reset(&e[i]);
        else
            endpoint_close(&e[i]);
    event_base_loop(base, EVLOOP_NONBLOCK);
    ck_assert_msg(now_ms() - before < 1500, "%s: the loop has waited",
                  leaves[_i].name);
    for (i = 0; i < 100 && closer_waiting() != 0; i++)
        closer_finish();
    ck_assert_uint_eq(closer_waiting(), 0);
    event_base_free(base);
    for (i = 0; i < leaves[_i].count; i++)
        fd_close(&other[i]);
}
END_TEST

/* Who set SO_LINGER does not decide how it ends: in order, all arrives. */
START_TEST(an_orderly_end_stays_one)
{
    static const struct linger hard = {1, 0};
    struct bench b;
    ssize_t n;
    size_t sent;
    char got[4096];

    bench_open(&b, true);
    ck_assert_int_eq(endpoint_write(&b.e, much, sizeof(got) / 2, &sent), IO_OK);
    setsockopt(b.held, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    fd_close(&b.held);
    endpoint_close(&b.e);
    event_base_loop(b.base, EVLOOP_NONBLOCK);
    closer_finish();
    clear_nonblock(b.other);
    n = recv(b.other, got, sizeof(got), MSG_WAITALL);
    ck_assert_int_eq(n, (ssize_t)sent);
    ck_assert_int_eq(recv(b.other, got, 1, 0), 0);
    bench_close(&b);
}
END_TEST

/* ---- what is watched ---- */

/* What others hold lives on after our close(), and with it what epoll has. */
START_TEST(nothing_stays_watched)
{
    struct bench b;
    int before;

    bench_open(&b, true);
    before = descriptors_watched(-1);
    ck_assert_int_gt(before, 0);
    if (_i == 0)
        endpoint_close(&b.e);
    else
        endpoint_reset(&b.e);
    event_base_loop(b.base, EVLOOP_NONBLOCK);
    closer_finish();
    ck_assert_int_eq(descriptors_watched(-1), before - 1);
    bench_close(&b);
}
END_TEST

TESTS_BEGIN("foreign")
TEST_ROWS(reads_and_writes_without_waiting, whens)
TEST_ROWS(a_bio_does_not_wait, whens)
TEST_ROWS(bulk_does_not_wait, sides)
TEST_ROWS(leaving_waits_for_nobody, leaves)
TEST(an_orderly_end_stays_one)
tcase_add_loop_test(tc, nothing_stays_watched, 0, 2);
TESTS_END
