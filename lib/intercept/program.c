/* See program.h. */

#include "intercept/program.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "util/fd.h"

struct search {
    FILE *list; /* else all of /proc */
    DIR *proc;
    uid_t uid;
    char socket[32]; /* as the link of a descriptor reads */
    unsigned *looks;
};

static bool look(struct search *s)
{
    if (*s->looks == 0)
        return false;
    (*s->looks)--;
    return true;
}

/* ---- the world it lives in ---- */

static bool is_our_users(const struct stat *st)
{
    struct stat own;

    return stat("/proc/self/ns/user", &own) == 0 && own.st_dev == st->st_dev &&
           own.st_ino == st->st_ino;
}

/* Mounts that root makes for a service (PrivateTmp=) are as good as ours;
 * those that an account makes belong to a user namespace of its own. */
static bool has_our_mounts(int process)
{
    int mounts = openat(process, "ns/mnt", O_RDONLY | O_CLOEXEC);
    int users = mounts < 0 ? -1 : ioctl(mounts, NS_GET_USERNS);
    struct stat st;
    bool ours = users >= 0 && fstat(users, &st) == 0 && is_our_users(&st);

    fd_close(&users);
    fd_close(&mounts);
    return ours;
}

static bool is_of_our_world(int process)
{
    struct stat st;

    return fstatat(process, "ns/user", &st, 0) == 0 && is_our_users(&st) &&
           has_our_mounts(process);
}

/* ---- what it is ---- */

/* The file may lie on a file system of the program's own account, which need
 * not answer: it is not asked. */
static void read_file(int process, struct program *ret)
{
    struct statx sx;

    if (statx(process, "exe", AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_INO,
              &sx) < 0)
        return;
    ret->device = makedev(sx.stx_dev_major, sx.stx_dev_minor);
    ret->inode = sx.stx_ino;
}

static void describe(int process, struct program *ret)
{
    int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret->comm, sizeof(ret->comm) - 1);

    fd_close(&fd);
    ret->comm[n > 0 ? n : 0] = '\0';
    ret->comm[strcspn(ret->comm, "\n")] = '\0';
    ret->ours = is_of_our_world(process);
    read_file(process, ret);
    ret->found = true;
}

bool program_runs(const struct program *p, const char *file)
{
    struct stat st;

    return p->found && p->ours && p->inode != 0 && stat(file, &st) == 0 &&
           (uint64_t)st.st_dev == p->device && (uint64_t)st.st_ino == p->inode;
}

/* ---- the search ---- */

static bool has_socket(struct search *s, int process)
{
    int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *e;
    bool found = false;
    char target[64];
    ssize_t n;

    if (dir == NULL) {
        fd_close(&fd);
        return false;
    }
    while (!found && (e = readdir(dir)) != NULL && look(s)) {
        n = readlinkat(fd, e->d_name, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, s->socket) == 0;
    }
    closedir(dir);
    return found;
}

/* The descriptor of the process's folder stands for this process and no later
 * one of its number. */
static bool try_process(struct search *s, const char *pid, bool own,
                        struct program *ret)
{
    struct stat st;
    int process;

    if (!look(s))
        return false;
    process = openat(dirfd(s->proc), pid, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (process < 0)
        return false;
    if (fstat(process, &st) == 0 && (st.st_uid == s->uid) == own &&
        has_socket(s, process))
        describe(process, ret);
    close(process);
    return ret->found;
}

/* The next number in the list, or in /proc. */
static bool next_pid(struct search *s, char ret[32])
{
    struct dirent *e;

    if (s->list != NULL)
        return fscanf(s->list, "%20s", ret) == 1;
    while ((e = readdir(s->proc)) != NULL)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9') {
            snprintf(ret, 32, "%.20s", e->d_name);
            return true;
        }
    return false;
}

/* Those of the account itself, or all others: one that has changed its account
 * since, and one that shows none. */
static bool pass(struct search *s, bool own, struct program *ret)
{
    char pid[32];

    if (s->list != NULL)
        rewind(s->list);
    rewinddir(s->proc);
    while (*s->looks > 0 && next_pid(s, pid))
        if (try_process(s, pid, own, ret))
            return true;
    return false;
}

void program_find(const char *list, uid_t uid, uint32_t inode, unsigned *looks,
                  struct program *ret)
{
    struct search s = {.uid = uid, .looks = looks};

    *ret = (struct program){0};
    snprintf(s.socket, sizeof(s.socket), "socket:[%u]", (unsigned)inode);
    s.proc = opendir("/proc");
    if (s.proc == NULL)
        return;
    if (list != NULL)
        s.list = fopen(list, "re");
    if (!pass(&s, true, ret))
        pass(&s, false, ret);
    if (s.list != NULL)
        fclose(s.list);
    closedir(s.proc);
}
