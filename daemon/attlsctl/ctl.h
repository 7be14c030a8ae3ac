#ifndef ATTLSCTL_CTL_H
#define ATTLSCTL_CTL_H

/*
 * The verbs of attlsctl. A new verb is a row of verbs.def, a file
 * NAME.c, and its text in attlsctl.8. Each takes its own arguments,
 * argv[0] is the verb (or the program's name when it is run under another
 * one); the result is the exit status.
 */

#include <stdio.h>

#include "util/strbuf.h"

enum { CTL_EXIT_OK = 0, CTL_EXIT_WARNING = 1, CTL_EXIT_ERROR = 2 };

typedef int (*ctl_verb_fn)(int argc, char **argv);

#define VERB(name, function, ...) int function(int argc, char **argv);
#include "attlsctl/verbs.def"
#undef VERB

/* The whole program: finds the verb and runs it. */
int ctl_main(int argc, char **argv);

/* "usage: attlsctl VERB ..." from the table, an empty line, and OPTIONS: what
 * a verb prints for --help (to stdout) or after a wrong call (to stderr). */
void ctl_usage(FILE *out, const char *verb, const char *options);

/* Writes TEXT to stdout, control characters as \xNN. STATUS; or CTL_EXIT_ERROR
 * after a message when memory was short or the output can't be written. */
int ctl_print(const struct strbuf *text, int status);
/* The same, byte by byte unless stdout is a terminal. */
int ctl_print_exact(const struct strbuf *text, int status);

#endif
