#ifndef UTIL_TABLE_H
#define UTIL_TABLE_H

/*
 * A hash table of pointers to items that the caller owns. The caller makes the
 * hash of an item, for instance with table_hash(), and says which item a key
 * means. Items of one key may be in the table more than once: one of them is
 * found.
 *
 * All zeros is an empty table. It grows by itself and never shrinks. Two slots
 * an item at least: a look-up is a comparison or two.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
    void *item; /* NULL: free */
    uint64_t hash;
};

struct table {
    struct table_slot *slots;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

typedef bool (*table_same_fn)(const void *item, const void *key);

/* Forgets all items and frees the memory of the table. */
void table_done(struct table *t);

/* Room for COUNT items, so that table_add() needs no memory for them. False:
 * no memory. */
bool table_reserve(struct table *t, size_t count);

/* ITEM is not NULL; table_find() gives it back as what it was. False: no
 * memory, and the table is as before. */
bool table_add(struct table *t, uint64_t hash, const void *item);

/* NULL: not there. */
void *table_find(const struct table *t, uint64_t hash, table_same_fn same,
                 const void *key);

/* ITEM is there, added with HASH. */
void table_remove(struct table *t, uint64_t hash, const void *item);

/* Each item in turn, in any order: *AT begins with 0. NULL: that was all. */
void *table_next(const struct table *t, size_t *at);

/* Continues H, which begins with TABLE_HASH, with one byte or LEN of them
 * (FNV-1a). */
#define TABLE_HASH UINT64_C(14695981039346656037)

static inline uint64_t table_hash_byte(uint64_t h, unsigned char byte)
{
    return (h ^ byte) * UINT64_C(1099511628211);
}

uint64_t table_hash(uint64_t h, const void *data, size_t len);

/* The hash of a number: all its bits count (the end of splitmix64). */
static inline uint64_t table_hash_number(uint64_t n)
{
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
    return n ^ n >> 31;
}

#endif
