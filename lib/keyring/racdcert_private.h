#ifndef KEYRING_RACDCERT_PRIVATE_H
#define KEYRING_RACDCERT_PRIVATE_H

/* Shared by the files that implement RACDCERT's functions. */

#include <stdbool.h>

#include "keyring/store.h"
#include "saf/job.h"
#include "saf/tso.h"
#include "util/strbuf.h"

enum rd_word {
    RD_NONE,
#define OWNER(id, keyword, form, max, help)         RD_##id,
#define FUNCTION(id, form, flags, max, reads, help) RD_##id,
#define REFUSED(id, help)                           RD_##id,
#define WORD(id, keyword, form, flags, max, help)   RD_##id,
#define BESIDE(function, word)
#define IN(outer, word)
#include "keyring/racdcert.def"
    RD_COUNT
};

/* One RACDCERT command at work. */
struct rd {
    struct job_context *ctx;
    struct ring_store *store;
    struct strbuf *out;
    const struct tso_node *operands; /* owner, function and what is beside */
    const struct tso_node *args;     /* in the function's parentheses */
    const char *function;            /* "GENCERT" */
    const char *owner;               /* "IMSSTC", "irrcerta"; never NULL */
};

extern const struct tso_grammar racdcert_grammar;

/* Adds a message with its newline; returns RC. */
int rd_say(struct rd *q, int rc, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* As a message of ours below RACF's: what to do. */
void rd_hint(struct rd *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Reports an error of the store or of OpenSSL; returns 8. */
int rd_fail(struct rd *q, const struct error *err);

/* The owner that ID(), CERTAUTH or SITE in LIST names; DEFLT when none is
 * there; NULL after a message. */
const char *rd_owner(struct rd *q, const struct tso_node *list,
                     const char *deflt);
/* "user IMSSTC", "CERTAUTH", "SITE": for messages. */
const char *rd_owner_words(const char *owner, char buf[SAF_NAME_MAX + 8]);
/* The certificate with this label, or NULL after IRRD107I. */
struct store_cert *rd_cert(struct rd *q, const char *owner, const char *label);

/* One function a row of racdcert.def. */
#define OWNER(id, keyword, form, max, help)
#define FUNCTION(id, form, flags, max, reads, help) int rd_##id(struct rd *q);
#define REFUSED(id, help)
#define WORD(id, keyword, form, flags, max, help)
#define BESIDE(function, word)
#define IN(outer, word)
#include "keyring/racdcert.def"

#endif
