#ifndef SITE_RULEKEEPER_H
#define SITE_RULEKEEPER_H

/*
 * Keeps table inet attls in the kernel as it was installed. When somebody else
 * changes or removes it (a restart of nftables begins with "flush ruleset") it
 * is put back as one transaction and the loss is told. At most once a second;
 * after ten times within a minute only each ten seconds.
 *
 * The daemon lets it run on a thread of its own, attlsctl on its only one.
 */

#include <stdbool.h>
#include <stdint.h>

#include "intercept/nft_watch.h"
#include "util/error.h"
#include "util/strbuf.h"

/* ---- how often ---- */

enum {
    RULES_EACH_MS = 1000,
    RULES_MANY = 10,
    RULES_MANY_MS = 60 * 1000,
    RULES_SLOW_MS = 10 * 1000
};

struct rule_rate {
    uint64_t at[RULES_MANY]; /* the last times, milliseconds */
    unsigned long count;
};

/* ---- once ---- */

/*
 * Installs RULESET as nft_apply() does, and has connection tracking look again
 * at the clear connections that are older: it may have found one in the middle
 * while no rules were there, and taken an answer for its direction.
 */
int rules_apply(const char *ruleset, struct error *err);

/* ---- keeping ---- */

struct rulekeeper;

struct rule_loss {
    bool gone; /* no table; else another content */
    bool slow; /* the pace is the slow one from now on */
    struct nft_changer by;
    unsigned long times; /* that it was put back */
    const char *error;   /* NULL: it is there again */
};

/* That as one line; KEPT: clear connections of the time without the rules go
 * on (old_connections). */
void rule_loss_print(const struct rule_loss *l, bool kept, struct strbuf *out);

struct rulekeeper_params {
    /* Adds the rule set as it should be now, for nft; false: it can't be made,
     * and the last one counts. NULL: the last one. */
    bool (*make)(void *arg, struct strbuf *out);
    void (*tell)(void *arg, const struct rule_loss *loss);
    void *arg;
};

/* ERR_NOMEM, ERR_SYSTEM. */
int rulekeeper_new(const struct rulekeeper_params *params,
                   struct rulekeeper **ret, struct error *err);
/* Ends the thread; the rules stay. NULL allowed. */
void rulekeeper_free(struct rulekeeper *k);

/* As rules_apply(), and keeps that from now on. Any thread. Also as
 * nft_watch_open(). */
int rulekeeper_install(struct rulekeeper *k, const char *ruleset,
                       struct error *err);
/* Keeps nothing until the next rulekeeper_install(). */
void rulekeeper_rest(struct rulekeeper *k);
bool rulekeeper_keeps(const struct rulekeeper *k);

/* Starts the thread unless it runs. ERR_SYSTEM. */
int rulekeeper_start(struct rulekeeper *k, struct error *err);
/* The same on this thread, until STOP is readable. */
void rulekeeper_run(struct rulekeeper *k, int stop);

#endif
