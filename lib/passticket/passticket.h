#ifndef PASSTICKET_PASSTICKET_H
#define PASSTICKET_PASSTICKET_H

/*
 * PassTickets as such: user, application, key and time to eight characters,
 * and back to the time. No database, no clock; see service.h for those.
 *
 * Legacy: RACF Macros and Interfaces, "The RACF PassTicket" (DES and a
 * time coder). Enhanced: IBM's published sample (HMAC-SHA-512); TYPE(UPPER)
 * has the alphabet A-Z 0-9, TYPE(MIXED) lower case and - _ too.
 *
 * User ids and application names are ZOS_USERID and ZOS_APPLICATION of
 * zos/name.h, in upper case. Times are seconds since 1970, GMT. Every function
 * wipes what it derives from a key.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "zos/name.h"

enum {
    PASSTICKET_LEN = 8,
    PASSTICKET_KEY = 8,           /* bytes of a legacy key */
    PASSTICKET_ENHANCED_MIN = 32, /* bytes of an enhanced key */
    PASSTICKET_ENHANCED_MAX = 256,
    PASSTICKET_WINDOW = 600 /* seconds that a clock may differ */
};

/* ERR_VALUE (a name, a time beyond 2106), ERR_CRYPTO. */
int passticket_legacy(const char *user, const char *application,
                      const unsigned char key[PASSTICKET_KEY], int64_t when,
                      char ret[PASSTICKET_LEN + 1], struct error *err);

/*
 * The time nearest to NOW at which TICKET was made with this key: whether it
 * is near enough is the caller's decision. A ticket in lower case is read as
 * upper case. ERR_SYNTAX (not of the form of a ticket), ERR_DENIED (of the
 * form, but made by no second of this key), ERR_VALUE, ERR_CRYPTO.
 */
int passticket_legacy_time(const char *user, const char *application,
                           const unsigned char key[PASSTICKET_KEY],
                           const char *ticket, int64_t now, int64_t *ret,
                           struct error *err);

/* KEY has 32 to 256 bytes, ERR_VALUE else. */
int passticket_enhanced(const char *user, const char *application,
                        const unsigned char *key, size_t key_len, bool mixed,
                        int64_t when, char ret[PASSTICKET_LEN + 1],
                        struct error *err);

/* As passticket_legacy_time(). A MIXED ticket is taken as it is written. */
int passticket_enhanced_time(const char *user, const char *application,
                             const unsigned char *key, size_t key_len,
                             bool mixed, const char *ticket, int64_t *ret,
                             struct error *err);

#endif
