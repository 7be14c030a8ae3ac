/* See naming_queue.h. */

#include "conn/naming_queue.h"

#include <stdlib.h>

#include "util/error.h"

struct naming_line {
    TAILQ_ENTRY(naming_line) turn, link;
    uid_t uid;
    TAILQ_HEAD(naming_waiting, naming_place) waiting;
    size_t count;
    bool busy; /* one is being answered */
};

void naming_queue_init(struct naming_queue *q, size_t max)
{
    size_t i;

    *q = (struct naming_queue){.max = max};
    TAILQ_INIT(&q->ready);
    for (i = 0; i < NAMING_BUCKETS; i++)
        TAILQ_INIT(&q->bucket[i]);
}

/* The line of an account that waits or is answered; else a new one. */
static struct naming_line *find(struct naming_queue *q, uid_t uid)
{
    struct naming_lines *bucket = &q->bucket[uid % NAMING_BUCKETS];
    struct naming_line *l;

    TAILQ_FOREACH (l, bucket, link)
        if (l->uid == uid)
            return l;
    l = calloc(1, sizeof(*l));
    if (l != NULL) {
        l->uid = uid;
        TAILQ_INIT(&l->waiting);
        TAILQ_INSERT_TAIL(bucket, l, link);
    }
    return l;
}

static void drop_if_idle(struct naming_queue *q, struct naming_line *l)
{
    if (l->count > 0 || l->busy)
        return;
    TAILQ_REMOVE(&q->bucket[l->uid % NAMING_BUCKETS], l, link);
    free(l);
}

static void leave(struct naming_queue *q, struct naming_place *p)
{
    struct naming_line *l = p->line;

    TAILQ_REMOVE(&l->waiting, p, next);
    q->count--;
    l->count--;
    if (l->count == 0 && !l->busy)
        TAILQ_REMOVE(&q->ready, l, turn);
}

/* The last one of the longest line, but of L where that is as long. */
static struct naming_place *last_of_longest(struct naming_queue *q,
                                            struct naming_line *l)
{
    struct naming_line *longest = l, *each;
    size_t i;

    for (i = 0; i < NAMING_BUCKETS; i++)
        TAILQ_FOREACH (each, &q->bucket[i], link)
            if (each->count > longest->count)
                longest = each;
    return TAILQ_LAST(&longest->waiting, naming_waiting);
}

int naming_queue_put(struct naming_queue *q, uid_t uid, struct naming_place *p,
                     struct naming_place **ret_out)
{
    struct naming_line *l = find(q, uid), *other;

    *ret_out = NULL;
    if (l == NULL)
        return ERR_NOMEM;
    p->line = l;
    if (l->count == 0 && !l->busy)
        TAILQ_INSERT_TAIL(&q->ready, l, turn);
    TAILQ_INSERT_TAIL(&l->waiting, p, next);
    q->count++;
    l->count++;
    if (q->count <= q->max)
        return 0;
    *ret_out = last_of_longest(q, l);
    other = (*ret_out)->line;
    leave(q, *ret_out);
    drop_if_idle(q, other);
    return 0;
}

struct naming_place *naming_queue_take(struct naming_queue *q)
{
    struct naming_line *l = TAILQ_FIRST(&q->ready);
    struct naming_place *p;

    if (l == NULL)
        return NULL;
    p = TAILQ_FIRST(&l->waiting);
    TAILQ_REMOVE(&q->ready, l, turn);
    l->busy = true;
    leave(q, p);
    return p;
}

void naming_queue_done(struct naming_queue *q, struct naming_place *p)
{
    struct naming_line *l = p->line;

    l->busy = false;
    if (l->count > 0)
        TAILQ_INSERT_TAIL(&q->ready, l, turn);
    drop_if_idle(q, l);
}

struct naming_place *naming_queue_empty(struct naming_queue *q)
{
    struct naming_line *l = TAILQ_FIRST(&q->ready);
    struct naming_place *p = l == NULL ? NULL : TAILQ_FIRST(&l->waiting);

    if (p == NULL)
        return NULL;
    leave(q, p);
    drop_if_idle(q, l);
    return p;
}
