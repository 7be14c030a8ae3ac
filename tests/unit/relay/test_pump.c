/*
 * daemon/pump and endpoint between two scripted peers, each in clear or in TLS:
 * every byte both ways, once and in order, whatever the sizes of the pieces,
 * the speed of the readers and the way it ends.
 */

#include "relay/pump.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/testing.h"
#include "support/peer.h"
#include "support/suite.h"
#include "support/tlspair.h"

enum { MIB = 1024 * 1024, TURNS_MAX = 400000 };

struct rig {
    struct event_base *base;
    struct endpoint app, wire;
    struct pump pump;
    struct scratch *scratch;
    struct peer at_app, at_wire;
    enum pump_status status;
    struct pump_fault fault;
    bool again;
};

static void on_ready(void *arg)
{
    struct rig *r = arg;

    if (r->status != PUMP_DONE && r->status != PUMP_BROKEN)
        r->status = pump_run(&r->pump, r->scratch, &r->fault);
}

/* ---- TLS ---- */

enum { CLEAR, TLS_APP, TLS_WIRE, TLS_BOTH, MIXTURES };

static struct testring *ring;
static struct tls_setup server;
static SSL_CTX *client;

static void setup(void)
{
    const struct tls_side side = {
        .role = "Server", .userid = "SERVER", .adv = "TLSv1.3 On"};

    ring = testring_new(NULL);
    ck_assert_int_eq(tls_setup_open(&server, ring, &side), 0);
    client = tls_plain_ctx(ring, NULL, false);
}

static void teardown(void)
{
    SSL_CTX_free(client);
    tls_setup_done(&server);
    testring_free(ring);
}

static void make_tls(struct endpoint *e, struct peer *p)
{
    struct session_params params = {server.env, server.eff, NULL, false};
    struct session *session;
    struct tls_outcome why;
    enum io io = IO_BLOCKED;
    int i, done = 0;

    ck_assert_int_eq(session_new(&params, &session, &why), 0);
    ck_assert_int_eq(endpoint_start_tls(e, session), 0);
    p->ssl = SSL_new(client);
    SSL_set_mode(p->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
                             SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_set_fd(p->ssl, p->fd);
    for (i = 0; i < 10000 && (done != 1 || io == IO_BLOCKED); i++) {
        if (done != 1)
            done = SSL_connect(p->ssl);
        endpoint_resolve(e); /* there is no loop that would tell it */
        if (io == IO_BLOCKED)
            io = endpoint_handshake(e);
    }
    ck_assert_int_eq(done, 1);
    ck_assert_int_eq(io, IO_OK);
}

static void rig_open_as(struct rig *r, bool small, int mixture)
{
    int app[2], wire[2];

    memset(r, 0, sizeof(*r));
    r->base = endpoint_loop();
    signal(SIGPIPE, SIG_IGN);
    r->scratch = scratch_new();
    peer_tcp_pair(app, small);
    peer_tcp_pair(wire, small);
    endpoint_init(&r->app, on_ready, r);
    endpoint_init(&r->wire, on_ready, r);
    ck_assert_int_eq(endpoint_open(&r->app, r->base, app[0], NULL), 0);
    ck_assert_int_eq(endpoint_open(&r->wire, r->base, wire[0], NULL), 0);
    pump_init(&r->pump, &r->app, &r->wire);
    r->at_app.fd = app[1];
    r->at_wire.fd = wire[1];
    r->at_app.seed = r->at_wire.other_seed = 3;
    r->at_wire.seed = r->at_app.other_seed = 101;
    if (mixture == TLS_APP || mixture == TLS_BOTH)
        make_tls(&r->app, &r->at_app);
    if (mixture == TLS_WIRE || mixture == TLS_BOTH)
        make_tls(&r->wire, &r->at_wire);
}

static void rig_open(struct rig *r, bool small)
{
    rig_open_as(r, small, CLEAR);
}

static void rig_close(struct rig *r)
{
    pump_done(&r->pump, r->scratch);
    /* no pipe is lent to a pump that is gone */
    ck_assert_uint_eq(r->scratch->pipes.count, r->scratch->pipes.idle_count);
    ck_assert_uint_eq(r->scratch->held, 0);
    endpoint_close(&r->app);
    endpoint_close(&r->wire);
    peer_close(&r->at_app);
    peer_close(&r->at_wire);
    scratch_free(r->scratch);
    event_base_free(r->base);
}

/* One turn of everybody; what the daemon would do with the status. */
static void rig_turn(struct rig *r)
{
    peer_turn(&r->at_app);
    peer_turn(&r->at_wire);
    event_base_loop(r->base, EVLOOP_NONBLOCK);
    if (r->status == PUMP_MORE)
        on_ready(r);
    if (r->status == PUMP_BROKEN) {
        endpoint_reset(&r->app);
        endpoint_reset(&r->wire);
    }
    if (r->status == PUMP_DONE) {
        endpoint_close(&r->app);
        endpoint_close(&r->wire);
    }
}

static bool settled(const struct rig *r)
{
    const struct peer *a = &r->at_app, *w = &r->at_wire;

    if (r->status == PUMP_BROKEN)
        return (a->fd < 0 || a->got_lost || a->got_eof) &&
               (w->fd < 0 || w->got_lost || w->got_eof);
    return a->ended && w->ended && a->got_eof && w->got_eof &&
           r->status == PUMP_DONE;
}

static void rig_run(struct rig *r)
{
    int i;

    for (i = 0; i < TURNS_MAX && !settled(r); i++)
        rig_turn(r);
}

static const struct {
    const char *name;
    size_t out, out_piece, in, in_piece;
    size_t read_piece;
    unsigned deaf; /* turns in which neither peer reads */
    bool small;
} flows[] = {
    {"nothing at all", 0, 1, 0, 1, 0, 0, false},
    {"one byte each way", 1, 1, 1, 1, 0, 0, false},
    {"one way only", 100000, 1000, 0, 1, 0, 0, false},
    {"the other way only", 0, 1, 100000, 1000, 0, 0, false},
    {"byte by byte", 3000, 1, 3000, 1, 1, 0, false},
    {"a MiB at a time", 4 * MIB, MIB, 4 * MIB, MIB, 0, 0, false},
    {"big against small", 2 * MIB, MIB, 2000, 1, 0, 0, false},
    {"slow readers", 300000, 65536, 300000, 65536, 700, 0, true},
    {"readers that stop", 2 * MIB, 65536, 2 * MIB, 65536, 0, 300, true},
    {"a record and a byte", 16385, 16385, 16385, 16385, 0, 0, false},
};

START_TEST(relays_everything)
{
    int row = _i / MIXTURES;
    struct rig r;

    rig_open_as(&r, flows[row].small, _i % MIXTURES);
    r.at_app.to_send = flows[row].out;
    r.at_app.piece = flows[row].out_piece;
    r.at_wire.to_send = flows[row].in;
    r.at_wire.piece = flows[row].in_piece;
    r.at_app.read_piece = r.at_wire.read_piece = flows[row].read_piece;
    r.at_app.deaf_turns = r.at_wire.deaf_turns = flows[row].deaf;
    r.at_app.end = r.at_wire.end = PEER_SHUTS;
    rig_run(&r);
    ck_assert_msg(r.status == PUMP_DONE,
                  "%s: did not end: status %d, taken %zu of %zu out and %zu of "
                  "%zu in, ends %d %d",
                  flows[row].name, (int)r.status, r.at_wire.received,
                  flows[row].out, r.at_app.received, flows[row].in,
                  r.at_app.got_eof, r.at_wire.got_eof);
    ck_assert_uint_eq(r.at_wire.received, flows[row].out);
    ck_assert_uint_eq(r.at_app.received, flows[row].in);
    ck_assert(!r.at_app.wrong && !r.at_wire.wrong);
    ck_assert(r.at_app.got_eof && r.at_wire.got_eof);
    ck_assert_uint_eq(r.pump.flow[FLOW_OUT].bytes, flows[row].out);
    ck_assert_uint_eq(r.pump.flow[FLOW_IN].bytes, flows[row].in);
    rig_close(&r);
}
END_TEST

/* One side ends at once, the other sends much later: all of it arrives. */
START_TEST(half_close_keeps_the_other_direction)
{
    struct rig r;
    struct peer *first, *last;
    int i;

    rig_open_as(&r, false, _i / 2);
    first = _i % 2 == 0 ? &r.at_app : &r.at_wire;
    last = _i % 2 == 0 ? &r.at_wire : &r.at_app;
    first->end = PEER_SHUTS;
    last->to_send = 0;
    last->piece = 5000;
    last->end = PEER_STAYS;
    for (i = 0; i < 1000 && !last->got_eof; i++)
        rig_turn(&r);
    ck_assert(last->got_eof);
    ck_assert_int_eq(r.status, PUMP_WAIT);
    last->to_send = 70000;
    last->end = PEER_SHUTS;
    last->ended = false;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_DONE);
    ck_assert_uint_eq(first->received, 70000);
    ck_assert(!first->wrong && first->got_eof);
    rig_close(&r);
}
END_TEST

/* A reset on one side breaks the relay; it never becomes an orderly end. */
START_TEST(reset_is_passed_on)
{
    struct rig r;
    struct peer *who, *other;

    rig_open_as(&r, false, _i / 2);
    who = _i % 2 == 0 ? &r.at_app : &r.at_wire;
    other = _i % 2 == 0 ? &r.at_wire : &r.at_app;
    who->to_send = 1000;
    who->piece = 1000;
    who->end = PEER_RESETS;
    other->end = PEER_STAYS;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_BROKEN);
    ck_assert_ptr_eq(r.fault.at, _i % 2 == 0 ? &r.app : &r.wire);
    ck_assert(r.fault.why == IO_LOST || r.fault.why == IO_FAILED);
    ck_assert(other->got_lost && !other->got_eof);
    rig_close(&r);
}
END_TEST

/* The wire side ends without close_notify, after its bytes. */
START_TEST(a_truncation_breaks_or_ends)
{
    bool is_eof = _i == 1;
    struct rig r;

    rig_open_as(&r, false, TLS_WIRE);
    r.pump.truncation_is_eof = is_eof;
    r.at_wire.to_send = 100000;
    r.at_wire.piece = 30000;
    r.at_wire.end = PEER_FIN;
    r.at_app.end = is_eof ? PEER_SHUTS : PEER_STAYS;
    rig_run(&r);
    ck_assert_int_eq(r.status, is_eof ? PUMP_DONE : PUMP_BROKEN);
    ck_assert(is_eof || r.fault.why == IO_TRUNCATED);
    ck_assert(r.at_app.got_eof == is_eof && r.at_app.got_lost == !is_eof);
    ck_assert(!is_eof || r.at_app.received == 100000);
    ck_assert(!r.at_app.wrong);
    rig_close(&r);
}
END_TEST

/* Where that is an end, the other direction goes on. */
START_TEST(answers_after_a_truncation)
{
    struct rig r;
    int i;

    rig_open_as(&r, false, TLS_WIRE);
    r.pump.truncation_is_eof = true;
    r.at_wire.end = PEER_FIN;
    r.at_app.to_send = 0;
    r.at_app.end = PEER_STAYS;
    for (i = 0; i < 1000 && !r.at_app.got_eof; i++)
        rig_turn(&r);
    ck_assert(r.at_app.got_eof);
    r.at_app.to_send = 70000;
    r.at_app.piece = 5000;
    r.at_app.end = PEER_SHUTS;
    r.at_app.ended = false;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_DONE);
    ck_assert_uint_eq(r.at_wire.received, 70000);
    ck_assert(!r.at_wire.wrong && r.at_wire.got_eof);
    rig_close(&r);
}
END_TEST

/* What a direction keeps, in its buffer and in its pipe. */
static size_t waiting(const struct flow *f)
{
    return (f->held != NULL ? f->held_len : 0) +
           (f->pipe != NULL ? f->pipe->len : 0);
}

/* While one side does not read, what is kept of the other is bounded: the
 * sender comes to a halt. (So many turns without a byte, not so many turns:
 * each makes its bytes anew, which takes a sanitizer seconds.) */
static const struct {
    size_t most, waits; /* scratch.most, and what may wait then */
} bounds[] = {
    {SIZE_MAX, PIPE_SIZE},
    {0, PUMP_LITTLE},
};

START_TEST(back_pressure)
{
    struct rig r;
    size_t before = 0;
    int i, idle = 0;

    rig_open(&r, true);
    r.scratch->most = bounds[_i].most;
    r.at_app.to_send = 64 * MIB;
    r.at_app.piece = 65536;
    r.at_wire.deaf_turns = 1000000;
    for (i = 0; i < 3000 && idle < 50; i++) {
        rig_turn(&r);
        idle = r.at_app.sent == before ? idle + 1 : 0;
        before = r.at_app.sent;
    }
    ck_assert_int_eq(idle, 50);
    ck_assert_uint_lt(r.at_app.sent, 4 * MIB);
    ck_assert_uint_gt(waiting(&r.pump.flow[FLOW_OUT]), 0);
    ck_assert_uint_le(waiting(&r.pump.flow[FLOW_OUT]), bounds[_i].waits);
    ck_assert_uint_eq(waiting(&r.pump.flow[FLOW_OUT]), r.scratch->held);
    ck_assert_uint_eq(waiting(&r.pump.flow[FLOW_IN]), 0);
    rig_close(&r);
}
END_TEST

/* ---- through a pipe ---- */

/* Until the app side's bytes wait in a pipe: the wire's peer is deaf. */
static void fill_pipe(struct rig *r)
{
    int i;

    r->at_app.to_send = 8 * MIB;
    r->at_app.piece = MIB;
    r->at_wire.end = PEER_STAYS;
    /* the first bytes are copied: what was held of them must go first */
    for (i = 0; i < 2000 && r->pump.flow[FLOW_OUT].pipe == NULL; i++) {
        r->at_wire.deaf_turns = r->pump.flow[FLOW_OUT].held != NULL ? 0 : 1;
        rig_turn(r);
    }
    r->at_wire.deaf_turns = 1000000;
    ck_assert_ptr_nonnull(r->pump.flow[FLOW_OUT].pipe);
    ck_assert_uint_gt(r->pump.flow[FLOW_OUT].pipe->len, 0);
}

/* The sender ends when all its bytes are on the way. */
START_TEST(empties_the_pipe_before_the_end)
{
    struct rig r;

    rig_open(&r, false);
    r.at_app.end = PEER_SHUTS;
    fill_pipe(&r);
    r.at_wire.deaf_turns = 0;
    r.at_wire.end = PEER_SHUTS;
    r.at_wire.ended = false;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_DONE);
    ck_assert_uint_eq(r.at_wire.received, 8 * MIB);
    ck_assert_uint_eq(r.pump.flow[FLOW_OUT].bytes, 8 * MIB);
    ck_assert(!r.at_wire.wrong && r.at_wire.got_eof);
    ck_assert_ptr_null(r.pump.flow[FLOW_OUT].pipe);
    ck_assert_uint_eq(r.scratch->pipes.idle_count, 1);
    rig_close(&r);
}
END_TEST

/* The other direction goes on while one waits in its pipe. */
START_TEST(a_full_pipe_stops_one_direction_only)
{
    struct rig r;
    int i;

    rig_open(&r, false);
    r.at_app.end = PEER_STAYS;
    fill_pipe(&r);
    r.at_wire.to_send = 3 * MIB;
    r.at_wire.piece = 65536;
    r.at_wire.ended = false;
    for (i = 0; i < 3000 && r.at_app.received < 3 * MIB; i++)
        rig_turn(&r);
    ck_assert_uint_eq(r.at_app.received, 3 * MIB);
    ck_assert(!r.at_app.wrong);
    ck_assert_uint_gt(waiting(&r.pump.flow[FLOW_OUT]), 0);
    rig_close(&r);
}
END_TEST

/* A reset while bytes wait in the pipe: by whom they come from or go to. */
START_TEST(reset_with_a_full_pipe)
{
    struct rig r;
    struct peer *other;

    rig_open(&r, false);
    fill_pipe(&r);
    other = _i == 0 ? &r.at_wire : &r.at_app;
    (_i == 0 ? &r.at_app : &r.at_wire)->end = PEER_RESETS;
    r.at_app.to_send = r.at_app.sent;
    r.at_wire.deaf_turns = _i == 0 ? 0 : 1000000;
    r.at_app.ended = r.at_wire.ended = false;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_BROKEN);
    ck_assert_ptr_eq(r.fault.at, _i == 0 ? &r.app : &r.wire);
    ck_assert_int_eq(r.fault.why, IO_LOST);
    ck_assert(other->got_lost && !other->got_eof);
    rig_close(&r);
}
END_TEST

/* Urgent data stops splice(2) for good; it does not stop us. */
START_TEST(passes_urgent_data_over)
{
    struct rig r;
    int i;

    rig_open(&r, false);
    r.at_app.to_send = MIB;
    r.at_app.piece = 65536;
    r.at_app.end = r.at_wire.end = PEER_STAYS;
    for (i = 0; i < 2000 && r.at_wire.received < MIB; i++)
        rig_turn(&r);
    ck_assert_uint_eq(r.at_wire.received, MIB);
    ck_assert_uint_eq(r.scratch->pipes.idle_count, 1);
    ck_assert_int_eq(send(r.at_app.fd, "!", 1, MSG_OOB), 1);
    r.pump.flow[FLOW_OUT].bulk = true;
    r.at_app.to_send = 3 * MIB;
    r.at_app.end = r.at_wire.end = PEER_SHUTS;
    r.at_app.ended = r.at_wire.ended = false;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_DONE);
    ck_assert_uint_eq(r.at_wire.received, 3 * MIB);
    ck_assert(!r.at_wire.wrong);
    rig_close(&r);
}
END_TEST

/* Without a pipe the bytes are copied; small ones always are. */
static const struct {
    const char *name;
    size_t piece;
    unsigned taken; /* pipes that others have */
    size_t most;
    bool used;
} choices[] = {
    {"much at a time", 65536, 0, SIZE_MAX, true},
    {"little at a time", 2000, 0, SIZE_MAX, false},
    {"all pipes are lent", 65536, PIPES_MAX, SIZE_MAX, false},
    {"much waits elsewhere", 65536, 0, 0, false},
};

START_TEST(chooses_the_way)
{
    struct rig r;

    rig_open(&r, false);
    r.scratch->pipes.count = choices[_i].taken;
    r.scratch->most = choices[_i].most;
    r.at_app.to_send = 2 * MIB;
    r.at_app.piece = choices[_i].piece;
    r.at_app.end = r.at_wire.end = PEER_SHUTS;
    rig_run(&r);
    ck_assert_int_eq(r.status, PUMP_DONE);
    ck_assert_uint_eq(r.at_wire.received, 2 * MIB);
    ck_assert(!r.at_wire.wrong);
    ck_assert_msg((r.scratch->pipes.idle_count > 0) == choices[_i].used, "%s",
                  choices[_i].name);
    r.scratch->pipes.count -= choices[_i].taken;
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("pump")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_set_timeout(tc, 60);
TEST_TIMES(relays_everything, ROWS(flows) * MIXTURES)
TEST_TIMES(half_close_keeps_the_other_direction, 2 * MIXTURES)
TEST_TIMES(reset_is_passed_on, 2 * MIXTURES)
TEST_TIMES(a_truncation_breaks_or_ends, 2)
TEST(answers_after_a_truncation)
TEST_ROWS(back_pressure, bounds)
TEST(empties_the_pipe_before_the_end)
TEST(a_full_pipe_stops_one_direction_only)
TEST_TIMES(reset_with_a_full_pipe, 2)
TEST(passes_urgent_data_over)
TEST_ROWS(chooses_the_way, choices)
TESTS_END
