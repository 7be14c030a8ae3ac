#ifndef SITE_STORED_H
#define SITE_STORED_H

/*
 * What is stored now beside what is in use: policy files that have changed
 * since they were loaded, key rings that are newer than those of the open
 * environments. z/OS too goes on with what it has read, until a refresh; the
 * operator is to know of it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "site/snapshot.h"
#include "util/strbuf.h"

enum { STORED_RINGS = 16, STORED_FILES = 8 };

struct stored_ring {
    uint32_t envid; /* of the environment that uses the older one */
    char action[64], userid[9], ring[128];
    char until[24]; /* its DEFAULT certificate is valid to; "": it has none */
};

struct stored {
    bool late; /* the file system does not answer: nothing is known */
    size_t ring_count, file_count; /* the first ones */
    struct stored_ring ring[STORED_RINGS];
    char file[STORED_FILES][256];
};

/* Looks, on a thread of its own, for which nobody waits longer than two
 * seconds. Rings of tokens are not looked at: each look counts against a PIN.
 */
void stored_look(struct snapshot *s, struct stored *ret);

/* The ring that environment ENVID does not use yet; NULL: it has the newest. */
const struct stored_ring *stored_ring_of(const struct stored *s,
                                         uint32_t envid);
/* The file at which the place "FILE:LINE" is has changed. */
bool stored_place_changed(const struct stored *s, const char *place);
/* "newer than the one in use (...): raise ..." */
void stored_ring_show(const struct stored_ring *r, struct strbuf *out);

#endif
