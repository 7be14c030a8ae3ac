#ifndef ATTLS_RUN_RUN_H
#define ATTLS_RUN_RUN_H

/*
 * attls-run: one program and its children with their TCP connections under
 * the policy, by seccomp user notification (seccomp(2), "Seccomp user-space
 * notification"). The program keeps its own sockets; the kernel asks us about
 * five calls. Nothing here is a jail: a hostile program can get around it.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/error.h"
#include "util/netaddr.h"

struct run_arguments {
    const char *jobname, *userid; /* NULL: not given */
    const char *socket;           /* of a daemon that runs already */
    /* of a private daemon */
    const char *policy, *racf, *release, *stack, *log;
    bool allow_legacy;
    bool strict, keep_dumpable;
    char **command;
};

enum { RUN_FAILED = 125 }; /* exit status: attls-run itself failed */

/* ---- the private daemon (daemon.c) ---- */

struct run_daemon {
    pid_t pid;       /* 0: attls-run started none */
    char folder[96]; /* its files; "": none */
    char socket[96 + 16];
};

/* Starts it and waits until it serves; *RET_FD is connected to it. */
int run_daemon_start(const struct run_arguments *a, struct run_daemon *d,
                     int *ret_fd, struct error *err);
/* Ends it and removes its files. */
void run_daemon_stop(struct run_daemon *d);
/* Connects to one that runs; WAIT: for its turn, when many do. */
int run_daemon_connect(const char *path, bool wait, int *ret_fd,
                       struct error *err);

/* ---- the program (filter.c) ---- */

/* Starts it under the filter; *RET_NOTIFY is where the kernel asks.
 * KEEP_DUMPABLE: prctl(PR_SET_DUMPABLE, 0) has no effect. */
int run_program(char **command, bool keep_dumpable, pid_t *ret_pid,
                int *ret_notify, struct error *err);

/* ---- the supervisor (loop.c) ---- */

struct run_setting {
    const char *jobname; /* "": none */
    const char *socket;  /* where the daemon is found again */
    bool strict;         /* what no rule could match is refused */
};

/* Until the program and all its children have ended: its exit status, as a
 * shell has it. Takes both descriptors. OWN: the daemon that is ours, if one
 * is. */
int run_supervise(const struct run_setting *setting, struct run_daemon *own,
                  pid_t pid, int notify, int daemon);

#endif
