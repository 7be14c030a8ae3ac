#ifndef TLS_SESSION_PRIVATE_H
#define TLS_SESSION_PRIVATE_H

/* Inside lib/tls: the session, as its own file and the callbacks see it. */

#include <time.h>

#include "tls/context.h"
#include "tls/session.h"

/* How much of the first data is kept to say what it was. */
enum { SESSION_FIRST_BYTES = 16 };

struct session {
    struct environment *env;
    const struct context *context;
    SSL *ssl;
    struct netaddr target; /* client: where it goes; AF_UNSPEC: not known */
    uint64_t handle;
    BIO *socket;  /* the SSL's (sockbio.h); NULL: the caller gave others */
    size_t ahead; /* bytes in records that the socket has not taken; the
                   * caller will give them again */
    struct tls_outcome *outcome; /* NULL: nothing to say; see session_why() */
    session_seen_fn seen;        /* NULL: nobody looks */
    void *seen_arg;
    session_tap_fn tap; /* NULL: nobody traces */
    void *tap_arg;
    X509 *peer; /* of the first handshake; for RenegotiationCertCheck */
    STACK_OF(X509) * refused; /* the partner's, when verification failed */
    time_t until; /* when the session may not be resumed any more; a client
                   * knows it of the one it offered, else 0 */
    time_t renegotiated; /* begin of the minute that is counted */
    unsigned renegotiations;
    bool done;         /* the first handshake */
    bool connected;    /* this side connected to the partner */
    bool hold_last;    /* the client's last flight goes with data */
    bool bulk;         /* long records have come */
    bool closing;      /* close_notify is made */
    bool ended;        /* the partner's close_notify came */
    bool named;        /* server: the client's server name is in the list */
    bool name_unknown; /* client: the server sent unrecognized_name */
    bool watching;     /* the first bytes are still to come */
    bool clear;        /* they were not TLS */
    char userid[CERT_USERID]; /* SAFCheck: whose certificate it is */
    uint8_t first_len;
    unsigned char first[SESSION_FIRST_BYTES];
};

/* The session of an SSL that has its BIOs: the argument of their callback. (As
 * the SSL's application data it would cost 100 bytes.) */
struct session *session_of(const SSL *ssl);
/* The outcome, to be filled in. A session that is well has none: it is big.
 * Never NULL; without memory it is the thread's, and says that. */
struct tls_outcome *session_why(struct session *s);

#endif
