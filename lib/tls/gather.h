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
/* Sends what stayed behind. 1: nothing is left; 0: the socket takes no more;
 * -1: errno has the reason. */
int gather_flush(BIO *bio);
/* From here to gather_end() what is written is gathered; nothing may have
 * stayed behind. One BIO of a thread at a time. */
void gather_begin(BIO *bio);
/* There may be no room for one more record. */
bool gather_is_full(const BIO *bio);
/* Sends; result as that of gather_flush(). */
int gather_end(BIO *bio);

#endif
