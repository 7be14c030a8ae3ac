#ifndef TLS_OUTCOME_H
#define TLS_OUTCOME_H

/*
 * How a TLS step ended: the return code for the EZD line, and what a person
 * needs to know why. A plain value; texts are complete, escaped to printable
 * characters and hold no secret.
 */

#include <openssl/x509.h>
#include <stdbool.h>

struct tls_outcome {
    int rc;             /* 0, or System SSL's or AT-TLS's code */
    int alert_sent;     /* -1: none */
    int alert_received; /* -1: none */
    bool crowded;       /* this side had no room or time for it */
    long verify_error;  /* X509_V_OK, or OpenSSL's verification error */
    bool lasting; /* asked again it is the same until what is stored changes */
    char reason[256];  /* OpenSSL's reason, or our own sentence */
    char subject[256]; /* of the certificate concerned, or "" */
    char issuer[256];
};

void tls_outcome_init(struct tls_outcome *o);

/* Sets code and reason (escaped) unless an earlier failure stands there
 * already: the first one is the cause. Returns the code that stands. */
int tls_outcome_set(struct tls_outcome *o, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Subject and issuer of the certificate concerned, as RFC 2253 writes them;
 * NULL: none. */
void tls_outcome_certificate(struct tls_outcome *o, const X509 *cert);

/*
 * Takes the cause from OpenSSL's error queue and empties it: the only place
 * that reads the queue. OTHERWISE is the code for what no table knows; WHAT
 * ("the handshake failed") begins the reason. A verification error that was
 * noted in the outcome goes first.
 */
int tls_outcome_take(struct tls_outcome *o, int otherwise, const char *what);

/* "unknown_ca"; "alert 200" for what has no name. */
const char *tls_alert_name(int alert, char buf[24]);

#endif
