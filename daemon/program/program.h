#ifndef PROGRAM_PROGRAM_H
#define PROGRAM_PROGRAM_H

/*
 * What every program does with its command line: --help, --version, and what
 * is said of a wrong option. The texts come from the program's options.def:
 * OPTION(id, letter, name, argument, help).
 */

#include "util/options.h"

struct program {
    const char *name;  /* what its messages begin with */
    const char *usage; /* a line for each way to call it */
    const char *about; /* stands before the options; NULL: nothing */
    const char *after; /* behind them: the exit status */
    const struct option_row *rows;
    size_t count;
    enum options_order order;
    int wrong; /* the exit status for a wrong command line */
};

/* -1: go on with RET, to be freed with options_done(); else the exit status,
 * after the texts of --help or --version, or a message. */
int program_begin(const struct program *p, int argc, char **argv,
                  struct options *ret);

/* "NAME: TEXT" to standard error; the exit status for a wrong command line. */
int program_wrong(const struct program *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
