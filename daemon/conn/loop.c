/*
 * A thread's turns: who relays again, whose handshake goes on, and the end of
 * those that are closed; see loop.h.
 */

#include "conn/loop.h"

#include <stdlib.h>

#include "conn/private.h"
#include "util/clock.h"

enum {
    SHAKE_US = 1000, /* for handshakes, in one turn, while nobody has settled */
    LONG_US = 80,    /* after a step this long: no other one in this turn */
    GIVE_WAY = 32,   /* turns without such steps, at most, for relaying */
    IN_ROW = 4,      /* later steps before a first one, at most */
    GONE_MAX = 32    /* partners that have gone, looked for in one turn */
};

static void free_dying(struct loop *l)
{
    struct conn *c;

    while ((c = TAILQ_FIRST(&l->dying)) != NULL) {
        TAILQ_REMOVE(&l->dying, c, link);
        conn_free(c);
    }
}

/* Connections that queue again come after the sockets' next events. */
static void relay_again(struct loop *l)
{
    struct conn *c, *last = TAILQ_LAST(&l->again, conn_list);
    bool end = last == NULL;

    while (!end && (c = TAILQ_FIRST(&l->again)) != NULL) {
        end = c == last;
        conn_unqueue(c);
        conn_step(c, CONN_EV_READY);
    }
}

/* ---- turns of handshakes ---- */

/* In the order in which they came, while all are served soon. When more come
 * than can be, those that came last: their partners still wait, and a step for
 * one that has given up is a step in vain. */
static struct conn *next_of(const struct conn_list *list)
{
    struct conn *c = TAILQ_FIRST(list);

    return c != NULL && conn_is_old(c) ? TAILQ_LAST(list, conn_list) : c;
}

/* NULL: no handshake can go on. Those that have begun come first, as the long
 * step is behind them; but whoever makes many steps does not keep those waiting
 * that want to begin. */
static struct conn *next_to_shake(const struct loop *l)
{
    struct conn *begins = next_of(&l->greeting);
    struct conn *goes_on = next_of(&l->shaking);

    return goes_on != NULL && (begins == NULL || l->in_row < IN_ROW) ? goes_on
                                                                     : begins;
}

static void drop_abandoned(struct loop *l)
{
    struct conn *c;
    int i;

    for (i = 0; i < GONE_MAX; i++) {
        c = TAILQ_FIRST(&l->greeting);
        if (c == NULL || !conn_is_abandoned(c))
            return;
        conn_step(c, conn_because(c, CONN_BY_ABANDONED, CONN_EV_MAKE_ROOM));
    }
}

static bool is_first(const struct conn *c)
{
    return c->queued == &c->loop->greeting;
}

/* What was relayed has an answer soon, which is relayed first: before a step
 * that will take as long as the last of its kind. */
static bool gives_way(struct loop *l, const struct conn *to)
{
    bool gives = l->settled > 0 && l->relayed && l->long_step[is_first(to)] &&
                 l->gave_way < GIVE_WAY;

    l->gave_way = gives ? l->gave_way + 1 : 0;
    l->relayed = false;
    return gives;
}

/* NOW: when it begins; becomes when it has ended. */
static void shake(struct conn *c, uint64_t *now)
{
    struct loop *l = c->loop;
    uint64_t before = *now;
    bool first = is_first(c);

    l->in_row = first ? 0 : l->in_row + 1;
    l->stepped = true;
    l->steps++;
    conn_unqueue(c);
    conn_step(c, CONN_EV_TURN);
    *now = clock_us();
    l->long_step[first] = *now - before >= LONG_US;
}

/* A step of a handshake may take as long as relaying fifty messages: after
 * each, those who have settled are looked at again. When nobody has, that would
 * only be one epoll_wait() more for each of many short connections. */
static void shake_some(struct loop *l)
{
    struct conn *c;
    uint64_t now, end;

    drop_abandoned(l);
    c = next_to_shake(l);
    if (c == NULL || gives_way(l, c))
        return;
    now = clock_us();
    end = now + SHAKE_US;
    do {
        shake(c, &now);
        c = next_to_shake(l);
    } while (c != NULL && now < end && l->settled == 0);
}

void loop_turn(struct loop *l)
{
    l->turning = true;
    relay_again(l);
    shake_some(l);
    free_dying(l);
    if (TAILQ_EMPTY(&l->open))
        pipes_done(&l->scratch->pipes);
    l->turning = false;
    if (!TAILQ_EMPTY(&l->again) || next_to_shake(l) != NULL)
        loop_wake_after_a_look(l);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;

    (void)fd;
    (void)what;
    l->woken = false;
    loop_turn(l);
}

static void go_on_with_named(struct loop *l)
{
    struct conn *c, *next;

    for (c = TAILQ_FIRST(&l->unnamed); c != NULL; c = next) {
        next = TAILQ_NEXT(c, name);
        conn_step(c, CONN_EV_READY);
    }
}

static void go_on_with_opened(struct loop *l)
{
    struct conn *c, *next;

    for (c = TAILQ_FIRST(&l->unopened); c != NULL; c = next) {
        next = TAILQ_NEXT(c, opening);
        conn_step(c, CONN_EV_READY);
    }
}

void loop_answered(struct loop *l)
{
    go_on_with_named(l);
    go_on_with_opened(l);
}

void loop_stop(struct loop *l)
{
    struct conn *c, *next;

    for (c = TAILQ_FIRST(&l->open); c != NULL; c = next) {
        next = TAILQ_NEXT(c, link);
        conn_step(c, CONN_EV_STOP);
    }
}

/* ---- life ---- */

static void init_lists(struct loop *l)
{
    TAILQ_INIT(&l->open);
    TAILQ_INIT(&l->again);
    TAILQ_INIT(&l->greeting);
    TAILQ_INIT(&l->shaking);
    TAILQ_INIT(&l->doubted);
    TAILQ_INIT(&l->unnamed);
    TAILQ_INIT(&l->waiting);
    TAILQ_INIT(&l->unopened);
    TAILQ_INIT(&l->dying);
}

static int init(struct loop *l, struct error *err)
{
    l->base = endpoint_loop();
    if (l->base == NULL)
        return error_set(err, ERR_SYSTEM, "can't make an event loop on epoll");
    l->scratch = scratch_new();
    l->turn = evtimer_new(l->base, on_turn, l);
    if (!timers_init(l) || !room_init(l) || l->scratch == NULL ||
        l->turn == NULL)
        return error_nomem(err);
    return intercept_host_init(&l->intercept, l->services, err);
}

int loop_new(const struct services *services, const struct loop_owner *owner,
             struct loop **ret, struct error *err)
{
    struct loop *l = calloc(1, sizeof(*l));
    int r;

    if (l == NULL)
        return error_nomem(err);
    l->services = services;
    l->owner = *owner;
    init_lists(l);
    r = init(l, err);
    if (r < 0) {
        loop_free(l);
        return r;
    }
    *ret = l;
    return 0;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    loop_stop(l);
    free_dying(l);
    intercept_host_done(&l->intercept);
    if (l->turn != NULL)
        event_free(l->turn);
    timers_done(l);
    room_done(l);
    scratch_free(l->scratch);
    if (l->base != NULL)
        event_base_free(l->base);
    free(l);
}

/* ---- what others see ---- */

struct event_base *loop_base(const struct loop *l)
{
    return l->base;
}

struct metrics *loop_metrics(struct loop *l)
{
    return &l->metrics;
}

struct intercept_host *loop_intercept(struct loop *l)
{
    return &l->intercept;
}

bool loop_is_crowded(const struct loop *l)
{
    return l->settled > 0 &&
           (!TAILQ_EMPTY(&l->greeting) || !TAILQ_EMPTY(&l->shaking));
}

void loop_each(struct loop *l, loop_each_fn fn, void *arg)
{
    struct conn *c;

    TAILQ_FOREACH (c, &l->open, link)
        fn(arg, c);
}

const struct netaddr *loop_lacks_ticket(const struct loop *l)
{
    return &l->lacks_ticket;
}

unsigned long loop_count(const struct loop *l)
{
    return l->count;
}

unsigned long loop_waiting(const struct loop *l)
{
    return l->waiters;
}

size_t loop_held(const struct loop *l)
{
    return atomic_load_explicit(&l->scratch->held, memory_order_relaxed);
}

void loop_expect(struct loop *l)
{
    l->count++;
    l->waiters++;
}
