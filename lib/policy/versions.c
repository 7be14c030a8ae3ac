/* The table of TLS versions. */

#include "policy/versions.h"

#include <string.h>

#define VERSION(id, bit, code, legacy, name, gsk, display)                     \
    {PARM_##id, bit, code, legacy, name, gsk, display},
const struct version tls_versions[VERSION_COUNT] = {
#include "policy/versions.def"
};

const struct version *version_by_code(unsigned code)
{
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++)
        if (tls_versions[i].code == code)
            return &tls_versions[i];
    return NULL;
}

const struct version *version_by_parm(enum policy_parm parm)
{
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++)
        if (tls_versions[i].parm == parm)
            return &tls_versions[i];
    return NULL;
}

const struct version *version_by_gsk(const char *name)
{
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++)
        if (strcmp(tls_versions[i].gsk, name) == 0)
            return &tls_versions[i];
    return NULL;
}

unsigned versions_of(const struct cipher *suite)
{
    unsigned bits = 0;
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++)
        if (suite->min_version <= tls_versions[i].code &&
            tls_versions[i].code <= suite->max_version)
            bits |= tls_versions[i].bit;
    return bits;
}

void versions_add(unsigned bits, struct strbuf *out)
{
    const char *between = "";
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++) {
        if ((bits & tls_versions[i].bit) == 0)
            continue;
        strbuf_addf(out, "%s%s", between, tls_versions[i].name);
        between = " ";
    }
}
