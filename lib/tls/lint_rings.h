#ifndef TLS_LINT_RINGS_H
#define TLS_LINT_RINGS_H

/*
 * The lint that needs key rings: what each rule wants of its ring
 * (policy/needs.h), and what the security database has. It looks at a ring
 * with the functions that make a context from one (tls/own.h), so that a ring
 * without findings is one that connections can use. The findings are rows of
 * policy/findings.def.
 */

#include <time.h>

#include "keyring/rings/source.h"
#include "policy/finding.h"
#include "policy/policy.h"
#include "util/error.h"
#include "util/strbuf.h"

/* A user id for whom rules may be taken: of a listener. */
struct ring_user {
    const char *userid, *jobname; /* upper case; "": not known */
    enum policy_direction direction;
};

struct ring_question {
    struct ring_where where;
    const struct ring_user *users;
    size_t user_count;
    /* Rules that may be for this user are looked at for this user; the others
     * as they would be without. NULL: nobody. */
    const char *reader;
    time_t at; /* as if it were this moment */
};

struct ring_finding {
    enum finding id;
    const struct policy_rule *rule;
    const char *ring;  /* "IMSSTC/IMS.KeyRing"; NULL: there is no such ring */
    const char *label; /* of the certificate that it is about, or NULL */
    struct span span;
    const char *text, *fix;
};

/* What F points to lives as long as the call. */
typedef void (*ring_finding_fn)(void *arg, const struct ring_finding *f);

/*
 * Looks at the rings of all rules of P with TTLSEnabled On. Whose ring a bare
 * name means is told by the rule's Userid, else by the users of the question
 * who may take the rule, else by the database: every user who has a ring of
 * that name. A file in the place of a ring is read too; a token is not, as each
 * look counts against its PIN. 0; or an error when the database can't be read.
 */
int lint_rings_each(const struct policy *p, const struct ring_question *q,
                    ring_finding_fn fn, void *arg, struct error *err);

/* As lint_rings_each(), into a list of diagnostics. */
int lint_rings(const struct policy *p, const struct ring_question *q,
               struct diags *diags, struct error *err);
/* Looks at one rule only, for USERID; the users of the question don't count. */
int lint_ring_of(const struct policy *p, const struct policy_rule *rule,
                 const char *userid, const struct ring_question *q,
                 struct diags *diags, struct error *err);

/*
 * What OpenSSL bars of CERT where TLSv1.2 and later only are on, or can't read:
 * adds to OUT "is signed with SHA-1 ...". ANCHOR: it is an authority that is
 * not sent, so that only its key counts.
 */
enum ring_barred { BARRED_NOT, BARRED_WEAK, BARRED_MALFORMED };
enum ring_barred lint_ring_barred(X509 *cert, bool anchor, struct strbuf *out);

#endif
