/* A daemon of one's own, for one program; see run.h. Its folder is its
 * owner's alone. */

#include "attls-run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/strbuf.h"

enum { PATIENCE_MS = 20 * 1000, NAP_MS = 10 };

static int connect_to(const struct sockaddr_un *un, bool wait)
{
    int type = SOCK_SEQPACKET | SOCK_CLOEXEC | (wait ? 0 : SOCK_NONBLOCK);
    int fd = socket(AF_UNIX, type, 0);

    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)un, sizeof(*un)) < 0 ||
        fcntl(fd, F_SETFL, 0) < 0)
        fd_close(&fd);
    return fd;
}

int run_daemon_connect(const char *path, bool wait, int *ret_fd,
                       struct error *err)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof(un.sun_path))
        return error_set(err, ERR_VALUE, "%s: the path is too long", path);
    strcpy(un.sun_path, path);
    *ret_fd = connect_to(&un, wait);
    if (*ret_fd >= 0)
        return 0;
    return error_errno(err,
                       "no daemon answers at %s; attlsd serves there with "
                       "listeners = ( { mode = \"run\"; } ), or say --policy "
                       "FILE for one of your own",
                       path);
}

/* ---- its configuration ---- */

/* A text of libconfig: what would need an escape is refused. */
static int add_text(struct strbuf *out, const char *key, const char *value,
                    struct error *err)
{
    const char *p;

    for (p = value; *p != '\0'; p++)
        if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ')
            return error_set(err, ERR_VALUE,
                             "%s '%s': quotes, backslashes and control "
                             "characters can't be in it",
                             key, value);
    strbuf_addf(out, "%s = \"%s\";\n", key, value);
    return 0;
}

/* Relative paths are the caller's. */
static int add_path(struct strbuf *out, const char *key, const char *path,
                    struct error *err)
{
    char full[PATH_MAX];

    if (realpath(path, full) == NULL)
        return error_errno(err, "%s", path);
    return add_text(out, key, full, err);
}

static int add_log(struct strbuf *out, const char *log, struct error *err)
{
    int r;

    if (log == NULL) {
        strbuf_adds(out, "log = ( { sink = \"stderr\"; } );\n");
        return 0;
    }
    strbuf_adds(out, "log = ( { sink = \"file\"; ");
    r = add_text(out, "path", log, err);
    strbuf_adds(out, "} );\n");
    return r;
}

static int add_listener(struct strbuf *out, const struct run_arguments *a,
                        const char *folder, struct error *err)
{
    int r = 0;

    strbuf_addf(out,
                "listeners = ( { mode = \"run\"; trusted_jobname = false;\n"
                "socket = \"%s/run.sock\";\n",
                folder);
    if (a->jobname != NULL)
        r = add_text(out, "jobname", a->jobname, err);
    if (r == 0 && a->userid != NULL)
        r = add_text(out, "userid", a->userid, err);
    strbuf_addf(out, "allow = ( \"%u\" );\n", (unsigned)getuid());
    strbuf_adds(out, "} );\n");
    return r;
}

static int make_conf(struct strbuf *out, const struct run_arguments *a,
                     const char *folder, struct error *err)
{
    int r = add_path(out, "pagent", a->policy, err);

    strbuf_addf(out, "control = \"%s/attlsd.sock\";\nworkers = 1;\n", folder);
    if (r == 0 && a->racf != NULL)
        r = add_path(out, "racf", a->racf, err);
    if (r == 0 && a->release != NULL)
        r = add_text(out, "release", a->release, err);
    if (r == 0 && a->stack != NULL)
        r = add_text(out, "stack", a->stack, err);
    if (a->allow_legacy)
        strbuf_adds(out, "allow_legacy = true;\n");
    if (r == 0)
        r = add_log(out, a->log, err);
    if (r == 0)
        r = add_listener(out, a, folder, err);
    return r == 0 && strbuf_failed(out) ? error_nomem(err) : r;
}

/* Nobody but root and we can put another in the place of what is at PATH,
 * which has no symbolic links in it. */
static bool is_safe(const char *path)
{
    char parent[PATH_MAX];
    struct stat st;
    char *slash;

    snprintf(parent, sizeof(parent), "%s", path);
    while ((slash = strrchr(parent, '/')) != NULL) {
        slash[slash == parent] = '\0';
        if (stat(parent, &st) < 0 || (st.st_uid != 0 && st.st_uid != geteuid()))
            return false;
        if ((st.st_mode & 022) != 0 && (st.st_mode & S_ISVTX) == 0)
            return false;
        if (slash == parent)
            return true;
    }
    return false;
}

/* XDG_RUNTIME_DIR where it can be believed: su and sudo may keep that of
 * another account, which then could put its own configuration in the place of
 * ours. */
static const char *find_base(char ret[PATH_MAX])
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    struct stat st;

    if (base != NULL && base[0] == '/' && realpath(base, ret) != NULL &&
        stat(ret, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
        (st.st_mode & 077) == 0 && is_safe(ret))
        return ret;
    return "/tmp";
}

static int make_folder(struct run_daemon *d, struct error *err)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(d->folder, sizeof(d->folder), "%s/attls-run.XXXXXX",
                         find_base(path)) >= sizeof(d->folder)) {
        d->folder[0] = '\0';
        return error_set(err, ERR_VALUE, "XDG_RUNTIME_DIR is too long");
    }
    if (mkdtemp(d->folder) != NULL)
        return 0;
    error_errno(err, "%s", d->folder);
    d->folder[0] = '\0';
    return ERR_SYSTEM;
}

static int write_conf(const struct run_arguments *a, const struct run_daemon *d,
                      struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    char path[sizeof(d->folder) + 16];
    int r = make_conf(&text, a, d->folder, err);

    snprintf(path, sizeof(path), "%s/attlsd.conf", d->folder);
    if (r == 0)
        r = fd_replace_file(AT_FDCWD, path, 0600, (uid_t)-1, (gid_t)-1,
                            text.data, text.len, err);
    strbuf_done(&text);
    return r;
}

/* ---- its process ---- */

/* The attlsd beside this program, or where programs of the system are. */
static void find_attlsd(char *ret, size_t size)
{
    char own[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
    char *slash;

    own[n > 0 ? n : 0] = '\0';
    slash = strrchr(own, '/');
    if (slash != NULL) {
        slash[1] = '\0';
        snprintf(ret, size, "%sattlsd", own);
        if (access(ret, X_OK) == 0)
            return;
        snprintf(ret, size, "%s../sbin/attlsd", own);
        if (access(ret, X_OK) == 0)
            return;
    }
    snprintf(ret, size, "/usr/sbin/attlsd");
}

static void become_attlsd(const struct run_daemon *d)
{
    char program[PATH_MAX + 32], conf[sizeof(d->folder) + 16];

    find_attlsd(program, sizeof(program));
    snprintf(conf, sizeof(conf), "%s/attlsd.conf", d->folder);
    /* the terminal's signals are the program's; it ends when we end */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    execl(program, "attlsd", "-F", "-f", conf, (char *)NULL);
    fprintf(stderr, "attls-run: %s: %s\n", program, strerror(errno));
    _exit(127);
}

static int wait_until_served(struct run_daemon *d, int *ret_fd,
                             struct error *err)
{
    static const struct timespec nap = {0, NAP_MS * 1000 * 1000};
    int waited;

    snprintf(d->socket, sizeof(d->socket), "%s/run.sock", d->folder);
    for (waited = 0; waited < PATIENCE_MS; waited += NAP_MS) {
        if (run_daemon_connect(d->socket, true, ret_fd, NULL) == 0)
            return 0;
        if (waitpid(d->pid, NULL, WNOHANG) == d->pid) {
            d->pid = 0;
            return error_set(err, ERR_SYSTEM,
                             "the daemon did not start; it says why above");
        }
        nanosleep(&nap, NULL);
    }
    return error_set(err, ERR_LIMIT, "the daemon does not serve in time");
}

int run_daemon_start(const struct run_arguments *a, struct run_daemon *d,
                     int *ret_fd, struct error *err)
{
    int r;

    *d = (struct run_daemon){0, "", ""};
    r = make_folder(d, err);
    if (r == 0)
        r = write_conf(a, d, err);
    if (r == 0) {
        d->pid = fork();
        if (d->pid == 0)
            become_attlsd(d);
        r = d->pid < 0 ? error_errno(err, "fork")
                       : wait_until_served(d, ret_fd, err);
    }
    if (r < 0)
        run_daemon_stop(d);
    return r;
}

void run_daemon_stop(struct run_daemon *d)
{
    static const char *const files[] = {"attlsd.conf", "attlsd.sock",
                                        "run.sock"};
    char path[sizeof(d->folder) + 16];
    size_t i;

    if (d->pid > 0) {
        kill(d->pid, SIGTERM);
        while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    d->pid = 0;
    for (i = 0; d->folder[0] != '\0' && i < sizeof(files) / sizeof(files[0]);
         i++) {
        snprintf(path, sizeof(path), "%s/%s", d->folder, files[i]);
        unlink(path);
    }
    if (d->folder[0] != '\0')
        rmdir(d->folder);
    d->folder[0] = '\0';
}
