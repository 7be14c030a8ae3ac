/* Whose turn it is: handshakes beside those who relay. */

#include "conn/conn.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn/private.h"
#include "support/made.h"
#include "support/suite.h"
#include "support/tlspair.h"

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

/* Long steps of handshakes wait while there is something to relay, but not for
 * ever; short ones do not. */
enum { TURNS = 32 };

START_TEST(handshakes_give_way)
{
    struct conn_list *list;
    struct made m;
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    list = _i == 0 ? &r.loop->shaking : &r.loop->greeting;
    r.loop->settled = 1;
    made_open(&m, &r, CONN_GREETING, TLS, false);
    for (i = 0; i <= TURNS; i++) {
        conn_queue(m.c, list);
        r.loop->long_step[_i] = r.loop->relayed = true;
        loop_turn(r.loop);
        ck_assert_int_eq(TAILQ_EMPTY(list), i == TURNS);
    }
    conn_queue(m.c, list);
    r.loop->long_step[_i] = true;
    loop_turn(r.loop);
    ck_assert(TAILQ_EMPTY(list));
    conn_queue(m.c, list);
    r.loop->long_step[_i] = false;
    r.loop->long_step[!_i] = r.loop->relayed = true;
    loop_turn(r.loop);
    ck_assert(TAILQ_EMPTY(list));
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* The client has said something. */
static void wants_turn(struct made *m)
{
    m->c->wire.readable = true;
    conn_do_take_turn(m->c);
}

/* Before that there is nothing to do for a server. */
START_TEST(a_server_waits_for_the_client)
{
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&m, &r, CONN_GREETING, TLS, _i == 1);
    conn_do_take_turn(m.c);
    ck_assert_int_eq(m.c->queued != NULL, _i == 1);
    wants_turn(&m);
    ck_assert_ptr_nonnull(m.c->queued);
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* Those that have begun go first, but do not keep those waiting that want to
 * begin, however many steps they make. */
START_TEST(those_that_have_begun_go_first)
{
    static const enum conn_state states[] = {
        CONN_RELAYING,    CONN_GREETING,    CONN_GREETING,    CONN_HANDSHAKING,
        CONN_HANDSHAKING, CONN_HANDSHAKING, CONN_HANDSHAKING, CONN_HANDSHAKING};
    static const int turns[] = {3, 4, 5, 6, 1, 7, 2};
    struct made m[ROWS(states)];
    struct rig r;
    size_t i;

    rig_open(&r, rings, "", "");
    for (i = 0; i < ROWS(states); i++)
        made_open(&m[i], &r, states[i], i == 0 ? SOCKETS : TLS, false);
    rig_clock += 20;
    conn_do_start_relay(m[0].c);
    ck_assert(!loop_is_crowded(r.loop));
    for (i = 1; i < ROWS(states); i++)
        wants_turn(&m[i]);
    for (i = 0; i < ROWS(turns); i++) {
        ck_assert(loop_is_crowded(r.loop));
        ck_assert_uint_eq(r.loop->steps, i);
        ck_assert_ptr_nonnull(m[turns[i]].c->queued);
        r.loop->relayed = false;
        loop_turn(r.loop);
        ck_assert(m[turns[i]].c->queued != &r.loop->greeting &&
                  m[turns[i]].c->queued != &r.loop->shaking);
    }
    ck_assert(!loop_is_crowded(r.loop));
    for (i = 0; i < ROWS(states); i++)
        made_close(&m[i]);
    rig_close(&r);
}
END_TEST

enum { WAITERS = 4 };

static void queue_all(struct made *m, struct rig *r)
{
    int i;

    for (i = 0; i < WAITERS; i++) {
        made_open(&m[i], r, CONN_GREETING, TLS, false);
        wants_turn(&m[i]);
        rig_clock += 1;
    }
}

static bool is_queued(const struct made *m)
{
    return m->c->queued == &m->c->loop->greeting;
}

/* In order, while nobody waits for long; then the newest is the next. */
START_TEST(when_more_come_than_can_be_served_the_last_is_the_first)
{
    static const int turns[][WAITERS] = {{0, 1, 2, 3}, {3, 2, 1, 0}};
    struct made m[WAITERS];
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    r.loop->settled = 1; /* one step a turn */
    queue_all(m, &r);
    rig_clock += _i == 0 ? 199 - WAITERS : 200;
    for (i = 0; i < WAITERS; i++) {
        ck_assert(is_queued(&m[turns[_i][i]]));
        loop_turn(r.loop);
        ck_assert(!is_queued(&m[turns[_i][i]]));
    }
    for (i = 0; i < WAITERS; i++)
        made_close(&m[i]);
    r.loop->settled = 0;
    rig_close(&r);
}
END_TEST

/* No step is made for a client that has hung up meanwhile; one that did so at
 * once is looked at, as what it has sent may be a fault to be named. */
START_TEST(no_step_for_those_who_have_given_up)
{
    struct made m[WAITERS];
    bool late = _i == 1;
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    r.loop->settled = 1;
    queue_all(m, &r);
    for (i = 0; i < WAITERS - 1; i++)
        m[i].c->wire.ends = true;
    rig_clock += late ? 200 : 0;
    r.loop->steps = 0;
    if (late) /* its event comes when it has waited */
        conn_step(m[1].c, CONN_EV_READY);
    loop_turn(r.loop);
    ck_assert_uint_eq(r.loop->steps, 1);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_ABANDONED),
                      late ? WAITERS - 1 : 0);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_DEFECT), 0);
    for (i = 0; i < WAITERS; i++)
        made_close(&m[i]);
    loop_stop(r.loop);
    r.loop->settled = 0;
    rig_close(&r);
}
END_TEST

enum { SHAKERS = 8 };

static size_t count_relaying(const struct made *m, size_t count)
{
    size_t i, n = 0;

    for (i = 0; i < count; i++)
        n += conn_state(m[i].c) == CONN_RELAYING;
    return n;
}

/* One look at the sockets, and what follows from it. */
static void one_pass(struct rig *r)
{
    event_base_loop(r->loop->base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
}

/* Whoever has settled has its sockets looked at between any two steps of
 * handshakes: what came before a pass is relayed in it. */
START_TEST(one_step_between_two_looks)
{
    struct made m[SHAKERS], old;
    SSL *ssl[SHAKERS];
    SSL_CTX *ctx = tls_plain_ctx(rings, NULL, false);
    uint64_t before;
    struct rig r;
    char byte;
    int i, pass;

    rig_open(&r, rings, "", "");
    made_open(&old, &r, CONN_DIALLED_APP, SOCKETS, false);
    conn_step(old.c, CONN_EV_MAPPED_CLEAR);
    ck_assert_uint_eq(r.loop->settled, 0);
    rig_clock += 20;
    for (i = 0; i < SHAKERS; i++) {
        made_open(&m[i], &r, CONN_GREETING, TLS, false);
        ssl[i] = SSL_new(ctx);
        SSL_set_fd(ssl[i], m[i].wire);
    }
    for (pass = 0; pass < 2000 && count_relaying(m, SHAKERS) < SHAKERS;
         pass++) {
        for (i = 0; i < SHAKERS && pass % 8 == 0; i++)
            SSL_connect(ssl[i]);
        ck_assert_int_eq(write(old.app, "x", 1), 1);
        before = r.loop->steps;
        one_pass(&r);
        ck_assert_uint_le(r.loop->steps - before, 1);
        ck_assert_int_eq(recv(old.wire, &byte, 1, MSG_DONTWAIT), 1);
    }
    ck_assert_uint_eq(count_relaying(m, SHAKERS), SHAKERS);
    ck_assert_uint_ge(r.loop->steps, 2 * SHAKERS);
    for (i = 0; i < SHAKERS; i++) {
        SSL_free(ssl[i]);
        made_close(&m[i]);
    }
    SSL_CTX_free(ctx);
    ck_assert(old.c->settled);
    loop_stop(r.loop);
    ck_assert_uint_eq(r.loop->settled, 0);
    made_close(&old);
    rig_close(&r);
}
END_TEST

/* Nor does a timer that is due in the same pass bring about a second step. */
START_TEST(a_timer_makes_no_second_step)
{
    struct made old, m[3];
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    made_open(&old, &r, CONN_RELAYING, SOCKETS, false);
    rig_clock += 20;
    for (i = 0; i < 3; i++)
        made_open(&m[i], &r, CONN_GREETING, TLS, false);
    rig_turn(&r); /* the sockets have said that they can be written */
    ck_assert(old.c->settled);
    wants_turn(&m[0]);
    wants_turn(&m[1]);
    one_pass(&r);
    ck_assert(evtimer_pending(r.loop->turn, NULL));
    m[2].c->wire.doubt = true;
    conn_unqueue(m[2].c);
    conn_doubt(m[2].c);
    rig_clock += 20;
    poll(NULL, 0, 40); /* both timers are due, the turn's first */
    r.loop->steps = 0;
    one_pass(&r);
    ck_assert_ptr_ne(m[2].c->queued, &r.loop->doubted);
    ck_assert_uint_eq(r.loop->steps, 1);
    one_pass(&r);
    ck_assert_uint_eq(r.loop->steps, 2);
    for (i = 0; i < 3; i++)
        made_close(&m[i]);
    made_close(&old);
    rig_close(&r);
}
END_TEST

/* What ends within a turn is freed by it: the sockets are not looked at for
 * that. */
START_TEST(an_end_within_a_turn_wakes_no_other)
{
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "");
    made_open(&m, &r, CONN_GREETING, TLS, false);
    ck_assert_int_eq(write(m.wire, "this is no TLS", 14), 14);
    one_pass(&r);
    ck_assert_uint_eq(r.loop->steps, 1);
    ck_assert(TAILQ_EMPTY(&r.loop->open) && TAILQ_EMPTY(&r.loop->dying));
    ck_assert(!evtimer_pending(r.loop->turn, NULL));
    made_close(&m);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("turns")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_add_loop_test(tc, handshakes_give_way, 0, 2);
TEST_TIMES(a_server_waits_for_the_client, 2)
TEST(those_that_have_begun_go_first)
tcase_add_loop_test(tc, when_more_come_than_can_be_served_the_last_is_the_first,
                    0, 2);
tcase_add_loop_test(tc, no_step_for_those_who_have_given_up, 0, 2);
TEST(one_step_between_two_looks)
TEST(a_timer_makes_no_second_step)
TEST(an_end_within_a_turn_wakes_no_other)
TESTS_END
