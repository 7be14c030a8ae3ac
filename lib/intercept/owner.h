#ifndef INTERCEPT_OWNER_H
#define INTERCEPT_OWNER_H

/*
 * Whose socket is it? Asked of the kernel by socket diagnosis
 * (NETLINK_SOCK_DIAG, sock_diag(7)); needs no privilege and costs about 3
 * microseconds. The answer is the kernel's word: uid and inode, no names.
 *
 * A struct owner_query holds one netlink socket and is used by one thread.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/error.h"
#include "util/netaddr.h"

struct owner_query;

struct owner {
    uid_t uid;
    uint32_t inode;
    uint64_t cgroup; /* id of the cgroup v2 folder, 0: kernel did not say */
};

int owner_query_new(struct owner_query **ret, struct error *err);
void owner_query_free(struct owner_query *q); /* NULL allowed */

/*
 * The owner of the TCP socket whose own address is LOCAL and whose peer is
 * REMOTE. ERR_NOT_FOUND: there is no such connection, or its program has
 * closed it already (the kernel then can't be trusted with the uid).
 * ERR_SYSTEM. An IPv4-mapped address is asked as IPv4.
 */
int owner_of_connection(struct owner_query *q, const struct netaddr *local,
                        const struct netaddr *remote, struct owner *ret,
                        struct error *err);

/* The owner of the socket that listens on LOCAL. */
int owner_of_listener(struct owner_query *q, const struct netaddr *local,
                      struct owner *ret, struct error *err);

#endif
