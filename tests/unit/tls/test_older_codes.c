/* System SSL's older return codes. */

#include "tls/older_codes.h"

#include <string.h>

#include "support/suite.h"
#include "tls/retcode.h"

START_TEST(rows_ascend_and_name_codes_of_today)
{
    const struct older_code *c;
    size_t i;

    for (i = 0; (c = older_code_get(i)) != NULL; i++) {
        ck_assert_msg(c->code < 0, "%d", c->code);
        ck_assert_msg(i == 0 || c->code > older_code_get(i - 1)->code,
                      "%d is out of order", c->code);
        ck_assert_ptr_eq(older_code_find(c->code), c);
        if (c->today != 0)
            ck_assert_msg(retcode_find(c->today) != NULL && c->meaning == NULL,
                          "%d", c->code);
        else
            ck_assert_msg(c->meaning[strlen(c->meaning) - 1] == '.', "%d",
                          c->code);
    }
    ck_assert_ptr_null(older_code_find(0));
    ck_assert_ptr_null(older_code_find(-23));
    ck_assert_int_eq(older_code_find(-22)->today, 420);
}
END_TEST

TESTS_BEGIN("older_codes")
TEST(rows_ascend_and_name_codes_of_today)
TESTS_END
