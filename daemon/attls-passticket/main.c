/* attls-passticket: makes and checks PassTickets, stores their keys. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attls-passticket/run.h"
#include "program/program.h"
#include "util/paths.h"

enum {
#define OPTION(id, ...) OPT_##id,
#include "attls-passticket/options.def"
    OPT_COUNT
};

static const struct option_row rows[] = {
#define OPTION(id, letter, name, argument, help)                               \
    {OPT_##id, letter, name, argument, help, false},
#include "attls-passticket/options.def"
};

static const struct program program = {
    .name = "attls-passticket",
    .usage = "attls-passticket gen --user USER --application NAME [OPTION...]\n"
             "attls-passticket eval --user USER --application NAME [OPTION...] "
             "TICKET\n"
             "attls-passticket key --label LABEL [--racf DIR] FILE",
    .about = "TICKET and FILE may be - (standard input).",
    .after = "exit status: 0, 8 (refused, with RACF's codes), 12 (wrong use)",
    .rows = rows,
    .count = OPT_COUNT,
    .wrong = 12};

/* A number of seconds, or -1. */
static int64_t parse_time(const char *text)
{
    char *end;
    long long v;

    errno = 0;
    v = strtoll(text, &end, 10);
    return errno != 0 || *text == '\0' || *end != '\0' || v < 0 ? -1 : v;
}

static char key[PASSTICKET_KEY_TEXT];

/* Arguments of a program are shown to all accounts: not longer than it takes to
 * come here, and whoever types them is told. */
static void take_key(char *text, struct passticket_options *o)
{
    snprintf(key, sizeof(key), "%s", text);
    memset(text, '*', strlen(text));
    o->key = key;
    fputs("attls-passticket: --key can be seen by others while the program "
          "starts, and in the shell's history: use --key-file\n",
          stderr);
}

static void take_options(const struct options *given,
                         struct passticket_options *o)
{
    size_t i;

    o->racf = options_value(given, OPT_RACF);
    o->user = options_value(given, OPT_USER);
    o->application = options_value(given, OPT_APPLICATION);
    o->caller = options_value(given, OPT_CALLER);
    o->label = options_value(given, OPT_LABEL);
    o->mixed = options_has(given, OPT_MIXED);
    o->now = options_has(given, OPT_TIME)
                 ? parse_time(options_value(given, OPT_TIME))
                 : time(NULL);
    for (i = 0; i < given->given_count; i++)
        if (given->given[i].id == OPT_KEY)
            take_key(given->given[i].value, o);
}

static bool complain(const char *what)
{
    program_wrong(&program, "%s (--help shows the usage)", what);
    return false;
}

static bool check(const struct passticket_options *o, const char *key_file,
                  size_t nargs)
{
    bool ticket = o->verb != VERB_KEY;
    bool keyed = o->key != NULL || key_file != NULL;

    if (ticket && (o->user == NULL || o->application == NULL))
        return complain("--user and --application are needed");
    if (!ticket && o->label == NULL)
        return complain("--label is needed");
    if (keyed && (!ticket || o->racf != NULL || o->caller != NULL))
        return complain("--key-file and --key work without a database: no "
                        "--racf, no --caller, not with the verb key");
    if (o->key != NULL && key_file != NULL)
        return complain("--key-file or --key, not both");
    if (o->mixed && !keyed)
        return complain("--mixed belongs to --key-file and --key; profiles "
                        "say TYPE(MIXED)");
    if (o->now < 0)
        return complain("--time wants seconds since 1970");
    if (nargs != (o->verb == VERB_GEN ? 0u : 1u))
        return complain(o->verb == VERB_GEN    ? "gen takes no argument"
                        : o->verb == VERB_EVAL ? "eval takes one ticket"
                                               : "key takes one file");
    if (o->verb == VERB_EVAL && key_file != NULL &&
        strcmp(key_file, "-") == 0 && strcmp(o->argument, "-") == 0)
        return complain("ticket and key can't both come from standard input");
    return true;
}

/* False: after a message. */
static bool take_verb(const struct options *given, struct passticket_options *o)
{
    static const char *const verbs[] = {"gen", "eval", "key"};
    size_t i;

    for (i = 0; given->operand_count != 0 && i < 3; i++)
        if (strcmp(given->operand[0], verbs[i]) == 0)
            break;
    if (given->operand_count == 0 || i == 3)
        return complain("which one: gen, eval or key?");
    o->verb = (enum passticket_verb)i;
    o->argument = given->operand[1];
    return true;
}

static int run(const struct options *given)
{
    const char *key_file = options_value(given, OPT_KEY_FILE);
    struct passticket_options o = {0};
    int rc = 0;

    take_options(given, &o);
    if (!take_verb(given, &o) || !check(&o, key_file, given->operand_count - 1))
        return program.wrong;
    if (key_file != NULL) {
        rc = passticket_cmd_key(key_file, key, stderr);
        o.key = key;
    }
    return rc == 0 ? passticket_cmd(&o, stdout, stderr) : rc;
}

int main(int argc, char **argv)
{
    struct options given;
    int rc = program_begin(&program, argc, argv, &given);

    if (rc < 0) {
        rc = run(&given);
        options_done(&given);
    }
    explicit_bzero(key, sizeof(key));
    if (fflush(stdout) != 0)
        rc = program.wrong;
    return rc;
}
