#ifndef SITE_PAGENT_PRIVATE_H
#define SITE_PAGENT_PRIVATE_H

/* What the files pagent*.c share. */

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "site/pagent.h"

/* What is waited for. */
struct order {
    STAILQ_ENTRY(order) next;
    enum pagent_how how;
    bool force;
    bool look; /* only when a file is not what it was */
    pagent_done_fn done;
    void *arg;
};

/* The files of the policy that runs, as they were when they were read, or when
 * what was read of them was refused; of the agent's thread. */
struct file_marks {
    struct file_mark *list; /* in the policy's order */
    size_t count;
};

struct pagent {
    struct pagent_params params;
    atomic_uint level;
    unsigned coded_level;
    struct file_marks marks;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t more, ended;
    STAILQ_HEAD(, order) orders;
    struct order *now; /* what is being done */
    bool stopping, done;
    bool inactive; /* P PAGENT */
    struct pagent_outcome last;
};

/* A reload on its way: each step looks at what those before it have made. */
struct refresh {
    struct pagent *p;
    const struct order *order;
    struct snapshot *running; /* a reference */
    struct snapshot *next;    /* a reference; NULL: not loaded */
    struct diags *diags;
    struct file_marks marks; /* of what was read */
    char changing[256];      /* a file that somebody is writing; "": none */
    bool unchanged;          /* it was a look, and no file is another */
    struct strbuf text;      /* for whoever asked */
    struct strbuf reason;    /* why the status is not 0 */
    unsigned unopened;       /* changed environments that can't be opened */
    int status;
};

/* ---- pagent_files.c ---- */

/* Reads all, and says what was found. */
bool refresh_load(struct refresh *r);
/* Of a policy that was just loaded. */
void file_marks_take(struct file_marks *m, const struct policy *policy);

/* ---- pagent_guard.c ---- */

bool refresh_guard(struct refresh *r);

/* ---- pagent_refresh.c ---- */

void refresh_run(struct pagent *p, struct order *o);

/* ---- pagent.c ---- */

void pagent_set_active(struct pagent *p, bool active);

/* ---- pagent_say.c ---- */

void pagent_say(struct pagent *p, struct strbuf *console, const char *function,
                enum operator_message m, const char *first, const char *second);
void pagent_say_installed(struct pagent *p, struct snapshot *s,
                          enum pagent_how how, struct strbuf *console);
/* IEE341I to TEXT: the agent was ended. */
void pagent_say_inactive(struct pagent *p, const struct order *o,
                         struct strbuf *text);
void pagent_say_findings(struct trace *t, unsigned levels,
                         const struct diags *diags, struct strbuf *console);
extern const char pagent_fn_read[];

/* ---- pagent_env.c ---- */

/* snapshot_trouble_fn: to the log. */
void pagent_trouble(void *arg, const struct environment_trouble *t,
                    bool reminder);
/*
 * Environments that NEXT changes are opened, for open_limit at most. How many
 * can't be; they are logged, and listed on CONSOLE.
 */
unsigned pagent_open_changed(struct pagent *p, struct snapshot *next,
                             struct strbuf *console);

/* ---- pagent_log.c ---- */

void pagent_log_start(struct pagent *p, struct snapshot *s);
void pagent_log_policy(struct pagent *p, struct snapshot *s);

#endif
