/* Connections by peer; see peers.h. */

#include "daemon/peers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BUCKETS = 1024, KEY = 8 };

struct peer {
    struct peer *next;
    int family;
    unsigned char key[KEY]; /* the address, or the first half of it */
    unsigned long count;
};

struct peers {
    pthread_mutex_t lock;
    uint64_t seed; /* so that nobody chooses the bucket */
    size_t count;
    struct peer *bucket[BUCKETS];
};

struct peers *peers_new(void)
{
    struct peers *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    /* too early in the boot for random numbers: any seed will do */
    if (getrandom(&p->seed, sizeof(p->seed), GRND_NONBLOCK) < 0)
        p->seed = 0;
    return p;
}

void peers_free(struct peers *p)
{
    if (p == NULL)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct peer key_of(const struct netaddr *address)
{
    struct netaddr a = netaddr_unmap(address);
    struct peer k = {.family = a.family};

    memcpy(k.key, a.ip, a.family == AF_INET ? 4 : KEY);
    return k;
}

/* The finisher of splitmix64 (Steele et al., 2014). */
static struct peer **bucket_of(struct peers *p, const struct peer *k)
{
    uint64_t x;

    memcpy(&x, k->key, sizeof(x));
    x ^= p->seed;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return &p->bucket[(x ^ (x >> 31)) % BUCKETS];
}

static struct peer *find(struct peer *first, const struct peer *k)
{
    while (first != NULL &&
           (first->family != k->family || memcmp(first->key, k->key, KEY) != 0))
        first = first->next;
    return first;
}

static struct peer *add(struct peers *p, struct peer **at, const struct peer *k)
{
    struct peer *one = malloc(sizeof(*one));

    if (one == NULL)
        return NULL;
    *one = *k;
    one->next = *at;
    *at = one;
    p->count++;
    return one;
}

struct peer *peers_enter(struct peers *p, const struct netaddr *a,
                         unsigned long most)
{
    struct peer k = key_of(a), **at = bucket_of(p, &k), *one;

    pthread_mutex_lock(&p->lock);
    one = find(*at, &k);
    if (one == NULL && most > 0)
        one = add(p, at, &k);
    if (one != NULL && one->count >= most)
        one = NULL;
    if (one != NULL)
        one->count++;
    pthread_mutex_unlock(&p->lock);
    return one;
}

void peers_leave(struct peers *p, struct peer *peer)
{
    struct peer **at;

    if (peer == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    if (--peer->count == 0) {
        for (at = bucket_of(p, peer); *at != peer; at = &(*at)->next)
            ;
        *at = peer->next;
        free(peer);
        p->count--;
    }
    pthread_mutex_unlock(&p->lock);
}

size_t peers_count(struct peers *p)
{
    size_t n;

    pthread_mutex_lock(&p->lock);
    n = p->count;
    pthread_mutex_unlock(&p->lock);
    return n;
}
