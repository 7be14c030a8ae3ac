#ifndef CONN_ROOM_H
#define CONN_ROOM_H

/* Who makes room when a limit of all is reached. */

#include <stdbool.h>

struct fair_one;
struct loop;

/*
 * Resets the oldest that waits for partner or target, and not for us, in favour
 * of a new one: one of OF, or of anybody, of whoever has more than his share
 * first. False: there is none.
 */
bool room_make(struct loop *l, const struct fair_one *of);

#endif
