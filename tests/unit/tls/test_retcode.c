#include "tls/retcode.h"

#include <string.h>

#include "support/suite.h"

START_TEST(codes_ascend_and_are_explained)
{
    size_t i;

    ck_assert_uint_gt(retcode_count(), 75);
    for (i = 0; i < retcode_count(); i++) {
        const struct retcode *r = retcode_get(i);
        size_t len = strlen(r->meaning);

        ck_assert_msg(i == 0 || r->code > retcode_get(i - 1)->code,
                      "%d is out of order", r->code);
        ck_assert_msg(len > 5 && r->meaning[len - 1] == '.', "%d: meaning",
                      r->code);
        ck_assert_ptr_eq(retcode_find(r->code), r);
    }
    ck_assert_ptr_null(retcode_find(2000));
    ck_assert_str_eq(retcode_find(414)->constant, "GSK_ERR_BAD_CERT");
}
END_TEST

TESTS_BEGIN("retcode")
TEST(codes_ascend_and_are_explained)
TESTS_END
