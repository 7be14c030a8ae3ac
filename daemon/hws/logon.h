#ifndef HWS_LOGON_H
#define HWS_LOGON_H

/*
 * Who may log on: user id with password, else PassTicket of the application,
 * against the security database (RACROUTE REQUEST=VERIFY of IMS Connect). The
 * database is opened for each logon, so that jobs take effect at once.
 *
 * Each no costs the same work: the password is hashed for unknown users too,
 * and the PassTicket is evaluated whatever came before. After `revoke` of them
 * in a row the user is revoked, as SETROPTS PASSWORD(REVOKE(n)) has it; a user
 * without a password is not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/strbuf.h"

struct hws_logon {
    const char *racf; /* the security database's folder */
    const char *application;
    unsigned revoke; /* wrong ones in a row that revoke a user; 0: nobody is
                        revoked */
    /* Users who had one lately; begins as NULL. */
    struct hws_failures {
        char user[9];
        unsigned count;
    } * failures;
    size_t failure_count;
};

/* Whether logons can be checked at all: the database can be read, and used
 * PassTickets can be remembered in it. As saf_open(), ERR_DENIED. */
int hws_logon_check(const struct hws_logon *l, struct error *err);

/* NOW in seconds since 1970. WHY gets one line for the log, never for the
 * client: RACF's message for a no, what was used for a yes. */
bool hws_logon(struct hws_logon *l, const char *user, const char *password,
               int64_t now, struct strbuf *why);
/* Frees what it keeps. */
void hws_logon_done(struct hws_logon *l);

#endif
