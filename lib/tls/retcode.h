#ifndef TLS_RETCODE_H
#define TLS_RETCODE_H

/*
 * Return codes of System SSL (below 5000) and AT-TLS (5001 to 6999), one row
 * each in retcode.def: number, constant, meaning. Sources: Cryptographic
 * Services System SSL Programming, "SSL function return codes"; IP Diagnosis
 * Guide, "AT-TLS return codes".
 * Why each comes says tls/fault.h.
 */

#include <stddef.h>

/* Those that are asked for by name. */
enum {
    RC_NO_MEMORY = 4,
    RC_UNKNOWN_CA = 435,   /* no authority for the partner's certificate */
    RC_NO_TLS = 5003,      /* clear text from the partner */
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
