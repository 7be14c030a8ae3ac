#ifndef TLS_OUTCOME_H
#define TLS_OUTCOME_H

/*
 * How a TLS step ended: the fault, its return code for the EZD line, and what a
 * person needs to know why. A plain value; texts are complete, escaped to
 * printable characters and hold no secret.
 */

#include <openssl/x509.h>
#include <stdbool.h>

#include "tls/fault.h"

/* What is known where a fault is found; NULL: not known. */
struct fault_words {
#define WORD(name, shown, bytes) const char *name;
#include "tls/words.def"
};

/* The same, kept. */
struct fault_texts {
#define WORD(name, shown, bytes) char name[bytes];
#include "tls/words.def"
};

struct tls_outcome {
    enum fault fault;   /* none: nothing failed */
    int rc;             /* 0, or System SSL's or AT-TLS's code */
    int alert_sent;     /* -1: none */
    int alert_received; /* -1: none */
    long verify_error;  /* X509_V_OK, or OpenSSL's verification error */
    bool lasting; /* asked again it is the same until what is stored changes */
    char reason[512]; /* the row's, with its words */
    struct fault_texts
        words; /* subject, issuer: of the certificate concerned */
};

void tls_outcome_init(struct tls_outcome *o);

/*
 * Names the fault, with what is known of it (WORDS may be NULL), unless an
 * earlier one stands there already: the first one is the cause. Words that
 * WORDS does not have stay as they are. Returns the code that stands.
 */
int tls_fail(struct tls_outcome *o, enum fault fault,
             const struct fault_words *words);
/* Adds the reason of a fault without a code to the one that stands. */
void tls_fail_more(struct tls_outcome *o, enum fault fault,
                   const struct fault_words *words);

/* Subject and issuer of the certificate concerned, as RFC 2253 writes them;
 * NULL: none. */
void tls_outcome_certificate(struct tls_outcome *o, const X509 *cert);

/*
 * Takes the fault from OpenSSL's error queue and empties it: the only place
 * that reads the queue. OTHERWISE is named for what no table knows. The word
 * `error` is OpenSSL's text.
 */
int tls_take(struct tls_outcome *o, enum fault otherwise,
             const struct fault_words *words);
/* The fault is known, the queue has OpenSSL's words for it. */
int tls_take_as(struct tls_outcome *o, enum fault fault,
                const struct fault_words *words);

/* The value of a word that is kept here; NULL: whoever tells the fault knows
 * it.
 */
const char *tls_outcome_word(const struct tls_outcome *o, enum fault_word word);

/* IANA's name, "unknown_ca"; "alert 200" for what has none. */
const char *tls_alert_name(int alert, char buf[24]);

#endif
