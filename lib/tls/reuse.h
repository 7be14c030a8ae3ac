#ifndef TLS_REUSE_H
#define TLS_REUSE_H

/*
 * Inside lib/tls: sessions that a client keeps, to resume them.
 *
 * They belong to one context, that is to one environment instance and one set
 * of settings (the server name is one of them), and in it to one target: its
 * address and port. The newest of a target is kept, by reference, and offered
 * until its time is over or the partner no longer takes it. Its time is the
 * shortest of the policy's (GSK_V3_SESSION_TIMEOUT, below TLSv1.3), the
 * server's, seven days (RFC 8446 section 4.6.1) and the validity of each
 * certificate of the server's chain and of our own. In TLSv1.3 the parameters
 * GSK_SESSION_TICKET_CLIENT_... decide. The longest unused ones go first when
 * there are too many. Below TLSv1.3 it is the session id that is offered, as
 * System SSL does, and with tls12_tickets the server's ticket (RFC 5077), which
 * may be as long as one of TLSv1.3.
 */

#include "tls/context.h"

struct session;

/* For a client's context: makes the place to keep them. 0 or 4. */
int reuse_set(const struct context_params *p, struct context *c,
              struct tls_outcome *why);
void reuse_free(struct context *c);

/* Before the handshake: offers what is kept for the session's target. */
void reuse_offer(struct session *s);
/* The handshake failed: what was offered is not offered again. */
void reuse_forget(const struct session *s);

#endif
