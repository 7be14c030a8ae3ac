/* What programs are told about their sockets; see private.h. */

#include <stdlib.h>

#include "attls-run/private.h"

enum { TOLD_MAX = 65536 }; /* the oldest is told the kernel's answer */

struct told *run_find_told(struct run *r, uint64_t cookie)
{
    struct told *t;

    LIST_FOREACH (t, &r->told_cookie[cookie % TOLD_BUCKETS], by_cookie)
        if (t->cookie == cookie)
            return t;
    return NULL;
}

struct told *run_find_told_id(struct run *r, uint32_t id)
{
    struct told *t;

    LIST_FOREACH (t, &r->told_id[id % TOLD_BUCKETS], by_id)
        if (t->id == id)
            return t;
    return NULL;
}

void run_drop_told(struct run *r, struct told *t)
{
    TAILQ_REMOVE(&r->told, t, link);
    LIST_REMOVE(t, by_cookie);
    LIST_REMOVE(t, by_id);
    r->told_count--;
    free(t);
}

struct told *run_add_told(struct run *r, uint64_t cookie, uint32_t id)
{
    struct told *t = run_find_told(r, cookie);

    if (t != NULL)
        run_drop_told(r, t);
    if (r->told_count >= TOLD_MAX)
        run_drop_told(r, TAILQ_LAST(&r->told, told_list));
    t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->cookie = cookie;
    t->id = id;
    TAILQ_INSERT_HEAD(&r->told, t, link);
    LIST_INSERT_HEAD(&r->told_cookie[cookie % TOLD_BUCKETS], t, by_cookie);
    LIST_INSERT_HEAD(&r->told_id[id % TOLD_BUCKETS], t, by_id);
    r->told_count++;
    return t;
}
