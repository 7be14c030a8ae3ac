#ifndef CONN_LOOP_H
#define CONN_LOOP_H

/*
 * The connections of one thread: its event loop, whose turn it is, what waits
 * for what. It belongs to that thread, but for the functions that say "any
 * thread".
 */

#include <stdbool.h>
#include <stddef.h>

#include "conn/conn.h"
#include "conn/services.h"

struct error;
struct event_base;
struct intercept_host;
struct metrics;

/* Whoever runs the loop. */
struct loop_owner {
    /* Any thread: loop_answered() is to run on the loop's own. NULL:
     * environments are opened while connections wait. */
    void (*wake)(void *arg);
    /* On the loop's thread: its last connection has ended. NULL: nobody waits
     * for that. */
    void (*emptied)(void *arg);
    void *arg;
};

/* SERVICES must outlive it. ERR_NOMEM, ERR_SYSTEM. */
int loop_new(const struct services *services, const struct loop_owner *owner,
             struct loop **ret, struct error *err);
/* Closes and frees all connections. NULL allowed. */
void loop_free(struct loop *l);

/* What it lends, for what else happens on its thread. */
struct event_base *loop_base(const struct loop *l);
struct metrics *loop_metrics(struct loop *l);
struct intercept_host *loop_intercept(struct loop *l);

/* Continues the connections whose names have come, or whose environments have
 * been opened. */
void loop_answered(struct loop *l);
/* Handshakes wait for their turn while others have been relaying for a while:
 * look at the sockets of those soon. */
bool loop_is_crowded(const struct loop *l);

/* Calls FN with each open connection. */
typedef void (*loop_each_fn)(void *arg, struct conn *c);
void loop_each(struct loop *l, loop_each_fn fn, void *arg);
/* The last server of COUNTER_LACKS_TICKET; AF_UNSPEC: there was none. */
const struct netaddr *loop_lacks_ticket(const struct loop *l);

/* ---- any thread ---- */

/* All connections, and those that do not relay yet. */
unsigned long loop_count(const struct loop *l);
unsigned long loop_waiting(const struct loop *l);
/* Bytes that wait to be taken; see relay/pump.h. */
size_t loop_held(const struct loop *l);
/* A connection on its way here counts already; it has come, or never will. */
void loop_expect(struct loop *l);
void loop_expected(struct loop *l);

#endif
