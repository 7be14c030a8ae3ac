#ifndef INTERCEPT_NFT_WATCH_H
#define INTERCEPT_NFT_WATCH_H

/*
 * Hears of each change of table inet attls in this network namespace, whoever
 * made it: the kernel tells over nfnetlink. The elements that the daemon adds
 * to the table's maps for single connections are not told. Needs
 * CAP_NET_ADMIN. One thread uses it.
 */

#include <stdbool.h>

#include "util/error.h"

struct nft_watch;

/* The program that made the last change, as the kernel names it. */
struct nft_changer {
    char name[16]; /* "": not known */
    unsigned long pid;
};

/* ERR_DENIED, ERR_SYSTEM, ERR_NOMEM. */
int nft_watch_open(struct nft_watch **ret, struct error *err);
void nft_watch_close(struct nft_watch *w); /* NULL allowed */

/* Readable when there is something to take. */
int nft_watch_fd(const struct nft_watch *w);

/*
 * Takes all that has come, and waits, half a second at most, for the end of a
 * change of which the beginning has come. True: the table may be another one
 * now, also when some of what the kernel told did not fit the socket.
 */
bool nft_watch_take(struct nft_watch *w, struct nft_changer *who);

#endif
