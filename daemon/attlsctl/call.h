#ifndef ATTLSCTL_CALL_H
#define ATTLSCTL_CALL_H

/*
 * For verbs that ask the running daemon: one call, its output printed.
 */

#include "control/control.h"

/* The path of --control, else $ATTLS_CONTROL, else the built-in one. */
const char *ctl_control_path(const char *option);

/*
 * Sends the words of the command line to the daemon, with the descriptor FILE
 * (-1: none), and prints what comes back to standard output and error. The exit
 * status; CTL_EXIT_ERROR with a message when no daemon answers.
 */
int ctl_pass_file(const struct verb_call *c, int file);
int ctl_pass(const struct verb_call *c);

/* Asks the daemon at PATH for verb V, without words. What comes back for
 * standard output, and the fields, go to RET, which is to be freed in any case.
 * The exit status. */
struct ctl_reply {
    struct strbuf out, fields;
};
int ctl_fetch(const char *path, enum verb v, struct ctl_reply *ret);
void ctl_reply_done(struct ctl_reply *r);

#endif
