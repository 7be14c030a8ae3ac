#ifndef ATTLS_RUN_PRIVATE_H
#define ATTLS_RUN_PRIVATE_H

/* What the supervisor's files share; not for others. */

#include <linux/seccomp.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "attls-run/run.h"
#include "intercept/runmsg.h"
#include "util/table.h"

/* A program's socket that is not connected where the program thinks: what it
 * is told instead. Known by the kernel's cookie of the socket. */
struct told {
    TAILQ_ENTRY(told) link; /* in order of age */
    uint64_t cookie;
    uint32_t id;                /* of the request */
    struct netaddr local, peer; /* AF_UNSPEC: the kernel's own answer */
};
TAILQ_HEAD(told_list, told);

/* A call that is not answered yet. */
struct waiting {
    TAILQ_ENTRY(waiting) link;
    struct seccomp_notif call;
    uint32_t id;   /* of the request that it waits for */
    int fd;        /* the program's socket; -1: none is needed */
    int wire, own; /* accepted, and what the program gets; else -1 */
    int family;    /* of the socket that listens */
    int error;     /* to answer with when it is due */
    bool reuse;    /* SO_REUSEADDR is ours, not the program's */
    uint64_t due;  /* run_now(); 0: no limit */
};
TAILQ_HEAD(waiting_list, waiting);

struct run {
    int notify, daemon; /* daemon -1: gone */
    const struct run_setting *setting;
    struct run_daemon *own;
    bool heard;        /* of the daemon, since it was connected */
    bool known;        /* it has answered us before */
    bool lost;         /* that was said */
    uint64_t next_try; /* to find it again */
    int door[2];       /* our listening sockets: 127.0.0.1, ::1 (-1: no IPv6) */
    struct netaddr door_address[2];
    int reserve[2]; /* to look with when there are no descriptors left */
    uint32_t next_id;
    struct told_list told; /* the newest first */
    struct table told_cookie, told_id;
    struct waiting_list connects; /* for the daemon's result */
    struct waiting_list accepts;  /* for somebody who connects */
    struct waiting_list handing;  /* accepted, for the daemon's word */
    struct waiting_list late;     /* refused, for their time */
    uint64_t swept;               /* when the accepts were looked through */
    struct run_refused *refused;
};

/* ---- the caller and the time (thread.c) ---- */

/* A word that /proc says of THREAD; "": not known. KEY: "Tgid:" */
enum { RUN_STATUS = 64 };
void run_status(pid_t thread, const char *key, char ret[RUN_STATUS]);
/* The call is still there (its thread was not interrupted). */
bool run_is_valid(const struct run *r, const struct seccomp_notif *call);
/* Milliseconds of a clock that only goes forward. */
uint64_t run_now(void);
/* When these have passed, not earlier: run_now() cuts. */
uint64_t run_after(uint64_t ms);

/* ---- answers to the kernel (answer.c) ---- */

enum run_row {
#define ANSWER(id, how, error, when) RUN_##id,
#include "attls-run/answers.def"
    RUN_ROWS
};

/* Ends CALL as that row says. ERROR: of GIVEN the result; else the errno that
 * is the reason, or 0. */
void run_end(struct run *r, const struct seccomp_notif *call, enum run_row row,
             int error);
/* How many were refused with a line for their program, said at the end. */
void run_say_refused(struct run *r);

/* A copy of W at the end of the list, which owns its descriptors; NULL: no
 * memory, and they are still the caller's. */
struct waiting *run_keep(struct waiting_list *list, const struct waiting *w);
void run_forget(struct waiting_list *list, struct waiting *w);
/* Answers what is due; how long until the next is, for poll(). */
int run_answer_due(struct run *r);

/* ---- the daemon's word (reply.c) ---- */

/* To the call that waits for it. */
void run_reply(struct run *r, const struct runmsg *reply);
/* It will say nothing more: all that wait are refused. */
void run_abandon(struct run *r);
/* What accept() gets: *FD, which is closed here; W's wire is reset when it
 * gets nothing. */
void run_end_accept(struct run *r, struct waiting *w, int *fd);
/* SO_REUSEADDR, if it was ours, is taken off the program's socket. */
void run_unshare_port(const struct waiting *w);

/* ---- the daemon (link.c) ---- */

/* The first words with it: does it take us? */
void run_greet(struct run *r);
/* Sends a question and waits for its reply, handling others on the way. The
 * reply's error; ECONNREFUSED without a daemon. */
int run_ask(struct run *r, enum runmsg_verb verb, const struct netaddr *a);
/* Sends a request with sockets, which stay the caller's. 0: there is no
 * daemon; else its number. SOURCE: what the program's socket is bound to. */
uint32_t run_tell(struct run *r, enum runmsg_verb verb, const struct netaddr *a,
                  const struct netaddr *source, const int *sockets,
                  size_t count);
/* One message of the daemon, if there is one. */
void run_hear(struct run *r);

/* ---- the calls (calls.c, accept.c) ---- */

void run_handle(struct run *r, const struct seccomp_notif *call);
void run_accept(struct run *r, const struct seccomp_notif *call);
/* Somebody may be there for those who wait. */
void run_try_accepts(struct run *r);

/* ---- sockets (sockets.c) ---- */

/* What a descriptor of the program is. */
enum run_look { RUN_TCP, RUN_OTHER, RUN_FOREIGN, RUN_BAD_FD, RUN_BLIND };

struct run_socket {
    int fd; /* ours to close; -1: none */
    int family;
    int error; /* RUN_BLIND: why, an errno */
};

enum run_look run_look(struct run *r, const struct seccomp_notif *call, int fd,
                       struct run_socket *ret);
/* The reserve is there again, where there is room. */
void run_refill(struct run *r);

bool run_is_nonblocking(int fd);
/* An option of SOL_SOCKET; -1 and errno: not known. */
int run_option(int fd, int name);
uint64_t run_cookie(int fd);
/* 1 connected, 0 not, -1 and errno: not known. */
int run_is_connected(int fd);

/* The address that connect() was given, as the kernel reads it for that
 * socket; AF_UNSPEC is one. 0, or an errno: EINVAL, EAFNOSUPPORT and EFAULT
 * are the kernel's own, any other says why it can't be read. */
int run_read_address(const struct seccomp_notif *call, int family,
                     struct netaddr *ret);
/* As the kernel writes a socket's name: cut to *LEN, which becomes the full
 * length. FAMILY is that of the program's socket. 0, EFAULT, or an errno that
 * says why it can't be written. */
int run_write_address(const struct run *r, const struct seccomp_notif *call,
                      uint64_t at, uint64_t len_at, int family,
                      const struct netaddr *a);

/* Opens the doors. ERR_SYSTEM. */
int run_open_doors(struct run *r, struct error *err);
/* Connects the program's socket to the door for addresses like TO. *RET is our
 * end, or -1; the result is 0 or the errno of connect() (EINPROGRESS too), or
 * -1 and errno: the door did not take it. */
int run_through_door(struct run *r, const struct run_socket *s,
                     const struct netaddr *to, int *ret);
/* A socket that was refused is as it was before. */
void run_disconnect(int fd);

/* ---- what programs are told (told.c) ---- */

struct told *run_add_told(struct run *r, uint64_t cookie, uint32_t id);
struct told *run_find_told(struct run *r, uint64_t cookie);
struct told *run_find_told_id(struct run *r, uint32_t id);
void run_drop_told(struct run *r, struct told *t);

#endif
