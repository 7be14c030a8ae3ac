/* policy/near: the rules that came nearest to a connection, and the next one
 * that fits. */

#include "policy/near.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "support/policies.h"
#include "support/suite.h"

static const char more[] = "IpAddrGroup AG\n{\nIpAddr\n{\nAddr 10.9.9.9\n}\n}\n"
                           "PortGroup PG\n{\nPortRange\n{\nPort 80\n}\n}\n"
                           "IpTimeCondition T\n{\nConditionTimeRange "
                           "20200101000000:20201231235959\n}\n" POLICY_ACTIONS;

static struct policy *policy_of(const char *rules)
{
    char text[8000];

    snprintf(text, sizeof(text), "%s%s", rules, more);
    return policy_good(text);
}

/* Job J, user U, inbound to 10.1.2.3:5555 from 192.0.2.9:1024, in 2021. */
static struct policy_conn conn_of(void)
{
    struct policy_conn c = {.direction = POLICY_INBOUND,
                            .jobname = "J",
                            .userid = "U",
                            .when = 1625000000};

    setenv("TZ", "UTC0", 1);
    tzset();
    ck_assert_int_eq(netaddr_parse("10.1.2.3:5555", &c.local, NULL), 0);
    ck_assert_int_eq(netaddr_parse("192.0.2.9:1024", &c.remote, NULL), 0);
    return c;
}

/* "RULE: WANTS has HAS; ..." of the nearest ones. */
static const char *told(const struct policy *p, const struct policy_conn *c,
                        const struct policy_rule *rule, size_t most)
{
    static char text[1000];
    struct policy_near near[4];
    struct strbuf out = STRBUF_INIT;
    size_t n = policy_nearest(p, c, rule, near, most), i, k;

    for (i = 0; i < n; i++) {
        ck_assert_uint_ge(near[i].count, 1);
        strbuf_addf(&out, "%s%s:", i != 0 ? "; " : "",
                    policy_rule_name(near[i].rule));
        for (k = 0; k < near[i].count; k++) {
            ck_assert_ptr_nonnull(near[i].failed[k].span.src);
            strbuf_addc(&out, ' ');
            policy_reject_show(&near[i].failed[k], &out);
            strbuf_adds(&out, " has ");
            policy_reject_has(&near[i].failed[k], c, &out);
        }
    }
    snprintf(text, sizeof(text), "%s", strbuf_str(&out));
    strbuf_done(&out);
    return text;
}

/* Every kind of condition, with both values. */
static const struct {
    const char *lines, *told;
} kinds[] = {
    {"LocalPortRange 5555\nDirection Outbound\n",
     "r: Direction Outbound has Inbound"},
    {"LocalPortRange 5556-5560\nDirection Both\n",
     "r: LocalPortRange 5556-5560 has 5555"},
    {"LocalPortGroupRef PG\nDirection Both\n",
     "r: LocalPortGroupRef PG (80) has 5555"},
    {"RemotePortRange 1\nDirection Both\n", "r: RemotePortRange 1 has 1024"},
    {"LocalAddr 10.2.0.0/16\nDirection Both\n",
     "r: LocalAddr 10.2.0.0/16 has 10.1.2.3"},
    {"RemoteAddrGroupRef AG\nDirection Both\n",
     "r: RemoteAddrGroupRef AG (10.9.9.9) has 192.0.2.9"},
    {"Jobname IMS*\nDirection Both\n", "r: Jobname IMS* has J"},
    {"Userid IMSSTC\nDirection Both\n", "r: Userid IMSSTC has U"},
    {"IpTimeConditionRef T\nLocalPortRange 5555\nDirection Both\n",
     "r: IpTimeConditionRef T (ConditionTimeRange "
     "20200101000000:20201231235959) has 2021-06-29 20:53:20"},
    {"Jobname IMS*\nUserid PAYS\nLocalPortRange 5555\nDirection Both\n",
     "r: Jobname IMS* has J Userid PAYS has U"},
};

START_TEST(both_values_are_told)
{
    struct policy_conn c = conn_of();
    char rule[500];
    struct policy *p;

    snprintf(rule, sizeof(rule),
             "TTLSRule r\n{\n%sTTLSGroupActionRef gOff\n}\n", kinds[_i].lines);
    p = policy_of(rule);
    ck_assert_str_eq(told(p, &c, NULL, 4), kinds[_i].told);
    policy_unref(p);
}
END_TEST

/* A name that is not known fails nowhere. */
START_TEST(an_unknown_name_is_no_miss)
{
    struct policy *p = policy_of(
        POLICY_RULE("a", "Jobname X\nLocalPortRange 1\nDirection Both\n"));
    struct policy_conn c = conn_of();

    c.jobname = NULL;
    ck_assert_str_eq(told(p, &c, NULL, 4), "a: LocalPortRange 1 has 5555");
    policy_unref(p);
}
END_TEST

/* The fewest that fail first, then the most that are met, then the search's
 * order; and what comes after the rule that was taken is not told. */
START_TEST(nearest_come_first)
{
    struct policy *p = policy_of(
        POLICY_RULE("two", "Jobname X\nUserid X\nDirection Both\nPriority 9\n")
            POLICY_RULE("broad", "Jobname X\nDirection Both\nPriority 8\n")
                POLICY_RULE("port", "Jobname X\nLocalPortRange 5555\n"
                                    "Direction Both\nPriority 7\n")
                    POLICY_RULE("again", "Userid X\nLocalPortRange 5555\n"
                                         "Direction Both\nPriority 6\n")
                        POLICY_RULE("taken", "LocalPortRange 5555\n"
                                             "Direction Both\nPriority 5\n")
                            POLICY_RULE("late", "Jobname X\nUserid U\n"
                                                "LocalPortRange 5555\n"
                                                "Direction Both\n"));
    struct policy_conn c = conn_of();
    const struct policy_rule *rule = NULL;

    ck_assert_int_eq(policy_match(p, &c, NULL, NULL, &rule), POLICY_MATCHED);
    ck_assert_str_eq(told(p, &c, rule, 4),
                     "port: Jobname X has J; again: Userid X has U; "
                     "broad: Jobname X has J; "
                     "two: Jobname X has J Userid X has U");
    ck_assert_str_eq(told(p, &c, rule, 1), "port: Jobname X has J");
    ck_assert_str_eq(told(p, &c, rule, 0), "");
    policy_unref(p);
}
END_TEST

static const char *runner_up(const struct policy *p,
                             const struct policy_conn *c,
                             enum policy_asks *asks)
{
    const struct policy_rule *rule = NULL, *next;

    ck_assert_int_eq(policy_match(p, c, NULL, NULL, &rule), POLICY_MATCHED);
    next = policy_runner_up(p, c, rule, asks);
    return next != NULL ? policy_rule_name(next) : "none";
}

START_TEST(the_next_one_that_fits)
{
    struct policy *p = policy_of(
        POLICY_RULE("gen", "RemoteAddr All\nDirection Both\nPriority 300\n")
            POLICY_RULE("no", "Jobname X\nDirection Both\nPriority 250\n")
                POLICY_RULE("pay", "Jobname J\nLocalPortRange 5555\n"
                                   "Direction Both\nPriority 200\n"));
    struct policy_conn c = conn_of();
    enum policy_asks asks = POLICY_ASKS_LESS;

    ck_assert_str_eq(runner_up(p, &c, &asks), "pay");
    ck_assert_int_eq(asks, POLICY_ASKS_MORE);
    c.jobname = NULL; /* pay may be meant, or not */
    ck_assert_str_eq(runner_up(p, &c, &asks), "none");
    policy_unref(p);
    p = policy_of(POLICY_RULE("gen", "RemoteAddr All\nDirection Both\n")
                      POLICY_RULE("pay", "LocalPortRange 5555\nDirection Both\n"
                                         "Priority 2\n"));
    c = conn_of();
    ck_assert_str_eq(runner_up(p, &c, &asks), "gen");
    ck_assert_int_eq(asks, POLICY_ASKS_LESS);
    policy_unref(p);
}
END_TEST

/* Rules "r0000" and so on, of one priority; LAST is one more at the end. */
static struct policy *large(const char *lines, unsigned count, const char *last)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;
    unsigned i;

    for (i = 0; i < count; i++)
        strbuf_addf(&text,
                    "TTLSRule r%04u\n{\n%sRemotePortRange %u\nDirection Both\n"
                    "Priority 9\nTTLSGroupActionRef gOff\n}\n",
                    i, lines, 2000 + i);
    strbuf_addf(&text, "%s%s", last, more);
    p = policy_good(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

/* Behind the first rules the index finds the one that misses by one, whatever
 * the condition; and the next that fits. */
START_TEST(a_large_policy_is_searched)
{
    struct policy_conn c = conn_of();
    const struct policy_rule *rule = NULL;
    char last[500];
    enum policy_asks asks;
    struct policy *p;
    size_t i;

    for (i = 0; i + 1 < sizeof(kinds) / sizeof(kinds[0]); i++) {
        snprintf(last, sizeof(last),
                 "TTLSRule r\n{\n%sTTLSGroupActionRef gOff\n}\n",
                 kinds[i].lines);
        p = large("Jobname NO*\nUserid NOBODY\n", 300, last);
        ck_assert_str_eq(told(p, &c, NULL, 1), kinds[i].told);
        policy_unref(p);
    }
    p = large("", 300, POLICY_RULE("z", "Direction Both\nRemoteAddr All\n"));
    c.remote.port = 2299;
    ck_assert_int_eq(policy_match(p, &c, NULL, NULL, &rule), POLICY_MATCHED);
    ck_assert_str_eq(policy_rule_name(rule), "r0299");
    ck_assert_str_eq(policy_rule_name(policy_runner_up(p, &c, rule, &asks)),
                     "z");
    ck_assert_int_eq(asks, POLICY_ASKS_LESS);
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("near")
TEST_ROWS(both_values_are_told, kinds)
TEST(an_unknown_name_is_no_miss)
TEST(nearest_come_first)
TEST(the_next_one_that_fits)
TEST(a_large_policy_is_searched)
TESTS_END
