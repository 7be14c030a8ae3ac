#ifndef CONN_PRIVATE_H
#define CONN_PRIVATE_H

/* What conn.c, map.c and tls.c share; not for others. */

#include "conn/conn.h"
#include "conn/story.h"
#include "trace/ezd.h"

struct conn {
    TAILQ_ENTRY(conn) link;    /* in open or dying */
    TAILQ_ENTRY(conn) queue;   /* in *queued */
    TAILQ_ENTRY(conn) name;    /* in unnamed, when task is not NULL */
    TAILQ_ENTRY(conn) opening; /* in unopened, when unopened is set */
    TAILQ_ENTRY(conn) wait;    /* in waiting, when beginning */
    struct naming_task *task;
    struct conn_host *host;
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
    uint8_t trace, facility;  /* of the rule: Trace, enum trace_facility */
    uint8_t target;           /* which address of the target is next */
    bool tls;                 /* the rule says TLS */
    struct conn_list *queued; /* one of the host's; NULL: in none */
    bool beginning;           /* counted as such by the host */
    bool secured;             /* the handshake was done */
    bool settled;             /* counted as such by the host */
    bool kept;                /* keepalive is set */
    bool starved;             /* the dial waits for a descriptor */
    bool unopened;            /* waits for its environment */
    bool begun;               /* EZD1283I Connection Init was written */
    bool told;                /* its failure was */
    bool hushed;        /* its first lines wait for its partner's first word */
    bool judged, quiet; /* whether it fails without EZD lines, it does */
};

/* Every action of states.def; each returns the event that follows. */
typedef enum conn_event conn_action_fn(struct conn *c);
conn_action_fn conn_do_check_owner, conn_do_name, conn_do_unnamed,
    conn_do_look_up, conn_do_foresee, conn_do_dial, conn_do_dial_check,
    conn_do_dial_late, conn_do_dial_secured, conn_do_dial_watch,
    conn_do_turn_away, conn_do_proceed, conn_do_open_tls, conn_do_open_late,
    conn_do_shake, conn_do_take_turn, conn_do_start_relay, conn_do_relay,
    conn_do_wait, conn_do_finish, conn_do_lose, conn_do_expire, conn_do_reset,
    conn_do_reject, conn_do_give_up, conn_do_stop, conn_do_make_room;

static inline bool conn_outbound(const struct conn *c)
{
    return c->in.direction == POLICY_OUTBOUND;
}

static inline const struct config *conn_config(const struct conn *c)
{
    return snapshot_config(c->snapshot);
}

/* Waits in LIST (of the host) for the host's next turn. */
void conn_queue(struct conn *c, struct conn_list *list);
void conn_unqueue(struct conn *c);
/* It waits for the first step of its handshake, and its partner has gone. */
bool conn_is_abandoned(const struct conn *c);

/* later.c. After a turn of relaying: is an endpoint in doubt? */
void conn_doubt(struct conn *c);
void conn_look_later(struct conn *c); /* the same look, whether it is or not */
void conn_keep(struct conn *c);       /* sets keepalive */
void conn_keep_later(struct conn_host *h);
bool conn_later_init(struct conn_host *h); /* false: no memory */
void conn_later_done(struct conn_host *h);
/* room.c. While limits press, those that trickle are looked for. */
void conn_press_later(struct conn_host *h);
/* It waits for its partner or its target, and not for us. */
bool conn_waits_for_others(const struct conn *c);
void conn_remark_room(struct conn_host *h); /* one more has made room */
bool conn_room_init(struct conn_host *h);   /* false: no memory */
void conn_room_done(struct conn_host *h);
/* The limit that the state has from now on; 0: none. */
void conn_arm(struct conn *c, uint64_t milliseconds);
/* The reason, should the connection end by EV. Returns EV. */
enum conn_event conn_because(struct conn *c, enum conn_reason why,
                             enum conn_event ev);
/* The reason for what a pump found. */
enum conn_event conn_broken(struct conn *c, const struct pump_fault *fault);
/* Who the EZD lines of this connection are about. */
void conn_subject(const struct conn *c, struct ezd_subject *ret);
/* The names that were asked for are wanted no more. */
void conn_drop_names(struct conn *c);
/* Is in the host's list of those that wait for their environment, or not. */
void conn_wait_open(struct conn *c, bool wait);
/* Attempts to reach the target are given up. */
void conn_drop_dials(struct conn *c);
/* How long the address that is being dialled is waited for. */
uint64_t conn_dial_limit(const struct conn *c);
/* HandshakeTimeout in milliseconds. */
uint64_t conn_first_limit(const struct conn *c);
uint64_t conn_second_limit(const struct conn *c);
/* A handshake that has begun and takes longer than HandshakeTimeout, which is
 * for its first bytes alone where there is room. */
bool conn_trickles(const struct conn *c);
/* While very many partners say no TLS at all the first EZD lines of a
 * connection wait for its partner's hello; they are written now. */
void conn_speak(struct conn *c);
bool conn_is_hushed(struct conn *c); /* from now on? */
/* The lines of a TLS session that has ended. */
void conn_log_tls_end(struct conn *c, int rc, const char *why);

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

/* Both sides are there: the packets of the app side too. */
void conn_tap_app(struct conn *c);
/* The handshake is done: only Trace 32 still wants to see. */
void conn_unwatch_session(struct conn *c);

/* The time of a step, the first time it is reached. */
void conn_mark(struct conn *c, enum story_point point);
void conn_keep_hello(struct conn *c, bool sent, const void *msg, size_t len);
/*
 * A failure is told, once: kept for `attlsctl why` and, when O (the outcome of
 * TLS) is given, written as one line.
 */
void conn_tell(struct conn *c, const struct tls_outcome *o);
/* One that ends well, while its session is still there: kept for `attlsctl
 * why`, unless very many end. */
void conn_keep_story(struct conn *c);
/* Counts what was seen of the connection, or why it is in clear. */
void conn_count_audit(struct conn *c, enum audit_clear clear);
/* The connection as the search sees it. */
void conn_as_policy_sees(const struct conn *c, struct policy_conn *ret);

/* One line of ours: conn=, listener and addresses, then FMT. */
void conn_remark(struct conn *c, enum trace_priority p, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* One key="value" whose value comes from outside. */
void conn_remark_text(struct conn *c, enum trace_priority p, const char *key,
                      const char *value);

#endif
