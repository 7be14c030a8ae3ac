#ifndef TLS_MAPPING_H
#define TLS_MAPPING_H

/* What OpenSSL's outcomes stand for (mapping.def). The error queue itself is
 * read by outcome.c only. */

#include "tls/fault.h"

/* An X509_V_ERR_ of the verification of the peer's certificate, not X509_V_OK;
 * an unknown one is chain_invalid. */
enum fault fault_from_verify(long x509_err);
/* A TLS alert that was received: 0 to 255. */
enum fault fault_from_alert(int alert);
/* A reason (SSL_R_) of OpenSSL's TLS library, received alerts among them; none:
 * not in the table. */
enum fault fault_from_reason(int reason);
/* REASON is an alert that was received: its number; else -1. */
int alert_of_reason(int reason);

#endif
