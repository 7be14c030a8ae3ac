#ifndef INTERCEPT_PROGRAM_H
#define INTERCEPT_PROGRAM_H

/*
 * The program that has a socket, searched in /proc. What it is called is its
 * own word; which file it runs is the kernel's: compared by device and inode,
 * for a path is what the program's own mount namespace makes of it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { PROGRAM_COMM = 16 };

struct program {
    bool found;
    char comm[PROGRAM_COMM];
    /* Its user namespace, and that of its mounts, is ours: no account has made
     * a world of its own for it. */
    bool ours;
    uint64_t device, inode; /* of the file it runs; 0: not to be seen */
};

/*
 * The program of the socket INODE, first among those of account UID. LIST is
 * the file with the numbers of the processes that are looked at; NULL: all.
 * Each process and each descriptor costs one of LOOKS; without any it is not
 * found. Programs of other accounts need CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH.
 */
void program_find(const char *list, uid_t uid, uint32_t inode, unsigned *looks,
                  struct program *ret);

/* It runs FILE, as we see it, and is one of our world. May wait for FILE. */
bool program_runs(const struct program *p, const char *file);

#endif
