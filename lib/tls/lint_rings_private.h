#ifndef TLS_LINT_RINGS_PRIVATE_H
#define TLS_LINT_RINGS_PRIVATE_H

/* Inside the lint of rings: one rule and one ring, and how a finding is said.
 * lint_rings.c says whose ring is looked at, lint_certs.c what is in it. */

#include <openssl/ssl.h>

#include "keyring/rings/store.h"
#include "tls/lint_rings.h"
#include "tls/own.h"
#include "util/strbuf.h"

struct lint {
    const struct policy *policy;
    const struct ring_question *q;
    struct saf *saf;
    struct ring_store *store;
    ring_finding_fn fn;
    void *arg;
    bool nomem;
};

/* A rule and a user whose ring it means. */
struct need {
    struct lint *l;
    const struct policy_rule *rule;
    const struct effective *e;
    const char *userid;
    struct ring_needs wants;
    const struct keyring *ring; /* NULL: it can't be opened */
    SSL_CTX *ssl;               /* what judges keys and digests */
    struct ring_finding found;  /* the one that find() began */
    struct strbuf text;
};

/* Begins a finding about the certificate LABEL (NULL: about none), at the
 * place where PARM is coded; lint_mend() ends it. */
void lint_find(struct need *n, enum finding id, enum policy_parm parm,
               const char *label, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void lint_mend(struct need *n, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What N's ring has, and what N's rule wants of it. */
void lint_certs(struct need *n);

#endif
