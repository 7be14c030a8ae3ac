#ifndef RELAY_PIPES_H
#define RELAY_PIPES_H

/*
 * The kernel's pipes through which clear bytes go from socket to socket
 * without being copied into the process (splice(2)). Each thread has a pool;
 * a pipe is lent only while bytes are in it.
 */

#include <stdbool.h>
#include <stddef.h>

enum {
    PIPES_MAX = 16,          /* of one thread, two descriptors each */
    PIPES_IDLE = 2,          /* kept for the next one who asks */
    PIPE_SIZE = 1024 * 1024, /* wished, pipe(7) allows it; less will do */
};

struct pipe {
    int to, from; /* write to, read from */
    size_t len;   /* bytes in it */
};

struct pipes {
    struct pipe *idle[PIPES_IDLE];
    unsigned idle_count;
    unsigned count; /* idle and lent */
};

/* All zero is an empty pool. NULL: the kernel gives no pipe, copy instead. */
struct pipe *pipes_get(struct pipes *pool);
/* Takes a pipe of this pool back; bytes that are still in it are gone. NULL
 * allowed. */
void pipes_put(struct pipes *pool, struct pipe *p);
/* Closes those that are idle. */
void pipes_done(struct pipes *pool);

#endif
