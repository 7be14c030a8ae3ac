/* Environments that a refresh changes, and those that can't be opened: what is
 * logged and said of them. */

#include "policy/effective.h"
#include "policy/filter.h"
#include "site/pagent_private.h"
#include "trace/ezd.h"

static struct ezd_subject subject_of(const struct environment_trouble *t)
{
    const struct effective *eff = policy_rule_effective(t->rule);
    bool outbound = policy_rule_direction(t->rule) == POLICY_OUTBOUND;
    bool auth = effective_choice(eff, PARM_SyslogFacility) == FACILITY_AUTH;

    return (struct ezd_subject){
        .grpid = t->grpid,
        .envid = t->envid,
        .userid = t->userid[0] != '\0' ? t->userid : NULL,
        .group = policy_action_name(policy_rule_group(t->rule)),
        .environment = policy_action_name(policy_rule_environment(t->rule)),
        .type = outbound ? EZD_OUTBOUND : EZD_INBOUND,
        .trace = (unsigned)effective_number(eff, PARM_Trace),
        .facility = auth ? TRACE_AUTH : TRACE_DAEMON,
    };
}

static const char *what_is_used(const struct environment_trouble *t)
{
    return t->stale ? "the environment before it, stale, until the ring can "
                      "be opened"
                    : "none: connections are refused until it can be opened";
}

static void add_trouble(const struct environment_trouble *t, struct strbuf *out)
{
    strbuf_addf(out, "environment=%s userid=%s envid=%08X ",
                policy_action_name(policy_rule_environment(t->rule)),
                t->userid[0] != '\0' ? t->userid : "(none)",
                (unsigned)t->envid);
    if (t->why->rc == 0) {
        strbuf_adds(out, "opened=\"its ring can be opened again\"");
        return;
    }
    strbuf_addf(out, "rc=%d ", t->why->rc);
    strbuf_add_pair(out, "reason", t->why->reason);
    strbuf_addc(out, ' ');
    strbuf_add_pair(out, "use", what_is_used(t));
}

void pagent_trouble(void *arg, const struct environment_trouble *t,
                    bool reminder)
{
    struct pagent *p = arg;
    struct ezd_subject s = subject_of(t);
    struct strbuf text = STRBUF_INIT;

    if (t->why->rc != 0 && !reminder)
        ezd_environment(p->params.trace, &s, t->why->rc, 0);
    add_trouble(t, &text);
    trace_remark(p->params.trace, t->why->rc != 0 ? TRACE_ERR : TRACE_NOTICE,
                 "%s", strbuf_str(&text));
    strbuf_done(&text);
}

/* What the log does not have yet: one that nobody has an answer of. */
static void say_late(struct pagent *p, const struct environment_trouble *t)
{
    trace_remark(
        p->params.trace, TRACE_ERR,
        "environment=%s userid=%s envid=%08X error=\"not opened within "
        "open_limit\" note=\"connections wait for it\"",
        policy_action_name(policy_rule_environment(t->rule)),
        t->userid[0] != '\0' ? t->userid : "(none)", (unsigned)t->envid);
}

struct listing {
    struct pagent *pagent;
    struct strbuf *console; /* NULL: none */
};

void pagent_add_trouble(const struct environment_trouble *t, struct strbuf *out)
{
    strbuf_addf(out, "Environment Master Init of %s, user %s: ",
                policy_action_name(policy_rule_environment(t->rule)),
                t->userid[0] != '\0' ? t->userid : "(none)");
    if (t->opening)
        strbuf_adds(out, "not within open_limit; connections wait for it\n");
    else
        strbuf_addf(out, "RC %d, %s; in use: %s\n", t->why->rc, t->why->reason,
                    what_is_used(t));
}

static void list(void *arg, const struct environment_trouble *t)
{
    struct listing *l = arg;

    if (t->opening)
        say_late(l->pagent, t);
    if (l->console != NULL)
        pagent_add_trouble(t, l->console);
}

unsigned pagent_open_changed(struct pagent *p, struct snapshot *next,
                             struct strbuf *console)
{
    struct listing l = {p, console};
    unsigned failed = snapshot_open_changed(p->params.snapshots, next);

    snapshot_each_trouble(next, list, &l);
    return failed;
}
