#ifndef ATTLS_RUN_PRIVATE_H
#define ATTLS_RUN_PRIVATE_H

/* What the supervisor's files share; not for others. */

#include <linux/seccomp.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "attls_run.h"
#include "intercept/runmsg.h"

/* A program's socket that is not connected where the program thinks: what it
 * is told instead. Known by the kernel's cookie of the socket. */
struct told {
    TAILQ_ENTRY(told) link; /* in order of age */
    LIST_ENTRY(told) by_cookie, by_id;
    uint64_t cookie;
    uint32_t id;                /* of the request */
    struct netaddr local, peer; /* AF_UNSPEC: the kernel's own answer */
};
TAILQ_HEAD(told_list, told);
LIST_HEAD(told_bucket, told);
enum { TOLD_BUCKETS = 4096 };

/* A call that is not answered yet: it waits for the daemon, or for somebody
 * who connects. */
struct waiting {
    TAILQ_ENTRY(waiting) link;
    struct seccomp_notif call;
    uint32_t id; /* of the request; accept: 0 */
    int fd;      /* the program's socket; accept: the one that listens */
};
TAILQ_HEAD(waiting_list, waiting);

struct run {
    int notify, daemon; /* daemon -1: gone */
    const char *jobname;
    int door[2]; /* our listening sockets: 127.0.0.1, ::1 (-1: no IPv6) */
    struct netaddr door_address[2];
    uint32_t next_id;
    struct told_list told; /* the newest first */
    struct told_bucket told_cookie[TOLD_BUCKETS], told_id[TOLD_BUCKETS];
    size_t told_count;
    struct waiting_list connects, accepts;
};

/* ---- answers to the kernel (attls_run_loop.c) ---- */

void run_answer(struct run *r, const struct seccomp_notif *call, int error,
                int64_t value);
/* The kernel does what the program asked. */
void run_continue(struct run *r, const struct seccomp_notif *call);
/* The call is still there (its thread was not interrupted). */
bool run_is_valid(const struct run *r, const struct seccomp_notif *call);

/* ---- the daemon ---- */

/* Sends a request and waits for its reply, handling others on the way. The
 * reply's error; ECONNREFUSED without a daemon. */
int run_ask(struct run *r, enum runmsg_verb verb, const struct netaddr *a);
/* Sends a request with sockets, which stay the caller's. 0: its number. */
uint32_t run_tell(struct run *r, enum runmsg_verb verb, const struct netaddr *a,
                  const int *sockets, size_t count);
/* One message of the daemon, if there is one. */
void run_hear(struct run *r);

/* ---- the calls (attls_run_calls.c) ---- */

void run_handle(struct run *r, const struct seccomp_notif *call);
/* The daemon's reply to a connect. */
void run_connected(struct run *r, const struct runmsg *reply);
/* Somebody may be there for this accept: true when it is answered. */
bool run_try_accept(struct run *r, struct waiting *w);
void run_forget(struct waiting_list *list, struct waiting *w);

/* ---- sockets (attls_run_sockets.c) ---- */

/* A descriptor of the program's socket FD, ours to close; -1: none. */
int run_take_socket(const struct seccomp_notif *call, int fd);
bool run_is_tcp(int fd);
bool run_is_listening(int fd);
bool run_is_nonblocking(int fd);
uint64_t run_cookie(int fd);
/* The program's memory. False: it is not there. */
bool run_read_address(const struct seccomp_notif *call, uint64_t at,
                      uint64_t len, struct netaddr *ret);
/* As the kernel writes a socket's name: cut to *LEN, which becomes the full
 * length. FAMILY is that of the program's socket. */
bool run_write_address(const struct seccomp_notif *call, uint64_t at,
                       uint64_t len_at, int family, const struct netaddr *a);
int run_family(int fd);

/* Opens the doors. ERR_SYSTEM. */
int run_open_doors(struct run *r, struct error *err);
/* Connects the program's socket FD to a door. *RET is our end, or -1; the
 * result is 0 or the errno of connect() (EINPROGRESS too). */
int run_through_door(struct run *r, int fd, int *ret);

/* ---- what programs are told ---- */

struct told *run_add_told(struct run *r, uint64_t cookie, uint32_t id);
struct told *run_find_told(struct run *r, uint64_t cookie);
struct told *run_find_told_id(struct run *r, uint32_t id);
void run_drop_told(struct run *r, struct told *t);

#endif
