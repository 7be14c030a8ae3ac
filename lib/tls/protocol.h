#ifndef TLS_PROTOCOL_H
#define TLS_PROTOCOL_H

/*
 * Inside lib/tls: versions, cipher suites, groups, signature algorithms and
 * Diffie-Hellman of a context.
 */

#include "tls/context.h"

/* 5006: no version is left; 402: no suite, group or algorithm is left. */
int protocol_set(const struct context_params *p, struct context *c,
                 struct tls_outcome *why);

/* A server has seen the ClientHello: the groups of TLSv1.3 or those of the
 * versions before it. False: OpenSSL refused. */
bool protocol_choose(const struct context *c, SSL *ssl, bool tls13);

#endif
