/* The installed library's interface, on that of our own modules. */

#include "passticket/attls/passticket.h"

#include <stdio.h>
#include <string.h>

#include "passticket/service.h"
#include "saf/db/saf.h"

static int result_of(enum passticket_outcome o)
{
    switch (o) {
    case PASSTICKET_OK:
        return ATTLS_PASSTICKET_OK;
    case PASSTICKET_PARAMETER:
        return ATTLS_PASSTICKET_PARAMETER;
    case PASSTICKET_NOT_AUTHORIZED:
        return ATTLS_PASSTICKET_NOT_AUTHORIZED;
    case PASSTICKET_NO_KEY:
    case PASSTICKET_NO_KEY_EVAL:
        return ATTLS_PASSTICKET_NO_KEY;
    case PASSTICKET_MALFORMED:
    case PASSTICKET_NOT_VALID:
    case PASSTICKET_REPLAYED:
        return ATTLS_PASSTICKET_NOT_VALID;
    case PASSTICKET_INTERNAL:
    case PASSTICKET_OUTCOMES:
        break;
    }
    return ATTLS_PASSTICKET_INTERNAL;
}

static int answer(enum passticket_outcome o, const struct error *why,
                  struct attls_passticket_codes *ret)
{
    struct passticket_codes c = passticket_codes(o);

    if (ret != NULL) {
        ret->saf_rc = c.saf_rc;
        ret->racf_rc = c.racf_rc;
        ret->reason = c.reason;
        snprintf(ret->detail, sizeof(ret->detail), "%.*s",
                 (int)sizeof(ret->detail) - 1,
                 o != PASSTICKET_OK && why->text[0] != '\0'
                     ? why->text
                     : passticket_meaning(o));
    }
    return result_of(o);
}

static enum passticket_outcome of_error(int r)
{
    switch (r) {
    case 0:
        return PASSTICKET_OK;
    case ERR_VALUE:
        return PASSTICKET_PARAMETER;
    case ERR_SYNTAX:
        return PASSTICKET_MALFORMED;
    case ERR_DENIED:
        return PASSTICKET_NOT_VALID;
    default:
        return PASSTICKET_INTERNAL;
    }
}

int attls_passticket_make(const char *user, const char *application,
                          const unsigned char key[8], time_t when,
                          char ticket[ATTLS_PASSTICKET_SIZE],
                          struct attls_passticket_codes *codes)
{
    struct error why = {0};
    int r = passticket_make(user, application, key, when, ticket, &why);

    return answer(of_error(r), &why, codes);
}

int attls_passticket_verify(const char *user, const char *application,
                            const unsigned char key[8], const char *ticket,
                            time_t now, time_t *made,
                            struct attls_passticket_codes *codes)
{
    struct error why = {0};
    int64_t when = 0;
    int r = passticket_verify(user, application, key, ticket, now, &when, &why);

    if (r == 0 && made != NULL)
        *made = (time_t)when;
    return answer(of_error(r), &why, codes);
}

int attls_passticket_generate(const char *racf_dir, const char *caller,
                              const char *user, const char *application,
                              time_t now, char ticket[ATTLS_PASSTICKET_SIZE],
                              struct attls_passticket_codes *codes)
{
    enum passticket_outcome o = PASSTICKET_INTERNAL;
    struct error why = {0};
    struct saf *saf = NULL;

    if (saf_open(racf_dir, SAF_READ, &saf, &why) == 0)
        o = passticket_generate(saf, caller, user, application, now, ticket,
                                &why);
    saf_close(saf);
    return answer(o, &why, codes);
}

int attls_passticket_evaluate(const char *racf_dir, const char *caller,
                              const char *user, const char *application,
                              const char *ticket, time_t now,
                              struct attls_passticket_codes *codes)
{
    enum passticket_outcome o = PASSTICKET_INTERNAL;
    struct error why = {0};
    struct saf *saf = NULL;

    if (saf_open(racf_dir, SAF_READ, &saf, &why) == 0)
        o = passticket_evaluate(saf, caller, user, application, ticket, now,
                                &why);
    saf_close(saf);
    return answer(o, &why, codes);
}
