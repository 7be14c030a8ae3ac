#ifndef TLS_EXPLAIN_H
#define TLS_EXPLAIN_H

/*
 * Inside lib/tls: which fault it is that OpenSSL's queue holds, where that
 * depends on what both sides said and have: OpenSSL has one reason for several.
 */

#include "keyring/rings/stored.h"
#include "tls/session.h"

struct explained {
    enum fault fault; /* none: the tables are right */
    struct fault_words words;
    char owner[24], alert[24];
    char subject[256], issuer[256];
    struct stored_cert stored; /* the authority that is not on the ring */
    struct strbuf found;
};

/* Looks at the queue, and may empty it: `error` has its text. */
void explain_failure(const struct session *s, struct explained *ret);
void explain_done(struct explained *e);

#endif
