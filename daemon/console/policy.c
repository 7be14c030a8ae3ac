/* policy: the running policy, for the verbs of attlsctl that show one. */

#include "console/private.h"
#include "policy/print.h"
#include "util/linemap.h"

/* What the text does not say. */
static void add_fields(const struct snapshot *s, bool agent_is_active,
                       struct strbuf *out)
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
    control_add_field("agent_active", agent_is_active ? "true" : "false", out);
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

/* Which line of the text stands where in the files that were loaded. */
static void add_map(const struct linemap *map, struct strbuf *out)
{
    struct strbuf lines = STRBUF_INIT;
    size_t i;

    for (i = 0; i < map->file_count; i++)
        control_add_field("file", map->files[i], out);
    linemap_write(map, &lines);
    control_add_field("lines", strbuf_str(&lines), out);
    out->failed = out->failed || map->failed || strbuf_failed(&lines);
    strbuf_done(&lines);
}

void console_policy(struct question *q)
{
    struct linemap map = LINEMAP_INIT;
    struct snapshot *s = snapshots_get(q->console->services->snapshots);

    add_fields(s, pagent_is_active(q->console->services->pagent),
               &q->answer->fields);
    policy_print_mapped(snapshot_policy(s), &q->answer->out, &map);
    add_map(&map, &q->answer->fields);
    linemap_done(&map);
    snapshot_unref(s);
}
