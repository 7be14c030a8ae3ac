/* See pairs.h: a table and one lock. */

#include "intercept/pairs.h"

#include <pthread.h>
#include <stdlib.h>

#include "util/bytes.h"
#include "util/table.h"

struct pair {
    struct netaddr wire, real;
};

struct pairs {
    pthread_mutex_t lock;
    struct table by_wire;
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
    struct pair *p;
    size_t at = 0;

    if (all == NULL)
        return;
    while ((p = table_next(&all->by_wire, &at)) != NULL)
        free(p);
    table_done(&all->by_wire);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

static uint64_t hash_of(const struct netaddr *wire)
{
    return table_hash_number((uint64_t)bytes_get32(wire->ip) << 16 |
                             wire->port);
}

static bool has_wire(const void *item, const void *key)
{
    return netaddr_equal(&((const struct pair *)item)->wire, key);
}

int pairs_add(struct pairs *all, const struct netaddr *wire,
              const struct netaddr *real, struct pair **ret, struct error *err)
{
    struct pair *p = malloc(sizeof(*p));
    bool added;

    if (p == NULL)
        return error_nomem(err);
    p->wire = *wire;
    p->real = *real;
    pthread_mutex_lock(&all->lock);
    added = table_add(&all->by_wire, hash_of(wire), p);
    pthread_mutex_unlock(&all->lock);
    if (!added) {
        free(p);
        return error_nomem(err);
    }
    *ret = p;
    return 0;
}

void pairs_remove(struct pairs *all, struct pair *p)
{
    if (p == NULL)
        return;
    pthread_mutex_lock(&all->lock);
    table_remove(&all->by_wire, hash_of(&p->wire), p);
    pthread_mutex_unlock(&all->lock);
    free(p);
}

bool pairs_find(struct pairs *all, const struct netaddr *wire,
                struct netaddr *ret)
{
    const struct pair *p;

    pthread_mutex_lock(&all->lock);
    p = table_find(&all->by_wire, hash_of(wire), has_wire, wire);
    if (p != NULL)
        *ret = p->real;
    pthread_mutex_unlock(&all->lock);
    return p != NULL;
}
