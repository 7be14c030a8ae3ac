/* The pool of pipes: bounded, and empty again when nothing is under way. */

#include "relay/pipes.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/suite.h"

START_TEST(lends_one_again)
{
    struct pipes pool = {0};
    struct pipe *p = pipes_get(&pool);

    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->len, 0);
    ck_assert_int_ne(fcntl(p->from, F_GETFL) & O_NONBLOCK, 0);
    pipes_put(&pool, p);
    ck_assert_uint_eq(pool.idle_count, 1);
    ck_assert_ptr_eq(pipes_get(&pool), p);
    ck_assert_uint_eq(pool.count, 1);
    pipes_put(&pool, p);
    pipes_put(&pool, NULL);
    pipes_done(&pool);
    ck_assert_uint_eq(pool.count, 0);
}
END_TEST

/* Nobody gets another's bytes. */
START_TEST(closes_one_that_has_bytes)
{
    struct pipes pool = {0};
    struct pipe *p = pipes_get(&pool);
    int from = p->from;

    p->len = 1;
    pipes_put(&pool, p);
    ck_assert_uint_eq(pool.idle_count, 0);
    ck_assert_uint_eq(pool.count, 0);
    ck_assert_int_lt(fcntl(from, F_GETFL), 0);
}
END_TEST

START_TEST(has_a_limit)
{
    struct pipes pool = {0};
    struct pipe *p[PIPES_MAX];
    int i;

    for (i = 0; i < PIPES_MAX; i++) {
        p[i] = pipes_get(&pool);
        ck_assert_ptr_nonnull(p[i]);
    }
    ck_assert_ptr_null(pipes_get(&pool));
    for (i = 0; i < PIPES_MAX; i++)
        pipes_put(&pool, p[i]);
    ck_assert_uint_eq(pool.idle_count, PIPES_IDLE);
    ck_assert_uint_eq(pool.count, PIPES_IDLE);
    pipes_done(&pool);
}
END_TEST

START_TEST(does_without_descriptors)
{
    struct pipes pool = {0};
    struct rlimit was, none;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
    none = was;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_ptr_null(pipes_get(&pool));
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &was), 0);
    ck_assert_uint_eq(pool.count, 0);
}
END_TEST

TESTS_BEGIN("pipes")
TEST(lends_one_again)
TEST(closes_one_that_has_bytes)
TEST(has_a_limit)
TEST(does_without_descriptors)
TESTS_END
