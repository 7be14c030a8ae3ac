#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

/*
 * The daemon's answers to the operator's console: one function a command of
 * control/commands.def. They run on the control server's thread; what belongs
 * to a worker is asked for on that worker's own thread.
 */

#include <time.h>

#include "console/control_server.h"
#include "site/pagent.h"
#include "site/snapshot.h"
#include "trace/trace.h"
#include "worker/worker.h"

struct console_params {
    struct snapshots *snapshots;
    struct pagent *pagent;
    struct trace *trace;
    struct workers *workers;
    struct stories *stories;
    struct audit *audit;
    struct wiretraces *wiretraces;
    struct listener **listeners;
    size_t listener_count;
    time_t started;
    const struct config *config;     /* of the start: the listeners' */
    const struct marks *marks;       /* NULL: the daemon may set none */
    const struct rulekeeper *keeper; /* NULL: no listener is transparent */
};

struct console;

/* PATH: the control socket. ERR_*, with a text that names it. */
int console_open(const char *path, struct console **ret, struct error *err);
int console_start(struct console *c, const struct console_params *params,
                  struct error *err);
/* Before what the parameters name goes. NULL allowed. */
void console_close(struct console *c);

#endif
