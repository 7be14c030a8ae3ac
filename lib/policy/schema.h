#ifndef POLICY_SCHEMA_H
#define POLICY_SCHEMA_H

/*
 * The tables of the language as C sees them: statements, keywords, types,
 * choices and findings. Read only; the rows stand in the .def files.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/parms.h"
#include "policy/policy.h"

enum policy_stmt {
#define STMT(id, ...) STMT_##id,
#include "policy/statements.def"
    STMT_COUNT,
    /* The places of the Policy Agent's own one-line statements. */
    STMT_MAIN = STMT_COUNT,
    STMT_IMAGE,
    STMT_NONE
};

enum {
#define STMT(id, bit, ...) bit = 1 << STMT_##id,
#include "policy/statements.def"
    IN_MAIN = 1 << STMT_MAIN,
    IN_IMAGE = 1 << STMT_IMAGE,
    IN_ACTIONS = IN_GROUP | IN_ENV | IN_CONN,
    /* The action and the statements that belong to it. */
    IN_GROUP_PARTS = IN_GROUP | IN_GADV,
    IN_ENV_PARTS = IN_ENV | IN_EADV | IN_KEYRING | IN_CIPHER | IN_SIGNATURE |
                   IN_GSK | IN_LDAP | IN_OCSP | IN_HTTPCDP,
    IN_CONN_PARTS = IN_CONN | IN_CADV | IN_CIPHER | IN_SIGNATURE
};

enum value_type {
#define TYPE(name, ...) TYPE_##name,
#include "policy/types.def"
    TYPE_COUNT
};

enum parm_flags {
    REPEAT = 1,
    REQUIRED = 2,
    SECRET = 4,
    QUIET = 8, /* pasearch shows it only where it is coded */
    TLS = 16,  /* the value makes the TLS that is spoken */
    HASH = 32, /* z/OS lets the value have a '#', which begins a comment here */
    LINT = 64  /* the lint has a finding of its own about it */
};

enum parm_support {
    SUPPORT_HONOURED,
    SUPPORT_NO_EFFECT,
    SUPPORT_MOOT, /* without effect on z/OS too, or together with another */
    SUPPORT_REFUSED
};

struct parm {
    const char *keyword;
    uint32_t where; /* IN_... */
    enum value_type type;
    long low, high;
    const char *defaults;
    enum zos_release since;
    unsigned flags; /* enum parm_flags */
    enum parm_support support;
    const char *harmless; /* values without a finding, blanks between */
    const char *why;
    const char *fix; /* what to write in place of a value that is refused */
    const char *help;
};

struct statement {
    const char *keyword;
    uint32_t inline_in; /* IN_... */
    bool named;         /* must have a name, even inline */
    const char *help;
};

struct choice {
    enum value_type type;
    int value;
    const char *text;
};

/* Rows by number. */
const struct parm *schema_parm(enum policy_parm id);
const struct statement *schema_statement(enum policy_stmt id);
size_t schema_choice_count(void);
const struct choice *schema_choice(size_t i);

/* By keyword, any case, LEN bytes; PARM_COUNT and STMT_NONE: not there. */
enum policy_parm schema_find_parm(const char *word, size_t len);
enum policy_stmt schema_find_statement(const char *word, size_t len);

/* The Ref keyword under which a block of kind STMT in PARENT is kept. */
enum policy_parm schema_inline_parm(enum policy_stmt parent,
                                    enum policy_stmt stmt);

/*
 * The keyword that WORD is most likely a misspelling of, among the keywords
 * and block statements that may stand in a statement of bit WHERE (0: the
 * statements at the top of a file); NULL: none is near.
 */
const char *schema_nearest(const char *word, size_t len, uint32_t where);

/* The default of a release as policy text, in BUF; NULL: none. */
enum { SCHEMA_DEFAULT = 256 };
const char *schema_default(const struct parm *row, enum zos_release release,
                           char buf[SCHEMA_DEFAULT]);

/* Codes that are added to the default where TLSv1.3 is on; NULL: none. */
const char *schema_default_tls13(const struct parm *row);

/* VALUE is in the list of harmless values. */
bool schema_harmless(const struct parm *row, const char *value);

#endif
