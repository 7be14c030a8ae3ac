#ifndef ATTLS_PASSTICKET_RUN_H
#define ATTLS_PASSTICKET_RUN_H

/* What attls-passticket does, once its arguments are read. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum passticket_verb { VERB_GEN, VERB_EVAL, VERB_KEY };

struct passticket_options {
    enum passticket_verb verb;
    const char *racf;        /* NULL: with KEY no database, else the default */
    const char *user;        /* --user */
    const char *application; /* --application */
    const char *caller;      /* --caller, NULL: the account */
    const char *key;         /* key as hexadecimal text; NULL: the database's */
    const char *label;       /* --label (key) */
    const char *argument;    /* the ticket (eval), the file (key) */
    bool mixed;              /* --mixed: of enhanced tickets */
    int64_t now;
};

/* --key-file: the hexadecimal text of the key in FILE, which nobody else may
 * read or write, or in standard input ("-"). 0, or 12 after a message. */
enum { PASSTICKET_KEY_TEXT = 4096 };
int passticket_cmd_key(const char *file, char ret[PASSTICKET_KEY_TEXT],
                       FILE *errors);

/* Exit status: 0 done, 8 refused (RACF's codes on ERRORS), 12 wrong use. */
int passticket_cmd(const struct passticket_options *o, FILE *out, FILE *errors);

#endif
