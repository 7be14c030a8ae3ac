#ifndef SUPPORT_MADE_H
#define SUPPORT_MADE_H

/* Connections of a rig in any state, with the test's ends of their sockets. */

#include "conn/private.h"
#include "support/rig.h"

enum outfit {
    BARE,     /* no socket */
    SOCKETS,  /* both sides connected to the test */
    TLS,      /* and the session begun, nothing heard */
    TLS_ALONE /* the same, and the app side is not there yet */
};

struct made {
    struct conn *c; /* the host's */
    int wire, app;  /* -1: none */
};

void made_open(struct made *m, struct rig *r, enum conn_state state,
               enum outfit outfit, bool outbound);
/* Closes the test's ends. */
void made_close(struct made *m);

#endif
