#ifndef TLS_OWNCERT_H
#define TLS_OWNCERT_H

/*
 * Inside lib/tls: the certificates that a context shows, which of the ring's
 * they are, and the chain that goes with them.
 */

#include "tls/context.h"

/*
 * The own certificate by label, by the list of labels, or the ring's default.
 * 6, 407: no such label; 7: a server without default; 428: no private key.
 */
int owncert_set(const struct context_params *p, struct context *c,
                struct tls_outcome *why);
void owncert_free(struct context *c);

/* The ring's certificate LABEL, with its chain; PARM coded it. */
int owncert_find(const struct context_params *p, enum policy_parm parm,
                 const char *label, struct own_cert *ret,
                 struct tls_outcome *why);
/* Frees the chain. */
void owncert_done(struct own_cert *own);

/* Names what is wrong with a certificate that a rule wants of RING, which
 * USERID reads. STORED: what else there is; LATE: a connection action asked for
 * it. */
struct owncert_place {
    const struct keyring *ring;
    const char *userid;
    struct stored_certs *stored;
    bool late;
};
int owncert_fail(const struct owncert_place *at, const struct own_choice *o,
                 struct tls_outcome *why);

/* Whose it is, as RACDCERT takes it: "ID(PAYS)", "CERTAUTH", "SITE". */
enum { OWNCERT_OWNER = 24 };
const char *owncert_owner(const struct ring_entry *e, char buf[OWNCERT_OWNER]);

/* 401: the certificate is expired or not valid yet; 440: it is not for
 * handshakes. */
int owncert_check(const struct context *c, const struct own_cert *own,
                  struct tls_outcome *ret_why);
/* All of them. */
int owncert_check_all(const struct context *c, struct tls_outcome *ret_why);

#endif
