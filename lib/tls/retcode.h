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

/* Those that AT-TLS itself gives, and those of System SSL that our side finds
 * without OpenSSL. */
enum {
    RC_NO_MEMORY = 4,
    RC_IO = 406,
    RC_CLOSED = 420, /* the partner has gone */
    RC_REQUIRED = 446,
    RC_NAME_UNKNOWN = 447,
    RC_NO_INDICATION = 460,
    RC_NO_TLS = 5003,      /* clear text from the partner */
    RC_SILENT = 5004,      /* nothing from the partner */
    RC_TOO_LONG = 5005,    /* begun by the partner, and not ended */
    RC_ENVIRONMENT = 5006, /* the environment could not be opened */
    RC_MAPPING = 5018      /* policy mapping failed */
};

struct retcode {
    int code;
    const char *constant; /* "GSK_ERR_BAD_CERT", or "" */
    const char *meaning;  /* one line */
};

/* NULL: not in the table. */
const struct retcode *retcode_find(int code);
size_t retcode_count(void);
const struct retcode *retcode_get(size_t i); /* ascending */

#endif
