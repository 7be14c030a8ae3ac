#ifndef CONN_NAMING_H
#define CONN_NAMING_H

/*
 * Who the program is, by name: from the kernel's uid and cgroup to user id and
 * job name, by the lists users and jobs of attlsd.conf(5) and what the system
 * knows. What was asked lately is answered at once; for the rest threads of
 * its own wait for name services and file systems, never an event loop.
 */

#include "conn/intercepted.h"

struct naming;
struct naming_task; /* a question on its way */

/* Starts the threads. ERR_NOMEM, ERR_SYSTEM. */
int naming_new(struct naming **ret, struct error *err);
/* Ends the threads: no DONE is called after it, and nothing is answered. */
void naming_stop(struct naming *n); /* NULL allowed */
void naming_free(struct naming *n); /* NULL allowed */

struct naming_question {
    struct config *config; /* a reference is held while it is asked */
    const struct config_listener *listener;
    uint16_t port; /* that the program listens on; 0: it is a client */
};

/*
 * Completes the names of WHO that are not given. A name that can't be known
 * is "". False: naming_ask() must be asked, WHO is as it was.
 */
bool naming_known(struct naming *n, const struct naming_question *q,
                  struct identity *who);

/*
 * The same on a thread, which calls DONE, there, when it has the answer; it
 * may come before this returns. The accounts take turns. Where too many wait,
 * those of the account with the most are not answered: the identity is then
 * crowded, or ERR_LIMIT where it is this one. ERR_NOMEM.
 */
typedef void (*naming_done_fn)(void *arg);
int naming_ask(struct naming *n, const struct naming_question *q,
               const struct identity *who, naming_done_fn done, void *arg,
               struct naming_task **ret);
/* True: WHO is answered, and the task is freed. */
bool naming_answer(struct naming_task *t, struct identity *who);
/* Nobody wants the answer any more. NULL allowed. */
void naming_drop(struct naming_task *t);

#endif
