/* Work that may hang is waited for so long and no longer. */

#include "site/bounded.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "support/suite.h"

enum { SHORT_MS = 100, LONG_MS = 60 * 1000 };

static atomic_bool hangs;
static atomic_int worked, dropped;

static void work(void *arg)
{
    (void)arg;
    while (hangs)
        poll(NULL, 0, 1);
    worked++;
}

static void drop(void *arg)
{
    ck_assert_ptr_eq(arg, &worked);
    dropped++;
}

START_TEST(waits_until_it_is_done)
{
    struct error err;
    int i;

    for (i = 0; i < 2 * BOUNDED_MAX; i++)
        ck_assert_int_eq(bounded_run(work, drop, &worked, LONG_MS, &err), 0);
    ck_assert_int_eq(worked, 2 * BOUNDED_MAX);
    ck_assert_int_eq(dropped, 0); /* what it had is the caller's again */
    ck_assert_uint_eq(bounded_running(), 0);
}
END_TEST

/* A few may hang, then nothing is begun; what comes back late is dropped, and
 * there is room again. */
START_TEST(goes_on_without_what_hangs)
{
    struct error err;
    int i;

    hangs = true;
    for (i = 0; i < BOUNDED_MAX; i++)
        ck_assert_int_eq(bounded_run(work, drop, &worked, SHORT_MS, &err),
                         ERR_LIMIT);
    ck_assert_str_eq(err.text, "no answer in 0 seconds");
    ck_assert_int_eq(dropped, 0);
    ck_assert_int_eq(bounded_run(work, drop, &worked, LONG_MS, &err),
                     ERR_SYSTEM);
    ck_assert_ptr_nonnull(strstr(err.text, "hang in a file system"));
    ck_assert_int_eq(dropped, 1);
    ck_assert_uint_eq(bounded_running(), BOUNDED_MAX);
    hangs = false;
    for (i = 0; i < LONG_MS && dropped != BOUNDED_MAX + 1; i++)
        poll(NULL, 0, 1);
    ck_assert_int_eq(dropped, BOUNDED_MAX + 1);
    ck_assert_int_eq(worked, BOUNDED_MAX);
    ck_assert_int_eq(bounded_run(work, drop, &worked, LONG_MS, &err), 0);
}
END_TEST

TESTS_BEGIN("bounded")
TEST(waits_until_it_is_done)
TEST(goes_on_without_what_hangs)
TESTS_END
