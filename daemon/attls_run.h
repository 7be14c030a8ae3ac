#ifndef ATTLS_RUN_H
#define ATTLS_RUN_H

/*
 * attls-run: one program and its children with their TCP connections under
 * the policy, by seccomp user notification (seccomp(2), "Seccomp user-space
 * notification"). The program keeps its own sockets; the kernel asks us about
 * six calls. Nothing here is a jail: a hostile program can get around it.
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
    char **command;
};

/* ---- the private daemon (attls_run_daemon.c) ---- */

struct run_daemon {
    pid_t pid;       /* 0: none of ours */
    char folder[96]; /* its files; "": none */
};

/* Starts it and waits until it serves; *RET_FD is connected to it. */
int run_daemon_start(const struct run_arguments *a, struct run_daemon *d,
                     int *ret_fd, struct error *err);
/* Ends it and removes its files. */
void run_daemon_stop(struct run_daemon *d);
/* Connects to one that runs. */
int run_daemon_connect(const char *path, int *ret_fd, struct error *err);

/* ---- the program (attls_run_filter.c) ---- */

/* Starts it under the filter; *RET_NOTIFY is where the kernel asks. */
int run_program(char **command, pid_t *ret_pid, int *ret_notify,
                struct error *err);

/* ---- the supervisor (attls_run_loop.c) ---- */

/* Until the program and all its children have ended: its exit status, as a
 * shell has it. Takes both descriptors. */
int run_supervise(pid_t pid, int notify, int daemon, const char *jobname);

#endif
