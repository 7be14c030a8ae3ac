#ifndef CONN_LIMITED_H
#define CONN_LIMITED_H

/* What is counted and said when a limit of all, or of one, is at work. */

#include <stdbool.h>

#include "relay/metrics.h"

struct fair_who;
struct loop;

/* A limit at work: LIMIT, a key of attlsd.conf or what is made of one, is
 * MOST. */
struct limit {
    enum counter counter; /* of what it does */
    const char *name;
    unsigned long most;
};

/* Counts one more connection of WHO (NULL: nobody's) that was reset for that
 * limit, and writes a line about it, but not too many. */
void limited_tell(struct loop *l, const struct limit *limit,
                  const struct fair_who *who);

#endif
