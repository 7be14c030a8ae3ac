#ifndef CONN_NAMING_QUEUE_H
#define CONN_NAMING_QUEUE_H

/*
 * Questions that wait, a line for each account. The accounts take turns, and
 * each has one question answered at a time, so that an account that asks much
 * waits for itself. The whole is bounded: where it is full, the longest line
 * loses its last question, which is the new one where that line is the new
 * one's.
 *
 * Not locked: that is the caller's.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

struct naming_line; /* of one account */
TAILQ_HEAD(naming_lines, naming_line);

enum { NAMING_BUCKETS = 256 };

struct naming_queue {
    struct naming_lines ready; /* somebody waits, nobody is answered */
    struct naming_lines bucket[NAMING_BUCKETS];
    size_t count, max;
};

/* What waits begins with one of these. */
struct naming_place {
    TAILQ_ENTRY(naming_place) next;
    struct naming_line *line;
};

void naming_queue_init(struct naming_queue *q, size_t max);

/* Puts P at the end of the line of UID. What lost its place is *RET_OUT, or
 * NULL; it may be P. ERR_NOMEM: P does not wait. */
int naming_queue_put(struct naming_queue *q, uid_t uid, struct naming_place *p,
                     struct naming_place **ret_out);
/* The next whose turn it is, or NULL: nobody waits, or only accounts of which a
 * question is being answered. */
struct naming_place *naming_queue_take(struct naming_queue *q);
/* The one that was taken is answered. */
void naming_queue_done(struct naming_queue *q, struct naming_place *p);
/* Anyone that waits, its place taken from it; NULL: nobody does. */
struct naming_place *naming_queue_empty(struct naming_queue *q);

#endif
