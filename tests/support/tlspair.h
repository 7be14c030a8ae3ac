#ifndef SUPPORT_TLSPAIR_H
#define SUPPORT_TLSPAIR_H

/*
 * Two TLS endpoints without a socket: each has a BIO pair, and the test
 * carries the bytes. One end may be a plain OpenSSL one, for what a session of
 * ours does not do. A failure of the set-up itself ends the test program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <openssl/ssl.h>

#include "policy/effective.h"
#include "policy/policy.h"
#include "support/testring.h"
#include "tls/session.h"
#include "util/strbuf.h"

/* What a policy says; lines of policy text, NULL: none or as noted. */
struct tls_side {
    const char *role;      /* HandshakeRole; "Client" */
    const char *userid;    /* "SERVER" or "CLIENT", by the role */
    const char *ring;      /* lines of TTLSKeyringParms; "Keyring Test.Ring" */
    const char *env;       /* lines of the environment action */
    const char *adv;       /* its advanced parameters, after TLSv1 and TLSv1.1
                            * Off and TLSv1.2 On */
    const char *ciphers;   /* lines of TTLSCipherParms; C02B C030 1301 0035 */
    const char *signature; /* lines of TTLSSignatureParms */
    const char *gsk;       /* lines of TTLSGskAdvancedParms */
    const char *conn;      /* advanced parameters of a connection action */
    const char *conn_role; /* role of the connection action; the same */
    const char *release;   /* of z/OS; NULL: 3.1 */
    bool legacy;           /* allow_legacy */
    bool x25519_first;
    unsigned min_rsa;
    bool tls12_tickets;
};

/* A policy, its only rule's settings and an environment. */
struct tls_setup {
    struct policy *policy;
    const struct effective *eff;
    struct environment *env; /* NULL: it could not be opened */
    struct tls_outcome why;
    const char *target; /* of the sessions made from it; NULL: none */
};

/* The policy text that a side is made from. */
void tls_side_write(const struct tls_side *side, struct strbuf *out);

/* The policy must load; the result is environment_open()'s. */
int tls_setup_open(struct tls_setup *s, const struct testring *t,
                   const struct tls_side *side);
void tls_setup_done(struct tls_setup *s);

struct tls_end {
    struct session *session; /* or: */
    SSL *plain;
    BIO *net;                 /* the test's end of the pair */
    enum session_status last; /* of the handshake */
    struct tls_outcome why;   /* of session_new() */
    bool closed;              /* the peer's FIN was passed on */
};

/* A session with a BIO pair that holds ROOM bytes each way. Result of
 * session_new(). */
int tls_end_open(struct tls_end *e, const struct tls_setup *s, size_t room);
/* A plain OpenSSL end; a reference on CTX is taken. */
void tls_end_plain(struct tls_end *e, SSL_CTX *ctx, bool server);
void tls_end_done(struct tls_end *e);
/* Trusts what TRUST has, in place of the ring. Only before the handshake. */
void tls_end_trust(struct tls_end *e, X509_STORE *trust);

/* One step of the handshake. */
enum session_status tls_end_step(struct tls_end *e);
/* Carries up to MAX bytes that FROM has sent to TO; returns how many. */
size_t tls_carry(struct tls_end *from, struct tls_end *to, size_t max);
/* FROM ends its connection (FIN) towards TO. */
void tls_fin(struct tls_end *to);
/* Both ends, until both are done or one has failed and its alert is read by
 * the other. True: both are OK. */
bool tls_shake(struct tls_end *a, struct tls_end *b);

/* Return code of the end's outcome. */
int tls_rc(const struct tls_end *e);
const char *tls_reason(const struct tls_end *e);

/* Writes TEXT at FROM and reads it at TO; false: it did not come through. */
bool tls_say(struct tls_end *from, struct tls_end *to, const char *text);

/* A plain context with the certificate and key of USERID, trusting 'Test CA';
 * USERID NULL: without a certificate. */
SSL_CTX *tls_plain_ctx(const struct testring *t, const char *userid,
                       bool server);
/* From here on sessions that clients of CTX get, tickets among them, count. */
void tls_count_tickets(SSL_CTX *ctx);
int tls_tickets(void);

#endif
