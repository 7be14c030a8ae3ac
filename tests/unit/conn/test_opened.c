/* The connections that wait for their environment, which a helper opens. */

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "conn/private.h"
#include "support/door.h"
#include "support/made.h"
#include "support/rig.h"
#include "support/suite.h"
#include "tls/environment.h"

static struct testring *rings;
static atomic_uint woken;

static void count_wake(void *arg)
{
    (void)arg;
    atomic_fetch_add(&woken, 1);
}

enum { LONG = 60 * 1000 };

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
        door_pass();
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
    door_await(1);
    made_open(&other, &r, CONN_DIALLED_APP, SOCKETS, false);
    strcpy(other.c->in.who.userid, "CLIENT");
    conn_step(other.c, CONN_EV_MAPPED_TLS);
    await_wake(&r, 1);
    ck_assert_int_eq(conn_state(other.c), CONN_GREETING);
    ck_assert_int_eq(conn_state(m[0].c), CONN_OPENING);
    door_open();
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
    door_await(1);
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
    door_open();
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
    door_open();
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
    door_open();
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

TESTS_BEGIN("opened")
TEST(one_opening_for_all_who_wait)
TEST_ROWS(waits_no_longer_than_it_may, ends)
TEST(refresh_waits_no_longer_than_it_may)
TEST(handshake_limit_begins_when_it_is_open)
TESTS_END
