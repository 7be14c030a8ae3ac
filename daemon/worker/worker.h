#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

/*
 * Threads, one event loop each. A connection stays with the worker that got
 * it: the one with the fewest connections when it was accepted. What programs
 * under attls-run bring has a worker of its own, where there are other
 * listeners too. Workers share the snapshots and nothing else; no lock is taken
 * while bytes flow.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/metrics.h"

struct error;
struct listener;
struct loop;
struct services;
struct workers;

struct workers_params {
    unsigned count;              /* 0: one per core; one more for attls-run */
    struct listener **listeners; /* borrowed until workers_stop() */
    size_t listener_count;
};

/* Starts the threads. SERVICES must outlive them. ERR_NOMEM, ERR_SYSTEM. */
int workers_start(const struct services *services,
                  const struct workers_params *params, struct workers **ret,
                  struct error *err);
/*
 * Refuses who connects at once, waits up to LIMIT_MS for the connections to end
 * by themselves, resets the rest, ends the threads, and frees all. The
 * connections that were reset. NULL allowed.
 */
unsigned long workers_stop(struct workers *w, unsigned long limit_ms);
/* Any thread, while workers_stop() runs: the connections get no further
 * time. */
void workers_hurry(struct workers *w);

/*
 * Calls FN on each worker's own thread, one after the other, and waits for
 * them: how another thread looks at connections. A worker that does not begin
 * within two seconds is passed over. Not from a worker, and not once
 * workers_stop() has begun.
 */
typedef void (*workers_visit_fn)(void *arg, struct loop *loop);
void workers_visit(struct workers *w, workers_visit_fn fn, void *arg);

/*
 * Workers are looked after: one that does not come back to its event loop for
 * two seconds is named in the log, gets no new connections and is not visited
 * until it answers again. I is below workers_count().
 */
unsigned workers_count(const struct workers *w);
bool workers_is_silent(const struct workers *w, unsigned i);

/* One more of what happens outside the workers; called by one thread. */
void workers_add(struct workers *w, enum counter c);
/* Sum over all. */
uint64_t workers_counter(const struct workers *w, enum counter c);
unsigned long workers_connections(const struct workers *w);
/* The listeners that they were started with. */
size_t workers_listener_count(const struct workers *w);
const struct listener *workers_listener(const struct workers *w, size_t i);

#endif
