#ifndef CONN_FAIR_H
#define CONN_FAIR_H

/*
 * Counts connections by account and peer, and says which of them may have one
 * more. Connections belong to an account of this machine, or to a peer: an
 * address of IPv4 or a /64 network of IPv6, which is what one host may choose
 * from. All loopback addresses are one peer, as every program of this machine
 * has them all.
 *
 * A connection waits until it relays. Nobody has a fixed part, but from three
 * quarters of a limit on no account or peer gets more than a fair share of
 * those that wait: the limit divided by the accounts, or by the peers, of which
 * some wait. Shared by all threads.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/netaddr.h"

enum fair_kind { FAIR_PEER, FAIR_ACCOUNT, FAIR_KINDS };

struct fair_who {
    enum fair_kind kind;
    int family; /* of a peer; AF_UNSPEC: it is not known who */
    unsigned char key[8];
};

struct fair_who fair_peer(const struct netaddr *a);
struct fair_who fair_account(uid_t uid);
struct fair_who fair_unknown(enum fair_kind kind);
enum { FAIR_TEXT = 64 };
/* "uid 5002", "192.0.2.1", "2001:db8::/64", "loopback". Returns RET. */
const char *fair_format(const struct fair_who *who, char ret[FAIR_TEXT]);

/* ---- the table ---- */

struct fair;
struct fair_one; /* somebody who has connections */

struct fair_limits {
    unsigned long connections, waiting; /* of all */
    unsigned long most, most_waiting;   /* of this one; 0: no limit */
    unsigned long over; /* added to those of all, as others make room */
};

enum fair_answer {
    FAIR_MAY,
    FAIR_NO_MEMORY,
    FAIR_MOST,         /* it has MOST */
    FAIR_MOST_WAITING, /* MOST_WAITING of its connections wait */
    FAIR_SHARE,        /* its fair share waits */
    FAIR_FULL,         /* all together have CONNECTIONS */
    FAIR_FULL_WAITING  /* WAITING of all connections wait */
};

struct fair *fair_new(void);    /* NULL: no memory */
void fair_free(struct fair *f); /* nobody has any more; NULL allowed */

/* One more, which waits; FAIR_MAY: *RET is whose it is. Otherwise *RET is who
 * has some already, not counted again, or NULL; *RET_LIMIT is what kept it
 * out. */
enum fair_answer fair_enter(struct fair *f, const struct fair_who *who,
                            const struct fair_limits *limits,
                            struct fair_one **ret, unsigned long *ret_limit);
/* One of ONE's connections has stopped waiting; NULL allowed, of both. */
void fair_begun(struct fair *f, struct fair_one *one);
/* One that does not wait has gone; ONE may be. NULL allowed, of both. */
void fair_leave(struct fair *f, struct fair_one *one);
/* ONE has more than its share of the connections that wait. */
bool fair_is_over(struct fair *f, const struct fair_one *one);
/* How many of ONE's connections wait; 0 of NULL. */
unsigned long fair_waits(struct fair *f, const struct fair_one *one);
/* A limit of all is three quarters full. Cheap. */
bool fair_is_pressed(const struct fair *f);

/* ---- who was limited ---- */

enum { FAIR_KEPT = 8 };

struct fair_limited {
    struct fair_who who;
    const char *limit; /* a key of attlsd.conf, or "fair share" */
    unsigned long
        times; /* connections that were reset for it, this or another */
    unsigned long have, waiting; /* of that account or peer, now */
};

/* LIMIT lives for ever. */
void fair_note(struct fair *f, const struct fair_who *who, const char *limit);
/* The last of them, at most FAIR_KEPT; the newest first. */
size_t fair_limited(struct fair *f, struct fair_limited ret[FAIR_KEPT]);

#endif
