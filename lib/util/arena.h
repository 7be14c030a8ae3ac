#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

/*
 * Memory that dies together. One arena holds one loaded policy, one parsed
 * job, one request; there is no free of a single piece.
 *
 * Not safe for use by two threads at once. After the last allocation an
 * arena may be read by any number of threads.
 */

#include <stddef.h>

struct arena;

/* A new, empty arena, or NULL when there is no memory. */
struct arena *arena_new(void);

/* Frees all pieces and the arena itself. NULL is allowed. */
void arena_free(struct arena *a);

/*
 * SIZE bytes, zeroed, aligned for any type; NULL when there is no memory.
 * The piece lives until arena_free().
 */
void *arena_alloc(struct arena *a, size_t size);

/* COUNT elements of SIZE bytes, zeroed; NULL also when the product overflows.
 */
void *arena_calloc(struct arena *a, size_t count, size_t size);

/* Copies with a terminating NUL; NULL when there is no memory. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* As arena_free(), but every byte is overwritten first: for secrets. */
void arena_wipe_free(struct arena *a);

#endif
