#ifndef INTERCEPT_DIRECTORY_H
#define INTERCEPT_DIRECTORY_H

/*
 * What the system knows about a number: the account of a uid, the path of a
 * cgroup's id. Answers are remembered, so that a second question costs no
 * system call; a first one may wait for name services or walk a file system,
 * and is asked by directory_resolve_...() on a thread that may wait.
 *
 * Any thread may call anything here, but only one at a time may resolve.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "intercept/names.h"
#include "util/error.h"

struct directory;

/* How long an answer counts, in seconds: accounts and units change. */
enum { DIRECTORY_SECONDS = 60 };

int directory_new(struct directory **ret, struct error *err); /* ERR_NOMEM */
void directory_free(struct directory *d);                     /* NULL allowed */

enum directory_answer {
    DIRECTORY_KNOWN,
    DIRECTORY_NONE, /* asked, and there is none */
    DIRECTORY_ASK   /* not asked lately */
};

/*
 * The user id of a uid: the name of its account, folded (names.h), unless a
 * second account folds to the same.
 */
enum directory_answer directory_userid(struct directory *d, uid_t uid,
                                       char ret[NAME_SIZE]);
void directory_resolve_userid(struct directory *d, uid_t uid);

/* The path of a cgroup v2 folder below its mount, "/system.slice/x.service".
 * A path that does not fit SIZE is none. */
enum directory_answer directory_cgroup(struct directory *d, uint64_t id,
                                       char *ret, size_t size);
void directory_resolve_cgroup(struct directory *d, uint64_t id);

/*
 * The program that has the socket INODE, searched in the cgroup at PATH
 * ("" or NULL: everywhere). Waits; may read thousands of small files. The
 * executable's path needs CAP_SYS_PTRACE for programs of others; without it
 * *RET_EXE is "". False: not found.
 */
enum { DIRECTORY_COMM = 16, DIRECTORY_EXE = 256 };
bool directory_program(struct directory *d, const char *path, uint32_t inode,
                       char ret_comm[DIRECTORY_COMM],
                       char ret_exe[DIRECTORY_EXE]);

#endif
