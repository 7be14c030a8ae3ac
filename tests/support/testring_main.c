/* testring: the databases of testring.h for shell scripts. */

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "support/testring.h"

static const struct {
    const char *name;
    unsigned fault;
} faults[] = {
    {"expired", TESTRING_EXPIRED},
    {"no-ca", TESTRING_NO_CA},
    {"wrong-usage", TESTRING_WRONG_USAGE},
    {"no-key", TESTRING_NO_KEY},
    {"no-cert", TESTRING_NO_CERT},
    {"other-ca", TESTRING_OTHER_CA},
    {"no-default", TESTRING_NO_DEFAULT},
    {"notrust", TESTRING_NOTRUST},
    {"certsign-only", TESTRING_CERTSIGN_ONLY},
    {"future", TESTRING_FUTURE},
    {"sha1", TESTRING_SHA1},
    {"weak-key", TESTRING_WEAK_KEY},
    {"client-only", TESTRING_CLIENT_ONLY},
    {"server-only", TESTRING_SERVER_ONLY},
    {"malformed", TESTRING_MALFORMED},
};

static unsigned parse(char *list)
{
    unsigned found, all = 0;
    char *name;
    size_t i;

    for (name = strtok(list, ","); name != NULL; name = strtok(NULL, ",")) {
        for (found = 0, i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
            if (strcmp(faults[i].name, name) == 0)
                found = faults[i].fault;
        if (found == 0) {
            fprintf(stderr, "testring: unknown fault %s\n", name);
            return ~0u;
        }
        all |= found;
    }
    return all;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"server", required_argument, NULL, 's'},
        {"client", required_argument, NULL, 'c'},
        {"rsa", no_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    struct testring_options o = {0};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 's')
            o.server = parse(optarg);
        else if (c == 'c')
            o.client = parse(optarg);
        else if (c == 'r')
            o.rsa = true;
        else
            return 2;
    }
    if (optind != argc - 1 || o.server == ~0u || o.client == ~0u) {
        fprintf(stderr, "usage: testring [--server FAULT,...] [--client "
                        "FAULT,...] [--rsa] DIR\n");
        return 2;
    }
    o.dir = argv[optind];
    testring_free(testring_new(&o));
    return 0;
}
