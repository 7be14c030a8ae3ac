#ifndef INTERCEPT_CGROUP_H
#define INTERCEPT_CGROUP_H

/*
 * The folders of cgroup v2 by their numbers, and whose word a path is. Whoever
 * owns a folder, or may write its list of processes, can put any program below
 * it under any name: that is what delegation is, and what user.slice is for.
 */

#include <stdbool.h>
#include <stdint.h>

enum {
    CGROUP_PATH = 256,
    CGROUP_DEPTH = 16 /* deeper folders are not found */
};

struct cgroup {
    /* Below the mount, "/system.slice/x.service"; "": not found. */
    char path[CGROUP_PATH];
    /* The path is root's word: every folder on it, and who may put a program
     * there. */
    bool roots;
};

/* PATH is in user.slice: what systemd puts there it was asked for by the
 * account itself. */
bool cgroup_is_below_users(const char *path);

/* Where cgroup v2 is mounted whole; false: nowhere. */
bool cgroup_mount(char ret[CGROUP_PATH]);

/*
 * Searches below MOUNT for the folder whose inode is ID: first where root
 * alone makes folders. Each folder costs one of LOOKS; without any it is not
 * found. Waits for the file system.
 */
void cgroup_find(const char *mount, uint64_t id, unsigned *looks,
                 struct cgroup *ret);

#endif
