#ifndef WORKER_LISTENER_H
#define WORKER_LISTENER_H

/*
 * One listening socket: bound when the daemon starts, held for life. It
 * accepts on one thread's event base and gives each socket to a callback.
 */

#include <event2/event.h>

#include "conn/intercepted.h"
#include "relay/metrics.h"
#include "site/config.h"
#include "trace/trace.h"

struct listener;

/* Takes FD, which is connected to PEER (AF_UNSPEC: not IP). False: other
 * events come first, then the next socket. */
typedef bool (*listener_accept_fn)(void *arg, const struct config_listener *l,
                                   int fd, const struct netaddr *peer);

/* Binds and listens; nothing is accepted yet. CFG must outlive it.
 * ERR_SYSTEM, ERR_NOMEM. */
int listener_open(const struct config_listener *cfg, unsigned long backlog,
                  struct listener **ret, struct error *err);
void listener_close(struct listener *l); /* NULL allowed */

/* What the configuration says of it. */
const struct config_listener *listener_config(const struct listener *l);

/* The address that it really has (port 0 in the configuration: any). */
struct netaddr listener_address(const struct listener *l);

/* 0: it accepts; else it refuses, as dial_check says so: why its target does
 * not accept, an errno. Any thread may ask. */
int listener_is_refusing(const struct listener *l);

/* What a listener needs to accept on a thread. */
struct listener_host {
    struct event_base *base;
    struct intercept_host *intercept; /* for dial_check */
    struct trace *trace;
    struct metrics *metrics;
    listener_accept_fn accept;
    void *arg;
};

/* ERR_NOMEM, ERR_SYSTEM. */
int listener_start(struct listener *l, const struct listener_host *host,
                   struct error *err);
/* Any thread: from now on whoever connects is refused, and who waits to be
 * accepted is reset. */
void listener_shut(struct listener *l);
/* Stops accepting; the descriptor stays open. */
void listener_stop(struct listener *l);

#endif
