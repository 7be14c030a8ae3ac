/* See directory.h. */

#include "intercept/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/fd.h"

enum {
    PATH_SIZE = 256,
    ENTRIES_MAX = 4096, /* remembered answers of one kind */
    DEPTH_MAX = 16      /* of the cgroup tree */
};

struct entry {
    TAILQ_ENTRY(entry) link;
    uint64_t number;
    time_t until;
    char text[PATH_SIZE]; /* "": there is none */
};

TAILQ_HEAD(table, entry);

struct directory {
    pthread_mutex_t lock; /* of the two tables */
    struct table users, cgroups;
    size_t user_count, cgroup_count;
    char mount[PATH_SIZE]; /* of cgroup v2; "": there is none */
};

static time_t now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return ts.tv_sec;
}

static void find_mount(struct directory *d)
{
    FILE *f = setmntent("/proc/self/mounts", "re");
    struct mntent m;
    char buf[4096];

    while (f != NULL && getmntent_r(f, &m, buf, sizeof(buf)) != NULL)
        if (strcmp(m.mnt_type, "cgroup2") == 0 &&
            strlen(m.mnt_dir) < sizeof(d->mount)) {
            strcpy(d->mount, m.mnt_dir);
            break;
        }
    if (f != NULL)
        endmntent(f);
}

int directory_new(struct directory **ret, struct error *err)
{
    struct directory *d = calloc(1, sizeof(*d));

    if (d == NULL)
        return error_nomem(err);
    pthread_mutex_init(&d->lock, NULL);
    TAILQ_INIT(&d->users);
    TAILQ_INIT(&d->cgroups);
    find_mount(d);
    *ret = d;
    return 0;
}

static void empty(struct table *t)
{
    struct entry *e;

    while ((e = TAILQ_FIRST(t)) != NULL) {
        TAILQ_REMOVE(t, e, link);
        free(e);
    }
}

void directory_free(struct directory *d)
{
    if (d == NULL)
        return;
    empty(&d->users);
    empty(&d->cgroups);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

/* ---- the tables: the entry used last stands first ---- */

static enum directory_answer find(struct directory *d, struct table *t,
                                  uint64_t number, char *ret, size_t size)
{
    enum directory_answer answer = DIRECTORY_ASK;
    struct entry *e;

    pthread_mutex_lock(&d->lock);
    TAILQ_FOREACH (e, t, link)
        if (e->number == number)
            break;
    if (e != NULL && e->until > now()) {
        answer = DIRECTORY_NONE;
        if (e->text[0] != '\0' &&
            (size_t)snprintf(ret, size, "%s", e->text) < size)
            answer = DIRECTORY_KNOWN;
        TAILQ_REMOVE(t, e, link);
        TAILQ_INSERT_HEAD(t, e, link);
    }
    pthread_mutex_unlock(&d->lock);
    return answer;
}

static void remember(struct directory *d, struct table *t, size_t *count,
                     uint64_t number, const char *text)
{
    struct entry *e;

    pthread_mutex_lock(&d->lock);
    TAILQ_FOREACH (e, t, link)
        if (e->number == number)
            break;
    if (e == NULL && *count >= ENTRIES_MAX)
        e = TAILQ_LAST(t, table); /* the one longest unused is given up */
    if (e != NULL)
        TAILQ_REMOVE(t, e, link);
    else if ((e = malloc(sizeof(*e))) != NULL)
        (*count)++;
    if (e != NULL) {
        e->number = number;
        e->until = now() + DIRECTORY_SECONDS;
        snprintf(e->text, sizeof(e->text), "%s", text);
        TAILQ_INSERT_HEAD(t, e, link);
    }
    pthread_mutex_unlock(&d->lock);
}

/* ---- accounts ---- */

enum directory_answer directory_userid(struct directory *d, uid_t uid,
                                       char ret[NAME_SIZE])
{
    return find(d, &d->users, uid, ret, NAME_SIZE);
}

/* Another account whose name differs only in case, or by getpwnam() one that
 * name services don't list. */
static bool is_ambiguous(const char *userid, uid_t uid)
{
    struct passwd *pw, one, *found = NULL;
    char lower[NAME_SIZE], buf[16384];
    bool twice = false;
    size_t i;

    setpwent();
    while (!twice && (pw = getpwent()) != NULL)
        twice = pw->pw_uid != uid && strcasecmp(pw->pw_name, userid) == 0;
    endpwent();
    for (i = 0; i < sizeof(lower); i++)
        lower[i] = userid[i] >= 'A' && userid[i] <= 'Z'
                       ? (char)(userid[i] - 'A' + 'a')
                       : userid[i];
    if (!twice && getpwnam_r(lower, &one, buf, sizeof(buf), &found) == 0 &&
        found != NULL)
        twice = found->pw_uid != uid;
    return twice;
}

void directory_resolve_userid(struct directory *d, uid_t uid)
{
    char buf[16384], userid[NAME_SIZE] = "";
    struct passwd pw, *found = NULL;

    if (getpwuid_r(uid, &pw, buf, sizeof(buf), &found) != 0 || found == NULL ||
        !name_of_account(found->pw_name, userid) || is_ambiguous(userid, uid))
        userid[0] = '\0';
    remember(d, &d->users, &d->user_count, uid, userid);
}

/* ---- cgroups ---- */

enum directory_answer directory_cgroup(struct directory *d, uint64_t id,
                                       char *ret, size_t size)
{
    return find(d, &d->cgroups, id, ret, size);
}

/* Searches below PATH (its length is LEN); true: PATH is that of ID. */
static bool search(char path[PATH_SIZE], size_t len, uint64_t id,
                   unsigned depth)
{
    struct dirent *e;
    bool found = false;
    struct stat st;
    DIR *dir;

    if (stat(path, &st) == 0 && st.st_ino == id)
        return true;
    if (depth == DEPTH_MAX || (dir = opendir(path)) == NULL)
        return false;
    while (!found && (e = readdir(dir)) != NULL) {
        if (e->d_type != DT_DIR || e->d_name[0] == '.' ||
            len + strlen(e->d_name) + 2 > PATH_SIZE)
            continue;
        snprintf(path + len, PATH_SIZE - len, "/%s", e->d_name);
        found = search(path, len + 1 + strlen(e->d_name), id, depth + 1);
    }
    closedir(dir);
    if (!found)
        path[len] = '\0';
    return found;
}

void directory_resolve_cgroup(struct directory *d, uint64_t id)
{
    char path[PATH_SIZE];
    size_t len = strlen(d->mount);
    const char *found = "";

    strcpy(path, d->mount);
    if (len != 0 && search(path, len, id, 0))
        found = path[len] != '\0' ? path + len : "/";
    remember(d, &d->cgroups, &d->cgroup_count, id, found);
}

/* ---- programs ---- */

static bool has_socket(const char *pid, const char *socket)
{
    char path[64], target[64];
    struct dirent *e;
    bool found = false;
    ssize_t n;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
    dir = opendir(path);
    while (dir != NULL && !found && (e = readdir(dir)) != NULL) {
        n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);
        if (n > 0) {
            target[n] = '\0';
            found = strcmp(target, socket) == 0;
        }
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}

static void describe(const char *pid, char ret_comm[DIRECTORY_COMM],
                     char ret_exe[DIRECTORY_EXE])
{
    char path[64];
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        n = read(fd, ret_comm, DIRECTORY_COMM - 1);
    fd_close(&fd);
    ret_comm[n > 0 ? n : 0] = '\0';
    ret_comm[strcspn(ret_comm, "\n")] = '\0';
    snprintf(path, sizeof(path), "/proc/%.20s/exe", pid);
    n = readlink(path, ret_exe, DIRECTORY_EXE - 1);
    ret_exe[n > 0 ? n : 0] = '\0';
}

/* The next pid in a cgroup's list, or in /proc. */
static bool next_pid(FILE *list, DIR *proc, char ret[32])
{
    struct dirent *e;

    if (list != NULL)
        return fscanf(list, "%20s", ret) == 1;
    while (proc != NULL && (e = readdir(proc)) != NULL)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9') {
            snprintf(ret, 32, "%.20s", e->d_name);
            return true;
        }
    return false;
}

bool directory_program(struct directory *d, const char *path, uint32_t inode,
                       char ret_comm[DIRECTORY_COMM],
                       char ret_exe[DIRECTORY_EXE])
{
    char file[2 * PATH_SIZE + 16], socket[32], pid[32];
    bool found = false;
    FILE *list = NULL;
    DIR *proc = NULL;

    if (path != NULL && path[0] != '\0' && d->mount[0] != '\0') {
        snprintf(file, sizeof(file), "%s%s/cgroup.procs", d->mount, path);
        list = fopen(file, "re");
    }
    if (list == NULL)
        proc = opendir("/proc");
    snprintf(socket, sizeof(socket), "socket:[%u]", (unsigned)inode);
    while (!found && next_pid(list, proc, pid))
        found = has_socket(pid, socket);
    if (found)
        describe(pid, ret_comm, ret_exe);
    if (list != NULL)
        fclose(list);
    if (proc != NULL)
        closedir(proc);
    return found;
}
