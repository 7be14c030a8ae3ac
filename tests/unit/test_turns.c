/* Whose turn it is: handshakes beside those who relay. */

#include "daemon/conn.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/conn_private.h"
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
    list = _i == 0 ? &r.host.shaking : &r.host.greeting;
    r.host.settled = 1;
    made_open(&m, &r, CONN_GREETING, TLS, false);
    for (i = 0; i <= TURNS; i++) {
        conn_queue(m.c, list);
        r.host.long_step[_i] = r.host.relayed = true;
        conn_host_turn(&r.host);
        ck_assert_int_eq(TAILQ_EMPTY(list), i == TURNS);
    }
    conn_queue(m.c, list);
    r.host.long_step[_i] = true;
    conn_host_turn(&r.host);
    ck_assert(TAILQ_EMPTY(list));
    conn_queue(m.c, list);
    r.host.long_step[_i] = false;
    r.host.long_step[!_i] = r.host.relayed = true;
    conn_host_turn(&r.host);
    ck_assert(TAILQ_EMPTY(list));
    made_close(&m);
    rig_close(&r);
}
END_TEST

/* Those that have begun are not kept waiting by all that want to begin. */
START_TEST(every_second_step_is_for_those_that_have_begun)
{
    static const enum conn_state states[] = {
        CONN_RELAYING, CONN_GREETING,    CONN_GREETING,
        CONN_GREETING, CONN_HANDSHAKING, CONN_HANDSHAKING};
    static const int turns[] = {1, 4, 2, 5, 3};
    struct made m[ROWS(states)];
    struct rig r;
    size_t i;

    rig_open(&r, rings, "", "");
    for (i = 0; i < ROWS(states); i++)
        made_open(&m[i], &r, states[i], i == 0 ? SOCKETS : TLS, false);
    rig_clock += 20;
    conn_do_start_relay(m[0].c);
    ck_assert(!conn_host_is_crowded(&r.host));
    for (i = 1; i < ROWS(states); i++)
        conn_do_take_turn(m[i].c);
    for (i = 0; i < ROWS(turns); i++) {
        ck_assert(conn_host_is_crowded(&r.host));
        ck_assert_uint_eq(r.host.steps, i);
        ck_assert_ptr_nonnull(m[turns[i]].c->queued);
        r.host.relayed = false;
        conn_host_turn(&r.host);
        ck_assert(m[turns[i]].c->queued != &r.host.greeting &&
                  m[turns[i]].c->queued != &r.host.shaking);
    }
    ck_assert(!conn_host_is_crowded(&r.host));
    for (i = 0; i < ROWS(states); i++)
        made_close(&m[i]);
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
    event_base_loop(r->host.base, EVLOOP_NONBLOCK | EVLOOP_ONCE);
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
    ck_assert_uint_eq(r.host.settled, 0);
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
        before = r.host.steps;
        one_pass(&r);
        ck_assert_uint_le(r.host.steps - before, 1);
        ck_assert_int_eq(recv(old.wire, &byte, 1, MSG_DONTWAIT), 1);
    }
    ck_assert_uint_eq(count_relaying(m, SHAKERS), SHAKERS);
    ck_assert_uint_ge(r.host.steps, 2 * SHAKERS);
    for (i = 0; i < SHAKERS; i++) {
        SSL_free(ssl[i]);
        made_close(&m[i]);
    }
    SSL_CTX_free(ctx);
    ck_assert(old.c->settled);
    conn_host_stop(&r.host);
    ck_assert_uint_eq(r.host.settled, 0);
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
    conn_do_take_turn(m[0].c);
    conn_do_take_turn(m[1].c);
    one_pass(&r);
    ck_assert(evtimer_pending(r.host.turn, NULL));
    m[2].c->wire.doubt = true;
    conn_unqueue(m[2].c);
    conn_doubt(m[2].c);
    rig_clock += 20;
    poll(NULL, 0, 40); /* both timers are due, the turn's first */
    r.host.steps = 0;
    one_pass(&r);
    ck_assert_ptr_ne(m[2].c->queued, &r.host.doubted);
    ck_assert_uint_eq(r.host.steps, 1);
    one_pass(&r);
    ck_assert_uint_eq(r.host.steps, 2);
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
    ck_assert_uint_eq(r.host.steps, 1);
    ck_assert(TAILQ_EMPTY(&r.host.open) && TAILQ_EMPTY(&r.host.dying));
    ck_assert(!evtimer_pending(r.host.turn, NULL));
    made_close(&m);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("turns")
tcase_add_unchecked_fixture(tc, setup, teardown);
tcase_add_loop_test(tc, handshakes_give_way, 0, 2);
TEST(every_second_step_is_for_those_that_have_begun)
TEST(one_step_between_two_looks)
TEST(a_timer_makes_no_second_step)
TEST(an_end_within_a_turn_wakes_no_other)
TESTS_END
