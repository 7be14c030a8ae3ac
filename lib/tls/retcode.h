#ifndef TLS_RETCODE_H
#define TLS_RETCODE_H

/*
 * Return codes of System SSL (below 5000) and AT-TLS (5001 to 6999), one row
 * each in retcode.def: number, constant, meaning. Sources: Cryptographic
 * Services System SSL Programming, "SSL function return codes"; IP Diagnosis
 * Guide, "AT-TLS return codes".
 *
 * And the one place where OpenSSL's outcomes become such codes (mapping.def).
 * The error queue itself is read by outcome.c only.
 */

#include <stddef.h>

struct retcode {
    int code;
    const char *constant; /* "GSK_ERR_BAD_CERT", or "" */
    const char *meaning;  /* one line */
};

/* Why a code comes: causes.def, the most likely first. */
enum retcode_side { RETCODE_ANY, RETCODE_OURS, RETCODE_THEIRS };
struct retcode_cause {
    enum retcode_side side; /* who found fault */
    const char *cause;      /* a sentence */
    const char *command;    /* what would tell, or NULL */
};

/* The I-th cause of CODE, from 0; NULL: there are no more. */
const struct retcode_cause *retcode_cause_get(int code, size_t i);
/* The first cause that goes with SIDE, one that names the side before one that
 * does not. */
const struct retcode_cause *retcode_cause_for(int code, enum retcode_side side);

/* NULL: not in the table. */
const struct retcode *retcode_find(int code);
size_t retcode_count(void);
const struct retcode *retcode_get(size_t i); /* ascending */

/* An X509_V_ERR_ of the verification of the peer's certificate. */
int retcode_from_verify(long x509_err);
/* A reason (SSL_R_) of OpenSSL's TLS library, received alerts among them; 0:
 * not in the table. */
int retcode_from_reason(int reason);

#endif
