/*
 * A reload, step by step on the agent's thread: read, look whether it may be
 * installed, open environments, prepare, install. Whatever step says no, what
 * runs stays.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "site/pagent_private.h"
#include "util/count.h"

/* ---- the last steps ---- */

/* What can't be opened is installed all the same: what is used then,
 * pagent_env.c says. */
static bool refresh_open(struct refresh *r)
{
    r->unopened = pagent_open_changed(r->p, r->next, &r->text);
    if (r->unopened != 0)
        r->status = 1;
    return true;
}

/* Kernel rules are there before the policy is. */
static bool refresh_prepare(struct refresh *r)
{
    const struct pagent_params *params = &r->p->params;
    struct error err;

    if (params->prepare(params->arg, r->next, &err) == 0)
        return true;
    strbuf_adds(&r->reason, err.text);
    return false;
}

/* As on z/OS a refresh alone does not read a ring again. */
static void say_ring(void *arg, const char *action, uint32_t envid,
                     const struct environment *env)
{
    struct pagent *p = arg;
    struct strbuf ring = STRBUF_INIT;
    const char *name = environment_ring(env);

    strbuf_add_pair(&ring, "ring", name);
    trace_remark(p->params.trace, TRACE_WARNING,
                 "%s environment=%s envid=%08X note=\"the stored ring "
                 "is newer than the one in use; raise EnvironmentUserInstance "
                 "in TTLSEnvironmentAction %s and refresh to use it\"",
                 strbuf_str(&ring), action, (unsigned)envid, action);
    strbuf_done(&ring);
}

static void remark_done(struct refresh *r)
{
    const struct policy *policy = snapshot_policy(r->next);
    struct snapshot_change c = snapshot_change(r->next);
    struct strbuf more = STRBUF_INIT;

    if (policy_kept_count(policy) != 0)
        strbuf_addf(&more, " kept=%zu", policy_kept_count(policy));
    if (r->reason.len != 0) {
        strbuf_addc(&more, ' ');
        strbuf_add_pair(&more, "guard", strbuf_str(&r->reason));
    }
    trace_remark(r->p->params.trace,
                 r->reason.len != 0 ? TRACE_ERR : TRACE_NOTICE,
                 "reload=done rules=%zu groups_kept=%u groups_new=%u "
                 "environments_kept=%u environments_stale=%u%s",
                 policy_rule_count(policy), c.groups_kept, c.groups_new,
                 c.environments_kept, c.environments_stale, strbuf_str(&more));
    strbuf_done(&more);
}

static bool refresh_install(struct refresh *r)
{
    struct policy_agent agent = policy_agent(snapshot_policy(r->next));
    struct pagent *p = r->p;

    if (agent.log_level != p->coded_level)
        p->level = p->coded_level = agent.log_level;
    pagent_log_policy(p, r->next);
    snapshots_swap(p->params.snapshots, snapshot_ref(r->next));
    pagent_say_installed(p, r->next, r->order->how, &r->text);
    remark_done(r);
    snapshot_tell_rings(r->next, say_ring, p);
    return true;
}

/* ---- all steps ---- */

/* False: no, and R's text or reason says why. */
typedef bool (*refresh_step_fn)(struct refresh *r);
static const refresh_step_fn steps[] = {
    refresh_load, refresh_guard, refresh_open, refresh_prepare, refresh_install,
};

static void keep_running(struct refresh *r)
{
    struct pagent *p = r->p;
    struct strbuf why = STRBUF_INIT;

    pagent_say(p, &r->text, pagent_fn_read, OPERATOR_ERRORS,
               snapshot_stack(r->running), "TTLS");
    if (r->reason.len != 0) {
        strbuf_add_pair(&why, "error", strbuf_str(&r->reason));
        strbuf_addc(&why, ' ');
        strbuf_addf(&r->text, "%s\n", strbuf_str(&r->reason));
    }
    trace_remark(p->params.trace, TRACE_ERR,
                 "reload=failed %snote=\"configuration and policy stay as they "
                 "were\"",
                 strbuf_str(&why));
    strbuf_adds(&r->text, "The policy that was installed before stays.\n");
    strbuf_done(&why);
}

/* One that failed without a word of its own: the first error. */
static void first_error(const struct diags *diags, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < diags_count(diags); i++) {
        const struct diag *d = diags_get(diags, i);

        if (d->level != DIAG_ERROR)
            continue;
        diag_format(d, out);
        while (out->len != 0 && out->data[out->len - 1] == '\n')
            out->data[--out->len] = '\0';
        return;
    }
}

static void note_outcome(struct refresh *r)
{
    struct pagent_outcome *last = &r->p->last;

    if (r->status == 2 && r->reason.len == 0 && r->diags != NULL)
        first_error(r->diags, &r->reason);
    if (r->status == 1 && r->reason.len == 0)
        strbuf_addf(&r->reason, "%s can't be opened",
                    count_of(r->unopened, "changed environment").text);
    pthread_mutex_lock(&r->p->lock);
    last->when = time(NULL);
    last->status = r->status;
    snprintf(last->text, sizeof(last->text), "%s", strbuf_str(&r->reason));
    pthread_mutex_unlock(&r->p->lock);
}

static void tell(struct refresh *r, struct order *o)
{
    pthread_mutex_lock(&r->p->lock);
    if (o->done != NULL)
        o->done(o->arg, r->status, &r->text);
    o->done = NULL;
    pthread_mutex_unlock(&r->p->lock);
}

/* Somebody who writes a file will have written it when it is looked at next. */
static void keep_marks(struct refresh *r)
{
    if (r->marks.list == NULL || r->changing[0] != '\0') {
        free(r->marks.list);
        return;
    }
    free(r->p->marks.list);
    r->p->marks = r->marks;
}

static void take_steps(struct refresh *r)
{
    size_t i = 0, n = sizeof(steps) / sizeof(steps[0]);

    while (i < n && steps[i](r))
        i++;
    if (i == n || r->unchanged)
        return;
    r->status = 2;
    keep_running(r);
}

/* S PAGENT: the messages before the policy is read. */
static void say_start(struct refresh *r)
{
    pagent_say(r->p, &r->text, "main", OPERATOR_STARTING, NULL, NULL);
    pagent_log_start(r->p, r->running);
    pagent_say(r->p, &r->text, "main", OPERATOR_INITIALIZED, NULL, NULL);
}

static void read_anew(struct refresh *r)
{
    if (r->diags == NULL)
        r->status = 2;
    else
        take_steps(r);
    if (!r->unchanged)
        note_outcome(r);
}

void refresh_run(struct pagent *p, struct order *o)
{
    struct refresh r = {.p = p, .order = o, .diags = diags_new()};

    r.running = snapshots_get(p->params.snapshots);
    if (o->how == PAGENT_START) {
        pagent_set_active(p, true);
        say_start(&r);
    }
    if (pagent_is_active(p)) {
        read_anew(&r);
    } else {
        pagent_say_inactive(p, o, &r.text);
        r.status = 2;
    }
    tell(&r, o);
    keep_marks(&r);
    snapshot_unref(r.next);
    snapshot_unref(r.running);
    diags_free(r.diags);
    strbuf_done(&r.text);
    strbuf_done(&r.reason);
}
