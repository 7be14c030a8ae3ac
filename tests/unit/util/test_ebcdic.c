#include "util/ebcdic.h"

#include "support/suite.h"

START_TEST(tables_are_inverse)
{
    unsigned c;

    for (c = 0; c < 256; c++)
        ck_assert_uint_eq(
            ebcdic_to_latin1(ebcdic_from_latin1((unsigned char)c)), c);
}
END_TEST

/* IBM's code page chart CPGID 1047. */
static const struct {
    char latin1;
    unsigned char ebcdic;
} chart[] = {
    {' ', 0x40}, {'A', 0xc1}, {'I', 0xc9},  {'J', 0xd1},  {'R', 0xd9},
    {'S', 0xe2}, {'Z', 0xe9}, {'a', 0x81},  {'z', 0xa9},  {'0', 0xf0},
    {'9', 0xf9}, {'.', 0x4b}, {'~', 0xa1},  {'[', 0xad},  {']', 0xbd},
    {'^', 0x5f}, {'|', 0x4f}, {'@', 0x7c},  {'#', 0x7b},  {'$', 0x5b},
    {'{', 0xc0}, {'}', 0xd0}, {'\\', 0xe0}, {'\n', 0x15},
};

START_TEST(agrees_with_the_chart)
{
    ck_assert_uint_eq(ebcdic_from_latin1((unsigned char)chart[_i].latin1),
                      chart[_i].ebcdic);
}
END_TEST

static const struct {
    const char *a, *b;
    int order;
} orders[] = {
    {"", "", 0},          {"", "a", -1},       {"a", "", 1},
    {"IMS1", "IMS1", 0},  {"abc", "ABC", -1},  {"ABC", "123", -1},
    {"IMSA", "IMS1", -1}, {"IMS", "IMS1", -1}, {"IMS2", "IMS1", 1},
    {"I", "J", -1},       {"R", "S", -1},
};

START_TEST(sorts_as_zos_does)
{
    int got = ebcdic_compare(orders[_i].a, orders[_i].b);

    got = (got > 0) - (got < 0);
    ck_assert_msg(got == orders[_i].order, "'%s' against '%s': %d",
                  orders[_i].a, orders[_i].b, got);
}
END_TEST

TESTS_BEGIN("ebcdic")
TEST(tables_are_inverse)
TEST_ROWS(agrees_with_the_chart, chart)
TEST_ROWS(sorts_as_zos_does, orders)
TESTS_END
