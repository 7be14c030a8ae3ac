#ifndef ATTLSCTL_KERNEL_RULES_H
#define ATTLSCTL_KERNEL_RULES_H

/*
 * For attlsctl intercept: where the rule set comes from, what the kernel has,
 * and what is between them.
 */

#include <stdbool.h>

#include "policy/policy.h"
#include "site/config.h"
#include "site/ruleset.h"
#include "util/strbuf.h"

enum { CTL_UIDS_MAX = 64, CTL_RANGES_MAX = 64 };

/* What is wanted of the packet marks. */
enum ctl_marks {
    CTL_MARKS_NAMES, /* to show rules */
    CTL_MARKS_READ,  /* to compare them */
    CTL_MARKS_TAKE   /* to install them: a file that is missing is made */
};

/* What the command line says. */
struct ctl_rules {
    const char *conf, *policy, *control, *mark_file; /* NULL: not given */
    struct policy_options policy_options;
    struct config_capture capture;
    bool captured; /* one of its settings was given */
    bool no_guard;
    uid_t uids[CTL_UIDS_MAX], early_uids[CTL_UIDS_MAX];
    size_t uid_count, early_count;
    struct nft_ports ports[CTL_RANGES_MAX];
    struct nft_addrs nets[CTL_RANGES_MAX];
    size_t port_count, net_count;
    enum ctl_marks want;
    struct ruleset_marks marks; /* what became of it */
    bool keeps_old;             /* as old_connections says */
    uint32_t excluded;          /* the mark that no file keeps; 0: none yet */
};

/* The rule set of the policy that R names, else of the running daemon, with
 * names for the packet marks. The exit status, after a message when it is not
 * 0. */
int ctl_rules_make(struct ctl_rules *r, struct strbuf *out);

/* Both, to be installed. */
int ctl_rules_text(struct ctl_rules *r, struct strbuf *out);

/* Installs them and keeps them there until a signal ends it. */
int ctl_rules_watch(struct ctl_rules *r);

/* The kernel's table, and how it differs from a rule set. */
struct ctl_table {
    bool there;
    struct strbuf counted;           /* as nft lists it, with counters */
    char generation[NFT_GENERATION]; /* "": none */
    bool compared;                   /* line by line; else by generation */
    bool equal;
    struct strbuf difference; /* lines "-wanted" and "+in the kernel" */
};

/* RULESET, as ctl_rules_make() gave it with R, "": nothing to compare with.
 * The exit status. */
int ctl_table_read(struct ctl_rules *r, const char *ruleset,
                   struct ctl_table *ret);
void ctl_table_done(struct ctl_table *t);

/* TCP sockets of this host on local port PORT: that listen, or carry a
 * connection. */
struct ctl_sockets {
    unsigned listening, connected;
};
struct ctl_sockets ctl_count_sockets(unsigned long port);

#endif
