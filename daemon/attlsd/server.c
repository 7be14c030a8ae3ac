/* Joins log, listeners, workers and signals; see server.h. */

#include "attlsd/server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attlsd/ending.h"
#include "conn/audit.h"
#include "conn/seldom.h"
#include "conn/fair.h"
#include "conn/naming.h"
#include "conn/services.h"
#include "console/console.h"
#include "intercept/origdst.h"
#include "relay/closer.h"
#include "relay/descriptors.h"
#include "relay/wiretrace.h"
#include "site/pagent.h"
#include "site/rulekeeper.h"
#include "site/ruleset.h"
#include "story/story.h"
#include "trace/sink.h"
#include "util/clock.h"
#include "util/fd.h"
#include "worker/listener.h"
#include "worker/worker.h"

struct server {
    struct server_params params;
    struct services services; /* lent to all rooms; each is made here */
    struct config *config;    /* the one of the start: it has the listeners */
    struct listener **listeners;
    size_t listener_count;
    struct marks marks;
    struct workers *workers;
    struct console *console; /* NULL: none */
    unsigned long cut;       /* connections that were reset at the end */
};

/* How long console, helper threads and log may take to end. */
enum { END_MS = 5000 };

enum { EXIT_CUT = 3, EXIT_FORCED = 4 };

/* ---- log ---- */

static int open_sink(const struct config_sink *cfg, struct sink **ret,
                     struct error *err)
{
    switch (cfg->kind) {
    case SINK_FILE:
        return sink_file_open(cfg->path, ret, err);
    case SINK_JSON:
        return sink_json_open(cfg->path, ret, err);
    case SINK_SYSLOG:
        return sink_syslog_open(ret, err);
    case SINK_JOURNAL:
        return sink_journal_open(ret, err);
    default:
        return sink_stderr_open(ret, err);
    }
}

static int add_sink(struct trace *t, const struct config_sink *cfg,
                    struct error *err)
{
    struct sink *sink = NULL;
    int r = open_sink(cfg, &sink, err);

    if (r < 0)
        return r;
    if (cfg->joblog >= 0)
        sink->joblog = cfg->joblog == 1;
    return trace_add_sink(t, sink, err);
}

/* *RET is the caller's to free, also after an error. */
static int open_log(const struct config *cfg, const char *stack,
                    struct trace **ret, struct error *err)
{
    static const struct config_sink standard = {SINK_STDERR, "", -1};
    const struct config_sinks *sinks = &cfg->sinks;
    size_t i;
    int r = trace_new(stack, ret, err);

    if (r == 0 && sinks->count == 0)
        r = add_sink(*ret, &standard, err);
    for (i = 0; r == 0 && i < sinks->count; i++)
        r = add_sink(*ret, &sinks->item[i], err);
    return r;
}

int server_refuse(const struct config *cfg, const struct diags *diags,
                  struct error *err)
{
    const char *stack = cfg->stack[0] != '\0' ? cfg->stack : "TCPIP";
    struct trace *trace = NULL;
    int r = open_log(cfg, stack, &trace, err);

    if (r == 0)
        pagent_not_started(trace, stack, diags);
    trace_free(trace);
    return r;
}

bool server_logs_to_stderr(const struct config *cfg)
{
    const struct config_sinks *sinks = &cfg->sinks;
    size_t i;

    for (i = 0; i < sinks->count; i++)
        if (sinks->item[i].kind == SINK_STDERR)
            return true;
    return sinks->count == 0;
}

/* ---- making ---- */

/* On a host without IPv6 nothing is redirected to that listener. */
static bool is_of_no_use(const struct config_listener *l)
{
    struct netaddr loopback = {.family = AF_INET6};

    loopback.ip[15] = 1;
    return l->mode == MODE_TRANSPARENT && l->listen.family == AF_INET6 &&
           !origdst_is_local(&loopback);
}

/* Whoever asks for the owner of a connection must know the daemon's own
 * sockets. */
static void watch_for_own(struct server *s, const struct listener *l)
{
    const struct config_listener *cfg = listener_config(l);

    if (cfg->mode == MODE_TRANSPARENT)
        own_watch(s->services.own, 0);
    else if (cfg->mode == MODE_FORWARD && cfg->direction == POLICY_OUTBOUND)
        own_watch(s->services.own, listener_address(l).port);
}

static int open_listeners(struct server *s, struct error *err)
{
    const struct config *cfg = s->config;
    size_t i;
    int r;

    s->listeners = calloc(cfg->listeners.count + 1, sizeof(*s->listeners));
    if (s->listeners == NULL)
        return error_nomem(err);
    r = own_new(&s->services.own, err);
    if (r < 0)
        return r;
    for (i = 0; i < cfg->listeners.count; i++) {
        if (is_of_no_use(&cfg->listeners.item[i]))
            continue;
        r = listener_open(&cfg->listeners.item[i], cfg->backlog,
                          &s->listeners[s->listener_count], err);
        if (r < 0)
            return r;
        watch_for_own(s, s->listeners[s->listener_count]);
        s->listener_count++;
    }
    return config_capture(cfg) != NULL ? pairs_new(&s->services.pairs, err) : 0;
}

/* ---- the rules in the kernel ---- */

/* Of a daemon that may set none, or has none, the rules know the account. */
static int take_marks(struct server *s, struct error *err)
{
    const struct config_capture *c = config_capture(s->config);
    struct error why;

    if (c == NULL || c->mark_file[0] == '\0' || !origdst_may_mark())
        return 0;
    if (marks_take(c->mark_file, c->mark_mask, &s->marks, &why) != 0)
        return error_set(err, why.code, "mark_file: %.400s", why.text);
    if (s->marks.uid != geteuid())
        return error_set(err, ERR_UNSAFE,
                         "mark_file: %s belongs to account %lu, and attlsd "
                         "runs as %lu",
                         c->mark_file, (unsigned long)s->marks.uid,
                         (unsigned long)geteuid());
    s->services.marks = &s->marks;
    return 0;
}

static bool keeps_old(const struct server *s)
{
    struct snapshot *snap = snapshots_get(s->services.snapshots);
    struct config_capture c = {.old_connections = OLD_RESET};

    ruleset_capture(s->config, snapshot_config(snap), &c);
    snapshot_unref(snap);
    return c.old_connections == OLD_KEEP;
}

static void tell_loss(void *arg, const struct rule_loss *l)
{
    struct server *s = arg;
    struct strbuf line = STRBUF_INIT;
    bool error = l->slow || l->error != NULL;

    rule_loss_print(l, keeps_old(s), &line);
    trace_remark(s->services.trace, error ? TRACE_ERR : TRACE_WARNING, "%s",
                 strbuf_str(&line));
    if (l->error == NULL)
        workers_add(s->workers, COUNTER_RULES_RESTORED);
    strbuf_done(&line);
}

static int open_keeper(struct server *s, struct error *err)
{
    struct rulekeeper_params params = {.tell = tell_loss, .arg = s};

    return config_capture(s->config) != NULL
               ? rulekeeper_new(&params, &s->services.keeper, err)
               : 0;
}

static int make_rules(const struct server *s, const struct snapshot *snap,
                      const struct config_capture *c, struct strbuf *out,
                      struct error *err)
{
    struct ruleset_options opt = {.capture = c,
                                  .marked = s->services.marks != NULL};
    struct marks marks = s->marks;

    /* that of excluded accounts is needed all the same */
    if (s->services.marks == NULL &&
        marks_make(c->mark_mask, geteuid(), &marks, err) != 0)
        return ERR_SYSTEM;
    nft_add_defines(&marks, out);
    return ruleset_make(snapshot_policy(snap), &opt, out, err);
}

/*
 * The rules in the kernel for the policy of SNAP, if a listener that the
 * daemon started with is transparent. They stay when the daemon ends: what
 * they cover is refused then, and never in clear.
 */
static int install_rules(struct server *s, const struct snapshot *snap,
                         struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    struct config_capture capture;
    int r;

    if (!ruleset_capture(s->config, snapshot_config(snap), &capture))
        return 0;
    if (!capture.install) {
        rulekeeper_rest(s->services.keeper);
        return 0;
    }
    r = make_rules(s, snap, &capture, &text, err);
    if (r == 0)
        r = rulekeeper_install(s->services.keeper, strbuf_str(&text), err);
    if (r == 0 && s->workers != NULL)
        r = rulekeeper_start(s->services.keeper, err);
    if (r == 0)
        trace_remark(s->services.trace, TRACE_NOTICE, "rules=installed");
    strbuf_done(&text);
    return r;
}

/* What must be done before a policy that was read is installed. */
static int prepare(void *arg, const struct snapshot *next, struct error *err)
{
    return install_rules(arg, next, err);
}

static int open_agent(struct server *s, struct error *err)
{
    struct pagent_params params = {
        .file = s->params.file,
        .snapshots = s->services.snapshots,
        .trace = s->services.trace,
        .prepare = prepare,
        .arg = s,
    };
    int r;

    s->services.stories = stories_new();
    s->services.audit = audit_new();
    s->services.clear = seldom_new();
    s->services.fair = fair_new();
    if (s->services.stories == NULL || s->services.audit == NULL ||
        s->services.clear == NULL || s->services.fair == NULL)
        return error_nomem(err);
    r = wiretraces_new(s->services.trace, &s->services.wiretraces, err);
    return r == 0 ? pagent_new(&params, &s->services.pagent, err) : r;
}

/* Without a console the daemon serves all the same, and says so. */
static void open_console(struct server *s)
{
    struct error err;

    if (s->config->control[0] == '\0' ||
        console_open(s->config->control, &s->console, &err) == 0)
        return;
    trace_remark(s->services.trace, TRACE_WARNING,
                 "console=none error=\"%s\" note=\"attlsctl can't reach "
                 "this daemon\"",
                 err.text);
}

int server_new(const struct server_params *params, struct server **ret,
               struct error *err)
{
    struct server *s = calloc(1, sizeof(*s));
    int r;

    if (s == NULL) {
        snapshot_unref(params->first);
        return error_nomem(err);
    }
    s->params = *params;
    s->services.now = clock_coarse_ms;
    s->config = config_ref(snapshot_config(params->first));
    s->services.config = s->config;
    r = snapshots_new(params->first, &s->services.snapshots);
    if (r < 0) {
        snapshot_unref(params->first);
        error_nomem(err);
    }
    if (r == 0)
        r = open_log(s->config, snapshot_stack(params->first),
                     &s->services.trace, err);
    if (r == 0)
        r = open_listeners(s, err);
    if (r == 0)
        r = take_marks(s, err);
    if (r == 0)
        r = open_keeper(s, err);
    if (r == 0)
        r = open_agent(s, err);
    if (r < 0) {
        server_free(s);
        return r;
    }
    open_console(s);
    *ret = s;
    return 0;
}

void server_free(struct server *s)
{
    size_t i;

    if (s == NULL)
        return;
    pagent_stop(s->services.pagent);
    if (s->services.snapshots != NULL)
        snapshots_stop(s->services.snapshots);
    console_close(s->console);
    rulekeeper_free(s->services.keeper); /* it counts with the workers */
    naming_stop(s->services.naming);     /* it wakes workers */
    workers_stop(s->workers, 0);
    if (!pagent_free(s->services.pagent)) {
        trace_stop(
            s->services
                .trace); /* it uses all that there is, and the end is near */
        return;
    }
    stories_free(s->services.stories);
    audit_free(s->services.audit);
    seldom_free(s->services.clear);
    fair_free(s->services.fair);
    wiretraces_free(s->services.wiretraces);
    for (i = 0; i < s->listener_count; i++)
        listener_close(s->listeners[i]);
    free(s->listeners);
    naming_free(s->services.naming);
    pairs_free(s->services.pairs);
    own_free(s->services.own);
    snapshots_free(s->services.snapshots);
    config_unref(s->config);
    trace_free(s->services.trace);
    closer_finish();
    free(s);
}

/* ---- leaving the terminal ---- */

static void release_terminal(bool keep_stderr)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (fd < 0)
        return;
    dup2(fd, STDIN_FILENO);
    dup2(fd, STDOUT_FILENO);
    if (!keep_stderr)
        dup2(fd, STDERR_FILENO);
    fd_close(&fd);
}

/* The parent waits until the daemon serves or has failed. */
static int wait_for_child(int fd)
{
    char status = 1;
    ssize_t n;

    do
        n = read(fd, &status, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 ? status : 1;
}

/*
 * *RET_READY: where the child reports; -1 in the foreground. Returns -1 in
 * the process that goes on, else an exit status. The parent ends here: the
 * socket files and the queued log that it would clear away are the child's.
 */
static int leave_terminal(struct server *s, int *ret_ready)
{
    int pipes[2];
    pid_t pid;

    *ret_ready = -1;
    if (s->params.foreground)
        return -1;
    if (pipe2(pipes, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
        fprintf(stderr, "attlsd: can't leave the terminal: %s\n",
                strerror(errno));
        return 1;
    }
    if (pid > 0) {
        fd_close(&pipes[1]);
        _exit(wait_for_child(pipes[0]));
    }
    fd_close(&pipes[0]);
    *ret_ready = pipes[1];
    /* no chdir: paths in the configuration may be relative */
    if (setsid() < 0)
        return 1;
    return -1;
}

static void report(struct server *s, int *fd, char status)
{
    if (*fd < 0)
        return;
    if (status == 0)
        release_terminal(server_logs_to_stderr(s->config));
    /* without a reader nobody wants to know */
    while (write(*fd, &status, 1) < 0 && errno == EINTR)
        ;
    fd_close(fd);
}

/* ---- serving ---- */

/* Arms the timer for the next look at the policy's files, as the policy that is
 * in force by then says. */
static void look_when_due(struct server *s, time_t *last)
{
    unsigned long interval = pagent_interval(s->services.pagent);
    time_t now = clock_s();

    if (interval == 0 || now - *last < (time_t)interval)
        return;
    *last = now;
    pagent_look(s->services.pagent);
}

/* Serves until a signal comes that ends the daemon, and returns that signal.
 * Nothing here waits for anything else. */
static int serve(struct server *s, const sigset_t *signals)
{
    static const struct timespec second = {1, 0};
    time_t last = clock_s();
    int sig;

    for (;;) {
        sig = sigtimedwait(signals, NULL, &second);
        look_when_due(s, &last);
        if (sig < 0)
            continue;
        if (sig != SIGHUP)
            return sig;
        trace_reopen(s->services.trace);
        pagent_reload(s->services.pagent, PAGENT_REFRESH, false, NULL, NULL);
    }
}

static int start_console(struct server *s, struct error *err)
{
    s->services.started = time(NULL);
    return s->console != NULL
               ? console_serve(s->console, &s->services, s->workers, err)
               : 0;
}

static int start(struct server *s, struct error *err)
{
    struct workers_params wp = {
        .count = (unsigned)s->config->workers,
        .listeners = s->listeners,
        .listener_count = s->listener_count,
    };
    int r = trace_start(s->services.trace, err);

    if (r == 0)
        r = install_rules(s, s->params.first, err);
    if (r == 0)
        r = naming_new(&s->services.naming, err);
    if (r == 0)
        r = workers_start(&s->services, &wp, &s->workers, err);
    if (r == 0 && s->services.keeper != NULL &&
        rulekeeper_keeps(s->services.keeper))
        r = rulekeeper_start(s->services.keeper, err);
    if (r == 0)
        r = pagent_start(s->services.pagent, err);
    return r == 0 ? start_console(s, err) : r;
}

/* Limits that the system keeps before the configuration's do. */
static void remark_descriptors(struct server *s)
{
    unsigned long room = descriptors_connections();

    if (s->config->max_connections > room)
        trace_remark(s->services.trace, TRACE_NOTICE,
                     "max_connections=%lu descriptors=%lu note=\"there are "
                     "descriptors for fewer connections: raise the "
                     "limit of open files (LimitNOFILE, ulimit -Hn)\"",
                     s->config->max_connections, room);
}

static void remark_start(struct server *s)
{
    char text[NETADDR_TEXT];
    size_t i;

    remark_descriptors(s);
    for (i = 0; i < s->listener_count; i++) {
        struct netaddr a = listener_address(s->listeners[i]);
        const struct config_listener *l = listener_config(s->listeners[i]);

        if (l->mode == MODE_RUN)
            trace_remark(s->services.trace, TRACE_NOTICE, "listen=%s run",
                         l->socket);
        else if (l->mode == MODE_TRANSPARENT)
            trace_remark(s->services.trace, TRACE_NOTICE,
                         "listen=%s direction=%s transparent",
                         netaddr_format(&a, text),
                         policy_direction_name(l->direction));
        else
            trace_remark(
                s->services.trace, TRACE_NOTICE,
                "listen=%s direction=%s target=%s jobname=%s userid=%s",
                netaddr_format(&a, text), policy_direction_name(l->direction),
                l->target.text, l->jobname, l->userid);
    }
}

/* Milliseconds; stop_limit, as the configuration says now. */
static unsigned long stop_limit(const struct server *s)
{
    struct snapshot *now = snapshots_get(s->services.snapshots);
    unsigned long seconds = snapshot_config(now)->stop_limit;

    snapshot_unref(now);
    return seconds * 1000;
}

/* ---- the end ---- */

/* On a thread of its own: any of it may hang. */
static void end_work(void *arg)
{
    struct server *s = arg;

    pagent_stop(
        s->services.pagent); /* it answers those who wait at the console */
    snapshots_stop(
        s->services.snapshots); /* it wakes workers, and a refresh waits */
    console_close(s->console);
    s->console = NULL;
    rulekeeper_free(s->services.keeper); /* it counts with the workers */
    s->services.keeper = NULL;
    naming_stop(s->services.naming); /* it wakes workers */
    s->cut = workers_stop(s->workers, stop_limit(s));
    s->workers = NULL;
}

static void end_hurry(void *arg)
{
    struct server *s = arg;

    trace_remark(s->services.trace, TRACE_WARNING,
                 "stop=\"asked again\" note=\"connections are reset now\"");
    workers_hurry(s->workers);
}

/* What hangs is left to the kernel, which closes all that the process has. */
static void end_by_force(struct server *s)
{
    trace_remark(s->services.trace, TRACE_ERR,
                 "stop=forced error=\"not all of the daemon's threads have "
                 "ended\"");
    trace_stop(s->services.trace);
    _exit(EXIT_FORCED);
}

/* What z/OS keeps in the stack ends here with the daemon, whatever PURGE or
 * NOPURGE says. */
static void remark_stop(struct server *s, int sig)
{
    trace_remark(s->services.trace, TRACE_NOTICE,
                 "stop=\"%s\" note=\"no TLS without attlsd: listeners refuse, "
                 "and what the rules in the kernel or attls-run cover is "
                 "refused, until it is started again\"",
                 strsignal(sig));
}

static int end(struct server *s, const sigset_t *signals)
{
    struct ending e = {end_work, end_hurry, s, stop_limit(s) + END_MS};

    if (!ending_wait(&e, signals))
        end_by_force(s);
    if (s->cut != 0)
        trace_remark(s->services.trace, TRACE_WARNING,
                     "stop=cut connections=%lu", s->cut);
    pagent_ended(s->services.pagent);
    return s->cut != 0 ? EXIT_CUT : 0;
}

int server_run(struct server *s)
{
    struct error err;
    sigset_t signals;
    int ready, status = leave_terminal(s, &ready);

    if (status >= 0)
        return status;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (start(s, &err) < 0) {
        fprintf(stderr, "attlsd: %s\n", err.text);
        report(s, &ready, 1);
        return 1;
    }
    pagent_started(s->services.pagent);
    remark_start(s);
    report(s, &ready, 0);
    remark_stop(s, serve(s, &signals));
    return end(s, &signals);
}
