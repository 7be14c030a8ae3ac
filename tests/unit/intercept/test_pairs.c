/* The table of wire sockets that stand for programs of this host. */

#include "intercept/pairs.h"
#include "support/suite.h"

static struct netaddr at(const char *text)
{
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse(text, &a, NULL), 0);
    return a;
}

static const struct {
    const char *name, *asked;
    bool found;
} lookups[] = {
    {"the same", "192.168.17.220:40000", true},
    {"another port", "192.168.17.220:40001", false},
    {"another address", "127.0.0.1:40000", false},
    {"the same bucket", "192.168.17.220:44096", false},
    {"another family", "[::1]:40000", false},
};

START_TEST(a_pair_is_found_by_its_wire_address)
{
    struct netaddr wire = at("192.168.17.220:40000"),
                   real = at("192.168.17.220:2693"), asked, found = {0};
    struct pairs *all;
    struct pair *p;

    asked = at(lookups[_i].asked);
    ck_assert_int_eq(pairs_new(&all, NULL), 0);
    ck_assert_int_eq(pairs_add(all, &wire, &real, &p, NULL), 0);
    ck_assert_msg(pairs_find(all, &asked, &found) == lookups[_i].found, "%s",
                  lookups[_i].name);
    if (lookups[_i].found)
        ck_assert(netaddr_equal(&found, &real));
    pairs_remove(all, p);
    ck_assert(!pairs_find(all, &wire, &found));
    pairs_remove(all, NULL);
    pairs_free(all);
}
END_TEST

START_TEST(free_takes_what_is_left)
{
    struct netaddr wire = at("[::1]:1"), real = at("[::1]:2");
    struct pairs *all;
    struct pair *p;

    ck_assert_int_eq(pairs_new(&all, NULL), 0);
    ck_assert_int_eq(pairs_add(all, &wire, &real, &p, NULL), 0);
    pairs_free(all);
    pairs_free(NULL);
}
END_TEST

TESTS_BEGIN("pairs")
TEST_ROWS(a_pair_is_found_by_its_wire_address, lookups)
TEST(free_takes_what_is_left)
TESTS_END
