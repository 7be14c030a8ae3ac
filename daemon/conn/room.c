/*
 * Limits of all: what is said of them, and who makes room when one is reached.
 */

#include "conn/private.h"

enum {
    TELL_MS = 5000,  /* between two lines about one limit */
    PRESS_MS = 1000, /* between two looks for those that trickle */
    LOOKS = 256      /* at the oldest, for the one that makes room */
};

/* ---- what is said ---- */

bool conn_host_may_tell(struct conn_host *h, enum counter counter,
                        unsigned long *ret_count)
{
    unsigned long *count = &h->limited[counter].count;
    uint64_t *told = &h->limited[counter].told, now = h->now();

    ++*count;
    if (*told != 0 && now - *told < TELL_MS)
        return false;
    *told = now;
    *ret_count = *count;
    *count = 0;
    return true;
}

void conn_host_limited(struct conn_host *h, const struct conn_limit *limit,
                       const struct fair_who *who)
{
    char text[FAIR_TEXT];
    unsigned long count;

    metrics_add(&h->metrics, limit->counter, 1);
    if (who != NULL && h->fair != NULL)
        fair_note(h->fair, who, limit->name);
    if (conn_host_may_tell(h, limit->counter, &count))
        trace_remark(
            h->trace, TRACE_WARNING, "limit=%s most=%lu refused=%lu%s%s%s",
            limit->name, limit->most, count, who != NULL ? " last=\"" : "",
            who != NULL ? fair_format(who, text) : "", who != NULL ? "\"" : "");
}

void conn_remark_room(struct conn_host *h)
{
    unsigned long count;

    if (conn_host_may_tell(h, COUNTER_GAVE_WAY, &count))
        trace_remark(h->trace, TRACE_WARNING,
                     "reset=%lu note=\"a limit is reached: of those that "
                     "waited for partner or target the oldest made room\"",
                     count);
}

/* ---- room ---- */

/* What is queued for a step has heard of its partner and waits for us. */
bool conn_waits_for_others(const struct conn *c)
{
    return conn_has_edge((enum conn_state)c->state, CONN_EV_MAKE_ROOM) &&
           c->queued != &c->host->greeting && c->queued != &c->host->shaking;
}

/* Of whoever has the most that wait: whoever takes turns with himself has none
 * that is old. */
static struct conn *oldest(struct conn_host *h, const struct fair_one *of)
{
    struct conn *c, *found = NULL;
    unsigned long n, most = 0;
    int looks = 0;

    TAILQ_FOREACH (c, &h->waiting, wait) {
        if (looks++ == LOOKS)
            break;
        if (!conn_waits_for_others(c) || (of != NULL && c->in.share != of))
            continue;
        n = fair_waits(h->fair, c->in.share);
        if (found == NULL || n > most) {
            found = c;
            most = n;
        }
        if (of != NULL)
            break;
    }
    return found;
}

bool conn_host_make_room(struct conn_host *h, const struct fair_one *of)
{
    struct conn *c = oldest(h, of);

    if (c != NULL)
        conn_step(c, conn_because(c, CONN_BY_GAVE_WAY, CONN_EV_MAKE_ROOM));
    return c != NULL;
}

/* ---- trickling ---- */

/* Whoever sends a byte now and then has ten times HandshakeTimeout, but not
 * while others need the room. */
static void on_press(evutil_socket_t fd, short what, void *arg)
{
    struct conn_host *h = arg;
    struct conn *c, *next;

    (void)fd;
    (void)what;
    if (!fair_is_pressed(h->fair))
        return;
    for (c = TAILQ_FIRST(&h->waiting); c != NULL; c = next) {
        next = TAILQ_NEXT(c, wait);
        if (conn_waits_for_others(c) && conn_trickles(c))
            conn_step(c, conn_because(c, CONN_BY_TRICKLED, CONN_EV_MAKE_ROOM));
    }
    if (!TAILQ_EMPTY(&h->waiting))
        conn_press_later(h);
}

void conn_press_later(struct conn_host *h)
{
    static const struct timeval later = {PRESS_MS / 1000, 0};

    if (!evtimer_pending(h->press, NULL))
        evtimer_add(h->press, &later);
}

/* ---- the timer ---- */

bool conn_room_init(struct conn_host *h)
{
    h->press = evtimer_new(h->base, on_press, h);
    return h->press != NULL;
}

void conn_room_done(struct conn_host *h)
{
    if (h->press != NULL)
        event_free(h->press);
}
