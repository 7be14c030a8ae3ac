#ifndef CONN_CONN_H
#define CONN_CONN_H

/*
 * One connection from accept to close, as the table states.def has it.
 * conn_step() is the only place that changes a connection's state.
 *
 * Everything here belongs to one thread: that of the loop. A connection is
 * freed only by loop_turn(), at the end of a turn of the event loop, so no
 * callback finds its connection gone.
 */

#include <stdbool.h>
#include <stdint.h>

enum conn_state {
#define STATE(id, limit, meaning) CONN_##id,
#include "conn/states.def"
    CONN_STATE_COUNT
};

enum conn_event {
#define EVENT(id, meaning) CONN_EV_##id,
#include "conn/states.def"
    CONN_EVENT_COUNT
};

enum conn_reason {
#define REASON(id, counter, failure, line, by, text, cause, remedy)            \
    CONN_BY_##id,
#include "conn/reasons.def"
    CONN_REASON_COUNT
};

struct config_listener;
struct conn;
struct intercepted;
struct loop;
struct netaddr;

/*
 * Takes what IN holds, which is empty then, and lets the new connection begin.
 * L, which has its settings, must outlive it.
 */
void conn_start(struct loop *loop, const struct config_listener *l,
                struct intercepted *in);

void conn_step(struct conn *c, enum conn_event ev);

/* ---- for tests and displays ---- */

enum conn_state conn_state(const struct conn *c);
enum conn_reason conn_reason(const struct conn *c);
uint32_t conn_id(const struct conn *c);
/* Of the wire side; AF_UNSPEC: not known yet. */
void conn_addresses(const struct conn *c, struct netaddr *ret_local,
                    struct netaddr *ret_remote);
const char *conn_state_name(enum conn_state s);
const char *conn_event_name(enum conn_event e);

#endif
