#ifndef TLS_SOCKBIO_H
#define TLS_SOCKBIO_H

/*
 * A BIO on a socket, which never waits for it even if it is a blocking one
 * (others may hold it and say so), that makes fewer system calls than
 * OpenSSL's.
 *
 * It can gather what is written, so that the records of one call become one
 * send(). The bytes are gathered in a buffer of the thread's; only what the
 * socket does not take stays with the BIO, at most SOCKBIO_SIZE bytes, and then
 * nothing more is taken before it has gone.
 *
 * It can take a recv() that got less than was asked for as the last one before
 * the socket is readable again. That is not sure: a reset may have come with
 * the data, and urgent data cuts a read short. Whoever trusts must ask again
 * some time later.
 */

#include <stdbool.h>
#include <openssl/bio.h>

enum { SOCKBIO_SIZE = 104 * 1024 };

/* FD stays the caller's. NULL: no memory. */
BIO *sockbio_new(int fd);

/* ---- writing ---- */

/* From here to sockbio_send() or sockbio_keep() what is written is gathered;
 * what had stayed behind is its beginning. One BIO of a thread at a time. */
void sockbio_gather(BIO *bio);
/* There may be no room for one more record. */
bool sockbio_is_full(const BIO *bio);
/* Sends; result as that of sockbio_flush(). MORE: the kernel may wait for what
 * comes next, which is a send() or a shutdown(). */
int sockbio_send(BIO *bio, bool more);
/* Sends nothing: it stays behind. -1: no memory, errno has it. */
int sockbio_keep(BIO *bio);
bool sockbio_is_kept(const BIO *bio); /* something stayed behind */
/* Sends what stayed behind. 1: nothing is left; 0: the socket is full; -1:
 * errno has the reason. */
int sockbio_flush(BIO *bio);

/* ---- reading ---- */

void sockbio_trust(BIO *bio, bool trust); /* at first it does not */
bool sockbio_is_dry(const BIO *bio);      /* the next read will ask nobody */
bool sockbio_was_short(const BIO *bio);   /* the last read, trusted or not */
void sockbio_readable(BIO *bio);          /* it will */
void sockbio_not_readable(BIO *bio);      /* nor is there anything */

#endif
