#include "util/arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"

static const size_t sizes[] = {
    0, 1, 15, 16, 17, 16 * 1024, 16 * 1024 + 1, 1024 * 1024};

/* Each size twice: the piece in a fresh block and the one behind it. */
START_TEST(gives_zeroed_aligned_pieces)
{
    static const unsigned char zero[1024 * 1024];
    struct arena *a = arena_new();
    int i;

    for (i = 0; i < 2; i++) {
        void *p = arena_alloc(a, sizes[_i]);

        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
        ck_assert_mem_eq(p, zero, sizes[_i]);
        memset(p, 0xff, sizes[_i]);
    }
    arena_free(a);
}
END_TEST

START_TEST(pieces_do_not_overlap)
{
    struct arena *a = arena_new();
    unsigned char *pieces[500];
    size_t i;

    for (i = 0; i < 500; i++) {
        pieces[i] = arena_calloc(a, i + 1, 1);
        memset(pieces[i], (int)(i & 0xff), i + 1);
    }
    for (i = 0; i < 500; i++) {
        ck_assert_uint_eq(pieces[i][0], i & 0xff);
        ck_assert_uint_eq(pieces[i][i], i & 0xff);
    }
    arena_wipe_free(a);
}
END_TEST

START_TEST(strings_are_copied)
{
    struct arena *a = arena_new();

    ck_assert_str_eq(arena_strdup(a, ""), "");
    ck_assert_str_eq(arena_strdup(a, "IMS.KeyRing"), "IMS.KeyRing");
    ck_assert_str_eq(arena_strndup(a, "IMS.KeyRing", 3), "IMS");
    arena_free(a);
}
END_TEST

START_TEST(pieces_that_overflow_are_refused)
{
    struct arena *a = arena_new();

    ck_assert_ptr_null(arena_alloc(a, SIZE_MAX));
    ck_assert_ptr_null(arena_alloc(a, SIZE_MAX - 64));
    ck_assert_ptr_null(arena_calloc(a, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(arena_strndup(a, "x", SIZE_MAX));
    arena_free(a);
}
END_TEST

START_TEST(returns_null_without_memory)
{
    struct arena *a;

    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(arena_new());
    a = arena_new();
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(arena_alloc(a, 8));
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(arena_strdup(a, "x"));
    ck_assert_str_eq(arena_strdup(a, "works again"), "works again");
    arena_free(a);
}
END_TEST

/* Only a crash makes it fail. */
START_TEST(freeing_no_arena_does_not_crash)
{
    arena_free(NULL);
    arena_wipe_free(NULL);
}
END_TEST

TESTS_BEGIN("arena")
TEST_ROWS(gives_zeroed_aligned_pieces, sizes)
TEST(pieces_do_not_overlap)
TEST(strings_are_copied)
TEST(pieces_that_overflow_are_refused)
TEST(returns_null_without_memory)
TEST(freeing_no_arena_does_not_crash)
TESTS_END
