#ifndef TLS_GATHER_H
#define TLS_GATHER_H

/*
 * A BIO that writes to a socket and can gather what is written, so that the
 * records of one call become one send(). The bytes are gathered in a buffer of
 * the thread's; only what the socket does not take stays with the BIO, at most
 * GATHER_SIZE bytes, and then nothing more is taken before it has gone.
 */

#include <stdbool.h>
#include <openssl/bio.h>

enum { GATHER_SIZE = 104 * 1024 };

/* FD stays the caller's. NULL: no memory. */
BIO *gather_new(int fd);
bool gather_is_kept(const BIO *bio); /* something stayed behind */
/* Sends what stayed behind. 1: nothing is left; 0: the socket takes no more;
 * -1: errno has the reason. */
int gather_flush(BIO *bio);
/* From here to gather_end() or gather_keep() what is written is gathered; what
 * had stayed behind is its beginning. One BIO of a thread at a time. */
void gather_begin(BIO *bio);
/* There may be no room for one more record. */
bool gather_is_full(const BIO *bio);
/* Sends; result as that of gather_flush(). MORE: the kernel may wait for what
 * comes next, which is a send() or a shutdown(). */
int gather_end(BIO *bio, bool more);
/* Sends nothing: it stays behind. -1: no memory, errno has it. */
int gather_keep(BIO *bio);

#endif
