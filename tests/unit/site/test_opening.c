/* The helper threads that open environments. */

#include "site/opening.h"

#include <stdatomic.h>
#include <time.h>

#include "support/door.h"
#include "support/suite.h"

static void at_door(void *arg, bool dropped)
{
    (void)arg;
    if (!dropped)
        door_pass();
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
    door_open();
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
    door_await(1);
    for (i = 0; i < 20; i++) {
        ck_assert_int_eq(opening_begin(o, count_done, NULL, &w), 0);
        ck_assert(join(w));
        opening_unref(w);
    }
    ck_assert_uint_eq(done, 20);
    door_open();
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
    door_await(ROWS(hang));
    ck_assert_int_eq(opening_begin(o, count_done, NULL, &w), 0);
    ck_assert(opening_wait(w, &waiter));
    ck_assert(opening_wait(hang[0], &waiter));
    ck_assert(!openings_stop(o, 1));
    ck_assert_int_ne(opening_begin(o, count_done, NULL, &late), 0);
    ck_assert(!join(w)); /* without waiting */
    door_open();
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

TESTS_BEGIN("opening")
TEST(waiter_is_woken_once)
TEST(others_go_on_beside_one_that_hangs)
TEST(stops_while_all_hang)
TEST(ticks_until_it_has_had_enough)
TESTS_END
