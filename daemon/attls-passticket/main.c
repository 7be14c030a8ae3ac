/* attls-passticket: makes and checks PassTickets, stores their keys. */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attls-passticket/run.h"

static const char usage_text[] =
    "usage: attls-passticket gen  --user U --application A [options]\n"
    "       attls-passticket eval --user U --application A [options] TICKET\n"
    "       attls-passticket key  --label L [--racf DIR] FILE\n"
    "TICKET and FILE may be - (standard input).\n"
    "  --racf DIR       the security database (default %s)\n"
    "  --caller USER    who asks; for root and the owner of DIR\n"
    "  --key-file FILE  with the key in FILE (- is standard input), without a\n"
    "                   database: 16 hexadecimal digits legacy, 64 to 512 "
    "enhanced\n"
    "  --key HEX        with this key, which others may see: for test vectors\n"
    "  --mixed          with a key: enhanced tickets of TYPE(MIXED)\n"
    "  --time SECONDS   since 1970 (GMT), instead of now\n"
    "  --help, --version\n"
    "Exit status: 0, 8 (refused, with RACF's codes), 12 (wrong use).\n";

enum {
    OPT_RACF = 256,
    OPT_USER,
    OPT_APPLICATION,
    OPT_CALLER,
    OPT_KEY,
    OPT_KEY_FILE,
    OPT_MIXED,
    OPT_LABEL,
    OPT_TIME,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    {"racf", required_argument, NULL, OPT_RACF},
    {"user", required_argument, NULL, OPT_USER},
    {"application", required_argument, NULL, OPT_APPLICATION},
    {"caller", required_argument, NULL, OPT_CALLER},
    {"key", required_argument, NULL, OPT_KEY},
    {"key-file", required_argument, NULL, OPT_KEY_FILE},
    {"mixed", no_argument, NULL, OPT_MIXED},
    {"label", required_argument, NULL, OPT_LABEL},
    {"time", required_argument, NULL, OPT_TIME},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static void usage(FILE *to)
{
    fprintf(to, usage_text, PASSTICKET_DEFAULT_DIR);
}

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
static const char *key_file;

/* Arguments of a program are shown to all accounts: not longer than it takes to
 * come here, and whoever types them is told. */
static bool take_key(char *text, struct passticket_options *o)
{
    snprintf(key, sizeof(key), "%s", text);
    memset(text, '*', strlen(text));
    o->key = key;
    fputs("attls-passticket: --key can be seen by others while the program "
          "starts, and in the shell's history: use --key-file\n",
          stderr);
    return true;
}

/* True: go on; false: the program is done, with *RC. */
static bool take_option(int c, struct passticket_options *o, int *rc)
{
    switch (c) {
    case OPT_RACF:
        o->racf = optarg;
        return true;
    case OPT_USER:
        o->user = optarg;
        return true;
    case OPT_APPLICATION:
        o->application = optarg;
        return true;
    case OPT_CALLER:
        o->caller = optarg;
        return true;
    case OPT_KEY:
        return take_key(optarg, o);
    case OPT_KEY_FILE:
        key_file = optarg;
        return true;
    case OPT_MIXED:
        o->mixed = true;
        return true;
    case OPT_LABEL:
        o->label = optarg;
        return true;
    case OPT_TIME:
        o->now = parse_time(optarg);
        return true;
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
        return false;
    }
}

static bool complain(const char *what)
{
    fprintf(stderr, "attls-passticket: %s (--help shows the usage)\n", what);
    return false;
}

static bool check(const struct passticket_options *o, int nargs)
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
    if (nargs != (o->verb == VERB_GEN ? 0 : 1))
        return complain(o->verb == VERB_GEN    ? "gen takes no argument"
                        : o->verb == VERB_EVAL ? "eval takes one ticket"
                                               : "key takes one file");
    if (o->verb == VERB_EVAL && key_file != NULL &&
        strcmp(key_file, "-") == 0 && strcmp(o->argument, "-") == 0)
        return complain("ticket and key can't both come from standard input");
    return true;
}

int main(int argc, char **argv)
{
    static const char *const verbs[] = {"gen", "eval", "key"};
    struct passticket_options o = {.now = time(NULL)};
    int c, rc = 12;
    size_t i;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!take_option(c, &o, &rc))
            return rc;
    for (i = 0; optind < argc && i < 3; i++)
        if (strcmp(argv[optind], verbs[i]) == 0)
            break;
    if (optind == argc || i == 3) {
        complain("which one: gen, eval or key?");
        return 12;
    }
    o.verb = (enum passticket_verb)i;
    o.argument = argv[optind + 1];
    if (!check(&o, argc - optind - 1))
        return 12;
    if (key_file != NULL) {
        rc = passticket_cmd_key(key_file, key, stderr);
        o.key = key;
    }
    if (key_file == NULL || rc == 0)
        rc = passticket_cmd(&o, stdout, stderr);
    explicit_bzero(key, sizeof(key));
    if (fflush(stdout) != 0)
        rc = 12;
    return rc;
}
