#ifndef TLS_FACTS_PRIVATE_H
#define TLS_FACTS_PRIVATE_H

/* Inside lib/tls: the two halves of facts.h. */

#include "tls/facts.h"
#include "tls/own.h"
#include "util/strbuf.h"

/* The keyword that codes PARM, and its place: "CertificateLabel, policy:12";
 * "by default" in place of the latter. */
void facts_add_origin(const struct effective *eff, enum policy_parm parm,
                      struct strbuf *out);
/* Cuts TEXT where it does not fit, and frees it. */
void facts_set(char *to, size_t size, struct strbuf *text);

/* Which certificate this side shows, or would: label, why it is this one, what
 * hinders it, its names and what is sent with it. RING NULL: there is none. */
void facts_own(const struct session *s, const struct keyring *ring,
               const struct effective *eff, struct certinfo *ret_own,
               struct handshake_facts *ret);

/* A client: the server wants a certificate. */
bool facts_was_asked(const struct session *s);
/* The certificate that OpenSSL chose to send; NULL: none. */
X509 *facts_sent(const struct session *s);

#endif
