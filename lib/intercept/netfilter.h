#ifndef INTERCEPT_NETFILTER_H
#define INTERCEPT_NETFILTER_H

/*
 * The two questions that transparent mode puts to netfilter for single
 * connections, over netlink (with libmnl): both need CAP_NET_ADMIN. Built only
 * where libmnl is; ATTLS_TRANSPARENT says so.
 *
 * A struct netfilter holds one netlink socket and is used by one thread.
 */

#include "util/error.h"
#include "util/netaddr.h"

struct netfilter;

int netfilter_new(struct netfilter **ret, struct error *err);
void netfilter_free(struct netfilter *n); /* NULL allowed */

/* How long an element stays: it is needed while the first packet passes. */
enum { NETFILTER_MAP_MS = 5000 };

/*
 * From now on, for a few seconds, a connection that begins at OURS on this
 * host (bound, not yet connected; its socket marked NFT_MARK_APP) appears to
 * come from SHOWN: an element of the maps src4 and src6 in nft.h. One family.
 * ERR_NOT_FOUND: the rules are not there; ERR_EXISTS: OURS is in the map for
 * another address; ERR_DENIED; ERR_SYSTEM.
 */
int netfilter_map_source(struct netfilter *n, const struct netaddr *ours,
                         const struct netaddr *shown, struct error *err);

/*
 * The address from which a redirected connection really began, by the two
 * addresses that its accepted socket shows. They differ when a program uses
 * one port to two places at once: the kernel then changes the port of the
 * second. ERR_NOT_FOUND, ERR_DENIED, ERR_SYSTEM.
 */
int netfilter_original_source(struct netfilter *n, const struct netaddr *mine,
                              const struct netaddr *peer, struct netaddr *ret,
                              struct error *err);

/*
 * Connection tracking forgets the connection whose answers go FROM one address
 * TO the other: an ended one stays for two minutes, and while it does the
 * kernel drops the first packet of a new one that netfilter_map_source() lets
 * appear to come from TO. ERR_NOT_FOUND, ERR_DENIED, ERR_SYSTEM.
 */
int netfilter_forget(struct netfilter *n, const struct netaddr *from,
                     const struct netaddr *to, struct error *err);

/*
 * Connection tracking forgets the connections whose beginning it has not seen:
 * it took the first packet that it saw for their direction, which may have been
 * an answer. The rules that are there then look at their next packet again.
 * ERR_DENIED, ERR_SYSTEM, ERR_NOMEM.
 */
int netfilter_forget_guessed(struct netfilter *n, struct error *err);

#endif
