/* Two policies by what they do: that what is told is true, and that nothing
 * is left out. */

#include "policy/diff.h"

#include <stdio.h>
#include <string.h>

#include "support/randpolicy.h"
#include "support/suite.h"

static const char actions[] = "TTLSGroupAction off\n{\nTTLSEnabled Off\n}\n"
                              "TTLSGroupAction trace\n{\nTTLSEnabled Off\n"
                              "Trace 255\n}\n";

static struct policy *load(const char *rules)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;

    strbuf_addf(&text, "%s\n%s", rules, actions);
    p = randpolicy_load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

#define RULE(name, lines, action)                                              \
    "TTLSRule " name "\n{\nDirection Both\n" lines                             \
    "\nTTLSGroupActionRef " action "\n}\n"

/* "BEFORE>AFTER" of each difference, "-" for none, blanks between. */
static const struct {
    const char *name, *before, *after, *found;
} cases[] = {
    {"nothing at all", "", "", ""},
    {"the same", RULE("a", "LocalPortRange 1", "off"),
     RULE("a", "LocalPortRange 1", "off"), ""},
    {"another order of lines and files",
     RULE("a", "LocalPortRange 1", "off") RULE("b", "LocalPortRange 2", "off"),
     RULE("b", "LocalPortRange 2", "off") RULE("a", "LocalPortRange 1", "off"),
     ""},
    {"a rule goes", RULE("a", "LocalPortRange 1", "off"), "", "a>-"},
    {"a rule comes", "", RULE("a", "LocalPortRange 1", "off"), "->a"},
    {"a new name", RULE("a", "LocalPortRange 1", "off"),
     RULE("b", "LocalPortRange 1", "off"), "a>b"},
    {"a parameter", RULE("a", "LocalPortRange 1", "off"),
     RULE("a", "LocalPortRange 1", "trace"), "a>a"},
    {"a narrower range", RULE("a", "LocalPortRange 1-9", "off"),
     RULE("a", "LocalPortRange 3-9", "off"), "a>-"},
    {"a range in two rules", RULE("a", "LocalPortRange 1-9", "off"),
     RULE("a", "LocalPortRange 1-4", "off")
         RULE("b", "LocalPortRange 5-9", "off"),
     "a>b"},
    {"a rule that never counted",
     RULE("a", "LocalPortRange 1-9", "off")
         RULE("b", "LocalPortRange 2", "off"),
     RULE("a", "LocalPortRange 1-9", "off"), ""},
    {"priority",
     RULE("a", "LocalPortRange 1-9", "off")
         RULE("b", "LocalPortRange 2", "off"),
     RULE("a", "LocalPortRange 1-9", "off")
         RULE("b", "LocalPortRange 2\nPriority 9", "off"),
     "a>b"},
    {"IPv6 only", RULE("a", "LocalAddr All\nRemotePortRange 5", "off"),
     RULE("a", "LocalAddr 0.0.0.0/0\nRemotePortRange 5", "off"), "a>-"},
    {"all addresses by another word",
     RULE("a", "LocalAddr 0.0.0.0/0\nRemotePortRange 5", "off"),
     RULE("a", "LocalAddr 0.0.0.0-255.255.255.255\nRemotePortRange 5", "off"),
     ""},
    {"a prefix of names", RULE("a", "Jobname IMS*", "off"),
     RULE("a", "Jobname IMS1*", "off"), "a>-"},
    {"a name that no program has",
     RULE("a", "Jobname IMS*", "off") RULE("b", "Userid U", "off"),
     RULE("a", "Jobname IMS*", "off"), "b>-"},
    {"time conditions",
     RULE("a", "LocalPortRange 1\nIpTimeCondition\n{\nDayOfWeekMask 0111110\n}",
          "off"),
     RULE("a", "LocalPortRange 1\nIpTimeCondition\n{\nDayOfWeekMask 1111110\n}",
          "off"),
     "a>a"},
    {"a time condition goes",
     RULE("a", "LocalPortRange 1\nIpTimeCondition\n{\nDayOfWeekMask 0111110\n}",
          "off"),
     RULE("a", "LocalPortRange 1", "off"), "a>a ->a"},
};

static void add_found(const struct policy_difference *d, struct strbuf *out)
{
    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_addf(out, "%s>%s",
                d->before != NULL ? policy_rule_name(d->before) : "-",
                d->after != NULL ? policy_rule_name(d->after) : "-");
}

START_TEST(tells_what_changes)
{
    struct policy *p = load(cases[_i].before), *q = load(cases[_i].after);
    struct strbuf found = STRBUF_INIT;
    struct policy_diff *d;
    struct error err;
    size_t i;

    ck_assert_int_eq(policy_diff_new(p, q, &d, &err), 0);
    for (i = 0; i < policy_diff_count(d); i++)
        add_found(policy_diff_get(d, i), &found);
    ck_assert_msg(strcmp(strbuf_str(&found), cases[_i].found) == 0, "%s: %s",
                  cases[_i].name, strbuf_str(&found));
    strbuf_done(&found);
    policy_diff_free(d);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

static void note(void *arg, enum policy_parm parm, const char *keyword)
{
    (void)parm;
    (void)keyword;
    *(bool *)arg = true;
}

static bool same_effect(const struct policy_rule *a,
                        const struct policy_rule *b)
{
    bool differ = false;

    if (a == NULL || b == NULL)
        return a == b;
    policy_diff_parms(policy_rule_effective(a), policy_rule_effective(b), note,
                      &differ);
    return !differ && strcmp(policy_rule_name(a), policy_rule_name(b)) == 0;
}

static bool is_told(const struct policy_diff *d, const struct policy_rule *a,
                    const struct policy_rule *b)
{
    size_t i;

    for (i = 0; i < policy_diff_count(d); i++)
        if (policy_diff_get(d, i)->before == a &&
            policy_diff_get(d, i)->after == b)
            return true;
    return false;
}

/* The connection takes the two rules, as far as names are known. */
static void check_example(const struct policy *p, const struct policy *q,
                          const struct policy_difference *d)
{
    const struct policy_rule *a = NULL, *b = NULL;

    policy_match(p, &d->example, NULL, NULL, &a);
    policy_match(q, &d->example, NULL, NULL, &b);
    if (a != d->before || b != d->after)
        ck_abort_msg("%s>%s is said of a connection that takes %s>%s",
                     d->before != NULL ? policy_rule_name(d->before) : "-",
                     d->after != NULL ? policy_rule_name(d->after) : "-",
                     a != NULL ? policy_rule_name(a) : "-",
                     b != NULL ? policy_rule_name(b) : "-");
}

START_TEST(is_true_and_complete)
{
    struct random r = random_start((uint64_t)_i + 7000);
    struct policy *p = randpolicy_untimed(&r), *q = randpolicy_untimed(&r);
    const struct policy_rule *a, *b;
    struct policy_diff *d;
    struct policy_conn c;
    struct error err;
    size_t i;

    ck_assert_int_eq(policy_diff_new(p, q, &d, &err), 0);
    for (i = 0; i < policy_diff_count(d); i++)
        check_example(p, q, policy_diff_get(d, i));
    for (i = 0; i < 500; i++) {
        c = randpolicy_known_conn(&r);
        a = b = NULL;
        policy_match(p, &c, NULL, NULL, &a);
        policy_match(q, &c, NULL, NULL, &b);
        if (!same_effect(a, b) && !is_told(d, a, b))
            ck_abort_msg("%s>%s is not told",
                         a != NULL ? policy_rule_name(a) : "-",
                         b != NULL ? policy_rule_name(b) : "-");
    }
    policy_diff_free(d);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

START_TEST(a_policy_equals_itself)
{
    struct random r = random_start((uint64_t)_i);
    struct strbuf text = STRBUF_INIT;
    struct policy_diff *d;
    struct policy *p, *q;
    struct error err;

    randpolicy_add(&r, 8, &text);
    p = randpolicy_load(strbuf_str(&text));
    q = randpolicy_load(strbuf_str(&text));
    ck_assert_int_eq(policy_diff_new(p, q, &d, &err), 0);
    ck_assert_uint_eq(policy_diff_count(d), 0);
    policy_diff_free(d);
    policy_unref(p);
    policy_unref(q);
    strbuf_done(&text);
}
END_TEST

TESTS_BEGIN("diff")
TEST_ROWS(tells_what_changes, cases)
TEST_TIMES(is_true_and_complete, 40)
TEST_TIMES(a_policy_equals_itself, 20)
TESTS_END
