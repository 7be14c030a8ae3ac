/* Connections in any state; see made.h. */

#include "support/made.h"

#include <check.h>
#include <stdio.h>

#include "conn/private.h"
#include "relay/testing.h"
#include "support/peer.h"
#include "util/fd.h"

void made_open(struct made *m, struct rig *r, enum conn_state state,
               enum outfit outfit, bool outbound)
{
    const struct config_listener *l =
        rig_listener(r, outbound ? RIG_OUT : RIG_IN);
    int wire[2], app[2];
    struct conn *c = conn_new_in_state(r->loop, l, state);

    *m = (struct made){c, -1, -1};
    c->in.who.owner_error = ERR_NOT_FOUND;
    snprintf(c->in.who.jobname, sizeof(c->in.who.jobname), "RIG");
    snprintf(c->in.who.userid, sizeof(c->in.who.userid), "%s", l->userid);
    c->target = state == CONN_DIALLING_WIRE || state == CONN_DIALLING_APP ||
                state == CONN_DIALLING_SECURED;
    if (outfit == BARE)
        return;
    peer_tcp_pair(wire, false);
    peer_tcp_pair(app, false);
    m->wire = wire[1];
    m->app = app[1];
    ck_assert_int_eq(endpoint_open(&c->wire, r->loop->base, wire[0], NULL), 0);
    ck_assert_int_eq(endpoint_open(&c->app, r->loop->base, app[0], NULL), 0);
    /* the rule, as if it had been looked up */
    ck_assert_int_eq(conn_do_look_up(c), CONN_EV_MAPPED_TLS);
    if (outfit == TLS || outfit == TLS_ALONE)
        ck_assert_int_eq(conn_do_open_tls(c), CONN_EV_OPENED);
    if (outfit == TLS_ALONE)
        endpoint_close(&c->app);
}

void made_close(struct made *m)
{
    fd_close(&m->wire);
    fd_close(&m->app);
}
