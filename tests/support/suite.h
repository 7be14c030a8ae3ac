#ifndef SUPPORT_SUITE_H
#define SUPPORT_SUITE_H

/*
 * The main() of a unit test program: one suite, one test case, each test
 * function added once or once a row of its table.
 *
 *     TESTS_BEGIN("arena")
 *     TEST(refuses_overflow)
 *     TEST_ROWS(aligns, alignments)
 *     TEST_TIMES(holds_for_any, 100)
 *     TESTS_END
 */

#include <check.h>
#include <stdlib.h>

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

#define TESTS_BEGIN(name)                                                      \
    int main(void)                                                             \
    {                                                                          \
        Suite *suite = suite_create(name);                                     \
        TCase *tc = tcase_create(name);                                        \
        SRunner *runner;                                                       \
        int failed;                                                            \
        suite_add_tcase(suite, tc);

#define TEST(test)             tcase_add_test(tc, test);
#define TEST_ROWS(test, table) tcase_add_loop_test(tc, test, 0, ROWS(table));
/* Once for each _i below N: properties, with _i as the seed. */
#define TEST_TIMES(test, n) tcase_add_loop_test(tc, test, 0, n);

#define TESTS_END                                                              \
    runner = srunner_create(suite);                                            \
    srunner_run_all(runner, CK_NORMAL);                                        \
    failed = srunner_ntests_failed(runner);                                    \
    srunner_free(runner);                                                      \
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;                          \
    }

#endif
