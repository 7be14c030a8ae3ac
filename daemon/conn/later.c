/*
 * What is done for connections some time later, for all of a thread at once:
 * a short connection then never pays for it.
 */

#include "conn/private.h"

enum {
    DOUBT_MS = 20, /* a reset that a short read hid is found after so long */
    KEEP_MS = 5000 /* keepalive probes come much later than that */
};

static void arm(struct event *timer, unsigned ms)
{
    struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

    if (!evtimer_pending(timer, NULL))
        evtimer_add(timer, &tv);
}

/* ---- doubt ---- */

static void resolve(struct endpoint *e)
{
    if (e->doubt)
        endpoint_resolve(e);
}

/* Those that are in doubt again come the next time; so do those that have not
 * been for long: what they wait for makes the look needless. */
static void on_doubt(evutil_socket_t fd, short what, void *arg)
{
    struct conn_host *h = arg;
    struct conn *c, *last = TAILQ_LAST(&h->doubted, conn_list);
    bool end = last == NULL;

    (void)fd;
    (void)what;
    while (!end && (c = TAILQ_FIRST(&h->doubted)) != NULL) {
        if ((uint32_t)h->now() - c->listed < DOUBT_MS)
            break;
        end = c == last;
        conn_unqueue(c);
        resolve(&c->app);
        resolve(&c->wire);
        endpoint_hurry(&c->wire);
        conn_step(c, CONN_EV_READY);
    }
    if (!TAILQ_EMPTY(&h->doubted))
        arm(h->doubt, DOUBT_MS);
}

void conn_doubt(struct conn *c)
{
    if (c->app.doubt || c->wire.doubt || c->wire.tickets)
        conn_look_later(c);
}

void conn_look_later(struct conn *c)
{
    struct conn_host *h = c->host;

    if (c->queued != NULL)
        return;
    c->queued = &h->doubted;
    c->listed = (uint32_t)h->now();
    TAILQ_INSERT_TAIL(&h->doubted, c, queue);
    arm(h->doubt, DOUBT_MS);
}

/* ---- keepalive ---- */

void conn_keep(struct conn *c)
{
    endpoint_keepalive(&c->app, conn_config(c)->keepalive);
    endpoint_keepalive(&c->wire, conn_config(c)->keepalive);
    c->kept = true;
}

/* The youngest are the last of the list. */
static void on_keep(evutil_socket_t fd, short what, void *arg)
{
    struct conn_host *h = arg;
    uint64_t now = h->now();
    struct conn *c;

    (void)fd;
    (void)what;
    TAILQ_FOREACH_REVERSE (c, &h->open, conn_list, link) {
        if (c->kept)
            break;
        if (now - c->began >= KEEP_MS)
            conn_keep(c);
    }
    c = TAILQ_LAST(&h->open, conn_list);
    if (c != NULL && !c->kept)
        arm(h->keep, KEEP_MS);
}

void conn_keep_later(struct conn_host *h)
{
    arm(h->keep, KEEP_MS);
}

/* ---- the timers ---- */

bool conn_later_init(struct conn_host *h)
{
    TAILQ_INIT(&h->doubted);
    h->doubt = evtimer_new(h->base, on_doubt, h);
    h->keep = evtimer_new(h->base, on_keep, h);
    return h->doubt != NULL && h->keep != NULL;
}

void conn_later_done(struct conn_host *h)
{
    if (h->doubt != NULL)
        event_free(h->doubt);
    if (h->keep != NULL)
        event_free(h->keep);
}
