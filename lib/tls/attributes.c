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

void certinfo_json(struct json *j, const char *key, const struct certinfo *c)
{
    const struct certinfo_row *row;
    size_t i;

    json_object(j, key);
    for (i = 0; (row = certinfo_row(i)) != NULL; i++) {
        struct fact f = FACT_INIT;

        row->get(c, &f);
        fact_json(&f, j, row->key);
        fact_done(&f);
    }
    json_end(j);
}
