#ifndef COMPLETIONS_COMMANDS_H
#define COMPLETIONS_COMMANDS_H

/*
 * For the completion of shells: what each program and each verb of attlsctl
 * takes, from their tables of options. Used when attlsd is built, installed
 * with it, and not run by users.
 */

#include "control/verbs.h"

/* What may stand at some place of a command line. */
struct offer {
    const char *words; /* with blanks between them; NULL: none */
    bool files, folders;
};

struct command {
    const char *name, *summary;
    struct option_row rows[VERB_ROWS];
    size_t count;
    struct offer operands;
    char words[256]; /* what operands.words is made of */
};

/* A program; those with verbs have several commands, else one. */
struct completed {
    const char *name;
    bool has_verbs;
    const struct command *command;
    size_t count;
};

/* NULL: there is no more. Valid until the next call. */
const struct completed *completed_get(size_t i);

/* What an option wants behind it. */
struct offer offer_for(const struct option_row *row);
/* It is shown, not a spelling that is only taken. */
bool is_offered(const struct option_row *row);

void complete_bash(const struct completed *c, struct strbuf *out);
void complete_zsh(const struct completed *c, struct strbuf *out);
void complete_fish(const struct completed *c, struct strbuf *out);

#endif
