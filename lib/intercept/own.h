#ifndef INTERCEPT_OWN_H
#define INTERCEPT_OWN_H

/*
 * Sockets with which this process itself connects somewhere, by inode: one
 * that comes back to it as somebody's connection is nobody's authority, though
 * the kernel names our account as its owner.
 *
 * Only those that go to a port that is watched are kept: the others can't come
 * back. Any thread may call anything here but own_watch().
 */

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

struct own;
struct own_socket;

int own_new(struct own **ret, struct error *err); /* ERR_NOMEM */
void own_free(struct own *all); /* NULL allowed; when all are removed */

/* PORT is one that we listen on; 0: all may lead back. Before there are other
 * threads. */
void own_watch(struct own *all, uint16_t port);
/* A socket that goes to PORT has to be added. ALL may be NULL: false. */
bool own_is_watched(const struct own *all, uint16_t port);

/* FD is ours, done before it connects; *LIST has it, with others, until
 * own_remove(). ERR_SYSTEM, ERR_NOMEM. */
int own_add(struct own *all, int fd, struct own_socket **list,
            struct error *err);
/* Forgets all of *LIST, which then is NULL; other sockets may soon have their
 * numbers. */
void own_remove(struct own *all, struct own_socket **list);
bool own_has(struct own *all, uint32_t inode); /* ALL may be NULL: false */

#endif
