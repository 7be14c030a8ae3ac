/* The releases, their names and their order. */

#include "zos/release.h"

#include "support/suite.h"

START_TEST(a_release_has_its_names)
{
    enum zos_release r;

    ck_assert_int_eq(zos_release_parse("2.3", &r, NULL), 0);
    ck_assert_int_eq(r, ZOS_2_3);
    ck_assert_str_eq(zos_release_shown(ZOS_2_3), "CS V2R3");
    ck_assert_str_eq(zos_release_shown(ZOS_3_1), "CS 3.1");
}
END_TEST

/* Names are in the order of the numbers, and each is read back. */
START_TEST(names_and_numbers_agree)
{
    enum zos_release r;
    int i;

    for (i = 0; i < ZOS_RELEASES; i++) {
        const char *name = zos_release_name((enum zos_release)i);

        ck_assert_int_eq(zos_release_parse(name, &r, NULL), 0);
        ck_assert_int_eq(r, i);
        if (i > 0)
            ck_assert_str_gt(name, zos_release_name((enum zos_release)(i - 1)));
    }
}
END_TEST

START_TEST(an_unknown_one_is_answered_with_those_that_are_known)
{
    enum zos_release r = ZOS_2_4;
    struct error err;

    ck_assert_int_eq(zos_release_parse("2.6", &r, &err), ERR_VALUE);
    ck_assert_int_eq(r, ZOS_2_4);
    ck_assert_str_eq(err.text, "release \"2.6\" is not known; 2.1, 2.2, 2.3, "
                               "2.4, 2.5, 3.1 and 3.2 are");
}
END_TEST

TESTS_BEGIN("release")
TEST(a_release_has_its_names)
TEST(names_and_numbers_agree)
TEST(an_unknown_one_is_answered_with_those_that_are_known)
TESTS_END
