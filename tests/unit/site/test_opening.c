/* The helper threads that open environments, and the connections that wait for
 * them. */

#include "site/opening.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "support/made.h"
#include "support/rig.h"
#include "support/suite.h"

static struct testring *rings; /* of a test with connections */

/* ---- a door: who comes to it waits until it is opened ---- */

struct door {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool open;
    unsigned came, left;
};

static struct door door = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER,
                           false, 0, 0};

static void pass_door(void)
{
    pthread_mutex_lock(&door.lock);
    door.came++;
    pthread_cond_broadcast(&door.cond);
    while (!door.open)
        pthread_cond_wait(&door.cond, &door.lock);
    door.left++;
    pthread_cond_broadcast(&door.cond);
    pthread_mutex_unlock(&door.lock);
}

static void await_at_door(unsigned n)
{
    pthread_mutex_lock(&door.lock);
    while (door.came < n)
        pthread_cond_wait(&door.cond, &door.lock);
    pthread_mutex_unlock(&door.lock);
}

static void open_door(void)
{
    pthread_mutex_lock(&door.lock);
    door.open = true;
    pthread_cond_broadcast(&door.cond);
    pthread_mutex_unlock(&door.lock);
}

/* ---- the threads ---- */

static void at_door(void *arg, bool dropped)
{
    (void)arg;
    if (!dropped)
        pass_door();
}

static atomic_uint done, dropped_count;

static void count_done(void *arg, bool dropped)
{
    (void)arg;
    atomic_fetch_add(dropped ? &dropped_count : &done, 1);
}

static atomic_uint woken;

static void count_wake(void *arg)
{
    (void)arg;
    atomic_fetch_add(&woken, 1);
}

enum { LONG = 60 * 1000 };

static bool join(struct opening *w)
{
    return opening_join(w, openings_clock() + LONG);
}

/* A waiter that asks ten times is woken once, after the work. */
START_TEST(waiter_is_woken_once)
{
    static const struct opening_waiter waiter = {count_wake, NULL};
    struct openings *o = openings_new();
    struct opening *w;
    int i;

    ck_assert_int_eq(opening_begin(o, at_door, NULL, &w), 0);
    for (i = 0; i < 10; i++)
        ck_assert(opening_wait(w, &waiter));
    ck_assert(!opening_join(w, openings_clock() + 1));
    ck_assert_uint_eq(woken, 0);
    open_door();
    ck_assert(join(w));
    opening_unref(w);
    ck_assert(openings_stop(o, LONG));
    ck_assert_uint_eq(woken, 1);
    openings_free(o);
}
END_TEST

/* One that hangs keeps nobody else waiting. */
START_TEST(others_go_on_beside_one_that_hangs)
{
    struct openings *o = openings_new();
    struct opening *hangs, *w;
    int i;

    ck_assert_int_eq(opening_begin(o, at_door, NULL, &hangs), 0);
    await_at_door(1);
    for (i = 0; i < 20; i++) {
        ck_assert_int_eq(opening_begin(o, count_done, NULL, &w), 0);
        ck_assert(join(w));
        opening_unref(w);
    }
    ck_assert_uint_eq(done, 20);
    open_door();
    ck_assert(join(hangs));
    opening_unref(hangs);
    ck_assert(openings_stop(o, LONG));
    openings_free(o);
}
END_TEST

/* More than there are threads: the rest is told that nothing will come of it,
 * nobody is woken, and who hangs is known. */
START_TEST(stops_while_all_hang)
{
    static const struct opening_waiter waiter = {count_wake, NULL};
    struct openings *o = openings_new();
    struct opening *hang[4], *w, *late;
    int i;

    for (i = 0; i < ROWS(hang); i++)
        ck_assert_int_eq(opening_begin(o, at_door, NULL, &hang[i]), 0);
    await_at_door(ROWS(hang));
    ck_assert_int_eq(opening_begin(o, count_done, NULL, &w), 0);
    ck_assert(opening_wait(w, &waiter));
    ck_assert(opening_wait(hang[0], &waiter));
    ck_assert(!openings_stop(o, 1));
    ck_assert_int_ne(opening_begin(o, count_done, NULL, &late), 0);
    ck_assert(!join(w)); /* without waiting */
    open_door();
    ck_assert(openings_stop(o, LONG));
    ck_assert_uint_eq(done, 0);
    ck_assert_uint_eq(dropped_count, 1);
    ck_assert_uint_eq(woken, 0);
    for (i = 0; i < ROWS(hang); i++)
        opening_unref(hang[i]);
    opening_unref(w);
    openings_free(o);
}
END_TEST

static bool tick(void *arg)
{
    return atomic_fetch_add((atomic_uint *)arg, 1) < 2;
}

/* Until it says that it need not be any more; then it can be asked anew. */
START_TEST(ticks_until_it_has_had_enough)
{
    struct openings *o = openings_new();
    atomic_uint n = 0;
    struct opening *w;
    int i;

    openings_tick(o, tick, &n, 1);
    openings_tick(o, tick, &n, 1); /* one is enough */
    for (i = 0; i < 10000 && n < 3; i++) {
        ck_assert_int_eq(opening_begin(o, count_done, NULL, &w), 0);
        ck_assert(join(w));
        opening_unref(w);
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    ck_assert_uint_eq(n, 3);
    ck_assert(openings_stop(o, LONG));
    openings_free(o);
}
END_TEST

/* ---- a connection that waits ---- */

static bool guarded, all_guarded;
static atomic_uint opened;

int __real_environment_open(const struct environment_params *params,
                            struct environment **ret, struct tls_outcome *why);
int __wrap_environment_open(const struct environment_params *params,
                            struct environment **ret, struct tls_outcome *why);
int __wrap_environment_open(const struct environment_params *params,
                            struct environment **ret, struct tls_outcome *why)
{
    atomic_fetch_add(&opened, 1);
    if (guarded && (all_guarded || strcmp(params->userid, "SERVER") == 0))
        pass_door();
    return __real_environment_open(params, ret, why);
}

/* A host that is woken, as a worker's is; SERVER's ring is not read before the
 * door is open. */
static void open_guarded(struct rig *r, const char *settings)
{
    static const struct loop_owner owner = {count_wake, NULL, NULL};

    rings = testring_new(NULL);
    rig_open_for(r, rings, settings, "", &owner);
    guarded = true;
}

static void close_guarded(struct rig *r)
{
    rig_close(r);
    testring_free(rings);
}

/* What a worker does when it is woken. */
static void await_wake(struct rig *r, unsigned n)
{
    int i;

    for (i = 0; i < LONG && atomic_load(&woken) < n; i++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    ck_assert_uint_eq(woken, n);
    loop_answered(r->loop);
}

enum { MANY = 5 };

/* Many connections of one environment wait for one reading, and those of
 * another, open or not, go on meanwhile. */
START_TEST(one_opening_for_all_who_wait)
{
    struct made m[MANY], other;
    struct rig r;
    int i;

    open_guarded(&r, "");
    for (i = 0; i < MANY; i++) {
        made_open(&m[i], &r, CONN_DIALLED_APP, SOCKETS, false);
        strcpy(m[i].c->in.who.userid, "SERVER");
        conn_step(m[i].c, CONN_EV_MAPPED_TLS);
        ck_assert_int_eq(conn_state(m[i].c), CONN_OPENING);
        conn_step(m[i].c, CONN_EV_READY); /* a socket has something */
        ck_assert_int_eq(conn_state(m[i].c), CONN_OPENING);
    }
    await_at_door(1);
    made_open(&other, &r, CONN_DIALLED_APP, SOCKETS, false);
    strcpy(other.c->in.who.userid, "CLIENT");
    conn_step(other.c, CONN_EV_MAPPED_TLS);
    await_wake(&r, 1);
    ck_assert_int_eq(conn_state(other.c), CONN_GREETING);
    ck_assert_int_eq(conn_state(m[0].c), CONN_OPENING);
    open_door();
    await_wake(&r, 2);
    for (i = 0; i < MANY; i++)
        ck_assert_int_eq(conn_state(m[i].c), CONN_GREETING);
    ck_assert_uint_eq(opened, 2);
    ck_assert(TAILQ_EMPTY(&r.loop->unopened));
    for (i = 0; i < MANY; i++)
        made_close(&m[i]);
    made_close(&other);
    close_guarded(&r);
}
END_TEST

/* Ways out of OPENING while the ring is not read. */
static const struct {
    const char *settings;
    uint64_t ms; /* after which it ends; 0: the daemon stops */
    enum conn_reason reason;
} ends[] = {
    {"", 10000, CONN_BY_OPEN_LATE},
    {"open_limit = 3;", 3000, CONN_BY_OPEN_LATE},
    {"", 0, CONN_BY_STOPPED},
};

START_TEST(waits_no_longer_than_it_may)
{
    struct made m;
    struct rig r;

    open_guarded(&r, ends[_i].settings);
    made_open(&m, &r, CONN_DIALLED_APP, SOCKETS, false);
    strcpy(m.c->in.who.userid, "SERVER");
    conn_step(m.c, CONN_EV_MAPPED_TLS);
    await_at_door(1);
    if (ends[_i].ms != 0) {
        rig_clock += ends[_i].ms - 1;
        conn_check_limit(m.c);
        ck_assert_int_eq(conn_state(m.c), CONN_OPENING);
        rig_clock++;
        conn_check_limit(m.c);
    } else {
        loop_stop(r.loop);
    }
    ck_assert_int_eq(conn_state(m.c), CONN_CLOSED);
    ck_assert_int_eq(conn_reason(m.c), ends[_i].reason);
    open_door();
    await_wake(&r, 1);
    ck_assert_uint_eq(rig_counter(&r, COUNTER_DEFECT), 0);
    made_close(&m);
    close_guarded(&r);
}
END_TEST

static void note(void *arg, const struct environment_trouble *t)
{
    ck_assert(t->opening && !t->stale);
    ++*(int *)arg;
}

/* A refresh waits for all that it changes, and no longer than it may; what is
 * not there by then is waited for by connections. */
START_TEST(refresh_waits_no_longer_than_it_may)
{
    struct snapshot *next;
    struct made m;
    struct rig r;
    int listed = 0;

    open_guarded(&r, "");
    all_guarded = true;
    next = rig_load(&r, "open_limit = 1;", "");
    ck_assert_uint_eq(snapshot_open_changed(r.snapshots, next), 2);
    snapshot_each_trouble(next, note, &listed);
    ck_assert_int_eq(listed, 2);
    snapshots_swap(r.snapshots, next);
    made_open(&m, &r, CONN_DIALLED_APP, SOCKETS, false);
    strcpy(m.c->in.who.userid, "SERVER");
    conn_step(m.c, CONN_EV_MAPPED_TLS);
    ck_assert_int_eq(conn_state(m.c), CONN_OPENING);
    open_door();
    await_wake(&r, 1);
    ck_assert_int_eq(conn_state(m.c), CONN_GREETING);
    ck_assert_uint_eq(opened, 2);
    made_close(&m);
    close_guarded(&r);
}
END_TEST

/* The handshake has its time, however long the ring took. */
START_TEST(handshake_limit_begins_when_it_is_open)
{
    struct made m;
    struct rig r;

    open_guarded(&r, "handshake_limit = 4;");
    made_open(&m, &r, CONN_DIALLED_APP, SOCKETS, false);
    strcpy(m.c->in.who.userid, "SERVER");
    conn_step(m.c, CONN_EV_MAPPED_TLS);
    rig_clock += 9000;
    open_door();
    await_wake(&r, 1);
    ck_assert_int_eq(conn_state(m.c), CONN_GREETING);
    rig_clock += 3999;
    conn_check_limit(m.c);
    ck_assert_int_eq(conn_state(m.c), CONN_GREETING);
    rig_clock++;
    conn_check_limit(m.c);
    ck_assert_int_eq(conn_state(m.c), CONN_CLOSED);
    made_close(&m);
    close_guarded(&r);
}
END_TEST

TESTS_BEGIN("opening")
TEST(waiter_is_woken_once)
TEST(others_go_on_beside_one_that_hangs)
TEST(stops_while_all_hang)
TEST(ticks_until_it_has_had_enough)
TEST(one_opening_for_all_who_wait)
TEST_ROWS(waits_no_longer_than_it_may, ends)
TEST(refresh_waits_no_longer_than_it_may)
TEST(handshake_limit_begins_when_it_is_open)
TESTS_END
