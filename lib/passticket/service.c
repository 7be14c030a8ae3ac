/* Authority, key profiles and the two services. */

#include "passticket/service.h"

#include <stdio.h>
#include <string.h>

#include "passticket/private.h"
#include "passticket/replay.h"
#include "saf/db/saf.h"
#include "util/count.h"

static const struct {
    struct passticket_codes codes;
    const char *meaning;
} outcomes[] = {
#define OUTCOME(id, saf_rc, racf_rc, reason, meaning)                          \
    {{saf_rc, racf_rc, reason}, meaning},
#include "passticket/outcomes.def"
};

struct passticket_codes passticket_codes(enum passticket_outcome o)
{
    return outcomes[o].codes;
}

const char *passticket_meaning(enum passticket_outcome o)
{
    return outcomes[o].meaning;
}

struct names {
    char user[ZOS_NAME_SIZE];
    char application[ZOS_NAME_SIZE];
};

static bool get_names(const char *user, const char *application,
                      struct names *n, struct error *why)
{
    if (zos_name_fold(ZOS_USERID, user, n->user) &&
        zos_name_fold(ZOS_APPLICATION, application, n->application))
        return true;
    error_set(why, ERR_VALUE, "a user id and an application have %s",
              zos_name_form(ZOS_USERID));
    return false;
}

/* Every caller needs the profile: none that covers is a no. */
static bool authorized(const struct saf *saf, const char *caller,
                       const struct names *n, enum saf_level level,
                       struct error *why)
{
    char resource[64];

    snprintf(resource, sizeof(resource), "IRRPTAUTH.%s.%s", n->application,
             n->user);
    return saf_check(saf, caller, "PTKTDATA", resource, level, why) ==
           SAF_ALLOWED;
}

/* ---- generating ---- */

static int make_ticket(const struct names *n, const struct saf_ssignon *s,
                       int64_t now, char ret[PASSTICKET_LEN + 1],
                       struct error *why)
{
    if (s->enhanced_len != 0)
        return passticket_enhanced(n->user, n->application, s->enhanced,
                                   s->enhanced_len, s->mixed, now, ret, why);
    return passticket_legacy(n->user, n->application, s->legacy, now, ret, why);
}

enum passticket_outcome
passticket_generate(struct saf *saf, const char *caller, const char *user,
                    const char *application, int64_t now,
                    char ret[PASSTICKET_LEN + 1], struct error *why)
{
    struct saf_ssignon s;
    struct names n;
    int r;

    if (!get_names(user, application, &n, why))
        return PASSTICKET_PARAMETER;
    if (!authorized(saf, caller, &n, SAF_UPDATE, why))
        return PASSTICKET_NOT_AUTHORIZED;
    r = saf_ssignon(saf, n.application, &s, why);
    if (r != 0)
        return r == ERR_NOT_FOUND ? PASSTICKET_NO_KEY : PASSTICKET_INTERNAL;
    r = make_ticket(&n, &s, now, ret, why);
    saf_ssignon_wipe(&s);
    if (r == ERR_VALUE)
        return PASSTICKET_PARAMETER;
    return r == 0 ? PASSTICKET_OK : PASSTICKET_INTERNAL;
}

/* ---- evaluating ---- */

/* One key's answer: 0 and what is needed for the replay list, or an error. */
struct accepted {
    int64_t made;
    unsigned life;
    bool may_replay;
};

/* A ticket of another key has a time anywhere in 136 years or more; no clock
 * and no time zone is wrong by more than a day, but that of a machine that
 * slept. */
int passticket_in_window(int64_t made, int64_t now, unsigned life,
                         struct error *why)
{
    const int64_t day = 24 * 60 * 60, year = 366 * day;
    long long age = now - made, off = age < 0 ? -age : age;

    if (off <= life)
        return 0;
    if (off > year)
        return passticket_other_key(why);
    if (off > day)
        return error_set(why, ERR_DENIED,
                         PASSTICKET_OTHER_KEY
                         "; or else a clock is wrong by %s",
                         count_of((unsigned long long)(off / day), "day").text);
    if (age > 0)
        return error_set(why, ERR_DENIED,
                         "too old: made %lld seconds ago, and accepted for %u",
                         off, life);
    return error_set(why, ERR_DENIED,
                     "made %lld seconds in the future, and accepted for %u: "
                     "compare the clocks of both systems",
                     off, life);
}

static int try_enhanced(const struct names *n, const struct saf_ssignon *s,
                        const char *ticket, int64_t now, struct accepted *ret,
                        struct error *why)
{
    int r;

    ret->life = s->timeout;
    ret->may_replay = s->may_replay;
    r = passticket_enhanced_time(n->user, n->application, s->enhanced,
                                 s->enhanced_len, s->mixed, ticket, &ret->made,
                                 why);
    return r == 0 ? passticket_in_window(ret->made, now, ret->life, why) : r;
}

static int try_legacy(const struct names *n, const struct saf_ssignon *s,
                      const char *ticket, int64_t now, struct accepted *ret,
                      struct error *why)
{
    int r;

    ret->life = PASSTICKET_WINDOW;
    ret->may_replay = s->no_replay_protection;
    r = passticket_legacy_time(n->user, n->application, s->legacy, ticket, now,
                               &ret->made, why);
    return r == 0 ? passticket_in_window(ret->made, now, ret->life, why) : r;
}

static int try_profile(struct saf *saf, const char *profile,
                       const struct names *n, const char *ticket, int64_t now,
                       struct accepted *ret, struct error *why)
{
    struct saf_ssignon s;
    int r = saf_ssignon(saf, profile, &s, why);

    if (r != 0)
        return r;
    r = ERR_DENIED;
    if (s.enhanced_len != 0)
        r = try_enhanced(n, &s, ticket, now, ret, why);
    if (r != 0 && s.has_legacy)
        r = try_legacy(n, &s, ticket, now, ret, why);
    saf_ssignon_wipe(&s);
    return r;
}

/* The first qualified profile that exists, then the application's own. */
static int try_profiles(struct saf *saf, const struct names *n,
                        const char *ticket, int64_t now, struct accepted *ret,
                        struct error *why)
{
    char group[SAF_NAME_MAX + 1] = "", name[64];
    int i, r = ERR_NOT_FOUND, own;

    saf_user_group(saf, n->user, group);
    for (i = 0; r == ERR_NOT_FOUND && i < 3; i++) {
        if (i != 1 && group[0] == '\0')
            continue;
        snprintf(name, sizeof(name), "%s.%s%s%s", n->application,
                 i == 1 ? n->user : group, i == 0 ? "." : "",
                 i == 0 ? n->user : "");
        r = try_profile(saf, name, n, ticket, now, ret, why);
    }
    if (r == 0)
        return 0;
    own = try_profile(saf, n->application, n, ticket, now, ret, why);
    return own == ERR_NOT_FOUND ? r : own;
}

static enum passticket_outcome remember(struct saf *saf, const struct names *n,
                                        const struct accepted *a, int64_t now,
                                        struct error *why)
{
    int r;

    if (a->may_replay)
        return PASSTICKET_OK;
    r = replay_add(saf, n->user, n->application, a->made, a->made + a->life,
                   now, why);
    if (r == ERR_EXISTS)
        return PASSTICKET_REPLAYED;
    return r == 0 ? PASSTICKET_OK : PASSTICKET_INTERNAL;
}

enum passticket_outcome passticket_evaluate(struct saf *saf, const char *caller,
                                            const char *user,
                                            const char *application,
                                            const char *ticket, int64_t now,
                                            struct error *why)
{
    struct accepted a = {0};
    struct names n;

    if (!get_names(user, application, &n, why))
        return PASSTICKET_PARAMETER;
    if (caller != NULL && !authorized(saf, caller, &n, SAF_READ_ACCESS, why))
        return PASSTICKET_NOT_AUTHORIZED;
    switch (try_profiles(saf, &n, ticket, now, &a, why)) {
    case 0:
        return remember(saf, &n, &a, now, why);
    case ERR_NOT_FOUND:
        return PASSTICKET_NO_KEY_EVAL;
    case ERR_SYNTAX:
        return PASSTICKET_MALFORMED;
    case ERR_DENIED:
        return PASSTICKET_NOT_VALID;
    default:
        return PASSTICKET_INTERNAL;
    }
}

/* ---- without a database ---- */

int passticket_make(const char *user, const char *application,
                    const unsigned char key[PASSTICKET_KEY], int64_t when,
                    char ret[PASSTICKET_LEN + 1], struct error *err)
{
    struct names n;

    if (!get_names(user, application, &n, err))
        return ERR_VALUE;
    return passticket_legacy(n.user, n.application, key, when, ret, err);
}

int passticket_verify(const char *user, const char *application,
                      const unsigned char key[PASSTICKET_KEY],
                      const char *ticket, int64_t now, int64_t *ret_made,
                      struct error *err)
{
    struct names n;
    int64_t made;
    int r;

    if (!get_names(user, application, &n, err))
        return ERR_VALUE;
    r = passticket_legacy_time(n.user, n.application, key, ticket, now, &made,
                               err);
    if (r == 0)
        r = passticket_in_window(made, now, PASSTICKET_WINDOW, err);
    if (r == 0)
        *ret_made = made;
    return r;
}
