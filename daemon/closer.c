/* See closer.h. */

#include "daemon/closer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "util/fd.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum {
    THREADS_MAX = 4,
    IDLE_S = 5,    /* then a thread ends */
    PATIENCE = 20, /* milliseconds that one socket may wait for its partner */
    FINISH_S = 1
};

struct item {
    int fd;
    bool reset;
};

/* The newest is closed first: others need not wait behind those that wait. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t more, fewer;
    struct item *item;
    size_t count, room;
    unsigned long waiting; /* with those that are being closed */
    unsigned threads, idle;
    bool finishing;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER,
         .more = PTHREAD_COND_INITIALIZER,
         .fewer = PTHREAD_COND_INITIALIZER};

/* ---- a thread ---- */

static void on_signal(int sig)
{
    (void)sig; /* it ends the wait in close() */
}

/* A signal to this thread every PATIENCE milliseconds, while it is set. */
static bool make_timer(timer_t *ret)
{
    struct sigaction act = {.sa_handler = on_signal};
    struct sigevent to = {.sigev_notify = SIGEV_THREAD_ID,
                          .sigev_signo = SIGRTMIN};

    to.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
    return sigaction(SIGRTMIN, &act, NULL) == 0 &&
           timer_create(CLOCK_MONOTONIC, &to, ret) == 0;
}

static void set_timer(timer_t timer, long milliseconds)
{
    struct timespec ts = {0, milliseconds * 1000000};
    struct itimerspec when = {ts, ts};

    timer_settime(timer, 0, &when, NULL);
}

static void close_item(struct item *i)
{
    struct linger none = {0, 0};

    if (i->reset) {
        fd_reset(&i->fd);
        return;
    }
    setsockopt(i->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
    fd_close(&i->fd);
}

static struct timespec in_seconds(time_t seconds)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_sec += seconds;
    return ts;
}

/* With the lock. False: there was nothing for a while. */
static bool wait_for_more(void)
{
    struct timespec until = in_seconds(IDLE_S);
    int error = 0;

    all.idle++;
    while (all.count == 0 && !all.finishing && error == 0)
        error = pthread_cond_timedwait(&all.more, &all.lock, &until);
    all.idle--;
    return all.count != 0;
}

static void *run(void *arg)
{
    timer_t timer;
    bool timed = make_timer(&timer);
    struct item i;

    (void)arg;
    pthread_mutex_lock(&all.lock);
    while (wait_for_more()) {
        i = all.item[--all.count];
        pthread_mutex_unlock(&all.lock);
        if (timed)
            set_timer(timer, PATIENCE);
        close_item(&i);
        if (timed)
            set_timer(timer, 0);
        pthread_mutex_lock(&all.lock);
        all.waiting--;
        pthread_cond_broadcast(&all.fewer);
    }
    all.threads--;
    pthread_cond_broadcast(&all.fewer);
    pthread_mutex_unlock(&all.lock);
    if (timed)
        timer_delete(timer);
    return NULL;
}

/* With the lock. Without a thread they wait for one that can be made. */
static void start_thread(void)
{
    sigset_t mask, old;
    pthread_attr_t attr;
    pthread_t thread;

    if (pthread_attr_init(&attr) != 0)
        return;
    sigfillset(&mask);
    sigdelset(&mask, SIGRTMIN);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &mask, &old);
    if (pthread_create(&thread, &attr, run, NULL) == 0)
        all.threads++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
}

/* ---- for all ---- */

static bool has_room(void)
{
    size_t room = all.room != 0 ? all.room * 2 : 64;
    struct item *more;

    if (all.count < all.room)
        return true;
    more = realloc(all.item, room * sizeof(*more));
    if (more == NULL)
        return false;
    all.item = more;
    all.room = room;
    return true;
}

static void put(int *fd, bool reset)
{
    struct item i = {*fd, reset};
    bool taken;

    if (*fd < 0)
        return;
    *fd = -1;
    pthread_mutex_lock(&all.lock);
    taken = has_room();
    if (taken) {
        all.item[all.count++] = i;
        all.waiting++;
        if (all.idle < all.count && all.threads < THREADS_MAX)
            start_thread();
        pthread_cond_signal(&all.more);
    }
    pthread_mutex_unlock(&all.lock);
    if (!taken) /* better late than never */
        close_item(&i);
}

void closer_put(int *fd)
{
    put(fd, false);
}

void closer_reset(int *fd)
{
    put(fd, true);
}

unsigned long closer_waiting(void)
{
    unsigned long n;

    pthread_mutex_lock(&all.lock);
    n = all.waiting;
    pthread_mutex_unlock(&all.lock);
    return n;
}

void closer_finish(void)
{
    struct timespec until = in_seconds(FINISH_S);
    int error = 0;

    pthread_mutex_lock(&all.lock);
    while ((all.waiting != 0 || all.threads != 0) && error == 0) {
        all.finishing = all.waiting == 0;
        pthread_cond_broadcast(&all.more);
        error = pthread_cond_timedwait(&all.fewer, &all.lock, &until);
    }
    all.finishing = false;
    if (all.waiting == 0) {
        free(all.item);
        all.item = NULL;
        all.room = 0;
    }
    pthread_mutex_unlock(&all.lock);
}
