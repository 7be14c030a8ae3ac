/* Reloading, with its messages; what is logged of a policy is in
 * pagent_log.c. */

#include "daemon/pagent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/pagent_private.h"

int pagent_new(const struct pagent_params *params, struct pagent **ret,
               struct error *err)
{
    struct pagent *p = calloc(1, sizeof(*p));
    struct snapshot *first;

    if (p == NULL)
        return error_nomem(err);
    p->params = *params;
    pthread_mutex_init(&p->lock, NULL);
    first = snapshots_get(params->snapshots);
    p->coded_level = policy_agent(snapshot_policy(first)).log_level;
    p->level = p->coded_level;
    pagent_note_files(p, first);
    snapshot_unref(first);
    snapshots_watch(params->snapshots, pagent_trouble, p);
    *ret = p;
    return 0;
}

void pagent_free(struct pagent *p)
{
    if (p == NULL)
        return;
    free(p->files);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* ---- the files ---- */

static struct file_mark mark_of(const char *path)
{
    struct file_mark m = {0};
    struct stat st;

    if (stat(path, &st) != 0)
        return m;
    m.device = st.st_dev;
    m.inode = st.st_ino;
    m.size = st.st_size;
    m.changed = st.st_mtim;
    return m;
}

static bool same_mark(const struct file_mark *a, const struct file_mark *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Without memory nothing is watched: the operator still can reload. */
void pagent_note_files(struct pagent *p, const struct snapshot *s)
{
    const struct policy *policy = snapshot_policy(s);
    size_t i, n = policy_file_count(policy);

    free(p->files);
    p->files = calloc(n + 1, sizeof(*p->files));
    p->file_count = p->files != NULL ? n : 0;
    for (i = 0; i < p->file_count; i++)
        p->files[i] = mark_of(policy_file_get(policy, i));
}

static bool files_changed(const struct pagent *p, const struct snapshot *s)
{
    const struct policy *policy = snapshot_policy(s);
    struct file_mark now;
    size_t i;

    for (i = 0; i < p->file_count; i++) {
        now = mark_of(policy_file_get(policy, i));
        if (!same_mark(&now, &p->files[i]))
            return true;
    }
    return false;
}

/* ---- messages ---- */

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
static void say_installed(struct pagent *p, struct snapshot *s,
                          enum pagent_how how, struct strbuf *console)
{
    static const char function[] = "pinit_main_config_file";
    const char *image = snapshot_stack(s);

    if (!snapshots_ttls(p->params.snapshots))
        pagent_say(p, console, function, OPERATOR_NOT_ENABLED, image, "TTLS");
    if (how == PAGENT_REFRESH)
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

    pthread_mutex_lock(&p->lock);
    pagent_say(p, NULL, "main", OPERATOR_STARTING, NULL, NULL);
    pagent_log_start(p, s);
    pagent_say(p, NULL, "main", OPERATOR_INITIALIZED, NULL, NULL);
    pagent_log_policy(p, s);
    say_installed(p, s, PAGENT_REFRESH, NULL);
    if (snapshots_ttls(p->params.snapshots))
        pagent_say(p, NULL, "main", OPERATOR_AVAILABLE, snapshot_stack(s),
                   NULL);
    pthread_mutex_unlock(&p->lock);
    snapshot_unref(s);
}

void pagent_ended(struct pagent *p)
{
    pagent_say(p, NULL, "main", OPERATOR_SHUTDOWN, NULL, NULL);
}

/* ---- findings ---- */

static const char fn_read[] = "profile_read_ttls";

static void say_findings(struct trace *t, unsigned levels,
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
        agent_log(t, levels, error ? AGENT_OBJERR : AGENT_WARNING, fn_read,
                  "%s", strbuf_str(&text));
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
    say_findings(t, AGENT_ALL, diags, NULL);
    if (!main_is_unreadable(diags))
        say(t, NULL, fn_read, OPERATOR_ERRORS, image, "TTLS");
    say(t, NULL, "main", OPERATOR_EXITING, NULL, NULL);
}

/* ---- reloading ---- */

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

static void install(struct pagent *p, struct snapshot *next,
                    enum pagent_how how, struct strbuf *console)
{
    struct policy_agent agent = policy_agent(snapshot_policy(next));
    struct snapshot_change c;

    if (agent.log_level != p->coded_level)
        p->level = p->coded_level = agent.log_level;
    pagent_log_policy(p, next);
    snapshots_swap(p->params.snapshots, next);
    say_installed(p, next, how, console);
    c = snapshot_change(next);
    trace_remark(p->params.trace, TRACE_NOTICE,
                 "reload=done rules=%zu groups_kept=%u groups_new=%u "
                 "environments_kept=%u environments_stale=%u",
                 policy_rule_count(snapshot_policy(next)), c.groups_kept,
                 c.groups_new, c.environments_kept, c.environments_stale);
    snapshot_tell_rings(next, say_ring, p);
}

static int load(struct pagent *p, struct diags *diags, struct snapshot **ret)
{
    struct config *config = NULL;
    struct error err;
    int r = config_load(p->params.file, diags, &config);

    if (r == 0)
        r = snapshot_load(config, diags, ret);
    config_unref(config);
    if (r == 0 && p->params.prepare(p->params.arg, *ret, &err) < 0) {
        diag_add(diags, DIAG_ERROR, "not-installed", NULL, "%s", err.text);
        snapshot_unref(*ret);
        r = ERR_SYNTAX;
    }
    return r;
}

static void keep_running(struct pagent *p, struct strbuf *console)
{
    struct snapshot *s = snapshots_get(p->params.snapshots);

    pagent_say(p, console, fn_read, OPERATOR_ERRORS, snapshot_stack(s), "TTLS");
    pagent_note_files(p, s);
    snapshot_unref(s);
    trace_remark(p->params.trace, TRACE_ERR,
                 "reload=failed note=\"configuration and policy stay as they "
                 "were\"");
    if (console != NULL)
        strbuf_adds(console, "The policy that was installed before stays.\n");
}

int pagent_reload(struct pagent *p, enum pagent_how how, struct strbuf *console)
{
    struct diags *diags = diags_new();
    struct snapshot *next = NULL;
    int r = ERR_NOMEM;

    pthread_mutex_lock(&p->lock);
    if (diags != NULL) {
        r = load(p, diags, &next);
        say_findings(p->params.trace, p->level, diags, console);
    }
    if (r == 0) {
        r = (int)pagent_open_changed(p, next, console);
        /* a swap may free it at any time after that */
        snapshot_ref(next);
        install(p, next, how, console);
        pagent_note_files(p, next);
        snapshot_unref(next);
    } else {
        keep_running(p, console);
    }
    pthread_mutex_unlock(&p->lock);
    diags_free(diags);
    return r;
}

void pagent_look(struct pagent *p)
{
    struct snapshot *s = snapshots_get(p->params.snapshots);
    bool changed;

    pthread_mutex_lock(&p->lock);
    changed = files_changed(p, s);
    pthread_mutex_unlock(&p->lock);
    snapshot_unref(s);
    if (changed)
        pagent_reload(p, PAGENT_UPDATE, NULL);
}

unsigned long pagent_interval(struct pagent *p)
{
    struct snapshot *s = snapshots_get(p->params.snapshots);
    unsigned long seconds = policy_agent(snapshot_policy(s)).refresh;

    snapshot_unref(s);
    return seconds;
}

unsigned pagent_log_level(struct pagent *p)
{
    unsigned level;

    pthread_mutex_lock(&p->lock);
    level = p->level;
    pthread_mutex_unlock(&p->lock);
    return level;
}

void pagent_set_log_level(struct pagent *p, unsigned level)
{
    pthread_mutex_lock(&p->lock);
    p->level = level;
    pthread_mutex_unlock(&p->lock);
}
