#ifndef CONTROL_VERBS_H
#define CONTROL_VERBS_H

/*
 * The verbs of attlsctl, for both ends: attlsctl reads its command line, and
 * the daemon the words of a request, by the one table verbs.def.
 */

#include "util/options.h"

enum verb {
#define VERB(id, ...) VERB_##id,
#include "control/verbs.def"
    VERB_COUNT
};

enum verb_option {
#define SPELLING(id, ...) OPT_##id,
#include "control/spellings.def"
    OPT_COUNT
};

enum verb_where { VERB_HERE, VERB_DAEMON, VERB_BOTH, VERB_INNER };
enum control_right { CONTROL_LOOK, CONTROL_CHANGE };

struct verb_info {
    const char *name;
    enum verb_where where;
    enum control_right right;
    bool ours; /* the words fit a form */
    const char *program;
    const char *summary;
};

const struct verb_info *verb_info(enum verb v);
/* What z/OS's console calls it ("F"), or NULL. */
const char *verb_console_name(enum verb v);
/* By either name, without those that are not for people. VERB_COUNT: there is
 * none. */
enum verb verb_find(const char *name);
/* The same, of those that the running daemon answers. */
enum verb verb_find_asked(const char *name);

/* A verb's options, as rows for options_read(). */
enum { VERB_ROWS = 40 };
size_t verb_rows(enum verb v, struct option_row rows[VERB_ROWS]);

struct verb_call {
    enum verb verb;
    struct options options;
};

/*
 * Reads the words behind the verb. Without --help and --version they fit the
 * verb: all that is needed is there, nothing is too much. ERR_VALUE: an option
 * is wrong; ERR_SYNTAX: the words fit no form, and verb_usage() would help;
 * ERR_NOMEM.
 * RET is to be freed with verb_done(), also after a failure.
 */
int verb_read(enum verb v, int argc, char **argv, struct verb_call *ret,
              struct error *err);
void verb_done(struct verb_call *c);

bool verb_has(const struct verb_call *c, enum verb_option option);
/* The last value of OPTION, or NULL. */
char *verb_value(const struct verb_call *c, enum verb_option option);
/* Its name on the command line, without "--"; NULL: it has only a letter. */
const char *verb_option_name(enum verb_option option);
/* Word I, or NULL. */
char *verb_word(const struct verb_call *c, size_t i);

/* "usage: " and a line for each form, with all options or "[OPTION...]". */
void verb_usage(enum verb v, struct strbuf *out);
/* The whole text for --help. */
void verb_help(enum verb v, struct strbuf *out);
/* "VERB WORDS", a form a line, for the list of all verbs. */
void verb_forms(enum verb v, struct strbuf *out);
/* The SYNOPSIS of attlsctl(8), in mdoc. */
void verb_synopsis(struct strbuf *out);

/* The rows of a verb that a text is made of, one after the other from I = 0 on;
 * NULL: there is no more. */
const char *verb_form(enum verb v, size_t i);

/* What a shell offers for an argument called NAME: "files", "folders", words,
 * or NULL. */
const char *verb_completion(const char *name);

#endif
