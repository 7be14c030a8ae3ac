#ifndef CONN_TESTING_H
#define CONN_TESTING_H

/* Parts that tests look at by themselves; not for others. */

#include "conn/fair.h"

/* ---- the arithmetic ---- */

bool fair_presses(unsigned long now, unsigned long limit);

/* SHARERS: those that wait, the one who asks among them. At least 1. */
unsigned long fair_share(unsigned long limit, unsigned long sharers);

/* Those who have connections. */
size_t fair_count(struct fair *f);

#endif
