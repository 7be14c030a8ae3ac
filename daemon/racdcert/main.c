/*
 * racdcert, racfjob: RACF commands on a Linux folder, one or a whole job.
 * One program; the name it is called by says whether the leading word
 * RACDCERT may be left out.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program/program.h"
#include "racdcert/input.h"
#include "racdcert/run.h"
#include "util/paths.h"

enum {
#define OPTION(id, ...) OPT_##id,
#include "racdcert/options.def"
    OPT_COUNT
};

static const struct option_row rows[] = {
#define OPTION(id, letter, name, argument, help)                               \
    {OPT_##id, letter, name, argument, help, false},
#include "racdcert/options.def"
};

static const struct program standard = {
    .usage = "racdcert [OPTION...] [FILE | - | OPERANDS]\n"
             "racfjob [OPTION...] [FILE | - | COMMAND]",
    .about = "Runs the job in FILE or on standard input, or one command.",
    .after = "exit status: the highest return code: 0, 4 (warning), 8 "
             "(failed), 12 (syntax)",
    .rows = rows,
    .count = OPT_COUNT,
    .order = OPTIONS_FIRST, /* operands of a command are no options of ours */
    .wrong = 12};

static void take_options(const struct options *given,
                         struct racdcert_options *o)
{
    const char *racf = options_value(given, OPT_RACF);

    o->racf = racf != NULL ? racf : PATH_RACF;
    o->issuer = options_value(given, OPT_ISSUER);
    o->not_after = options_value(given, OPT_NOT_AFTER);
    o->dsn_dir = options_value(given, OPT_DSN_DIR);
    o->conf = options_value(given, OPT_CONF);
    o->password_file = options_value(given, OPT_PASSWORD_FILE);
    o->dry_run = options_has(given, OPT_DRY_RUN);
    o->args = given->operand;
    o->nargs = given->operand_count;
}

int main(int argc, char **argv)
{
    struct program program = standard;
    struct racdcert_options o = {0};
    const char *slash = strrchr(argv[0], '/');
    struct options given;
    int rc;

    o.whole_command =
        strcmp(slash != NULL ? slash + 1 : argv[0], "racfjob") == 0;
    program.name = o.whole_command ? "racfjob" : "racdcert";
    rc = program_begin(&program, argc, argv, &given);
    if (rc < 0) {
        take_options(&given, &o);
        rc = racdcert_main(&o, stdout, stderr);
        options_done(&given);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "racdcert: can't write the output: %s\n",
                strerror(errno));
        rc = 12;
    }
    return rc;
}
