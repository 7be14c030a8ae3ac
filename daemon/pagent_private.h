#ifndef DAEMON_PAGENT_PRIVATE_H
#define DAEMON_PAGENT_PRIVATE_H

/* What pagent.c and pagent_log.c share. */

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "daemon/pagent.h"

/* What a file was when it was read; all zero: not there. */
struct file_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct pagent {
    struct pagent_params params;
    pthread_mutex_t lock; /* of all that follows; held while loading */
    unsigned level, coded_level;
    struct file_mark *files; /* of the policy that runs, in its order */
    size_t file_count;
};

void pagent_note_files(struct pagent *p, const struct snapshot *s);
void pagent_say(struct pagent *p, struct strbuf *console, const char *function,
                enum operator_message m, const char *first, const char *second);

/* snapshot_trouble_fn: to the log. */
void pagent_trouble(void *arg, const struct environment_trouble *t,
                    bool reminder);
/*
 * The step between a snapshot that was loaded and its installation:
 * environments that NEXT changes are opened, for open_limit at most. How many
 * can't be; they are logged, and listed on CONSOLE (NULL: there is none).
 */
unsigned pagent_open_changed(struct pagent *p, struct snapshot *next,
                             struct strbuf *console);

/* Both with the lock held. */
void pagent_log_start(struct pagent *p, struct snapshot *s);
void pagent_log_policy(struct pagent *p, struct snapshot *s);

#endif
