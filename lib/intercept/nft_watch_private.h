#ifndef INTERCEPT_NFT_WATCH_PRIVATE_H
#define INTERCEPT_NFT_WATCH_PRIVATE_H

/* For the tests of nft_watch.c: what the kernel tells comes from anywhere. */

#include "intercept/nft_watch.h"

/* FD, a non-blocking socket of messages, is the watch's then. NULL: no memory,
 * and FD stays the caller's. */
struct nft_watch *nft_watch_of(int fd);

#endif
