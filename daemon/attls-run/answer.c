/* Answers to the kernel, and the lines about those that are refused; see
 * private.h. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/count.h"
#include "util/fd.h"

enum how { CONTINUE, GIVEN, SHUT, REFUSE, LATE, ABORT, HANDED };

static const struct answer {
    enum how how;
    int error;
    const char *when;
} answers[] = {
#define ANSWER(id, how, error, when) [RUN_##id] = {how, error, when},
#include "attls-run/answers.def"
};

enum { LATE_MS = 100, SWEEP_MS = 1000, ERRNO_MAX = 4095, PROCESSES = 256 };

/* ---- programs that were refused ---- */

/* The programs that have had their line; the oldest gets another. */
struct run_refused {
    pid_t process[PROCESSES];
    size_t next, processes;
    unsigned long calls;
};

/* The files in /proc of a process that is not dumpable are root's. */
static bool is_dumpable(pid_t thread)
{
    char path[40];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)thread);
    return stat(path, &st) < 0 || st.st_uid == geteuid();
}

static const char *remedy(pid_t thread, int error)
{
    if (error == EMFILE || error == ENFILE)
        return "; raise the limit of descriptors (ulimit -n)";
    if (error != EPERM && error != EACCES)
        return "";
    if (geteuid() != 0 && !is_dumpable(thread))
        return ": the program is not dumpable, by its own wish (see "
               "--keep-dumpable) or because its file can't be read (chmod +r)";
    return ": tracing it is denied here (kernel.yama.ptrace_scope, or what a "
           "container forbids)";
}

static bool had_line(struct run_refused *f, pid_t process)
{
    size_t i;

    for (i = 0; i < PROCESSES; i++)
        if (f->process[i] == process)
            return true;
    f->process[f->next] = process;
    f->next = (f->next + 1) % PROCESSES;
    f->processes++;
    return false;
}

static void say_why(struct run *r, const struct seccomp_notif *call,
                    const char *when, int error)
{
    pid_t thread = (pid_t)call->pid;
    char name[RUN_STATUS], tgid[RUN_STATUS];
    int process;

    if (r->refused == NULL)
        r->refused = calloc(1, sizeof(*r->refused));
    if (r->refused != NULL)
        r->refused->calls++;
    run_status(thread, "Tgid:", tgid);
    process = tgid[0] != '\0' ? atoi(tgid) : (int)thread;
    if (r->refused != NULL && had_line(r->refused, process))
        return;
    run_status(thread, "Name:", name);
    fprintf(stderr,
            "attls-run: %s (process %d): what it connects and accepts is "
            "refused: %s%s%s%s\n",
            name[0] != '\0' ? name : "a program", process, when,
            error != 0 ? ": " : "", error != 0 ? strerror(error) : "",
            remedy(thread, error));
}

void run_say_refused(struct run *r)
{
    if (r->refused != NULL)
        fprintf(stderr, "attls-run: %s refused, of %s\n",
                count_of(r->refused->calls, "call was|calls were").text,
                count_of(r->refused->processes, "program").text);
    free(r->refused);
    r->refused = NULL;
}

/* ---- answers ---- */

static void respond(const struct run *r, const struct seccomp_notif *call,
                    bool go_on, int error)
{
    struct seccomp_notif_resp resp = {
        .id = call->id,
        .error = -error,
        .flags = go_on ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0};

    /* the thread was interrupted and no longer waits */
    while (ioctl(r->notify, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 &&
           errno == EINTR)
        ;
}

static void respond_late(struct run *r, const struct seccomp_notif *call,
                         int error)
{
    struct waiting w = {.call = *call,
                        .fd = -1,
                        .wire = -1,
                        .own = -1,
                        .error = error,
                        .due = run_after(LATE_MS)};

    if (run_keep(&r->late, &w) == NULL)
        respond(r, call, false, error);
}

/* A number that is not an errno would be taken for a result. */
static int sane(int error)
{
    return error >= 0 && error <= ERRNO_MAX ? error : EACCES;
}

void run_end(struct run *r, const struct seccomp_notif *call, enum run_row row,
             int error)
{
    const struct answer *a = &answers[row];

    if (a->how == REFUSE || a->how == ABORT)
        say_why(r, call, a->when, error);
    switch (a->how) {
    case CONTINUE:
        respond(r, call, true, 0);
        break;
    case GIVEN:
        respond(r, call, false, sane(error));
        break;
    case LATE:
    case ABORT:
        respond_late(r, call, a->error);
        break;
    case HANDED:
        break;
    case SHUT:
    case REFUSE:
    default:
        respond(r, call, false, a->error);
        break;
    }
}

/* ---- those that wait ---- */

struct waiting *run_keep(struct waiting_list *list, const struct waiting *w)
{
    struct waiting *copy = calloc(1, sizeof(*copy));

    if (copy == NULL)
        return NULL;
    *copy = *w;
    TAILQ_INSERT_TAIL(list, copy, link);
    return copy;
}

void run_forget(struct waiting_list *list, struct waiting *w)
{
    TAILQ_REMOVE(list, w, link);
    fd_close(&w->fd);
    fd_close(&w->wire);
    fd_close(&w->own);
    free(w);
}

static void answer_late(struct run *r, uint64_t now)
{
    struct waiting *w;

    while ((w = TAILQ_FIRST(&r->late)) != NULL && w->due <= now) {
        respond(r, &w->call, false, w->error);
        run_forget(&r->late, w);
    }
}

/* The kernel does not say that a thread was interrupted in its call, or is
 * gone; a socket that listens must not stay for it. */
static void sweep_accepts(struct run *r, uint64_t now)
{
    bool sweep = now - r->swept >= SWEEP_MS;
    struct waiting *w, *next;

    if (sweep)
        r->swept = now;
    for (w = TAILQ_FIRST(&r->accepts); w != NULL; w = next) {
        next = TAILQ_NEXT(w, link);
        if (w->due != 0 && w->due <= now)
            run_end(r, &w->call, RUN_ACCEPT_NOTHING, 0);
        else if (!sweep || run_is_valid(r, &w->call))
            continue;
        run_forget(&r->accepts, w);
    }
}

int run_answer_due(struct run *r)
{
    uint64_t now = run_now(), next = UINT64_MAX;
    const struct waiting *w;

    answer_late(r, now);
    sweep_accepts(r, now);
    if (!TAILQ_EMPTY(&r->late))
        next = TAILQ_FIRST(&r->late)->due;
    if (!TAILQ_EMPTY(&r->accepts) && r->swept + SWEEP_MS < next)
        next = r->swept + SWEEP_MS;
    TAILQ_FOREACH (w, &r->accepts, link)
        if (w->due != 0 && w->due < next)
            next = w->due;
    if (next == UINT64_MAX)
        return -1;
    return next > now ? (int)(next - now) : 0;
}
