#ifndef UTIL_HARDEN_H
#define UTIL_HARDEN_H

/* What a process gives up before it touches a key. Both: 0 or ERR_SYSTEM. */

#include "util/error.h"

/* The process makes no core dumps, and no other process of its account may
 * trace it: a key must not leave its memory. */
int harden_memory(struct error *err);
/* The same; and the process ignores SIGPIPE, and may have as many descriptors
 * as its hard limit allows. */
int harden_server(struct error *err);

#endif
