/* The rings of stories, and the rate of lines about failures. */

#include "story/story.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "util/clock.h"

/* ---- two ends ---- */

static int64_t begin_us(const struct story *s)
{
    return (int64_t)s->when.tv_sec * 1000000 + s->when.tv_nsec / 1000;
}

/* Ports come again: what ended before another began was another connection. */
static bool ended_before(const struct story *a, const struct story *b)
{
    return !a->open && a->at[STORY_ENDED] != 0 &&
           begin_us(a) + a->at[STORY_ENDED] < begin_us(b);
}

bool story_is_other_end(const struct story *a, const struct story *b)
{
    return netaddr_equal(&a->local, &b->remote) &&
           netaddr_equal(&a->remote, &b->local) && a->id != b->id &&
           !ended_before(a, b) && !ended_before(b, a);
}

/* ---- the rings ---- */

struct ring {
    struct story *kept;
    size_t size, count, next;
};

/* How many there were in one second. */
struct rate {
    time_t second;
    unsigned long count;
};

struct stories {
    pthread_mutex_t lock;
    struct ring failed, well;
    struct rate well_made, lines[STORY_LINES];
    unsigned long held[STORY_LINES];
    time_t many[STORY_LINES]; /* the last second in which there were too many */
};

static bool init_ring(struct ring *r, size_t size)
{
    r->size = size;
    r->kept = calloc(size, sizeof(*r->kept));
    return r->kept != NULL;
}

struct stories *stories_new(void)
{
    struct stories *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return NULL;
    pthread_mutex_init(&all->lock, NULL);
    if (!init_ring(&all->failed, STORIES_KEPT) ||
        !init_ring(&all->well, STORIES_WELL)) {
        stories_free(all);
        return NULL;
    }
    return all;
}

void stories_free(struct stories *all)
{
    if (all == NULL)
        return;
    pthread_mutex_destroy(&all->lock);
    free(all->failed.kept);
    free(all->well.kept);
    free(all);
}

void stories_add(struct stories *all, const struct story *s)
{
    struct ring *r = s->failed ? &all->failed : &all->well;

    pthread_mutex_lock(&all->lock);
    r->kept[r->next] = *s;
    r->next = (r->next + 1) % r->size;
    if (r->count < r->size)
        r->count++;
    pthread_mutex_unlock(&all->lock);
}

/* The I-th newest; with the lock held. */
static const struct story *at(const struct ring *r, size_t i)
{
    return &r->kept[(r->next + r->size - 1 - i) % r->size];
}

bool stories_find(struct stories *all, bool failed, story_match_fn match,
                  const void *arg, struct story *ret)
{
    const struct ring *r = failed ? &all->failed : &all->well;
    bool found = false;
    size_t i;

    pthread_mutex_lock(&all->lock);
    for (i = 0; i < r->count && !found; i++) {
        found = match(arg, at(r, i));
        if (found)
            *ret = *at(r, i);
    }
    pthread_mutex_unlock(&all->lock);
    return found;
}

size_t stories_count(struct stories *all)
{
    size_t n;

    pthread_mutex_lock(&all->lock);
    n = all->failed.count;
    pthread_mutex_unlock(&all->lock);
    return n;
}

bool stories_get(struct stories *all, size_t i, struct story *ret)
{
    bool there;

    pthread_mutex_lock(&all->lock);
    there = i < all->failed.count;
    if (there)
        *ret = *at(&all->failed, i);
    pthread_mutex_unlock(&all->lock);
    return there;
}

/* One more, when there were fewer than MOST in this second; with the lock held.
 */
static bool count_one(struct rate *r, unsigned long most)
{
    time_t now = clock_s();

    if (now != r->second)
        *r = (struct rate){.second = now};
    if (r->count >= most)
        return false;
    r->count++;
    return true;
}

bool stories_admit_well(struct stories *all)
{
    bool ok;

    pthread_mutex_lock(&all->lock);
    ok = count_one(&all->well_made, STORIES_WELL_RATE);
    pthread_mutex_unlock(&all->lock);
    return ok;
}

bool stories_admit(struct stories *all, enum story_line kind,
                   unsigned long per_second, unsigned long *ret_held)
{
    bool ok;

    pthread_mutex_lock(&all->lock);
    ok = count_one(&all->lines[kind], per_second == 0 ? ULONG_MAX : per_second);
    *ret_held = ok ? all->held[kind] : 0;
    all->held[kind] = ok ? 0 : all->held[kind] + 1;
    if (!ok)
        all->many[kind] = all->lines[kind].second;
    pthread_mutex_unlock(&all->lock);
    return ok;
}

bool stories_are_many(struct stories *all, enum story_line kind,
                      unsigned long per_second)
{
    time_t now;
    bool many;

    if (per_second == 0)
        return false;
    now = clock_s();
    pthread_mutex_lock(&all->lock);
    many = all->many[kind] != 0 && now - all->many[kind] <= 1;
    pthread_mutex_unlock(&all->lock);
    return many;
}
