#ifndef TLS_OWN_H
#define TLS_OWN_H

/*
 * Inside lib/tls: which certificates of a ring a rule shows as its own, and
 * why one can't be shown. Contexts are made of these answers and rings are
 * checked by them (tls/lint_rings.h), so that both say the same.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <openssl/x509.h>

#include "keyring/rings/source.h"
#include "policy/needs.h"

/* The ring that a rule names, for USERID. */
struct ring_source own_source(const struct ring_where *where,
                              const char *userid, const struct effective *e);

enum own_fault {
    OWN_GOOD,
    OWN_ABSENT,
    OWN_NOTRUST,
    OWN_NOT_PERSONAL, /* connected with another usage: its key stays hidden */
    OWN_KEY_DENIED,
    OWN_NO_KEY,
    OWN_EARLY, /* these three by own_fault_at() only */
    OWN_LATE,
    OWN_NO_HANDSHAKES, /* its key usage allows none */
    OWN_MALFORMED,     /* these three by tls/strength.h only */
    OWN_WEAK_KEY,
    OWN_WEAK_DIGEST
};

/* One certificate that a rule wants. */
struct own_choice {
    enum policy_parm parm;          /* who names it; Keyring: the DEFAULT */
    const char *label;              /* NULL: the DEFAULT */
    const struct ring_entry *entry; /* NULL: absent */
    enum own_fault fault;
    bool spare; /* an earlier one has the same kind of key: not shown */
};

/* One certificate for each kind of key: RSA, ECDSA, DSA. */
enum { OWN_KINDS = 3 };

/* The certificates that a rule wants of a ring, in order. */
struct own_choices {
    const struct ring_needs *needs;
    const struct keyring *ring;
    size_t next, kind_count;
    int kinds[OWN_KINDS];
};

struct own_choices own_choices(const struct ring_needs *needs,
                               const struct keyring *ring);
/* False: there are no more. A client's DEFAULT that can't be shown is not
 * wanted. */
bool own_next(struct own_choices *c, struct own_choice *ret);

/* The certificate LABEL, which PARM names. */
struct own_choice own_named(const struct keyring *ring, enum policy_parm parm,
                            const char *label);

/* What of a certificate changes with the clock, and what it may be used for. */
struct own_limits {
    time_t from, until; /* notBefore, notAfter */
    bool shakes;        /* its key usage allows handshakes */
    /* Its extended key usage is for servers, for clients. Partners look at it,
     * own_fault_at() does not: the owner decides what it shows. */
    bool for_server, for_client;
};
struct own_limits own_limits(X509 *cert);
enum own_fault own_fault_at(const struct own_limits *limits, time_t now);

/* The ring's trusted certificate that signed CERT; NULL: it has none. */
const struct ring_entry *own_issuer(const struct keyring *ring, X509 *cert);

/* An authority: partners' certificates are verified by it. */
bool own_is_authority(const struct ring_entry *e);

/* Why a ring does not verify what an authority signed; of several reasons the
 * first, of several certificates with its name the one that comes closest. */
enum authority_fault {
    AUTHORITY_GOOD,
    AUTHORITY_EARLY,
    AUTHORITY_LATE,
    AUTHORITY_MALFORMED,  /* OpenSSL can't read its extensions */
    AUTHORITY_NO_SIGNING, /* it may not sign: KEYUSAGE without CERTSIGN */
    AUTHORITY_USAGE,      /* connected as PERSONAL */
    AUTHORITY_NOTRUST,
    AUTHORITY_OTHER_KEY, /* its name, and not the key that signed */
    AUTHORITY_ABSENT
};

struct own_authority {
    enum authority_fault fault;
    const struct ring_entry *entry; /* NULL: absent */
};

/* What RING has, at NOW, of the authority that signed CERT. */
struct own_authority own_authority(const struct keyring *ring, X509 *cert,
                                   time_t now);
/* The same by its name alone, which several keys can have. */
struct own_authority own_authority_named(const struct keyring *ring,
                                         const X509_NAME *name, time_t now);
/* What comes closest to an authority on a ring where none counts: one that is
 * NOTRUST, or connected as PERSONAL. */
struct own_authority own_authority_any(const struct keyring *ring);
/* Of one certificate of a ring, whatever it signed. */
enum authority_fault own_authority_fault(const struct ring_entry *e,
                                         time_t now);

#endif
