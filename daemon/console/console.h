#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

/*
 * The daemon's answers to the operator's console: one function a verb of
 * control/verbs.def. They run on the socket's thread; what belongs
 * to a worker is asked for on that worker's own thread.
 */

struct console;
struct error;
struct services;
struct workers;

/* PATH: the control socket. ERR_*, with a text that names it. */
int console_open(const char *path, struct console **ret, struct error *err);
int console_serve(struct console *c, const struct services *services,
                  struct workers *workers, struct error *err);
/* Before what it was started with goes. NULL allowed. */
void console_close(struct console *c);

#endif
