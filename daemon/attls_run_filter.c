/* The program under its filter; see attls_run.h. */

#include "attls_run.h"

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

/* Calls that the kernel asks us about. */
static const int notified[] = {SCMP_SYS(connect), SCMP_SYS(accept),
                               SCMP_SYS(accept4), SCMP_SYS(getpeername),
                               SCMP_SYS(getsockname)};

/* A connection that begins with its first data would begin past connect();
 * io_uring has its own calls past every filter. Programs know how to do
 * without. */
static int forbid(scmp_filter_ctx ctx)
{
    const uint64_t fast = MSG_FASTOPEN;
    const uint32_t no = SCMP_ACT_ERRNO(EOPNOTSUPP);
    int r;

    r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(io_uring_setup),
                         0);
    if (r == 0)
        r = seccomp_rule_add(ctx, no, SCMP_SYS(sendto), 1,
                             SCMP_A3(SCMP_CMP_MASKED_EQ, fast, fast));
    if (r == 0)
        r = seccomp_rule_add(ctx, no, SCMP_SYS(sendmsg), 1,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, fast, fast));
    if (r == 0)
        r = seccomp_rule_add(ctx, no, SCMP_SYS(sendmmsg), 1,
                             SCMP_A3(SCMP_CMP_MASKED_EQ, fast, fast));
    if (r == 0)
        r = seccomp_rule_add(ctx, no, SCMP_SYS(setsockopt), 2,
                             SCMP_A1(SCMP_CMP_EQ, IPPROTO_TCP),
                             SCMP_A2(SCMP_CMP_EQ, TCP_FASTOPEN_CONNECT));
    return r;
}

/* A program of another architecture would have other call numbers: it is
 * ended. Returns the notification descriptor, or -errno. */
static int load_filter(void)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    size_t i;
    int r = ctx == NULL ? -ENOMEM : 0;

    if (r == 0)
        r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
                             SCMP_ACT_KILL_PROCESS);
    for (i = 0; r == 0 && i < sizeof(notified) / sizeof(notified[0]); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_NOTIFY, notified[i], 0);
    if (r == 0)
        r = forbid(ctx);
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

static void become_program(char **command, int to_parent)
{
    int notify = load_filter();

    send_notify(to_parent, notify < 0 ? -notify : 0, notify);
    if (notify < 0)
        _exit(127);
    fd_close(&notify);
    execvp(command[0], command);
    fprintf(stderr, "attls-run: %s: %s\n", command[0], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

int run_program(char **command, pid_t *ret_pid, int *ret_notify,
                struct error *err)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return error_errno(err, "socketpair");
    pid = fork();
    if (pid == 0)
        become_program(command, pair[1]);
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
