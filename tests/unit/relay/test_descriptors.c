/* What is kept of the table of descriptors. */

#include "relay/descriptors.h"

#include <limits.h>
#include <sys/resource.h>

#include "relay/testing.h"
#include "support/suite.h"

static const struct {
    unsigned long limit, kept;
} parts[] = {{16, 4}, {256, 64}, {768, 192}, {1024, 192}, {1048576, 192}};

START_TEST(keeps_some_for_the_console)
{
    ck_assert_uint_eq(descriptors_kept(parts[_i].limit), parts[_i].kept);
}
END_TEST

/* The limit is raised as far as it goes, and the highest numbers are kept. */
START_TEST(raises_the_limit)
{
    struct rlimit l = {256, 1024};

    ck_assert_uint_eq(descriptors_connections(), ULONG_MAX);
    ck_assert(!descriptors_is_kept(INT_MAX));
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &l), 0);
    descriptors_begin(_i == 1);
    getrlimit(RLIMIT_NOFILE, &l);
    ck_assert_uint_eq(l.rlim_cur, 1024);
    ck_assert(!descriptors_is_kept(-1));
    ck_assert(!descriptors_is_kept(1024 - 192 - 1));
    ck_assert(descriptors_is_kept(1024 - 192));
    ck_assert_uint_eq(descriptors_connections(), _i == 1 ? 288 : 384);
    ck_assert_uint_eq(descriptors_runs(), _i == 1 ? 192 : 0);
}
END_TEST

TESTS_BEGIN("descriptors")
TEST_ROWS(keeps_some_for_the_console, parts)
tcase_add_loop_test(tc, raises_the_limit, 0, 2);
TESTS_END
