#include "util/error.h"

#include <errno.h>
#include <string.h>

#include "support/suite.h"

START_TEST(an_error_has_code_and_text)
{
    struct error err;

    ck_assert_int_eq(error_set(&err, ERR_LIMIT, "%d is over %d", 7, 5),
                     ERR_LIMIT);
    ck_assert_int_eq(err.code, ERR_LIMIT);
    ck_assert_str_eq(err.text, "7 is over 5");
}
END_TEST

START_TEST(an_error_may_be_null)
{
    ck_assert_int_eq(error_set(NULL, ERR_DENIED, "x"), ERR_DENIED);
    ck_assert_int_eq(error_nomem(NULL), ERR_NOMEM);
    errno = EPERM;
    ck_assert_int_eq(error_errno(NULL, "x"), ERR_SYSTEM);
}
END_TEST

START_TEST(an_error_has_the_text_of_errno)
{
    struct error err;

    errno = ENOENT;
    ck_assert_int_eq(error_errno(&err, "%s: can't open", "ring"), ERR_SYSTEM);
    ck_assert_str_eq(err.text, "ring: can't open: No such file or directory");
}
END_TEST

START_TEST(an_error_that_is_too_long_is_cut)
{
    struct error err;
    char big[2 * sizeof(err.text)];

    memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';
    errno = EIO;
    error_errno(&err, "%s", big);
    ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
    error_set(&err, ERR_VALUE, "%s", big);
    ck_assert_uint_eq(strlen(err.text), sizeof(err.text) - 1);
}
END_TEST

TESTS_BEGIN("error")
TEST(an_error_has_code_and_text)
TEST(an_error_may_be_null)
TEST(an_error_has_the_text_of_errno)
TEST(an_error_that_is_too_long_is_cut)
TESTS_END
