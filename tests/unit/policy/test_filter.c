/* What a packet filter can know of a rule. */

#include <stdio.h>
#include <string.h>

#include "policy/filter.h"
#include "support/suite.h"

static const char frame[] =
    "TTLSGroupAction g\n{\n  TTLSEnabled On\n}\n"
    "TTLSEnvironmentAction e\n{\n  HandshakeRole Client\n"
    "  TTLSKeyringParms\n  {\n    Keyring R\n  }\n}\n"
    "IpTimeCondition t\n{\n  TimeOfDayRange 08:00-17:00\n}\n"
    "TTLSRule r\n{\n  TTLSGroupActionRef g\n"
    "  TTLSEnvironmentActionRef e\n%s}\n";

static struct policy *policy_of(const char *conditions)
{
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct policy *p = NULL;
    struct source *src;
    char text[2048];
    int r;

    snprintf(text, sizeof(text), frame, conditions);
    ck_assert_int_eq(source_new("test", text, strlen(text), &src, NULL), 0);
    policy_options_init(&opt);
    r = policy_load_source(src, &opt, diags, &p);
    ck_assert_msg(r == 0, "%s: %s", conditions,
                  diags_count(diags) ? diags_get(diags, 0)->text : "");
    diags_free(diags);
    source_unref(src);
    return p;
}

static const struct {
    const char *name, *conditions;
    bool plain;
} plains[] = {
    {"addresses and ports", "Direction Inbound\nLocalPortRange 5555\n", true},
    {"any job", "Direction Inbound\nJobname *\n", true},
    {"a job", "Direction Inbound\nJobname IMS15HWS\n", false},
    {"jobs", "Direction Inbound\nJobname IMS*\n", false},
    {"a user", "Direction Inbound\nUserid IMSSTC\n", false},
    {"a time", "Direction Inbound\nLocalPortRange 5555\nIpTimeConditionRef t\n",
     false},
};

START_TEST(plain_or_not)
{
    struct policy *p = policy_of(plains[_i].conditions);

    ck_assert_msg(policy_rule_is_plain(policy_rule_get(p, 0)) ==
                      plains[_i].plain,
                  "%s", plains[_i].name);
    policy_unref(p);
}
END_TEST

START_TEST(conditions_of_a_rule_as_ranges)
{
    struct policy *p = policy_of("Direction Both\nLocalPortRange 1024-65535\n"
                                 "RemotePortRange 5555\n"
                                 "RemoteAddr 192.0.2.0/24\n");
    const struct policy_rule *r = policy_rule_get(p, 0);
    struct netaddr low, high;
    char text[NETADDR_TEXT];
    uint16_t from, to;

    ck_assert_int_eq(policy_rule_direction(r), POLICY_BOTH);
    ck_assert_uint_eq(policy_rule_addr_count(r, POLICY_LOCAL), 0);
    ck_assert_uint_eq(policy_rule_addr_count(r, POLICY_REMOTE), 1);
    policy_rule_addr(r, POLICY_REMOTE, 0, &low, &high);
    ck_assert_str_eq(netaddr_format(&low, text), "192.0.2.0:0");
    ck_assert_str_eq(netaddr_format(&high, text), "192.0.2.255:0");
    ck_assert_uint_eq(policy_rule_port_count(r, POLICY_LOCAL), 1);
    policy_rule_port(r, POLICY_LOCAL, 0, &from, &to);
    ck_assert_uint_eq(from, 1024);
    ck_assert_uint_eq(to, 65535);
    policy_rule_port(r, POLICY_REMOTE, 0, &from, &to);
    ck_assert_uint_eq(from, 5555);
    ck_assert_uint_eq(to, 5555);
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("filter")
TEST_ROWS(plain_or_not, plains)
TEST(conditions_of_a_rule_as_ranges)
TESTS_END
