#ifndef PASSTICKET_SERVICE_H
#define PASSTICKET_SERVICE_H

/*
 * PassTickets as RACF's R_ticketserv gives them: with the key profiles and
 * the authorities of a security database (class PTKTDATA, which must be
 * active and RACLISTed).
 *
 * Keys are found by application: generating uses the profile `application`;
 * evaluating the first of application.group.user, application.user and
 * application.group that exists, and then `application` (RACF Security
 * Administrator's Guide, "Determining PTKTDATA profile names"). Only discrete
 * profiles give keys. With both kinds of keys an enhanced ticket is
 * generated, and either is accepted.
 *
 * User ids and application names are folded to upper case. NOW is the time in
 * seconds since 1970.
 */

#include <stdint.h>

#include "passticket/passticket.h"
#include "util/error.h"

struct saf;

enum passticket_outcome {
#define OUTCOME(id, saf_rc, racf_rc, reason, meaning) PASSTICKET_##id,
#include "passticket/outcomes.def"
    PASSTICKET_OUTCOMES
};

struct passticket_codes {
    int saf_rc, racf_rc, reason;
};

struct passticket_codes passticket_codes(enum passticket_outcome o);
const char *passticket_meaning(enum passticket_outcome o);

/*
 * CALLER asks for a ticket for USER: it needs UPDATE to
 * IRRPTAUTH.application.user. WHY (may be NULL) gets the detail, for a log:
 * never for the peer, and without a key or a ticket in it.
 */
enum passticket_outcome
passticket_generate(struct saf *saf, const char *caller, const char *user,
                    const char *application, int64_t now,
                    char ret[PASSTICKET_LEN + 1], struct error *why);

/*
 * CALLER needs READ to IRRPTAUTH.application.user; NULL is a sign-on, which
 * asks nobody. An accepted ticket is remembered in the database's folder and
 * refused for the rest of its life, unless the profile says otherwise; when
 * it can't be remembered it is not accepted.
 *
 * Time tells nothing about the key: the ticket is computed back to its time,
 * there is no expected text that it would be compared with.
 */
enum passticket_outcome passticket_evaluate(struct saf *saf, const char *caller,
                                            const char *user,
                                            const char *application,
                                            const char *ticket, int64_t now,
                                            struct error *why);

/* 0 where a ticket that was MADE then is accepted NOW, when it lives LIFE
 * seconds; else ERR_DENIED, and whether it is old, from the future, or of
 * another key. */
int passticket_in_window(int64_t made, int64_t now, unsigned life,
                         struct error *why);

/* ---- with a legacy key in hand, without a database ---- */

/* Errors as passticket_legacy(); names are folded here. */
int passticket_make(const char *user, const char *application,
                    const unsigned char key[PASSTICKET_KEY], int64_t when,
                    char ret[PASSTICKET_LEN + 1], struct error *err);
/* 0 when TICKET is of this key and within the window of NOW. Errors as
 * passticket_legacy_time(); ERR_DENIED for a ticket outside the window too. */
int passticket_verify(const char *user, const char *application,
                      const unsigned char key[PASSTICKET_KEY],
                      const char *ticket, int64_t now, int64_t *ret_made,
                      struct error *err);

#endif
