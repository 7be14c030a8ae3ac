/*
 * The step machine: every pair of state and event, and every state's limit
 * under a clock that the test moves.
 */

#include "conn/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn/private.h"
#include "relay/testing.h"
#include "support/made.h"
#include "support/peer.h"
#include "support/rig.h"
#include "support/suite.h"
#include "support/tlspair.h"
#include "util/fd.h"

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

/* ---- pairs without an edge ---- */

/* In state S; CLOSED is where only a step leads. */
static struct conn *conn_in(struct rig *r, enum conn_state s)
{
    struct conn *c = conn_new_in_state(r->loop, rig_listener(r, RIG_IN),
                                       s == CONN_CLOSED ? CONN_NEW : s);

    if (s == CONN_CLOSED)
        conn_step(c, CONN_EV_REFUSED);
    return c;
}

START_TEST(without_an_edge_it_is_a_defect)
{
    enum conn_state s = (enum conn_state)_i;
    uint64_t defects = 0;
    struct conn *c;
    struct rig r;
    int e;

    rig_open(&r, rings, "", "");
    for (e = 0; e < CONN_EVENT_COUNT; e++) {
        if (conn_has_edge(s, (enum conn_event)e))
            continue;
        c = conn_in(&r, s);
        conn_step(c, (enum conn_event)e);
        if (s == CONN_CLOSED || e == CONN_EV_NONE) {
            ck_assert_int_eq(conn_state(c), s);
        } else {
            defects++;
            ck_assert_msg(conn_state(c) == CONN_CLOSED, "%s in %s",
                          conn_event_name((enum conn_event)e),
                          conn_state_name(s));
            ck_assert_int_eq(conn_reason(c), CONN_BY_DEFECT);
        }
        ck_assert_uint_eq(rig_counter(&r, COUNTER_DEFECT), defects);
    }
    rig_close(&r);
}
END_TEST

/* ---- edges ---- */

/* FROM, EV: the edge; END: where the connection is then. */
#define ROW(from, ev, outfit, end, reason)                                     \
    {                                                                          \
        CONN_##from, CONN_EV_##ev, outfit, CONN_##end, CONN_BY_##reason        \
    }
static const struct {
    enum conn_state from;
    enum conn_event event;
    enum outfit outfit;
    enum conn_state end;
    enum conn_reason reason; /* when it has ended */
} edges[] = {
    ROW(NEW, ARRIVED_OUT, BARE, CLOSED, OWNER_UNKNOWN),
    ROW(NEW, ARRIVED_IN, BARE, CLOSED, WIRE_LOST),
    ROW(NEW, REFUSED, BARE, CLOSED, FINISHED),
    ROW(CHECKING, ALLOWED, BARE, DIALLING_WIRE, FINISHED),
    ROW(CHECKING, REFUSED, BARE, CLOSED, FINISHED),
    ROW(CHECKING_IN, ALLOWED, BARE, CLOSED, WIRE_LOST),
    ROW(CHECKING_IN, REFUSED, BARE, CLOSED, FINISHED),
    /* without a naming thread no name is asked for */
    ROW(NAMING_OUT, NAMED, BARE, DIALLING_WIRE, FINISHED),
    ROW(NAMING_OUT, READY, BARE, DIALLING_WIRE, FINISHED),
    ROW(NAMING_OUT, TIMEOUT, BARE, DIALLING_WIRE, FINISHED),
    ROW(NAMING_OUT, STOP, BARE, CLOSED, STOPPED),
    ROW(NAMED_OUT, ALLOWED, BARE, DIALLING_WIRE, FINISHED),
    ROW(NAMED_OUT, REFUSED, BARE, CLOSED, FINISHED),
    ROW(NAMING_IN, NAMED, BARE, CLOSED, WIRE_LOST),
    ROW(NAMING_IN, READY, BARE, CLOSED, WIRE_LOST),
    ROW(NAMING_IN, TIMEOUT, BARE, CLOSED, WIRE_LOST),
    ROW(NAMING_IN, STOP, BARE, CLOSED, STOPPED),
    ROW(DIALLING_WIRE, READY, BARE, DIALLING_WIRE, FINISHED),
    ROW(DIALLING_WIRE, DIAL_NEXT, BARE, DIALLING_WIRE, FINISHED),
    ROW(DIALLING_WIRE, TIMEOUT, BARE, CLOSED, DIAL_FAILED),
    ROW(DIALLING_WIRE, DIALLED, SOCKETS, GREETING, FINISHED),
    ROW(DIALLING_WIRE, REFUSED, BARE, CLOSED, FINISHED),
    ROW(DIALLING_WIRE, MAKE_ROOM, BARE, CLOSED, FINISHED),
    ROW(DIALLING_WIRE, STOP, BARE, CLOSED, STOPPED),
    ROW(MAPPING_OUT, MAPPED_TLS, SOCKETS, GREETING, FINISHED),
    ROW(MAPPING_OUT, MAPPED_CLEAR, SOCKETS, RELAYING, FINISHED),
    ROW(MAPPING_OUT, REFUSED, BARE, CLOSED, FINISHED),
    ROW(MAPPING_IN, MAPPED_TLS, BARE, DIALLING_APP, FINISHED),
    ROW(MAPPING_IN, MAPPED_TLS_FIRST, SOCKETS, GREETING, FINISHED),
    ROW(MAPPING_IN, MAPPED_CLEAR, BARE, DIALLING_APP, FINISHED),
    ROW(MAPPING_IN, REFUSED, BARE, CLOSED, FINISHED),
    ROW(DIALLING_APP, READY, BARE, DIALLING_APP, FINISHED),
    ROW(DIALLING_APP, DIAL_NEXT, BARE, DIALLING_APP, FINISHED),
    ROW(DIALLING_APP, TIMEOUT, BARE, CLOSED, DIAL_FAILED),
    ROW(DIALLING_APP, DIALLED, SOCKETS, GREETING, FINISHED),
    ROW(DIALLING_APP, REFUSED, BARE, CLOSED, FINISHED),
    ROW(DIALLING_APP, MAKE_ROOM, BARE, CLOSED, FINISHED),
    ROW(DIALLING_APP, STOP, BARE, CLOSED, STOPPED),
    ROW(DIALLED_APP, MAPPED_TLS, SOCKETS, GREETING, FINISHED),
    ROW(DIALLED_APP, MAPPED_CLEAR, SOCKETS, RELAYING, FINISHED),
    ROW(OPENING, OPENED, TLS, GREETING, FINISHED),
    ROW(OPENING, READY, SOCKETS, GREETING, FINISHED),
    ROW(OPENING, FAILED, SOCKETS, CLOSED, FINISHED),
    ROW(OPENING, TIMEOUT, SOCKETS, CLOSED, OPEN_LATE),
    ROW(OPENING, STOP, SOCKETS, CLOSED, STOPPED),
    ROW(GREETING, READY, TLS, GREETING, FINISHED),
    ROW(GREETING, TURN, TLS, GREETING, FINISHED),
    ROW(GREETING, HEARD, TLS, HANDSHAKING, FINISHED),
    ROW(GREETING, SECURED, TLS, RELAYING, FINISHED),
    ROW(GREETING, SECURED_ALONE, TLS_ALONE, DIALLING_SECURED, FINISHED),
    ROW(GREETING, FAILED, TLS, CLOSED, FINISHED),
    ROW(GREETING, TIMEOUT, TLS, CLOSED, TIMED_OUT),
    ROW(GREETING, MAKE_ROOM, TLS, CLOSED, FINISHED),
    ROW(GREETING, STOP, TLS, CLOSED, STOPPED),
    ROW(HANDSHAKING, READY, TLS, HANDSHAKING, FINISHED),
    ROW(HANDSHAKING, TURN, TLS, HANDSHAKING, FINISHED),
    ROW(HANDSHAKING, SECURED, TLS, RELAYING, FINISHED),
    ROW(HANDSHAKING, SECURED_ALONE, TLS_ALONE, DIALLING_SECURED, FINISHED),
    ROW(HANDSHAKING, FAILED, TLS, CLOSED, FINISHED),
    ROW(HANDSHAKING, TIMEOUT, TLS, CLOSED, TIMED_OUT),
    ROW(HANDSHAKING, MAKE_ROOM, TLS, CLOSED, FINISHED),
    ROW(HANDSHAKING, STOP, TLS, CLOSED, STOPPED),
    ROW(DIALLING_SECURED, READY, TLS_ALONE, DIALLING_SECURED, FINISHED),
    ROW(DIALLING_SECURED, DIAL_NEXT, TLS_ALONE, DIALLING_SECURED, FINISHED),
    ROW(DIALLING_SECURED, TIMEOUT, TLS_ALONE, CLOSED, DIAL_FAILED),
    ROW(DIALLING_SECURED, DIALLED, TLS, RELAYING, FINISHED),
    ROW(DIALLING_SECURED, REFUSED, TLS_ALONE, CLOSED, FINISHED),
    ROW(DIALLING_SECURED, LOST, TLS_ALONE, CLOSED, FINISHED),
    ROW(DIALLING_SECURED, MAKE_ROOM, TLS_ALONE, CLOSED, FINISHED),
    ROW(DIALLING_SECURED, STOP, TLS_ALONE, CLOSED, STOPPED),
    ROW(RELAYING, READY, SOCKETS, RELAYING, FINISHED),
    ROW(RELAYING, HALF, SOCKETS, DRAINING, FINISHED),
    ROW(RELAYING, DONE, SOCKETS, CLOSED, FINISHED),
    ROW(RELAYING, LOST, SOCKETS, CLOSED, FINISHED),
    ROW(RELAYING, TIMEOUT, SOCKETS, CLOSED, IDLE),
    ROW(RELAYING, STOP, SOCKETS, CLOSED, STOPPED),
    ROW(DRAINING, READY, SOCKETS, DRAINING, FINISHED),
    ROW(DRAINING, HALF, SOCKETS, DRAINING, FINISHED),
    ROW(DRAINING, DONE, SOCKETS, CLOSED, FINISHED),
    ROW(DRAINING, LOST, SOCKETS, CLOSED, FINISHED),
    ROW(DRAINING, TIMEOUT, SOCKETS, CLOSED, IDLE),
    ROW(DRAINING, STOP, SOCKETS, CLOSED, STOPPED),
};
#undef ROW

static bool begins_outbound(enum conn_state s, enum conn_event e)
{
    return e == CONN_EV_ARRIVED_OUT || s == CONN_CHECKING ||
           s == CONN_NAMING_OUT || s == CONN_DIALLING_WIRE ||
           s == CONN_MAPPING_OUT;
}

START_TEST(follows_each_edge)
{
    enum conn_state from = edges[_i].from;
    enum conn_event ev = edges[_i].event;
    struct made m;
    struct rig r;

    ck_assert(conn_has_edge(from, ev));
    rig_open(&r, rings, "", "");
    made_open(&m, &r, from, edges[_i].outfit, begins_outbound(from, ev));
    if (ev == CONN_EV_DIAL_NEXT)
        m.c->target = 0; /* the only address has not been tried */
    conn_step(m.c, ev);
    ck_assert_msg(conn_state(m.c) == edges[_i].end, "%s in %s: %s, not %s",
                  conn_event_name(ev), conn_state_name(from),
                  conn_state_name(conn_state(m.c)),
                  conn_state_name(edges[_i].end));
    if (edges[_i].end == CONN_CLOSED)
        ck_assert_msg(conn_reason(m.c) == edges[_i].reason,
                      "%s in %s: reason %d", conn_event_name(ev),
                      conn_state_name(from), conn_reason(m.c));
    ck_assert_uint_eq(rig_counter(&r, COUNTER_DEFECT), 0);
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* The table above has each edge, once. */
START_TEST(knows_each_edge)
{
    int s, e, i, rows;

    for (s = 0; s < CONN_STATE_COUNT; s++)
        for (e = 0; e < CONN_EVENT_COUNT; e++) {
            for (rows = 0, i = 0; i < ROWS(edges); i++)
                rows += edges[i].from == (enum conn_state)s &&
                        edges[i].event == (enum conn_event)e;
            ck_assert_msg(
                rows == conn_has_edge((enum conn_state)s, (enum conn_event)e),
                "%s in %s", conn_event_name((enum conn_event)e),
                conn_state_name((enum conn_state)s));
        }
}
END_TEST

/* ---- limits ---- */

/* ENTER in FROM leads to STATE, which ends after MS (0: never). */
#define ROW(name, settings, more, outfit, from, enter, state, ms, reason)      \
    {                                                                          \
        name, settings, more, outfit, CONN_##from, CONN_EV_##enter,            \
            CONN_##state, ms, CONN_BY_##reason                                 \
    }
static const struct {
    const char *name, *settings, *more;
    enum outfit outfit;
    enum conn_state from;
    enum conn_event enter;
    enum conn_state state;
    uint64_t ms;
    enum conn_reason reason;
} limits[] = {
    ROW("HandshakeTimeout's default", "", "", SOCKETS, DIALLED_APP, MAPPED_TLS,
        GREETING, 10000, TIMED_OUT),
    ROW("HandshakeTimeout", "", "HandshakeTimeout 3", SOCKETS, DIALLED_APP,
        MAPPED_TLS, GREETING, 3000, TIMED_OUT),
    ROW("HandshakeTimeout 0", "", "HandshakeTimeout 0", SOCKETS, MAPPING_OUT,
        MAPPED_TLS, GREETING, 60000, TIMED_OUT),
    ROW("handshake_limit is shorter", "handshake_limit = 2;",
        "HandshakeTimeout 3", SOCKETS, MAPPING_OUT, MAPPED_TLS, GREETING, 2000,
        TIMED_OUT),
    ROW("ten times HandshakeTimeout", "handshake_limit = 600;",
        "HandshakeTimeout 3", TLS, GREETING, HEARD, HANDSHAKING, 30000,
        TIMED_OUT),
    ROW("handshake_limit comes before it", "", "HandshakeTimeout 30", TLS,
        GREETING, HEARD, HANDSHAKING, 60000, TIMED_OUT),
    ROW("no idle_limit", "", "", SOCKETS, DIALLED_APP, MAPPED_CLEAR, RELAYING,
        0, IDLE),
    ROW("idle_limit", "idle_limit = 7;", "", SOCKETS, DIALLED_APP, MAPPED_CLEAR,
        RELAYING, 7000, IDLE),
    ROW("half_close_limit", "half_close_limit = 9;", "", SOCKETS, RELAYING,
        HALF, DRAINING, 9000, IDLE),
    ROW("half_close_limit's default", "", "", SOCKETS, RELAYING, HALF, DRAINING,
        3600000, IDLE),
};
#undef ROW

START_TEST(limits_each_state)
{
    uint64_t ms = limits[_i].ms;
    struct made m;
    struct rig r;

    rig_open(&r, rings, limits[_i].settings, limits[_i].more);
    made_open(&m, &r, limits[_i].from, limits[_i].outfit,
              limits[_i].from == CONN_MAPPING_OUT);
    conn_step(m.c, limits[_i].enter);
    ck_assert_int_eq(conn_state(m.c), limits[_i].state);
    rig_clock += ms != 0 ? ms - 1 : 7 * 86400 * 1000;
    conn_check_limit(m.c);
    ck_assert_msg(conn_state(m.c) == limits[_i].state, "%s: too early",
                  limits[_i].name);
    if (ms != 0) {
        rig_clock++;
        conn_check_limit(m.c);
        ck_assert_msg(conn_state(m.c) == CONN_CLOSED, "%s: too late",
                      limits[_i].name);
        ck_assert_int_eq(conn_reason(m.c), limits[_i].reason);
    }
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* The whole handshake is bounded, not each of its two parts. */
START_TEST(handshake_limit_counts_from_the_beginning)
{
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "HandshakeTimeout 50");
    made_open(&m, &r, CONN_DIALLED_APP, SOCKETS, false);
    conn_step(m.c, CONN_EV_MAPPED_TLS);
    rig_clock += 45000;
    conn_step(m.c, CONN_EV_HEARD);
    rig_clock += 14999;
    conn_check_limit(m.c);
    ck_assert_int_eq(conn_state(m.c), CONN_HANDSHAKING);
    rig_clock += 1;
    conn_check_limit(m.c);
    ck_assert_int_eq(conn_state(m.c), CONN_CLOSED);
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* Bytes that move put the end off; the timer is not touched for each. */
START_TEST(idle_limit_counts_from_the_last_byte)
{
    char byte = 'x';
    struct made m;
    struct rig r;

    rig_open(&r, rings, "idle_limit = 10;", "");
    made_open(&m, &r, CONN_DIALLED_APP, SOCKETS, false);
    conn_step(m.c, CONN_EV_MAPPED_CLEAR);
    rig_clock += 9000;
    ck_assert_int_eq(write(m.app, &byte, 1), 1);
    rig_turn(&r);
    ck_assert_int_eq(read(m.wire, &byte, 1), 1);
    rig_clock += 9999;
    conn_check_limit(m.c);
    ck_assert_int_eq(conn_state(m.c), CONN_RELAYING);
    rig_clock += 1;
    conn_check_limit(m.c);
    ck_assert_int_eq(conn_state(m.c), CONN_CLOSED);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_IDLE), 1);
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* A listening socket whose queue is full: the kernel drops what is new. */
struct deaf {
    int fd[4];
};

static struct netaddr make_deaf(struct deaf *d)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    struct netaddr a;
    int i;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    d->fd[0] = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(d->fd[0], (void *)&in, len), 0);
    ck_assert_int_eq(listen(d->fd[0], 0), 0);
    getsockname(d->fd[0], (void *)&in, &len);
    for (i = 1; i < 4; i++) {
        d->fd[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        ck_assert(connect(d->fd[i], (void *)&in, len) == 0 ||
                  errno == EINPROGRESS);
    }
    netaddr_from_sockaddr(&in, &a);
    return a;
}

/* The second is tried while the first may still answer; the limit is for
 * both. */
START_TEST(connect_limit_is_for_all_addresses)
{
    struct config_listener l;
    struct deaf d;
    struct conn *c;
    struct rig r;
    int i;

    rig_open(&r, rings, "connect_limit = 8;", "");
    l = *rig_listener(&r, RIG_OUT);
    l.target.address[0] = l.target.address[1] = make_deaf(&d);
    l.target.count = 2;
    c = conn_new_in_state(r.loop, &l, CONN_CHECKING);
    conn_step(c, CONN_EV_ALLOWED);
    rig_turn(&r);
    ck_assert_uint_eq(c->target, 1);
    rig_clock += 249;
    conn_check_limit(c);
    ck_assert_uint_eq(c->target, 1);
    rig_clock += 1;
    conn_check_limit(c);
    ck_assert_uint_eq(c->target, 2);
    rig_turn(&r);
    rig_clock += 7749;
    conn_check_limit(c);
    ck_assert_int_eq(conn_state(c), CONN_DIALLING_WIRE);
    rig_clock += 1;
    conn_check_limit(c);
    ck_assert_int_eq(conn_state(c), CONN_CLOSED);
    ck_assert_int_eq(conn_reason(c), CONN_BY_DIAL_FAILED);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_DIAL_FAILED), 1);
    rig_close(&r);
    for (i = 0; i < 4; i++)
        fd_close(&d.fd[i]);
}
END_TEST

enum at { DEAF, OPEN, SHUT }; /* nobody answers; somebody; refused */

static int open_at(struct netaddr *ret, bool shut)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (void *)&in, len), 0);
    if (!shut)
        ck_assert_int_eq(listen(fd, 8), 0);
    getsockname(fd, (void *)&in, &len);
    netaddr_from_sockaddr(&in, ret);
    return fd;
}

/* Who is taken; the first answers only after its 250 ms where LATE is set. */
static const struct {
    const char *name;
    enum at at[3];
    int count;
    bool late;
    int taken; /* -1: none, before connect_limit */
} races[] = {
    {"the first answers", {OPEN, OPEN}, 2, false, 0},
    {"the first answers late", {OPEN, DEAF}, 2, true, 0},
    {"late, and the second refuses", {OPEN, SHUT}, 2, true, 0},
    {"the first is deaf", {DEAF, OPEN}, 2, false, 1},
    {"the first refuses", {SHUT, OPEN}, 2, false, 1},
    {"deaf, refuses, answers", {DEAF, SHUT, OPEN}, 3, false, 2},
    {"deaf, deaf, answers", {DEAF, DEAF, OPEN}, 3, false, 2},
    {"both refuse", {SHUT, SHUT}, 2, false, -1},
    {"the first refuses late, so does the second", {SHUT, SHUT}, 2, true, -1},
};

/* Freed when it has failed. */
static bool is_dialling(const struct rig *r, const struct conn *c)
{
    return r->loop->count > 0 && conn_state(c) == CONN_DIALLING_WIRE;
}

static void run_race(struct rig *r, struct conn *c, bool late)
{
    int i;

    if (late) { /* the answer is there, and was not looked at */
        rig_clock += 250;
        conn_check_limit(c);
    }
    for (i = 0; i < 100 && is_dialling(r, c); i++) {
        rig_turn(r);
        if (i % 10 == 9 && is_dialling(r, c)) {
            rig_clock += 250;
            conn_check_limit(c);
        }
    }
}

START_TEST(takes_the_first_that_answers)
{
    struct config_listener l;
    struct netaddr peer = {0};
    int fd[3] = {-1, -1, -1}, app[2], i;
    struct deaf d;
    struct conn *c;
    struct rig r;

    rig_open(&r, rings, "", "");
    l = *rig_listener(&r, RIG_OUT);
    l.target.count = (size_t)races[_i].count;
    d.fd[0] = d.fd[1] = d.fd[2] = d.fd[3] = -1;
    for (i = 0; i < races[_i].count; i++)
        if (races[_i].at[i] != DEAF)
            fd[i] = open_at(&l.target.address[i], races[_i].at[i] == SHUT);
        else if (d.fd[0] < 0)
            l.target.address[i] = make_deaf(&d);
        else
            l.target.address[i] = l.target.address[i - 1];
    c = conn_new_in_state(r.loop, &l, CONN_CHECKING);
    conn_step(c, CONN_EV_ALLOWED);
    peer_tcp_pair(app, false);
    endpoint_open(&c->app, r.loop->base, app[0], NULL);
    /* no rule: in clear */
    snprintf(c->in.who.jobname, sizeof(c->in.who.jobname), "NONE");
    snprintf(c->in.who.userid, sizeof(c->in.who.userid), "NONE");
    run_race(&r, c, races[_i].late);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_DIAL_FAILED),
                      races[_i].taken < 0);
    if (races[_i].taken >= 0) {
        ck_assert_uint_eq(r.loop->count, 1);
        conn_addresses(c, &peer, &peer);
        ck_assert_msg(netaddr_equal(&peer, &l.target.address[races[_i].taken]),
                      "%s: another", races[_i].name);
        ck_assert_ptr_null(c->dials);
    }
    rig_close(&r);
    for (i = 0; i < 4; i++)
        fd_close(&d.fd[i]);
    for (i = 0; i < 3; i++)
        fd_close(&fd[i]);
    fd_close(&app[1]);
}
END_TEST

/* ---- life ---- */

START_TEST(stop_ends_all)
{
    struct made m[3];
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    made_open(&m[0], &r, CONN_DIALLING_APP, BARE, false);
    made_open(&m[1], &r, CONN_GREETING, TLS, false);
    made_open(&m[2], &r, CONN_RELAYING, SOCKETS, true);
    ck_assert_uint_eq(r.loop->count, 3);
    loop_stop(r.loop);
    ck_assert_uint_eq(r.loop->count, 0);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_STOPPED), 3);
    for (i = 0; i < 3; i++)
        made_close(&m[i]);
    rig_close(&r);
}
END_TEST

/* ---- later ---- */

static bool is_kept(const struct endpoint *e)
{
    socklen_t len = sizeof(int);
    int on = 0;

    ck_assert_int_eq(getsockopt(e->fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len), 0);
    return on != 0;
}

static void let_time_pass(struct rig *r, struct event *timer, uint64_t ms)
{
    rig_clock += ms;
    event_active(timer, EV_TIMEOUT, 1);
    event_base_loop(r->loop->base, EVLOOP_NONBLOCK);
}

/* Of old connections only; a short one never pays for it. */
START_TEST(keepalive_is_set_later)
{
    struct made old, young;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&old, &r, CONN_RELAYING, SOCKETS, false);
    let_time_pass(&r, r.loop->keep, 4999);
    ck_assert(!is_kept(&old.c->wire) && !is_kept(&old.c->app));
    made_open(&young, &r, CONN_RELAYING, SOCKETS, true);
    let_time_pass(&r, r.loop->keep, 1);
    ck_assert(is_kept(&old.c->wire) && is_kept(&old.c->app));
    ck_assert(!is_kept(&young.c->wire));
    ck_assert(evtimer_pending(r.loop->keep, NULL));
    let_time_pass(&r, r.loop->keep, 5000);
    ck_assert(is_kept(&young.c->wire) && is_kept(&young.c->app));
    made_close(&old);
    made_close(&young);
    rig_close(&r);
}
END_TEST

START_TEST(doubt_is_resolved_later)
{
    char byte;
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&m, &r, CONN_DIALLED_APP, SOCKETS, false);
    conn_step(m.c, CONN_EV_MAPPED_CLEAR);
    ck_assert_int_eq(write(m.app, "x", 1), 1);
    rig_turn(&r);
    ck_assert_int_eq(read(m.wire, &byte, 1), 1);
    ck_assert(m.c->app.doubt);
    ck_assert_ptr_eq(m.c->queued, &r.loop->doubted);
    let_time_pass(&r, r.loop->doubt, 20);
    ck_assert(!m.c->app.doubt);
    ck_assert_ptr_null(m.c->queued);
    ck_assert_int_eq(conn_state(m.c), CONN_RELAYING);
    /* a connection that ends in doubt is in no list any more */
    ck_assert_int_eq(write(m.app, "y", 1), 1);
    rig_turn(&r);
    ck_assert_ptr_eq(m.c->queued, &r.loop->doubted);
    conn_step(m.c, CONN_EV_STOP);
    ck_assert(TAILQ_EMPTY(&r.loop->doubted));
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* What is still young waits for the next look. */
START_TEST(doubt_has_an_age)
{
    struct made old, young;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&old, &r, CONN_RELAYING, SOCKETS, false);
    made_open(&young, &r, CONN_RELAYING, SOCKETS, false);
    old.c->app.doubt = young.c->app.doubt = true;
    conn_doubt(old.c);
    rig_clock += 5;
    conn_doubt(young.c);
    let_time_pass(&r, r.loop->doubt, 15);
    ck_assert_ptr_null(old.c->queued);
    ck_assert_ptr_eq(young.c->queued, &r.loop->doubted);
    ck_assert(evtimer_pending(r.loop->doubt, NULL));
    let_time_pass(&r, r.loop->doubt, 5);
    ck_assert(TAILQ_EMPTY(&r.loop->doubted));
    made_close(&old);
    made_close(&young);
    rig_close(&r);
}
END_TEST

static SSL *tls_client(int fd, SSL_CTX **ret_ctx)
{
    SSL_CTX *ctx = tls_plain_ctx(rings, NULL, false);
    SSL *ssl = SSL_new(ctx);

    tls_count_tickets(ctx);
    SSL_set_fd(ssl, fd);
    *ret_ctx = ctx;
    return ssl;
}

static void connect_client(struct rig *r, const struct made *m, SSL *ssl)
{
    int i;

    for (i = 0; i < 100 && conn_state(m->c) != CONN_RELAYING; i++) {
        SSL_connect(ssl);
        rig_turn(r);
    }
    ck_assert_int_eq(conn_state(m->c), CONN_RELAYING);
    ck_assert_int_eq(SSL_connect(ssl), 1);
}

/* A client that is never sent data has its tickets all the same, once nothing
 * has moved for a while. */
START_TEST(tickets_come_without_data)
{
    SSL_CTX *ctx;
    struct made m;
    struct rig r;
    SSL *ssl;
    char byte;

    rig_open(&r, rings, "", "TLSv1.3 On");
    made_open(&m, &r, CONN_GREETING, TLS, false);
    ssl = tls_client(m.wire, &ctx);
    connect_client(&r, &m, ssl);
    ck_assert(m.c->wire.tickets);
    SSL_read(ssl, &byte, 1);
    ck_assert_int_eq(tls_tickets(), 0);
    let_time_pass(&r, r.loop->doubt, 20);
    ck_assert(!m.c->wire.tickets);
    ck_assert_int_le(SSL_read(ssl, &byte, 1), 0);
    ck_assert_int_eq(tls_tickets(), 2);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* After the handshake too the alert is not overtaken by a reset; the program
 * gets the reset. */
START_TEST(a_broken_record_is_answered)
{
    static const unsigned char record[5 + 32] = {23, 3, 3, 0, 32};
    unsigned char got[256];
    ssize_t n, len = 0;
    SSL_CTX *ctx;
    struct made m;
    struct rig r;
    SSL *ssl;

    rig_open(&r, rings, "", "");
    made_open(&m, &r, CONN_GREETING, TLS, false);
    ssl = tls_client(m.wire, &ctx);
    connect_client(&r, &m, ssl);
    ck_assert_int_eq(write(m.wire, record, sizeof(record)), sizeof(record));
    rig_turn(&r);
    while ((n = recv(m.wire, got, sizeof(got), 0)) > 0)
        len = n;
    ck_assert_int_eq(n, 0);
    ck_assert_int_gt(len, 5);
    ck_assert_uint_eq(got[0], SSL3_RT_ALERT);
    ck_assert(recv(m.app, got, 1, 0) < 0 && errno == ECONNRESET);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* The timer follows at the end of a step. */
static void arm(struct conn *c, uint64_t milliseconds)
{
    conn_arm(c, milliseconds);
    conn_step(c, CONN_EV_READY);
}

/* A timer that comes early enough is not touched: it looks, and comes again. */
START_TEST(the_timer_is_set_no_more_than_needed)
{
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&m, &r, CONN_RELAYING, SOCKETS, false);
    arm(m.c, 10000);
    ck_assert_uint_eq(m.c->timer_at, rig_clock + 10000);
    arm(m.c, 20000);
    ck_assert_uint_eq(m.c->timer_at, rig_clock + 10000);
    let_time_pass(&r, m.c->timer, 10000);
    ck_assert_uint_eq(m.c->timer_at, rig_clock + 10000);
    arm(m.c, 3000);
    ck_assert_uint_eq(m.c->timer_at, rig_clock + 3000);
    arm(m.c, 0);
    ck_assert_ptr_null(m.c->timer);
    made_close(&m);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("conn")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_add_loop_test(tc, without_an_edge_it_is_a_defect, 0, CONN_STATE_COUNT);
TEST(knows_each_edge)
TEST_ROWS(follows_each_edge, edges)
TEST_ROWS(limits_each_state, limits)
TEST(handshake_limit_counts_from_the_beginning)
TEST(idle_limit_counts_from_the_last_byte)
TEST(connect_limit_is_for_all_addresses)
TEST_ROWS(takes_the_first_that_answers, races)
TEST(stop_ends_all)
TEST(keepalive_is_set_later)
TEST(doubt_is_resolved_later)
TEST(doubt_has_an_age)
TEST(tickets_come_without_data)
TEST(a_broken_record_is_answered)
TEST(the_timer_is_set_no_more_than_needed)
TESTS_END
