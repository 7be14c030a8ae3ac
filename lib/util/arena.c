/*
 * Memory in blocks: a request takes the next bytes of the newest block, or a
 * new block where they do not suffice.
 */

#include "util/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 16 * 1024 };

struct block {
    struct block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *blocks; /* newest first; only the newest is filled */
};

struct arena *arena_new(void)
{
    return calloc(1, sizeof(struct arena));
}

static void free_blocks(struct arena *a, int wipe)
{
    struct block *b, *next;

    if (a == NULL)
        return;
    for (b = a->blocks; b != NULL; b = next) {
        next = b->next;
        if (wipe)
            explicit_bzero(b->data, b->used);
        free(b);
    }
    free(a);
}

void arena_free(struct arena *a)
{
    free_blocks(a, 0);
}

void arena_wipe_free(struct arena *a)
{
    free_blocks(a, 1);
}

static struct block *add_block(struct arena *a, size_t size)
{
    size_t room = size > BLOCK_SIZE ? size : (size_t)BLOCK_SIZE;
    struct block *b;

    b = malloc(sizeof(*b) + room);
    if (b == NULL)
        return NULL;
    b->size = room;
    b->used = 0;
    b->next = a->blocks;
    a->blocks = b;
    return b;
}

/* SIZE bytes, zeroed, at a multiple of ALIGN, a power of two. */
static void *take(struct arena *a, size_t size, size_t align)
{
    struct block *b = a->blocks;
    size_t at = b != NULL ? (b->used + align - 1) & ~(align - 1) : 0;

    /* No object is larger than PTRDIFF_MAX; malloc() needn't be asked. */
    if (size > PTRDIFF_MAX - sizeof(*b))
        return NULL;
    if (b == NULL || at > b->size || b->size - at < size) {
        b = add_block(a, size);
        if (b == NULL)
            return NULL;
        at = 0;
    }
    b->used = at + size;
    return memset(b->data + at, 0, size);
}

void *arena_alloc(struct arena *a, size_t size)
{
    return take(a, size, alignof(max_align_t));
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
    char *p;

    if (len == SIZE_MAX)
        return NULL;
    p = take(a, len + 1, 1);
    if (p != NULL)
        memcpy(p, s, len);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}
