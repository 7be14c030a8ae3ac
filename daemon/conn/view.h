#ifndef CONN_VIEW_H
#define CONN_VIEW_H

/*
 * A connection as the displays see it: values, copied on its worker's thread,
 * so that another thread can print them at leisure.
 */

#include <stddef.h>

#include "conn/conn.h"
#include "policy/policy.h"
#include "util/netaddr.h"

struct conn_view {
    uint32_t id, grpid, envid;
    enum policy_direction direction;
    enum conn_state state;
    struct netaddr local, remote;               /* of the wire side */
    char jobname[9], userid[9], cert_userid[9]; /* "": not known */
    struct snapshot *snapshot;                  /* a reference */
    const struct policy_rule *rule; /* of the snapshot; NULL: none */
    bool tls, secured, resumed;
    char protocol[8]; /* "TLSV1.2"; "": none yet */
    uint16_t cipher;
    uint64_t bytes_in, bytes_out;       /* clear ones */
    uint64_t segments_in, segments_out; /* of the wire side, as TCP counts */
    bool segments;                      /* false: not asked for */
    uint64_t age;                       /* milliseconds since it was accepted */
};

/* On the connection's own thread. */
void conn_view_make(const struct conn *c, struct conn_view *ret);
void conn_view_done(struct conn_view *v);

#endif
