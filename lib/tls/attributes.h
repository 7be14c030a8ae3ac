#ifndef TLS_ATTRIBUTES_H
#define TLS_ATTRIBUTES_H

/*
 * What was negotiated and certificates as JSON, with the names of
 * OpenTelemetry's semantic conventions where they have them.
 */

#include "tls/certinfo.h"
#include "util/json.h"

/* tls.protocol.name, tls.protocol.version and tls.cipher, and the suite's code
 * as cipher_code. PROTOCOL: "TLSV1.2"; "": nothing is written. */
void tls_attributes_json(struct json *j, const char *protocol, uint16_t cipher);

/* An object with the rows of certinfo.def. */
void certinfo_json(struct json *j, const char *key, const struct certinfo *c);

#endif
