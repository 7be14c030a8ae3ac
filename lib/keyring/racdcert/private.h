#ifndef KEYRING_RACDCERT_PRIVATE_H
#define KEYRING_RACDCERT_PRIVATE_H

/* Shared by the files that implement RACDCERT's functions. */

#include <stdbool.h>

#include "keyring/racdcert/messages.h"
#include "keyring/rings/store.h"
#include "saf/job/job.h"
#include "saf/job/tso.h"
#include "util/strbuf.h"

enum rd_word {
    RD_NONE,
#define OWNER(id, keyword, form, max, help)         RD_##id,
#define FUNCTION(id, form, flags, max, reads, help) RD_##id,
#define REFUSED(id, help)                           RD_##id,
#define WORD(id, keyword, form, flags, max, help)   RD_##id,
#include "keyring/racdcert/racdcert.def"
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
    bool broken; /* the store failed: the change must be taken back */
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
enum { RD_OWNER_TEXT = SAF_NAME_MAX + 8 };
const char *rd_owner_words(const char *owner, char buf[RD_OWNER_TEXT]);
/* The certificate with this label, or NULL after IRRD107I. */
struct store_cert *rd_cert(struct rd *q, const char *owner, const char *label);
/* Whether LABEL, SERIALNUMBER and ISSUERSDN in the function's parentheses
 * mean this certificate; without any of them each is meant. */
bool rd_wanted(struct rd *q, struct store_cert *c);
/* The one certificate that is meant, or NULL after a message. */
struct store_cert *rd_choose(struct rd *q);

/* IRRD130I; returns 8. */
int rd_missing(struct rd *q, const char *keyword);
/* "IKJ56702I INVALID WHAT, VALUE" and a line of help; returns 12. */
int rd_invalid(struct rd *q, const char *what, const char *value,
               const char *hint);
/* The label is in use; returns 8. */
int rd_label_used(struct rd *q, const char *owner, const char *label,
                  const char *consequence);
/* The next free LABEL00000001. */
int rd_free_label(struct rd *q, const char *owner, char label[LABEL_MAX + 1]);
/* In a dry run: what would be done. Said once a change has succeeded. */
void rd_would(struct rd *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* IRRD175I, when the class is RACLISTed. */
void rd_refresh_note(struct rd *q, const char *class_name);
/* TRUST, NOTRUST or HIGHTRUST beside the function, NULL when none is; *RC is
 * 12 after a message. */
const char *rd_status(struct rd *q, int *rc);
enum ring_trust rd_trust(const char *status);
/* PASSWORD's value; for PASSWORD(*) what the caller gave or answers. NULL:
 * there is none. */
const char *rd_password(struct rd *q);

/* ---- data sets (dataset.c) ---- */

enum { RD_PATH = 4096 };
/* Reads it; the data is the caller's. 0, or a return code after IRRD103I. */
int rd_dataset_read(struct rd *q, const struct tso_node *list, char **ret_data,
                    size_t *ret_len);
/* The certificates in it, opened with PASSWORD; certread_done() frees them.
 * 0, or a return code after IRRD103I or IRRD104I. (add.c) */
struct cert_package;
int rd_read_package(struct rd *q, const struct tso_node *list,
                    struct cert_package *ret);
/* Replaces it, SECRET with mode 0600; says in a dry run what would be. */
int rd_dataset_write(struct rd *q, const struct tso_node *list, bool secret,
                     const void *data, size_t len);

/* One function a row of racdcert.def. */
#define FUNCTION(id, form, flags, max, reads, help) int rd_##id(struct rd *q);
#include "keyring/racdcert/racdcert.def"

/* The 4 to 28 characters that RACF shows as Certificate ID (certlist.c). */
void certlist_id(const char *owner, const char *label, struct strbuf *out);

#endif
