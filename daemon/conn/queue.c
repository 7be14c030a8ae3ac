/*
 * What a connection waits in: the lists of its thread, and the timers that look
 * at them. Here things are put in and taken out; what follows when their turn
 * comes is in loop.c, timers.c and room.c.
 */

#include "conn/private.h"

/* ---- a turn ---- */

void loop_wake_after_a_look(struct loop *l)
{
    static const struct timeval at_once = {0, 0};

    if (!l->woken)
        l->woken = evtimer_add(l->turn, &at_once) == 0;
}

/* It comes after the events that are there already, without another look at the
 * sockets, unless a handshake has made a step since the last look: no two steps
 * are made without one. A turn sees at its end whether another must follow. */
void loop_wake(struct loop *l)
{
    if (l->woken || l->turning)
        return;
    if (l->stepped) {
        loop_wake_after_a_look(l);
        return;
    }
    l->woken = true;
    event_active(l->turn, EV_TIMEOUT, 0);
}

static void put(struct conn *c, struct conn_list *list)
{
    c->queued = list;
    c->listed = (uint32_t)conn_now(c);
    TAILQ_INSERT_TAIL(list, c, queue);
}

void conn_queue(struct conn *c, struct conn_list *list)
{
    if (c->queued == &c->loop->doubted)
        conn_unqueue(c);
    if (c->queued != NULL)
        return;
    put(c, list);
    loop_wake(c->loop);
}

void conn_unqueue(struct conn *c)
{
    if (c->queued != NULL)
        TAILQ_REMOVE(c->queued, c, queue);
    c->queued = NULL;
}

void conn_wait_open(struct conn *c, bool wait)
{
    if (wait && !c->unopened)
        TAILQ_INSERT_TAIL(&c->loop->unopened, c, opening);
    if (!wait && c->unopened)
        TAILQ_REMOVE(&c->loop->unopened, c, opening);
    c->unopened = wait;
}

void conn_wait_name(struct conn *c, struct naming_task *task)
{
    c->task = task;
    TAILQ_INSERT_TAIL(&c->loop->unnamed, c, name);
}

void conn_named(struct conn *c)
{
    TAILQ_REMOVE(&c->loop->unnamed, c, name);
    c->task = NULL;
}

void conn_drop_names(struct conn *c)
{
    struct naming_task *task = c->task;

    if (task == NULL)
        return;
    conn_named(c);
    naming_drop(task);
}

void conn_settle(struct conn *c, bool settled)
{
    if (settled && !c->settled)
        c->loop->settled++;
    if (!settled && c->settled)
        c->loop->settled--;
    c->settled = settled;
}

/* ---- later ---- */

void loop_arm(struct event *timer, unsigned ms)
{
    struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

    if (!evtimer_pending(timer, NULL))
        evtimer_add(timer, &tv);
}

void conn_doubt(struct conn *c)
{
    if (endpoint_in_doubt(&c->app) || endpoint_in_doubt(&c->wire))
        conn_look_later(c);
}

void conn_look_later(struct conn *c)
{
    struct loop *l = c->loop;

    if (c->queued != NULL)
        return;
    put(c, &l->doubted);
    loop_arm(l->doubt, DOUBT_MS);
}

void conn_keep(struct conn *c)
{
    endpoint_keepalive(&c->app, conn_config(c)->keepalive);
    endpoint_keepalive(&c->wire, conn_config(c)->keepalive);
    c->kept = true;
}

void loop_keep_later(struct loop *l)
{
    loop_arm(l->keep, KEEP_MS);
}

void loop_press_later(struct loop *l)
{
    loop_arm(l->press, PRESS_MS);
}

/* ---- the limit of a state ---- */

/* The timer follows at the end of the step: see step.c. */
void conn_arm(struct conn *c, uint64_t milliseconds)
{
    c->deadline = milliseconds == 0 ? 0 : conn_now(c) + milliseconds;
}

void conn_drop_timer(struct conn *c)
{
    if (c->timer != NULL)
        event_free(c->timer);
    c->timer = NULL;
    c->timer_at = 0;
}

/* ---- who counts ---- */

void loop_ended(struct loop *l)
{
    if (--l->count == 0 && l->owner.emptied != NULL)
        l->owner.emptied(l->owner.arg);
}

void loop_expected(struct loop *l)
{
    l->waiters--;
    loop_ended(l);
}
