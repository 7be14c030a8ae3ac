/* The counters: each can be found by its name and says what it counts. */

#include "relay/metrics.h"

#include <ctype.h>
#include <string.h>

#include "support/suite.h"

START_TEST(each_row_is_whole)
{
    struct counter_info info = counter_info((enum counter)_i);
    const char *p;
    int other;

    ck_assert_str_ne(info.name, "");
    for (p = info.name; *p != '\0'; p++)
        ck_assert_msg(islower((unsigned char)*p) || *p == '_', "%s", info.name);
    ck_assert_str_ne(info.unit, "");
    ck_assert(isupper((unsigned char)info.help[0]));
    ck_assert_int_eq(info.help[strlen(info.help) - 1], '.');
    for (other = 0; other < _i; other++)
        ck_assert_str_ne(info.name, counter_info((enum counter)other).name);
}
END_TEST

START_TEST(a_counter_adds)
{
    struct metrics m = {0};

    metrics_add(&m, COUNTER_BYTES_IN, 3);
    metrics_add(&m, COUNTER_BYTES_IN, UINT64_C(1) << 40);
    ck_assert_uint_eq(metrics_get(&m, COUNTER_BYTES_IN),
                      (UINT64_C(1) << 40) + 3);
    ck_assert_uint_eq(metrics_get(&m, COUNTER_BYTES_OUT), 0);
}
END_TEST

TESTS_BEGIN("metrics")
tcase_add_loop_test(tc, each_row_is_whole, 0, COUNTER_COUNT);
TEST(a_counter_adds)
TESTS_END
