/* attlsctl print: the policy as policy text in one form. */

#include <stdio.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "policy/print.h"

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

int ctl_print(const struct verb_call *call)
{
    struct strbuf text = STRBUF_INIT;
    struct policy_options opt;
    struct ctl_running running;
    struct policy *policy = NULL;
    int r;

    policy_options_init(&opt);
    r = ctl_policy_read(call, &opt);
    if (r == 0)
        r = ctl_policy_shown(call, &opt, &policy, &running);
    if (r != 0)
        return r;
    print_agent(policy, &text);
    policy_print(policy, verb_has(call, OPT_SECRETS), &text);
    r = ctl_write_exact(&text, CTL_EXIT_OK);
    strbuf_wipe(&text);
    policy_unref(policy);
    return r;
}
