/* Pools of pipes; see pipes.h. */

#include "relay/pipes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/fd.h"

static struct pipe *open_pipe(void)
{
    struct pipe *p = malloc(sizeof(*p));
    int fds[2];

    if (p == NULL)
        return NULL;
    if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0) {
        free(p);
        return NULL;
    }
    *p = (struct pipe){.to = fds[1], .from = fds[0]};
    /* refused above the account's pipe-user-pages-soft: a small one will do */
    fcntl(p->to, F_SETPIPE_SZ, (int)PIPE_SIZE);
    return p;
}

static void close_pipe(struct pipes *pool, struct pipe *p)
{
    fd_close(&p->to);
    fd_close(&p->from);
    free(p);
    pool->count--;
}

struct pipe *pipes_get(struct pipes *pool)
{
    struct pipe *p;

    if (pool->idle_count > 0)
        return pool->idle[--pool->idle_count];
    if (pool->count == PIPES_MAX)
        return NULL;
    p = open_pipe();
    if (p != NULL)
        pool->count++;
    return p;
}

void pipes_put(struct pipes *pool, struct pipe *p)
{
    if (p == NULL)
        return;
    if (p->len == 0 && pool->idle_count < PIPES_IDLE)
        pool->idle[pool->idle_count++] = p;
    else
        close_pipe(pool, p);
}

void pipes_done(struct pipes *pool)
{
    while (pool->idle_count > 0)
        close_pipe(pool, pool->idle[--pool->idle_count]);
}
