#ifndef POLICY_MODEL_H
#define POLICY_MODEL_H

/*
 * A loaded policy as it lies in memory; for the files of this folder only.
 * Everything is in the policy's arena and never changes after the load.
 *
 * A statement is an object: its settings stand in the order of the file, an
 * inline block is a setting of the Ref keyword that it replaces.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/ciphers.h"
#include "policy/effective.h"
#include "policy/index.h"
#include "policy/policy.h"
#include "policy/schema.h"
#include "util/arena.h"
#include "util/digest.h"

/* Addresses, both ends included. BITS: length of the prefix it was written
 * as, or one of the two below. */
enum { ADDR_SINGLE = 254, ADDR_RANGE = 255 };
struct addr_range {
    uint8_t family; /* AF_INET, AF_INET6 */
    uint8_t bits;
    unsigned char low[16], high[16];
};

struct port_range {
    uint16_t low, high; /* 0, 0: any */
};

struct time_range {
    uint64_t from, to; /* yyyymmddhhmmss, local time */
};

struct day_times {
    uint32_t count;
    struct port_range range[]; /* minutes since midnight */
};

/* Rows of the tables in ciphers.h; count 0: "Any". */
struct codes {
    uint32_t count;
    const void *items[];
};

union value {
    long number; /* choices too */
    const char *text;
    const struct addr_range *addr; /* NULL: All */
    struct port_range ports;
    const struct time_range *time;
    const struct day_times *days;
    const struct codes *codes;
    const struct object *object;
};

struct setting {
    uint16_t parm;     /* enum policy_parm */
    bool inline_block; /* the object was written in place */
    bool overridden;   /* a later setting of the statement counts */
    struct span span;
    union value value;
};

struct object {
    enum policy_stmt kind;
    bool global;
    bool used;        /* something refers to it */
    const char *name; /* NULL: inline, without name */
    struct span span; /* the header's keyword */
    struct setting *settings;
    uint32_t count;
    /* Addresses or ports that an address or port object stands for. */
    uint32_t range_count;
    union {
        const struct addr_range *addrs;
        const struct port_range *ports;
    };
    struct policy_action *action; /* of an action statement */
};

/*
 * What one keyword says in one action, inner blocks included, or by default.
 * A reference has no entry, but what it leads to. The two V3 cipher keywords
 * of an action are one list and have one entry, under V3CipherSuites4Char
 * where both are coded.
 *
 * The entries of a policy have numbers. 0 says nothing; 1 + PARM_x is the
 * default of x; then come the entries of policy.tls13 and policy.suiteb, and
 * those of the actions.
 */
struct entry {
    uint16_t parm;
    uint16_t level; /* enum effective_level */
    uint32_t count;
    const struct setting *last; /* NULL: there is no such default */
    const void *const
        *items; /* texts, or rows of a code table; NULL: no list */
};

struct policy_action {
    const struct object *object;
    uint32_t first;        /* number of the first of its entries, by parm */
    uint32_t count : 15;   /* of them */
    uint32_t numbered : 1; /* it has a user instance number: the next */
    uint32_t instance : 16;
    struct digest digest; /* of what it says, but for that number */
};

/* The row of all rules that have the same actions: the number of the entry
 * that counts, for each parameter. */
struct effective {
    const struct policy *policy;
    const struct policy_action *levels[LEVEL_CONNECTION + 1];
    const struct policy_refusal *refusal; /* NULL: nothing is refused */
    struct digest digest;                 /* effective_digest() */
    uint32_t number[PARM_COUNT];
    bool for_tls; /* those of parameters marked TLS only */
};

/* One side's addresses or ports; count 0: any. */
struct cond {
    const void *items;
    const struct setting *setting; /* NULL: not coded */
    uint32_t count;
};

struct policy_rule {
    const char *name;
    const struct object *object;
    const struct effective *effective;
    struct cond local_addr, remote_addr, local_port, remote_port;
    const struct setting *jobname, *userid, *direction; /* NULL: not coded */
    unsigned long priority;
    bool timed;
    bool kept; /* NOFLUSH: no file has it any more */
};

struct policy {
    atomic_uint refs;
    struct arena *arena;
    struct source **sources;
    size_t source_count;
    enum zos_release release;
    bool allow_legacy, x25519_first;
    const char *stack;
    struct policy_agent agent;
    struct entry *entries; /* by number; from malloc() */
    /* Defaults that take the place of others where TLSv1.3 is on, up to the
     * next. */
    uint32_t tls13;
    /* The suites of SUITEB_128, of the two of 192 bits, and of the others. */
    uint32_t suiteb;
    struct allow *allow;           /* findings that are switched off */
    const struct object **objects; /* global ones, in the order of the files */
    size_t object_count;
    struct policy_rule *rules; /* in the order of the search */
    size_t rule_count;
    const struct index *index; /* of the rules; NULL: they are few */
};

/* NULL: it says nothing. */
const struct entry *effective_entry(const struct effective *e,
                                    enum policy_parm parm);
/* What an action of P codes; NULL: it does not. */
const struct entry *action_entry(const struct policy *p,
                                 const struct policy_action *a,
                                 enum policy_parm parm);
/* The cipher suites that it codes, by either keyword. */
const struct entry *action_ciphers(const struct policy *p,
                                   const struct policy_action *a);
/* TLS13: where TLSv1.3 is on. NULL: there is no default. */
const struct entry *default_entry(const struct policy *p, enum policy_parm parm,
                                  bool tls13);

#endif
