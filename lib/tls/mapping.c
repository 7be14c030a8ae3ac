/* OpenSSL's outcomes and the faults that they are. */
#include "tls/mapping.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

static const struct {
    long error;
    enum fault fault;
} verify_faults[] = {
#define VERIFY(error, fault) {X509_V_ERR_##error, FAULT_##fault},
#include "tls/mapping.def"
};

static const struct {
    int number;
    enum fault fault;
} alert_faults[] = {
#define ALERT(number, fault) {number, FAULT_##fault},
#include "tls/mapping.def"
};

static const struct {
    int reason;
    enum fault fault;
} reason_faults[] = {
#define REASON(reason, fault) {SSL_R_##reason, FAULT_##fault},
#include "tls/mapping.def"
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum fault fault_from_verify(long x509_err)
{
    size_t i;

    for (i = 0; i < COUNT(verify_faults); i++)
        if (verify_faults[i].error == x509_err)
            return verify_faults[i].fault;
    return FAULT_chain_invalid;
}

enum fault fault_from_alert(int alert)
{
    size_t i;

    for (i = 0; i < COUNT(alert_faults); i++)
        if (alert_faults[i].number == alert)
            return alert_faults[i].fault;
    return FAULT_said_unknown;
}

int alert_of_reason(int reason)
{
    return reason >= SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256
               ? reason - SSL_AD_REASON_OFFSET
               : -1;
}

enum fault fault_from_reason(int reason)
{
    size_t i;

    if (alert_of_reason(reason) >= 0)
        return fault_from_alert(alert_of_reason(reason));
    for (i = 0; i < COUNT(reason_faults); i++)
        if (reason_faults[i].reason == reason)
            return reason_faults[i].fault;
    return FAULT_none;
}
