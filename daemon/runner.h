#ifndef DAEMON_RUNNER_H
#define DAEMON_RUNNER_H

/*
 * One attls-run that is connected to a listener of mode run: the producer of
 * its program's connections. It brings the sockets itself, so nobody else can
 * put one in; its user id is the kernel's word (SO_PEERCRED), its job name its
 * own.
 *
 * Belongs to the thread of its event base, but for the reports about
 * connections that other threads have.
 */

#include <event2/event.h>
#include <sys/queue.h>

#include "daemon/intercepted.h"
#include "daemon/snapshot.h"
#include "trace/trace.h"

/* Takes what IN holds. */
typedef void (*runner_take_fn)(void *arg, const struct config_listener *l,
                               struct intercepted *in);

struct runner_host {
    struct event_base *base;
    struct snapshots *snapshots;
    struct trace *trace;
    runner_take_fn take;
    void *arg;
};

struct runner;
LIST_HEAD(runner_list, runner);

/* Takes FD, also when it fails. The runner ends with its other side, or with
 * runners_end(). Not one byte is read of an account that allow does not name:
 * ERR_DENIED. ERR_LIMIT, ERR_SYSTEM, ERR_NOMEM. */
int runner_start(const struct config_listener *l, int fd,
                 const struct runner_host *host, struct runner_list *list,
                 struct error *err);
void runners_end(struct runner_list *list);

#endif
