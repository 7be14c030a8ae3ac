#ifndef CONN_PRIVATE_H
#define CONN_PRIVATE_H

/* What the files of this room share; not for others. */

#include <event2/event.h>
#include <sys/queue.h>

#include "conn/audit.h"
#include "conn/conn.h"
#include "conn/intercepted.h"
#include "conn/loop.h"
#include "conn/naming.h"
#include "relay/metrics.h"
#include "relay/pump.h"
#include "relay/wiretrace.h"
#include "site/config.h"
#include "site/snapshot.h"
#include "story/story.h"
#include "trace/ezd.h"
#include "trace/trace.h"

TAILQ_HEAD(conn_list, conn);

struct loop {
    const struct services *services;
    struct loop_owner owner;
    struct event_base *base;
    struct metrics metrics;
    struct scratch *scratch;
    struct intercept_host intercept;
    struct event *turn;  /* runs loop_turn() after the other events */
    bool woken, turning; /* it will run; it runs */
    bool stepped; /* a handshake has, after the last look at the sockets */
    struct event *doubt, *keep, *press;
    struct conn_list open;
    struct conn_list again;               /* have more to relay */
    struct conn_list greeting;            /* their handshake may begin */
    struct conn_list shaking;             /* theirs may go on */
    struct conn_list doubted;             /* may have missed an event */
    struct conn_list unnamed;             /* wait for names */
    struct conn_list waiting;             /* do not relay; the oldest first */
    struct conn_list unopened;            /* wait for environments */
    struct conn_list dying;               /* closed, to be freed */
    _Atomic unsigned long count, waiters; /* all; not relaying yet */
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

enum {
    DOUBT_MS = 20,  /* how late a reset that a short read hid is found */
    KEEP_MS = 5000, /* keepalive probes come much later than that */
    PRESS_MS = 1000 /* between two looks for those that trickle */
};

struct conn {
    TAILQ_ENTRY(conn) link;    /* in open or dying */
    TAILQ_ENTRY(conn) queue;   /* in *queued */
    TAILQ_ENTRY(conn) name;    /* in unnamed, when task is not NULL */
    TAILQ_ENTRY(conn) opening; /* in unopened, when unopened is set */
    TAILQ_ENTRY(conn) wait;    /* in waiting, when conn_is_waiting() */
    struct naming_task *task;
    struct loop *loop;
    const struct config_listener *listener; /* its settings, not its way */
    struct intercepted in;                  /* fd: -1, the endpoint has it */
    struct snapshot *snapshot;              /* the one it was mapped with */
    const struct policy_rule *rule;
    const struct effective *eff;
    struct environment *env;
    struct endpoint wire, app;
    struct pump pump;
    struct wiretap *tap; /* NULL: its packets are not traced */
    struct event *timer;
    uint64_t began;       /* when it was accepted */
    uint64_t start_us;    /* the same, finer */
    struct timespec when; /* and by the wall clock */
    uint32_t at[STORY_POINTS];
    struct hello_packed *client_hello, *server_hello; /* NULL: none was seen */
    uint64_t deadline;                                /* 0: none */
    uint64_t timer_at;                                /* 0: it does not run */
    uint64_t handshake_end;                           /* handshake_limit */
    uint64_t active;     /* when bytes last moved */
    struct dials *dials; /* dial.c; NULL: nothing was put aside */
    uint64_t dial_end;   /* connect_limit; 0: not dialled yet */
    uint32_t listed;     /* when it came into *queued; milliseconds */
    uint32_t id, grpid, envid;
    uint8_t state, reason;
    uint8_t by[CONN_STATE_COUNT]; /* the event that led there; NONE: none has */
    uint8_t trace, facility;      /* of the rule: Trace, enum trace_facility */
    uint8_t target;               /* which address of the target is next */
    bool tls;                     /* the rule says TLS */
    struct conn_list *queued;     /* one of the loop's; NULL: in none */
    bool settled;                 /* counted as such by the loop */
    bool kept;                    /* keepalive is set */
    bool starved;                 /* the dial waits for a descriptor */
    bool unopened;                /* waits for its environment */
    bool begun;                   /* EZD1283I Connection Init was written */
    bool told;                    /* its failure was */
    bool searched;                /* for a rule */
    bool hello_in_clear;          /* its partner speaks TLS, it does not */
    bool hushed;        /* its first lines wait for its partner's first word */
    bool judged, quiet; /* whether it fails without EZD lines, it does */
};

static inline bool conn_outbound(const struct conn *c)
{
    return c->in.direction == POLICY_OUTBOUND;
}

static inline const struct config *conn_config(const struct conn *c)
{
    return snapshot_config(c->snapshot);
}

static inline const struct services *conn_services(const struct conn *c)
{
    return c->loop->services;
}

static inline uint64_t conn_now(const struct conn *c)
{
    return c->loop->services->now();
}

static inline struct session *conn_session(const struct conn *c)
{
    return endpoint_session(&c->wire);
}

/* It does not relay yet. */
static inline bool conn_is_waiting(const struct conn *c)
{
    return c->state < CONN_RELAYING;
}

/* Its handshake was done. */
static inline bool conn_is_secured(const struct conn *c)
{
    return c->at[STORY_SECURED] != 0;
}

/*
 * The files of the room, from the ground: each calls only those before it.
 * states, queue, tell, limited, lines and flow are called by actions (map,
 * dial, tls, ends); these by step, and step by room, timers, life and loop.
 */

/* ---- states.c ---- */

enum conn_failure { FAILURE_NO, FAILURE_YES, FAILURE_BEFORE_TLS };
enum conn_last_line { LINE_OWN, LINE_NONE, LINE_ROOM };

struct conn_reason_row {
    enum counter counter; /* CLOSED: nothing beside that */
    enum conn_failure failure;
    enum conn_last_line line;
    enum fault_by by; /* who ended it, where TLS does not say so */
    const char *text;
    const char *cause, *remedy; /* with words of tls/words.def; or NULL */
};
const struct conn_reason_row *conn_reason_row(const struct conn *c);
/* The reason, should the connection end by EV. Returns EV. */
enum conn_event conn_because(struct conn *c, enum conn_reason why,
                             enum conn_event ev);
/* What it ends of is a failure, for the reason that it has. */
bool conn_has_failed(const struct conn *c);
/* The connection waits for its partner or its target, and not for us. */
bool conn_waits_for_others(const struct conn *c);

/* ---- queue.c ---- */

/* Waits in LIST (of the loop) for the loop's next turn. */
void conn_queue(struct conn *c, struct conn_list *list);
void conn_unqueue(struct conn *c);
/* Is in the loop's list of those that wait for their environment, or not. */
void conn_wait_open(struct conn *c, bool wait);
/* Is in the list of those that wait for names, which TASK will bring; or is no
 * longer. */
void conn_wait_name(struct conn *c, struct naming_task *task);
void conn_named(struct conn *c);
/* Cancels the look-up of names, if one is under way. */
void conn_drop_names(struct conn *c);
/* After a turn of relaying: is an endpoint in doubt? */
void conn_doubt(struct conn *c);
void conn_look_later(struct conn *c); /* the same look, whether it is or not */
/* Counts as one that relays for a while, or not. */
void conn_settle(struct conn *c, bool settled);
/* The limit that the state has from now on; 0: none. */
void conn_arm(struct conn *c, uint64_t milliseconds);
void conn_drop_timer(struct conn *c);
void conn_keep(struct conn *c); /* sets keepalive */
void loop_keep_later(struct loop *l);
/* While limits press, those that trickle are looked for. */
void loop_press_later(struct loop *l);
/* There is to be a turn; or one after a look at the sockets. */
void loop_wake(struct loop *l);
void loop_wake_after_a_look(struct loop *l);
/* One connection less; see loop_owner.emptied. */
void loop_ended(struct loop *l);
/* TIMER runs in MS, if it does not run already. */
void loop_arm(struct event *timer, unsigned ms);

/* ---- tell.c, tell.h ---- */

/* Writes one remark: conn=, listener and addresses, then FMT. */
void conn_remark(struct conn *c, enum trace_priority p, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds one key="value" whose value comes from outside. */
void conn_remark_text(struct conn *c, enum trace_priority p, const char *key,
                      const char *value);
/* Who the EZD lines of this connection are about. */
void conn_subject(const struct conn *c, struct ezd_subject *ret);
/* The connection as the search sees it. */
void conn_as_policy_sees(const struct conn *c, struct policy_conn *ret);
/* The job name, as far as it opens anything; or NULL. */
const char *conn_jobname(const struct conn *c);
/* Counts what was seen of the connection, or why it is in clear. */
void conn_count_audit(struct conn *c, enum audit_clear clear);
/* Adds to what was counted of a connection in clear that no rule fits: that it
 * began with a ClientHello; the rule that came nearest, or NULL. */
void conn_note_audit(struct conn *c, bool hello, const char *nearest);
/* Notes the time of a step, the first time it is reached. */
void conn_mark(struct conn *c, enum story_point point);
void conn_keep_hello(struct conn *c, bool sent, const void *msg, size_t len);
/*
 * Tells a failure, once: keeps it for `attlsctl why` and, when O (the outcome
 * of TLS) is given, writes it as one line.
 */
void conn_tell(struct conn *c, const struct tls_outcome *o);
/* Keeps a connection that ends well for `attlsctl why`, while its session is
 * still there, unless very many end. */
void conn_keep_story(struct conn *c);

/* ---- limited.c, limited.h ---- */

void limited_remark_room(struct loop *l); /* one more has made room */

/* ---- flow.c ---- */

/* Which rows of flow.def. */
enum conn_flow {
    CONN_FLOW_ENVIRONMENT,
    CONN_FLOW_OPEN,
    CONN_FLOW_INIT,
    CONN_FLOW_CLOSE
};
/* EZD1284I, when S has the bit; RC is the outcome of the part's _INIT call. */
void conn_log_flow(const struct conn *c, const struct ezd_subject *s,
                   enum conn_flow part, int rc);
/* What passes in the handshake: EZD1285I when the rule's Trace has the bit,
 * and both hellos for the story. */
void conn_watch_session(struct conn *c, struct session *session);
/* The handshake is done: only Trace 32 still wants to see. */
void conn_unwatch_session(struct conn *c);

/* ---- lines.c ---- */

/* The role in EZD1282I: "HS-Client" ... */
const char *conn_role(const struct conn *c);
/* While very many partners say no TLS at all the first EZD lines of a
 * connection wait for its partner's hello; they are written now. */
void conn_speak(struct conn *c);
bool conn_is_hushed(struct conn *c); /* from now on? */
/* The lines of a handshake that has ended, and of an environment. */
void conn_log_handshake(struct conn *c, int rc);
void conn_log_environment(struct conn *c, const struct environment_link *l);
/* Writes the lines of a TLS session that has ended. */
void conn_log_tls_end(struct conn *c, enum fault fault);

/* ---- clear.c ---- */

/* No rule fits: says so where one would but for one condition. */
void conn_say_near(struct conn *c);
/* The first bytes from its partner are there, which pump_listen() asked for. */
void conn_hear_first(struct conn *c);
/* TTLS is off, and the connection is in clear for that. */
void conn_say_nottls(struct conn *c);

/* ---- the actions ---- */

/* Every action of states.def; each returns the event that follows. */
typedef enum conn_event conn_action_fn(struct conn *c);
conn_action_fn conn_do_check_owner, conn_do_name, conn_do_unnamed,
    conn_do_look_up, conn_do_foresee, conn_do_dial, conn_do_dial_check,
    conn_do_dial_late, conn_do_dial_secured, conn_do_dial_watch,
    conn_do_turn_away, conn_do_proceed, conn_do_open_tls, conn_do_open_late,
    conn_do_shake, conn_do_take_turn, conn_do_start_relay, conn_do_relay,
    conn_do_wait, conn_do_finish, conn_do_lose, conn_do_expire, conn_do_reset,
    conn_do_reject, conn_do_give_up, conn_do_stop, conn_do_make_room;

/* dial.c. Attempts to reach the target are given up. */
void conn_drop_dials(struct conn *c);
/* How long the address that is being dialled is waited for. */
uint64_t conn_dial_limit(const struct conn *c);

/* tls.c. HandshakeTimeout in milliseconds. */
uint64_t conn_first_limit(const struct conn *c);
uint64_t conn_second_limit(const struct conn *c);
/* A handshake that has begun and takes longer than HandshakeTimeout, which is
 * for its first bytes alone where there is room. */
bool conn_trickles(const struct conn *c);
/* The connection waits for the first step of its handshake, its partner has
 * gone, and it has waited for long. */
bool conn_is_abandoned(const struct conn *c);
/* It has waited for a step so long that newer ones come first. */
bool conn_is_old(const struct conn *c);

/* ends.c. The reason for what a pump found. */
enum conn_event conn_broken(struct conn *c, const struct pump_fault *fault);

/* ---- above the step ---- */

void conn_free(struct conn *c);   /* life.c */
bool timers_init(struct loop *l); /* false: no memory */
void timers_done(struct loop *l);
bool room_init(struct loop *l); /* false: no memory */
void room_done(struct loop *l);

/* A connection in state S that has no socket, for walking the table. */
struct conn *conn_new_in_state(struct loop *loop,
                               const struct config_listener *l,
                               enum conn_state s);

/* Whether the table has an edge from S on E. */
bool conn_has_edge(enum conn_state s, enum conn_event e);

/* Looks whether the limit of the state has passed: what the timer calls. */
void conn_check_limit(struct conn *c);

/* Runs what waits for its next turn and frees what is closed. */
void loop_turn(struct loop *l);

/* Sends STOP to every connection. */
void loop_stop(struct loop *l);

#endif
