#ifndef WORKER_WORKER_H
#define WORKER_WORKER_H

/*
 * Threads, one event loop each. A connection stays with the worker that got
 * it: the one with the fewest connections when it was accepted. What programs
 * under attls-run bring has a worker of its own, where there are other
 * listeners too. Workers share the snapshots and nothing else; no lock is taken
 * while bytes flow.
 */

#include "conn/conn.h"
#include "worker/listener.h"

struct workers;

struct workers_params {
    unsigned count; /* 0: one per core; one more for attls-run */
    struct snapshots *snapshots;
    struct trace *trace;
    struct pairs *pairs;       /* NULL: no listener is transparent */
    const struct marks *marks; /* NULL: the daemon may set none */
    struct own *own;           /* NULL: none of ours can come back */
    struct naming *naming;
    struct stories *stories;
    struct audit *audit;
    struct wiretraces *wiretraces;
    struct listener **listeners; /* borrowed until workers_stop() */
    size_t listener_count;
};

/* Starts the threads. ERR_NOMEM, ERR_SYSTEM. */
int workers_start(const struct workers_params *params, struct workers **ret,
                  struct error *err);
/*
 * Refuses who connects at once, waits up to LIMIT_MS for the connections to end
 * by themselves, resets the rest, ends the threads, and frees all. The
 * connections that were reset. NULL allowed.
 */
unsigned long workers_stop(struct workers *w, unsigned long limit_ms);
/* Any thread, while workers_stop() runs: the connections get no more time. */
void workers_hurry(struct workers *w);

/*
 * Calls FN on each worker's own thread, one after the other, and waits for
 * them: how another thread looks at connections. A worker that does not begin
 * within two seconds is passed over. Not from a worker, and not once
 * workers_stop() has begun.
 */
typedef void (*workers_visit_fn)(void *arg, struct conn_host *host);
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
/* Who was limited lately; see conn/fair.h. */
size_t workers_limited(const struct workers *w,
                       struct fair_limited ret[FAIR_KEPT]);

#endif
