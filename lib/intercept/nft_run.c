/* See nft_run.h. Input and output are files in memory, so neither side ever
 * waits for the other. */

#include "intercept/nft_run.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/fd.h"

enum { LIMIT_MS = 30 * 1000, OUTPUT_MAX = 64 << 20 };

enum { IN, OUT, ERR, STREAMS };

static const char *const places[] = {"/usr/sbin/nft", "/sbin/nft",
                                     "/usr/bin/nft", "/usr/local/sbin/nft"};

static const char *find_nft(void)
{
    size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

/* ---- the process ---- */

static void close_all(int fds[STREAMS])
{
    int i;

    for (i = 0; i < STREAMS; i++)
        fd_close(&fds[i]);
}

static int open_all(int fds[STREAMS], const char *input, struct error *err)
{
    int i;

    fds[IN] = fds[OUT] = fds[ERR] = -1;
    for (i = 0; i < STREAMS; i++) {
        fds[i] = memfd_create("nft", MFD_CLOEXEC);
        if (fds[i] < 0)
            return error_errno(err, "memfd_create");
    }
    if (fd_write_all(fds[IN], input, strlen(input), err) < 0)
        return ERR_SYSTEM;
    if (lseek(fds[IN], 0, SEEK_SET) < 0)
        return error_errno(err, "lseek");
    return 0;
}

/* The daemon blocks signals and ignores SIGPIPE; its child does not. */
static int spawn(const char *program, char *const argv[], const int fds[],
                 pid_t *ret)
{
    char *const no_environment[] = {NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, standard;
    int i, r;

    if (posix_spawn_file_actions_init(&files) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    sigemptyset(&none);
    sigemptyset(&standard);
    sigaddset(&standard, SIGPIPE);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &standard);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    for (r = 0, i = 0; r == 0 && i < STREAMS; i++)
        r = posix_spawn_file_actions_adddup2(&files, fds[i], i);
    if (r == 0)
        r = posix_spawn(ret, program, &files, &attr, argv, no_environment);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return r;
}

/* Its exit status; after LIMIT_MS it is ended, as by SIGKILL. */
static int wait_bounded(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
    struct pollfd p = {fd, POLLIN, 0};
    int n;

    if (fd >= 0) {
        do
            n = poll(&p, 1, LIMIT_MS);
        while (n < 0 && errno == EINTR);
        if (n == 0)
            kill(pid, SIGKILL);
        fd_close(&fd);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

static int read_back(int fd, struct strbuf *out, struct error *err)
{
    char buf[16384];
    ssize_t n;

    if (lseek(fd, 0, SEEK_SET) < 0)
        return error_errno(err, "lseek");
    while ((n = read(fd, buf, sizeof(buf))) > 0 && out->len < OUTPUT_MAX)
        strbuf_add(out, buf, (size_t)n);
    return strbuf_failed(out) ? error_nomem(err) : 0;
}

/* ---- one call ---- */

/* The first lines of what nft complains about, on one line. */
static int refused(const char *said, struct error *err)
{
    char text[300];
    size_t i, n = 0;

    for (i = 0; said[i] != '\0' && n + 2 < sizeof(text); i++) {
        if (said[i] == '\n' && strncmp(said + i, "\n        ", 9) == 0)
            break;
        text[n++] = said[i] >= ' ' && said[i] <= '~' ? said[i] : ' ';
    }
    text[n] = '\0';
    if (strstr(said, "Operation not permitted") != NULL)
        return error_set(err, ERR_DENIED,
                         "nft: this needs root, or CAP_NET_ADMIN in this "
                         "network namespace (%s)",
                         text);
    if (strstr(said, "Message too long") != NULL)
        return error_set(err, ERR_LIMIT,
                         "nft: too many rules for a user namespace; outside "
                         "it, raise net.core.wmem_max or let root install "
                         "them (%s)",
                         text);
    if (strstr(said, "No such file or directory") != NULL)
        return error_set(err, ERR_NOT_FOUND, "nft: %s", text);
    return error_set(err, ERR_VALUE, "nft: %s", text);
}

static int collect(int status, const int fds[STREAMS], struct strbuf *out,
                   struct error *err)
{
    struct strbuf said = STRBUF_INIT;
    int r;

    if (WIFSIGNALED(status))
        return error_set(err, ERR_SYSTEM,
                         "nft was ended by signal %d (30 seconds are its "
                         "limit)",
                         WTERMSIG(status));
    if (WEXITSTATUS(status) == 0)
        return out != NULL ? read_back(fds[OUT], out, err) : 0;
    r = read_back(fds[ERR], &said, err);
    if (r == 0)
        r = refused(strbuf_str(&said), err);
    strbuf_done(&said);
    return r;
}

static int run(char *const argv[], const char *input, struct strbuf *out,
               struct error *err)
{
    const char *program = find_nft();
    int fds[STREAMS], r;
    pid_t pid;

    if (program == NULL)
        return error_set(err, ERR_NOT_FOUND,
                         "the program nft is not here; install the package "
                         "nftables");
    r = open_all(fds, input, err);
    if (r == 0) {
        errno = spawn(program, argv, fds, &pid);
        r = errno != 0 ? error_errno(err, "can't run %s", program)
                       : collect(wait_bounded(pid), fds, out, err);
    }
    close_all(fds);
    return r;
}

/* ---- the three uses ---- */

static char nft_name[] = "nft", from_stdin[] = "-", option_f[] = "-f";

int nft_apply(const char *text, struct error *err)
{
    char *argv[] = {nft_name, option_f, from_stdin, NULL};

    return run(argv, text, NULL, err);
}

int nft_list(bool with_counts, struct strbuf *out, struct error *err)
{
    static char terse[] = "-t", stateless[] = "-s", list[] = "list",
                table[] = "table", inet[] = "inet", attls[] = "attls";
    char *with[] = {nft_name, terse, list, table, inet, attls, NULL};
    char *without[] = {nft_name, terse, stateless, list,
                       table,    inet,  attls,     NULL};

    return run(with_counts ? with : without, "", out, err);
}

/* In the child: a result that the parent can take over whole. */
static int normalise_in_child(const char *ruleset, int fd)
{
    struct strbuf out = STRBUF_INIT;
    struct error err = {0};
    int r;

    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        r = ERR_UNSUPPORTED;
    else
        r = nft_apply(ruleset, &err);
    if (r == 0)
        r = nft_list(false, &out, &err);
    if (r == 0)
        r = fd_write_all(fd, out.data, out.len, &err);
    else if (r != ERR_UNSUPPORTED)
        fd_write_all(fd, err.text, strlen(err.text), NULL);
    strbuf_done(&out);
    return -r;
}

int nft_normalise(const char *ruleset, struct strbuf *out, struct error *err)
{
    int fd = memfd_create("nft", MFD_CLOEXEC), r = 0;
    pid_t pid = fd < 0 ? -1 : fork();

    if (pid < 0) {
        error_errno(err, "can't start a process");
        fd_close(&fd);
        return ERR_SYSTEM;
    }
    if (pid == 0)
        _exit(normalise_in_child(ruleset, fd));
    r = wait_bounded(pid);
    if (WIFSIGNALED(r) || WEXITSTATUS(r) == -ERR_UNSUPPORTED) {
        r = error_set(err, ERR_UNSUPPORTED,
                      "can't make a network namespace to compare in");
    } else if (WEXITSTATUS(r) != 0) {
        struct strbuf said = STRBUF_INIT;

        r = -WEXITSTATUS(r);
        read_back(fd, &said, NULL);
        error_set(err, r, "%s", strbuf_str(&said));
        strbuf_done(&said);
    } else {
        r = read_back(fd, out, err);
    }
    fd_close(&fd);
    return r;
}
