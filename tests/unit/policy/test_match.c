/* policy/match: the rule of a connection, and why the others were not it. */

#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/policies.h"
#include "support/suite.h"

/* One rule with these lines, and a connection: does it fit, and if not, which
 * condition failed ("?": the identity is needed). */
static const struct {
    const char *name, *rule;
    enum policy_direction direction;
    const char *local, *remote, *job, *user, *failed;
} cases[] = {
#define IN  POLICY_INBOUND
#define OUT POLICY_OUTBOUND
#define A   "10.1.2.3:5555"
#define B   "192.0.2.9:1024"
#define A6  "[2001:db8::5]:5555"
#define ANY "LocalAddr All\n"
    {"direction", ANY "Direction Inbound\n", IN, A, B, "J", "U", NULL},
    {"other direction", ANY "Direction Inbound\n", OUT, A, B, "J", "U",
     "Direction"},
    {"both directions", ANY "Direction Both\n", OUT, A, B, "J", "U", NULL},
    {"local port", "LocalPortRange 5555\nDirection Both\n", IN, A, B, "J", "U",
     NULL},
    {"other local port", "LocalPortRange 5556\nDirection Both\n", IN, A, B, "J",
     "U", "LocalPortRange"},
    {"lowest of a range", "LocalPortRange 5555 5560\nDirection Both\n", IN, A,
     B, "J", "U", NULL},
    {"highest of a range", "LocalPortRange 5000-5555\nDirection Both\n", IN, A,
     B, "J", "U", NULL},
    {"past a range", "LocalPortRange 5000-5554\nDirection Both\n", IN, A, B,
     "J", "U", "LocalPortRange"},
    {"port 0 is any", "LocalPortRange 0\nDirection Both\n", IN, A, B, "J", "U",
     NULL},
    {"remote port", "RemotePortRange 1024\nDirection Both\n", IN, A, B, "J",
     "U", NULL},
    {"other remote port", "RemotePortRange 1025\nDirection Both\n", IN, A, B,
     "J", "U", "RemotePortRange"},
    {"port group", "LocalPortGroupRef PG\nDirection Both\n", IN, A, B, "J", "U",
     NULL},
    {"gap of a port group", "LocalPortGroupRef PG\nDirection Both\n", IN,
     "10.1.2.3:5550", B, "J", "U", "LocalPortGroupRef"},
    {"address", "LocalAddr 10.1.2.3\nDirection Both\n", IN, A, B, "J", "U",
     NULL},
    {"other address", "LocalAddr 10.1.2.4\nDirection Both\n", IN, A, B, "J",
     "U", "LocalAddr"},
    {"prefix", "LocalAddr 10.1.0.0/16\nDirection Both\n", IN, A, B, "J", "U",
     NULL},
    {"prefix of odd length", "LocalAddr 10.1.2.0/23\nDirection Both\n", IN, A,
     B, "J", "U", NULL},
    {"other prefix", "RemoteAddr 192.0.2.0/29\nDirection Both\n", IN, A, B, "J",
     "U", "RemoteAddr"},
    {"range", "RemoteAddr 192.0.2.9-192.0.2.9\nDirection Both\n", IN, A, B, "J",
     "U", NULL},
    {"all of IPv4", "LocalAddr 0.0.0.0/0\nDirection Both\n", IN, A, B, "J", "U",
     NULL},
    {"all of IPv4 is not IPv6", "LocalAddr 0.0.0.0/0\nDirection Both\n", IN, A6,
     A6, "J", "U", "LocalAddr"},
    {"IPv6", "LocalAddr 2001:db8::/32\nDirection Both\n", IN, A6, A6, "J", "U",
     NULL},
    {"IPv6 is not IPv4", "LocalAddr ::/0\nDirection Both\n", IN, A, B, "J", "U",
     "LocalAddr"},
    {"a mapped address is IPv4", "LocalAddr 10.1.2.3\nDirection Both\n", IN,
     "[::ffff:10.1.2.3]:5555", B, "J", "U", NULL},
    {"address group", "LocalAddrGroupRef AG\nDirection Both\n", IN, A, B, "J",
     "U", NULL},
    {"other member of it", "LocalAddrGroupRef AG\nDirection Both\n", IN, A6, A6,
     "J", "U", NULL},
    {"not of the group", "LocalAddrGroupRef AG\nDirection Both\n", IN, B, A,
     "J", "U", "LocalAddrGroupRef"},
    {"job name", "Jobname ims15hws\nDirection Both\n", IN, A, B, "IMS15HWS",
     "U", NULL},
    {"other job name", "Jobname IMS15HWS\nDirection Both\n", IN, A, B, "IMS",
     "U", "Jobname"},
    {"job name is a prefix", "Jobname IMS*\nDirection Both\n", IN, A, B,
     "IMS15HWS", "U", NULL},
    {"prefix is the whole", "Jobname IMS*\nDirection Both\n", IN, A, B, "IMS",
     "U", NULL},
    {"prefix is longer", "Jobname IMS1*\nDirection Both\n", IN, A, B, "IMS",
     "U", "Jobname"},
    {"no prefix without *", "Jobname IMS\nDirection Both\n", IN, A, B,
     "IMS15HWS", "U", "Jobname"},
    {"any job", "Jobname *\nDirection Both\n", IN, A, B, NULL, "U", NULL},
    {"unknown job", "Jobname IMS*\nDirection Both\n", IN, A, B, NULL, "U", "?"},
    {"user id", "Userid IMSSTC\nDirection Both\n", IN, A, B, "J", "IMSSTC",
     NULL},
    {"other user id", "Userid IMSSTC\nDirection Both\n", IN, A, B, "J", "X",
     "Userid"},
    {"unknown user id", "Userid IMSSTC\nDirection Both\n", IN, A, B, "J", NULL,
     "?"},
    {"unknown, but it fails anyway",
     "Userid IMSSTC\nLocalPortRange 1\nDirection Both\n", IN, A, B, "J", NULL,
     "LocalPortRange"},
};

static const char more[] =
    "PortGroup PG\n{\nPortRange\n{\nPort 5555\n}\nPortRange\n{\nPort 80\n}\n}\n"
    "IpAddrGroup AG\n{\nIpAddr\n{\nAddr 10.1.2.3\n}\nIpAddrSetRef S6\n}\n"
    "IpAddrSet S6\n{\nPrefix 2001:db8::/32\n}\n" POLICY_ACTIONS;

static struct policy *one_rule(const char *lines)
{
    char text[4000];

    snprintf(text, sizeof(text),
             "TTLSRule r\n{\n%sTTLSGroupActionRef gOff\n}\n%s", lines, more);
    return policy_good(text);
}

static void remember(void *arg, const struct policy_reject *r)
{
    *(const char **)arg = r->condition;
    ck_assert_ptr_nonnull(r->rule);
    ck_assert_ptr_nonnull(r->span.src);
}

START_TEST(a_connection_meets_the_conditions)
{
    struct policy *p = one_rule(cases[_i].rule);
    const struct policy_rule *rule = NULL;
    const char *failed = NULL, *want = cases[_i].failed;
    struct policy_conn c;
    enum policy_verdict verdict;

    memset(&c, 0, sizeof(c));
    c.direction = cases[_i].direction;
    ck_assert_int_eq(netaddr_parse(cases[_i].local, &c.local, NULL), 0);
    ck_assert_int_eq(netaddr_parse(cases[_i].remote, &c.remote, NULL), 0);
    c.jobname = cases[_i].job;
    c.userid = cases[_i].user;
    verdict = policy_match(p, &c, remember, &failed, &rule);
    if (want == NULL)
        ck_assert_msg(verdict == POLICY_MATCHED, "%s", cases[_i].name);
    else if (strcmp(want, "?") == 0)
        ck_assert_msg(verdict == POLICY_IDENTITY_NEEDED && rule != NULL, "%s",
                      cases[_i].name);
    else
        ck_assert_msg(verdict == POLICY_NO_RULE && failed != NULL &&
                          strcmp(failed, want) == 0,
                      "%s: %s", cases[_i].name, failed ? failed : "none");
    ck_assert_msg(policy_could_match(p, &c) == (verdict != POLICY_NO_RULE),
                  "%s", cases[_i].name);
    policy_unref(p);
}
END_TEST

/* Time conditions, in UTC. */
static const struct {
    const char *name, *condition, *now; /* "2025-06-13 12:00:00" a Friday */
    bool fits;
} times[] = {
    {"no limit", "", "2025-06-13 12:00:00", true},
    {"between two moments", "ConditionTimeRange 20250101000000:20251231235959",
     "2025-06-13 12:00:00", true},
    {"before them", "ConditionTimeRange 20250701000000:20251231235959",
     "2025-06-13 12:00:00", false},
    {"the first moment", "ConditionTimeRange 20250613120000:20251231235959",
     "2025-06-13 12:00:00", true},
    {"month", "MonthOfYearMask 000001000000", "2025-06-13 12:00:00", true},
    {"other month", "MonthOfYearMask 111110111111", "2025-06-13 12:00:00",
     false},
    {"day of week, Sunday first", "DayOfWeekMask 0000010",
     "2025-06-13 12:00:00", true},
    {"other day of week", "DayOfWeekMask 1111101", "2025-06-13 12:00:00",
     false},
    {"day of month", "DayOfMonthMask 0000000000001000000000000000000",
     "2025-06-13 12:00:00", true},
    {"last day of month",
     "DayOfMonthMask 0000000000000000000000000000000"
     "1000000000000000000000000000000",
     "2025-06-30 12:00:00", true},
    {"last day of February in a leap year",
     "DayOfMonthMask 0000000000000000000000000000000"
     "1000000000000000000000000000000",
     "2024-02-29 12:00:00", true},
    {"not the last day",
     "DayOfMonthMask 0000000000000000000000000000000"
     "1000000000000000000000000000000",
     "2025-06-29 12:00:00", false},
    {"hours", "TimeOfDayRange 08:00-17:00", "2025-06-13 16:59:59", true},
    {"end of the hours", "TimeOfDayRange 08:00-17:00", "2025-06-13 17:00:00",
     false},
    {"past midnight", "TimeOfDayRange 22:00-06:00", "2025-06-13 01:00:00",
     true},
    {"by day", "TimeOfDayRange 22:00-06:00", "2025-06-13 12:00:00", false},
    {"to 24:00", "TimeOfDayRange 22:00-24:00", "2025-06-13 23:59:59", true},
    {"second of two ranges", "TimeOfDayRange 01:00-02:00,11:00-13:00",
     "2025-06-13 12:00:00", true},
    {"two lines of ranges",
     "TimeOfDayRange 01:00-02:00\nTimeOfDayRange 11:00-13:00",
     "2025-06-13 12:00:00", true},
    {"all of it must hold", "DayOfWeekMask 0000010\nTimeOfDayRange 01:00-02:00",
     "2025-06-13 12:00:00", false},
    {"a second condition may be true",
     "DayOfWeekMask 1000000\n}\nIpTimeCondition\n{\nDayOfWeekMask 0000010",
     "2025-06-13 12:00:00", true},
};

START_TEST(knows_the_time)
{
    char lines[600];
    const struct policy_rule *rule = NULL;
    const char *failed = NULL;
    struct policy_conn c;
    struct policy *p;
    struct tm tm;
    bool fits;

    setenv("TZ", "UTC", 1);
    tzset();
    memset(&tm, 0, sizeof(tm));
    ck_assert_ptr_nonnull(strptime(times[_i].now, "%Y-%m-%d %H:%M:%S", &tm));
    memset(&c, 0, sizeof(c));
    c.direction = POLICY_INBOUND;
    c.when = timegm(&tm);
    snprintf(lines, sizeof(lines),
             "Direction Both\nLocalAddr All\nIpTimeCondition\n{\n%s\n}\n",
             times[_i].condition);
    p = one_rule(lines);
    fits = policy_match(p, &c, remember, &failed, &rule) == POLICY_MATCHED;
    ck_assert_msg(fits == times[_i].fits, "%s", times[_i].name);
    if (!fits)
        ck_assert_str_eq(failed, "IpTimeConditionRef");
    policy_unref(p);
}
END_TEST

/* Does the rule fit again, at NOW or later? */
static const struct {
    const char *name, *condition, *now, *says; /* NULL: it may */
} ends[] = {
    {"its last second", "ConditionTimeRange 20250101000000:20250630235959",
     "2025-06-30 23:59:59", NULL},
    {"a second later", "ConditionTimeRange 20250101000000:20250630235959",
     "2025-07-01 00:00:00", "ended on 2025-06-30 at 23:59:59"},
    {"not begun", "ConditionTimeRange 20260101000000:20260630235959",
     "2025-07-01 00:00:00", NULL},
    {"the later end counts",
     "ConditionTimeRange 20250101000000:20250630235959\n}\nIpTimeCondition\n{"
     "\nConditionTimeRange 20240101000000:20240630235959",
     "2025-07-01 00:00:00", "ended on 2025-06-30 at 23:59:59"},
    {"one of two goes on",
     "ConditionTimeRange 20250101000000:20250630235959\n}\nIpTimeCondition\n{"
     "\nTimeOfDayRange 00:00-01:00",
     "2025-07-01 12:00:00", NULL},
    {"a mask without a day", "DayOfWeekMask 0000000", "2025-07-01 12:00:00",
     "has a DayOfWeekMask without any 1"},
    {"another day of the week", "DayOfWeekMask 1000000", "2025-07-01 12:00:00",
     NULL},
};

START_TEST(knows_when_it_is_over)
{
    struct strbuf says = STRBUF_INIT;
    struct policy *p;
    struct span span = {NULL, 0, 0};
    char lines[600];
    struct tm tm;
    bool over;

    setenv("TZ", "UTC", 1);
    tzset();
    memset(&tm, 0, sizeof(tm));
    ck_assert_ptr_nonnull(strptime(ends[_i].now, "%Y-%m-%d %H:%M:%S", &tm));
    snprintf(lines, sizeof(lines),
             "Direction Both\nLocalAddr All\nIpTimeCondition\n{\n%s\n}\n",
             ends[_i].condition);
    p = one_rule(lines);
    over = policy_rule_is_over(policy_rule_get(p, 0), timegm(&tm), &span);
    ck_assert_msg(over == (ends[_i].says != NULL), "%s", ends[_i].name);
    ck_assert(over == (span.src != NULL));
    ck_assert(policy_rule_over_show(policy_rule_get(p, 0), timegm(&tm),
                                    &says) == over);
    ck_assert_str_eq(strbuf_str(&says), over ? ends[_i].says : "");
    strbuf_done(&says);
    policy_unref(p);
}
END_TEST

static void count(void *arg, const struct policy_reject *r)
{
    (void)r;
    ++*(int *)arg;
}

/* The first that fits, in the order of priority; all before it are told. */
START_TEST(first_match_wins)
{
    struct policy *p = policy_good(
        POLICY_RULE("low", "Direction Both\nLocalPortRange 5555\n")
            POLICY_RULE("high", "Direction Both\nLocalPortRange 5000-6000\n"
                                "Priority 9\n")
                POLICY_RULE("other", "Direction Both\nLocalPortRange 1\n"
                                     "Priority 10\n") POLICY_ACTIONS);
    const struct policy_rule *rule = NULL;
    struct policy_conn c;
    int rejected = 0;

    memset(&c, 0, sizeof(c));
    c.direction = POLICY_INBOUND;
    ck_assert_int_eq(netaddr_parse("10.0.0.1:5555", &c.local, NULL), 0);
    ck_assert_int_eq(netaddr_parse("10.0.0.2:1", &c.remote, NULL), 0);
    ck_assert_int_eq(policy_match(p, &c, count, &rejected, &rule),
                     POLICY_MATCHED);
    ck_assert_str_eq(policy_rule_name(rule), "high");
    ck_assert_int_eq(rejected, 1);
    c.local.port = 7000;
    rejected = 0;
    ck_assert_int_eq(policy_match(p, &c, count, &rejected, &rule),
                     POLICY_NO_RULE);
    ck_assert_int_eq(rejected, 3);
    ck_assert_int_eq(policy_match(p, &c, NULL, NULL, &rule), POLICY_NO_RULE);
    policy_unref(p);
}
END_TEST

static void count_rule(void *arg, const struct policy_rule *r)
{
    ck_assert_str_ne(policy_rule_name(r), "");
    ++*(int *)arg;
}

/* One rule can, or none. */
static bool can(const struct policy *p, const struct policy_conn *c)
{
    int n = 0;

    policy_each_match(p, c, count_rule, &n);
    ck_assert_int_eq(n, policy_could_match(p, c));
    return n != 0;
}

/* What is not known fits everything. */
START_TEST(a_rule_could_match_what_is_not_known)
{
    struct policy *p = one_rule("Direction Inbound\nLocalPortRange 5555\n"
                                "RemoteAddr 10.0.0.0/8\nJobname IMS*\n");
    struct policy_conn c;

    memset(&c, 0, sizeof(c));
    c.direction = POLICY_INBOUND;
    ck_assert(can(p, &c));
    c.local.port = 5556;
    ck_assert(!can(p, &c));
    c.local.port = 5555;
    c.jobname = "CICS";
    ck_assert(!can(p, &c));
    c.jobname = "IMS1";
    ck_assert(can(p, &c));
    ck_assert_int_eq(netaddr_parse("192.0.2.1:1", &c.remote, NULL), 0);
    ck_assert(!can(p, &c));
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("match")
TEST_ROWS(a_connection_meets_the_conditions, cases)
TEST_ROWS(knows_the_time, times)
TEST_ROWS(knows_when_it_is_over, ends)
TEST(first_match_wins)
TEST(a_rule_could_match_what_is_not_known)
TESTS_END
