/* policy/resolver: names, references and what a statement must hold. */

#include "policy/resolver.h"

#include <stdio.h>
#include <string.h>

#include "support/policies.h"
#include "support/suite.h"

#define RULE(lines) POLICY_RULE("r", lines) POLICY_ACTIONS
#define COND        "Direction Both\nLocalPortRange 1\n"

/* Errors only; warnings of the lint are in tests/conformance. */
static const struct {
    const char *name, *text, *errors;
} cases[] = {
    {"all is there", RULE(COND), ""},
    {"order does not matter", POLICY_ACTIONS POLICY_RULE("r", COND), ""},
    {"keywords in any case",
     "TTLSRULE r\n{\ndirection both\nLOCALPORTRANGE 1\n"
     "ttlsgroupactionref gOff\n}\n" POLICY_ACTIONS,
     ""},
    {"names are case sensitive",
     "TTLSRule r\n{\n" COND "TTLSGroupActionRef GOFF\n}\n" POLICY_ACTIONS,
     "dangling-ref@5"},
    {"reference to another type",
     "TTLSRule r\n{\n" COND "TTLSGroupActionRef eServer\n}\n" POLICY_ACTIONS,
     "wrong-type-ref@5"},
    {"one name in two types is fine",
     "TTLSRule gOff\n{\n" COND "TTLSGroupActionRef gOff\n}\n" POLICY_ACTIONS,
     ""},
    {"no direction", RULE("LocalPortRange 1\n"), "rule-no-direction@1"},
    {"no condition", RULE("Direction Both\n"), "rule-no-condition@1"},
    {"All is a condition", RULE("Direction Both\nLocalAddr All\n"), ""},
    {"no group", "TTLSRule r\n{\n" COND "}\n" POLICY_ACTIONS,
     "rule-no-group@1"},
    {"enabled without environment",
     "TTLSRule r\n{\n" COND "TTLSGroupActionRef gOn\n}\n" POLICY_ACTIONS,
     "enabled-without-env@1"},
    {"disabled needs none",
     "TTLSRule r\n{\n" COND "TTLSGroupActionRef gOff\n}\n" POLICY_ACTIONS, ""},
    {"no name", "TTLSRule\n{\n}\n", "missing-name@1"},
    {"32 characters in a name",
     "PortRange abcdefghijklmnopqrstuvwxyz123456\n{\nPort 1\n}\n", ""},
    {"33 characters in a name",
     "PortRange abcdefghijklmnopqrstuvwxyz1234567\n{\nPort 1\n}\n",
     "name-too-long@1"},
    {"two ports", "PortRange p\n{\nPort 1\nPort 2\n}\n", "two-ports@4"},
    {"two addresses", "IpAddr p\n{\nAddr 10.1.1.1\nAddr 10.1.1.2\n}\n",
     "two-ports@4"},
    {"prefix and range",
     "IpAddrSet p\n{\nPrefix 10.0.0.0/8\nRange 10.1.1.1-10.1.1.2\n}\n",
     "two-ports@4"},
    {"an empty set", "IpAddrSet p\n{\n}\n", "missing-parameter@1"},
    {"an empty group", "PortGroup p\n{\n}\n", "missing-parameter@1"},
    {"no port", "PortRange p\n{\n}\n", "missing-parameter@1"},
    {"no role",
     "TTLSEnvironmentAction e\n{\nTTLSKeyringParmsRef R\n}\n" POLICY_ACTIONS,
     "env-no-role@1"},
    {"no ring", "TTLSEnvironmentAction e\n{\nHandshakeRole Client\n}\n",
     "env-no-ring@1"},
    {"a connection action needs no role",
     "TTLSConnectionAction c\n{\nTrace 7\n}\n", ""},
    {"no TTLSEnabled", "TTLSGroupAction g\n{\n}\n", "missing-parameter@1"},
    {"user without password",
     "TTLSGskLdapParms l\n{\nGSK_LDAP_SERVER h\nGSK_LDAP_USER u\n}\n",
     "missing-parameter@1"},
    {"a keyword is no block", "TTLSGroupAction g\n{\nTTLSEnabled\n{\n}\n}\n",
     "stray-brace@3"},
    {"what can't be read is not missing",
     "TTLSGroupAction g\n{\nTTLSEnabled perhaps\n}\n", "bad-value@3"},
    {"an unknown block is skipped whole",
     "TTLSGroupAction g\n{\nTTLSEnabled On\nNoSuch x\n{\nTTLSEnabled ?\n}\n}\n",
     ""},
    {"an unknown statement is skipped whole", "NoSuch x\n{\nPort ?\n}\n", ""},
    {"the last of two with one name counts",
     "PortRange p\n{\nPort 1\n}\nPortRange p\n{\nPort 1\n}\n", ""},
    {"all errors of a run",
     "PortRange p\n{\nPort x\n}\nPortRange q\n{\n"
     "Port y\n}\nTTLSRule r\n{\n}\n",
     "bad-value@3 bad-value@7 rule-no-direction@9 rule-no-group@9 "
     "rule-no-condition@9"},
    {"a group action can't stand in a rule",
     "TTLSRule r\n{\n" COND "TTLSGroupAction g\n{\nTTLSEnabled Off\n}\n}\n",
     "missing-brace@5 stray-brace@9 rule-no-group@1"},
};

static void only_errors(const struct diags *all, struct diags *errors)
{
    const struct diag *d;
    size_t i;

    for (i = 0; i < diags_count(all); i++) {
        d = diags_get(all, i);
        if (d->level == DIAG_ERROR && strcmp(d->name, "no-protocol") != 0)
            diag_add(errors, DIAG_ERROR, d->name, &d->span, "x");
    }
}

START_TEST(statements_are_resolved)
{
    struct diags *all = diags_new(), *errors = diags_new();
    struct policy *p = policy_from(cases[_i].text, ZOS_3_1, all);

    only_errors(all, errors);
    ck_assert_msg(strcmp(findings_text(errors), cases[_i].errors) == 0,
                  "%s: %s", cases[_i].name, findings_text(errors));
    ck_assert_msg((p != NULL) == (cases[_i].errors[0] == '\0'), "%s",
                  cases[_i].name);
    policy_unref(p);
    diags_free(all);
    diags_free(errors);
}
END_TEST

/* Priority first, then names as EBCDIC sorts them. */
START_TEST(sorts_rules)
{
    static const char *const want[] = {"high", "a", "b", "~1", "B", "1"};
    struct policy *p = policy_good(
        POLICY_RULE("1", COND) POLICY_RULE("B", COND) POLICY_RULE("b", COND)
            POLICY_RULE("high", COND "Priority 2\n") POLICY_RULE("a", COND)
                POLICY_RULE("~1", COND) POLICY_ACTIONS);
    size_t i;

    ck_assert_uint_eq(policy_rule_count(p), 6);
    for (i = 0; i < 6; i++)
        ck_assert_str_eq(policy_rule_name(policy_rule_get(p, i)), want[i]);
    ck_assert_uint_eq(policy_rule_priority(policy_rule_get(p, 0)), 2);
    ck_assert_uint_eq(policy_rule_priority(policy_rule_get(p, 1)), 1);
    policy_unref(p);
}
END_TEST

static const struct {
    const char *name, *text, *fix;
} fixes[] = {
    {"case", "TTLSRule r\n{\nTTLSGroupActionRef GON\n}\n" POLICY_ACTIONS,
     "did you mean gOn at p:5?"},
    {"the name up to ~",
     "TTLSRule r\n{\nTTLSConnectionActionRef cAct1\n}\n"
     "TTLSConnectionAction cAct1~IMSDBConnect\n{\n}\n",
     "did you mean cAct1~IMSDBConnect at p:5?"},
    {"two names up to ~",
     "TTLSRule r\n{\nTTLSConnectionActionRef cAct1\n}\n"
     "TTLSConnectionAction cAct1~IMS\n{\n}\n"
     "TTLSConnectionAction cAct1~DB2\n{\n}\n",
     "did you mean cAct1~IMS at p:5 or cAct1~DB2 at p:8?"},
    {"a missing ~",
     "TTLSEnvironmentAction e\n{\nTTLSCipherParmsRef cipherZSS\n}\n"
     "TTLSCipherParms cipher~ZSS\n{\n}\n",
     "did you mean cipher~ZSS at p:5?"},
    {"a ring whose name ends the same",
     "TTLSEnvironmentAction e\n{\nHandshakeRole Client\n"
     "TTLSKeyringParmsRef NoKeyKeyring\n}\n"
     "TTLSKeyringParms ZoweKeyring\n{\nKeyring ZWESVUSR/ZoweKeyring\n}\n",
     "add a TTLSKeyringParms NoKeyKeyring, or correct the name: the policy has "
     "ZoweKeyring at p:6"},
    {"another number",
     "TTLSRule r\n{\nLocalPortRangeRef portR2\n"
     "TTLSGroupActionRef gOff\n}\nPortRange portR1\n{\nPort 1\n}\n"
     "PortRange portR3\n{\nPort 3\n}\n" POLICY_ACTIONS,
     "add a PortRange portR2, or correct the name: the policy has portR1 at "
     "p:6 "
     "and portR3 at p:10"},
    {"two are as near",
     "TTLSRule r\n{\nLocalPortRangeRef webA\n"
     "TTLSGroupActionRef gOff\n}\nPortRange webB\n{\nPort 1\n}\n"
     "PortRange webC\n{\nPort 3\n}\n" POLICY_ACTIONS,
     "add a PortRange webA, or correct the name: the policy has webB at p:6 "
     "and "
     "webC at p:10"},
    {"none of the type, and a vowel",
     "TTLSRule r\n{\nLocalAddrSetRef elsewhere\n"
     "TTLSGroupActionRef gOff\n}\n" POLICY_ACTIONS,
     "add an IpAddrSet elsewhere, or correct the name"},
};

START_TEST(suggests_names)
{
    struct diags *diags = diags_new();
    const struct diag *d = NULL;
    size_t i;

    ck_assert_ptr_null(policy_from(fixes[_i].text, ZOS_3_1, diags));
    for (i = 0; i < diags_count(diags); i++)
        if (strcmp(diags_get(diags, i)->name, "dangling-ref") == 0)
            d = diags_get(diags, i);
    ck_assert_ptr_nonnull(d);
    ck_assert_msg(strcmp(d->fix, fixes[_i].fix) == 0, "%s: %s", fixes[_i].name,
                  d->fix);
    diags_free(diags);
}
END_TEST

TESTS_BEGIN("resolver")
TEST_ROWS(statements_are_resolved, cases)
TEST(sorts_rules)
TEST_ROWS(suggests_names, fixes)
TESTS_END
