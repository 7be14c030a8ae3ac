#ifndef RACDCERT_RUN_H
#define RACDCERT_RUN_H

/* The program racdcert behind its options, so that tests can call it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct racdcert_options {
    const char *racf, *issuer, *not_after, *dsn_dir, *password_file;
    const char *conf; /* holds the data set map; NULL: the built-in path */
    bool dry_run;
    bool whole_command; /* called as racfjob: RACDCERT is not assumed */
    char **args;        /* FILE, "-", or the words of one command */
    size_t nargs;
};

/* Returns the exit status: 0, 4, 8 or 12. */
int racdcert_main(const struct racdcert_options *o, FILE *out, FILE *errors);

#endif
