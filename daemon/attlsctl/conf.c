/*
 * What a verb takes from attlsd.conf: the file that -f names, and the options
 * of the policy that it implies.
 */

#include "attlsctl/conf.h"

#include <stdio.h>

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
