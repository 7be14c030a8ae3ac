/* Open addressing: an item lies in the slot that its hash names, or in the
 * next free one behind it. */

#include "util/table.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 16 };

static size_t next_slot(const struct table *t, size_t i)
{
    return (i + 1) & (t->size - 1);
}

static void put(struct table *t, struct table_slot slot)
{
    size_t i = slot.hash & (t->size - 1);

    while (t->slots[i].item != NULL)
        i = next_slot(t, i);
    t->slots[i] = slot;
}

void table_done(struct table *t)
{
    free(t->slots);
    *t = (struct table){NULL, 0, 0};
}

bool table_reserve(struct table *t, size_t count)
{
    struct table grown = {NULL, t->size != 0 ? t->size : SMALLEST, t->count};
    size_t i;

    while (grown.size / 2 < count)
        grown.size *= 2;
    if (grown.size == t->size)
        return true;
    grown.slots = calloc(grown.size, sizeof(*grown.slots));
    if (grown.slots == NULL)
        return false;
    for (i = 0; i < t->size; i++)
        if (t->slots[i].item != NULL)
            put(&grown, t->slots[i]);
    free(t->slots);
    *t = grown;
    return true;
}

bool table_add(struct table *t, uint64_t hash, const void *item)
{
    if (!table_reserve(t, t->count + 1))
        return false;
    put(t, (struct table_slot){(void *)(uintptr_t)item, hash});
    t->count++;
    return true;
}

void *table_find(const struct table *t, uint64_t hash, table_same_fn same,
                 const void *key)
{
    const struct table_slot *slot;
    size_t i;

    if (t->count == 0)
        return NULL;
    for (i = hash & (t->size - 1);; i = next_slot(t, i)) {
        slot = &t->slots[i];
        if (slot->item == NULL)
            return NULL;
        if (slot->hash == hash && same(slot->item, key))
            return slot->item;
    }
}

/* Closes the gap at I: no item may lie behind a free slot that comes after the
 * slot that its hash names. */
static void close_gap(struct table *t, size_t i)
{
    size_t mask = t->size - 1, k = i;

    for (;;) {
        k = next_slot(t, k);
        if (t->slots[k].item == NULL)
            break;
        if (((k - t->slots[k].hash) & mask) < ((k - i) & mask))
            continue; /* it would come before its own slot */
        t->slots[i] = t->slots[k];
        i = k;
    }
    t->slots[i].item = NULL;
}

void table_remove(struct table *t, uint64_t hash, const void *item)
{
    size_t i = hash & (t->size - 1);

    while (t->slots[i].item != item)
        i = next_slot(t, i);
    close_gap(t, i);
    t->count--;
}

void *table_next(const struct table *t, size_t *at)
{
    while (*at < t->size) {
        void *item = t->slots[(*at)++].item;

        if (item != NULL)
            return item;
    }
    return NULL;
}

uint64_t table_hash(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;
    size_t i;

    for (i = 0; i < len; i++)
        h = table_hash_byte(h, p[i]);
    return h;
}
