/* What programs are told about their sockets; see private.h. */

#include <stdlib.h>

#include "attls-run/private.h"

enum { TOLD_MAX = 65536 }; /* the oldest is told the kernel's answer */

static bool has_cookie(const void *item, const void *key)
{
    return ((const struct told *)item)->cookie == *(const uint64_t *)key;
}

static bool has_id(const void *item, const void *key)
{
    return ((const struct told *)item)->id == *(const uint32_t *)key;
}

struct told *run_find_told(struct run *r, uint64_t cookie)
{
    return table_find(&r->told_cookie, table_hash_number(cookie), has_cookie,
                      &cookie);
}

struct told *run_find_told_id(struct run *r, uint32_t id)
{
    return table_find(&r->told_id, table_hash_number(id), has_id, &id);
}

void run_drop_told(struct run *r, struct told *t)
{
    TAILQ_REMOVE(&r->told, t, link);
    table_remove(&r->told_cookie, table_hash_number(t->cookie), t);
    table_remove(&r->told_id, table_hash_number(t->id), t);
    free(t);
}

/* Room in both tables before it is in one of them. */
static bool has_room(struct run *r)
{
    size_t n = r->told_cookie.count + 1;

    return table_reserve(&r->told_cookie, n) && table_reserve(&r->told_id, n);
}

struct told *run_add_told(struct run *r, uint64_t cookie, uint32_t id)
{
    struct told *t = run_find_told(r, cookie);

    if (t != NULL)
        run_drop_told(r, t);
    if (r->told_cookie.count >= TOLD_MAX)
        run_drop_told(r, TAILQ_LAST(&r->told, told_list));
    t = has_room(r) ? calloc(1, sizeof(*t)) : NULL;
    if (t == NULL)
        return NULL;
    t->cookie = cookie;
    t->id = id;
    TAILQ_INSERT_HEAD(&r->told, t, link);
    table_add(&r->told_cookie, table_hash_number(cookie), t);
    table_add(&r->told_id, table_hash_number(id), t);
    return t;
}
