/* Threads: no signal is theirs; and the clock that waits go by. */
#include "util/thread.h"

#include <errno.h>
#include <signal.h>

#include "support/suite.h"
#include "util/clock.h"

static void *mask_of(void *arg)
{
    pthread_sigmask(SIG_SETMASK, NULL, arg);
    return NULL;
}

START_TEST(no_signal_is_a_thread_s)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGCHLD, SIGUSR1};
    sigset_t theirs, before, after;
    pthread_t thread;
    size_t i;

    pthread_sigmask(SIG_SETMASK, NULL, &before);
    ck_assert_int_eq(thread_start(&thread, mask_of, &theirs), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        ck_assert_int_eq(sigismember(&theirs, signals[i]), 1);
        ck_assert_int_eq(sigismember(&after, signals[i]),
                         sigismember(&before, signals[i]));
    }
}
END_TEST

START_TEST(a_wait_goes_by_the_same_clock)
{
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    uint64_t began = clock_ms(), began_us = clock_us();
    struct timespec until = clock_in_ms(1050);
    pthread_cond_t cond;
    int r = 0;

    thread_cond_init(&cond);
    pthread_mutex_lock(&lock);
    while (r == 0)
        r = pthread_cond_timedwait(&cond, &lock, &until);
    pthread_mutex_unlock(&lock);
    ck_assert_int_eq(r, ETIMEDOUT);
    ck_assert_uint_ge(clock_ms(), began + 1050);
    ck_assert_uint_ge(clock_us(), began_us + 1050000);
    pthread_cond_destroy(&cond);
}
END_TEST

TESTS_BEGIN("thread")
TEST(no_signal_is_a_thread_s)
TEST(a_wait_goes_by_the_same_clock)
TESTS_END
