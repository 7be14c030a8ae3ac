#ifndef ATTLSCTL_POLICY_H
#define ATTLSCTL_POLICY_H

/*
 * What the verbs about a policy have in common: their options, how the policy
 * is loaded, and how a connection is written on the command line.
 */

#include <getopt.h>
#include <stdbool.h>

#include "policy/policy.h"
#include "util/json.h"

/* Values of options, above all letters and those of a verb itself. */
enum {
    CTL_OPT_RELEASE = 0x200,
    CTL_OPT_STACK,
    CTL_OPT_ROOT,
    CTL_OPT_LEGACY,
    CTL_OPT_X25519,
    CTL_OPT_JSON,
    CTL_OPT_HELP,
    CTL_OPT_DIRECTION,
    CTL_OPT_LOCAL,
    CTL_OPT_REMOTE,
    CTL_OPT_JOBNAME,
    CTL_OPT_USERID,
    CTL_OPT_WHEN
};

/* Rows of a verb's table of options. */
#define CTL_POLICY_OPTIONS                                                     \
    {"release", required_argument, NULL, CTL_OPT_RELEASE},                     \
        {"stack", required_argument, NULL, CTL_OPT_STACK},                     \
        {"root", required_argument, NULL, CTL_OPT_ROOT},                       \
        {"allow-legacy", no_argument, NULL, CTL_OPT_LEGACY},                   \
        {"x25519-first", no_argument, NULL, CTL_OPT_X25519},                   \
    {                                                                          \
        "help", no_argument, NULL, CTL_OPT_HELP                                \
    }

/* Their text for --help. */
#define CTL_POLICY_HELP                                                        \
    "  --release R     defaults of this z/OS release, 2.1 to 3.2 (3.1)\n"      \
    "  --stack NAME    which TcpImage (the first)\n"                           \
    "  --root DIR      put before absolute paths found in files\n"             \
    "  --allow-legacy  TLSv1 and TLSv1.1 may be spoken\n"                      \
    "  --x25519-first  X25519 before the groups where none are coded\n"

/*
 * Takes an option of the table above. -1: go on; else the exit status, after
 * a message. VERB and HELP are for ctl_usage().
 */
int ctl_policy_option(int c, const char *verb, const char *help,
                      struct policy_options *opt);

/* 0 when at most one FILE is left on the command line, else the exit status
 * after a message. */
int ctl_one_file(const char *verb, int left);

/*
 * Loads FILE for a verb that shows it. Errors go to stderr, and a line that
 * says how many warnings there are. FILE NULL: the running daemon is asked for
 * its policy. 0, or the exit status after a message.
 */
int ctl_policy_load(const char *verb, const char *file,
                    const struct policy_options *opt, struct policy **ret);

/* The policy of the daemon at CONTROL (NULL: the usual one), from which only
 * the text is taken: no file that it names is read. */
int ctl_policy_fetch(const char *verb, const char *control,
                     const struct policy_options *opt, struct diags *diags,
                     struct policy **ret);

/* Of a policy that came from the daemon: its stack and when it was installed.
 * False: it came from a file. */
bool ctl_policy_running(const struct policy *p, char stack[16],
                        time_t *installed);

/* Where something was written, as the members "file" and "line"; null both for
 * a default. */
void ctl_place_json(struct json *j, const struct span *span);

#endif
