#ifndef UTIL_DIAG_H
#define UTIL_DIAG_H

/*
 * A list of diagnostics about a text: what a compiler would print. Readers
 * (policy, jobs, configuration) add to the list and go on, so that one run
 * reports all errors; programs print it. Nothing here prints.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/source.h"
#include "util/strbuf.h"

enum diag_level { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct diag {
    enum diag_level level;
    struct span span; /* the list holds a reference to span.src */
    unsigned line;    /* from 1; 0: no place */
    unsigned column;  /* from 1, in bytes */
    const char *name; /* the finding's stable name, "unknown-keyword" */
    char *text;       /* one line, no newline */
    char *fix;        /* how to mend it, or NULL */
    bool concealed; /* the line holds a secret: only its first word is shown */
};

struct diags;

struct diags *diags_new(void);
/* NULL is allowed. */
void diags_free(struct diags *d);

/*
 * Adds a finding. NAME must be a string constant (it is not copied); SPAN may
 * be NULL. When memory is short the finding is counted and its text lost;
 * diags_lost() tells.
 */
void diag_add(struct diags *d, enum diag_level level, const char *name,
              const struct span *span, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Sets the way to mend for the finding that was added last; a second call
 * replaces it. */
void diag_fix(struct diags *d, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The line of the finding that was added last holds a secret: diag_quote()
 * shows its first word and "****". */
void diag_conceal(struct diags *d);

size_t diags_count(const struct diags *d);
/* The I-th finding in the order of adding; valid until the next change. */
const struct diag *diags_get(const struct diags *d, size_t i);
/* How many have this level, lost ones included. */
size_t diags_level(const struct diags *d, enum diag_level level);
size_t diags_lost(const struct diags *d);

/* "error", "warning", "note" */
const char *diag_level_name(enum diag_level level);

/*
 * `file:line:column: error: text [name]` and a newline; for a finding without
 * place just `error: text [name]`.
 */
void diag_format(const struct diag *d, struct strbuf *out);

/* Those of at least this level, each as diag_format() and diag_quote() have it
 * and with the way to mend it, "    fix: ...": what programs print. */
void diags_print(const struct diags *d, enum diag_level least,
                 struct strbuf *out);

/* All of them by file (in the order in which files are first spoken of), place
 * and order of adding; to be freed. NULL: no memory. */
const struct diag **diags_sorted(const struct diags *d);

#endif
