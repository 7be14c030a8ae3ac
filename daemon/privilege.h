#ifndef DAEMON_PRIVILEGE_H
#define DAEMON_PRIVILEGE_H

/* What the process gives up and asks for before it touches a key. */

#include "util/error.h"

/*
 * No core dumps and no debugger of another process of this user (a key must
 * not leave memory), as many descriptors as the hard limit allows, and no
 * SIGPIPE. ERR_SYSTEM.
 */
int privilege_harden(struct error *err);

#endif
