#ifndef TLS_OLDER_CODES_H
#define TLS_OLDER_CODES_H

/* The negative return codes of System SSL's older functions. */

#include <stddef.h>

struct older_code {
    int code;
    int today;           /* the code of today's functions; 0: not known */
    const char *meaning; /* where today is 0 */
};

/* The I-th row, ascending; NULL: there is no more. */
const struct older_code *older_code_get(size_t i);
/* NULL: not in the table. */
const struct older_code *older_code_find(int code);

#endif
