#ifndef STORY_STORY_H
#define STORY_STORY_H

/*
 * The story of a connection from accept to close, as values that live on when
 * the connection is gone: who, which rule and why, ring and certificates, both
 * hellos, alerts, the time of each step, and what went wrong. Those that
 * failed are kept in a ring of STORIES_KEPT, and of those that ended well the
 * last STORIES_WELL; any thread may look.
 */

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "policy/near.h"
#include "tls/certinfo.h"
#include "tls/facts.h"
#include "tls/hello.h"
#include "tls/outcome.h"
#include "util/json.h"
#include "util/netaddr.h"
#include "zos/ringname.h"

enum {
    STORIES_KEPT = 256, /* that failed */
    STORIES_WELL = 64,  /* that ended well */
    STORIES_WELL_RATE =
        8, /* of these a second: a story costs some formatting */
    STORY_CERTS = 4,
    STORY_FIRST = 16,
    STORY_MISSES = 4, /* conditions that failed, of the nearest rules */
    STORY_STATES = 24
};

/* Steps in their order; 0 of at[]: it was not reached. */
enum story_point {
#define POINT(id, text, key) STORY_##id,
#include "story/points.def"
    STORY_POINTS
};

/* A state of daemon/conn/states.def, and the event that led to it; names that
 * live for ever. */
struct story_state {
    const char *name, *by;
};

/* A condition that failed, of one of the rules that came nearest: what the
 * rule asks for as it is coded, and what the connection has. */
struct story_miss {
    char rule[64], condition[32], wants[96], has[64], place[160];
    bool only; /* the rule fits but for it */
};

struct story {
    struct timespec when;      /* accepted, wall clock */
    uint32_t at[STORY_POINTS]; /* microseconds after that, plus one */
    uint32_t id, grpid, envid;
    bool outbound, open, failed;
    bool searched;                /* for a rule */
    bool hello_in_clear;          /* its partner speaks TLS, and no rule fits */
    struct netaddr local, remote; /* of the wire side */
    char target[128];             /* where the other side is */
    char jobname[9], userid[9];   /* "": not known */
    char identity[128];           /* where these names come from */
    char rule[64], rule_place[256], why_rule[512];
    /* ---- beside the rule ---- */
    struct story_miss nearest[STORY_MISSES];
    size_t nearest_count;
    char runner_up[64]; /* the next rule that fits; "": none does */
    unsigned long priority, runner_up_priority;
    enum policy_asks
        runner_up_asks;      /* not less: it may be the one that is meant */
    time_t refresh_failed;   /* 0: the last one before it did not */
    char refresh_error[320]; /* when, why, and what is in force */
    char place_changed[160]; /* what RULE_PLACE says may be something else */
    char newer_ring[256];    /* the stored ring is newer than the one in use */
    /* ---- */
    char group[64], environment[64], connection[64];
    char off_place[192]; /* "TTLSEnabled Off (FILE:LINE)": the rule wants no TLS
                          */
    char role[24];       /* "Client", "Server", "ServerWithClientAuth" or "" */
    char ring[128];
    enum ring_kind ring_kind;
    char versions[48], ciphers[256];  /* that our side offers, by its policy */
    char ciphers_unusable[256];       /* of them, by offers_suite() */
    char groups[160], groups_13[160]; /* before TLSv1.3, and in it */
    char signature_pairs[160];
    struct shortlist server_names; /* ServerHandshakeSNIList */
    struct handshake_facts facts;
    struct certinfo own, peer[STORY_CERTS];
    size_t peer_count;
    struct hello client, server;
    char protocol[8];
    uint16_t cipher;
    bool resumed;
    struct tls_outcome outcome; /* rc 0: TLS did not fail */
    int line_rc;                /* of the connection's own EZD line, where its
                                 * environment failed with another; or 0 */
    char place[256];            /* where the policy says what the fault is of */
    /* why it ended where TLS did not fail (conn/reasons.def) */
    enum fault_by by;
    const char *cause, *remedy; /* with {words}; or NULL */
    char end_error[128];        /* the system's words, or "" */
    unsigned char first[STORY_FIRST];
    size_t first_len;
    struct story_state states[STORY_STATES]; /* after the first, in order */
    size_t state_count;
    uint64_t bytes_in, bytes_out;
    const char *end; /* why it ended; "" while it is open */
    char now[256];   /* while it is open: its state, limit and sockets */
};

/* There are a few hundred, and one of each failure is made on a stack. */
_Static_assert(sizeof(struct story) <= 17 * 1024, "a story stays small");

/* One line, key=value words: what a failure was. */
void story_add_line(const struct story *s, struct strbuf *out);
/* All of it for people; OTHER: the other end of the same connection, when it
 * is here too, or NULL. */
void story_print(const struct story *s, const struct story *other,
                 struct strbuf *out);
void story_json(const struct story *s, struct json *j, const char *key);

/* The two ends of one connection, both of this daemon: the same addresses, seen
 * from the other side, at the same time. */
bool story_is_other_end(const struct story *a, const struct story *b);

/* ---- the rings ---- */

struct stories;

struct stories *stories_new(void); /* NULL: no memory */
void stories_free(struct stories *all);
/* Which ring it goes to: S->failed. */
void stories_add(struct stories *all, const struct story *s);
/* May a story of one that ended well be made now? Ask once for each. */
bool stories_admit_well(struct stories *all);
/* Copies the last one for which MATCH is true, of those that failed or not. */
typedef bool (*story_match_fn)(const void *arg, const struct story *s);
bool stories_find(struct stories *all, bool failed, story_match_fn match,
                  const void *arg, struct story *ret);
/* How many that failed are kept, and the I-th, the newest first. */
size_t stories_count(struct stories *all);
bool stories_get(struct stories *all, size_t i, struct story *ret);

/* Kinds of lines of which there may be one for each connection that fails. */
enum story_line {
    STORY_FAILURE, /* the one about a failure */
    STORY_REMARK,  /* what else there is to say of it */
    STORY_EZD,     /* the EZD lines of one whose partner never said TLS */
    STORY_LINES
};

/*
 * May a line of that kind be written now? PER_SECOND lines may, 0: any
 * number. *RET_HELD gets how many were held back since the last that might.
 */
bool stories_admit(struct stories *all, enum story_line kind,
                   unsigned long per_second, unsigned long *ret_held);
/* In this second, or in the last, some were held back. */
bool stories_are_many(struct stories *all, enum story_line kind,
                      unsigned long per_second);

#endif
