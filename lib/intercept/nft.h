#ifndef INTERCEPT_NFT_H
#define INTERCEPT_NFT_H

/*
 * The rule set of transparent mode as text for nft(8): table inet attls.
 *
 * Which connections are redirected to the daemon stands in the chains
 * policy_out (connections that programs of this host begin) and policy_in
 * (those that arrive for a program of this host), one line per rule in the
 * order of the policy, the first one that fits counts. The guard chains
 * refuse what those lines cover and what was not redirected, whatever the
 * reason: the daemon's absence, another table's DNAT, a connection that is
 * older than the rules. Nothing covered leaves in clear.
 *
 * Packet marks and the daemon's account appear by name, $attls_wire and so on,
 * so that the text can be shown; nft_add_defines() has the values, which come
 * before it when it is loaded.
 *
 * A name from the policy appears in comments only; characters that are not
 * letters, digits or one of . _ ~ @ # $ - are written as '?', so no policy
 * file can add a rule.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "intercept/marks.h"
#include "util/netaddr.h"
#include "util/strbuf.h"

enum { NFT_OUT_PORT = 15001, NFT_IN_PORT = 15006 };

/* Both ends included; of one family. */
struct nft_addrs {
    struct netaddr low, high;
};

struct nft_ports {
    uint16_t low, high;
};

/* One end of a connection; count 0: any. Ranges may overlap. */
struct nft_side {
    const struct nft_addrs *addrs;
    size_t addr_count;
    const struct nft_ports *ports;
    size_t port_count;
};

struct nft_rule {
    const char *name;
    bool out;  /* of policy_out, else of policy_in */
    bool pass; /* let alone (TTLSEnabled Off), else redirected */
    struct nft_side local, remote;
};

struct nft_params {
    const struct nft_rule *rules; /* first match first */
    size_t rule_count;
    uint16_t out_port, in_port; /* of the daemon's listeners */
    bool marked;   /* the daemon has marks of its own: it may set them */
    bool guard;    /* false: no guard chains (not fail-closed) */
    bool keep_old; /* connections older than the rules go on (as on z/OS);
                      else they are reset with their next packet */
    /* Not intercepted at all: connections of these accounts, with these ports
     * at the far end of the one who connects, with these networks. */
    const uid_t *uids;
    size_t uid_count;
    const struct nft_ports *ports;
    size_t port_count;
    const struct nft_addrs *nets;
    size_t net_count;
    /* Accounts that may connect before the daemon has loaded its policy, as
     * those with access to EZB.INITSTACK; the daemon's own rules have none. */
    const uid_t *early_uids;
    size_t early_count;
};

/*
 * Adds the whole rule set: one transaction, whether the table is there or
 * not. The elements of the maps stay, and so do established connections.
 */
void nft_add_ruleset(const struct nft_params *p, struct strbuf *out);

/* What the names in a rule set stand for. */
void nft_add_defines(const struct marks *m, struct strbuf *out);
/* The mark of excluded accounts in a rule set as nft lists it; 0: none. */
uint32_t nft_find_excluded(const char *listing);

/* The transaction that removes the table, whether it is there or not. */
void nft_add_removal(struct strbuf *out);

/*
 * 16 hexadecimal digits that stand for the content of the rule set; the rule
 * set carries them, and nft_find_generation() finds them in what nft lists
 * (false: the listing has no such digits).
 */
enum { NFT_GENERATION = 17 };
bool nft_find_generation(const char *listing, char ret[NFT_GENERATION]);

/* Counted by the kernel for one line of the rule set. */
struct nft_count {
    char name[128]; /* of the rule, as its comment has it */
    char chain[32];
    unsigned long long packets, bytes;
};

/*
 * The next counter in a listing from *POS (0 at first), in the order of the
 * chains; false at the end. Connections are counted in policy_out and
 * policy_in, what was refused in guard_out and guard_in.
 */
bool nft_next_count(const char *listing, size_t *pos, struct nft_count *ret);

#endif
