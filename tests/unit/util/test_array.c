/* util/array: elements are added at the end; a failure changes nothing. */

#include "util/array.h"

#include <errno.h>
#include <stdlib.h>

#include "support/faults.h"
#include "support/suite.h"

START_TEST(adds_zeroed_elements)
{
    struct pair {
        int a;
        char *b;
    } *list = NULL, *p;
    size_t n = 0, i;

    for (i = 0; i < 100; i++) {
        p = array_add(&list, &n, sizeof(*p));
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq(n, i + 1);
        ck_assert_ptr_eq(p, &list[i]);
        ck_assert_int_eq(p->a, 0);
        ck_assert_ptr_null(p->b);
        p->a = (int)i;
        p->b = (char *)p;
    }
    for (i = 0; i < n; i++)
        ck_assert_int_eq(list[i].a, (int)i);
    free(list);
}
END_TEST

START_TEST(a_failure_changes_nothing)
{
    int *list = NULL, *before;
    size_t n = 0;

    ck_assert_ptr_nonnull(array_add(&list, &n, sizeof(*list)));
    *list = 7;
    before = list;
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(array_add(&list, &n, sizeof(*list)));
    ck_assert(fault_struck(FAULT_MEMORY));
    ck_assert_ptr_eq(list, before);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(*list, 7);
    free(list);
}
END_TEST

TESTS_BEGIN("array")
TEST(adds_zeroed_elements)
TEST(a_failure_changes_nothing)
TESTS_END
