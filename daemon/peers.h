#ifndef DAEMON_PEERS_H
#define DAEMON_PEERS_H

/*
 * How many connections each peer has, for max_per_peer: an address of IPv4,
 * or a /64 network of IPv6, which is what one host may choose from. Shared by
 * all threads.
 */

#include <stddef.h>

#include "util/netaddr.h"

struct peers;
struct peer; /* one that has connections */

struct peers *peers_new(void);    /* NULL: no memory */
void peers_free(struct peers *p); /* nobody is counted any more; NULL allowed */

/* Counts one more connection of A's; NULL: it has MOST already, or there is
 * no memory. */
struct peer *peers_enter(struct peers *p, const struct netaddr *a,
                         unsigned long most);
/* One less; PEER may be gone. NULL allowed. */
void peers_leave(struct peers *p, struct peer *peer);
/* Peers that have connections. */
size_t peers_count(struct peers *p);

#endif
