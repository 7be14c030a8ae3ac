/*
 * Who may log on: the user id, the PassTicket or password, and the ICH408I for
 * those who may not.
 */

#include "hws/logon.h"

#include <stdlib.h>
#include <string.h>

#include "passticket/service.h"
#include "saf/db/saf.h"
#include "util/array.h"
#include "util/count.h"

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

/* ---- who is revoked ---- */

/* The entry of USER, made when it is missing; NULL: no memory. */
static struct hws_failures *failures_of(struct hws_logon *l, const char *user)
{
    struct hws_failures *one;
    size_t i;

    for (i = 0; i < l->failure_count; i++)
        if (strcmp(l->failures[i].user, user) == 0)
            return &l->failures[i];
    one = array_add(&l->failures, &l->failure_count, sizeof(*one));
    if (one != NULL)
        memccpy(one->user, user, '\0', sizeof(one->user) - 1);
    return one;
}

static bool is_at_limit(const struct hws_logon *l, const char *user)
{
    size_t i;

    for (i = 0; i < l->failure_count; i++)
        if (strcmp(l->failures[i].user, user) == 0)
            return l->failures[i].count >= l->revoke;
    return false;
}

static void forget(struct hws_logon *l, const char *user)
{
    size_t i;

    for (i = 0; i < l->failure_count; i++)
        if (strcmp(l->failures[i].user, user) == 0)
            l->failures[i] = l->failures[--l->failure_count];
}

/* A job may hold the database: then the user stays shut out here until it is
 * written, which each further logon tries. */
static void revoke(struct hws_logon *l, const char *user, struct strbuf *why)
{
    struct error err = {0};
    struct saf *saf = NULL;
    int r = saf_open(l->racf, SAF_WRITE, &saf, &err);

    if (r == 0)
        r = saf_user_revoke(saf, user, &err);
    saf_close(saf);
    if (r == 0)
        forget(l, user);
    strbuf_addf(why, "; %s is revoked after %s in a row", user,
                count_of(l->revoke, "wrong password").text);
    if (r == 0)
        strbuf_addf(why, ", ALTUSER %s RESUME lets the user in again", user);
    else
        strbuf_addf(why, ", which is not stored yet: %s", err.text);
}

static void count(struct hws_logon *l, const char *user, struct strbuf *why)
{
    struct hws_failures *f = l->revoke == 0 ? NULL : failures_of(l, user);

    if (f != NULL && ++f->count >= l->revoke)
        revoke(l, user, why);
}

/* ---- the logon ---- */

enum verdict { NO_USER, REVOKED, WRONG, WRONG_COUNTS, GOOD };

static enum verdict check(struct hws_logon *l, struct saf *saf,
                          const char *user, const char *password, int64_t now,
                          struct strbuf *why)
{
    enum passticket_outcome ticket = PASSTICKET_NOT_VALID;
    bool known = saf_user_exists(saf, user);
    struct error err = {0}, detail = {0};
    bool by_password = saf_password_check(saf, user, password, &err) == 0;

    if (!by_password)
        ticket = try_ticket(l, saf, user, known, password, now, &detail);
    if (!known) {
        put_refusal(why, user, "USER NOT DEFINED", "");
        return NO_USER;
    }
    if (saf_user_revoked(saf, user) ||
        (l->revoke != 0 && is_at_limit(l, user))) {
        put_refusal(why, user, "REVOKED USER ACCESS ATTEMPT", "");
        return REVOKED;
    }
    if (by_password || ticket == PASSTICKET_OK) {
        strbuf_addf(why, "%s logged on with a %s%s", user,
                    by_password ? "password" : "PassTicket for ",
                    by_password ? "" : l->application);
        return GOOD;
    }
    put_refusal(why, user, "INVALID PASSWORD",
                detail.text[0] != '\0' ? detail.text
                                       : passticket_meaning(ticket));
    return saf_password_exists(saf, user) ? WRONG_COUNTS : WRONG;
}

bool hws_logon(struct hws_logon *l, const char *user, const char *password,
               int64_t now, struct strbuf *why)
{
    struct error err = {0};
    struct saf *saf = NULL;
    enum verdict v;

    if (saf_open(l->racf, SAF_READ, &saf, &err) != 0) {
        put_refusal(why, user, "SECURITY DATABASE NOT AVAILABLE", "");
        strbuf_addf(why, ": %s", err.text);
        return false;
    }
    v = check(l, saf, user, password, now, why);
    if (v == REVOKED && saf_user_revoked(saf, user))
        forget(l, user);
    saf_close(saf);
    if (v == GOOD)
        forget(l, user);
    else if (v == WRONG_COUNTS)
        count(l, user, why);
    else if (v == REVOKED && l->revoke != 0 && is_at_limit(l, user))
        revoke(l, user, why);
    return v == GOOD;
}

void hws_logon_done(struct hws_logon *l)
{
    free(l->failures);
    l->failures = NULL;
    l->failure_count = 0;
}
