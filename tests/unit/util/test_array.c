/* util/array: elements are added at the end; a failure changes nothing. */

#include "util/array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "support/faults.h"
#include "support/suite.h"

START_TEST(array_adds_zeroed_elements)
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

START_TEST(array_without_memory_is_as_before)
{
    int *list = NULL, *before;
    size_t n = 0, i;

    for (i = 0; i < 4; i++)
        ck_assert_ptr_nonnull(array_add(&list, &n, sizeof(*list)));
    list[3] = 7;
    before = list;
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(array_add(&list, &n, sizeof(*list)));
    ck_assert(fault_struck(FAULT_MEMORY));
    ck_assert_ptr_eq(list, before);
    ck_assert_uint_eq(n, 4);
    ck_assert_int_eq(list[3], 7);
    free(list);
}
END_TEST

/* Room for 4, 8, 16 ... 1024: nine times. The asserts need memory too. */
START_TEST(array_asks_for_memory_now_and_then)
{
    char *list = NULL, *last = (char *)&list;
    bool struck;
    size_t n = 0;

    fault_set(FAULT_MEMORY, 10, ENOMEM);
    while (n < 1024 && last != NULL)
        last = array_add(&list, &n, 1);
    struck = fault_struck(FAULT_MEMORY);
    last = array_add(&list, &n, 1);
    fault_set(FAULT_MEMORY, 0, 0);
    ck_assert(!struck);
    ck_assert_uint_eq(n, 1024);
    ck_assert_ptr_null(last);
    free(list);
}
END_TEST

/* Up and down over the counts at which the room changes. */
START_TEST(array_may_be_counted_down)
{
    size_t *list = NULL, n = 0, top, i;

    for (top = 1; top < 40; top++) {
        while (n < top)
            *(size_t *)array_add(&list, &n, sizeof(*list)) = n;
        n = top / 2;
        for (i = 0; i < n; i++)
            ck_assert_uint_eq(list[i], i + 1);
    }
    free(list);
}
END_TEST

TESTS_BEGIN("array")
TEST(array_adds_zeroed_elements)
TEST(array_without_memory_is_as_before)
TEST(array_asks_for_memory_now_and_then)
TEST(array_may_be_counted_down)
TESTS_END
