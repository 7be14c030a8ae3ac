/* A table of hashes, each with the time until which it may not again. */

#include "conn/seldom.h"

#include <pthread.h>
#include <stdlib.h>

enum { WAYS = 8 }; /* where a key may stand: these slots after its own */

struct slot {
    uint64_t key, until; /* 0: free */
};

struct seldom {
    pthread_mutex_t lock;
    struct slot slots[SELDOM_KEYS];
};

struct seldom *seldom_new(void)
{
    struct seldom *s = calloc(1, sizeof(*s));

    if (s != NULL)
        pthread_mutex_init(&s->lock, NULL);
    return s;
}

void seldom_free(struct seldom *s)
{
    if (s == NULL)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* With the lock. */
static bool take(struct seldom *s, uint64_t key, uint64_t now)
{
    struct slot *slot, *room = NULL;
    unsigned i;

    for (i = 0; i < WAYS; i++) {
        slot = &s->slots[(key + i) % SELDOM_KEYS];
        if (slot->until <= now)
            room = room == NULL ? slot : room;
        else if (slot->key == key)
            return false;
    }
    if (room != NULL)
        *room = (struct slot){key, now + SELDOM_MS};
    return room != NULL;
}

bool seldom_may(struct seldom *s, uint64_t key, uint64_t now)
{
    bool may;

    if (s == NULL)
        return false;
    pthread_mutex_lock(&s->lock);
    may = take(s, key, now);
    pthread_mutex_unlock(&s->lock);
    return may;
}
