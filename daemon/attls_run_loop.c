/* The supervisor: waits for the kernel, the daemon and signals; see
 * attls_run.h. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attls_run_private.h"
#include "util/fd.h"

enum { ASK_MS = 10 * 1000, FIXED = 3, ACCEPTS_MAX = 1024 };

/* ---- the kernel ---- */

static void respond(const struct run *r, const struct seccomp_notif_resp *resp)
{
    /* a thread that was interrupted is not there any more */
    while (ioctl(r->notify, SECCOMP_IOCTL_NOTIF_SEND, resp) < 0 &&
           errno == EINTR)
        ;
}

void run_answer(struct run *r, const struct seccomp_notif *call, int error,
                int64_t value)
{
    struct seccomp_notif_resp resp = {
        .id = call->id, .error = -error, .val = value};

    respond(r, &resp);
}

void run_continue(struct run *r, const struct seccomp_notif *call)
{
    struct seccomp_notif_resp resp = {
        .id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

    respond(r, &resp);
}

bool run_is_valid(const struct run *r, const struct seccomp_notif *call)
{
    return ioctl(r->notify, SECCOMP_IOCTL_NOTIF_ID_VALID, &call->id) == 0;
}

static void take_call(struct run *r)
{
    struct seccomp_notif call = {0};

    if (ioctl(r->notify, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
        run_handle(r, &call);
}

/* ---- the daemon ---- */

static void daemon_gone(struct run *r, const char *why)
{
    struct waiting *w;

    fprintf(stderr,
            "attls-run: %s; what the policy may cover is refused from now "
            "on\n",
            why);
    fd_close(&r->daemon);
    while ((w = TAILQ_FIRST(&r->connects)) != NULL) {
        run_answer(r, &w->call, ECONNREFUSED, 0);
        run_forget(&r->connects, w);
    }
}

uint32_t run_tell(struct run *r, enum runmsg_verb verb, const struct netaddr *a,
                  const int *sockets, size_t count)
{
    struct runmsg m = {.verb = verb, .address = *a};
    struct error err;

    if (r->daemon < 0)
        return 0;
    if (++r->next_id == 0)
        r->next_id = 1;
    m.id = r->next_id;
    snprintf(m.jobname, sizeof(m.jobname), "%s", r->jobname);
    if (runmsg_send(r->daemon, &m, sockets, count, &err) == 0)
        return m.id;
    daemon_gone(r, err.text);
    return 0;
}

/* One message; true: it is RET. */
static bool hear(struct run *r, struct runmsg *ret)
{
    int sockets[RUNMSG_SOCKETS], i;
    struct error err;

    if (runmsg_receive(r->daemon, ret, sockets, &err) < 0) {
        daemon_gone(r, err.text);
        return false;
    }
    for (i = 0; i < RUNMSG_SOCKETS; i++)
        fd_close(&sockets[i]);
    return true;
}

void run_hear(struct run *r)
{
    struct runmsg m;

    if (hear(r, &m))
        run_connected(r, &m);
}

int run_ask(struct run *r, enum runmsg_verb verb, const struct netaddr *a)
{
    uint32_t id = run_tell(r, verb, a, NULL, 0);
    struct runmsg m;

    while (r->daemon >= 0) {
        struct pollfd p = {r->daemon, POLLIN, 0};

        if (poll(&p, 1, ASK_MS) == 0)
            daemon_gone(r, "the daemon does not answer");
        else if (hear(r, &m)) {
            if (m.id == id)
                return m.error;
            run_connected(r, &m);
        }
    }
    return ECONNREFUSED;
}

/* ---- signals ---- */

struct child {
    pid_t pid;
    bool ended;
    int status;
};

static int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void take_signal(int fd, struct child *c)
{
    struct signalfd_siginfo info;
    int status;

    if (read(fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo != SIGCHLD) {
        /* from the terminal the program has it already */
        if (info.ssi_code != SI_KERNEL && !c->ended)
            kill(c->pid, (int)info.ssi_signo);
        return;
    }
    if (!c->ended && waitpid(c->pid, &status, WNOHANG) == c->pid) {
        c->ended = true;
        c->status = exit_status(status);
    }
}

static int open_signals(void)
{
    static const int signals[] = {SIGCHLD, SIGTERM, SIGINT,
                                  SIGHUP,  SIGQUIT, SIGUSR1};
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* ---- the loop ---- */

static void try_accepts(struct run *r)
{
    struct waiting *w, *next;

    for (w = TAILQ_FIRST(&r->accepts); w != NULL; w = next) {
        next = TAILQ_NEXT(w, link);
        if (run_try_accept(r, w))
            run_forget(&r->accepts, w);
    }
}

static nfds_t fill(const struct run *r, int signals,
                   struct pollfd p[FIXED + ACCEPTS_MAX])
{
    const struct waiting *w;
    nfds_t n = FIXED;

    p[0] = (struct pollfd){r->notify, POLLIN, 0};
    p[1] = (struct pollfd){r->daemon, POLLIN, 0};
    p[2] = (struct pollfd){signals, POLLIN, 0};
    TAILQ_FOREACH (w, &r->accepts, link)
        if (n < FIXED + ACCEPTS_MAX)
            p[n++] = (struct pollfd){w->fd, POLLIN, 0};
    return n;
}

/* POLLHUP of the notification descriptor: nobody is under the filter. */
static void serve(struct run *r, int signals, struct child *c)
{
    static struct pollfd p[FIXED + ACCEPTS_MAX];
    nfds_t i, n;

    for (;;) {
        n = fill(r, signals, p);
        if (poll(p, n, -1) < 0)
            continue;
        if (p[2].revents != 0)
            take_signal(signals, c);
        if (p[1].revents != 0 && r->daemon >= 0)
            run_hear(r);
        if (p[0].revents & POLLIN)
            take_call(r);
        else if (p[0].revents & (POLLHUP | POLLERR))
            return;
        for (i = FIXED; i < n; i++)
            if (p[i].revents != 0)
                break;
        if (i < n)
            try_accepts(r);
    }
}

static void clean_up(struct run *r)
{
    struct waiting *w;
    struct told *t;

    while ((w = TAILQ_FIRST(&r->connects)) != NULL)
        run_forget(&r->connects, w);
    while ((w = TAILQ_FIRST(&r->accepts)) != NULL)
        run_forget(&r->accepts, w);
    while ((t = TAILQ_FIRST(&r->told)) != NULL)
        run_drop_told(r, t);
    fd_close(&r->door[0]);
    fd_close(&r->door[1]);
    fd_close(&r->daemon);
    fd_close(&r->notify);
}

int run_supervise(pid_t pid, int notify, int daemon, const char *jobname)
{
    static struct run r; /* its tables are large, and empty when zero */
    struct child c = {.pid = pid};
    int signals = open_signals(), status;
    struct error err;

    r.notify = notify;
    r.daemon = daemon;
    r.jobname = jobname;
    r.door[0] = r.door[1] = -1;
    TAILQ_INIT(&r.told);
    TAILQ_INIT(&r.connects);
    TAILQ_INIT(&r.accepts);
    signal(SIGPIPE, SIG_IGN);
    if (run_open_doors(&r, &err) < 0) {
        fprintf(stderr, "attls-run: %s\n", err.text);
        kill(pid, SIGKILL);
    }
    serve(&r, signals, &c);
    if (!c.ended && waitpid(pid, &status, 0) == pid)
        c.status = exit_status(status);
    clean_up(&r);
    fd_close(&signals);
    return c.status;
}
