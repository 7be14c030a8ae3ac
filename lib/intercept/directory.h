#ifndef INTERCEPT_DIRECTORY_H
#define INTERCEPT_DIRECTORY_H

/*
 * What the system knows about a number: the account of a uid, the path of a
 * cgroup's id. Answers are remembered, so that a second question costs no
 * system call; a first one may wait for name services or walk a file system,
 * and is asked by directory_resolve_...() on a thread that may wait.
 *
 * Any thread may call anything here. What one question may cost is bounded.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "intercept/cgroup.h"
#include "intercept/names.h"
#include "intercept/program.h"
#include "util/error.h"

struct directory;

/* How long an answer counts, in seconds: accounts and units change. */
enum { DIRECTORY_SECONDS = 60 };

int directory_new(struct directory **ret, struct error *err); /* ERR_NOMEM */
void directory_free(struct directory *d);                     /* NULL allowed */

enum directory_answer {
    DIRECTORY_KNOWN,
    DIRECTORY_NONE, /* asked, and the system knows none */
    DIRECTORY_ASK   /* not asked lately */
};

/*
 * The user id of a uid: the name of its account, folded (names.h), unless a
 * second account folds to the same.
 */
enum directory_answer directory_userid(struct directory *d, uid_t uid,
                                       char ret[ZOS_NAME_SIZE]);
void directory_resolve_userid(struct directory *d, uid_t uid);

/* The path of a cgroup v2 folder below its mount, and whose word it is. */
enum directory_answer directory_cgroup(struct directory *d, uint64_t id,
                                       struct cgroup *ret);
void directory_resolve_cgroup(struct directory *d, uint64_t id);

/*
 * The program of account UID that has the socket INODE, searched in the cgroup
 * at PATH ("": everywhere). Waits; may read thousands of small files.
 */
void directory_program(struct directory *d, const char *path, uid_t uid,
                       uint32_t inode, struct program *ret);

#endif
