#ifndef ATTLSCTL_RINGS_READ_H
#define ATTLSCTL_RINGS_READ_H

/*
 * The key rings of a database as attlsctl rings shows them: what is connected,
 * which certificate verifies which, and what needs attention at a given
 * moment. A picture is a copy: it does not keep the database open.
 */

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "keyring/rings/keyring.h"
#include "util/error.h"

struct policy;

enum rings_mark {
#define MARK(id, name, attention, text) RINGS_##id,
#include "attlsctl/rings_marks.def"
    RINGS_MARKS
};

struct rings_mark_row {
    const char *name;
    bool attention;
    const char *text;
};
struct rings_mark_row rings_mark_row(enum rings_mark mark);

struct strbuf;

/* One connected certificate. */
struct rings_entry {
    const char *label, *owner; /* "ID(IMSSTC)", "CERTAUTH", "SITE" */
    enum ring_usage usage;
    bool is_default, has_key, self_signed;
    const char *subject, *issuer; /* as LIST shows them; "" when unreadable */
    time_t not_before, not_after; /* 0 when unreadable */
    unsigned marks;               /* bit 1 << enum rings_mark */
    int days;                     /* to its end, for RINGS_EXPIRES */
    const char *barred;           /* for RINGS_WEAK, RINGS_MALFORMED; else "" */
    size_t cert;   /* the same number: the same certificate in another ring */
    size_t signer; /* the number of its signer's certificate, or RINGS_NONE */
};

#define RINGS_NONE ((size_t)-1)

/* One sentence each. */
struct rings_texts {
    const char **text;
    size_t n;
};

struct rings_ring {
    const char *owner, *name;
    struct rings_entry *entry;
    size_t n;
    struct rings_texts complaints; /* about all of it: they need attention */
    struct rings_texts notes;      /* they need none */
};

struct rings {
    struct arena *arena;
    struct rings_ring *ring;
    size_t n;
    struct rings_texts complaints, notes; /* about rings that are not there */
};

struct rings_question {
    const char *dir;           /* the security database */
    time_t at;                 /* as if it were this moment */
    const char *const *wanted; /* OWNER/RING ..., or none: all rings */
    size_t nwanted;
    const struct policy
        *policy;        /* its rules must find what they need; or NULL */
    const char *root;   /* before the paths of files that it names */
    const char *reader; /* must be able to read the rings; or NULL */
};

/* ERR_NOT_FOUND (a wanted ring too), ERR_UNSAFE, ERR_DAMAGED, ERR_LOCKED,
 * ERR_NOMEM. */
int rings_read(const struct rings_question *q, struct rings **ret,
               struct error *err);
void rings_free(struct rings *r); /* NULL allowed */

/* How many marks and complaints there are that need attention. */
size_t rings_attention(const struct rings *r);

/* Whether A, connected as CERTAUTH or SITE, is the signer of B: A verifies
 * B's certificate, in its own ring or from another. */
bool rings_verifies(const struct rings_entry *a, const struct rings_entry *b);

/* "expires soon (days left: 19)" */
void rings_mark_add(const struct rings_entry *e, enum rings_mark mark,
                    struct strbuf *out);

/* The picture in the language of Graphviz, and as SVG. */
void rings_dot(const struct rings *r, struct strbuf *out);
void rings_svg(const struct rings *r, struct strbuf *out);

#endif
