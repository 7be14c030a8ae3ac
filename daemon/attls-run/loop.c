/* The supervisor: waits for the kernel, the daemon and signals; see
 * run.h. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

enum { FIXED = 3 };

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

/* The program, its orphans (we are their parent now, see run_program()), and
 * a daemon of our own. */
static void reap(struct run *r, struct child *c)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == c->pid && !c->ended) {
            c->ended = true;
            c->status = exit_status(status);
        } else if (pid == r->own->pid) {
            r->own->pid = 0;
            fprintf(stderr,
                    "attls-run: the daemon of this command has ended, "
                    "with status %d\n",
                    exit_status(status));
        }
    }
}

static void take_signal(struct run *r, int fd, struct child *c)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof(info)) != sizeof(info))
        return;
    if (info.ssi_signo == SIGCHLD)
        reap(r, c);
    else if (info.ssi_code != SI_KERNEL && !c->ended)
        /* from the terminal the program has it already */
        kill(c->pid, (int)info.ssi_signo);
}

static int open_signals(struct error *err)
{
    static const int signals[] = {SIGCHLD, SIGTERM, SIGINT,
                                  SIGHUP,  SIGQUIT, SIGUSR1};
    sigset_t set;
    size_t i;
    int fd;

    sigemptyset(&set);
    for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        sigaddset(&set, signals[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    fd = signalfd(-1, &set, SFD_CLOEXEC);
    return fd >= 0 ? fd : error_errno(err, "signalfd");
}

/* ---- the loop ---- */

static void take_call(struct run *r)
{
    struct seccomp_notif call = {0};

    if (ioctl(r->notify, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0)
        run_handle(r, &call);
}

struct polled {
    struct pollfd *p;
    size_t room;
};

static size_t waiting(const struct run *r)
{
    const struct waiting *w;
    size_t n = 0;

    TAILQ_FOREACH (w, &r->accepts, link)
        n++;
    return n;
}

/* Without memory those that came last wait until others have gone. */
static nfds_t fill(const struct run *r, int signals, struct polled *all)
{
    const struct waiting *w;
    size_t want = FIXED + waiting(r);
    struct pollfd *more;
    nfds_t n = FIXED;

    more = want > all->room ? realloc(all->p, 2 * want * sizeof(*more)) : NULL;
    if (more != NULL)
        *all = (struct polled){more, 2 * want};
    all->p[0] = (struct pollfd){r->notify, POLLIN, 0};
    all->p[1] = (struct pollfd){r->daemon, POLLIN, 0};
    all->p[2] = (struct pollfd){signals, POLLIN, 0};
    TAILQ_FOREACH (w, &r->accepts, link)
        if (n < all->room)
            all->p[n++] = (struct pollfd){w->fd, POLLIN, 0};
    return n;
}

static bool somebody_came(const struct polled *all, nfds_t n)
{
    nfds_t i;

    for (i = FIXED; i < n; i++)
        if (all->p[i].revents != 0)
            return true;
    return false;
}

/* POLLHUP of the notification descriptor: nobody is under the filter. */
static void serve(struct run *r, int signals, struct child *c,
                  struct polled *all)
{
    const struct pollfd *p;
    bool came;
    nfds_t n;

    for (;;) {
        n = fill(r, signals, all);
        p = all->p;
        if (poll(all->p, n, run_answer_due(r)) < 0)
            continue;
        came = somebody_came(all, n);
        if (p[2].revents != 0)
            take_signal(r, signals, c);
        if (p[1].revents != 0 && r->daemon >= 0)
            run_hear(r);
        if (p[0].revents & POLLIN)
            take_call(r);
        else if (p[0].revents & (POLLHUP | POLLERR))
            return;
        if (came)
            run_try_accepts(r);
    }
}

/* ---- begin and end ---- */

static void forget_all(struct waiting_list *list)
{
    struct waiting *w;

    while ((w = TAILQ_FIRST(list)) != NULL)
        run_forget(list, w);
}

static void clean_up(struct run *r)
{
    struct told *t;

    forget_all(&r->connects);
    forget_all(&r->accepts);
    forget_all(&r->handing);
    forget_all(&r->late);
    while ((t = TAILQ_FIRST(&r->told)) != NULL)
        run_drop_told(r, t);
    table_done(&r->told_cookie);
    table_done(&r->told_id);
    fd_close(&r->reserve[0]);
    fd_close(&r->reserve[1]);
    fd_close(&r->door[0]);
    fd_close(&r->door[1]);
    fd_close(&r->daemon);
    fd_close(&r->notify);
}

/* A descriptor is needed for each call that waits; the program's own limit
 * stays. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void init(struct run *r, const struct run_setting *setting,
                 struct run_daemon *own, int notify, int daemon)
{
    r->setting = setting;
    r->own = own;
    r->notify = notify;
    r->daemon = daemon;
    r->door[0] = r->door[1] = r->reserve[0] = r->reserve[1] = -1;
    TAILQ_INIT(&r->told);
    TAILQ_INIT(&r->connects);
    TAILQ_INIT(&r->accepts);
    TAILQ_INIT(&r->handing);
    TAILQ_INIT(&r->late);
}

static int open_all(struct run *r, int *ret_signals, struct polled *all,
                    struct error *err)
{
    raise_limit();
    *ret_signals = open_signals(err);
    if (*ret_signals < 0)
        return *ret_signals;
    all->p = calloc(FIXED, sizeof(*all->p));
    if (all->p == NULL)
        return error_nomem(err);
    all->room = FIXED;
    return run_open_doors(r, err);
}

int run_supervise(const struct run_setting *setting, struct run_daemon *own,
                  pid_t pid, int notify, int daemon)
{
    static struct run r; /* its tables are large, and empty when zero */
    struct child c = {.pid = pid};
    struct polled all = {NULL, 0};
    int signals = -1, status, opened;
    struct error err;

    init(&r, setting, own, notify, daemon);
    opened = open_all(&r, &signals, &all, &err);
    if (opened == 0) {
        run_refill(&r);
        run_greet(&r);
        serve(&r, signals, &c, &all);
    } else {
        fprintf(stderr, "attls-run: %s\n", err.text);
        kill(pid, SIGKILL);
    }
    if (!c.ended && waitpid(pid, &status, 0) == pid)
        c.status = exit_status(status);
    if (opened != 0)
        c.status = RUN_FAILED;
    run_say_refused(&r);
    clean_up(&r);
    fd_close(&signals);
    free(all.p);
    return c.status;
}
