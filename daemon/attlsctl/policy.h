#ifndef ATTLSCTL_POLICY_H
#define ATTLSCTL_POLICY_H

/*
 * What the verbs about a policy have in common: their options, and how the
 * policy is loaded.
 */

#include <stdbool.h>
#include <time.h>

#include "control/verbs.h"
#include "policy/policy.h"
#include "util/json.h"

/* Takes the options that all verbs about a policy have into OPT. 0, or the exit
 * status after a message. */
int ctl_policy_read(const struct verb_call *c, struct policy_options *opt);

/* What the daemon says of its policy. */
struct ctl_running {
    bool is_running;     /* else it came from a file */
    bool agent_is_ended; /* P PAGENT: z/OS's pasearch gets no answer */
    char stack[16];
    time_t installed;
};

/*
 * Loads FILE for a verb that shows it. Errors go to stderr, and a line that
 * says how many warnings there are. 0, or the exit status after a message.
 */
int ctl_policy_load(const char *verb, const char *file,
                    const struct policy_options *opt, struct policy **ret);

/* The same for the file that the command line names; without one the running
 * daemon is asked for its policy. */
int ctl_policy_shown(const struct verb_call *call,
                     const struct policy_options *opt, struct policy **ret,
                     struct ctl_running *running);

/* The policy of the daemon at CONTROL (NULL: the usual one), from which only
 * the text is taken: no file that it names is read. As policy_load(); above 0:
 * the exit status, after a message. */
int ctl_policy_fetch(const char *verb, const char *control,
                     const struct policy_options *opt, struct diags *diags,
                     struct policy **ret, struct ctl_running *running);

/* null for 0. */
void ctl_number_json(struct json *j, const char *key, unsigned n);

/* Where something was written, as the members "file" and "line"; null both for
 * a default, and "line" where only a name is known. */
void ctl_place_json(struct json *j, const struct span *span);

#endif
