#ifndef CTL_RULES_H
#define CTL_RULES_H

/*
 * For attlsctl intercept: where the rule set comes from, what the kernel has,
 * and what is between them.
 */

#include <stdbool.h>

#include "daemon/config.h"
#include "policy/policy.h"
#include "util/strbuf.h"

enum { CTL_UIDS_MAX = 64, CTL_RANGES_MAX = 64 };

/* What the command line says. */
struct ctl_rules {
    const char *conf, *policy, *control; /* NULL: not given */
    struct policy_options policy_options;
    struct config_capture capture;
    bool captured; /* one of its settings was given */
    bool no_guard;
    uid_t uids[CTL_UIDS_MAX], early_uids[CTL_UIDS_MAX];
    size_t uid_count, early_count;
    struct nft_ports ports[CTL_RANGES_MAX];
    struct nft_addrs nets[CTL_RANGES_MAX];
    size_t port_count, net_count;
};

/* The rule set of the policy that R names, else of the running daemon. The
 * exit status, after a message when it is not 0. */
int ctl_rules_make(struct ctl_rules *r, struct strbuf *out);

/* The kernel's table, and how it differs from a rule set. */
struct ctl_table {
    bool there;
    struct strbuf counted;           /* as nft lists it, with counters */
    char generation[NFT_GENERATION]; /* "": none */
    bool compared;                   /* line by line; else by generation */
    bool equal;
    struct strbuf difference; /* lines "-wanted" and "+in the kernel" */
};

/* RULESET "": nothing to compare with. The exit status. */
int ctl_table_read(const char *ruleset, struct ctl_table *ret);
void ctl_table_done(struct ctl_table *t);

/* TCP sockets of this host on local port PORT: that listen, or carry a
 * connection. */
struct ctl_sockets {
    unsigned listening, connected;
};
struct ctl_sockets ctl_count_sockets(unsigned long port);

#endif
