/* The agent's thread, and what it is asked for. */

#include "site/pagent.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "site/pagent_private.h"
#include "util/clock.h"
#include "util/thread.h"

enum { END_MS = 1000 }; /* what is being done may take that long at the end */

int pagent_new(const struct pagent_params *params, struct pagent **ret,
               struct error *err)
{
    struct pagent *p = calloc(1, sizeof(*p));
    struct snapshot *first;

    if (p == NULL)
        return error_nomem(err);
    p->params = *params;
    pthread_mutex_init(&p->lock, NULL);
    thread_cond_init(&p->more);
    thread_cond_init(&p->ended);
    STAILQ_INIT(&p->orders);
    first = snapshots_get(params->snapshots);
    p->coded_level = policy_agent(snapshot_policy(first)).log_level;
    atomic_init(&p->level, p->coded_level);
    file_marks_take(&p->marks, snapshot_policy(first));
    snapshot_unref(first);
    snapshots_watch(params->snapshots, pagent_trouble, p);
    *ret = p;
    return 0;
}

/* ---- the thread ---- */

/* With the lock. NULL: it is to end. */
static struct order *next_order(struct pagent *p)
{
    struct order *o;

    while (STAILQ_EMPTY(&p->orders) && !p->stopping)
        pthread_cond_wait(&p->more, &p->lock);
    o = p->stopping ? NULL : STAILQ_FIRST(&p->orders);
    if (o != NULL)
        STAILQ_REMOVE_HEAD(&p->orders, next);
    return o;
}

static void *run(void *arg)
{
    struct pagent *p = arg;
    struct order *o;

    pthread_mutex_lock(&p->lock);
    while ((o = next_order(p)) != NULL) {
        p->now = o;
        pthread_mutex_unlock(&p->lock);
        refresh_run(p, o);
        pthread_mutex_lock(&p->lock);
        p->now = NULL;
        free(o);
    }
    p->done = true;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

int pagent_start(struct pagent *p, struct error *err)
{
    errno = thread_start(&p->thread, run, p);
    if (errno != 0)
        return error_errno(err, "can't start the Policy Agent's thread");
    p->started = true;
    return 0;
}

static void answer(struct order *o, const char *text)
{
    struct strbuf said = STRBUF_INIT;

    if (o->done == NULL)
        return;
    strbuf_adds(&said, text);
    o->done(o->arg, 2, &said);
    o->done = NULL;
    strbuf_done(&said);
}

void pagent_stop(struct pagent *p)
{
    static const char ending[] = "attlsd is ending.\n";
    struct order *o;

    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_signal(&p->more);
    if (p->now != NULL)
        answer(p->now, ending);
    while ((o = STAILQ_FIRST(&p->orders)) != NULL) {
        STAILQ_REMOVE_HEAD(&p->orders, next);
        answer(o, ending);
        free(o);
    }
    pthread_mutex_unlock(&p->lock);
}

static bool wait_for_end(struct pagent *p)
{
    struct timespec until = clock_in_ms(END_MS);
    bool done;

    pthread_mutex_lock(&p->lock);
    while (!p->done && pthread_cond_timedwait(&p->ended, &p->lock, &until) == 0)
        ;
    done = p->done;
    pthread_mutex_unlock(&p->lock);
    return done;
}

bool pagent_free(struct pagent *p)
{
    if (p == NULL)
        return true;
    pagent_stop(p);
    if (p->started && !wait_for_end(p))
        return false;
    if (p->started)
        pthread_join(p->thread, NULL);
    free(p->marks.list);
    pthread_cond_destroy(&p->more);
    pthread_cond_destroy(&p->ended);
    pthread_mutex_destroy(&p->lock);
    free(p);
    return true;
}

/* ---- what is asked for ---- */

/* With the lock: one that nobody waits for is as good as another. */
static bool is_ordered(const struct pagent *p, const struct order *o)
{
    const struct order *i;

    STAILQ_FOREACH (i, &p->orders, next)
        if (i->how == o->how && i->force == o->force && (!i->look || o->look))
            return true;
    return false;
}

static void add_order(struct pagent *p, const struct order *wanted)
{
    struct order *o = malloc(sizeof(*o)), refused = *wanted;
    bool taken = false;

    pthread_mutex_lock(&p->lock);
    if (wanted->done == NULL && is_ordered(p, wanted)) {
        taken = true;
    } else if (o != NULL && !p->stopping) {
        *o = *wanted;
        STAILQ_INSERT_TAIL(&p->orders, o, next);
        pthread_cond_signal(&p->more);
        taken = true;
        o = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    if (!taken)
        answer(&refused, "attlsd is ending, or has no memory.\n");
    free(o);
}

void pagent_reload(struct pagent *p, enum pagent_how how, bool force,
                   pagent_done_fn done, void *arg)
{
    struct order o = {.how = how, .force = force, .done = done, .arg = arg};

    add_order(p, &o);
}

void pagent_look(struct pagent *p)
{
    struct order o = {.how = PAGENT_UPDATE, .look = true};

    add_order(p, &o);
}

bool pagent_is_active(struct pagent *p)
{
    bool active;

    pthread_mutex_lock(&p->lock);
    active = !p->inactive;
    pthread_mutex_unlock(&p->lock);
    return active;
}

void pagent_set_active(struct pagent *p, bool active)
{
    pthread_mutex_lock(&p->lock);
    p->inactive = !active;
    pthread_mutex_unlock(&p->lock);
}

void pagent_last(struct pagent *p, struct pagent_outcome *ret)
{
    pthread_mutex_lock(&p->lock);
    *ret = p->last;
    pthread_mutex_unlock(&p->lock);
}

unsigned long pagent_interval(struct pagent *p)
{
    struct snapshot *s = snapshots_get(p->params.snapshots);
    unsigned long seconds = policy_agent(snapshot_policy(s)).refresh;

    snapshot_unref(s);
    return seconds;
}

unsigned pagent_log_level(struct pagent *p)
{
    return p->level;
}

void pagent_set_log_level(struct pagent *p, unsigned level)
{
    p->level = level;
}
