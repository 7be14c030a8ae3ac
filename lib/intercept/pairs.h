#ifndef INTERCEPT_PAIRS_H
#define INTERCEPT_PAIRS_H

/*
 * Which of our own wire sockets stands for which program: when both ends of a
 * connection are on this host, the inbound side finds the program's real
 * address by the address that the outbound side's wire socket has.
 *
 * Any thread may call anything here.
 */

#include <stdbool.h>

#include "util/error.h"
#include "util/netaddr.h"

struct pairs;
struct pair;

int pairs_new(struct pairs **ret, struct error *err); /* ERR_NOMEM */
void pairs_free(struct pairs *all); /* NULL allowed; all pairs are removed */

/*
 * WIRE, a wire socket's own address, stands for the program at REAL; done
 * before the wire socket connects, for the other side may accept at once. The
 * pair is the caller's until pairs_remove(). ERR_NOMEM.
 */
int pairs_add(struct pairs *all, const struct netaddr *wire,
              const struct netaddr *real, struct pair **ret, struct error *err);
void pairs_remove(struct pairs *all, struct pair *p); /* NULL allowed */

/* False if WIRE is not in the table. */
bool pairs_find(struct pairs *all, const struct netaddr *wire,
                struct netaddr *ret);

#endif
