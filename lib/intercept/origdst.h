#ifndef INTERCEPT_ORIGDST_H
#define INTERCEPT_ORIGDST_H

/*
 * Where a redirected connection was going: asked of the kernel's connection
 * tracking through the accepted socket. No privilege; about a microsecond.
 */

#include <stdbool.h>

#include "util/error.h"
#include "util/netaddr.h"

/* The kernel's marks of sockets need CAP_NET_ADMIN (or CAP_NET_RAW since
 * Linux 5.17). ERR_DENIED names it; ERR_SYSTEM. */
bool origdst_may_mark(void);
int origdst_set_mark(int fd, unsigned mark, struct error *err);

/*
 * The address that the connecting program asked for. FAMILY is that of FD's
 * socket. ERR_NOT_FOUND: the kernel tracks no such connection, so it was not
 * redirected; ERR_SYSTEM.
 */
int origdst_get(int fd, int family, struct netaddr *ret, struct error *err);

/* A is an address of this network namespace (or one may bind to any). */
bool origdst_is_local(const struct netaddr *a);

#endif
