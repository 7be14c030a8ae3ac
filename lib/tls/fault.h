#ifndef TLS_FAULT_H
#define TLS_FAULT_H

/*
 * What can go wrong with TLS, one row of causes.def each: the return code, who
 * ended it, the reason, its cause and its remedy. The place that finds a fault
 * names its row (tls/outcome.h); every text that anybody is shown comes from
 * there. Rows that no place names tell `attlsctl rc` what else a code may mean.
 */

#include <stddef.h>

#include "policy/parms.h"
#include "util/strbuf.h"

enum fault {
    FAULT_none,
#define CAUSE(id, ...) FAULT_##id,
#include "tls/causes.def"
    FAULT_COUNT
};

/* Who ended it. */
enum fault_by {
    BY_LISTED,  /* nobody here: the row is for `attlsctl rc` alone */
    BY_SELF,    /* this side can't go on, by what it has and is told */
    BY_REFUSAL, /* this side refused what the partner sent */
    BY_ALERT,   /* the partner refused this side, and said so */
    BY_PARTNER, /* the partner left, or said nothing, or nothing of TLS */
    BY_PATH,    /* reset: by the partner or by something between */
    BY_NETWORK, /* the partner is not reached */
    BY_PROGRAM, /* the program on this side */
    BY_TARGET   /* where the connection was to go on to */
};

struct fault_row {
    const char *id;
    int code; /* 0: it adds to another */
    enum fault_by by;
    enum policy_parm where; /* whose place {place} is; PARM_COUNT: none */
    const char *reason;     /* "": BY_LISTED */
    const char *cause;      /* a sentence */
    const char *remedy;     /* a command or a sentence, or NULL */
};

/* Valid for ever. */
const struct fault_row *fault_row(enum fault f);
/* The I-th row of a code, from 0; NULL after the last one. */
const struct fault_row *fault_of_code(int code, size_t i);
/* "this side refused the partner"; "" for BY_LISTED. */
const char *fault_by_text(enum fault_by by);
/* The same as one word that stays: "refusal". */
const char *fault_by_name(enum fault_by by);

enum fault_word {
#define WORD(name, ...)  WORD_##name,
#define LATER(name, ...) WORD_##name,
#include "tls/words.def"
    FAULT_WORDS
};

/* The value of a word, or NULL or "": it is not known. */
typedef const char *(*fault_word_fn)(const void *arg, enum fault_word word);

/* Adds TEXT with its {words} replaced; in LABEL('...') their quotes stand
 * twice, as RACDCERT takes them. GET NULL: none is known. */
void fault_expand(const char *text, fault_word_fn get, const void *arg,
                  struct strbuf *out);

#endif
