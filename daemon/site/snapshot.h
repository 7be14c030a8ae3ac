#ifndef SITE_SNAPSHOT_H
#define SITE_SNAPSHOT_H

/*
 * One loaded configuration and policy with the environments opened for it:
 * immutable but for the environments, reference counted; each connection
 * keeps the one it was mapped with. A refresh loads a new one and swaps.
 *
 * Any thread may call anything here.
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "policy/policy.h"
#include "site/config.h"
#include "site/opening.h"
#include "tls/environment.h"
#include "util/diag.h"

struct snapshot;
struct snapshots; /* the current one, and the identifiers of the log lines */

/*
 * Loads the policy that CONFIG names; takes a reference to CONFIG. Lint that
 * needs both goes to DIAGS too. 0, ERR_SYNTAX, ERR_NOMEM.
 */
int snapshot_load(struct config *config, struct diags *diags,
                  struct snapshot **ret);
/* How one is loaded while another is in force. */
struct snapshot_loading {
    const struct policy *running; /* NOFLUSH keeps its rules; NULL: none */
    void (*reading)(void *arg, const char *path); /* before each file */
    void *arg;
};
int snapshot_load_next(struct config *config,
                       const struct snapshot_loading *how, struct diags *diags,
                       struct snapshot **ret);
/* What of it means something else than in version 0.1, as notes: for -t. */
void snapshot_changes(const struct snapshot *s, struct diags *diags);
struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL allowed */

struct config *snapshot_config(const struct snapshot *s);
const struct policy *snapshot_policy(const struct snapshot *s);

/* The job name of the TCP/IP stack: TcpImage's, else the configuration's, else
 * TCPIP. */
const char *snapshot_stack(const struct snapshot *s);
/* When it was installed: pasearch's instance id. */
time_t snapshot_installed(const struct snapshot *s);

/* What the swap that installed it found. Actions that say what they said
 * before keep their GRPID or ENVID, and environments their session cache; the
 * others are stale: their connections keep them, new ones get new ones. */
struct snapshot_change {
    unsigned groups_kept, groups_new, environments_kept, environments_stale;
};
struct snapshot_change snapshot_change(const struct snapshot *s);

/* A connection's group or environment is still one of this snapshot's, as it
 * is stored, or it is stale. */
bool snapshot_has_group(struct snapshot *s, uint32_t grpid);
bool snapshot_has_environment(struct snapshot *s, uint32_t envid);
typedef void (*snapshot_group_fn)(void *arg, const struct policy_action *group,
                                  uint32_t grpid);
/* The groups that the rules refer to, by name. */
void snapshot_each_group(struct snapshot *s, snapshot_group_fn fn, void *arg);

/* Takes the reference FIRST (not when it fails). ERR_NOMEM. */
int snapshots_new(struct snapshot *first, struct snapshots **ret);
void snapshots_free(struct snapshots *all); /* NULL allowed; stops them */
/* The current one, with a reference for the caller. */
struct snapshot *snapshots_get(struct snapshots *all);
/* Takes the reference NEXT; connections keep the one they have. When its
 * configuration has another `ttls` than the one before, TTLS is switched. */
void snapshots_swap(struct snapshots *all, struct snapshot *next);
uint32_t snapshots_next_connid(struct snapshots *all);
/* TCPCONFIG TTLS or NOTTLS. */
bool snapshots_ttls(const struct snapshots *all);
void snapshots_set_ttls(struct snapshots *all, bool on);
/* True once after each switch: whoever is told of TTLS off is told once. */
bool snapshots_ttls_is_news(struct snapshots *all);

/* What a connection gets from its rule's actions. */
struct environment_link {
    uint32_t grpid, envid;
    struct environment *env; /* a reference, NULL when rc is not 0 */
    int rc;
    bool waiting; /* there is no answer yet: WAITER is woken, ask again then */
    bool opened;  /* opened or tried, and its lines are not logged yet */
    bool stale;   /* the stored ring can't be opened, WHY; ENV is older */
    struct tls_outcome why;
};

/*
 * The environment of the rule's environment action for USERID ("": not
 * known). It is opened when first asked for, on a helper thread: once,
 * whoever else asks meanwhile. One that can't be opened is tried again, under
 * a new ENVID, when the store has changed, or a few seconds later where the
 * store may not show it; until then the answer is remembered, of each action
 * and user id one. A stored ring that has changed is read with watch_rings;
 * else the ring stays until the environment action changes
 * (EnvironmentUserInstance is enough).
 *
 * WAITER NULL: the caller waits here, which is nothing for an event loop.
 */
void snapshot_link(struct snapshot *s, struct snapshots *all,
                   const struct policy_rule *rule, const char *userid,
                   const struct opening_waiter *waiter,
                   struct environment_link *ret);

/*
 * ---- environments that changed and can't be opened ----
 *
 * Where nothing but what is stored differs, the environment before it stays in
 * use, stale, with stale_environments = "keep", as long as its certificates
 * are stored and trusted; each connection sees to their dates. Otherwise
 * connections are refused.
 */
struct environment_trouble {
    const struct policy_rule *rule; /* one of those that it is for */
    const char *userid;
    uint32_t grpid, envid;
    const struct tls_outcome *why; /* rc 0: it is open (again) */
    bool stale;                    /* the one before is in use */
    bool opening;                  /* nothing is known yet */
};

/*
 * Opens, on helper threads, what NEXT changes: the environments that are open
 * now, or that failed, and those that listeners with a user id name. Waits for
 * open_limit at most, in all. What is opened is NEXT's; nothing of the current
 * snapshot changes. How many can't be opened; snapshot_each_trouble() of NEXT
 * says which. Between snapshot_load() and snapshots_swap(), in that thread.
 */
unsigned snapshot_open_changed(struct snapshots *all, struct snapshot *next);
typedef void (*snapshot_each_trouble_fn)(void *arg,
                                         const struct environment_trouble *t);
void snapshot_each_trouble(struct snapshot *s, snapshot_each_trouble_fn fn,
                           void *arg);
/* FN is told of each that fails or opens again, and each minute (REMINDER) of
 * those that fail; on a helper thread. To be called before any is opened. */
typedef void (*snapshot_trouble_fn)(void *arg,
                                    const struct environment_trouble *t,
                                    bool reminder);
void snapshots_watch(struct snapshots *all, snapshot_trouble_fn fn, void *arg);
/* No waiter is woken any more, and nobody told. False: a thread hangs, and
 * what it uses must stay. */
bool snapshots_stop(struct snapshots *all);

typedef void (*snapshot_ring_fn)(void *arg, const char *action, uint32_t envid,
                                 const struct environment *env);
/*
 * The open environments whose stored ring is not the one that they use, each
 * one once, also over swaps; none with watch_rings, where the next connection
 * uses it. Reads rings: nothing for an event loop.
 */
void snapshot_tell_rings(struct snapshot *s, snapshot_ring_fn fn, void *arg);
/* The same, whether they were told of or not; but for those of tokens, where
 * each look counts against a PIN. */
struct snapshot_newer {
    const char *action, *userid;
    uint32_t envid;
    const struct environment *env;
    const struct environment_params *params;
};
typedef void (*snapshot_newer_fn)(void *arg, const struct snapshot_newer *n);
void snapshot_each_newer(struct snapshot *s, snapshot_newer_fn fn, void *arg);
/* The GRPID of the rule's group action. */
uint32_t snapshot_group(struct snapshot *s, struct snapshots *all,
                        const struct policy_rule *rule);

#endif
