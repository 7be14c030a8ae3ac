#ifndef CONTROL_VERBS_PRIVATE_H
#define CONTROL_VERBS_PRIVATE_H

/* What verbs.c and verbs_text.c share: the rows, and a form's tokens. */

#include "control/verbs.h"

struct verb_option_use {
    enum verb verb;
    enum verb_option option;
    const char *help; /* NULL: not shown */
    bool word, common;
};

extern const struct verb_option_use verb_uses[];
extern const size_t verb_use_count;

/* A token of a form: a word, "a|b", <KIND> or an option; [...] around it. */
struct token {
    const char *text; /* without brackets and dots */
    size_t len;
    bool optional, repeats, kind, option;
};

/* The token at *AT, which steps over it. */
struct token verb_token(const char **at);
bool verb_kind_is_known(const char *name, size_t len);
/* The option that a token names. */
int verb_token_option(const struct token *t);
struct option_row verb_spelling(enum verb_option option);
/* A form of the verb names the option; it does not go with all of them. */
bool verb_any_form_names(enum verb v, int option);

#endif
