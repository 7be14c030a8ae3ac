#ifndef TLS_EXTENSIONS_H
#define TLS_EXTENSIONS_H

/*
 * Inside lib/tls: server names (RFC 6066 section 3), maximum fragment length
 * (section 4), extended master secret (RFC 7627), and renegotiation with its
 * indication (RFC 5746), in both roles.
 *
 * A server looks at the ClientHello before it answers; what a client asked
 * for and did not get shows after the handshake only, and ends it then.
 */

#include "tls/context.h"
#include "tls/retcode.h"

struct session;

/* 6, 407: the label of a server name is not in the ring. */
int extensions_set(const struct context_params *p, struct context *c,
                   struct tls_outcome *why);
void extensions_free(struct context *c);

/* What a client says in its hello. 0 or a return code. */
int extensions_begin(struct session *s);

/* The handshake is done: 0, or the code of what the peer did not grant (446,
 * 447, 460), set in the outcome. */
int extensions_check(struct session *s);

#endif
