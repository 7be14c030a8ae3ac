#ifndef ATTLSCTL_CALL_H
#define ATTLSCTL_CALL_H

/*
 * For verbs that ask the running daemon: one call, its output printed.
 */

#include "control/control.h"

/* The path of --control, else $ATTLS_CONTROL, else the built-in one. */
const char *ctl_control_path(const char *option);

/*
 * Sends the request to the daemon at PATH, with the descriptor FILE (-1:
 * none), and prints what comes back to standard output and error. The exit
 * status; CTL_EXIT_ERROR with a message when no daemon answers.
 */
int ctl_call(const char *path, const struct control_request *request, int file);

/* As ctl_call(), with no descriptor, and what comes back for standard output
 * goes to RET. */
int ctl_fetch(const char *path, const struct control_request *request,
              struct strbuf *ret);

/*
 * The whole of a verb that only passes its words on: takes --control, --json
 * (the word "json" goes first) and --help with OPTIONS_TEXT.
 */
int ctl_pass(int argc, char **argv, enum control_command command,
             const char *options_text);

#endif
