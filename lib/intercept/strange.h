#ifndef INTERCEPT_STRANGE_H
#define INTERCEPT_STRANGE_H

/*
 * Sockets that came from outside: what they are, before anything is done with
 * them. What can't be looked at is not what was hoped for.
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

/* The network namespace of this thread, as the kernel numbers them.
 * ERR_SYSTEM: also before Linux 5.14. */
int strange_netns(uint64_t *ret, struct error *err);
/* FD is a TCP (or MPTCP) socket over IP, of the network namespace NETNS, and
 * does not listen. */
bool strange_is_tcp(int fd, uint64_t netns);

#endif
