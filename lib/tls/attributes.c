/* TLS in JSON: names that tools for traces and logs know. */

#include "tls/attributes.h"

#include <stdio.h>
#include <string.h>

#include "policy/ciphers.h"

void tls_attributes_json(struct json *j, const char *protocol, uint16_t cipher)
{
    const struct cipher *c = cipher_by_code(cipher);
    const char *version = strchr(protocol, 'V');
    char code[5];

    if (version == NULL)
        return;
    json_string(j, "tls.protocol.name",
                strncmp(protocol, "SSL", 3) == 0 ? "ssl" : "tls");
    version++;
    json_string(j, "tls.protocol.version",
                strcmp(version, "1") == 0 ? "1.0" : version);
    json_string(j, "tls.cipher", c != NULL ? c->name : NULL);
    snprintf(code, sizeof(code), "%04X", cipher);
    json_string(j, "cipher_code", code);
}

/* "2026-11-25 03:04:05Z", for people, in the form of JSON. */
static void time_json(struct json *j, const char *key, const char *text)
{
    char time[24];

    snprintf(time, sizeof(time), "%s", text);
    if (strlen(time) > 10)
        time[10] = 'T';
    json_string(j, key, time[0] != '\0' ? time : NULL);
}

void certinfo_json(struct json *j, const char *key, const struct certinfo *c)
{
    json_object(j, key);
    json_string(j, "subject", c->subject);
    json_string(j, "issuer", c->issuer);
    time_json(j, "not_before", c->not_before);
    time_json(j, "not_after", c->not_after);
    json_string(j, "key", c->key);
    json_end(j);
}
