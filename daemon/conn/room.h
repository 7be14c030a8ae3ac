#ifndef CONN_ROOM_H
#define CONN_ROOM_H

/* Which connection makes room when a limit of all is reached. */

#include <stdbool.h>

struct fair_one;
struct loop;

/*
 * Resets the oldest connection that waits for partner or target, and not for
 * us, in favour of a new one: one of OF, or of anybody; an account or peer with
 * more than its share gives first. False: no connection waits so.
 */
bool room_make(struct loop *l, const struct fair_one *of);

#endif
