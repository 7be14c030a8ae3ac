#ifndef POLICY_VERSIONS_H
#define POLICY_VERSIONS_H

/*
 * The versions of SSL and TLS, one row each in versions.def: bit, number and
 * names. Sets of versions are sums of bits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/ciphers.h"
#include "policy/parms.h"
#include "util/strbuf.h"

/* VERSION_TLSv1_2 is its bit; VERSIONS_LEGACY those that need allow_legacy. */
enum version_bit {
#define VERSION(id, bit, ...) VERSION_##id = (bit),
#include "policy/versions.def"
#define VERSION(id, bit, code, legacy, ...) | ((legacy) ? (bit) : 0)
    VERSIONS_LEGACY = 0
#include "policy/versions.def"
};

struct version {
    enum policy_parm parm; /* switches it on */
    unsigned bit;          /* enum version_bit; 0: never spoken */
    uint16_t code;         /* 0x0303 */
    bool legacy;           /* needs allow_legacy */
    const char *name;      /* "TLSv1.2" */
    const char *gsk;       /* "TLSV1.2", as System SSL names it */
    const char *display;   /* "TLS Version 1.2" */
};

/* By ascending code. */
enum {
#define VERSION(id, ...) VERSION_ROW_##id,
#include "policy/versions.def"
    VERSION_COUNT
};
extern const struct version tls_versions[VERSION_COUNT];

/* NULL: not in the table. */
const struct version *version_by_code(unsigned code);
const struct version *version_by_parm(enum policy_parm parm);
const struct version *version_by_gsk(const char *name);

/* The versions in which the suite may be used. */
unsigned versions_of(const struct cipher *suite);

/* Their names: "TLSv1.2 TLSv1.3". */
void versions_add(unsigned versions, struct strbuf *out);

#endif
