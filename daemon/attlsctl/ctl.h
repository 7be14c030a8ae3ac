#ifndef ATTLSCTL_CTL_H
#define ATTLSCTL_CTL_H

/*
 * attlsctl: finds the verb of a command line in control/verbs.def, reads what
 * stands behind it, and runs it. A verb that the daemon answers needs nothing
 * here; one that attlsctl answers is a function ctl_<name>() in a file of that
 * name. Each has its text in attlsctl.8.
 */

#include "control/verbs.h"

enum { CTL_EXIT_OK = 0, CTL_EXIT_WARNING = 1, CTL_EXIT_ERROR = 2 };

/* The result is the exit status. */
typedef int ctl_verb_fn(const struct verb_call *call);

#define DECLARE_HERE(name) ctl_verb_fn ctl_##name;
#define DECLARE_DAEMON(name)
#define DECLARE_BOTH(name) ctl_verb_fn ctl_##name;
#define DECLARE_INNER(name)
#define VERB(id, name, where, ...) DECLARE_##where(name)
#include "control/verbs.def"
#undef DECLARE_HERE
#undef DECLARE_DAEMON
#undef DECLARE_BOTH
#undef DECLARE_INNER

/* The whole program. */
int ctl_main(int argc, char **argv);

/* Writes TEXT to stdout, control characters as \xNN. STATUS; or CTL_EXIT_ERROR
 * after a message when memory was short or the output can't be written. */
int ctl_write(const struct strbuf *text, int status);
/* The same, byte by byte unless stdout is a terminal. */
int ctl_write_exact(const struct strbuf *text, int status);

#endif
