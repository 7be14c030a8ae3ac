/* Connections by who has them; see fair.h. */

#include "conn/fair.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "conn/testing.h"
#include "util/table.h"

enum {
    KEY = 8,
    ROOM = 512,  /* entries that the table has room for at the start */
    SPARE = 1024 /* entries kept for the next one that comes */
};

struct fair_one {
    struct fair_one *next; /* of the spare ones */
    struct fair_who who;
    unsigned long count, waiting;
};

struct fair {
    pthread_mutex_t lock;
    uint64_t seed; /* so that nobody chooses the place in the table */
    size_t spares;
    unsigned long connections, waiting;
    unsigned long sharers[FAIR_KINDS]; /* those of whom some wait */
    struct fair_limits limits;         /* the last that were given */
    atomic_bool pressed;
    struct fair_one *spare;
    struct table by_who;
    struct fair_limited limited[FAIR_KEPT]; /* the newest first */
    size_t limited_count;
};

/* ---- who ---- */

struct fair_who fair_peer(const struct netaddr *address)
{
    struct netaddr a = netaddr_unmap(address);
    struct fair_who who = {.kind = FAIR_PEER, .family = a.family};

    if (netaddr_is_loopback(&a))
        who.family = AF_UNIX;
    else
        memcpy(who.key, a.ip, a.family == AF_INET ? 4 : KEY);
    return who;
}

struct fair_who fair_account(uid_t uid)
{
    struct fair_who who = {.kind = FAIR_ACCOUNT, .family = AF_UNIX};

    memcpy(who.key, &uid, sizeof(uid));
    return who;
}

struct fair_who fair_unknown(enum fair_kind kind)
{
    return (struct fair_who){.kind = kind};
}

static void format_peer(const struct fair_who *who, char *ret)
{
    unsigned char ip[16] = {0};
    char text[INET6_ADDRSTRLEN] = "";

    memcpy(ip, who->key, KEY);
    inet_ntop(who->family, ip, text, sizeof(text));
    snprintf(ret, FAIR_TEXT, "%s%s", text,
             who->family == AF_INET6 ? "/64" : "");
}

const char *fair_format(const struct fair_who *who, char ret[FAIR_TEXT])
{
    uid_t uid;

    memcpy(&uid, who->key, sizeof(uid));
    if (who->family == AF_UNSPEC)
        snprintf(ret, FAIR_TEXT, "%s",
                 who->kind == FAIR_PEER ? "peers that are not known"
                                        : "accounts that are not known");
    else if (who->kind == FAIR_ACCOUNT)
        snprintf(ret, FAIR_TEXT, "uid %lu", (unsigned long)uid);
    else if (who->family == AF_UNIX)
        snprintf(ret, FAIR_TEXT, "loopback");
    else
        format_peer(who, ret);
    return ret;
}

/* ---- the arithmetic ---- */

bool fair_presses(unsigned long now, unsigned long limit)
{
    return now >= limit - limit / 4;
}

unsigned long fair_share(unsigned long limit, unsigned long sharers)
{
    unsigned long share = sharers == 0 ? limit : limit / sharers;

    return share == 0 ? 1 : share;
}

/* ---- the table ---- */

struct fair *fair_new(void)
{
    struct fair *f = calloc(1, sizeof(*f));

    if (f == NULL || !table_reserve(&f->by_who, ROOM)) {
        free(f);
        return NULL;
    }
    pthread_mutex_init(&f->lock, NULL);
    /* too early in the boot for random numbers: any seed will do */
    if (getrandom(&f->seed, sizeof(f->seed), GRND_NONBLOCK) < 0)
        f->seed = 0;
    return f;
}

void fair_free(struct fair *f)
{
    struct fair_one *one;

    if (f == NULL)
        return;
    while ((one = f->spare) != NULL) {
        f->spare = one->next;
        free(one);
    }
    table_done(&f->by_who);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static uint64_t hash_of(const struct fair *f, const struct fair_who *who)
{
    uint64_t x;

    memcpy(&x, who->key, sizeof(x));
    return table_hash_number(x ^ f->seed ^ (uint64_t)who->kind);
}

static bool same(const struct fair_who *a, const struct fair_who *b)
{
    return a->kind == b->kind && a->family == b->family &&
           memcmp(a->key, b->key, KEY) == 0;
}

static bool is_who(const void *item, const void *key)
{
    return same(&((const struct fair_one *)item)->who, key);
}

static struct fair_one *find(const struct fair *f, const struct fair_who *who)
{
    return table_find(&f->by_who, hash_of(f, who), is_who, who);
}

static void keep_spare(struct fair *f, struct fair_one *one)
{
    if (f->spares >= SPARE) {
        free(one);
        return;
    }
    one->next = f->spare;
    f->spare = one;
    f->spares++;
}

static struct fair_one *add(struct fair *f, const struct fair_who *who)
{
    struct fair_one *one = f->spare;

    if (one != NULL) {
        f->spare = one->next;
        f->spares--;
    } else {
        one = malloc(sizeof(*one));
    }
    if (one == NULL)
        return NULL;
    *one = (struct fair_one){.who = *who};
    if (table_add(&f->by_who, hash_of(f, who), one))
        return one;
    keep_spare(f, one);
    return NULL;
}

static void remove_one(struct fair *f, struct fair_one *one)
{
    table_remove(&f->by_who, hash_of(f, &one->who), one);
    keep_spare(f, one);
}

/* A limit of all is three quarters full. */
static bool is_pressed(const struct fair *f, const struct fair_limits *l)
{
    return fair_presses(f->waiting, l->waiting) ||
           fair_presses(f->connections, l->connections);
}

static unsigned long share_of(const struct fair *f, const struct fair_limits *l,
                              enum fair_kind kind, bool waits)
{
    unsigned long limit =
        l->waiting < l->connections ? l->waiting : l->connections;

    return fair_share(limit, f->sharers[kind] + (waits ? 0 : 1));
}

/* With the lock held; ONE is NULL when WHO has none. */
static enum fair_answer ask(const struct fair *f, const struct fair_who *who,
                            const struct fair_one *one,
                            const struct fair_limits *l,
                            unsigned long *ret_limit)
{
    unsigned long count = one != NULL ? one->count : 0;
    unsigned long waiting = one != NULL ? one->waiting : 0;

    *ret_limit = l->most;
    if (l->most != 0 && count >= l->most)
        return FAIR_MOST;
    *ret_limit = l->most_waiting;
    if (l->most_waiting != 0 && waiting >= l->most_waiting)
        return FAIR_MOST_WAITING;
    *ret_limit = share_of(f, l, who->kind, waiting != 0);
    if (is_pressed(f, l) && waiting >= *ret_limit)
        return FAIR_SHARE;
    *ret_limit = l->connections;
    if (f->connections >= l->connections + l->over)
        return FAIR_FULL;
    *ret_limit = l->waiting;
    return f->waiting >= l->waiting + l->over ? FAIR_FULL_WAITING : FAIR_MAY;
}

static void count_in(struct fair *f, struct fair_one *one)
{
    one->count++;
    f->connections++;
    f->waiting++;
    if (one->waiting++ == 0)
        f->sharers[one->who.kind]++;
}

enum fair_answer fair_enter(struct fair *f, const struct fair_who *who,
                            const struct fair_limits *limits,
                            struct fair_one **ret, unsigned long *ret_limit)
{
    enum fair_answer answer;
    struct fair_one *one;

    pthread_mutex_lock(&f->lock);
    f->limits = *limits;
    one = find(f, who);
    answer = ask(f, who, one, limits, ret_limit);
    if (answer == FAIR_MAY && one == NULL) {
        one = add(f, who);
        answer = one == NULL ? FAIR_NO_MEMORY : FAIR_MAY;
    }
    if (answer == FAIR_MAY)
        count_in(f, one);
    atomic_store_explicit(&f->pressed, is_pressed(f, limits),
                          memory_order_relaxed);
    pthread_mutex_unlock(&f->lock);
    *ret = one;
    return answer;
}

void fair_begun(struct fair *f, struct fair_one *one)
{
    if (f == NULL || one == NULL)
        return;
    pthread_mutex_lock(&f->lock);
    f->waiting--;
    if (--one->waiting == 0)
        f->sharers[one->who.kind]--;
    atomic_store_explicit(&f->pressed, is_pressed(f, &f->limits),
                          memory_order_relaxed);
    pthread_mutex_unlock(&f->lock);
}

void fair_leave(struct fair *f, struct fair_one *one)
{
    if (f == NULL || one == NULL)
        return;
    pthread_mutex_lock(&f->lock);
    f->connections--;
    if (--one->count == 0)
        remove_one(f, one);
    pthread_mutex_unlock(&f->lock);
}

bool fair_is_over(struct fair *f, const struct fair_one *one)
{
    bool over;

    if (f == NULL || one == NULL)
        return false;
    pthread_mutex_lock(&f->lock);
    over =
        one->waiting > share_of(f, &f->limits, one->who.kind, one->waiting > 0);
    pthread_mutex_unlock(&f->lock);
    return over;
}

unsigned long fair_waits(struct fair *f, const struct fair_one *one)
{
    unsigned long n;

    if (f == NULL || one == NULL)
        return 0;
    pthread_mutex_lock(&f->lock);
    n = one->waiting;
    pthread_mutex_unlock(&f->lock);
    return n;
}

bool fair_is_pressed(const struct fair *f)
{
    return f != NULL && atomic_load_explicit(&f->pressed, memory_order_relaxed);
}

size_t fair_count(struct fair *f)
{
    size_t n;

    pthread_mutex_lock(&f->lock);
    n = f->by_who.count;
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* ---- who was limited ---- */

/* To the front: where it is already, or the oldest that makes room. */
static void to_front(struct fair *f, size_t i)
{
    struct fair_limited kept = f->limited[i];

    memmove(&f->limited[1], &f->limited[0], i * sizeof(kept));
    f->limited[0] = kept;
}

void fair_note(struct fair *f, const struct fair_who *who, const char *limit)
{
    size_t i;

    pthread_mutex_lock(&f->lock);
    for (i = 0; i < f->limited_count; i++)
        if (same(&f->limited[i].who, who) &&
            strcmp(f->limited[i].limit, limit) == 0)
            break;
    if (i == f->limited_count) {
        i = f->limited_count < FAIR_KEPT ? f->limited_count++ : FAIR_KEPT - 1;
        f->limited[i] = (struct fair_limited){.who = *who, .limit = limit};
    }
    f->limited[i].times++;
    to_front(f, i);
    pthread_mutex_unlock(&f->lock);
}

size_t fair_limited(struct fair *f, struct fair_limited ret[FAIR_KEPT])
{
    const struct fair_one *one;
    size_t i, n;

    pthread_mutex_lock(&f->lock);
    n = f->limited_count;
    for (i = 0; i < n; i++) {
        ret[i] = f->limited[i];
        one = find(f, &ret[i].who);
        ret[i].have = one != NULL ? one->count : 0;
        ret[i].waiting = one != NULL ? one->waiting : 0;
    }
    pthread_mutex_unlock(&f->lock);
    return n;
}
