/* Limits of all: who makes room, who may not trickle, what is said of it. */

#include "conn/conn.h"

#include <unistd.h>

#include "conn/limited.h"
#include "conn/private.h"
#include "conn/room.h"
#include "conn/testing.h"
#include "support/made.h"
#include "support/suite.h"

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

/* One line every five seconds for each limit, whatever arrives. */
START_TEST(tells_of_refused_ones_now_and_then)
{
    struct limit all = {COUNTER_LIMITED, "max_connections", 1};
    struct limit user = {COUNTER_LIMITED_USER, "max_per_user", 1};
    struct fair_who who = fair_account(5002);
    struct rig r;

    rig_open(&r, rings, "", "");
    limited_tell(r.loop, &all, NULL);
    ck_assert_uint_eq(r.loop->limited[COUNTER_LIMITED].count, 0);
    limited_tell(r.loop, &all, NULL);
    rig_clock += 4999;
    limited_tell(r.loop, &all, &who);
    ck_assert_uint_eq(r.loop->limited[COUNTER_LIMITED].count, 2);
    limited_tell(r.loop, &user, &who);
    ck_assert_uint_eq(r.loop->limited[COUNTER_LIMITED_USER].count, 0);
    rig_clock += 1;
    limited_tell(r.loop, &all, &who);
    ck_assert_uint_eq(r.loop->limited[COUNTER_LIMITED].count, 0);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_LIMITED), 4);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_LIMITED_USER), 1);
    rig_close(&r);
}
END_TEST

static void give(struct made *m, struct rig *r, uid_t uid)
{
    static const struct fair_limits l = {.connections = 10, .waiting = 10};
    struct fair_who who = fair_account(uid);
    unsigned long limit;

    ck_assert_int_eq(
        fair_enter(r->services.fair, &who, &l, &m->c->in.share, &limit),
        FAIR_MAY);
}

enum { ALICE = 5001, MALLORY = 5002 };

static const struct {
    enum conn_state state;
    enum outfit outfit;
    uid_t uid;
} crowd[] = {
    {CONN_NAMING_OUT, BARE, MALLORY},  /* waits for us */
    {CONN_DIALLING_WIRE, BARE, ALICE}, /* the oldest that may */
    {CONN_GREETING, TLS, ALICE},       /* has heard, and waits for us */
    {CONN_HANDSHAKING, TLS, MALLORY},   {CONN_GREETING, TLS, MALLORY},
    {CONN_DIALLING_APP, BARE, MALLORY}, {CONN_GREETING, TLS, MALLORY},
    {CONN_GREETING, TLS, MALLORY},
};

/* In this order: of mallory, while he has the most; then the oldest, and at
 * last none. */
static const int victims[] = {3, 4, 5, 6, 1, 7};

START_TEST(the_oldest_that_waits_for_others_makes_room)
{
    struct made m[ROWS(crowd)];
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    for (i = 0; i < ROWS(crowd); i++) {
        made_open(&m[i], &r, crowd[i].state, crowd[i].outfit, false);
        give(&m[i], &r, crowd[i].uid);
    }
    m[2].c->wire.readable = true;
    conn_do_take_turn(m[2].c);
    for (i = 0; i < ROWS(victims); i++) {
        ck_assert_int_ne(conn_state(m[victims[i]].c), CONN_CLOSED);
        ck_assert(room_make(r.loop, NULL));
        ck_assert_msg(conn_state(m[victims[i]].c) == CONN_CLOSED, "%d", i);
        ck_assert_int_eq(conn_reason(m[victims[i]].c), CONN_BY_GAVE_WAY);
    }
    ck_assert(!room_make(r.loop, NULL));
    ck_assert_uint_eq(rig_counter(&r, COUNTER_GAVE_WAY), ROWS(victims));
    ck_assert_uint_eq(rig_counter(&r, COUNTER_DEFECT), 0);
    loop_stop(r.loop);
    ck_assert_uint_eq(fair_count(r.services.fair), 0);
    for (i = 0; i < ROWS(crowd); i++)
        made_close(&m[i]);
    rig_close(&r);
}
END_TEST

START_TEST(whoever_has_his_part_makes_room_for_himself)
{
    struct fair_one *alice;
    struct made m[3];
    struct rig r;
    int i;

    rig_open(&r, rings, "", "");
    for (i = 0; i < 3; i++) {
        made_open(&m[i], &r, CONN_GREETING, TLS, false);
        give(&m[i], &r, i == 1 ? ALICE : MALLORY);
    }
    alice = m[1].c->in.share;
    ck_assert(room_make(r.loop, alice));
    ck_assert_int_eq(conn_state(m[1].c), CONN_CLOSED);
    ck_assert(!room_make(r.loop, alice));
    loop_stop(r.loop);
    for (i = 0; i < 3; i++)
        made_close(&m[i]);
    rig_close(&r);
}
END_TEST

/* HandshakeTimeout is 10 where the policy says nothing. */
static const struct {
    uint64_t passed;
    enum conn_state state;
    bool pressed, ends;
} trickling[] = {
    {9999, CONN_HANDSHAKING, true, false},
    {10000, CONN_HANDSHAKING, true, true},
    {10000, CONN_HANDSHAKING, false, false},
    {9999, CONN_GREETING, true, false},       /* has a timer of its own */
    {99999, CONN_DIALLING_WIRE, true, false}, /* the same, and no rule yet */
};

START_TEST(who_trickles_has_less_time_when_limits_press)
{
    static const struct fair_limits l = {.connections = 1, .waiting = 1};
    struct fair_who who = fair_account(MALLORY);
    unsigned long limit;
    struct made m;
    struct rig r;

    rig_open(&r, rings, "", "");
    if (trickling[_i].state == CONN_DIALLING_WIRE)
        made_open(&m, &r, CONN_DIALLING_WIRE, BARE, true);
    else
        made_open(&m, &r, CONN_GREETING, TLS, false);
    if (trickling[_i].state == CONN_HANDSHAKING)
        conn_step(m.c, CONN_EV_HEARD);
    if (trickling[_i].pressed)
        fair_enter(r.services.fair, &who, &l, &m.c->in.share, &limit);
    rig_clock += trickling[_i].passed;
    loop_press_later(r.loop);
    ck_assert(evtimer_pending(r.loop->press, NULL));
    event_active(r.loop->press, EV_TIMEOUT, 0);
    event_base_loop(r.loop->base, EVLOOP_NONBLOCK);
    ck_assert(trickling[_i].ends == TAILQ_EMPTY(&r.loop->open));
    ck_assert_uint_eq(rig_counter(&r, COUNTER_TRICKLED), trickling[_i].ends);
    loop_stop(r.loop);
    made_close(&m);
    rig_close(&r);
}
END_TEST

TESTS_BEGIN("room")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST(tells_of_refused_ones_now_and_then)
TEST(the_oldest_that_waits_for_others_makes_room)
TEST(whoever_has_his_part_makes_room_for_himself)
TEST_ROWS(who_trickles_has_less_time_when_limits_press, trickling)
TESTS_END
