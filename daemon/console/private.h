#ifndef CONSOLE_PRIVATE_H
#define CONSOLE_PRIVATE_H

/* What the files of this room share. */

#include "conn/loop.h"
#include "conn/services.h"
#include "console/console.h"
#include "console/socket.h"
#include "site/pagent.h"
#include "site/snapshot.h"
#include "trace/trace.h"
#include "worker/worker.h"

struct console {
    const struct services *services;
    struct workers *workers;
    struct console_socket *socket;
};

/* A request that is being answered. */
struct question {
    struct console *console;
    const struct control_caller *caller;
    const struct control_request *request;
    struct verb_call call; /* its words, read by the table of verbs */
    int *file;             /* -1: none; set to -1 when it is taken */
    struct control_answer *answer;
};

/* TEXT is the number of a connection, in hex as in the messages; not 0. */
bool question_connid(const char *text, uint32_t *ret);
/* WHO may do that: as the running configuration says. */
bool question_allowed(const struct console *c, const struct control_caller *who,
                      enum control_right right);
/* The caller may change things, not only look. */
bool question_may_change(const struct question *q);
/* "attlsd: " FMT newline to the errors, exit status 2. */
void question_fail(const struct question *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* That the words are wrong, with the verb's forms. */
void question_wrong(const struct question *q);

/* Has the agent read the policy; the caller waits for its answer. */
void question_reload(struct question *q, enum pagent_how how, bool force);
/* The only word is PAGENT, in any case. */
bool question_names_agent(const struct question *q);
/* False: IEE341I is said, and what starts it. */
bool question_agent_is_active(struct question *q);

/* As question_fail(), for each worker that does not answer: what it carries
 * could not be looked at. */
void question_silent(const struct question *q);

/* The answer to each verb of control/verbs.def that the daemon answers. */
typedef void console_answer_fn(struct question *q);
#define DECLARE_HERE(name)
#define DECLARE_DAEMON(name)       console_answer_fn console_##name;
#define DECLARE_BOTH(name)         console_answer_fn console_##name;
#define DECLARE_INNER(name)        console_answer_fn console_##name;
#define VERB(id, name, where, ...) DECLARE_##where(name)
#include "control/verbs.def"
#undef DECLARE_HERE
#undef DECLARE_DAEMON
#undef DECLARE_BOTH
#undef DECLARE_INNER

/* What status answers when it is asked for --differences. */
void console_differences(struct question *q, bool as_json);

#endif
