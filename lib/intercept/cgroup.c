/* See cgroup.h. */

#include "intercept/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    uint64_t id;
    unsigned *looks;
    bool others; /* into folders that are not root's too */
    struct cgroup *ret;
};

/* ---- where ---- */

/* Of a bind mount of a part of the tree the path would be cut in front. */
static bool is_whole(const char *line, char ret[CGROUP_PATH])
{
    char root[CGROUP_PATH];

    return strstr(line, " - cgroup2 ") != NULL &&
           sscanf(line, "%*s %*s %*s %255s %255s", root, ret) == 2 &&
           strcmp(root, "/") == 0 && strchr(ret, '\\') == NULL;
}

bool cgroup_mount(char ret[CGROUP_PATH])
{
    FILE *f = fopen("/proc/self/mountinfo", "re");
    bool found = false;
    char line[4096];

    while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
        found = is_whole(line, ret);
    if (f != NULL)
        fclose(f);
    if (!found)
        ret[0] = '\0';
    return found;
}

/* ---- whose ---- */

static bool is_roots(const struct stat *st)
{
    return st->st_uid == 0 && (st->st_mode & S_IWOTH) == 0 &&
           ((st->st_mode & S_IWGRP) == 0 || st->st_gid == 0);
}

/* Whoever may write these files puts programs into the folder. Kernels before
 * 4.14 have no threads of their own in a cgroup. */
static bool lists_are_roots(int fd)
{
    struct stat st;

    if (fstatat(fd, "cgroup.procs", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
        !is_roots(&st))
        return false;
    if (fstatat(fd, "cgroup.threads", &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT;
    return is_roots(&st);
}

bool cgroup_is_below_users(const char *path)
{
    static const char slice[] = "user.slice";
    size_t len;

    for (; *path == '/'; path += len) {
        path++;
        len = strcspn(path, "/");
        if (len == sizeof(slice) - 1 && strncmp(path, slice, len) == 0)
            return true;
    }
    return false;
}

/* ---- the search ---- */

static bool walk(struct search *s, int fd, size_t len, unsigned depth,
                 bool roots);

static bool enter(struct search *s, int above, const char *name, size_t len,
                  unsigned depth, bool roots)
{
    char *path = s->ret->path;
    size_t more = strlen(name) + 1;
    int fd;

    if (len + more >= CGROUP_PATH || *s->looks == 0)
        return false;
    (*s->looks)--;
    fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    snprintf(path + len, CGROUP_PATH - len, "/%s", name);
    if (walk(s, fd, len + more, depth, roots))
        return true;
    path[len] = '\0';
    return false;
}

/* Whether FD, whose path has LEN characters, is the folder or above it. Closes
 * FD. ROOTS: all above it are root's. */
static bool walk(struct search *s, int fd, size_t len, unsigned depth,
                 bool roots)
{
    bool found = false;
    struct dirent *e;
    struct stat st;
    DIR *dir = NULL;

    if (fstat(fd, &st) == 0) {
        roots = roots && is_roots(&st);
        found = st.st_ino == s->id;
        s->ret->roots = found && roots && lists_are_roots(fd);
        if (!found && depth < CGROUP_DEPTH && (roots || s->others))
            dir = fdopendir(fd);
    }
    if (dir == NULL) {
        close(fd);
        return found;
    }
    while (!found && (e = readdir(dir)) != NULL)
        if (e->d_type == DT_DIR && e->d_name[0] != '.')
            found = enter(s, fd, e->d_name, len, depth + 1, roots);
    closedir(dir);
    return found;
}

static bool walk_all(struct search *s, const char *mount)
{
    int fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    s->ret->path[0] = '\0';
    return fd >= 0 && walk(s, fd, 0, 0, true);
}

void cgroup_find(const char *mount, uint64_t id, unsigned *looks,
                 struct cgroup *ret)
{
    struct search s = {.id = id, .looks = looks, .ret = ret};

    if (!walk_all(&s, mount)) {
        s.others = true;
        if (!walk_all(&s, mount)) {
            *ret = (struct cgroup){0};
            return;
        }
    }
    if (ret->path[0] == '\0')
        strcpy(ret->path, "/");
    ret->roots = ret->roots && !cgroup_is_below_users(ret->path);
}
