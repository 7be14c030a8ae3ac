#ifndef SAF_JOB_TSO_H
#define SAF_JOB_TSO_H

/*
 * The TSO command language: text to commands, commands to operands.
 *
 * A command is first read as a tree of words and parenthesised lists, which
 * needs no knowledge of the command; then tso_bind() looks the words up in
 * the command's grammar, a table. So an operand is one row, and the row also
 * says whether its value is a secret.
 *
 * TSO/E User's Guide, "Entering TSO/E commands". What jobs in the field
 * contain, and IKJPARS accepts: parentheses missing at the end of a command,
 * keywords and parentheses apart, a comma or a blank between operands.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/source.h"
#include "util/strbuf.h"

struct arena;

/* One word, with the list in parentheses that follows it. */
struct tso_node {
    char *text; /* as written; "" for a list without a word before it */
    bool quoted;
    bool has_list;
    struct tso_node *child; /* first element of the list */
    struct tso_node *next;
    uint32_t off, end; /* in the command's text, parentheses included */
    int word;          /* set by tso_bind(): which row of the grammar */
    bool bound;
};

struct tso_command {
    struct arena *arena;      /* wiped when freed: values may be secrets */
    const struct source *src; /* borrowed */
    char *text;               /* continuation lines joined */
    uint32_t len;
    uint32_t first;  /* where its name begins in text */
    uint32_t *place; /* of each byte of text in the source */
    char name[16];   /* upper case; "": not a name */
    bool extra_paren;
    struct tso_node *list; /* what follows the name */
};

/* Reads commands from OFF to END of a source, one after the other. */
struct tso_reader {
    const struct source *src; /* borrowed */
    uint32_t pos, end;
};

void tso_reader_init(struct tso_reader *r, const struct source *src,
                     uint32_t off, uint32_t end);
/*
 * The next command, skipping blank lines and comments. *RET is NULL at the
 * end; else it is freed with tso_command_free(). ERR_NOMEM.
 */
int tso_next(struct tso_reader *r, struct tso_command **ret, struct error *err);
void tso_command_free(struct tso_command *cmd); /* NULL allowed */

/* ---- grammars ---- */

enum tso_form {
    TSO_FLAG,     /* KEYWORD */
    TSO_VALUE,    /* KEYWORD(value) */
    TSO_OPTIONAL, /* KEYWORD or KEYWORD(value) */
    TSO_LIST,     /* KEYWORD(value value ...) */
    TSO_GROUP,    /* KEYWORD(operands), operands may be missing */
    TSO_ANY       /* KEYWORD with whatever follows it */
};

enum {
    TSO_SECRET = 1 << 0,     /* masked wherever the command is shown */
    TSO_KEEP_CASE = 1 << 1,  /* not folded to upper case when unquoted */
    TSO_NO_EFFECT = 1 << 2,  /* accepted with a note: it has no meaning here */
    TSO_UNSUPPORTED = 1 << 3 /* refused, naming it */
};

struct tso_word {
    int id;
    const char *keyword;
    enum tso_form form;
    unsigned flags;
    unsigned max; /* longest value, 0: any */
    const char *help;
};

/* Where a word may stand: in a scope that the grammar's user names. */
struct tso_place {
    int scope;
    int word;
};

/* A grammar that is a table of rows; IDs of words index WORDS. */
struct tso_grammar {
    const struct tso_word *words;
    size_t nwords;
    const struct tso_place *places;
    size_t nplaces;
};

/* The word that TEXT means in one of two scopes (0: none), or -1: unknown, -2:
 * ambiguous. An exact match wins, else an unambiguous beginning. */
int tso_match(const struct tso_grammar *g, int scope, int scope2,
              const char *text);

/*
 * Looks up all operands of LIST and what is inside them (scope = the id of
 * the word around them), checks their form and folds values. Messages
 * (IKJ56701I, IKJ56702I, IKJ56712I, notes) are added to OUT. Returns 0, or
 * the return code: 8 for an operand not supported, 12 for a wrong one.
 */
int tso_bind(const struct tso_grammar *g, int scope, int scope2,
             struct tso_node *list, struct strbuf *out);

/* The first (or next after PREV) operand of LIST with this id, or NULL. */
const struct tso_node *tso_get(const struct tso_node *list, int id);
const struct tso_node *tso_get_next(const struct tso_node *prev, int id);
/* Its value, or NULL when the operand or its value is absent. */
const char *tso_value(const struct tso_node *list, int id);

/* Folds a word that was not quoted to upper case. */
void tso_fold(struct tso_node *node);

/*
 * The command's lines as the source has them (sequence numbers dropped), each
 * with a newline; what the operands in GRAMMARS that are secrets hold is shown
 * as ****. A misspelled secret keyword is recognised as one, and so is a value
 * that stands where only secrets stand. The same holds for the messages of
 * tso_bind().
 */
void tso_echo(const struct tso_command *cmd,
              const struct tso_grammar *const *grammars, size_t ngrammars,
              struct strbuf *out);

/* The keyword in the two scopes that is spelled most like TEXT, or NULL. */
const char *tso_nearest(const struct tso_grammar *g, int scope, int scope2,
                        const char *text);

#endif
