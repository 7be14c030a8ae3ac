/* Connections by peer: who is the same one, and the limit. */

#include "daemon/peers.h"

#include "support/suite.h"

static struct netaddr address(const char *text)
{
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse(text, &a, NULL), 0);
    return a;
}

static const struct {
    const char *one, *other;
    bool same;
} pairs[] = {
    {"192.0.2.1:1000", "192.0.2.1:2000", true},
    {"192.0.2.1:1000", "192.0.2.2:1000", false},
    {"192.0.2.1:1000", "[::ffff:192.0.2.1]:1000", true},
    {"[2001:db8::1]:1000", "[2001:db8::ffff:2]:1000", true},
    {"[2001:db8::1]:1000", "[2001:db8:0:1::1]:1000", false},
    {"192.0.2.1:1000", "[c000:201::1]:1000", false},
};

START_TEST(knows_who_is_the_same)
{
    struct peers *p = peers_new();
    struct netaddr a = address(pairs[_i].one), b = address(pairs[_i].other);
    struct peer *x = peers_enter(p, &a, 1), *y;

    ck_assert_ptr_nonnull(x);
    y = peers_enter(p, &b, 1);
    ck_assert_msg((y == NULL) == pairs[_i].same, "%s %s", pairs[_i].one,
                  pairs[_i].other);
    peers_leave(p, x);
    peers_leave(p, y);
    ck_assert_uint_eq(peers_count(p), 0);
    peers_free(p);
}
END_TEST

START_TEST(has_room_again)
{
    struct peers *p = peers_new();
    struct netaddr a = address("192.0.2.1:1");
    struct peer *x = peers_enter(p, &a, 2);

    ck_assert_ptr_eq(peers_enter(p, &a, 2), x);
    ck_assert_ptr_null(peers_enter(p, &a, 2));
    ck_assert_ptr_eq(peers_enter(p, &a, 3), x);
    peers_leave(p, x);
    peers_leave(p, x);
    ck_assert_ptr_eq(peers_enter(p, &a, 2), x);
    peers_leave(p, x);
    ck_assert_uint_eq(peers_count(p), 1);
    peers_leave(p, x);
    ck_assert_uint_eq(peers_count(p), 0);
    peers_free(p);
}
END_TEST

enum { MANY = 5000 };

START_TEST(keeps_many_apart)
{
    static struct peer *all[MANY];
    struct peers *p = peers_new();
    struct netaddr a = address("10.0.0.0:1");
    int i;

    for (i = 0; i < MANY; i++) {
        a.ip[2] = (unsigned char)(i >> 8);
        a.ip[3] = (unsigned char)i;
        all[i] = peers_enter(p, &a, 1);
        ck_assert_ptr_nonnull(all[i]);
    }
    ck_assert_uint_eq(peers_count(p), MANY);
    ck_assert_ptr_null(peers_enter(p, &a, 1));
    for (i = 0; i < MANY; i++)
        peers_leave(p, all[i]);
    ck_assert_uint_eq(peers_count(p), 0);
    peers_free(p);
}
END_TEST

TESTS_BEGIN("peers")
TEST_ROWS(knows_who_is_the_same, pairs)
TEST(has_room_again)
TEST(keeps_many_apart)
TESTS_END
