#ifndef TLS_RESUME_H
#define TLS_RESUME_H

/*
 * Inside lib/tls: sessions that a server lets its clients resume.
 *
 * They belong to one context, that is to one environment instance and one set
 * of settings: a session made under other settings carries another promise
 * (made under PassThru it must never resume under Required). Below TLSv1.3 it
 * is System SSL's session cache (GSK_V3_...), in TLSv1.3 it is tickets
 * (GSK_SESSION_TICKET_SERVER_...). None outlives a certificate of the
 * client's chain, nor seven days after the full handshake (RFC 8446 section
 * 4.6.1), however often it is resumed. What a client keeps: reuse.h.
 */

#include "tls/context.h"

struct session;

int resume_set(const struct context_params *p, struct context *c,
               struct tls_outcome *why);
/* Ticket keys are wiped. */
void resume_free(struct context *c);

/* The ClientHello is there: tickets for TLSv1.3, the cache for the others. */
void resume_choose(struct session *s, bool tls13);

/* A certificate that the session rests on ends at NOT_AFTER. */
void resume_limit(struct session *s, const ASN1_TIME *not_after);

#endif
