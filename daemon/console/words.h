#ifndef CONSOLE_WORDS_H
#define CONSOLE_WORDS_H

/* The words of a command of z/OS, read one after the other. */

#include <stdbool.h>
#include <stddef.h>

#include "control/control.h"

struct words {
    const char *word[CONTROL_ARGS_MAX];
    size_t count, at;
};

/* The next word, without the parenthesis that TSO puts before filters; NULL:
 * there is no more. */
const char *words_next(struct words *w);
/*
 * The next word is KEYWORD or an abbreviation of it that has at least the
 * capital letters ("COnn": CO, CON, CONN): steps over it.
 */
bool words_take(struct words *w, const char *keyword);
/* The same for an option of the shell's command, "-x". */
bool words_take_option(struct words *w, const char *option);

#endif
