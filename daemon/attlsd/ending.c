/* See ending.h. */

#include "attlsd/ending.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/fd.h"

enum { LOOK_MS = 100 };

/* The process ends once: this outlives a wait that was given up. */
static struct {
    struct ending e;
    int done; /* readable once the work is done */
} the;

static void *run(void *arg)
{
    uint64_t one = 1;

    (void)arg;
    the.e.work(the.e.arg);
    while (write(the.done, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
    return NULL;
}

/* SIGTERM and SIGINT that have come meanwhile. */
static unsigned asked_again(const sigset_t *signals)
{
    static const struct timespec at_once = {0, 0};
    unsigned n = 0;
    int sig;

    while ((sig = sigtimedwait(signals, NULL, &at_once)) > 0)
        n += sig == SIGTERM || sig == SIGINT;
    return n;
}

static bool wait_for_work(const sigset_t *signals)
{
    struct pollfd p = {.fd = the.done, .events = POLLIN};
    uint64_t until = clock_ms() + the.e.limit_ms, now;
    unsigned asked = 0, more;

    for (;;) {
        if (poll(&p, 1, LOOK_MS) > 0)
            return true;
        now = clock_ms();
        more = asked_again(signals);
        if (asked == 0 && more != 0) {
            the.e.hurry(the.e.arg);
            if (until > now + ENDING_HURRY_MS)
                until = now + ENDING_HURRY_MS;
        }
        asked += more;
        if (asked > 1 || now >= until)
            return false;
    }
}

bool ending_wait(const struct ending *e, const sigset_t *signals)
{
    pthread_t thread;
    bool done;

    the.e = *e;
    the.done = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (the.done < 0 || pthread_create(&thread, NULL, run, NULL) != 0) {
        e->work(e->arg); /* without a thread nobody looks after it */
        fd_close(&the.done);
        return true;
    }
    done = wait_for_work(signals);
    if (done) {
        pthread_join(thread, NULL);
        fd_close(&the.done);
    } else {
        pthread_detach(thread);
    }
    return done;
}
