/* policy/equal: what a refresh may keep. */

#include "policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "support/policies.h"
#include "support/suite.h"

#define ENV(lines)                                                             \
    "TTLSEnvironmentAction E\n{\nHandshakeRole Server\n" lines "}\n"
#define REF        "TTLSKeyringParmsRef R\n"
#define ADV(lines) "TTLSEnvironmentAdvancedParms\n{\n" lines "}\n"

/* The environment action of rule r in two policies. */
static const struct {
    const char *name, *a, *b;
    enum { DIFFERENT, ALIKE, EQUAL } same;
} cases[] = {
    {"the same", ENV(REF), ENV(REF), EQUAL},
    {"comments and blanks", ENV(REF), "# x\n" ENV("  " REF), EQUAL},
    {"the case of a value", ENV(REF ADV("TLSv1 OFF\n")),
     ENV(REF ADV("TLSv1 Off\n")), EQUAL},
    {"the form of a suite",
     ENV(REF "TTLSCipherParms\n{\nV3CipherSuites 35\n}\n"),
     ENV(REF "TTLSCipherParms\n{\nV3CipherSuites "
             "TLS_RSA_WITH_AES_256_CBC_SHA\n}\n"),
     EQUAL},
    {"another value", ENV(REF ADV("TLSv1 On\n")), ENV(REF ADV("TLSv1 Off\n")),
     DIFFERENT},
    {"a line more", ENV(REF), ENV(REF "Trace 7\n"), DIFFERENT},
    {"another user instance", ENV(REF "EnvironmentUserInstance 1\n"),
     ENV(REF "EnvironmentUserInstance 2\n"), ALIKE},
    {"a user instance where there was none", ENV(REF ADV("TLSv1 Off\n")),
     ENV("EnvironmentUserInstance 2\n" REF ADV("TLSv1 Off\n")), ALIKE},
    {"another user instance and another value",
     ENV(REF "EnvironmentUserInstance 1\n" ADV("TLSv1 Off\n")),
     ENV(REF "EnvironmentUserInstance 2\n" ADV("TLSv1 On\n")), DIFFERENT},
    {"another role", ENV(REF),
     "TTLSEnvironmentAction E\n{\nHandshakeRole Client\n" REF "}\n", DIFFERENT},
    {"another name of the ring", ENV(REF),
     ENV("TTLSKeyringParms\n{\nKeyring OTHER\n}\n"), DIFFERENT},
    {"another password",
     ENV("TTLSKeyringParms\n{\nKeyring /k\nKeyringPw one\n}\n"),
     ENV("TTLSKeyringParms\n{\nKeyring /k\nKeyringPw two\n}\n"), DIFFERENT},
    {"the order of suites",
     ENV(REF "TTLSCipherParms\n{\nV3CipherSuites 352F\n}\n"),
     ENV(REF "TTLSCipherParms\n{\nV3CipherSuites 2F35\n}\n"), DIFFERENT},
    {"what it refers to",
     ENV(REF "TTLSCipherParmsRef C\n") "TTLSCipherParms C\n{\nV3CipherSuites "
                                       "35\n}\n",
     ENV(REF "TTLSCipherParmsRef C\n") "TTLSCipherParms C\n{\nV3CipherSuites "
                                       "2F\n}\n",
     DIFFERENT},
};

static struct policy *build(const char *env)
{
    char text[4000];

    snprintf(text, sizeof(text),
             "TTLSRule r\n{\nDirection Both\nLocalPortRange 1\n"
             "TTLSGroupActionRef gOn\nTTLSEnvironmentActionRef E\n}\n"
             "%s" POLICY_ACTIONS,
             env);
    return policy_good(text);
}

START_TEST(actions_are_compared)
{
    struct policy *p = build(cases[_i].a), *q = build(cases[_i].b);
    const struct policy_rule *r = policy_rule_get(p, 0),
                             *s = policy_rule_get(q, 0);
    const struct policy_action *a = policy_rule_environment(r),
                               *b = policy_rule_environment(s);

    ck_assert_msg(policy_action_equal(a, b) == (cases[_i].same == EQUAL), "%s",
                  cases[_i].name);
    ck_assert(policy_action_equal(b, a) == (cases[_i].same == EQUAL));
    ck_assert_msg(policy_action_alike(a, b) == (cases[_i].same != DIFFERENT),
                  "%s", cases[_i].name);
    ck_assert(policy_action_equal(a, a));
    ck_assert(policy_action_equal(policy_rule_group(r), policy_rule_group(s)));
    ck_assert_str_eq(policy_action_name(a), "E");
    ck_assert(policy_action_equal(policy_rule_connection(r), NULL));
    ck_assert(!policy_action_equal(a, NULL));
    ck_assert(!policy_action_equal(NULL, a));
    ck_assert(!policy_action_equal(a, policy_rule_group(r)));
    policy_unref(p);
    policy_unref(q);
}
END_TEST

TESTS_BEGIN("policy_equal")
TEST_ROWS(actions_are_compared, cases)
TESTS_END
