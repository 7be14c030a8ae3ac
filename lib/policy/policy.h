#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

/*
 * AT-TLS policy: from the Policy Agent's files to "which rule does this
 * connection take, and what does it say".
 *
 * policy_load() reads, resolves and checks; the result never changes and is
 * reference counted (atomically), so any number of threads may match against
 * it, and a refresh is a pointer swap. Everything that is reached from a
 * policy (rules, actions, effective settings, spans) lives as long as the
 * reference does.
 *
 * Source of the language: z/OS Communications Server IP Configuration
 * Reference, "AT-TLS policy statements" and "General syntax rules for Policy
 * Agent"; matching: IP Configuration Guide, "AT-TLS rules".
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "util/diag.h"
#include "util/netaddr.h"
#include "util/strbuf.h"
#include "zos/dataset.h"
#include "zos/release.h"

struct policy;
struct policy_rule;
struct policy_action; /* group, environment or connection action */
struct effective;     /* policy/effective.h */

struct policy_options {
    enum zos_release release;
    const char *stack; /* which TcpImage; NULL: the only or the first one */
    const char *root;  /* put before absolute paths in policy files, or "" */
    struct dataset_map datasets; /* borrowed */
    bool allow_legacy;           /* TLSv1 and TLSv1.1 may be in effect */
    bool x25519_first;           /* of groups where the policy codes none */
    bool no_files; /* files that a text names are not read: it is not ours */
    bool masked;   /* **** stands for a secret: the policy is only shown */
    /* Names of findings that are not to be reported (policy/allow.h tells
     * how a file can say so itself). */
    const char *const *allow;
    size_t allow_count;
    /* The policy that is in force. Its rules stay where the files say NOFLUSH
     * and have lost them (policy/keep.h); NULL: no policy is in force.
     * Borrowed. */
    const struct policy *running;
    /* What TcpImage says, of a text without it: as policy_agent_show() has it;
     * NULL: nothing. */
    const char *words;
    /* Names of rules that are known to have stayed so: see
     * policy_rule_is_kept(). */
    const char *const *kept;
    size_t kept_count;
    /* Called before a file is read, which may take for ever; NULL: it is not.
     */
    void (*reading)(void *arg, const char *path);
    void *reading_arg;
};

/* ZOS_3_1, no stack, no root, no data sets, no legacy, z/OS's order of groups,
 * all findings. */
void policy_options_init(struct policy_options *opt);

/*
 * Loads FILE ("-": standard input): a main configuration file, an image
 * configuration file or a policy file, told apart by its statements. Files
 * that it names are read too. All findings go to DIAGS, lint included.
 *
 * 0: *RET_POLICY is loaded, with one reference; warnings may have been added.
 * ERR_SYNTAX: at least one error was added and nothing is loaded (on z/OS
 * too it is all or nothing). ERR_NOMEM.
 */
int policy_load(const char *file, const struct policy_options *opt,
                struct diags *diags, struct policy **ret_policy);

/* As policy_load(), from a text in memory. */
int policy_load_source(struct source *src, const struct policy_options *opt,
                       struct diags *diags, struct policy **ret_policy);

struct policy *policy_ref(struct policy *p);
void policy_unref(struct policy *p); /* NULL is allowed */

/* The stack it was loaded for (the TcpImage name), or NULL. */
const char *policy_stack(const struct policy *p);
enum zos_release policy_release(const struct policy *p);

/* What the Policy Agent's own statements say: TcpImage, LogLevel, Codepage
 * (IP Configuration Reference, "General configuration file statements"). */
struct policy_agent {
    unsigned log_level;    /* sum of LogLevel's bits; 31 */
    unsigned long refresh; /* TcpImage's interval in seconds; 1800; 0: never */
    const char *codepage;  /* "IBM-1047" */
    const char *file;      /* the AT-TLS policy file that was read last */
    bool flush, purge;     /* TcpImage's, or TTLSConfig's (agent.def) */
};
struct policy_agent policy_agent(const struct policy *p);
/* "NOFLUSH NOPURGE 1800" */
void policy_agent_show(const struct policy *p, struct strbuf *out);

/* The files that were read, the first one first: to see whether they have
 * changed. */
size_t policy_file_count(const struct policy *p);
const char *policy_file_get(const struct policy *p, size_t i);
const struct source *policy_source_get(const struct policy *p, size_t i);

/* The statements of the policy in the order of the files, but for those that
 * stand inline. */
struct policy_statement {
    const char *kind; /* "TTLSGroupAction" */
    const char *name;
    struct span line; /* from its keyword to the end of the line */
};
size_t policy_statement_count(const struct policy *p);
struct policy_statement policy_statement_get(const struct policy *p, size_t i);

/* Rules in the order of the search: priority, then name. */
size_t policy_rule_count(const struct policy *p);
const struct policy_rule *policy_rule_get(const struct policy *p, size_t i);

const char *policy_rule_name(const struct policy_rule *r);
unsigned long policy_rule_priority(const struct policy_rule *r);
struct span policy_rule_span(const struct policy_rule *r);
/* No file has the rule any more: it stays because of NOFLUSH. */
bool policy_rule_is_kept(const struct policy_rule *r);
size_t policy_kept_count(const struct policy *p);
/* The rule's time conditions hold at WHEN, or it has none. */
bool policy_rule_active(const struct policy_rule *r, time_t when);
/*
 * The rule has time conditions and none of them holds at WHEN or at any later
 * moment: no connection takes the rule again. *RET (may be NULL) is then the
 * place of what ended last.
 */
bool policy_rule_is_over(const struct policy_rule *r, time_t when,
                         struct span *ret);
/* The same as words about its time condition: "ended on 2026-10-31 at
 * 23:59:59", "has a DayOfWeekMask without any 1". False: nothing is added. */
bool policy_rule_over_show(const struct policy_rule *r, time_t when,
                           struct strbuf *out);
/* What the rule resolves to; never NULL. */
const struct effective *policy_rule_effective(const struct policy_rule *r);
/* The actions the rule refers to; environment and connection may be NULL. */
const struct policy_action *policy_rule_group(const struct policy_rule *r);
const struct policy_action *
policy_rule_environment(const struct policy_rule *r);
const struct policy_action *policy_rule_connection(const struct policy_rule *r);

const char *policy_action_name(const struct policy_action *a);
/*
 * The two actions, of one or of two loaded policies, have the same name and
 * say the same, all that they refer to included, user instance numbers too
 * (but not the names of what they refer to, nor the order of lines), under the
 * same release, allow_legacy and x25519_first: the question that a refresh
 * asks before it keeps an environment. NULL equals NULL only. Digests of what
 * they say are compared, which are made at the load.
 */
bool policy_action_equal(const struct policy_action *a,
                         const struct policy_action *b);
/* The same but for the user instance numbers: what differs, if anything does,
 * is what is stored. */
bool policy_action_alike(const struct policy_action *a,
                         const struct policy_action *b);

enum policy_direction {
    POLICY_INBOUND = 1,
    POLICY_OUTBOUND = 2,
    POLICY_BOTH = 3
};

/* "Inbound", "Outbound", "Both" */
const char *policy_direction_name(enum policy_direction d);

/* A connection as the search sees it: the wire side's addresses. */
struct policy_conn {
    enum policy_direction direction; /* INBOUND or OUTBOUND */
    struct netaddr local;
    struct netaddr remote;
    const char *jobname; /* upper case, or NULL: not known */
    const char *userid;  /* upper case, or NULL: not known */
    time_t when;         /* for time conditions */
};

enum policy_verdict {
    POLICY_NO_RULE, /* AT-TLS is not involved: in clear */
    POLICY_MATCHED,
    /* A rule fits but for a job name or user id that is not known; the
     * connection must be refused (rule 1 of lib/README.md). */
    POLICY_IDENTITY_NEEDED
};

/* What a rule can ask for, in the order of the search. */
enum policy_condition {
    POLICY_DIRECTION,
    POLICY_LOCAL_PORT,
    POLICY_REMOTE_PORT,
    POLICY_LOCAL_ADDR,
    POLICY_REMOTE_ADDR,
    POLICY_JOBNAME,
    POLICY_USERID,
    POLICY_TIME,
    POLICY_CONDITIONS
};

/* Why a rule was passed over. CONDITION is the keyword that failed
 * ("RemotePortRange", "Jobname"), SPAN its place. */
struct policy_reject {
    const struct policy_rule *rule;
    enum policy_condition kind;
    const char *condition;
    struct span span;
};
typedef void (*policy_reject_fn)(void *arg, const struct policy_reject *r);

/* The condition as it was coded, and for a reference what it stands for:
 * "LocalPortRangeRef portR1 (5555)". */
void policy_reject_show(const struct policy_reject *r, struct strbuf *out);
/* What the connection has there: "5556", "2024-12-23 04:52:00" in local time.
 */
void policy_reject_has(const struct policy_reject *r,
                       const struct policy_conn *c, struct strbuf *out);

/*
 * Finds the rule of a connection; *RET_RULE is set for MATCHED and
 * IDENTITY_NEEDED. REJECT (may be NULL) is called for every rule before it.
 */
enum policy_verdict policy_match(const struct policy *p,
                                 const struct policy_conn *c,
                                 policy_reject_fn reject, void *arg,
                                 const struct policy_rule **ret_rule);

/*
 * Can any rule fit a connection with these properties? A member that is not
 * known (family AF_UNSPEC, port 0, NULL) fits everything. Used to warn about
 * a listener that no rule can match.
 */
bool policy_could_match(const struct policy *p, const struct policy_conn *c);

/* The Jobname or Userid PATTERN of a rule (NULL: none is coded) fits NAME: a
 * trailing '*' stands for any further characters. */
bool policy_name_fits(const char *pattern, const char *name);
/* The rules that can, in the order of the search. */
typedef void (*policy_rule_fn)(void *arg, const struct policy_rule *r);
void policy_each_match(const struct policy *p, const struct policy_conn *c,
                       policy_rule_fn fn, void *arg);

#endif
