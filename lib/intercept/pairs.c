/* See pairs.h: a hash table of fixed width, one lock. */

#include "intercept/pairs.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { BUCKETS = 4096 };

struct pair {
    LIST_ENTRY(pair) link;
    struct netaddr wire, real;
};

LIST_HEAD(bucket, pair);

struct pairs {
    pthread_mutex_t lock;
    size_t count;
    struct bucket bucket[BUCKETS];
};

int pairs_new(struct pairs **ret, struct error *err)
{
    struct pairs *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return error_nomem(err);
    pthread_mutex_init(&all->lock, NULL);
    *ret = all;
    return 0;
}

void pairs_free(struct pairs *all)
{
    size_t i;
    struct pair *p;

    if (all == NULL)
        return;
    for (i = 0; i < BUCKETS; i++)
        while ((p = LIST_FIRST(&all->bucket[i])) != NULL) {
            LIST_REMOVE(p, link);
            free(p);
        }
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* The ports of one address differ, and those of our own sockets are the
 * kernel's choice: they spread well. */
static struct bucket *bucket_of(struct pairs *all, const struct netaddr *wire)
{
    return &all->bucket[wire->port % BUCKETS];
}

int pairs_add(struct pairs *all, const struct netaddr *wire,
              const struct netaddr *real, struct pair **ret, struct error *err)
{
    struct pair *p = malloc(sizeof(*p));

    if (p == NULL)
        return error_nomem(err);
    p->wire = *wire;
    p->real = *real;
    pthread_mutex_lock(&all->lock);
    LIST_INSERT_HEAD(bucket_of(all, wire), p, link);
    all->count++;
    pthread_mutex_unlock(&all->lock);
    *ret = p;
    return 0;
}

void pairs_remove(struct pairs *all, struct pair *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&all->lock);
    LIST_REMOVE(p, link);
    all->count--;
    pthread_mutex_unlock(&all->lock);
    free(p);
}

bool pairs_find(struct pairs *all, const struct netaddr *wire,
                struct netaddr *ret)
{
    const struct pair *p;

    pthread_mutex_lock(&all->lock);
    LIST_FOREACH (p, bucket_of(all, wire), link)
        if (netaddr_equal(&p->wire, wire))
            break;
    if (p != NULL)
        *ret = p->real;
    pthread_mutex_unlock(&all->lock);
    return p != NULL;
}

size_t pairs_count(struct pairs *all)
{
    size_t n;

    pthread_mutex_lock(&all->lock);
    n = all->count;
    pthread_mutex_unlock(&all->lock);
    return n;
}
