#ifndef RELAY_CLOSER_H
#define RELAY_CLOSER_H

/*
 * Closes descriptors that came from outside. Whoever sent one may hold it too,
 * and may have made it so that close() waits: SO_LINGER makes the last one wait
 * until a partner has taken everything, and a file system of the sender's own
 * makes any wait. So threads of their own close them: a few, made when they are
 * needed. A socket that waits for its partner is let go after a moment; what it
 * still has to send the kernel sends. What may be something else than a socket
 * can wait for ever: it has threads apart, so that nothing else waits behind
 * it.
 *
 * Any thread may call anything here.
 */

#include <sys/types.h>

/* Takes *FD, a TCP socket, and sets it to -1; a negative one is left alone. In
 * order, whatever SO_LINGER its other holders have set. */
void closer_put(int *fd);
void closer_reset(int *fd); /* the same, with a reset */
/* The same for what account FROM sent, or what is full of that, and may be
 * anything. */
void closer_junk(int *fd, uid_t from);
/* How many of these are not closed yet. */
unsigned long closer_owes(uid_t from);
/* Waits until all are closed and the threads have ended, a second at most:
 * before the process ends. */
void closer_finish(void);

#endif
