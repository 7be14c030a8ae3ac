/* util/table: what was added is found, and what was removed is not. */

#include "util/table.h"

#include <errno.h>

#include "support/faults.h"
#include "support/suite.h"

enum { ITEMS = 1000 };

struct item {
    unsigned number;
    uint64_t hash;
    bool there;
};

static bool has_number(const void *item, const void *key)
{
    return ((const struct item *)item)->number == *(const unsigned *)key;
}

/* Few hashes, many, and one for all. */
static const struct {
    const char *name;
    unsigned hashes;
    unsigned items;
} spreads[] = {
    {"one each", ITEMS, ITEMS}, {"fifty", 50, ITEMS}, {"one for all", 1, 300}};

static struct item *items_of(const struct table *t, int row)
{
    static struct item items[ITEMS];
    unsigned i;

    (void)t;
    for (i = 0; i < ITEMS; i++) {
        items[i] = (struct item){.number = i};
        items[i].hash = table_hash_number(i % spreads[row].hashes);
    }
    return items;
}

static void check(const struct table *t, const struct item *items, unsigned n)
{
    unsigned i, count = 0;

    for (i = 0; i < n; i++) {
        const struct item *found =
            table_find(t, items[i].hash, has_number, &items[i].number);

        ck_assert_ptr_eq(found, items[i].there ? &items[i] : NULL);
        count += items[i].there;
    }
    ck_assert_uint_eq(t->count, count);
}

/* Added in order, removed and added again by a walk that meets all of them in
 * another order. */
START_TEST(table_finds_what_is_there)
{
    struct table t = {0};
    struct item *items = items_of(&t, _i);
    unsigned n = spreads[_i].items, i, step;

    for (i = 0; i < n; i++) {
        ck_assert(table_add(&t, items[i].hash, &items[i]));
        items[i].there = true;
    }
    check(&t, items, n);
    for (step = 0, i = 0; step < 2 * n; step++, i = (i + 701) % n) {
        if (step % 3 == 0)
            continue;
        if (items[i].there)
            table_remove(&t, items[i].hash, &items[i]);
        else
            ck_assert(table_add(&t, items[i].hash, &items[i]));
        items[i].there = !items[i].there;
        if (step % 100 == 0)
            check(&t, items, n);
    }
    check(&t, items, n);
    table_done(&t);
}
END_TEST

START_TEST(table_walks_over_each_item_once)
{
    struct table t = {0};
    struct item *items = items_of(&t, 1), *item;
    size_t at = 0, n = 0;
    unsigned i;

    ck_assert_ptr_null(table_next(&t, &at));
    for (i = 0; i < 100; i++)
        ck_assert(table_add(&t, items[i].hash, &items[i]));
    for (at = 0; (item = table_next(&t, &at)) != NULL; n++) {
        ck_assert(!item->there);
        item->there = true;
    }
    ck_assert_uint_eq(n, 100);
    table_done(&t);
}
END_TEST

START_TEST(table_that_is_empty_has_nothing)
{
    struct table t = {0};
    unsigned key = 1;

    ck_assert_ptr_null(table_find(&t, 1, has_number, &key));
    ck_assert(table_reserve(&t, 10));
    ck_assert_ptr_null(table_find(&t, 1, has_number, &key));
    table_done(&t);
    ck_assert_uint_eq(t.size, 0);
}
END_TEST

START_TEST(table_with_room_needs_no_memory)
{
    struct table t = {0};
    struct item *items = items_of(&t, 0);
    bool added = true;
    unsigned i;

    ck_assert(table_reserve(&t, ITEMS));
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    for (i = 0; i < ITEMS; i++)
        added = table_add(&t, items[i].hash, &items[i]) && added;
    fault_set(FAULT_MEMORY, 0, 0);
    ck_assert(added);
    table_done(&t);
}
END_TEST

START_TEST(table_without_memory_is_as_before)
{
    struct table t = {0};
    struct item *items = items_of(&t, 0);
    bool added;
    unsigned i;

    for (i = 0; i < 8; i++) {
        ck_assert(table_add(&t, items[i].hash, &items[i]));
        items[i].there = true;
    }
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    added = table_add(&t, items[8].hash, &items[8]);
    fault_set(FAULT_MEMORY, 0, 0);
    ck_assert(!added);
    check(&t, items, 9);
    table_done(&t);
}
END_TEST

START_TEST(table_hashes_differ)
{
    uint64_t h = table_hash(TABLE_HASH, "ab", 2);

    ck_assert(h == table_hash(table_hash(TABLE_HASH, "a", 1), "b", 1));
    ck_assert(h != table_hash(TABLE_HASH, "ba", 2));
    ck_assert(table_hash_number(1) != table_hash_number(2));
}
END_TEST

TESTS_BEGIN("table")
TEST_ROWS(table_finds_what_is_there, spreads)
TEST(table_walks_over_each_item_once)
TEST(table_that_is_empty_has_nothing)
TEST(table_with_room_needs_no_memory)
TEST(table_without_memory_is_as_before)
TEST(table_hashes_differ)
TESTS_END
