#ifndef INTERCEPT_NFT_RUN_H
#define INTERCEPT_NFT_RUN_H

/*
 * Runs nft(8), which applies a whole text as one transaction: all of it or
 * nothing. The program gets an empty environment, no descriptor but its three
 * and at most 30 seconds; it is found in the folders of system programs, not
 * by PATH. Costs some milliseconds; needs CAP_NET_ADMIN in the network
 * namespace.
 */

#include "util/error.h"
#include "util/strbuf.h"

/* Applies TEXT. ERR_NOT_FOUND (there is no nft), ERR_DENIED (the kernel says
 * that we may not), ERR_LIMIT (more than a socket of net.core.wmem_max takes,
 * which binds all but root of the first user namespace), ERR_VALUE (refused,
 * with what nft says), ERR_SYSTEM. */
int nft_apply(const char *text, struct error *err);

/*
 * Adds what nft lists of the table inet attls, rules with their counters, the
 * maps' elements left out. WITH_COUNTS false: every counter is left out too.
 * ERR_NOT_FOUND: there is no table; else as nft_apply().
 */
int nft_list(bool with_counts, struct strbuf *out, struct error *err);

/*
 * Adds what nft_list() without counts would show if RULESET were loaded: it
 * is loaded into a network namespace of its own for that. ERR_UNSUPPORTED:
 * this process may not make one; else as nft_apply().
 */
int nft_normalise(const char *ruleset, struct strbuf *out, struct error *err);

#endif
