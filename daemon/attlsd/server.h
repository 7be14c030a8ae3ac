#ifndef ATTLSD_SERVER_H
#define ATTLSD_SERVER_H

/*
 * The whole daemon, from a loaded configuration to the end: log, listeners,
 * workers, and the signals. SIGTERM and SIGINT stop it in order; SIGHUP opens
 * log files again and loads configuration and policy again: when that fails the
 * old ones stay.
 */

#include <stdbool.h>

#include "site/snapshot.h"

struct server;

struct server_params {
    const char *file;       /* the configuration, for SIGHUP */
    struct snapshot *first; /* a reference is taken over, also on failure */
    bool foreground;        /* stay with the terminal */
};

/* Opens the log and binds the listeners; no thread yet. ERR_*. */
int server_new(const struct server_params *params, struct server **ret,
               struct error *err);
void server_free(struct server *s); /* NULL allowed */

/*
 * A daemon that can't start because its policy can't be loaded: what was found
 * and the Policy Agent's messages are written to the log that CFG names. ERR_*:
 * it can't be opened.
 */
int server_refuse(const struct config *cfg, const struct diags *diags,
                  struct error *err);
/* Does the log that CFG names go to stderr, alone or among others? */
bool server_logs_to_stderr(const struct config *cfg);

/*
 * Leaves the terminal (unless foreground), starts the threads and serves
 * until a signal ends it. The exit status. A process that leaves the terminal
 * does not return: it ends with 0 once its child serves, else with 1.
 */
int server_run(struct server *s);

#endif
