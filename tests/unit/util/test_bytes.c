/* util/bytes: numbers in network order, and no byte past the end. */

#include "util/bytes.h"

#include <string.h>

#include "support/suite.h"

static const unsigned char some[] = {0x81, 0x02, 0x03, 0x04,
                                     0x05, 0x06, 0x07, 0xf8};

START_TEST(bytes_are_read_as_numbers)
{
    ck_assert_uint_eq(bytes_get16(some), 0x8102);
    ck_assert_uint_eq(bytes_get32(some), 0x81020304);
    ck_assert(bytes_get64(some) == UINT64_C(0x81020304050607f8));
}
END_TEST

START_TEST(bytes_are_written_as_read)
{
    unsigned char to[6];

    bytes_put16(to, 0x8102);
    bytes_put32(to + 2, 0x030405f6);
    ck_assert_mem_eq(to, "\x81\x02\x03\x04\x05\xf6", 6);
}
END_TEST

START_TEST(bytes_are_added_to_a_text)
{
    struct strbuf out = STRBUF_INIT;

    bytes_add(0x01020304, 4, &out);
    bytes_add(0x01020304, 3, &out);
    bytes_add(0x0102ff04, 2, &out);
    bytes_add(0x01020384, 1, &out);
    ck_assert_uint_eq(out.len, 10);
    ck_assert_mem_eq(out.data, "\1\2\3\4\2\3\4\xff\4\x84", 10);
    strbuf_done(&out);
}
END_TEST

START_TEST(bytes_are_taken_in_order)
{
    struct bytes in = {some, sizeof(some), false};

    ck_assert_uint_eq(bytes_take_number(&in, 1), 0x81);
    ck_assert_ptr_eq(bytes_take(&in, 3), some + 1);
    ck_assert_uint_eq(bytes_take_number(&in, 4), 0x050607f8);
    ck_assert_uint_eq(in.left, 0);
    ck_assert(!in.bad);
}
END_TEST

/* One byte too many; whatever comes after it is bad too. */
START_TEST(bytes_past_the_end_are_not_there)
{
    struct bytes in = {some, 3, false};

    ck_assert_uint_eq(bytes_take_number(&in, 4), 0);
    ck_assert(in.bad);
    ck_assert_ptr_null(bytes_take(&in, 1));
    ck_assert_ptr_null(bytes_take(&in, 0));
    ck_assert_uint_eq(bytes_take_number(&in, 1), 0);
}
END_TEST

START_TEST(bytes_of_a_vector_end_with_its_length)
{
    struct bytes in = {some + 1, 4, false};
    struct bytes vector = bytes_take_vector(&in, 1);

    ck_assert_ptr_eq(vector.at, some + 2);
    ck_assert_uint_eq(vector.left, 2);
    ck_assert(!vector.bad);
    ck_assert_uint_eq(in.left, 1);
}
END_TEST

START_TEST(bytes_of_a_vector_that_is_too_long_are_not_there)
{
    struct bytes in = {some + 3, 3, false};
    struct bytes vector = bytes_take_vector(&in, 1);

    ck_assert_uint_eq(vector.left, 0);
    ck_assert(vector.bad);
    ck_assert(in.bad);
}
END_TEST

TESTS_BEGIN("bytes")
TEST(bytes_are_read_as_numbers)
TEST(bytes_are_written_as_read)
TEST(bytes_are_added_to_a_text)
TEST(bytes_are_taken_in_order)
TEST(bytes_past_the_end_are_not_there)
TEST(bytes_of_a_vector_end_with_its_length)
TEST(bytes_of_a_vector_that_is_too_long_are_not_there)
TESTS_END
