#ifndef WORKER_RUNNER_H
#define WORKER_RUNNER_H

/*
 * One attls-run that is connected to a listener of mode run: the producer of
 * its program's connections. It brings the sockets itself, so nobody else can
 * put one in; its user id is the kernel's word (SO_PEERCRED), its job name its
 * own.
 *
 * Accounts take turns, whatever one of them sends. There are max_runs of them,
 * shared fairly; one that says nothing at first, or nothing for long while it
 * has no connection under way, is ended: attls-run calls again when it needs
 * the daemon. Those that are idle make room at the limit.
 *
 * Belongs to the thread of its event base, but for the reports about
 * connections that other threads have.
 */

#include <event2/event.h>

#include "conn/intercepted.h"
#include "site/snapshot.h"
#include "trace/trace.h"

/* Takes what IN holds. */
typedef void (*runner_take_fn)(void *arg, const struct config_listener *l,
                               struct intercepted *in);

struct runner_host {
    const struct services *services;
    struct event_base *base;
    struct fair *runs; /* counts runners, those of all threads */
    runner_take_fn take;
    void *arg;
};

struct runners; /* those of a thread */

struct runners *
runners_new(const struct runner_host *host); /* NULL: no memory */
/* Ends them. NULL allowed. */
void runners_free(struct runners *all);

/* Takes FD, also when it fails. The runner ends with its other side, or with
 * runners_free(). Not one byte is read of an account that allow does not name:
 * ERR_DENIED. ERR_SYSTEM, ERR_NOMEM. *RET_WHO: whose it is, or would have been.
 * ERR_LIMIT: *RET_MOST is the limit. */
int runner_start(struct runners *all, const struct config_listener *l, int fd,
                 struct fair_who *ret_who, unsigned long *ret_most,
                 struct error *err);
/* One line of attls-run about what was refused, as many a second as remarks. */
void runner_say(const struct runner_host *host, const char *what,
                const char *text);

#endif
