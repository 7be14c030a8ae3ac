/*
 * From an accepted socket to a rule: who connected, the connection to the
 * target, and the search. On z/OS too an active socket is mapped when it
 * connects and a passive one when it is accepted (IP Configuration Guide,
 * "AT-TLS policy").
 */

#include <sys/socket.h>
#include <string.h>

#include "conn/private.h"
#include "policy/filter.h"
#include "tls/retcode.h"

/* ---- who ---- */

/*
 * The peers of an inbound listener are other machines, which nobody can name;
 * but in mode run it is a program of this one that brings them, to be served
 * with the listener's key.
 */
static bool anybody_may(const struct conn *c)
{
    return c->listener->allow.all ||
           (!conn_outbound(c) && c->listener->mode != MODE_RUN);
}

enum conn_event conn_do_check_owner(struct conn *c)
{
    const struct identity *who = &c->in.who;

    if (anybody_may(c))
        return CONN_EV_ALLOWED;
    if (who->owner_error != 0) {
        conn_remark(c, TRACE_WARNING, "owner=unknown error=\"%s\"",
                    who->owner_error == ERR_NOT_FOUND
                        ? "the program has closed its socket already, or is "
                          "not of this network namespace"
                        : "socket diagnosis failed");
        return conn_because(c, CONN_BY_OWNER_UNKNOWN, CONN_EV_REFUSED);
    }
    if (config_allows(c->listener, who->owner.uid))
        return CONN_EV_ALLOWED;
    conn_remark(c, TRACE_WARNING,
                "owner=%u denied fix=\"add the account to allow of this "
                "listener\"",
                (unsigned)who->owner.uid);
    return conn_because(c, CONN_BY_DENIED, CONN_EV_REFUSED);
}

/* The program's port where it is the one that listens. */
static uint16_t served_port(const struct conn *c)
{
    return conn_outbound(c) ? 0 : intercepted_target(&c->in, 0)->port;
}

static void remark_unnamed(struct conn *c, const char *why)
{
    conn_remark(c, TRACE_WARNING, "uid=%u names=unknown error=\"%s\"",
                (unsigned)c->in.who.owner.uid, why);
}

static const char crowded[] = "too many questions for names are waiting, and "
                              "this account has most of them";

static enum conn_event ask_names(struct conn *c)
{
    struct naming *naming = conn_services(c)->naming;
    const struct loop_owner *o = &c->loop->owner;
    struct naming_question q = {snapshot_config(c->snapshot), c->listener,
                                served_port(c)};
    struct naming_task *task;
    int r;

    if (naming == NULL || naming_known(naming, &q, &c->in.who))
        return CONN_EV_NAMED;
    r = naming_ask(naming, &q, &c->in.who, o->wake, o->arg, &task);
    if (r < 0) {
        remark_unnamed(c, r == ERR_LIMIT ? crowded : "no memory");
        return CONN_EV_NAMED; /* not known */
    }
    conn_wait_name(c, task);
    return CONN_EV_NONE;
}

enum conn_event conn_do_name(struct conn *c)
{
    if (c->task == NULL)
        return ask_names(c);
    if (!naming_answer(c->task, &c->in.who))
        return CONN_EV_NONE;
    conn_named(c);
    if (c->in.who.crowded)
        remark_unnamed(c, crowded);
    return CONN_EV_NAMED;
}

enum conn_event conn_do_unnamed(struct conn *c)
{
    conn_drop_names(c);
    remark_unnamed(c, "no answer within name_limit");
    return CONN_EV_NAMED;
}

/* ---- the rule ---- */

enum conn_event conn_do_proceed(struct conn *c)
{
    return c->tls ? CONN_EV_MAPPED_TLS : CONN_EV_MAPPED_CLEAR;
}

static enum policy_verdict search(struct conn *c)
{
    struct policy_conn pc;

    conn_as_policy_sees(c, &pc);
    c->searched = true;
    return policy_match(snapshot_policy(c->snapshot), &pc, NULL, NULL,
                        &c->rule);
}

static enum conn_event no_rule(struct conn *c)
{
    if (c->listener->on_no_rule == NO_RULE_REFUSE)
        return conn_because(c, CONN_BY_NO_RULE, CONN_EV_REFUSED);
    metrics_add(&c->loop->metrics, COUNTER_CLEAR_NO_RULE, 1);
    conn_count_audit(c, AUDIT_NO_RULE);
    conn_say_near(c);
    if (!conn_outbound(c))
        pump_listen(&c->pump);
    return CONN_EV_MAPPED_CLEAR;
}

/* TCPCONFIG NOTTLS: no look-up; in clear only where that was asked for. */
static enum conn_event ttls_off(struct conn *c)
{
    if (!conn_config(c)->allow_nottls)
        return conn_because(c, CONN_BY_TTLS_OFF, CONN_EV_REFUSED);
    metrics_add(&c->loop->metrics, COUNTER_CLEAR_NOTTLS, 1);
    conn_count_audit(c, AUDIT_NOTTLS);
    conn_say_nottls(c);
    return CONN_EV_MAPPED_CLEAR;
}

/* A parameter that is not built: named, with its place. */
static enum conn_event refuse_parameter(struct conn *c,
                                        const struct policy_refusal *r)
{
    struct strbuf what = STRBUF_INIT, text = STRBUF_INIT;
    struct ezd_subject s;

    conn_subject(c, &s);
    ezd_map(conn_services(c)->trace, &s,
            r->parm == PARM_ApplicationControlled ? EZD_APPL_CONTROL
                                                  : EZD_ENABLED);
    ezd_event(conn_services(c)->trace, &s, RC_MAPPING, EZD_POLICY_MAPPING,
              NULL);
    strbuf_addf(&what, "%s (", r->keyword);
    span_add(&r->span, &what);
    strbuf_addf(&what, "): %s", r->why);
    strbuf_add_pair(&text, "refused", strbuf_str(&what));
    conn_remark(c, TRACE_ERR, "rule=%s %s", policy_rule_name(c->rule),
                strbuf_str(&text));
    strbuf_done(&what);
    strbuf_done(&text);
    return conn_because(c, CONN_BY_PARAMETER, CONN_EV_REFUSED);
}

/* What every line asks for is looked up once. */
static void note_trace(struct conn *c)
{
    c->trace = (uint8_t)effective_number(c->eff, PARM_Trace);
    c->facility = effective_choice(c->eff, PARM_SyslogFacility) == FACILITY_AUTH
                      ? TRACE_AUTH
                      : TRACE_DAEMON;
}

/*
 * On z/OS the program's stack accepts before the handshake, so that whoever can
 * connect, without a byte of TLS, has a connection of the program's. Here it
 * need not. A rule with ApplicationControlled, where the program itself begins
 * TLS, would have to be dialled at once; it is refused.
 */
static bool secures_first(const struct conn *c)
{
    return !conn_outbound(c) && !endpoint_is_open(&c->app) && c->in.other < 0 &&
           c->listener->dial == DIAL_AFTER_HANDSHAKE;
}

static enum conn_event matched(struct conn *c)
{
    struct ezd_subject s;
    bool on;

    c->eff = policy_rule_effective(c->rule);
    note_trace(c);
    c->grpid =
        snapshot_group(c->snapshot, conn_services(c)->snapshots, c->rule);
    on = effective_on(c->eff, PARM_TTLSEnabled);
    conn_subject(c, &s);
    if (!on) {
        ezd_map(conn_services(c)->trace, &s, EZD_NOT_ENABLED);
        metrics_add(&c->loop->metrics, COUNTER_CLEAR_OFF, 1);
        conn_count_audit(c, AUDIT_OFF);
        return CONN_EV_MAPPED_CLEAR;
    }
    c->tls = true;
    if (effective_refused(c->eff) != NULL)
        return refuse_parameter(c, effective_refused(c->eff));
    c->hushed = true;
    if (!conn_is_hushed(c))
        conn_speak(c);
    c->begun = true;
    metrics_add(&c->loop->metrics, COUNTER_TLS, 1);
    return secures_first(c) ? CONN_EV_MAPPED_TLS_FIRST : CONN_EV_MAPPED_TLS;
}

/* A unit's name is its cgroup's, which a user may choose: only one that is
 * spelled as systemd spells them goes into a line for a configuration. */
static bool plain_unit(const char *unit)
{
    return unit[0] != '\0' &&
           unit[strspn(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789:_.@-")] ==
               '\0';
}

/* Why a job name is only claimed, and what makes that count as unknown. */
static void add_claim(const struct identity *who, struct strbuf *out)
{
    static const char *const how[] = {
        [CLAIMED_BY_PROGRAM] = "the program calls itself",
        [CLAIMED_BY_CGROUP] = "the account itself may choose the cgroup by "
                              "which the program is",
        [CLAIMED_BY_FILE] = "any account can run the file by which the "
                            "program is",
    };
    struct strbuf note = STRBUF_INIT;

    if (!who->claimed)
        return;
    strbuf_addf(&note, "%s %s; trusted_jobname lets that count as unknown",
                how[who->claimed_by], who->jobname);
    strbuf_addc(out, ' ');
    strbuf_add_pair(out, "note", strbuf_str(&note));
    strbuf_done(&note);
}

static void add_job(const struct conn *c, const char *job, struct strbuf *out)
{
    const struct identity *who = &c->in.who;
    struct strbuf fix = STRBUF_INIT;

    strbuf_addf(&fix, "attlsd.conf, jobs: { jobname = '%s'; ", job);
    if (plain_unit(who->unit))
        strbuf_addf(&fix, "unit = '%s'; ", who->unit);
    else if (served_port(c) != 0)
        strbuf_addf(&fix, "port = %u; ", served_port(c));
    else
        strbuf_addf(&fix, "uid = %u; ", (unsigned)who->owner.uid);
    strbuf_addc(&fix, '}');
    strbuf_addc(out, ' ');
    strbuf_add_pair(out, "fix", strbuf_str(&fix));
    strbuf_done(&fix);
    add_claim(who, out);
}

/* What of the program the rule asks for, and the line that would say it. */
static void add_fix(const struct conn *c, struct strbuf *out)
{
    const struct identity *who = &c->in.who;
    const char *job = policy_rule_jobname(c->rule);
    const char *user = policy_rule_userid(c->rule);
    struct strbuf fix = STRBUF_INIT;

    if (user != NULL && who->userid[0] == '\0') {
        strbuf_addf(&fix, "attlsd.conf, users: { uid = %u; userid = '%s'; }",
                    (unsigned)who->owner.uid, user);
        strbuf_addc(out, ' ');
        strbuf_add_pair(out, "fix", strbuf_str(&fix));
    }
    strbuf_done(&fix);
    if (job != NULL && conn_jobname(c) == NULL)
        add_job(c, job, out);
}

static enum conn_event refuse_unknown(struct conn *c)
{
    const struct identity *who = &c->in.who;
    struct strbuf fix = STRBUF_INIT;

    if (who->owner_error != 0)
        strbuf_addf(&fix, " owner=unknown error=\"%s\"",
                    conn_outbound(c)
                        ? "the program has closed its socket already"
                        : "no program of this host listens there");
    else
        add_fix(c, &fix);
    conn_remark(c, TRACE_ERR, "rule=%s refused=\"it asks for %s%s%s\"%s",
                policy_rule_name(c->rule),
                policy_rule_jobname(c->rule) != NULL ? "Jobname" : "",
                policy_rule_jobname(c->rule) != NULL &&
                        policy_rule_userid(c->rule) != NULL
                    ? " and "
                    : "",
                policy_rule_userid(c->rule) != NULL ? "Userid" : "",
                strbuf_str(&fix));
    strbuf_done(&fix);
    return conn_because(c, CONN_BY_IDENTITY, CONN_EV_REFUSED);
}

static bool real_addresses(struct conn *c)
{
    return (c->in.local.family != AF_UNSPEC ||
            netaddr_of_socket(endpoint_fd(&c->wire), getsockname,
                              &c->in.local)) &&
           (c->in.remote.family != AF_UNSPEC ||
            netaddr_of_socket(endpoint_fd(&c->wire), getpeername,
                              &c->in.remote));
}

static enum conn_event look_up(struct conn *c)
{
    if (!real_addresses(c))
        return conn_because(c, CONN_BY_WIRE_LOST, CONN_EV_REFUSED);
    conn_mark(c, STORY_MAPPED);
    if (!snapshots_ttls(conn_services(c)->snapshots))
        return ttls_off(c);
    switch (search(c)) {
    case POLICY_NO_RULE:
        return no_rule(c);
    case POLICY_MATCHED:
        return matched(c);
    case POLICY_IDENTITY_NEEDED:
        break;
    }
    return refuse_unknown(c);
}

/*
 * Where LOCAL is the program's own it is known before the wire side is
 * connected: a connection that is not to be then never leaves this host.
 */
enum conn_event conn_do_foresee(struct conn *c)
{
    if (c->in.local.family == AF_UNSPEC ||
        !snapshots_ttls(conn_services(c)->snapshots))
        return CONN_EV_ALLOWED;
    if (search(c) != POLICY_IDENTITY_NEEDED)
        return CONN_EV_ALLOWED;
    conn_mark(c, STORY_MAPPED);
    return refuse_unknown(c);
}

enum conn_event conn_do_look_up(struct conn *c)
{
    enum conn_event ev = look_up(c);

    if (ev != CONN_EV_REFUSED)
        intercepted_report(&c->in, 0, &c->in.local);
    return ev;
}
