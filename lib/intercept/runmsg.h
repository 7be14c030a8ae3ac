#ifndef INTERCEPT_RUNMSG_H
#define INTERCEPT_RUNMSG_H

/*
 * What attls-run and the daemon tell each other, over a unix socket of type
 * SOCK_SEQPACKET: one request, one reply, matched by ID; sockets go along.
 * Both ends are of one release; another size or version is refused.
 */

#include <stddef.h>
#include <stdint.h>

#include "intercept/names.h"
#include "util/error.h"
#include "util/netaddr.h"

enum runmsg_verb {
    /* Does the policy have anything to say about connections to ADDRESS, about
     * those that a listener at ADDRESS accepts? Reply: error 0 yes; ENOENT no,
     * they are the program's own; EACCES no, and they are refused. */
    RUNMSG_COVERS_OUT = 1,
    RUNMSG_COVERS_IN,
    /* A program wants to connect to ADDRESS from SOURCE; one socket: the other
     * end of its own. Reply when the wire is connected: error 0 and ADDRESS
     * the wire side's own; ENOENT, no rule could match: the connection is the
     * program's own; or another errno. */
    RUNMSG_CONNECT,
    /* A program accepted; two sockets: the one it accepted, and the other end
     * of the one that it gets. Reply: error 0; ENOENT, no rule could match: it
     * gets the one that it accepted; or another errno: it gets neither. */
    RUNMSG_ACCEPTED,
    /* With ID 0, to no request, before the daemon hangs up. EAGAIN: it was
     * quiet for long; call again when there is something to ask. EBUSY: there
     * are too many of this account, or of all. */
    RUNMSG_REPLY
};

enum { RUNMSG_VERSION = 2, RUNMSG_SOCKETS = 2 };

struct runmsg {
    uint32_t version;
    uint32_t verb; /* enum runmsg_verb */
    uint32_t id;
    int32_t error; /* of a reply: an errno */
    struct netaddr address;
    /* What the program's socket is bound to, whose port then is the peer's of
     * the socket that goes along; AF_UNSPEC: nothing. */
    struct netaddr source;
    char jobname[ZOS_NAME_SIZE]; /* of a request, claimed; "": none */
};

/* With COUNT sockets, which stay the caller's. ERR_SYSTEM. */
int runmsg_send(int fd, const struct runmsg *m, const int *sockets,
                size_t count, struct error *err);

/*
 * Receives one message and its sockets (close-on-exec), which are the
 * caller's; those that are not there are -1. ERR_NOT_FOUND: the other end is
 * gone; ERR_LIMIT: nothing there now; ERR_SYNTAX: no message of ours;
 * ERR_SYSTEM. After an error none of the descriptors that came is open.
 */
int runmsg_receive(int fd, struct runmsg *ret, int ret_sockets[RUNMSG_SOCKETS],
                   struct error *err);
/* The same for messages of strangers: what they sent is not closed but given
 * to DROP, since they may have made it so that close() waits. */
typedef void (*runmsg_drop_fn)(void *arg, int *fd);
int runmsg_take(int fd, struct runmsg *ret, int ret_sockets[RUNMSG_SOCKETS],
                runmsg_drop_fn drop, void *arg, struct error *err);

#endif
