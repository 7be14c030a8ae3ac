#ifndef DAEMON_INTERCEPTED_H
#define DAEMON_INTERCEPTED_H

/*
 * An intercepted connection: what a producer makes of an accepted socket, and
 * all that matching, TLS, relay and messages know about where it came from.
 * Each mode of listener (attlsd.conf(5)) is a producer.
 */

#include "daemon/config.h"
#include "intercept/owner.h"

/* Whose the program on the app side is. */
struct identity {
    int owner_error;    /* 0: the kernel named OWNER; else ERR_* */
    struct owner owner; /* of the app side's socket; the kernel's word */
    char jobname[9], userid[9]; /* "": not known */
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
};

/*
 * What came in as FD at the listener L. Called at once after accept(), before
 * the program can be gone. Takes FD, also when it fails: then it is reset.
 */
int intercepted_make(const struct config_listener *l, int fd,
                     struct owner_query *owners, struct intercepted *ret,
                     struct error *err);

/* How many addresses the other side has (at least one), and the I-th. */
size_t intercepted_targets(const struct intercepted *in);
const struct netaddr *intercepted_target(const struct intercepted *in,
                                         size_t i);

#endif
