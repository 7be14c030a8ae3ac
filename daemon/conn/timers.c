/*
 * What is done for connections some time later, for all of a thread at once:
 * a short connection then never pays for it.
 */

#include "conn/private.h"

/* ---- doubt ---- */

/* Those that are in doubt again come the next time; so do those that have not
 * been for long: what they wait for makes the look needless. */
static void on_doubt(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;
    struct conn *c, *last = TAILQ_LAST(&l->doubted, conn_list);
    bool end = last == NULL;

    (void)fd;
    (void)what;
    while (!end && (c = TAILQ_FIRST(&l->doubted)) != NULL) {
        if ((uint32_t)l->services->now() - c->listed < DOUBT_MS)
            break;
        end = c == last;
        conn_unqueue(c);
        endpoint_look_again(&c->app);
        endpoint_look_again(&c->wire);
        conn_step(c, CONN_EV_READY);
    }
    if (!TAILQ_EMPTY(&l->doubted))
        loop_arm(l->doubt, DOUBT_MS);
}

/* ---- keepalive ---- */

/* The youngest are the last of the list. */
static void on_keep(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;
    uint64_t now = l->services->now();
    struct conn *c;

    (void)fd;
    (void)what;
    TAILQ_FOREACH_REVERSE (c, &l->open, conn_list, link) {
        if (c->kept)
            break;
        if (now - c->began >= KEEP_MS)
            conn_keep(c);
    }
    c = TAILQ_LAST(&l->open, conn_list);
    if (c != NULL && !c->kept)
        loop_arm(l->keep, KEEP_MS);
}

/* ---- the timers ---- */

bool timers_init(struct loop *l)
{
    TAILQ_INIT(&l->doubted);
    l->doubt = evtimer_new(l->base, on_doubt, l);
    l->keep = evtimer_new(l->base, on_keep, l);
    return l->doubt != NULL && l->keep != NULL;
}

void timers_done(struct loop *l)
{
    if (l->doubt != NULL)
        event_free(l->doubt);
    if (l->keep != NULL)
        event_free(l->keep);
}
