/* See own.h: a table and one lock. */

#include "intercept/own.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "util/table.h"

enum { PORTS = 65536 };

struct own_socket {
    struct own_socket *next; /* of its list */
    uint32_t inode;
};

struct own {
    pthread_mutex_t lock;
    struct table by_inode;
    unsigned char watched[PORTS / 8];
};

int own_new(struct own **ret, struct error *err)
{
    struct own *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return error_nomem(err);
    pthread_mutex_init(&all->lock, NULL);
    *ret = all;
    return 0;
}

void own_free(struct own *all)
{
    if (all == NULL)
        return;
    table_done(&all->by_inode);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

void own_watch(struct own *all, uint16_t port)
{
    all->watched[port / 8] |= (unsigned char)(1 << port % 8);
}

static bool is_set(const struct own *all, uint16_t port)
{
    return (all->watched[port / 8] >> port % 8 & 1) != 0;
}

bool own_is_watched(const struct own *all, uint16_t port)
{
    return all != NULL && (is_set(all, 0) || is_set(all, port));
}

static bool has_inode(const void *item, const void *key)
{
    return ((const struct own_socket *)item)->inode == *(const uint32_t *)key;
}

int own_add(struct own *all, int fd, struct own_socket **list,
            struct error *err)
{
    struct own_socket *s = malloc(sizeof(*s));
    struct stat st;
    bool added;

    if (s == NULL)
        return error_nomem(err);
    if (fstat(fd, &st) < 0) {
        free(s);
        return error_errno(err, "fstat of a socket");
    }
    s->inode = (uint32_t)st.st_ino;
    pthread_mutex_lock(&all->lock);
    added = table_add(&all->by_inode, table_hash_number(s->inode), s);
    pthread_mutex_unlock(&all->lock);
    if (!added) {
        free(s);
        return error_nomem(err);
    }
    s->next = *list;
    *list = s;
    return 0;
}

void own_remove(struct own *all, struct own_socket **list)
{
    struct own_socket *s;

    while ((s = *list) != NULL) {
        *list = s->next;
        pthread_mutex_lock(&all->lock);
        table_remove(&all->by_inode, table_hash_number(s->inode), s);
        pthread_mutex_unlock(&all->lock);
        free(s);
    }
}

bool own_has(struct own *all, uint32_t inode)
{
    const struct own_socket *s;

    if (all == NULL)
        return false;
    pthread_mutex_lock(&all->lock);
    s = table_find(&all->by_inode, table_hash_number(inode), has_inode, &inode);
    pthread_mutex_unlock(&all->lock);
    return s != NULL;
}
