/* See bounded.h. */

#include "site/bounded.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/clock.h"
#include "util/count.h"
#include "util/thread.h"

/* Whoever comes last, the thread or who waits for it, frees it. */
struct task {
    bounded_fn work, drop;
    void *arg;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done, alone; /* alone: nobody waits any more */
};

static atomic_uint running;

static struct task *task_new(bounded_fn work, bounded_fn drop, void *arg)
{
    struct task *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return NULL;
    *t = (struct task){.work = work, .drop = drop, .arg = arg};
    pthread_mutex_init(&t->lock, NULL);
    thread_cond_init(&t->ended);
    return t;
}

static void task_free(struct task *t)
{
    pthread_cond_destroy(&t->ended);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static void *run(void *arg)
{
    struct task *t = arg;
    bool alone;

    t->work(t->arg);
    atomic_fetch_sub(&running, 1);
    pthread_mutex_lock(&t->lock);
    t->done = true;
    alone = t->alone;
    pthread_cond_signal(&t->ended);
    pthread_mutex_unlock(&t->lock);
    if (alone) {
        t->drop(t->arg);
        task_free(t);
    }
    return NULL;
}

static int begin(struct task *t, pthread_t *ret, struct error *err)
{
    if (atomic_fetch_add(&running, 1) >= BOUNDED_MAX) {
        atomic_fetch_sub(&running, 1);
        return error_set(err, ERR_SYSTEM,
                         "%d earlier ones hang in a file system that does not "
                         "answer",
                         (int)BOUNDED_MAX);
    }
    errno = thread_start(ret, run, t);
    if (errno == 0)
        return 0;
    atomic_fetch_sub(&running, 1);
    return error_errno(err, "can't start a thread");
}

static bool wait_for(struct task *t, unsigned long limit_ms)
{
    struct timespec until = clock_in_ms(limit_ms);
    bool done;

    pthread_mutex_lock(&t->lock);
    while (!t->done && pthread_cond_timedwait(&t->ended, &t->lock, &until) == 0)
        ;
    done = t->done;
    t->alone = !done;
    pthread_mutex_unlock(&t->lock);
    return done;
}

int bounded_run(bounded_fn work, bounded_fn drop, void *arg,
                unsigned long limit_ms, struct error *err)
{
    struct task *t = task_new(work, drop, arg);
    pthread_t thread;
    int r = t != NULL ? begin(t, &thread, err) : error_nomem(err);

    if (r != 0) {
        drop(arg);
        if (t != NULL)
            task_free(t);
        return ERR_SYSTEM;
    }
    if (!wait_for(t, limit_ms)) {
        pthread_detach(thread);
        return error_set(err, ERR_LIMIT, "no answer in %s",
                         count_of(limit_ms / 1000, "second").text);
    }
    pthread_join(thread, NULL);
    task_free(t);
    return 0;
}

unsigned bounded_running(void)
{
    return atomic_load(&running);
}

/* ---- one file ---- */

struct reading {
    struct source *src;
    struct error err;
    int result;
    char path[];
};

static void read_file(void *arg)
{
    struct reading *r = arg;

    r->result = source_read(r->path, &r->src, &r->err);
}

static void drop_file(void *arg)
{
    struct reading *r = arg;

    source_unref(r->src);
    free(r);
}

int bounded_read(const char *path, unsigned long limit_ms, struct source **ret,
                 struct error *err)
{
    struct reading *r = calloc(1, sizeof(*r) + strlen(path) + 1);
    struct error why;
    int result;

    if (r == NULL)
        return error_nomem(err);
    strcpy(r->path, path);
    if (bounded_run(read_file, drop_file, r, limit_ms, &why) != 0)
        return error_set(err, ERR_LIMIT, "%s is not read: %s", path, why.text);
    result = r->result;
    if (result == 0)
        *ret = source_ref(r->src);
    else if (err != NULL)
        *err = r->err;
    drop_file(r);
    return result;
}
