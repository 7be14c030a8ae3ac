/*
 * What a verb takes from attlsd.conf: the file that -f names, and the options
 * of the policy that it implies.
 */

#include "attlsctl/conf.h"

#include <stdio.h>
#include <string.h>

#include "attlsctl/ctl.h"
#include "attlsctl/findings.h"

int ctl_conf_load(const char *verb, const char *file,
                  struct policy_options *opt, struct config **ret)
{
    struct diags *diags = diags_new();
    int r = ERR_NOMEM;

    if (diags != NULL)
        r = config_load(file, diags, ret);
    if (r == ERR_NOMEM)
        fprintf(stderr, "attlsctl %s: no memory\n", verb);
    else if (r != 0)
        ctl_findings_show(diags, DIAG_NOTE);
    diags_free(diags);
    if (r != 0)
        return CTL_EXIT_ERROR;
    config_policy_options(*ret, opt);
    return 0;
}

const char *ctl_conf_find(int argc, char **argv)
{
    static const char equal[] = "--config=";
    int i;

    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "-f") == 0 || strcmp(argv[i], "--config") == 0)
            return i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(argv[i], equal, strlen(equal)) == 0)
            return argv[i] + strlen(equal);
        if (argv[i][0] == '-' && argv[i][1] == 'f')
            return argv[i] + 2;
    }
    return NULL;
}
