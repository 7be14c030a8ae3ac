#include "daemon/hws_logon.h"

#include <string.h>

#include "passticket/service.h"
#include "saf/saf.h"

int hws_logon_check(const struct hws_logon *l, struct error *err)
{
    struct saf *saf = NULL;
    int r = saf_open(l->racf, SAF_READ, &saf, err);

    if (r == 0 && !saf_may_write(saf))
        r = error_set(err, ERR_DENIED,
                      "%s: only root and its owner can check logons: used "
                      "PassTickets are remembered there",
                      l->racf);
    saf_close(saf);
    return r;
}

/* ICH408I as RACF writes it, in one line; the user id comes from outside. */
static void put_refusal(struct strbuf *why, const char *user, const char *what,
                        const char *detail)
{
    strbuf_adds(why, "ICH408I USER(");
    strbuf_add_escaped(why, user, strlen(user));
    strbuf_fill(why, ' ', 8 - (int)strlen(user));
    strbuf_addf(why, ") LOGON/JOB INITIATION - %s", what);
    if (*detail != '\0')
        strbuf_addf(why, " (PassTicket: %s)", detail);
}

/* An unknown user's ticket is worked through under a name that gets nothing. */
static enum passticket_outcome try_ticket(const struct hws_logon *l,
                                          struct saf *saf, const char *user,
                                          bool known, const char *password,
                                          int64_t now, struct error *why)
{
    enum passticket_outcome o = passticket_evaluate(
        saf, NULL, known ? user : "NOUSER", l->application, password, now, why);

    return known || o != PASSTICKET_OK ? o : PASSTICKET_NOT_VALID;
}

bool hws_logon(const struct hws_logon *l, const char *user,
               const char *password, int64_t now, struct strbuf *why)
{
    enum passticket_outcome ticket = PASSTICKET_NOT_VALID;
    struct error err = {0}, detail = {0};
    struct saf *saf = NULL;
    bool known, by_password;

    if (saf_open(l->racf, SAF_READ, &saf, &err) != 0) {
        put_refusal(why, user, "SECURITY DATABASE NOT AVAILABLE", "");
        strbuf_addf(why, ": %s", err.text);
        return false;
    }
    known = saf_user_exists(saf, user);
    by_password = saf_password_check(saf, user, password, &err) == 0;
    if (!by_password)
        ticket = try_ticket(l, saf, user, known, password, now, &detail);
    if (!known)
        put_refusal(why, user, "USER NOT DEFINED", "");
    else if (saf_user_revoked(saf, user))
        put_refusal(why, user, "REVOKED USER ACCESS ATTEMPT", "");
    else if (by_password)
        strbuf_addf(why, "%s logged on with a password", user);
    else if (ticket == PASSTICKET_OK)
        strbuf_addf(why, "%s logged on with a PassTicket for %s", user,
                    l->application);
    else
        put_refusal(why, user, "INVALID PASSWORD",
                    detail.text[0] != '\0' ? detail.text
                                           : passticket_meaning(ticket));
    known = known && !saf_user_revoked(saf, user);
    saf_close(saf);
    return known && (by_password || ticket == PASSTICKET_OK);
}
