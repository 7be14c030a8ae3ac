/* The end that always comes: a wait of a limited time for work that may hang,
 * and the signals that ask again. */

#include "attlsd/ending.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "support/suite.h"

enum { SHORT_MS = 300, LONG_MS = 60 * 1000 };

static atomic_int hurried;
static atomic_bool hangs;

static uint64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void nap(void)
{
    static const struct timespec moment = {0, 1000 * 1000};

    nanosleep(&moment, NULL);
}

static void hurry(void *arg)
{
    (void)arg;
    hurried++;
}

static void at_once(void *arg)
{
    (void)arg;
}

static void until_hurried(void *arg)
{
    (void)arg;
    kill(getpid(), SIGTERM);
    while (hurried == 0)
        nap();
}

static void for_ever(void *arg)
{
    (void)arg;
    while (hangs)
        nap();
}

static void asks_for_ever(void *arg)
{
    kill(getpid(), SIGINT);
    while (hurried == 0)
        nap();
    kill(getpid(), SIGTERM);
    for_ever(arg);
}

/* A reload that is asked for is no wish to end. */
static void asks_for_a_reload(void *arg)
{
    (void)arg;
    kill(getpid(), SIGHUP);
    poll(NULL, 0, SHORT_MS);
}

static const struct {
    const char *what;
    ending_fn work;
    unsigned long limit_ms;
    bool done;
    int hurried;
    unsigned long at_least_ms;
} endings[] = {
    {"work that ends", at_once, LONG_MS, true, 0, 0},
    {"a signal makes it hurry", until_hurried, LONG_MS, true, 1, 0},
    {"SIGHUP does not", asks_for_a_reload, LONG_MS, true, 0, 0},
    {"work that hangs", for_ever, SHORT_MS, false, 0, SHORT_MS},
    {"that does not hurry", asks_for_ever, LONG_MS, false, 1, 0},
};

START_TEST(the_end_comes)
{
    struct ending e = {endings[_i].work, hurry, NULL, endings[_i].limit_ms};
    uint64_t begun = now_ms(), took;
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    hangs = true;
    ck_assert_msg(ending_wait(&e, &signals) == endings[_i].done, "%s",
                  endings[_i].what);
    took = now_ms() - begun;
    ck_assert_msg(hurried == endings[_i].hurried, "%s: hurried %d times",
                  endings[_i].what, hurried);
    ck_assert_msg(took >= endings[_i].at_least_ms && took < LONG_MS / 2,
                  "%s: %lu ms", endings[_i].what, (unsigned long)took);
    hangs = false;
}
END_TEST

TESTS_BEGIN("ending")
TEST_ROWS(the_end_comes, endings)
TESTS_END
