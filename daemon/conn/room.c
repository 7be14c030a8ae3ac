/* See room.h; and, while limits press, an end to those that trickle. */

#include "conn/room.h"

#include "conn/private.h"

enum { LOOKS = 256 }; /* at the oldest, for the one that makes room */

/* The oldest that waits, of OF; or of anybody, then of the account or peer of
 * which the most wait. */
static struct conn *oldest(struct loop *l, const struct fair_one *of)
{
    struct conn *c, *found = NULL;
    unsigned long n, most = 0;
    int looks = 0;

    TAILQ_FOREACH (c, &l->waiting, wait) {
        if (looks++ == LOOKS)
            break;
        if (!conn_waits_for_others(c) || (of != NULL && c->in.share != of))
            continue;
        n = fair_waits(l->services->fair, c->in.share);
        if (found == NULL || n > most) {
            found = c;
            most = n;
        }
        if (of != NULL)
            break;
    }
    return found;
}

bool room_make(struct loop *l, const struct fair_one *of)
{
    struct conn *c = oldest(l, of);

    if (c != NULL)
        conn_step(c, conn_because(c, CONN_BY_GAVE_WAY, CONN_EV_MAKE_ROOM));
    return c != NULL;
}

/* ---- trickling ---- */

/* Whoever sends a byte now and then has ten times HandshakeTimeout, but not
 * while others need the room. */
static void on_press(evutil_socket_t fd, short what, void *arg)
{
    struct loop *l = arg;
    struct conn *c, *next;

    (void)fd;
    (void)what;
    if (!fair_is_pressed(l->services->fair))
        return;
    for (c = TAILQ_FIRST(&l->waiting); c != NULL; c = next) {
        next = TAILQ_NEXT(c, wait);
        if (conn_waits_for_others(c) && conn_trickles(c))
            conn_step(c, conn_because(c, CONN_BY_TRICKLED, CONN_EV_MAKE_ROOM));
    }
    if (!TAILQ_EMPTY(&l->waiting))
        loop_press_later(l);
}

bool room_init(struct loop *l)
{
    l->press = evtimer_new(l->base, on_press, l);
    return l->press != NULL;
}

void room_done(struct loop *l)
{
    if (l->press != NULL)
        event_free(l->press);
}
