#ifndef PASSTICKET_PRIVATE_H
#define PASSTICKET_PRIVATE_H

/* Shared by legacy.c and enhanced.c. */

#include "util/error.h"
#include "zos/name.h"

/* NAME in EBCDIC, padded with blanks to eight. ERR_VALUE. */
int passticket_name(enum zos_name_kind kind, const char *name,
                    unsigned char ret[8], struct error *err);

int passticket_no_ticket(struct error *err);
int passticket_other_key(struct error *err);
#define PASSTICKET_OTHER_KEY                                                   \
    "made with another key, or for another user id or application"

#endif
