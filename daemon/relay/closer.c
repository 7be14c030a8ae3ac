/* See closer.h. */

#include "relay/closer.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "relay/testing.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/thread.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum {
    THREADS_MAX = 4, /* of a lane */
    IDLE_S = 5,      /* then a thread ends */
    PATIENCE = 2,    /* milliseconds that one socket may wait for its partner */
    FINISH_S = 1
};

struct item {
    int fd;
    bool reset;
    uid_t from;
};

/* The newest is closed first: others need not wait behind those that wait. */
struct lane {
    pthread_cond_t more;
    struct item *item;
    size_t count, room;
    struct item now[THREADS_MAX]; /* being closed; fd -1: none */
    bool taken[THREADS_MAX];      /* the thread of that place runs */
    unsigned threads, idle;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t fewer;
    struct lane sockets, junk;
    bool finishing;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

static pthread_once_t made = PTHREAD_ONCE_INIT;

/* Nobody who sets the clock makes a wait longer or shorter. */
static void make_conditions(void)
{
    thread_cond_init(&all.fewer);
    thread_cond_init(&all.sockets.more);
    thread_cond_init(&all.junk.more);
}

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
    if (i->reset) {
        fd_reset(&i->fd);
        return;
    }
    fd_end_hard(i->fd, false);
    fd_close(&i->fd);
}

/* With the lock. False: there was nothing for a while. */
static bool wait_for_more(struct lane *l)
{
    struct timespec until = clock_in_ms(IDLE_S * 1000);
    int error = 0;

    l->idle++;
    while (l->count == 0 && !all.finishing && error == 0)
        error = pthread_cond_timedwait(&l->more, &all.lock, &until);
    l->idle--;
    return l->count != 0;
}

/* With the lock, but for the close itself. */
static void close_next(struct lane *l, unsigned place, timer_t *timer)
{
    struct item i = l->now[place] = l->item[--l->count];

    pthread_mutex_unlock(&all.lock);
    if (timer != NULL)
        set_timer(*timer, PATIENCE);
    close_item(&i);
    if (timer != NULL)
        set_timer(*timer, 0);
    pthread_mutex_lock(&all.lock);
    l->now[place].fd = -1;
    pthread_cond_broadcast(&all.fewer);
}

static unsigned take_place(struct lane *l)
{
    unsigned i = 0;

    while (l->taken[i])
        i++;
    l->taken[i] = true;
    l->now[i].fd = -1;
    return i;
}

static void *run(void *arg)
{
    struct lane *l = arg;
    timer_t timer;
    bool timed = make_timer(&timer);
    unsigned place;

    pthread_mutex_lock(&all.lock);
    place = take_place(l);
    while (wait_for_more(l))
        close_next(l, place, timed ? &timer : NULL);
    l->taken[place] = false;
    l->threads--;
    pthread_cond_broadcast(&all.fewer);
    pthread_mutex_unlock(&all.lock);
    if (timed)
        timer_delete(timer);
    return NULL;
}

/* With the lock. Without a thread they wait for one that can be made. */
static void start_thread(struct lane *l)
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
    if (pthread_create(&thread, &attr, run, l) == 0)
        l->threads++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
}

/* ---- for all ---- */

static bool has_room(struct lane *l)
{
    size_t room = l->room != 0 ? l->room * 2 : 64;
    struct item *more;

    if (l->count < l->room)
        return true;
    more = realloc(l->item, room * sizeof(*more));
    if (more == NULL)
        return false;
    l->item = more;
    l->room = room;
    return true;
}

static void put(struct lane *l, int *fd, bool reset, uid_t from)
{
    struct item i = {*fd, reset, from};
    bool taken;

    if (*fd < 0)
        return;
    *fd = -1;
    pthread_once(&made, make_conditions);
    pthread_mutex_lock(&all.lock);
    taken = has_room(l);
    if (taken) {
        l->item[l->count++] = i;
        if (l->idle < l->count && l->threads < THREADS_MAX)
            start_thread(l);
        pthread_cond_signal(&l->more);
    }
    pthread_mutex_unlock(&all.lock);
    if (!taken) /* better late than never */
        close_item(&i);
}

void closer_put(int *fd)
{
    put(&all.sockets, fd, false, 0);
}

void closer_reset(int *fd)
{
    put(&all.sockets, fd, true, 0);
}

void closer_junk(int *fd, uid_t from)
{
    put(&all.junk, fd, true, from);
}

/* With the lock. FROM: NULL: anybody's. */
static unsigned long waiting(const struct lane *l, const uid_t *from)
{
    unsigned long n = 0;
    size_t i;

    for (i = 0; i < l->count; i++)
        n += from == NULL || l->item[i].from == *from;
    for (i = 0; i < THREADS_MAX; i++)
        n += l->taken[i] && l->now[i].fd >= 0 &&
             (from == NULL || l->now[i].from == *from);
    return n;
}

static unsigned long waiting_in_all(void)
{
    return waiting(&all.sockets, NULL) + waiting(&all.junk, NULL);
}

unsigned long closer_owes(uid_t from)
{
    unsigned long n;

    pthread_mutex_lock(&all.lock);
    n = waiting(&all.junk, &from);
    pthread_mutex_unlock(&all.lock);
    return n;
}

unsigned long closer_waiting(void)
{
    unsigned long n;

    pthread_mutex_lock(&all.lock);
    n = waiting_in_all();
    pthread_mutex_unlock(&all.lock);
    return n;
}

static void drop_room(struct lane *l)
{
    free(l->item);
    l->item = NULL;
    l->room = 0;
}

void closer_finish(void)
{
    struct timespec until = clock_in_ms(FINISH_S * 1000);
    int error = 0;

    pthread_once(&made, make_conditions);
    pthread_mutex_lock(&all.lock);
    while ((waiting_in_all() != 0 ||
            all.sockets.threads + all.junk.threads != 0) &&
           error == 0) {
        all.finishing = waiting_in_all() == 0;
        pthread_cond_broadcast(&all.sockets.more);
        pthread_cond_broadcast(&all.junk.more);
        error = pthread_cond_timedwait(&all.fewer, &all.lock, &until);
    }
    all.finishing = false;
    if (waiting_in_all() == 0) {
        drop_room(&all.sockets);
        drop_room(&all.junk);
    }
    pthread_mutex_unlock(&all.lock);
}
