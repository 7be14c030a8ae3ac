/* Who is answered next, and who loses a place. */

#include "conn/naming_queue.h"

#include "support/suite.h"
#include "util/error.h"

enum { PLACES = 64 };

static struct naming_queue queue;
static struct naming_place places[PLACES];

/* Puts the I-th place for UID; nobody loses his. */
static void put(int i, uid_t uid)
{
    struct naming_place *out;

    ck_assert_int_eq(naming_queue_put(&queue, uid, &places[i], &out), 0);
    ck_assert_ptr_null(out);
}

/* The number of the next one, answered at once; -1: nobody. */
static int next(void)
{
    struct naming_place *p = naming_queue_take(&queue);

    if (p == NULL)
        return -1;
    naming_queue_done(&queue, p);
    return (int)(p - places);
}

START_TEST(accounts_take_turns)
{
    static const int order[] = {0, 10, 20, 1, 11, 2, 3, -1};
    size_t i;

    naming_queue_init(&queue, PLACES);
    put(0, 1000);
    put(1, 1000);
    put(2, 1000);
    put(3, 1000);
    put(10, 1001);
    put(11, 1001);
    put(20, 1000 + NAMING_BUCKETS);
    for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        ck_assert_int_eq(next(), order[i]);
}
END_TEST

/* An account that is being answered has no second one answered beside it. */
START_TEST(one_at_a_time_of_an_account)
{
    struct naming_place *p;

    naming_queue_init(&queue, PLACES);
    put(0, 1000);
    put(1, 1000);
    p = naming_queue_take(&queue);
    ck_assert_ptr_eq(p, &places[0]);
    ck_assert_ptr_null(naming_queue_take(&queue));
    put(2, 1000);
    put(3, 1001);
    ck_assert_int_eq(next(), 3);
    ck_assert_int_eq(next(), -1);
    naming_queue_done(&queue, p);
    ck_assert_int_eq(next(), 1);
    ck_assert_int_eq(next(), 2);
}
END_TEST

START_TEST(the_longest_line_loses_its_last)
{
    struct naming_place *out;
    int i;

    naming_queue_init(&queue, 10);
    for (i = 0; i < 8; i++)
        put(i, 1000);
    put(20, 1001);
    put(21, 1002);
    /* the newcomer's own line is the longest */
    ck_assert_int_eq(naming_queue_put(&queue, 1000, &places[8], &out), 0);
    ck_assert_ptr_eq(out, &places[8]);
    /* another's is */
    ck_assert_int_eq(naming_queue_put(&queue, 1003, &places[22], &out), 0);
    ck_assert_ptr_eq(out, &places[7]);
    ck_assert_int_eq(naming_queue_put(&queue, 1001, &places[23], &out), 0);
    ck_assert_ptr_eq(out, &places[6]);
    ck_assert_uint_eq(queue.count, 10);
    ck_assert_int_eq(next(), 0);
    ck_assert_int_eq(next(), 20);
    ck_assert_int_eq(next(), 21);
    ck_assert_int_eq(next(), 22);
    ck_assert_int_eq(next(), 1);
    ck_assert_int_eq(next(), 23);
}
END_TEST

/* Where all have one, the newcomer goes. */
START_TEST(a_full_queue_of_equals)
{
    struct naming_place *out;

    naming_queue_init(&queue, 2);
    put(0, 1);
    put(1, 2);
    ck_assert_int_eq(naming_queue_put(&queue, 3, &places[2], &out), 0);
    ck_assert_ptr_eq(out, &places[2]);
    ck_assert_int_eq(next(), 0);
    ck_assert_int_eq(next(), 1);
    ck_assert_int_eq(next(), -1);
}
END_TEST

START_TEST(it_can_be_emptied)
{
    int i, seen = 0;

    naming_queue_init(&queue, PLACES);
    for (i = 0; i < 12; i++)
        put(i, (uid_t)(i % 5));
    while (naming_queue_empty(&queue) != NULL)
        seen++;
    ck_assert_int_eq(seen, 12);
    ck_assert_uint_eq(queue.count, 0);
    put(0, 7);
    ck_assert_int_eq(next(), 0);
}
END_TEST

TESTS_BEGIN("naming_queue")
TEST(accounts_take_turns)
TEST(one_at_a_time_of_an_account)
TEST(the_longest_line_loses_its_last)
TEST(a_full_queue_of_equals)
TEST(it_can_be_emptied)
TESTS_END
