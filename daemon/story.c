/* The ring of stories, and the rate of lines about failures. */

#include "daemon/story.h"

#include <pthread.h>
#include <stdlib.h>

struct stories {
    pthread_mutex_t lock;
    struct story *kept; /* STORIES_KEPT */
    size_t count, next;
    time_t second; /* of the lines below */
    unsigned long lines, held;
};

struct stories *stories_new(void)
{
    struct stories *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return NULL;
    all->kept = calloc(STORIES_KEPT, sizeof(*all->kept));
    if (all->kept == NULL) {
        free(all);
        return NULL;
    }
    pthread_mutex_init(&all->lock, NULL);
    return all;
}

void stories_free(struct stories *all)
{
    if (all == NULL)
        return;
    pthread_mutex_destroy(&all->lock);
    free(all->kept);
    free(all);
}

void stories_add(struct stories *all, const struct story *s)
{
    pthread_mutex_lock(&all->lock);
    all->kept[all->next] = *s;
    all->next = (all->next + 1) % STORIES_KEPT;
    if (all->count < STORIES_KEPT)
        all->count++;
    pthread_mutex_unlock(&all->lock);
}

/* The I-th newest; with the lock held. */
static const struct story *at(const struct stories *all, size_t i)
{
    return &all->kept[(all->next + STORIES_KEPT - 1 - i) % STORIES_KEPT];
}

bool stories_find(struct stories *all, story_match_fn match, const void *arg,
                  struct story *ret)
{
    bool found = false;
    size_t i;

    pthread_mutex_lock(&all->lock);
    for (i = 0; i < all->count && !found; i++) {
        found = match(arg, at(all, i));
        if (found)
            *ret = *at(all, i);
    }
    pthread_mutex_unlock(&all->lock);
    return found;
}

size_t stories_count(struct stories *all)
{
    size_t n;

    pthread_mutex_lock(&all->lock);
    n = all->count;
    pthread_mutex_unlock(&all->lock);
    return n;
}

bool stories_get(struct stories *all, size_t i, struct story *ret)
{
    bool there;

    pthread_mutex_lock(&all->lock);
    there = i < all->count;
    if (there)
        *ret = *at(all, i);
    pthread_mutex_unlock(&all->lock);
    return there;
}

bool stories_admit(struct stories *all, unsigned long per_second,
                   unsigned long *ret_held)
{
    struct timespec now;
    bool ok;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    pthread_mutex_lock(&all->lock);
    if (now.tv_sec != all->second) {
        all->second = now.tv_sec;
        all->lines = 0;
    }
    ok = per_second == 0 || all->lines < per_second;
    *ret_held = 0;
    if (ok) {
        all->lines++;
        *ret_held = all->held;
        all->held = 0;
    } else {
        all->held++;
    }
    pthread_mutex_unlock(&all->lock);
    return ok;
}
