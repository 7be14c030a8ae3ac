#ifndef ATTLS_PASSTICKET_H
#define ATTLS_PASSTICKET_H

/*
 * PassTickets for programs that log on somewhere, or let others log on:
 * libattls (pkg-config attls). See attls-passticket(1) for what a PassTicket
 * is and for the security database.
 *
 * User ids and application names have 1 to 8 characters A-Z 0-9 # @ $ and are
 * folded to upper case. Times are seconds since 1970 (GMT). Every function
 * returns 0 or one of the values below; *CODES, if it is not NULL, gets what
 * RACF's service would return. Nothing is printed, no state is kept: the
 * functions may be called from several threads.
 */

#include <stddef.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

enum attls_passticket_result {
    ATTLS_PASSTICKET_OK = 0,
    ATTLS_PASSTICKET_PARAMETER,      /* a name, key or time of a wrong form */
    ATTLS_PASSTICKET_INTERNAL,       /* the database or OpenSSL failed */
    ATTLS_PASSTICKET_NOT_AUTHORIZED, /* no authority to IRRPTAUTH... */
    ATTLS_PASSTICKET_NO_KEY,         /* no key profile for the application */
    ATTLS_PASSTICKET_NOT_VALID       /* wrong, too old, or used before */
};

/* SAF return code, RACF return code, RACF reason code; and one sentence for a
 * log, which must not be sent to whoever presented the ticket. */
struct attls_passticket_codes {
    int saf_rc, racf_rc, reason;
    char detail[256];
};

enum { ATTLS_PASSTICKET_SIZE = 9 }; /* eight characters and a NUL */

/* ---- with the key in hand ---- */

/* A legacy PassTicket. KEY has 8 bytes. */
int attls_passticket_make(const char *user, const char *application,
                          const unsigned char key[8], time_t when,
                          char ticket[ATTLS_PASSTICKET_SIZE],
                          struct attls_passticket_codes *codes);

/*
 * Whether TICKET is one of this key, made within ten minutes of NOW; *MADE
 * (may be NULL) gets its time. A ticket that is used twice is not noticed:
 * that needs the database.
 */
int attls_passticket_verify(const char *user, const char *application,
                            const unsigned char key[8], const char *ticket,
                            time_t now, time_t *made,
                            struct attls_passticket_codes *codes);

/* ---- with the security database in the folder RACF_DIR ---- */

/* CALLER asks for a ticket for USER: it needs UPDATE authority. */
int attls_passticket_generate(const char *racf_dir, const char *caller,
                              const char *user, const char *application,
                              time_t now, char ticket[ATTLS_PASSTICKET_SIZE],
                              struct attls_passticket_codes *codes);

/* CALLER needs READ authority; NULL is a sign-on and needs none. An accepted
 * ticket is remembered and not accepted again, unless its profile allows. */
int attls_passticket_evaluate(const char *racf_dir, const char *caller,
                              const char *user, const char *application,
                              const char *ticket, time_t now,
                              struct attls_passticket_codes *codes);

#ifdef __cplusplus
}
#endif

#endif
