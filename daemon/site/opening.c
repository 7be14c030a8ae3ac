/* See opening.h. */

#include "site/opening.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include "util/clock.h"
#include "util/error.h"
#include "util/thread.h"

/* One that hangs holds up no other, as long as not all do. */
enum { THREADS_MAX = 4 };

struct waiting {
    SLIST_ENTRY(waiting) next;
    struct opening_waiter who;
};

struct opening {
    STAILQ_ENTRY(opening) next;
    struct openings *all;
    opening_fn work;
    void *arg;
    unsigned refs; /* under the lock of ALL, as the next two */
    bool done;
    SLIST_HEAD(, waiting) waiting;
};

struct openings {
    pthread_mutex_t lock;
    pthread_cond_t more, done; /* something to do; a work or thread ended */
    STAILQ_HEAD(, opening) queue;
    pthread_t thread[THREADS_MAX]; /* the first STARTED; joined when all end */
    unsigned started, threads, idle, queued;
    bool stop;
    openings_tick_fn tick; /* NULL: none */
    void *tick_arg;
    unsigned tick_ms;
    uint64_t tick_at;
};

uint64_t openings_clock(void)
{
    return clock_ms();
}

static void wait_until(pthread_cond_t *cond, struct openings *o, uint64_t at)
{
    struct timespec ts = {(time_t)(at / 1000), (long)(at % 1000) * 1000000};

    pthread_cond_timedwait(cond, &o->lock, &ts);
}

struct openings *openings_new(void)
{
    struct openings *o = calloc(1, sizeof(*o));

    if (o == NULL)
        return NULL;
    pthread_mutex_init(&o->lock, NULL);
    thread_cond_init(&o->more);
    thread_cond_init(&o->done);
    STAILQ_INIT(&o->queue);
    return o;
}

/* With the lock. */
static void release(struct opening *w)
{
    if (--w->refs == 0)
        free(w);
}

struct opening *opening_ref(struct opening *w)
{
    pthread_mutex_lock(&w->all->lock);
    w->refs++;
    pthread_mutex_unlock(&w->all->lock);
    return w;
}

void opening_unref(struct opening *w)
{
    struct openings *o = w->all;

    pthread_mutex_lock(&o->lock);
    release(w);
    pthread_mutex_unlock(&o->lock);
}

/* ---- the threads ---- */

/* With the lock, so that nobody is woken after openings_stop(). */
static void wake(struct opening *w)
{
    struct waiting *who;

    while ((who = SLIST_FIRST(&w->waiting)) != NULL) {
        SLIST_REMOVE_HEAD(&w->waiting, next);
        if (!w->all->stop)
            who->who.wake(who->who.arg);
        free(who);
    }
}

/* With the lock, which it lets go meanwhile. */
static void work_next(struct openings *o)
{
    struct opening *w = STAILQ_FIRST(&o->queue);
    bool dropped = o->stop;

    STAILQ_REMOVE_HEAD(&o->queue, next);
    o->queued--;
    pthread_mutex_unlock(&o->lock);
    w->work(w->arg, dropped);
    pthread_mutex_lock(&o->lock);
    w->done = true;
    wake(w);
    release(w);
    pthread_cond_broadcast(&o->done);
}

static void tick(struct openings *o)
{
    openings_tick_fn fn = o->tick;
    void *arg = o->tick_arg;
    bool more;

    o->tick = NULL; /* one at a time */
    pthread_mutex_unlock(&o->lock);
    more = fn(arg);
    pthread_mutex_lock(&o->lock);
    if (!more || o->tick != NULL)
        return;
    o->tick = fn;
    o->tick_arg = arg;
    o->tick_at = openings_clock() + o->tick_ms;
}

static void wait_for_more(struct openings *o)
{
    o->idle++;
    if (o->tick != NULL)
        wait_until(&o->more, o, o->tick_at);
    else
        pthread_cond_wait(&o->more, &o->lock);
    o->idle--;
}

static void *run(void *arg)
{
    struct openings *o = arg;

    pthread_mutex_lock(&o->lock);
    while (!o->stop || !STAILQ_EMPTY(&o->queue)) {
        if (!STAILQ_EMPTY(&o->queue))
            work_next(o);
        else if (o->tick != NULL && openings_clock() >= o->tick_at)
            tick(o);
        else
            wait_for_more(o);
    }
    o->threads--;
    pthread_cond_broadcast(&o->done);
    pthread_mutex_unlock(&o->lock);
    return NULL;
}

/* With the lock. */
static bool start_thread(struct openings *o)
{
    bool started = thread_start(&o->thread[o->started], run, o) == 0;

    o->started += started;
    o->threads += started;
    return started;
}

/* With the lock. False: there is no thread at all. */
static bool call_thread(struct openings *o)
{
    if (o->idle < o->queued && o->threads < THREADS_MAX)
        start_thread(o);
    pthread_cond_signal(&o->more);
    return o->threads != 0;
}

/* They are about to end: what OpenSSL keeps for a thread is freed by its end.
 */
static void join_threads(struct openings *o)
{
    while (o->started != 0)
        pthread_join(o->thread[--o->started], NULL);
}

bool openings_stop(struct openings *o, unsigned limit_ms)
{
    uint64_t end = openings_clock() + limit_ms;
    bool ended;

    pthread_mutex_lock(&o->lock);
    o->stop = true;
    pthread_cond_broadcast(&o->more);
    pthread_cond_broadcast(&o->done); /* who waits in opening_join() */
    while (o->threads != 0 && openings_clock() < end)
        wait_until(&o->done, o, end);
    ended = o->threads == 0;
    pthread_mutex_unlock(&o->lock);
    if (ended)
        join_threads(o);
    return ended;
}

void openings_free(struct openings *o)
{
    if (o == NULL)
        return;
    pthread_cond_destroy(&o->more);
    pthread_cond_destroy(&o->done);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

/* ---- a piece of work ---- */

int opening_begin(struct openings *o, opening_fn work, void *arg,
                  struct opening **ret)
{
    struct opening *w = calloc(1, sizeof(*w));
    bool taken;

    if (w == NULL)
        return ERR_NOMEM;
    *w = (struct opening){.all = o, .work = work, .arg = arg, .refs = 2};
    SLIST_INIT(&w->waiting);
    pthread_mutex_lock(&o->lock);
    o->queued++;
    taken = !o->stop && call_thread(o);
    if (taken)
        STAILQ_INSERT_TAIL(&o->queue, w, next);
    else
        o->queued--;
    pthread_mutex_unlock(&o->lock);
    if (!taken) {
        free(w);
        return ERR_SYSTEM;
    }
    *ret = w;
    return 0;
}

static bool is_known(const struct opening *w, const struct opening_waiter *who)
{
    const struct waiting *k;

    SLIST_FOREACH (k, &w->waiting, next)
        if (k->who.wake == who->wake && k->who.arg == who->arg)
            return true;
    return false;
}

/* A worker with many connections that wait is woken once. */
bool opening_wait(struct opening *w, const struct opening_waiter *waiter)
{
    struct openings *o = w->all;
    struct waiting *who;
    bool known = true;

    pthread_mutex_lock(&o->lock);
    if (w->done) {
        waiter->wake(waiter->arg);
    } else if (!is_known(w, waiter)) {
        who = malloc(sizeof(*who));
        known = who != NULL;
        if (known) {
            who->who = *waiter;
            SLIST_INSERT_HEAD(&w->waiting, who, next);
        }
    }
    pthread_mutex_unlock(&o->lock);
    return known;
}

bool opening_join(struct opening *w, uint64_t deadline)
{
    struct openings *o = w->all;
    bool done;

    pthread_mutex_lock(&o->lock);
    while (!w->done && !o->stop && openings_clock() < deadline)
        wait_until(&o->done, o, deadline);
    done = w->done;
    pthread_mutex_unlock(&o->lock);
    return done;
}

void openings_tick(struct openings *o, openings_tick_fn fn, void *arg,
                   unsigned ms)
{
    pthread_mutex_lock(&o->lock);
    if (!o->stop && o->tick == NULL && (o->threads != 0 || start_thread(o))) {
        o->tick = fn;
        o->tick_arg = arg;
        o->tick_ms = ms;
        o->tick_at = openings_clock() + ms;
        pthread_cond_signal(&o->more);
    }
    pthread_mutex_unlock(&o->lock);
}
