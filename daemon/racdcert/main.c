/*
 * racdcert, racfjob: RACF commands on a Linux folder, one or a whole job.
 * One program; the name it is called by says whether the leading word
 * RACDCERT may be left out.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "racdcert/input.h"
#include "racdcert/run.h"

static const char usage_text[] =
    "usage: racdcert [options] [FILE | - | OPERANDS]\n"
    "       racfjob  [options] [FILE | - | COMMAND]\n"
    "Runs the job in FILE or on standard input, or one command.\n"
    "  --racf DIR            the security database (default %s)\n"
    "  --issuer USER         who issues the commands when the job has no "
    "USER=\n"
    "  --not-after WHEN      instead of NOTAFTER: +1y, +6m, +30d, "
    "yyyy-mm-dd\n"
    "  --dsn-dir DIR         where data sets are kept: DIR/A.B.C\n"
    "  --conf FILE           attlsd's configuration, for its data set map\n"
    "                        (default %s)\n"
    "  --password-file FILE  for PASSWORD(*): the first line of FILE\n"
    "  --dry-run             say what the job would do, store nothing\n"
    "  --help, --version\n"
    "Exit status: the highest return code: 0, 4 (warning), 8 (failed), 12 "
    "(syntax).\n";

enum {
    OPT_RACF = 256,
    OPT_ISSUER,
    OPT_NOT_AFTER,
    OPT_DSN_DIR,
    OPT_CONF,
    OPT_PASSWORD_FILE,
    OPT_DRY_RUN,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    {"racf", required_argument, NULL, OPT_RACF},
    {"issuer", required_argument, NULL, OPT_ISSUER},
    {"not-after", required_argument, NULL, OPT_NOT_AFTER},
    {"dsn-dir", required_argument, NULL, OPT_DSN_DIR},
    {"conf", required_argument, NULL, OPT_CONF},
    {"password-file", required_argument, NULL, OPT_PASSWORD_FILE},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static void usage(FILE *out)
{
    fprintf(out, usage_text, RACDCERT_DEFAULT_DIR, RACDCERT_DEFAULT_CONF);
}

/* False: the program is done, with *RC. */
static bool parse_options(int argc, char **argv, struct racdcert_options *o,
                          int *rc)
{
    int c;

    /* "+": operands of a command are no options of ours. */
    while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (c) {
        case OPT_RACF:
            o->racf = optarg;
            break;
        case OPT_ISSUER:
            o->issuer = optarg;
            break;
        case OPT_NOT_AFTER:
            o->not_after = optarg;
            break;
        case OPT_DSN_DIR:
            o->dsn_dir = optarg;
            break;
        case OPT_CONF:
            o->conf = optarg;
            break;
        case OPT_PASSWORD_FILE:
            o->password_file = optarg;
            break;
        case OPT_DRY_RUN:
            o->dry_run = true;
            break;
        case OPT_HELP:
            usage(stdout);
            *rc = 0;
            return false;
        case OPT_VERSION:
            printf("attlsd %s\n", ATTLS_VERSION);
            *rc = 0;
            return false;
        default:
            usage(stderr);
            *rc = 12;
            return false;
        }
    }
    o->args = argv + optind;
    o->nargs = (size_t)(argc - optind);
    return true;
}

int main(int argc, char **argv)
{
    struct racdcert_options o = {.racf = RACDCERT_DEFAULT_DIR};
    const char *name = strrchr(argv[0], '/');
    int rc = 12;

    name = name != NULL ? name + 1 : argv[0];
    o.whole_command = strcmp(name, "racfjob") == 0;
    if (parse_options(argc, argv, &o, &rc))
        rc = racdcert_main(&o, stdout, stderr);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "racdcert: can't write the output: %s\n",
                strerror(errno));
        rc = 12;
    }
    return rc;
}
