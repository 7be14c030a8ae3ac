#ifndef HWS_CONSOLE_H
#define HWS_CONSOLE_H

/*
 * The operator's socket of hws: one line in, text out, end. Mode 0600: only
 * the user that hws runs as, and root. The texts are in upper case on z/OS;
 * so the line is folded.
 */

#include <event2/event.h>

#include "util/error.h"
#include "util/strbuf.h"

struct hws_console;

typedef void (*hws_command_fn)(void *arg, const char *command,
                               struct strbuf *out);

/* A socket that nobody serves any more is replaced. ERR_EXISTS, ERR_SYSTEM,
 * ERR_LIMIT (the path is too long), ERR_NOMEM. */
int hws_console_open(struct event_base *base, const char *path,
                     hws_command_fn command, void *arg,
                     struct hws_console **ret, struct error *err);
void hws_console_close(struct hws_console *c); /* NULL allowed */

/* The other end: sends COMMAND to PATH and adds the answer to OUT; waits at
 * most SECONDS. ERR_NOT_FOUND (nobody is there), ERR_SYSTEM, ERR_LIMIT. */
int hws_console_ask(const char *path, const char *command, unsigned seconds,
                    struct strbuf *out, struct error *err);

#endif
