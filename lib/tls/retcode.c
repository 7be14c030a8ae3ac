/* The tables of return codes, and what OpenSSL's outcomes map to. */
#include "tls/retcode.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "tls/testing.h"
#include "util/paths.h"

static const struct retcode codes[] = {
#define RETCODE(code, constant, meaning) {code, constant, meaning},
#include "tls/retcode.def"
};

static const struct {
    int code;
    struct retcode_cause cause;
} causes[] = {
#define CAUSE(code, side, cause, command)                                      \
    {code, {RETCODE_##side, cause, command}},
#include "tls/causes.def"
};

static const struct {
    long error;
    int code;
} verify_codes[] = {
#define VERIFY(error, code) {X509_V_ERR_##error, code},
#include "tls/mapping.def"
};

static const struct {
    int number;
    int code;
} alert_codes[] = {
#define ALERT(number, code) {number, code},
#include "tls/mapping.def"
};

static const struct {
    int reason;
    int code;
} reason_codes[] = {
#define REASON(reason, code) {SSL_R_##reason, code},
#include "tls/mapping.def"
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const struct retcode *retcode_find(int code)
{
    size_t i;

    for (i = 0; i < COUNT(codes); i++) {
        if (codes[i].code == code)
            return &codes[i];
    }
    return NULL;
}

const struct retcode_cause *retcode_cause_get(int code, size_t i)
{
    size_t k;

    for (k = 0; k < COUNT(causes); k++) {
        if (causes[k].code == code && i-- == 0)
            return &causes[k].cause;
    }
    return NULL;
}

const struct retcode_cause *retcode_cause_for(int code, enum retcode_side side)
{
    const struct retcode_cause *c, *any = NULL;
    size_t i;

    for (i = 0; (c = retcode_cause_get(code, i)) != NULL; i++) {
        if (c->side == side)
            return c;
        if (c->side == RETCODE_ANY && any == NULL)
            any = c;
    }
    return any != NULL ? any : retcode_cause_get(code, 0);
}

size_t retcode_count(void)
{
    return COUNT(codes);
}

const struct retcode *retcode_get(size_t i)
{
    return &codes[i];
}

int retcode_from_alert(int alert)
{
    size_t i;

    for (i = 0; i < COUNT(alert_codes); i++) {
        if (alert_codes[i].number == alert)
            return alert_codes[i].code;
    }
    return 439;
}

int retcode_from_verify(long x509_err)
{
    size_t i;

    if (x509_err == X509_V_OK)
        return 0;
    for (i = 0; i < COUNT(verify_codes); i++) {
        if (verify_codes[i].error == x509_err)
            return verify_codes[i].code;
    }
    return 8;
}

int retcode_from_reason(int reason)
{
    size_t i;

    if (reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256)
        return retcode_from_alert(reason - SSL_AD_REASON_OFFSET);
    for (i = 0; i < COUNT(reason_codes); i++) {
        if (reason_codes[i].reason == reason)
            return reason_codes[i].code;
    }
    return 0;
}
