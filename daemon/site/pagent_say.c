/* What the Policy Agent says: to the log, and to whoever asked. */

#include <string.h>

#include "site/pagent_private.h"

static void say(struct trace *t, struct strbuf *console, const char *function,
                enum operator_message m, const char *first, const char *second)
{
    struct strbuf text = STRBUF_INIT;

    operator_add(m, first, second, &text);
    agent_log(t, AGENT_ALL, AGENT_EVENT, function, "%s", strbuf_str(&text));
    if (console != NULL)
        strbuf_addf(console, "%s\n", strbuf_str(&text));
    strbuf_done(&text);
}

void pagent_say(struct pagent *p, struct strbuf *console, const char *function,
                enum operator_message m, const char *first, const char *second)
{
    say(p->params.trace, console, function, m, first, second);
}

/* What stands at the end of every processing (IP Messages, EZD1586I). */
void pagent_say_installed(struct pagent *p, struct snapshot *s,
                          enum pagent_how how, struct strbuf *console)
{
    static const char function[] = "pinit_main_config_file";
    const char *image = snapshot_stack(s);

    if (!snapshots_ttls(p->params.snapshots))
        pagent_say(p, console, function, OPERATOR_NOT_ENABLED, image, "TTLS");
    if (how != PAGENT_UPDATE)
        pagent_say(p, console, function, OPERATOR_COMPLETE, image, "QOS");
    pagent_say(p, console, function, OPERATOR_COMPLETE, image, "TTLS");
    if (policy_rule_count(snapshot_policy(s)) == 0)
        pagent_say(p, console, function, OPERATOR_NO_RULES, image, NULL);
    pagent_say(p, console, function, OPERATOR_INSTALLED, image, NULL);
    agent_log(p->params.trace, p->level, AGENT_INFO, function,
              "Finished main config file update");
}

void pagent_started(struct pagent *p)
{
    struct snapshot *s = snapshots_get(p->params.snapshots);

    pagent_say(p, NULL, "main", OPERATOR_STARTING, NULL, NULL);
    pagent_log_start(p, s);
    pagent_say(p, NULL, "main", OPERATOR_INITIALIZED, NULL, NULL);
    pagent_log_policy(p, s);
    pagent_say_installed(p, s, PAGENT_REFRESH, NULL);
    if (snapshots_ttls(p->params.snapshots))
        pagent_say(p, NULL, "main", OPERATOR_AVAILABLE, snapshot_stack(s),
                   NULL);
    snapshot_unref(s);
}

/* As on z/OS for QOS too, which is not here. */
static void say_end(struct pagent *p, struct snapshot *s,
                    enum operator_message m, struct strbuf *console)
{
    pagent_say(p, console, "main", m, snapshot_stack(s), "QOS");
    pagent_say(p, console, "main", m, snapshot_stack(s), "TTLS");
    pagent_say(p, console, "main", OPERATOR_SHUTDOWN, NULL, NULL);
}

void pagent_ended(struct pagent *p)
{
    struct snapshot *s;

    if (!pagent_is_active(p))
        return;
    s = snapshots_get(p->params.snapshots);
    say_end(p, s,
            policy_agent(snapshot_policy(s)).purge ? OPERATOR_PURGED
                                                   : OPERATOR_NOT_PURGED,
            NULL);
    snapshot_unref(s);
}

void pagent_end(struct pagent *p, struct strbuf *console)
{
    struct snapshot *s = snapshots_get(p->params.snapshots);

    pagent_set_active(p, false);
    say_end(p, s, OPERATOR_NOT_PURGED, console);
    trace_remark(p->params.trace, TRACE_NOTICE,
                 "pagent=ended note=\"what it has installed stays in force; "
                 "attlsctl start PAGENT has it read the policy again\"");
    strbuf_adds(console,
                "What the Policy Agent has installed stays in force. Nothing "
                "is read anew until attlsctl start PAGENT.\n");
    if (policy_agent(snapshot_policy(s)).purge)
        strbuf_adds(console,
                    "PURGE is coded: z/OS would delete the policies now, and "
                    "new connections would go in clear. Here they stay.\n");
    snapshot_unref(s);
}

void pagent_say_inactive(struct pagent *p, const struct order *o,
                         struct strbuf *text)
{
    if (o->look)
        return;
    trace_remark(p->params.trace, TRACE_WARNING,
                 "reload=refused note=\"the Policy Agent was ended (P PAGENT); "
                 "attlsctl start PAGENT starts it\"");
    operator_add(OPERATOR_NOT_ACTIVE, "PAGENT", NULL, text);
    strbuf_addc(text, '\n');
}

/* ---- findings ---- */

const char pagent_fn_read[] = "profile_read_ttls";

void pagent_say_findings(struct trace *t, unsigned levels,
                         const struct diags *diags, struct strbuf *console)
{
    struct strbuf line = STRBUF_INIT, text = STRBUF_INIT;
    size_t i;

    for (i = 0; i < diags_count(diags); i++) {
        const struct diag *d = diags_get(diags, i);
        bool error = d->level == DIAG_ERROR;

        strbuf_reset(&line);
        strbuf_reset(&text);
        diag_format(d, &line);
        if (line.len != 0)
            strbuf_add_escaped(&text, line.data, line.len - 1);
        agent_log(t, levels, error ? AGENT_OBJERR : AGENT_WARNING,
                  pagent_fn_read, "%s", strbuf_str(&text));
        if (console != NULL && error)
            strbuf_addf(console, "%s\n", strbuf_str(&text));
    }
    strbuf_done(&line);
    strbuf_done(&text);
}

/* The main file is the only one that no statement names: no place. */
static bool main_is_unreadable(const struct diags *diags)
{
    size_t i;

    for (i = 0; i < diags_count(diags); i++) {
        const struct diag *d = diags_get(diags, i);

        if (d->line == 0 && strcmp(d->name, "file-read") == 0)
            return true;
    }
    return false;
}

void pagent_not_started(struct trace *t, const char *image,
                        const struct diags *diags)
{
    say(t, NULL, "main", OPERATOR_STARTING, NULL, NULL);
    pagent_say_findings(t, AGENT_ALL, diags, NULL);
    if (!main_is_unreadable(diags))
        say(t, NULL, pagent_fn_read, OPERATOR_ERRORS, image, "TTLS");
    say(t, NULL, "main", OPERATOR_EXITING, NULL, NULL);
}
