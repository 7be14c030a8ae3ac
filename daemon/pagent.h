#ifndef DAEMON_PAGENT_H
#define DAEMON_PAGENT_H

/*
 * The Policy Agent: reads configuration and policy anew, installs it or
 * leaves the running one, and says so in the words of z/OS: messages EZZ84xx,
 * EZZ87xx and EZD15xx, and a log of what was processed (IP Diagnosis Guide,
 * "Diagnosing Policy Agent problems").
 *
 * Any thread may call anything here; one reload runs at a time.
 */

#include "daemon/snapshot.h"
#include "trace/operator.h"
#include "trace/trace.h"

struct pagent;

/* What is to be done before a snapshot is installed; when it fails nothing is
 * installed. */
typedef int (*pagent_prepare_fn)(void *arg, const struct snapshot *next,
                                 struct error *err);

struct pagent_params {
    const char *file; /* the configuration; borrowed */
    struct snapshots *snapshots;
    struct trace *trace;
    pagent_prepare_fn prepare;
    void *arg;
};

int pagent_new(const struct pagent_params *params, struct pagent **ret,
               struct error *err);
void pagent_free(struct pagent *p); /* NULL allowed */

/* The messages and the log of the start, about the first snapshot. */
void pagent_started(struct pagent *p);
/*
 * Those of a start that fails because the policy of IMAGE can't be loaded:
 * what was found; EZZ8438I, but not where the main file can't be read; and
 * EZZ8434I, for attlsd ends then (z/OS's agent goes on without a policy).
 */
void pagent_not_started(struct trace *t, const char *image,
                        const struct diags *diags);
/* Those of an orderly end. */
void pagent_ended(struct pagent *p);

enum pagent_how {
    PAGENT_REFRESH, /* F PAGENT,REFRESH and SIGHUP: reads all */
    PAGENT_UPDATE   /* F PAGENT,UPDATE: applies only differences */
};

/*
 * All or nothing: 0, or ERR_SYNTAX or ERR_NOMEM and what runs stays; more than
 * 0: it is installed, but so many changed environments can't be opened. The
 * messages are added to CONSOLE too, and after an error what is wrong (NULL:
 * to the log only).
 */
int pagent_reload(struct pagent *p, enum pagent_how how,
                  struct strbuf *console);

/* One line, for the operator. */
void pagent_add_trouble(const struct environment_trouble *t,
                        struct strbuf *out);

/* F PAGENT,QUERY and F PAGENT,LOGLEVEL; the level holds until the policy is
 * loaded with another LogLevel. */
unsigned pagent_log_level(struct pagent *p);
void pagent_set_log_level(struct pagent *p, unsigned level);

/* Seconds between two looks at the files (TcpImage's interval); 0: never. */
unsigned long pagent_interval(struct pagent *p);
/* Reloads when one of the policy's files is not what it was. */
void pagent_look(struct pagent *p);

#endif
