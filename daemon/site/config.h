#ifndef SITE_CONFIG_H
#define SITE_CONFIG_H

/*
 * attlsd.conf as a value. The file is read, checked and resolved whole when
 * it is loaded (names of accounts and of targets too), so that nothing is
 * looked up on the event loop. What may stand in it is settings.def.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "intercept/nft.h"
#include "keyring/rings/source.h"
#include "policy/policy.h"
#include "util/diag.h"
#include "util/netaddr.h"

enum { CONFIG_TARGET_MAX = 8 }; /* addresses of one target */

enum config_sink_kind {
    SINK_NONE,
    SINK_STDERR,
    SINK_FILE,
    SINK_SYSLOG,
    SINK_JOURNAL,
    SINK_JSON
};

struct config_sink {
    enum config_sink_kind kind;
    const char *path;
    int joblog; /* takes EZD1287I: 1 yes, 0 no; -1: stderr only */
};

/* What counts for a setting that the file does not have. */
enum config_fidelity { FIDELITY_SAFE, FIDELITY_ZOS };

enum config_mode { MODE_NONE, MODE_FORWARD, MODE_TRANSPARENT, MODE_RUN };
enum config_guard { GUARD_WARN, GUARD_REFUSE, GUARD_OFF };
enum config_no_rule { NO_RULE_UNSET, NO_RULE_CLEAR, NO_RULE_REFUSE };
enum config_truncation { TRUNCATION_UNSET, TRUNCATION_RESET, TRUNCATION_EOF };

/* When an Inbound listener connects to the program. */
enum config_dial { DIAL_UNSET, DIAL_AFTER_HANDSHAKE, DIAL_AT_ONCE };

struct config_target {
    const char *text; /* as written */
    struct netaddr address[CONFIG_TARGET_MAX];
    size_t count;
};

/* The app side of transparent mode: which address the program sees. */
enum config_source { SOURCE_UNSET, SOURCE_CLIENT, SOURCE_OWN };
/* Connections that are older than the rule that now covers them. */
enum config_old { OLD_UNSET, OLD_RESET, OLD_KEEP };

/* A stored ring that changed and can't be opened. */
enum config_stale { STALE_UNSET, STALE_KEEP, STALE_FAIL };

/* Accounts: who may connect to an outbound listener, who is excluded. */
struct config_accounts {
    bool given, all;
    const uid_t *uid;
    size_t count;
};

/* A line of users and of jobs. */
struct config_uid {
    bool given;
    uid_t uid;
};

struct config_user {
    struct config_uid uid;
    const char *userid;
};

struct config_job {
    const char *jobname, *unit, *cgroup, *exe; /* "": any */
    struct config_uid uid;
    unsigned long port; /* 0: any */
};

/* Its one condition is the file, which any account may run. */
bool config_job_is_file_alone(const struct config_job *j);

struct config_users {
    struct config_user *item;
    size_t count;
};

struct config_jobs {
    struct config_job *item;
    size_t count;
};

struct config_ports {
    const struct nft_ports *item;
    size_t count;
};

struct config_networks {
    const struct nft_addrs *item;
    size_t count;
};

/* What transparent mode intercepts, beside the policy's rules. */
struct config_capture {
    unsigned long out_port, in_port;
    bool install; /* the daemon installs the rules itself */
    enum config_source source;
    enum config_old old_connections;
    uint32_t mark_mask;
    const char *mark_file; /* once loaded, where it is; "": no marks */
    struct config_accounts exclude_users;
    struct config_ports exclude_ports;
    struct config_networks exclude_networks;
};

/* A transparent listener of the file becomes one of these for each of its
 * sockets (direction and address differ). */
struct config_listener {
    enum config_mode mode;
    enum policy_direction direction;
    struct netaddr listen;
    struct config_target target;
    const char *jobname, *userid; /* "": not known */
    struct config_accounts allow;
    enum config_no_rule on_no_rule; /* never UNSET once loaded */
    enum config_truncation truncation;
    enum config_dial dial;         /* UNSET: no Inbound one */
    unsigned long dial_check;      /* seconds; 0: the target is not watched */
    bool trusted_jobname;          /* one that is claimed counts as unknown */
    struct config_capture capture; /* of MODE_TRANSPARENT */
    const char *socket;            /* of MODE_RUN */
    struct span span;
};

struct config_sinks {
    struct config_sink *item;
    size_t count;
};

struct config_listeners {
    struct config_listener *item;
    size_t count;
};

struct config_datasets {
    struct dataset_row *item;
    size_t count;
};

struct config {
    enum config_fidelity fidelity;
    enum config_stale stale_environments;
    const char *stack, *pagent, *pagent_root, *racf, *pkcs11_module,
        *pkcs11_pin_file, *control, *release, *stdenv;
    int x25519_first; /* -1: not said */
    bool ttls, allow_nottls, strict, allow_legacy, allow_secrets, failure_line,
        watch_rings, tls12_tickets;
    unsigned long failure_rate, workers, min_rsa, handshake_limit, open_limit,
        connect_limit, name_limit, half_close_limit, idle_limit, keepalive,
        stop_limit, read_limit, max_connections, max_handshakes, max_per_peer,
        max_per_user, max_runs, run_limit, run_idle_limit, max_buffers, backlog;
    enum config_guard refresh_guard;
    enum zos_release zos_release;
    struct config_sinks sinks;
    struct config_listeners listeners;
    struct config_users users;
    struct config_jobs jobs;
    struct config_datasets datasets;
    struct config_accounts operators;     /* may change things at the console */
    struct config_networks trusted_peers; /* may have many half-done */
    struct arena *arena;                  /* holds all of the above */
    struct source *src;
    atomic_uint refs;
};

/*
 * Reads FILE. Findings go to DIAGS with file and line. 0, ERR_SYNTAX (at
 * least one error was added), ERR_NOMEM.
 */
int config_load(const char *file, struct diags *diags, struct config **ret);
/* Counted (atomically): listeners and snapshots share one. */
/* What C says of where rings are, and of loading a policy; its texts live as
 * long as C. */
struct ring_where config_rings(const struct config *c);
void config_policy_options(const struct config *c, struct policy_options *ret);
struct config *config_ref(struct config *c);
void config_unref(struct config *c); /* NULL allowed */

/* An account's name or number. False: there is no such account. */
bool config_parse_account(const char *text, uid_t *ret);
/* The name of an account. False: it has none that fits into SIZE. */
bool config_account_name(uid_t uid, char *ret, size_t size);
/* "22" or "8000-8099"; "10.0.0.0/8", "fd00::1". False: TEXT does not have this
 * form. */
bool config_parse_ports(const char *text, struct nft_ports *ret);
bool config_parse_network(const char *text, struct nft_addrs *ret);

/* There is a listener of that mode. */
bool config_has_mode(const struct config *c, enum config_mode mode);

/* A is in trusted_peers. */
bool config_trusts(const struct config *c, const struct netaddr *a);

/* What the transparent listener captures; NULL: no listener is transparent. */
const struct config_capture *config_capture(const struct config *c);

/* The account UID may connect to this listener: it is named, or all are. */
bool config_allows(const struct config_listener *l, uid_t uid);

#endif
