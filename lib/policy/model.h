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

/* What one keyword says in one action, inner blocks included; references have
 * no entry, but what they lead to. */
struct entry {
    uint16_t parm;
    uint32_t count; /* items of a keyword that may repeat */
    const struct setting *last;
    const void *items; /* const char *const *, or rows of a code table */
};

struct policy_action {
    const struct object *object;
    struct entry *entries; /* by parm */
    uint32_t count;
    uint32_t cipher_count;
    const struct cipher *const *ciphers; /* both V3 keywords, in order */
    bool ciphers_coded;
};

/* The defaults of the release, parsed; shared by all effective policies. */
struct defaults {
    struct setting values[PARM_COUNT];
    bool known[PARM_COUNT];
    const struct codes *tls13[PARM_COUNT]; /* with what TLSv1.3 adds, or NULL */
    const struct cipher *suiteb[2];        /* of 128 and 192 bit strength */
};

struct effective {
    const struct policy *policy;
    uint64_t id; /* no other has it, nor will */
    const struct policy_action *levels[LEVEL_CONNECTION + 1];
    struct policy_refusal *refusal; /* NULL: none */
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
    const struct defaults *defaults;
    struct allow *allow;           /* findings that are switched off */
    const struct object **objects; /* global ones, in the order of the files */
    size_t object_count;
    struct policy_rule *rules; /* in the order of the search */
    size_t rule_count;
    const struct index *index; /* of the rules; NULL: they are few */
};

/* The default of a parameter that is a list of codes. */
const struct codes *default_codes(const struct policy *p, enum policy_parm parm,
                                  bool tls13);
const struct entry *action_entry(const struct policy_action *a,
                                 enum policy_parm parm);
/* The level whose word counts, and its entry; LEVEL_DEFAULT: NULL. */
const struct entry *effective_entry(const struct effective *e,
                                    enum policy_parm parm,
                                    enum effective_level *ret_level);

#endif
