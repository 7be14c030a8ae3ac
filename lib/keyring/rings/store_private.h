#ifndef KEYRING_RINGS_STORE_PRIVATE_H
#define KEYRING_RINGS_STORE_PRIVATE_H

/* Shared by the files of the store: memory (store.c), the index on disk
 * (store_index.c) and changes (store_change.c). */

#include "keyring/rings/store.h"

/* The owner, made in memory if it is missing. New elements of an owner or a
 * ring; NULL: no memory. Pointers into the same array are void afterwards. */
struct store_owner *store_need_owner(struct ring_store *s, const char *id);
struct store_cert *store_new_cert(struct store_owner *o, const char *label);
struct store_ring *store_new_ring(struct store_owner *o, const char *name);
struct store_filter *store_new_filter(struct store_owner *o, const char *label);
struct store_connect *store_new_connect(struct store_ring *r, const char *owner,
                                        const char *label);

/* Forgets all owners. */
void store_clear(struct ring_store *s);

/* Takes one element out of its array and frees it. */
void store_drop_cert(struct store_owner *o, struct store_cert *c);
void store_drop_ring(struct store_owner *o, struct store_ring *r);
void store_drop_filter(struct store_owner *o, struct store_filter *f);
void store_drop_connect(struct store_ring *r, struct store_connect *c);

/* "IMSSTC/cert-3.pem" */
enum { STORE_FILE = 64 };
void store_file_name(const char *owner, unsigned file, const char *ext,
                     char buf[STORE_FILE]);

#endif
