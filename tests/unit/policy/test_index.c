/* What index.h promises: no rule that fits is left out, and few are looked
 * at. */

#include "policy/index.h"

#include <stdio.h>
#include <string.h>

#include "policy/model.h"
#include "support/randpolicy.h"
#include "support/suite.h"

static bool count_and_refuse(void *arg, uint32_t rule)
{
    (void)rule;
    ++*(unsigned *)arg;
    return false;
}

static bool take(void *arg, uint32_t rule)
{
    (void)rule;
    ++*(unsigned *)arg;
    return true;
}

static struct policy *load_ports(unsigned count, unsigned width)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;
    unsigned i;

    strbuf_adds(&text, "TTLSGroupAction g\n{\nTTLSEnabled Off\n}\n");
    for (i = 1; i <= count; i++)
        strbuf_addf(&text,
                    "TTLSRule r%u\n{\nPriority %u\nDirection Both\n"
                    "LocalPortRange %u-%u\nTTLSGroupActionRef g\n}\n",
                    i, 1 + i % 255, i, i + width);
    p = randpolicy_load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

static unsigned looked_at(const struct policy *p, unsigned port)
{
    struct index_point pt;
    unsigned n = 0;

    memset(&pt, 0, sizeof(pt));
    pt.at[INDEX_LOCAL_PORT] = port;
    pt.at[INDEX_DIRECTION] = POLICY_INBOUND;
    ck_assert_uint_eq(index_find(p->index, &pt, count_and_refuse, &n),
                      UINT32_MAX);
    return n;
}

static const struct {
    unsigned count, width, most;
} sizes[] = {{100, 0, 4}, {3000, 0, 4}, {100, 10, 30}, {3000, 10, 30}};

/* However many there are: those that hold the port, and a few around. */
START_TEST(looks_at_few_rules)
{
    struct policy *p = load_ports(sizes[_i].count, sizes[_i].width);
    unsigned port, n;

    for (port = 0; port < sizes[_i].count + 20; port += 7) {
        n = looked_at(p, port);
        ck_assert_msg(n <= sizes[_i].most, "%u rules of %u for port %u", n,
                      sizes[_i].count, port);
    }
    policy_unref(p);
}
END_TEST

START_TEST(an_unknown_value_goes_everywhere)
{
    struct policy *p = load_ports(50, 0);
    struct index_point pt;
    unsigned n = 0;

    memset(&pt, 0, sizeof(pt));
    pt.unknown = 1u << INDEX_LOCAL_PORT | 1u << INDEX_DIRECTION;
    ck_assert_uint_eq(index_find(p->index, &pt, count_and_refuse, &n),
                      UINT32_MAX);
    ck_assert_uint_eq(n, 50);
    n = 0;
    ck_assert_uint_eq(index_find(p->index, &pt, take, &n), 0);
    ck_assert_uint_lt(n, 50);
    policy_unref(p);
}
END_TEST

START_TEST(few_rules_have_none)
{
    struct policy *p = load_ports(2, 0);

    ck_assert_ptr_null(p->index);
    policy_unref(p);
}
END_TEST

START_TEST(numbers_keep_the_order_of_addresses)
{
    static const char *const rising[] = {
        "0.0.0.0",        "0.0.0.1",         "9.255.255.255", "10.0.0.0",
        "128.0.0.0",      "255.255.255.255", "2001:db8::",    "2001:db8::1",
        "2001:db8:0:1::", "ffff::"};
    struct index_point a, b;
    struct netaddr ip;
    int i;

    memset(&a, 0, sizeof(a));
    for (i = 0; i < ROWS(rising); i++) {
        memset(&b, 0, sizeof(b));
        ck_assert_int_eq(netaddr_parse_ip(rising[i], &ip, NULL), 0);
        index_set_addr(&b, INDEX_LOCAL_HIGH, &ip);
        ck_assert_msg(i == 0 ||
                          a.at[INDEX_LOCAL_HIGH] < b.at[INDEX_LOCAL_HIGH] ||
                          (a.at[INDEX_LOCAL_HIGH] == b.at[INDEX_LOCAL_HIGH] &&
                           a.at[INDEX_LOCAL_LOW] < b.at[INDEX_LOCAL_LOW]),
                      "%s", rising[i]);
        a = b;
    }
}
END_TEST

static void count_reject(void *arg, const struct policy_reject *r)
{
    (void)r;
    ++*(size_t *)arg;
}

/* A search that gives reasons looks at all rules, one after the other. */
static void compare_searches(const struct policy *p,
                             const struct policy_conn *c, unsigned seen[3])
{
    const struct policy_rule *quick = NULL, *thorough = NULL;
    enum policy_verdict a, b;
    size_t rejects = 0;

    a = policy_match(p, c, NULL, NULL, &quick);
    b = policy_match(p, c, count_reject, &rejects, &thorough);
    if (a != b || quick != thorough || (a == POLICY_NO_RULE) != (quick == NULL))
        ck_abort_msg("verdicts %d and %d, rules %s and %s", (int)a, (int)b,
                     quick != NULL ? policy_rule_name(quick) : "none",
                     thorough != NULL ? policy_rule_name(thorough) : "none");
    seen[a]++;
}

START_TEST(finds_what_a_plain_scan_finds)
{
    struct random r = random_start((uint64_t)_i + 1000);
    unsigned i, rules = 1u << (1 + _i % 8), seen[3] = {0, 0, 0};
    struct strbuf text = STRBUF_INIT;
    struct policy_conn c;
    struct policy *p;

    randpolicy_add(&r, rules, &text);
    p = randpolicy_load(strbuf_str(&text));
    for (i = 0; i < 400; i++) {
        c = randpolicy_conn(&r);
        compare_searches(p, &c, seen);
    }
    ck_assert_uint_gt(seen[POLICY_MATCHED] + seen[POLICY_NO_RULE], 0);
    policy_unref(p);
    strbuf_done(&text);
}
END_TEST

/* Shapes that an index could stumble over. */
static const struct {
    const char *name;
    const char *conditions; /* $1 to $8: see add_conditions() */
} shapes[] = {
    {"neighbours", "LocalPortRange $1"},
    {"overlapping", "LocalPortRange $1-$2"},
    {"one in the other", "LocalPortRange $1-$4"},
    {"all alike", "LocalPortRange 7"},
    {"addresses", "RemoteAddr 10.0.$5.$6"},
    {"IPv6 hosts of one net", "RemoteAddr 2001:db8::$1"},
    {"IPv6 ranges across halves", "RemoteAddr 2001:db8:$1::1-2001:db8:$2::1"},
    {"prefixes in each other", "RemoteAddr 10.0.0.0/$7"},
    {"names", "Jobname J$1"},
    {"name prefixes", "Userid U$7*"},
    {"any in one dimension each", "$8 $1"},
};

enum { SHAPE_RULES = 300 };

/* The conditions of rule I of a shape. */
static void add_conditions(const char *conditions, unsigned i,
                           struct strbuf *out)
{
    const unsigned values[] = {i,       i + 20,  2 * SHAPE_RULES - i, 1000 - i,
                               i / 256, i % 256, 1 + i % 32};

    for (; *conditions != '\0'; conditions++) {
        if (*conditions != '$')
            strbuf_addc(out, *conditions);
        else if (*++conditions == '8')
            strbuf_adds(out, i % 2 ? "LocalPortRange" : "RemotePortRange");
        else
            strbuf_addf(out, "%u", values[*conditions - '1']);
    }
}

static struct policy *load_shape(const char *conditions)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;
    unsigned i;

    strbuf_adds(&text, "TTLSGroupAction g\n{\nTTLSEnabled Off\n}\n");
    for (i = 1; i <= SHAPE_RULES; i++) {
        strbuf_addf(&text, "TTLSRule r%u\n{\nPriority %u\nDirection Both\n", i,
                    1 + i * 7919 % 13);
        add_conditions(conditions, i, &text);
        strbuf_adds(&text, "\nTTLSGroupActionRef g\n}\n");
    }
    p = randpolicy_load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

START_TEST(finds_what_a_plain_scan_finds_in_odd_shapes)
{
    struct policy *p = load_shape(shapes[_i].conditions);
    struct random r = random_start((uint64_t)_i);
    unsigned i, n, seen[3] = {0, 0, 0};
    struct policy_conn c;
    char text[64], job[9], user[9];

    for (i = 0; i < 1000; i++) {
        memset(&c, 0, sizeof(c));
        n = random_below(&r, SHAPE_RULES + 40);
        c.direction = POLICY_OUTBOUND;
        snprintf(text, sizeof(text), "10.0.%u.%u", n / 256, n % 256);
        netaddr_parse_ip("10.9.9.9", &c.local, NULL);
        if (strstr(shapes[_i].conditions, "2001") != NULL)
            snprintf(text, sizeof(text),
                     i % 2 ? "2001:db8::%u" : "2001:db8:%u::1", n);
        netaddr_parse_ip(text, &c.remote, NULL);
        c.local.port = (uint16_t)n;
        c.remote.port = (uint16_t)random_below(&r, SHAPE_RULES);
        snprintf(job, sizeof(job), "J%u", n);
        snprintf(user, sizeof(user), "U%u", n);
        c.jobname = i % 7 != 0 ? job : NULL;
        c.userid = i % 5 != 0 ? user : NULL;
        compare_searches(p, &c, seen);
    }
    ck_assert_uint_gt(seen[POLICY_MATCHED], 0);
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("index")
TEST_ROWS(looks_at_few_rules, sizes)
TEST(an_unknown_value_goes_everywhere)
TEST(few_rules_have_none)
TEST(numbers_keep_the_order_of_addresses)
TEST_TIMES(finds_what_a_plain_scan_finds, 40)
TEST_ROWS(finds_what_a_plain_scan_finds_in_odd_shapes, shapes)
TESTS_END
