/* The program under its filter; see run.h. */

#include "attls-run/run.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/fd.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif

/* Calls that the kernel asks us about. */
static const int notified[] = {SCMP_SYS(connect), SCMP_SYS(accept),
                               SCMP_SYS(accept4), SCMP_SYS(getpeername),
                               SCMP_SYS(getsockname)};

/* An argument of the type int: the upper half of the register means nothing. */
enum { ARGUMENTS = 3, WHOLE = -1 };
struct argument {
    unsigned index;
    int mask, value;
};

/* CALL has that errno where COUNT arguments are as A says. */
static int deny(scmp_filter_ctx ctx, int error, int call,
                const struct argument *a, unsigned count)
{
    struct scmp_arg_cmp compare[ARGUMENTS];
    unsigned i;

    for (i = 0; i < count; i++)
        compare[i] = (struct scmp_arg_cmp){.arg = a[i].index,
                                           .op = SCMP_CMP_MASKED_EQ,
                                           .datum_a = (uint32_t)a[i].mask,
                                           .datum_b = (uint32_t)a[i].value};
    return seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO((uint32_t)error), call,
                                  count, compare);
}

/* What would pass the calls that we are asked about. A connection that begins
 * with its first data begins past connect(); io_uring has its own calls past
 * every filter; a protocol on top of TCP may send what TCP would not, or be
 * another one. Programs know how to do without. */
static const struct forbidden {
    int error, call;
    unsigned count;
    struct argument a[ARGUMENTS];
} forbidden[] = {
    {ENOSYS, SCMP_SYS(io_uring_setup), 0, {{0, 0, 0}}},
    {EOPNOTSUPP, SCMP_SYS(sendto), 1, {{3, MSG_FASTOPEN, MSG_FASTOPEN}}},
    {EOPNOTSUPP, SCMP_SYS(sendmsg), 1, {{2, MSG_FASTOPEN, MSG_FASTOPEN}}},
    {EOPNOTSUPP, SCMP_SYS(sendmmsg), 1, {{3, MSG_FASTOPEN, MSG_FASTOPEN}}},
    {EOPNOTSUPP,
     SCMP_SYS(setsockopt),
     2,
     {{1, WHOLE, IPPROTO_TCP}, {2, WHOLE, TCP_FASTOPEN_CONNECT}}},
    {ENOENT,
     SCMP_SYS(setsockopt),
     2,
     {{1, WHOLE, IPPROTO_TCP}, {2, WHOLE, TCP_ULP}}},
    {EAFNOSUPPORT, SCMP_SYS(socket), 1, {{0, WHOLE, AF_SMC}}},
};

static int forbid_calls(scmp_filter_ctx ctx)
{
    const struct forbidden *f;
    size_t i;
    int r = 0;

    for (i = 0; r == 0 && i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        f = &forbidden[i];
        r = deny(ctx, f->error, f->call, f->a, f->count);
    }
    return r;
}

/* Streams over IP that are neither TCP nor MPTCP: the kernel's protocols end
 * at 262 (IPPROTO_MAX), later ones may have more. A range is forbidden by
 * blocks of a power of two, since a rule compares an argument once. */
static const struct range {
    int from, to;
} streams[] = {{1, IPPROTO_TCP - 1},
               {IPPROTO_TCP + 1, IPPROTO_MPTCP - 1},
               {IPPROTO_MPTCP + 1, 511}};

static int forbid_range(scmp_filter_ctx ctx, int family, struct range range)
{
    int size, r = 0;

    while (r == 0 && range.from <= range.to) {
        for (size = 1; (range.from & (2 * size - 1)) == 0 &&
                       range.from + 2 * size - 1 <= range.to;
             size *= 2)
            ;
        r = deny(ctx, EPROTONOSUPPORT, SCMP_SYS(socket),
                 (struct argument[ARGUMENTS]){{0, WHOLE, family},
                                              {1, 0xf, SOCK_STREAM},
                                              {2, -size, range.from}},
                 ARGUMENTS);
        range.from += size;
    }
    return r;
}

static int forbid_streams(scmp_filter_ctx ctx)
{
    size_t i;
    int r = 0;

    for (i = 0; r == 0 && i < sizeof(streams) / sizeof(streams[0]); i++) {
        r = forbid_range(ctx, AF_INET, streams[i]);
        if (r == 0)
            r = forbid_range(ctx, AF_INET6, streams[i]);
    }
    return r;
}

/* The call says that it succeeded. */
static int keep_dumpable_rule(scmp_filter_ctx ctx)
{
    static const struct argument off[] = {{0, WHOLE, PR_SET_DUMPABLE},
                                          {1, WHOLE, 0}};

    return deny(ctx, 0, SCMP_SYS(prctl), off, 2);
}

static int fill_filter(scmp_filter_ctx ctx, bool keep_dumpable)
{
    size_t i;
    int r =
        seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

    for (i = 0; r == 0 && i < sizeof(notified) / sizeof(notified[0]); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, notified[i], 0);
    if (r == 0)
        r = forbid_calls(ctx);
    if (r == 0)
        r = forbid_streams(ctx);
    if (r == 0 && keep_dumpable)
        r = keep_dumpable_rule(ctx);
    return r;
}

/* A program of another architecture would have other call numbers: it is
 * ended. Returns the notification descriptor, or -errno. */
static int load_filter(bool keep_dumpable)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int r = ctx == NULL ? -ENOMEM : fill_filter(ctx, keep_dumpable);

    if (r == 0)
        r = seccomp_load(ctx);
    if (r == 0)
        r = seccomp_notify_fd(ctx);
    if (ctx != NULL)
        seccomp_release(ctx);
    return r;
}

/* ---- the descriptor's way to the parent ---- */

union control {
    struct cmsghdr align;
    char space[CMSG_SPACE(sizeof(int))];
};

/* STATUS: 0, or the errno that there is no descriptor for. */
static void send_notify(int to, int status, int notify)
{
    if (fd_send(to, &status, sizeof(status), &notify, notify >= 0) < 0)
        _exit(127);
}

static int receive_notify(int from, struct error *err)
{
    int status = ECHILD, notify = -1;
    struct iovec iov = {&status, sizeof(status)};
    union control control = {0};
    struct msghdr m = {.msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = sizeof(control)};
    struct cmsghdr *h;

    if (recvmsg(from, &m, MSG_CMSG_CLOEXEC) < 0)
        status = errno;
    h = CMSG_FIRSTHDR(&m);
    if (status == 0 && h != NULL)
        memcpy(&notify, CMSG_DATA(h), sizeof(notify));
    if (notify >= 0)
        return notify;
    errno = status;
    error_errno(err, "this kernel lets no filter with notification be "
                     "installed (seccomp)");
    return -1;
}

static void become_program(char **command, bool keep_dumpable, int to_parent)
{
    int notify = load_filter(keep_dumpable);

    send_notify(to_parent, notify < 0 ? -notify : 0, notify);
    if (notify < 0)
        _exit(127);
    fd_close(&notify);
    execvp(command[0], command);
    fprintf(stderr, "attls-run: %s: %s\n", command[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

int run_program(char **command, bool keep_dumpable, pid_t *ret_pid,
                int *ret_notify, struct error *err)
{
    int pair[2];
    pid_t pid;

    /* a process that leaves its parent is still below us: tracing may ask for
     * that */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, "socketpair");
    pid = fork();
    if (pid == 0)
        become_program(command, keep_dumpable, pair[1]);
    fd_close(&pair[1]);
    if (pid < 0) {
        fd_close(&pair[0]);
        return error_errno(err, "fork");
    }
    *ret_notify = receive_notify(pair[0], err);
    fd_close(&pair[0]);
    *ret_pid = pid;
    return *ret_notify < 0 ? ERR_SYSTEM : 0;
}
