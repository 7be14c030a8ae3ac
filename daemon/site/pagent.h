#ifndef SITE_PAGENT_H
#define SITE_PAGENT_H

/*
 * The Policy Agent: reads configuration and policy again, installs them or
 * leaves the running ones, and says so in the words of z/OS: messages EZZ84xx,
 * EZZ87xx and EZD15xx, and a log of what was processed (IP Diagnosis Guide,
 * "Diagnosing Policy Agent problems").
 *
 * It has a thread of its own, on which one reload runs at a time. Files are
 * read on yet another thread, for which nobody waits longer than read_limit:
 * whoever calls here never waits for a file system. Any thread may call
 * anything.
 */

#include "site/snapshot.h"
#include "trace/operator.h"
#include "trace/trace.h"

struct pagent;

/* Called before a snapshot is installed; when it fails nothing is installed. */
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
/* Starts the thread. ERR_SYSTEM. */
int pagent_start(struct pagent *p, struct error *err);
/* Answers those who wait for a reload, and begins none after that: no
 * pagent_done_fn is called once this has returned. NULL allowed. */
void pagent_stop(struct pagent *p);
/* Ends the thread and frees P. False: the thread does not end, and goes on to
 * use what it was given. NULL allowed. */
bool pagent_free(struct pagent *p);

/* The messages and the log of the start, about the first snapshot. */
void pagent_started(struct pagent *p);
/*
 * Those of a start that fails because the policy of IMAGE can't be loaded:
 * what was found; EZZ8438I, but not where the main file can't be read; and
 * EZZ8434I, for attlsd ends then (z/OS's agent goes on without a policy).
 */
void pagent_not_started(struct trace *t, const char *image,
                        const struct diags *diags);
/* Those of an orderly end of the daemon. */
void pagent_ended(struct pagent *p);

/*
 * P PAGENT: nothing is read anew until PAGENT_START; what is installed stays in
 * force, also where PURGE is coded (z/OS would delete it, and new connections
 * would go in clear). The messages go to the log and to CONSOLE.
 */
void pagent_end(struct pagent *p, struct strbuf *console);
bool pagent_is_active(struct pagent *p);

enum pagent_how {
    PAGENT_REFRESH, /* F PAGENT,REFRESH and SIGHUP: reads all */
    PAGENT_UPDATE,  /* F PAGENT,UPDATE: applies only differences */
    PAGENT_START    /* S PAGENT: as REFRESH, and it is active from then on */
};

/* On the agent's thread, or on that of pagent_stop(). STATUS: 0 all is well, 1
 * the policy is installed and the operator should look at something, 2 what ran
 * before stays. TEXT is the messages, and what is wrong. */
typedef void (*pagent_done_fn)(void *arg, int status,
                               const struct strbuf *text);

/* All or nothing, and soon; refused while the agent is ended. FORCE: what
 * refresh_guard would refuse too. DONE may be NULL: the messages go to the log
 * only. */
void pagent_reload(struct pagent *p, enum pagent_how how, bool force,
                   pagent_done_fn done, void *arg);
/* Reloads when one of the policy's files is not what it was. */
void pagent_look(struct pagent *p);

/* How the last reload ended. */
struct pagent_outcome {
    time_t when; /* 0: there was none */
    int status;
    char text[512]; /* why it was not well; "": it was */
};
void pagent_last(struct pagent *p, struct pagent_outcome *ret);

/* One line, for the operator. */
void pagent_add_trouble(const struct environment_trouble *t,
                        struct strbuf *out);

/* F PAGENT,QUERY and F PAGENT,LOGLEVEL; the level holds until the policy is
 * loaded with another LogLevel. */
unsigned pagent_log_level(struct pagent *p);
void pagent_set_log_level(struct pagent *p, unsigned level);

/* Seconds between two looks at the files (TcpImage's interval); 0: never. */
unsigned long pagent_interval(struct pagent *p);

#endif
