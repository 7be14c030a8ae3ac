/* policy/lint: rules that hide each other, by kind of condition; and what a
 * site has switched off. The rest of the catalogue stands in
 * tests/conformance. */

#include "policy/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/allow.h"
#include "support/policies.h"
#include "support/suite.h"

/* The lines of a first rule and of a second one with lower priority: is the
 * second one hidden? */
static const struct {
    const char *name, *first, *second;
    bool hidden;
} pairs[] = {
    {"the same", "LocalPortRange 80\n", "LocalPortRange 80\n", true},
    {"another port", "LocalPortRange 80\n", "LocalPortRange 81\n", false},
    {"a port of a range", "LocalPortRange 80-90\n", "LocalPortRange 85\n",
     true},
    {"a range that goes on", "LocalPortRange 80-90\n", "LocalPortRange 85-95\n",
     false},
    {"a range behind one port", "LocalPortRange 85\n", "LocalPortRange 80-90\n",
     false},
    {"any port", "RemotePortRange 0\n", "LocalPortRange 85\n", true},
    {"one more condition in the second", "LocalPortRange 80\n",
     "LocalPortRange 80\nJobname A\n", true},
    {"one more condition in the first", "LocalPortRange 80\nJobname A\n",
     "LocalPortRange 80\n", false},
    {"a job of a pattern", "Jobname IMS*\n", "Jobname IMS15HWS\n", true},
    {"a pattern of a pattern", "Jobname IMS*\n", "Jobname IMS15*\n", true},
    {"a pattern behind a job", "Jobname IMS15HWS\n", "Jobname IMS*\n", false},
    {"a longer name is no part", "Jobname IMS\n", "Jobname IMS1\n", false},
    {"any job", "Jobname *\n", "Jobname IMS\n", true},
    {"eight letters", "Userid IMS15HWS\n", "Userid IMS15HW*\n", false},
    {"an address of a prefix", "LocalAddr 10.1.0.0/16\n",
     "LocalAddr 10.1.2.3\n", true},
    {"not of the prefix", "LocalAddr 10.1.0.0/16\n", "LocalAddr 10.2.2.3\n",
     false},
    {"IPv6 behind all of IPv4", "LocalAddr 0.0.0.0/0\n",
     "LocalAddr 2001:db8::1\n", false},
    {"all addresses behind all of IPv4", "LocalAddr 0.0.0.0/0\n",
     "LocalAddr All\n", false},
    {"a prefix of IPv6", "RemoteAddr 2001:db8::/32\n",
     "RemoteAddr 2001:db8::-2001:db8::9\n", true},
    {"two parts of a group", "LocalAddrGroupRef AG\n", "LocalAddr 10.1.1.2\n",
     true},
    {"a group, one part out", "LocalAddr 10.1.1.1\n", "LocalAddrGroupRef AG\n",
     false},
    {"ports of a group", "LocalPortGroupRef PG\n", "LocalPortRange 443\n",
     true},
    {"between the ports of a group", "LocalPortGroupRef PG\n",
     "LocalPortRange 100\n", false},
    {"only at times",
     "LocalPortRange 80\nIpTimeCondition\n{\nDayOfWeekMask 0000010\n}\n",
     "LocalPortRange 80\n", false},
};

static const char more[] =
    "IpAddrGroup AG\n{\nIpAddr\n{\nAddr 10.1.1.1\n}\nIpAddr\n{\n"
    "Addr 10.1.1.2\n}\n}\n"
    "PortGroup PG\n{\nPortRange\n{\nPort 80\n}\nPortRange\n{\nPort 443\n}\n}\n"
    "TTLSRule uses\n{\nPriority 99\nDirection Both\nLocalAddrGroupRef AG\n"
    "LocalPortGroupRef PG\nUserid USES\nTTLSGroupActionRef gOff\n}\n";

static bool has(const struct diags *diags, const char *name)
{
    size_t i;

    for (i = 0; i < diags_count(diags); i++)
        if (strcmp(diags_get(diags, i)->name, name) == 0)
            return true;
    return false;
}

START_TEST(finds_hidden_rules)
{
    char text[4000];
    struct diags *diags = diags_new();

    snprintf(text, sizeof(text),
             "TTLSRule a\n{\nDirection Both\nPriority 9\n%s"
             "TTLSGroupActionRef gOff\n}\n"
             "TTLSRule b\n{\nDirection Inbound\nPriority 8\n%s"
             "TTLSGroupActionRef gOff\n}\n%s%s",
             pairs[_i].first, pairs[_i].second, more, POLICY_ACTIONS);
    policy_unref(policy_from(text, ZOS_3_1, diags));
    ck_assert_msg(has(diags, "shadowed-rule") == pairs[_i].hidden, "%s: %s",
                  pairs[_i].name, findings_text(diags));
    diags_free(diags);
}
END_TEST

/* Two rules of one priority that take different actions. */
static const struct {
    const char *name, *first, *second;
    bool overlap;
} equals[] = {
    {"ports that meet", "LocalPortRange 80-90\n", "LocalPortRange 85-95\n",
     true},
    {"ports apart", "LocalPortRange 80-90\n", "LocalPortRange 91-95\n", false},
    {"one looks at the job, one at the port", "Jobname IMS*\n",
     "LocalPortRange 80\n", true},
    {"patterns that meet", "LocalPortRange 80-85\nJobname IMS*\n",
     "LocalPortRange 85-90\nJobname IMS15*\n", true},
    {"patterns apart", "LocalPortRange 80\nJobname IMS*\n",
     "LocalPortRange 80\nJobname CICS*\n", false},
    {"prefixes that meet", "LocalPortRange 1-2\nLocalAddr 10.1.0.0/16\n",
     "LocalPortRange 2-3\nLocalAddr 10.0.0.0/8\n", true},
    {"prefixes apart", "LocalPortRange 80\nLocalAddr 10.1.0.0/16\n",
     "LocalPortRange 80\nLocalAddr 10.2.0.0/16\n", false},
};

START_TEST(finds_equal_priorities)
{
    char text[4000];
    struct diags *diags = diags_new();

    snprintf(text, sizeof(text),
             "TTLSRule a\n{\nDirection Both\n%sTTLSGroupActionRef gOff\n}\n"
             "TTLSRule b\n{\nDirection Both\n%sTTLSGroupActionRef gOn\n"
             "TTLSEnvironmentActionRef eServer\n}\n%s",
             equals[_i].first, equals[_i].second, POLICY_ACTIONS);
    policy_unref(policy_from(text, ZOS_3_1, diags));
    ck_assert_msg(has(diags, "equal-priority-overlap") == equals[_i].overlap,
                  "%s: %s", equals[_i].name, findings_text(diags));
    diags_free(diags);
}
END_TEST

/* So many rules that might meet that not all are compared; and many more
 * that can't, which cost nothing. */
static void apart(unsigned i, struct strbuf *out)
{
    strbuf_addf(out, "LocalPortRange %u\n", i);
}

static void overlapping(unsigned i, struct strbuf *out)
{
    strbuf_addf(out, "LocalAddr 10.%u.0.0-11.0.0.0\nLocalPortRange 1-%u\n", i,
                i);
}

static void one_job_each(unsigned i, struct strbuf *out)
{
    strbuf_addf(out, "Jobname J%u\n", i);
}

static const struct {
    const char *name;
    void (*condition)(unsigned i, struct strbuf *out);
    unsigned count;
    bool too_many;
} crowds[] = {
    {"ports apart", apart, 1000, false},
    {"overlapping", overlapping, 250, false},
    {"a crowd", one_job_each, 4000, true},
};

START_TEST(compares_no_crowd)
{
    struct strbuf text = STRBUF_INIT;
    struct diags *diags = diags_new();
    unsigned i;

    for (i = 1; i <= crowds[_i].count; i++) {
        strbuf_addf(&text, "TTLSRule r%u\n{\nDirection Both\n", i);
        crowds[_i].condition(i, &text);
        strbuf_addf(&text, "TTLSGroupActionRef %s\n}\n",
                    i % 2 != 0 ? "gOff" : "gOff2");
    }
    strbuf_adds(&text, "TTLSGroupAction gOff2\n{\nTTLSEnabled Off\n}\n");
    strbuf_adds(&text, POLICY_ACTIONS);
    policy_unref(policy_from(strbuf_str(&text), ZOS_3_1, diags));
    ck_assert_msg(has(diags, "not-compared") == crowds[_i].too_many, "%s",
                  crowds[_i].name);
    ck_assert(!has(diags, "shadowed-rule"));
    strbuf_done(&text);
    diags_free(diags);
}
END_TEST

/* Comments that switch off; the findings that are left. */
static const struct {
    const char *name, *text, *findings;
} allows[] = {
    {"nothing is switched off", "Colour x\n", "unknown-keyword@1"},
    {"behind the word", "Colour x # attls-allow: unknown-keyword\n", ""},
    {"on the line before", "# attls-allow: unknown-keyword\nColour x\n", ""},
    {"blank and comment lines between",
     "# attls-allow: unknown-keyword\n\n# why\n  \nColour x\n", ""},
    {"only that line", "# attls-allow: unknown-keyword\nColour x\nColour y\n",
     "unknown-keyword@3"},
    {"another name", "Colour x # attls-allow: v4-only\n", "unknown-keyword@1"},
    {"several names and a reason",
     "Colour x # attls-allow: v4-only, unknown-keyword (because)\n", ""},
    {"names in a reason do nothing",
     "Colour x # attls-allow: v4-only (unknown-keyword)\n",
     "unknown-keyword@1"},
    {"two comments for one line",
     "# attls-allow: v4-only\n# attls-allow: unknown-keyword\nColour x\n", ""},
    {"the whole file",
     "Colour x\nColour y\n# attls-allow-file: unknown-keyword\n", ""},
    {"no comment", "attls-allow: unknown-keyword\n", "unknown-keyword@1"},
    {"no colon", "Colour x # attls-allow unknown-keyword\n",
     "unknown-keyword@1"},
    {"the last line, nothing follows", "Colour x\n# attls-allow: v4-only\n",
     "unknown-keyword@1"},
    {"the last line, no newline", "# attls-allow: v4-only", ""},
    {"a name that is none", "# attls-allow: no-such\n", "unknown-finding@1"},
    {"a name that stops a load", "# attls-allow: dangling-ref\n",
     "unknown-finding@1"},
    {"CR LF", "Colour x # attls-allow: unknown-keyword\r\n", "not-portable@1"},
};

START_TEST(switches_off)
{
    char text[2000];
    struct diags *diags = diags_new();
    struct policy *p;

    snprintf(text, sizeof(text), "%s%s", allows[_i].text,
             "\nTTLSRule r\n{\nDirection Both\nLocalPortRange 1\n"
             "TTLSGroupActionRef g\n}\nTTLSGroupAction g\n{\nTTLSEnabled Off\n"
             "}\n");
    p = policy_from(text, ZOS_3_1, diags);
    ck_assert_ptr_nonnull(p);
    ck_assert_msg(strcmp(findings_text(diags), allows[_i].findings) == 0,
                  "%s: %s", allows[_i].name, findings_text(diags));
    policy_unref(p);
    diags_free(diags);
}
END_TEST

/* Names given with the options of the load; errors stay. */
START_TEST(options_switch_off)
{
    static const char *const names[] = {"no-rules", "unknown-keyword",
                                        "dangling-ref", "no-such"};
    static const char good[] = "Colour x\n";
    static const char bad[] = "TTLSRule r\n{\nDirection Both\nLocalAddr All\n"
                              "TTLSGroupActionRef g\n}\n";
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct policy *p = NULL;
    struct source *src;
    struct findings f;
    struct span span = {NULL, 0, 0};

    policy_options_init(&opt);
    opt.allow = names;
    opt.allow_count = 4;
    ck_assert_int_eq(source_new("p", good, strlen(good), &src, NULL), 0);
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &p), 0);
    source_unref(src);
    ck_assert_str_eq(findings_text(diags), "");
    /* What others find about the policy is switched off too. */
    findings_init(&f, p, diags);
    finding_add(&f, FIND_no_rules, &span, "x");
    finding_fix(&f, "x");
    ck_assert_uint_eq(diags_count(diags), 0);
    policy_unref(p);
    ck_assert_int_eq(source_new("p", bad, strlen(bad), &src, NULL), 0);
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &p), ERR_SYNTAX);
    source_unref(src);
    ck_assert_str_eq(findings_text(diags), "dangling-ref@5");
    diags_free(diags);
}
END_TEST

TESTS_BEGIN("lint")
TEST_ROWS(finds_hidden_rules, pairs)
TEST_ROWS(finds_equal_priorities, equals)
TEST_ROWS(compares_no_crowd, crowds)
TEST_ROWS(switches_off, allows)
TEST(options_switch_off)
TESTS_END
