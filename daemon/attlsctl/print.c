/* attlsctl print: the policy as policy text in one form. */

#include <stdio.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "policy/print.h"

enum { OPT_SECRETS = 1 };

static const char help[] =
    "Writes the AT-TLS policy in FILE as policy text: rules in the order of\n"
    "the search, then what they use by kind and name. Each secret is ****,\n"
    "which check and a load refuse.\n"
    "\n"
    "  --show-secrets  secrets too: the text then loads as the same "
    "policy\n" CTL_POLICY_HELP "\n"
    "exit status: 0, 2 errors\n";

static const struct option options[] = {
    {"show-secrets", no_argument, NULL, OPT_SECRETS},
    CTL_POLICY_OPTIONS,
    {NULL, 0, NULL, 0}};

/* What a text of AT-TLS policy alone can't say: as comments. */
static void print_agent(const struct policy *p, struct strbuf *out)
{
    struct strbuf words = STRBUF_INIT;
    size_t i;

    policy_agent_show(p, &words);
    if (policy_stack(p) != NULL)
        strbuf_addf(out, "## TcpImage %s %s\n", policy_stack(p),
                    strbuf_str(&words));
    for (i = 0; i < policy_rule_count(p); i++)
        if (policy_rule_is_kept(policy_rule_get(p, i)))
            strbuf_addf(out, "## kept by NOFLUSH, in no file: TTLSRule %s\n",
                        policy_rule_name(policy_rule_get(p, i)));
    strbuf_done(&words);
}

int ctl_print_policy(int argc, char **argv)
{
    struct strbuf text = STRBUF_INIT;
    struct policy_options opt;
    struct policy *policy = NULL;
    bool secrets = false;
    int c, r;

    policy_options_init(&opt);
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == OPT_SECRETS) {
            secrets = true;
            continue;
        }
        r = ctl_policy_option(c, "print", help, &opt);
        if (r >= 0)
            return r;
    }
    r = ctl_one_file("print", argc - optind);
    if (r != 0)
        return r;
    r = ctl_policy_load("print", argv[optind], &opt, &policy);
    if (r != 0)
        return r;
    print_agent(policy, &text);
    policy_print(policy, secrets, &text);
    r = ctl_print_exact(&text, CTL_EXIT_OK);
    strbuf_wipe(&text);
    policy_unref(policy);
    return r;
}
