#ifndef WORKER_PRIVATE_H
#define WORKER_PRIVATE_H

/* Parts that tests look at by themselves; not for others. */

#include "worker/runner.h"

/* Ends those that are silent for too long; it runs each second by itself. */
void runners_sweep(struct runners *all);

size_t runners_count(const struct runners *all);

#endif
