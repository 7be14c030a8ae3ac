#ifndef CONN_INTERCEPTED_H
#define CONN_INTERCEPTED_H

/*
 * An intercepted connection: what a producer makes of an accepted socket, and
 * all that matching, TLS, relay and messages know about where it came from.
 * Each mode of listener (attlsd.conf(5)) is a producer.
 */

#include "conn/fair.h"
#include "conn/services.h"
#include "intercept/marks.h"
#include "intercept/names.h"
#include "intercept/own.h"
#include "intercept/owner.h"
#include "intercept/pairs.h"
#include "site/config.h"

struct netfilter;
struct runner;

/* What a thread lends the producers. */
struct intercept_host {
    const struct services *services;
    struct owner_query *owners;
    struct netfilter *netfilter; /* NULL: no listener is transparent */
    /* Somebody may have too many connections: whose this one is shall be
     * found out. */
    bool pressed;
};

/* Whose word a job name is that is only claimed. */
enum claimed_by {
    CLAIMED_BY_PROGRAM, /* what it calls itself, or attls-run said for it */
    CLAIMED_BY_CGROUP,  /* its account may choose the cgroup */
    CLAIMED_BY_FILE     /* any account may run that file */
};

/* Whose the program on the app side is. */
struct identity {
    struct owner owner; /* of the app side's socket; the kernel's word */
    int owner_error;    /* 0: the kernel named OWNER; else ERR_* */
    char jobname[ZOS_NAME_SIZE], userid[ZOS_NAME_SIZE]; /* "": not known */
    bool claimed;               /* the job name is the program's own word, */
    enum claimed_by claimed_by; /* in this way */
    char unit[64];              /* its systemd unit, by root's word; "": none */
    bool crowded; /* its names were not asked for: too many questions */
};

struct intercepted {
    int fd; /* accepted: outbound the app side, inbound the wire side */
    enum policy_direction direction; /* INBOUND or OUTBOUND */
    /* The real addresses. AF_UNSPEC: those of the wire side's own socket,
     * known once it is connected. */
    struct netaddr local, remote;
    struct identity who;
    /* Where the other side is reached; NULL: ONWARD, one address. */
    const struct config_target *target;
    struct netaddr onward;
    /* Where it is reached from: what the program's own socket is bound to.
     * AF_UNSPEC: from anywhere. */
    struct netaddr source;
    /* The other side's socket where the producer has it already; else -1. */
    int other;
    bool foreign; /* both came from outside, and others may hold them */
    /* Called once, on the connection's thread, when it is known what became of
     * it: ERROR 0, it is mapped and LOCAL is the wire side's own address; or
     * an errno. NULL: nobody wants to know. */
    void (*report)(struct intercepted *in, int error,
                   const struct netaddr *local);
    struct runner *runner;
    uint32_t run_id;
    int error; /* why the other side could not be reached, an errno; or 0 */
    struct fair_who by;     /* whose it is, for the limits */
    struct fair_one *share; /* where it is counted; NULL: nowhere */
    /* For the functions below only. */
    bool transparent;
    bool show_remote;       /* the program is to see REMOTE as its peer */
    struct pair *pair;      /* of the wire socket, when both ends are here */
    struct own_socket *own; /* those of ours that may come back to us */
};

/* SERVICES must outlive it. ERR_NOMEM, ERR_SYSTEM. */
int intercept_host_init(struct intercept_host *h,
                        const struct services *services, struct error *err);
void intercept_host_done(struct intercept_host *h);

/*
 * What came in from PEER as FD at the listener L. Called at once after
 * accept(), before the program can be gone. Takes FD, also when it fails: then
 * it is reset.
 */
int intercepted_make(const struct config_listener *l, int fd,
                     const struct netaddr *peer, struct intercept_host *h,
                     struct intercepted *ret, struct error *err);
/* TO has all that FROM holds, which holds nothing any more. */
void intercepted_move(struct intercepted *from, struct intercepted *to);
/* Tells the one who wants to know, the first time. */
void intercepted_report(struct intercepted *in, int error,
                        const struct netaddr *local);
/* Resets FD, the socket or the other of IN. */
void intercepted_reset(const struct intercepted *in, int *fd);
/* Resets the sockets that IN still has, and reports that it was refused. */
void intercepted_drop(struct intercepted *in);
/* Gives back what dialling took; H is that of intercepted_socket(). */
void intercepted_done(struct intercepted *in, struct intercept_host *h);

/* How often the other side is tried (at least once), where to the I-th time,
 * and how long, of LIMIT milliseconds altogether. */
size_t intercepted_tries(const struct intercepted *in);
const struct netaddr *intercepted_target(const struct intercepted *in,
                                         size_t i);
uint64_t intercepted_limit(const struct intercepted *in, size_t i,
                           uint64_t limit);

/*
 * A non-blocking socket that is ready to be connected to the I-th target, the
 * caller's. ERR_SYSTEM, ERR_DENIED, ERR_NOT_FOUND, ERR_EXISTS, ERR_NOMEM.
 */
int intercepted_socket(struct intercepted *in, size_t i,
                       struct intercept_host *h, int *ret_fd,
                       struct error *err);

#endif
