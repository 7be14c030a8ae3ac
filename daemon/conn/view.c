/* What the displays show of a connection: asked for, and copied. */

#include "conn/view.h"

#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conn/private.h"

enum conn_state conn_state(const struct conn *c)
{
    return (enum conn_state)c->state;
}

enum conn_reason conn_reason(const struct conn *c)
{
    return (enum conn_reason)c->reason;
}

uint32_t conn_id(const struct conn *c)
{
    return c->id;
}

void conn_addresses(const struct conn *c, struct netaddr *ret_local,
                    struct netaddr *ret_remote)
{
    *ret_local = c->in.local;
    *ret_remote = c->in.remote;
}

/* The kernel answers when nobody else is at work on the socket: of one that
 * others hold it may never do, and who looks would wait with this thread. */
static void count_segments(const struct conn *c, struct conn_view *v)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);

    v->segments = !c->in.foreign;
    if (!endpoint_is_open(&c->wire) || !v->segments ||
        getsockopt(endpoint_fd(&c->wire), IPPROTO_TCP, TCP_INFO, &info, &len) !=
            0)
        return;
    v->segments_in = info.tcpi_segs_in;
    v->segments_out = info.tcpi_segs_out;
}

static void view_session(const struct session *s, struct conn_view *v)
{
    const char *text = session_protocol(s);

    v->resumed = session_resumed(s);
    v->cipher = session_cipher(s);
    if (text != NULL)
        snprintf(v->protocol, sizeof(v->protocol), "%s", text);
    text = session_cert_userid(s);
    if (text != NULL)
        snprintf(v->cert_userid, sizeof(v->cert_userid), "%s", text);
}

void conn_view_make(const struct conn *c, struct conn_view *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->id = c->id;
    ret->grpid = c->grpid;
    ret->envid = c->envid;
    ret->direction = c->in.direction;
    ret->state = (enum conn_state)c->state;
    ret->local = c->in.local;
    ret->remote = c->in.remote;
    strcpy(ret->jobname, c->in.who.jobname);
    strcpy(ret->userid, c->in.who.userid);
    ret->snapshot = snapshot_ref(c->snapshot);
    ret->rule = c->rule;
    ret->tls = c->tls;
    ret->secured = conn_is_secured(c);
    ret->bytes_out = c->pump.flow[FLOW_OUT].bytes;
    ret->bytes_in = c->pump.flow[FLOW_IN].bytes;
    ret->age = conn_now(c) - c->began;
    count_segments(c, ret);
    if (conn_session(c) != NULL)
        view_session(conn_session(c), ret);
}

void conn_view_done(struct conn_view *v)
{
    snapshot_unref(v->snapshot);
    v->snapshot = NULL;
}
