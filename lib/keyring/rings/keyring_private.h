#ifndef KEYRING_RINGS_KEYRING_PRIVATE_H
#define KEYRING_RINGS_KEYRING_PRIVATE_H

/* Inside lib/keyring: a ring as a copy in memory. All is in one arena but the
 * OpenSSL objects, which are counted by themselves. */

#include <stdatomic.h>

#include "keyring/rings/keyring.h"
#include "util/arena.h"

struct keyring {
    atomic_uint refs;
    struct arena *arena;
    char *name;
    struct ring_entry *entries;
    size_t n, cap;
    void (*release)(void *what); /* what the keys need; NULL: nothing */
    void *what;
};

/* An empty ring "OWNER/NAME", or "NAME" where OWNER is "". NULL: no memory. */
struct keyring *keyring_make(const char *owner, const char *name);
/* The next entry, all zero, to be filled; NULL: no memory. It is valid until
 * the next call. */
struct ring_entry *keyring_entry(struct keyring *k);
/* The subject as RACF prints it, of the ring; NULL: there is none, or no
 * memory. */
const char *keyring_subject_label(struct keyring *k, const X509 *cert);
/* As keyring_stash(), of a file that nobody else may read. */
int keyring_secret(const char *path, char buf[KEYRING_PASSWORD],
                   struct error *err);

#endif
