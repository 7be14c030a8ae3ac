/*
 * attls-run whose calls fail: linked before them by --wrap (CMakeLists.txt).
 *
 * ATTLS_FAULT="NAME N WHAT" makes the Nth call of that name fail with the
 * errno WHAT, by its name; or, where WHAT is =VALUE, gives that result to the
 * caller instead of the kernel's. Calls count from the first notification
 * that the supervisor takes; with N below zero those before it do.
 *
 * ATTLS_FAULT_LOG=FILE: a line for each call, in order: its name, "fault NAME"
 * for one that was made to fail, "row NAME" for the end of a call.
 *
 * An answer to the kernel (SECCOMP_IOCTL_NOTIF_SEND) is let through: who gets
 * none waits.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "attls-run/private.h"

static const char *const row_names[] = {
#define ANSWER(id, how, error, when) #id,
#include "attls-run/answers.def"
};

static struct {
    bool read, armed;
    char name[32], what[32];
    int which, seen; /* calls of that name */
    int log;
} fault = {.log = -1};

static void say(const char *kind, const char *name)
{
    char line[96];
    int n = snprintf(line, sizeof(line), "%s%s\n", kind, name);

    if (fault.log >= 0 && write(fault.log, line, (size_t)n) != n)
        abort();
}

static void read_fault(void)
{
    const char *text = getenv("ATTLS_FAULT"), *log = getenv("ATTLS_FAULT_LOG");

    fault.read = true;
    if (text != NULL &&
        sscanf(text, "%31s %d %31s", fault.name, &fault.which, fault.what) != 3)
        abort();
    if (log != NULL)
        fault.log = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int errno_of(const char *name)
{
    int e;

    for (e = 1; e < 200; e++)
        if (strerrorname_np(e) != NULL && strcmp(strerrorname_np(e), name) == 0)
            return e;
    abort();
}

/* The call is to fail, with errno set. */
static bool fails(const char *name)
{
    int error = errno;

    if (!fault.read)
        read_fault();
    say("", name);
    errno = error;
    if (strcmp(name, fault.name) != 0 || (fault.which > 0) != fault.armed ||
        ++fault.seen != abs(fault.which))
        return false;
    say("fault ", name);
    errno = fault.what[0] == '=' ? 0 : errno_of(fault.what);
    return true;
}

static int given(void)
{
    return atoi(fault.what + 1);
}

static bool is_given(void)
{
    return fault.what[0] == '=';
}

/* ---- the calls ---- */

#define WRAP(type, name, parameters, arguments)                                \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        return fails(#name) ? (type)-1 : __real_##name arguments;              \
    }

WRAP(int, socket, (int family, int type, int protocol),
     (family, type, protocol))
WRAP(int, bind, (int fd, const struct sockaddr *sa, socklen_t len),
     (fd, sa, len))
WRAP(int, listen, (int fd, int count), (fd, count))
WRAP(int, connect, (int fd, const struct sockaddr *sa, socklen_t len),
     (fd, sa, len))
WRAP(int, accept4, (int fd, struct sockaddr *sa, socklen_t *len, int flags),
     (fd, sa, len, flags))
WRAP(int, getsockname, (int fd, struct sockaddr *sa, socklen_t *len),
     (fd, sa, len))
WRAP(int, getpeername, (int fd, struct sockaddr *sa, socklen_t *len),
     (fd, sa, len))
WRAP(int, setsockopt,
     (int fd, int level, int name, const void *value, socklen_t len),
     (fd, level, name, value, len))
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *m, int flags),
     (fd, m, flags))
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *m, int flags), (fd, m, flags))
WRAP(int, poll, (struct pollfd * p, nfds_t n, int ms), (p, n, ms))
WRAP(int, eventfd, (unsigned n, int flags), (n, flags))
WRAP(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
WRAP(int, getrlimit, (__rlimit_resource_t what, struct rlimit *limit),
     (what, limit))
WRAP(int, setrlimit, (__rlimit_resource_t what, const struct rlimit *limit),
     (what, limit))
WRAP(ssize_t, process_vm_readv,
     (pid_t pid, const struct iovec *ours, unsigned long n,
      const struct iovec *theirs, unsigned long m, unsigned long flags),
     (pid, ours, n, theirs, m, flags))
WRAP(ssize_t, process_vm_writev,
     (pid_t pid, const struct iovec *ours, unsigned long n,
      const struct iovec *theirs, unsigned long m, unsigned long flags),
     (pid, ours, n, theirs, m, flags))

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    int number;

    if (!fails("getsockopt"))
        return __real_getsockopt(fd, level, name, value, len);
    if (!is_given())
        return -1;
    number = given();
    memcpy(value, &number, sizeof(number));
    return 0;
}

int __real_fcntl(int fd, int what, long value);
int __wrap_fcntl(int fd, int what, long value);
int __wrap_fcntl(int fd, int what, long value)
{
    return fails("fcntl") ? -1 : __real_fcntl(fd, what, value);
}

/* pidfd_open() and pidfd_getfd() */
long __real_syscall(long number, long a, long b, long c);
long __wrap_syscall(long number, long a, long b, long c);
long __wrap_syscall(long number, long a, long b, long c)
{
    return fails("syscall") ? -1 : __real_syscall(number, a, b, c);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return fails("calloc") ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
    return fails("realloc") ? NULL : __real_realloc(p, size);
}

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
    return fails("fopen") ? NULL : __real_fopen(path, mode);
}

int __real_ioctl(int fd, unsigned long what, void *value);
int __wrap_ioctl(int fd, unsigned long what, void *value);

static int receive(int fd, struct seccomp_notif *call)
{
    bool failed;
    int r = __real_ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, call);

    fault.armed = true;
    failed = fails("recv");
    if (failed && is_given())
        call->data.nr = given();
    return r;
}

int __wrap_ioctl(int fd, unsigned long what, void *value)
{
    switch (what) {
    case SECCOMP_IOCTL_NOTIF_RECV:
        return receive(fd, value);
    case SECCOMP_IOCTL_NOTIF_ID_VALID:
        return fails("valid") ? -1 : __real_ioctl(fd, what, value);
    case SECCOMP_IOCTL_NOTIF_ADDFD:
        return fails("addfd") ? -1 : __real_ioctl(fd, what, value);
    default:
        return __real_ioctl(fd, what, value);
    }
}

void __real_run_end(struct run *r, const struct seccomp_notif *call,
                    enum run_row row, int error);
void __wrap_run_end(struct run *r, const struct seccomp_notif *call,
                    enum run_row row, int error);
void __wrap_run_end(struct run *r, const struct seccomp_notif *call,
                    enum run_row row, int error)
{
    say("row ", row_names[row]);
    __real_run_end(r, call, row, error);
}
