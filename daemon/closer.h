#ifndef DAEMON_CLOSER_H
#define DAEMON_CLOSER_H

/*
 * Closes descriptors that came from outside. Who sent one may hold it too, and
 * may have made it so that close() waits: SO_LINGER makes the last one wait
 * until a partner has taken everything, a file of his own makes any. So it is
 * done by threads of their own: a few, made when they are needed. A socket
 * that waits for its partner is let go after a moment; what it still has to
 * send the kernel sends.
 *
 * Any thread may call anything here.
 */

#include <stdbool.h>

/* Takes *FD and sets it to -1; a negative one is left alone. In order, whatever
 * SO_LINGER its other holders have set. */
void closer_put(int *fd);
/* The same for a TCP socket, with a reset. */
void closer_reset(int *fd);
/* How many are not closed yet. */
unsigned long closer_waiting(void);
/* Waits until all are closed and the threads have ended, a second at most:
 * before the process ends. */
void closer_finish(void);

#endif
