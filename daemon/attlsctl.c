/*
 * attlsctl: the operator's console. Each verb is a row of the table below and
 * a function in a ctl_ file of its own.
 */

#include <stdio.h>
#include <string.h>

#include "ctl.h"

struct verb {
    const char *name;
    ctl_verb_fn run;
    const char *help;
};

static const struct verb verbs[] = {
    {"check", ctl_check, "read a policy and say what is wrong with it"},
};

enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static int usage(FILE *out)
{
    size_t i;

    fprintf(out, "usage: attlsctl VERB [OPTION...] [ARGUMENT...]\n\nverbs:\n");
    for (i = 0; i < VERB_COUNT; i++)
        fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].help);
    fprintf(out, "\nattlsctl VERB --help shows the options of a verb.\n");
    return out == stdout ? 0 : CTL_EXIT_ERROR;
}

int main(int argc, char **argv)
{
    size_t i;

    if (argc < 2)
        return usage(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return usage(stdout);
    if (strcmp(argv[1], "--version") == 0) {
        printf("attlsctl %s\n", ATTLS_VERSION);
        return 0;
    }
    for (i = 0; i < VERB_COUNT; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].run(argc - 1, argv + 1);
    fprintf(stderr, "attlsctl: there is no verb \"%s\"\n", argv[1]);
    return usage(stderr);
}
