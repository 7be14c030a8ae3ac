/* policy: the running policy, for the verbs of attlsctl that show one. */

#include "console/private.h"
#include "policy/print.h"

/* What the text does not say. */
static void add_fields(const struct snapshot *s, struct strbuf *out)
{
    const struct policy *p = snapshot_policy(s);
    const struct config *config = snapshot_config(s);
    struct strbuf text = STRBUF_INIT;
    size_t i;

    strbuf_addf(&text, "%lld", (long long)snapshot_installed(s));
    control_add_field("installed", strbuf_str(&text), out);
    control_add_field("release", zos_release_name(policy_release(p)), out);
    control_add_field("stack", snapshot_stack(s), out);
    control_add_field("allow_legacy", config->allow_legacy ? "true" : "false",
                      out);
    control_add_field("x25519_first",
                      config->x25519_first == 1 ? "true" : "false", out);
    strbuf_reset(&text);
    policy_agent_show(p, &text);
    control_add_field("agent_words", strbuf_str(&text), out);
    for (i = 0; i < policy_rule_count(p); i++)
        if (policy_rule_is_kept(policy_rule_get(p, i)))
            control_add_field("kept_rule",
                              policy_rule_name(policy_rule_get(p, i)), out);
    out->failed = out->failed || strbuf_failed(&text);
    strbuf_done(&text);
}

void console_policy(struct question *q)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);

    add_fields(s, &q->answer->fields);
    policy_print(snapshot_policy(s), false, &q->answer->out);
    snapshot_unref(s);
}
