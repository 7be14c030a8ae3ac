/* Copying what the displays show. */

#include "conn/view.h"

#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "conn/private.h"

/* The kernel answers when nobody else is at work on the socket: of one that
 * others hold it may never do, and who looks would wait with this thread. */
static void count_segments(const struct conn *c, struct conn_view *v)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof(info);

    v->segments = !c->wire.foreign;
    if (c->wire.fd < 0 || !v->segments ||
        getsockopt(c->wire.fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
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
    ret->secured = c->secured;
    ret->bytes_out = c->pump.flow[FLOW_OUT].bytes;
    ret->bytes_in = c->pump.flow[FLOW_IN].bytes;
    ret->age = c->host->now() - c->began;
    count_segments(c, ret);
    if (c->wire.session != NULL)
        view_session(c->wire.session, ret);
}

void conn_view_done(struct conn_view *v)
{
    snapshot_unref(v->snapshot);
    v->snapshot = NULL;
}

void conn_host_each(struct conn_host *h, conn_each_fn fn, void *arg)
{
    struct conn *c;

    TAILQ_FOREACH (c, &h->open, link)
        fn(arg, c);
}
