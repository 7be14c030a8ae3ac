/* Connections by who has them: who is the same one, what is fair, and the
 * limits. */

#include "conn/fair.h"

#include <string.h>

#include "conn/testing.h"
#include "support/suite.h"

static struct netaddr address(const char *text)
{
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse(text, &a, NULL), 0);
    return a;
}

static struct fair_who peer(const char *text)
{
    struct netaddr a = address(text);

    return fair_peer(&a);
}

static const struct fair_limits roomy = {
    .connections = 100000, .waiting = 100000, .most = 1};

static enum fair_answer enter(struct fair *f, const struct fair_who *who,
                              const struct fair_limits *l,
                              struct fair_one **ret)
{
    unsigned long limit;

    return fair_enter(f, who, l, ret, &limit);
}

static void leave(struct fair *f, struct fair_one *one)
{
    fair_begun(f, one);
    fair_leave(f, one);
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
    {"127.0.0.1:1000", "127.9.8.7:1000", true},
    {"127.0.0.1:1000", "[::1]:1000", true},
    {"127.0.0.1:1000", "192.0.2.1:1000", false},
};

START_TEST(knows_who_is_the_same)
{
    struct fair_who a = peer(pairs[_i].one), b = peer(pairs[_i].other);
    struct fair *f = fair_new();
    struct fair_one *x, *y;
    enum fair_answer second;

    ck_assert_int_eq(enter(f, &a, &roomy, &x), FAIR_MAY);
    second = enter(f, &b, &roomy, &y);
    ck_assert_msg((second == FAIR_MOST) == pairs[_i].same, "%s %s",
                  pairs[_i].one, pairs[_i].other);
    if (second == FAIR_MAY)
        leave(f, y);
    leave(f, x);
    ck_assert_uint_eq(fair_count(f), 0);
    fair_free(f);
}
END_TEST

static const struct {
    const char *peer; /* NULL: account 5002 */
    const char *text;
} texts[] = {
    {"192.0.2.1:1000", "192.0.2.1"},
    {"[2001:db8::1]:1", "2001:db8::/64"},
    {"127.0.0.2:1000", "loopback"},
    {"[::1]:1000", "loopback"},
    {NULL, "uid 5002"},
};

START_TEST(says_who_it_is)
{
    struct fair_who who =
        texts[_i].peer != NULL ? peer(texts[_i].peer) : fair_account(5002);
    char text[FAIR_TEXT];

    ck_assert_str_eq(fair_format(&who, text), texts[_i].text);
}
END_TEST

START_TEST(has_room_again)
{
    struct fair_limits two = roomy, three = roomy;
    struct fair_who a = peer("192.0.2.1:1");
    struct fair *f = fair_new();
    struct fair_one *x, *y;

    two.most = 2;
    three.most = 3;
    ck_assert_int_eq(enter(f, &a, &two, &x), FAIR_MAY);
    ck_assert_int_eq(enter(f, &a, &two, &y), FAIR_MAY);
    ck_assert_ptr_eq(x, y);
    ck_assert_int_eq(enter(f, &a, &two, &y), FAIR_MOST);
    ck_assert_int_eq(enter(f, &a, &three, &y), FAIR_MAY);
    leave(f, x);
    leave(f, x);
    ck_assert_int_eq(enter(f, &a, &two, &y), FAIR_MAY);
    leave(f, x);
    ck_assert_uint_eq(fair_count(f), 1);
    leave(f, x);
    ck_assert_uint_eq(fair_count(f), 0);
    fair_free(f);
}
END_TEST

enum { MANY = 5000 };

START_TEST(keeps_many_apart)
{
    static struct fair_one *all[MANY];
    struct netaddr a = address("10.0.0.0:1");
    struct fair *f = fair_new();
    struct fair_who who;
    struct fair_one *one;
    int i;

    for (i = 0; i < MANY; i++) {
        a.ip[2] = (unsigned char)(i >> 8);
        a.ip[3] = (unsigned char)i;
        who = fair_peer(&a);
        ck_assert_int_eq(enter(f, &who, &roomy, &all[i]), FAIR_MAY);
    }
    ck_assert_uint_eq(fair_count(f), MANY);
    ck_assert_int_eq(enter(f, &who, &roomy, &one), FAIR_MOST);
    for (i = 0; i < MANY; i++)
        leave(f, all[i]);
    ck_assert_uint_eq(fair_count(f), 0);
    fair_free(f);
}
END_TEST

/* ---- the arithmetic ---- */

static const struct {
    unsigned long now, limit;
    bool presses;
} presses[] = {
    {0, 5000, false},   {3749, 5000, false}, {3750, 5000, true},
    {5000, 5000, true}, {0, 1, false},       {1, 1, true},
    {2, 3, false},      {3, 3, true},        {2, 4, false},
    {3, 4, true},
};

START_TEST(three_quarters_press)
{
    ck_assert(fair_presses(presses[_i].now, presses[_i].limit) ==
              presses[_i].presses);
}
END_TEST

static const struct {
    unsigned long limit, sharers, share;
} shares[] = {
    {5000, 0, 5000}, {5000, 1, 5000}, {5000, 2, 2500},
    {5000, 3, 1666}, {10, 11, 1},     {1, 1, 1},
};

START_TEST(a_share_is_fair)
{
    ck_assert_uint_eq(fair_share(shares[_i].limit, shares[_i].sharers),
                      shares[_i].share);
}
END_TEST

static struct fair_one *enter_all(struct fair *f, const struct fair_who *who,
                                  const struct fair_limits *l, unsigned n)
{
    struct fair_one *one = NULL;

    while (n-- > 0)
        ck_assert_int_eq(enter(f, who, l, &one), FAIR_MAY);
    return one;
}

/* One has all there is, until another comes; what relays counts no more. */
START_TEST(nobody_has_more_than_his_share)
{
    static const struct fair_limits l = {.connections = 1000, .waiting = 100};
    struct fair_who mallory = fair_account(5002), alice = fair_account(5001);
    struct fair_who far = peer("192.0.2.1:1");
    struct fair *f = fair_new();
    struct fair_one *m, *a, *p;
    unsigned long limit;
    int i;

    m = enter_all(f, &mallory, &l, 74);
    ck_assert(!fair_is_pressed(f));
    a = enter_all(f, &alice, &l, 1);
    ck_assert(fair_is_pressed(f));
    ck_assert(fair_is_over(f, m));
    ck_assert(!fair_is_over(f, a));
    ck_assert_int_eq(fair_enter(f, &mallory, &l, &p, &limit), FAIR_SHARE);
    ck_assert_ptr_eq(p, m);
    ck_assert_uint_eq(limit, 50);
    /* peers are no accounts: they share among themselves */
    p = enter_all(f, &far, &l, 1);
    ck_assert_int_eq(fair_enter(f, &mallory, &l, &m, &limit), FAIR_SHARE);
    ck_assert_uint_eq(limit, 50);
    enter_all(f, &alice, &l, 24);
    ck_assert_int_eq(fair_enter(f, &alice, &l, &a, &limit), FAIR_FULL_WAITING);
    ck_assert_uint_eq(limit, 100);
    for (i = 0; i < 30; i++)
        fair_begun(f, m);
    ck_assert_int_eq(enter(f, &mallory, &l, &m), FAIR_MAY);
    ck_assert_int_eq(enter(f, &alice, &l, &a), FAIR_MAY);
    for (i = 0; i < 45; i++)
        fair_begun(f, m);
    for (i = 0; i < 75; i++)
        fair_leave(f, m);
    for (i = 0; i < 26; i++)
        leave(f, a);
    leave(f, p);
    ck_assert_uint_eq(fair_count(f), 0);
    fair_free(f);
}
END_TEST

/* What relays fills the limit of all, and nobody's share. */
START_TEST(all_have_a_limit)
{
    static const struct fair_limits l = {.connections = 4, .waiting = 4};
    struct fair_limits more = l;
    struct fair_who a = fair_account(1), b = fair_account(2);
    struct fair *f = fair_new();
    struct fair_one *x = enter_all(f, &a, &l, 4), *y;
    int i;

    for (i = 0; i < 4; i++)
        fair_begun(f, x);
    ck_assert_int_eq(enter(f, &b, &l, &y), FAIR_FULL);
    ck_assert_ptr_null(y);
    more.over = 1;
    ck_assert_int_eq(enter(f, &b, &more, &y), FAIR_MAY);
    leave(f, y);
    for (i = 0; i < 4; i++)
        fair_leave(f, x);
    fair_free(f);
}
END_TEST

START_TEST(a_peer_has_a_part)
{
    static const struct fair_limits l = {
        .connections = 100, .waiting = 100, .most_waiting = 25};
    struct fair_who a = peer("192.0.2.1:1");
    struct fair *f = fair_new();
    struct fair_one *x = enter_all(f, &a, &l, 25), *y;
    int i;

    ck_assert_int_eq(enter(f, &a, &l, &y), FAIR_MOST_WAITING);
    ck_assert_ptr_eq(y, x);
    fair_begun(f, x);
    ck_assert_int_eq(enter(f, &a, &l, &y), FAIR_MAY);
    for (i = 0; i < 25; i++)
        leave(f, x);
    fair_leave(f, x);
    fair_free(f);
}
END_TEST

START_TEST(remembers_who_was_limited)
{
    struct fair_limited kept[FAIR_KEPT];
    struct fair *f = fair_new();
    struct fair_who who = fair_account(5002);
    struct fair_one *one = enter_all(f, &who, &roomy, 1);
    uid_t uid;

    fair_note(f, &who, "max_per_user");
    for (uid = 1; uid < FAIR_KEPT; uid++) {
        struct fair_who other = fair_account(uid);

        fair_note(f, &other, "fair share");
        fair_note(f, &who, "max_per_user");
    }
    ck_assert_uint_eq(fair_limited(f, kept), FAIR_KEPT);
    ck_assert_mem_eq(&kept[0].who, &who, sizeof(who));
    ck_assert_uint_eq(kept[0].times, FAIR_KEPT);
    ck_assert_uint_eq(kept[0].have, 1);
    ck_assert_uint_eq(kept[0].waiting, 1);
    ck_assert_uint_eq(kept[1].have, 0);
    who = fair_account(99);
    fair_note(f, &who, "fair share");
    ck_assert_uint_eq(fair_limited(f, kept), FAIR_KEPT);
    ck_assert_mem_eq(&kept[0].who, &who, sizeof(who));
    leave(f, one);
    fair_free(f);
}
END_TEST

TESTS_BEGIN("fair")
TEST_ROWS(knows_who_is_the_same, pairs)
TEST_ROWS(says_who_it_is, texts)
TEST(has_room_again)
TEST(keeps_many_apart)
TEST_ROWS(three_quarters_press, presses)
TEST_ROWS(a_share_is_fair, shares)
TEST(nobody_has_more_than_his_share)
TEST(all_have_a_limit)
TEST(a_peer_has_a_part)
TEST(remembers_who_was_limited)
TESTS_END
