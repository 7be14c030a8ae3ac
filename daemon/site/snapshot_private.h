#ifndef SITE_SNAPSHOT_PRIVATE_H
#define SITE_SNAPSHOT_PRIVATE_H

/* What snapshot.c and snapshot_env.c share. */

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

#include "site/opening.h"
#include "site/snapshot.h"

/* A TTLSGroupAction of this snapshot. */
struct group {
    SLIST_ENTRY(group) next;
    const struct policy_action *action;
    uint32_t id;
};

/* An attempt to open an environment that failed, as it is remembered. */
struct failure {
    struct tls_outcome why;
    struct keyring_stamp stamp; /* of the store before the attempt */
    uint64_t at;                /* openings_clock() */
};

/* An environment action as used by one user id. */
struct place {
    SLIST_ENTRY(place) next;
    const struct policy_action *group, *action;
    char userid[9];
    _Atomic uint32_t id;     /* read without the lock too */
    _Atomic bool stale;      /* the same: ENV is in use although it FAILED */
    pthread_mutex_t lock;    /* of what follows; never held while reading */
    struct environment *env; /* NULL: not opened yet, or could not be */
    struct failure *failed;  /* of the last attempt; NULL: it went well */
    struct opening *opening; /* it is being opened; NULL: it is not */
    const struct policy_rule *rule; /* one that has the two actions */
    bool fresh;  /* opened, or tried, and nobody has written its lines */
    bool wanted; /* was open, or a listener names its user id */
    bool told;   /* that the stored ring is another */
};

struct snapshot {
    atomic_uint refs;
    struct config *config;
    struct policy *policy;
    struct digest settings; /* of snapshot_params() */
    pthread_mutex_t lock;   /* of the two lists */
    SLIST_HEAD(, group) groups;
    SLIST_HEAD(, place) places; /* only ever added to, at the head */
    time_t installed;
    struct snapshot_change change;
};

struct snapshots {
    pthread_mutex_t lock;
    struct snapshot *current;
    atomic_uint connid, envid, grpid;
    atomic_bool ttls, ttls_told;
    struct openings *openings; /* the helper threads */
    pthread_mutex_t telling;   /* of the next two, and while telling */
    snapshot_trouble_fn tell;  /* NULL: nobody wants to know */
    void *tell_arg;
    uint64_t told; /* openings_clock() of the last reminder */
};

/* Identifiers start at 1; 0 means "none" in the messages. */
uint32_t snapshots_next_id(atomic_uint *counter);

/* What the configuration says of all environments; user id and policy are
 * missing. */
struct environment_params snapshot_params(const struct snapshot *s);

/* The groups of NEXT: those that OLD (may be NULL) has too keep their GRPID. A
 * second call changes nothing. */
void snapshot_keep_groups(struct snapshots *all, struct snapshot *old,
                          struct snapshot *next);
/* The GRPID of a group action; 0: none. */
uint32_t snapshot_group_id(struct snapshot *s,
                           const struct policy_action *action);

void place_free(struct place *p);
/* Copies to NEXT those of OLD's places that stay as they were, unless NEXT has
 * them already, and counts. OLD stays as it is. */
void snapshot_keep_places(struct snapshot *old, struct snapshot *next);

#endif
