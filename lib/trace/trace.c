/*
 * The queue and its writer thread. A record is copied into one block under
 * the caller's thread and written by the writer; the lock is held for a few
 * pointer moves only.
 */
#include "trace/trace.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trace/record.h"
#include "trace/sink.h"
#include "util/clock.h"
#include "util/strbuf.h"
#include "util/thread.h"

enum {
    QUEUE_RECORDS = 8192,
    QUEUE_BYTES = 8 * 1024 * 1024,
    SINKS_MAX = 16,
    LOOK_SECONDS = 2, /* between two looks at files that somebody may delete */
    STOP_SECONDS = 1  /* what is queued may take that long at the end */
};

struct item {
    struct item *next;
    size_t size;
    struct trace_record record; /* its texts stand behind it */
    char texts[];
};

struct trace {
    char *stack;
    struct sink *sinks[SINKS_MAX];
    size_t sink_count;
    pthread_t writer;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_cond_t ended;
    /* under the lock */
    struct item *head, **tail;
    size_t records, bytes;
    bool stop, reopen, waiting, done;
    struct timespec deadline; /* once stop is set */
    struct timespec look;     /* when the sinks are looked at next */
    atomic_ulong lost;
    unsigned long lost_told; /* the writer's */
};

int trace_new(const char *stack, struct trace **ret, struct error *err)
{
    struct trace *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return error_nomem(err);
    t->stack = strdup(stack);
    if (t->stack == NULL) {
        free(t);
        return error_nomem(err);
    }
    t->tail = &t->head;
    pthread_mutex_init(&t->lock, NULL);
    thread_cond_init(&t->more);
    thread_cond_init(&t->ended);
    *ret = t;
    return 0;
}

int trace_add_sink(struct trace *t, struct sink *s, struct error *err)
{
    if (t->sink_count == SINKS_MAX) {
        s->ops->free(s);
        return error_set(err, ERR_LIMIT,
                         "more than %d log sinks; take one out of "
                         "log = ( ... )",
                         SINKS_MAX);
    }
    t->sinks[t->sink_count++] = s;
    return 0;
}

/* ---- handing in ---- */

static struct item *item_new(const struct trace *t,
                             const struct trace_record *r)
{
    size_t text = r->text != NULL ? strlen(r->text) + 1 : 0;
    size_t rule = r->rule != NULL ? strlen(r->rule) + 1 : 0;
    struct item *i;

    if (text == 0)
        return NULL;
    i = malloc(sizeof(*i) + text + rule);
    if (i == NULL)
        return NULL;
    i->next = NULL;
    i->size = sizeof(*i) + text + rule;
    i->record = *r;
    i->record.stack = t->stack;
    i->record.text = memcpy(i->texts, r->text, text);
    if (rule != 0)
        i->record.rule = memcpy(i->texts + text, r->rule, rule);
    i->record.when = clock_wall();
    return i;
}

void trace_put(struct trace *t, const struct trace_record *r)
{
    struct item *i = item_new(t, r);
    bool wake = false;

    pthread_mutex_lock(&t->lock);
    if (i != NULL && t->records < QUEUE_RECORDS &&
        t->bytes + i->size <= QUEUE_BYTES) {
        *t->tail = i;
        t->tail = &i->next;
        t->records++;
        t->bytes += i->size;
        wake = t->waiting;
        i = NULL;
    } else {
        atomic_fetch_add(&t->lost, 1);
    }
    pthread_mutex_unlock(&t->lock);
    if (wake)
        pthread_cond_signal(&t->more);
    free(i);
}

void trace_remark(struct trace *t, enum trace_priority priority,
                  const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;
    struct trace_record r = {.priority = priority, .facility = TRACE_DAEMON};
    va_list ap;
    size_t i;

    va_start(ap, fmt);
    strbuf_vaddf(&text, fmt, ap);
    va_end(ap);
    for (i = 0; i < text.len; i++) { /* one record, one line, no commands */
        if (text.data[i] < ' ' || text.data[i] > '~')
            strbuf_addf(&line, "\\x%02X", (unsigned char)text.data[i]);
        else
            strbuf_addc(&line, text.data[i]);
    }
    r.text =
        strbuf_failed(&text) || strbuf_failed(&line) ? NULL : strbuf_str(&line);
    trace_put(t, &r);
    strbuf_done(&text);
    strbuf_done(&line);
}

unsigned long trace_lost(const struct trace *t)
{
    return atomic_load(&t->lost);
}

/* ---- writing ---- */

static void write_record(struct trace *t, const struct trace_record *r)
{
    size_t i;

    for (i = 0; i < t->sink_count; i++) {
        struct sink *s = t->sinks[i];

        if (r->joblog && !s->joblog)
            continue;
        if (s->ops->write(s, r) < 0)
            atomic_fetch_add(&t->lost, 1);
    }
}

/* Says how many records were lost since it was last said. When the remark
 * itself is lost it is not counted: it is tried again with the next one. */
static void tell_lost(struct trace *t)
{
    unsigned long lost = atomic_load(&t->lost);
    char text[64];
    struct trace_record r = {.priority = TRACE_WARNING, .stack = t->stack};
    bool told = false;
    size_t i;

    if (lost == t->lost_told)
        return;
    snprintf(text, sizeof(text), "log records lost=%lu", lost - t->lost_told);
    r.text = text;
    r.when = clock_wall();
    for (i = 0; i < t->sink_count; i++) {
        if (t->sinks[i]->ops->write(t->sinks[i], &r) >= 0)
            told = true;
    }
    if (told)
        t->lost_told = lost;
}

/* With the lock held. */
static struct item *take(struct trace *t)
{
    struct item *i = t->head;

    if (i == NULL)
        return NULL;
    t->head = i->next;
    if (t->head == NULL)
        t->tail = &t->head;
    t->records--;
    t->bytes -= i->size;
    return i;
}

static void reopen_sinks(struct trace *t)
{
    size_t i;

    for (i = 0; i < t->sink_count; i++) {
        if (t->sinks[i]->ops->reopen != NULL)
            t->sinks[i]->ops->reopen(t->sinks[i]);
    }
}

static bool past(const struct timespec *deadline)
{
    struct timespec now = clock_now();

    return now.tv_sec > deadline->tv_sec ||
           (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

static void look_at_sinks(struct trace *t)
{
    size_t i;

    for (i = 0; i < t->sink_count; i++)
        if (t->sinks[i]->ops->look != NULL)
            t->sinks[i]->ops->look(t->sinks[i], t->stack);
}

/* With the lock held. A look is due: it is not for long. */
static bool look_is_due(struct trace *t)
{
    if (!past(&t->look))
        return false;
    t->look = clock_in_ms(LOOK_SECONDS * 1000);
    return true;
}

/* With the lock held, until there is something to do. */
static void wait_for_more(struct trace *t)
{
    int error = 0;

    t->waiting = true;
    while (t->head == NULL && !t->stop && !t->reopen && error == 0)
        error = pthread_cond_timedwait(&t->more, &t->lock, &t->look);
    t->waiting = false;
}

/* One turn of the writer, with the lock held; false: it is to end. */
static bool turn(struct trace *t)
{
    struct item *i;
    bool reopen, look;

    wait_for_more(t);
    if (t->stop && (t->head == NULL || past(&t->deadline)))
        return false;
    reopen = t->reopen;
    t->reopen = false;
    look = look_is_due(t);
    i = take(t);
    pthread_mutex_unlock(&t->lock);
    if (reopen)
        reopen_sinks(t);
    if (look)
        look_at_sinks(t);
    if (i != NULL) {
        tell_lost(t);
        write_record(t, &i->record);
        free(i);
    }
    pthread_mutex_lock(&t->lock);
    return true;
}

static void *run_writer(void *arg)
{
    struct trace *t = arg;

    pthread_mutex_lock(&t->lock);
    while (turn(t))
        ;
    t->done = true;
    pthread_cond_signal(&t->ended);
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

int trace_start(struct trace *t, struct error *err)
{
    int rc = thread_start(&t->writer, run_writer, t);

    if (rc != 0)
        return error_set(err, ERR_SYSTEM,
                         "the log's writer thread can't be started: %s",
                         strerror(rc));
    t->started = true;
    return 0;
}

void trace_reopen(struct trace *t)
{
    pthread_mutex_lock(&t->lock);
    t->reopen = true;
    pthread_cond_signal(&t->more);
    pthread_mutex_unlock(&t->lock);
}

/* ---- the end ---- */

/* False: the writer hangs in a sink (a dead network file system, say). */
static bool stop_writer(struct trace *t)
{
    struct timespec patience;
    bool done;

    pthread_mutex_lock(&t->lock);
    t->deadline = clock_in_ms(STOP_SECONDS * 1000);
    patience = t->deadline;
    patience.tv_sec += STOP_SECONDS; /* the record that is being written */
    t->stop = true;
    pthread_cond_signal(&t->more);
    while (!t->done &&
           pthread_cond_timedwait(&t->ended, &t->lock, &patience) == 0)
        ;
    done = t->done;
    pthread_mutex_unlock(&t->lock);
    return done && pthread_join(t->writer, NULL) == 0;
}

void trace_stop(struct trace *t)
{
    if (t->started)
        stop_writer(t);
}

/* Without a writer (start-up failed): what is queued is written here. */
static void drain(struct trace *t)
{
    struct item *i;

    while ((i = take(t)) != NULL) {
        write_record(t, &i->record);
        free(i);
    }
}

void trace_free(struct trace *t)
{
    struct item *i;
    size_t n;

    if (t == NULL)
        return;
    if (!t->started)
        drain(t);
    else if (!stop_writer(t))
        return; /* it still uses all this, and the process ends anyway */
    while ((i = take(t)) != NULL) {
        atomic_fetch_add(&t->lost, 1);
        free(i);
    }
    tell_lost(t);
    for (n = 0; n < t->sink_count; n++)
        t->sinks[n]->ops->free(t->sinks[n]);
    pthread_cond_destroy(&t->ended);
    pthread_cond_destroy(&t->more);
    pthread_mutex_destroy(&t->lock);
    free(t->stack);
    free(t);
}
