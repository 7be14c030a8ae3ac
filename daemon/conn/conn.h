#ifndef CONN_CONN_H
#define CONN_CONN_H

/*
 * One connection from accept to close, as the table states.def has it.
 * conn_step() is the only place that changes a connection's state.
 *
 * Everything here belongs to one thread: that of the host. A connection is
 * freed only by conn_host_turn(), at the end of a turn of the event loop, so
 * no callback finds its connection gone.
 */

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "conn/audit.h"
#include "conn/intercepted.h"
#include "conn/naming.h"
#include "relay/metrics.h"
#include "relay/pump.h"
#include "relay/wiretrace.h"
#include "site/config.h"
#include "site/snapshot.h"
#include "story/story.h"
#include "trace/trace.h"

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
#define REASON(id, counter, text) CONN_BY_##id,
#include "conn/reasons.def"
    CONN_REASON_COUNT
};

struct conn;
TAILQ_HEAD(conn_list, conn);

/* What a thread lends its connections. */
struct conn_host {
    struct event_base *base;
    struct snapshots *snapshots;
    struct trace *trace;
    struct metrics metrics;
    struct scratch *scratch;
    struct pairs *pairs;           /* NULL: no listener is transparent */
    const struct marks *marks;     /* NULL: the daemon may set none */
    struct own *own;               /* NULL: none of ours can come back */
    struct naming *naming;         /* NULL: only given names are known */
    struct stories *stories;       /* NULL: failures are not told */
    struct audit *audit;           /* NULL: nothing is counted there */
    struct wiretraces *wiretraces; /* NULL: packets are never traced */
    struct fair *fair;             /* NULL: nobody is counted */
    /* Called on any thread: conn_host_named() and conn_host_opened() are to run
     * on this one. NULL: environments are opened while connections wait. */
    void (*wake)(void *arg);
    void *wake_arg;
    uint64_t (*now)(void); /* milliseconds, never backwards */

    struct intercept_host intercept;
    struct event *turn;  /* runs conn_host_turn() after the other events */
    bool woken, turning; /* it will run; it runs */
    bool stepped; /* a handshake has, after the last look at the sockets */
    struct event *doubt, *keep, *press;
    struct conn_list open;
    struct conn_list again;                 /* have more to relay */
    struct conn_list greeting;              /* their handshake may begin */
    struct conn_list shaking;               /* theirs may go on */
    struct conn_list doubted;               /* may have missed an event */
    struct conn_list unnamed;               /* wait for names */
    struct conn_list waiting;               /* do not relay; the oldest first */
    struct conn_list unopened;              /* wait for environments */
    struct conn_list dying;                 /* closed, to be freed */
    _Atomic unsigned long count, beginning; /* all; not relaying yet */
    unsigned long settled; /* connections that relay for a while already */
    unsigned gave_way;     /* turns in which handshakes waited for others */
    bool relayed;          /* bytes have moved since the last handshakes */
    unsigned in_row;       /* steps that were no first ones of a handshake */
    bool long_step[2];     /* the last of those, and of the others, took long */
    uint64_t steps;        /* of handshakes; tests count them */
    struct {
        unsigned long count; /* since the last line about it */
        uint64_t told;       /* when that was; 0: never */
    } limited[COUNTER_COUNT];
    struct netaddr lacks_ticket; /* the last server of COUNTER_LACKS_TICKET */
};

/* Sets the members that follow NOW, which the caller has set; *BASE is
 * borrowed. ERR_NOMEM, ERR_SYSTEM. */
int conn_host_init(struct conn_host *h, struct error *err);
/* Closes and frees all connections. */
void conn_host_done(struct conn_host *h);
/* Runs what waits for its next turn and frees what is closed. */
void conn_host_turn(struct conn_host *h);
/* Goes on with the connections whose names have come. */
void conn_host_named(struct conn_host *h);
/* Goes on with those whose environments have been opened. */
void conn_host_opened(struct conn_host *h);

/* A limit at work: LIMIT, a key of attlsd.conf or what is made of one, is
 * MOST. */
struct conn_limit {
    enum counter counter; /* of what it does */
    const char *name;
    unsigned long most;
};
/* One more for COUNTER. False: there was a line a moment ago; else *RET_COUNT
 * are those since the last one. */
bool conn_host_may_tell(struct conn_host *h, enum counter counter,
                        unsigned long *ret_count);
/* One more of WHO (NULL: nobody's) was reset for that: it is counted, and there
 * is a line about it, but not too many. */
void conn_host_limited(struct conn_host *h, const struct conn_limit *limit,
                       const struct fair_who *who);
/*
 * Resets the oldest that waits for partner or target, and not for us, in favour
 * of a new one: one of OF, or of anybody, of whoever has more than his share
 * first. False: there is none.
 */
bool conn_host_make_room(struct conn_host *h, const struct fair_one *of);
/* Handshakes wait for their turn while others have been relaying for a while,
 * whose sockets are to be looked at soon. */
bool conn_host_is_crowded(const struct conn_host *h);
/* The event STOP to all connections. */
void conn_host_stop(struct conn_host *h);

/*
 * Takes the socket of IN (also when it fails) and lets the new connection
 * begin. L, which has its settings, must outlive it.
 */
void conn_start(struct conn_host *h, const struct config_listener *l,
                const struct intercepted *in);

void conn_step(struct conn *c, enum conn_event ev);
/* Looks whether the limit of the state has passed: what the timer calls. */
void conn_check_limit(struct conn *c);

/* For tests and displays. */
enum conn_state conn_state(const struct conn *c);
enum conn_reason conn_reason(const struct conn *c);
uint32_t conn_id(const struct conn *c);
/* Of the wire side; AF_UNSPEC: not known yet. */
void conn_addresses(const struct conn *c, struct netaddr *ret_local,
                    struct netaddr *ret_remote);
const char *conn_reason_text(enum conn_reason r);
const char *conn_state_name(enum conn_state s);
const char *conn_event_name(enum conn_event e);
/* There is an edge from S on E. */
bool conn_has_edge(enum conn_state s, enum conn_event e);
/* A connection in state S that has no socket, for walking the table. */
struct conn *conn_new_in_state(struct conn_host *h,
                               const struct config_listener *l,
                               enum conn_state s);

#endif
