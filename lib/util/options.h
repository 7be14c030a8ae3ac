#ifndef UTIL_OPTIONS_H
#define UTIL_OPTIONS_H

/*
 * The options of a command line, read by a program's table of them: one
 * parser, and one voice for a wrong option, in all programs. It takes what
 * getopt_long() takes: --name VALUE, --name=VALUE, an unambiguous beginning of
 * a name, -x VALUE, -xVALUE, letters in one word, "--" before operands. A
 * negative number is an operand, unless a row has its first digit as letter.
 *
 * Each program also has --help (-h) and --version (-V) without a row.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"
#include "util/strbuf.h"

struct option_row {
    int id;            /* the program's own, not negative */
    char letter;       /* '\0': it has only a name */
    const char *name;  /* NULL: it has only a letter */
    const char *value; /* what its argument is called; NULL: it has none */
    const char *help;  /* for --help, wrapped there; NULL: not shown */
    bool operand;      /* stays among the operands, as it was written */
};

enum { OPTION_HELP = -1, OPTION_VERSION = -2 };

enum options_order {
    OPTIONS_ANYWHERE,
    OPTIONS_FIRST /* the first operand ends them: a command comes there */
};

struct option_given {
    int id;
    char *value; /* NULL: it has none */
};

/* Texts are those of the command line. */
struct options {
    struct option_given *given;
    size_t given_count;
    char **operand; /* NULL behind the last one */
    size_t operand_count;
};

/*
 * Reads ARGC words, those behind the program's name. ERR_VALUE with a text
 * that the program's name goes before; ERR_NOMEM. RET is to be freed with
 * options_done(), also after a failure.
 */
int options_read(const struct option_row *rows, size_t count,
                 enum options_order order, int argc, char **argv,
                 struct options *ret, struct error *err);
void options_done(struct options *o);

/* Whether option ID was given, and its last value or NULL. */
bool options_has(const struct options *o, int id);
char *options_value(const struct options *o, int id);

/* The list for --help: a line or more for each row that has a help text. */
void options_help(const struct option_row *rows, size_t count,
                  struct strbuf *out);

/* A blank where no line is broken. */
enum { OPTIONS_BLANK = '\t' };

/* TEXT with lines of at most 79 columns, all but the first with a margin of
 * INDENT; COLUMN is where the first begins. Ends with a newline. */
void options_wrap(const char *text, size_t column, size_t indent,
                  struct strbuf *out);

#endif
