#ifndef TLS_MEMORY_H
#define TLS_MEMORY_H

/*
 * OpenSSL's memory. A connection asks for two to seven hundred pieces and
 * gives nearly all of them back, so a thread that makes connections keeps
 * what was given back, by size, instead of asking the C library each time.
 * All memory is the C library's, and any thread may give back any piece.
 *
 * What is given back is wiped first, if it has 80 bytes to 8 KiB. OpenSSL
 * cleanses what it knows to be a key, but neither the SSL object, which has
 * the secrets of TLS 1.3 in it, nor the text of a session that a ticket is made
 * of. No session fits into less; what is larger is a buffer of records or
 * messages.
 *
 * None of it under a sanitizer, nor with ATTLS_MEMORY=plain in the environment
 * (for valgrind): OpenSSL then calls the C library itself.
 */

#include <stdbool.h>
#include <stddef.h>

/* Before OpenSSL is used for anything else: later it is too late, and nothing
 * changes. */
void memory_init(void);

/*
 * This thread keeps pieces from here on, at most 1 MiB of them. WAKE is called
 * on it when it has begun to, and shall see to it that memory_rest() is called
 * a second later; false: it can't, and the next piece tries again. Without
 * memory for its lists the thread keeps nothing.
 */
void memory_begin(bool (*wake)(void *arg), void *arg);
/* All goes back to the C library if nothing was given back since the last
 * call (or since WAKE); else WAKE is called once more. */
void memory_rest(void);
/* All goes back, and this thread keeps nothing any more. */
void memory_end(void);

#endif
