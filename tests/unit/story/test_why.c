/* story/why: what stands beside the rule, on the page, in the line, as JSON. */

#include "story/why.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/policies.h"
#include "support/suite.h"
#include "util/json.h"

#define PAY                                                                    \
    POLICY_RULE("Pay~1", "LocalPortRange 5555\nUserid PAYS\n"                  \
                         "Direction Inbound\nPriority 200\n")
#define GEN                                                                    \
    POLICY_RULE("Gen~1", "LocalPortRange 5000-6000\nDirection Both\n"          \
                         "Priority 300\n")
#define FIRST                                                                  \
    POLICY_RULE("First~1", "LocalPortRange 5555\nJobname PAY*\n"               \
                           "Direction Both\nPriority 400\n")
#define PORT                                                                   \
    POLICY_RULE("Port~1", "LocalPortRange 1\nDirection Both\n"                 \
                          "Priority 500\n")

static const struct {
    const char *rules, *user, *why, *note, *words;
} rows[] = {
    {"", "PAYS", "the policy has no rules", "", ""},
    {PAY, "PAYX",
     "1 rule, and it does not fit: Pay~1: Userid PAYS, the connection has PAYX "
     "(p:4)",
     "", ""},
    {PAY FIRST, "PAYX",
     "2 rules, none fits; the nearest: First~1: Jobname PAY*, the connection "
     "has JOB (p:13); Pay~1: Userid PAYS, the connection has PAYX (p:4)",
     "", ""},
    {PAY PORT, "PAYX",
     "2 rules, none fits; the nearest: Pay~1: Userid PAYS, the connection has "
     "PAYX (p:4)",
     "", ""},
    {PORT, "PAYX",
     "1 rule, and it does not fit: Port~1: LocalPortRange 1, the connection "
     "has "
     "5555 (p:3)",
     "", ""},
    {PAY, "PAYS", "priority 200, the first in the search", "", ""},
    {PAY GEN, "PAYS",
     "priority 300, the first in the search; Pay~1 (priority 200, more "
     "specific) would fit too",
     "the rule may be the wrong one: if Pay~1 is meant, give it a Priority "
     "above 300; the remedy is for Gen~1",
     "fits_too=Pay~1, priority 200, more specific;"},
    {POLICY_RULE("Low~1", "LocalPortRange 5555\nDirection Both\n") GEN, "PAYS",
     "priority 300, the first in the search; Low~1 (priority 1) would fit too",
     "the rule may be the wrong one: if Low~1 is meant, give it a Priority "
     "above 300; the remedy is for Gen~1",
     "fits_too=Low~1, priority 1;"},
    {POLICY_RULE("All~1", "LocalAddr All\nDirection Both\n") GEN, "PAYS",
     "priority 300, the first in the search; All~1 (priority 1) would fit too",
     "", ""},
    {PAY GEN, "PAYX", "priority 300, the first in the search", "", ""},
    {GEN PORT, "PAYX", "priority 300, the first that fits", "", ""},
    {GEN FIRST, "PAYX",
     "priority 300, the first that fits; before it: First~1: Jobname PAY*, the "
     "connection has JOB (p:12)",
     "", ""},
};

static void row(struct strbuf *out, const char *label, const char *text)
{
    if (text[0] != '\0' && strcmp(label, "note") == 0)
        strbuf_adds(out, text);
}

static void word(struct strbuf *out, const char *key, const char *value)
{
    strbuf_addf(out, "%s=%s;", key, value);
}

static struct story *story_of(const char *rules, const char *user)
{
    struct story *s = calloc(1, sizeof(*s));
    struct policy_conn c = {
        .direction = POLICY_INBOUND, .jobname = "JOB", .userid = user};
    const struct policy_rule *rule = NULL;
    struct policy *p;
    char text[4000];

    snprintf(text, sizeof(text), "%s%s", rules, POLICY_ACTIONS);
    p = policy_good(text);
    netaddr_parse("192.0.2.1:5555", &c.local, NULL);
    netaddr_parse("192.0.2.2:40000", &c.remote, NULL);
    policy_match(p, &c, NULL, NULL, &rule);
    s->failed = true;
    if (rule != NULL)
        snprintf(s->rule, sizeof(s->rule), "%s", policy_rule_name(rule));
    story_fill_why(s, p, &c, rule);
    policy_unref(p);
    return s;
}

START_TEST(both_values_and_the_next_rule)
{
    struct story *s = story_of(rows[_i].rules, rows[_i].user);
    struct strbuf page = STRBUF_INIT, words = STRBUF_INIT;

    story_why_rows(s, row, &page);
    story_why_words(s, word, &words);
    ck_assert_str_eq(s->why_rule, rows[_i].why);
    ck_assert_str_eq(strbuf_str(&page), rows[_i].note);
    ck_assert_str_eq(strbuf_str(&words), rows[_i].words);
    s->failed = false; /* then there is no remedy that could mislead */
    strbuf_reset(&page);
    story_why_rows(s, row, &page);
    ck_assert_str_eq(strbuf_str(&page), "");
    strbuf_done(&page);
    strbuf_done(&words);
    free(s);
}
END_TEST

START_TEST(json_has_it_all)
{
    struct story *s = story_of(PAY, "PAYX");
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINES);

    story_fill_refresh(s, 1700000000, "p:7: no such thing", 1600000000);
    json_object(&j, NULL);
    story_why_json(s, &j);
    json_end(&j);
    ck_assert_str_eq(
        strbuf_str(&out),
        "{\n"
        "  \"why_rule\": \"1 rule, and it does not fit: Pay~1: Userid PAYS, "
        "the connection has PAYX (p:4)\",\n"
        "  \"nearest\": [\n"
        "    {\n"
        "      \"rule\": \"Pay~1\",\n"
        "      \"condition\": \"Userid\",\n"
        "      \"wants\": \"Userid PAYS\",\n"
        "      \"connection_has\": \"PAYX\",\n"
        "      \"place\": \"p:4\",\n"
        "      \"only\": true\n"
        "    }\n"
        "  ],\n"
        "  \"refresh_failed\": \"2023-11-14T22:13:20Z\",\n"
        "  \"refresh_error\": \"failed at 2023-11-14 22:13:20: the policy in "
        "force is that of 2020-09-13 12:26:40; p:7: no such thing\"\n"
        "}\n");
    strbuf_done(&out);
    free(s);
}
END_TEST

START_TEST(not_looked_at)
{
    struct story *s = calloc(1, sizeof(*s));

    story_fill_unsearched(s, true);
    ck_assert_str_eq(s->why_rule, "TTLS was off: the policy was not looked at");
    story_fill_unsearched(s, false);
    ck_assert_str_eq(
        s->why_rule,
        "the policy was not looked at: the connection ended before");
    s->open = true;
    story_fill_unsearched(s, false);
    ck_assert_str_eq(s->why_rule, "the policy was not looked at yet");
    free(s);
}
END_TEST

static void in_utc(void)
{
    setenv("TZ", "UTC0", 1);
    tzset();
}

TESTS_BEGIN("why")
in_utc();
TEST_ROWS(both_values_and_the_next_rule, rows)
TEST(json_has_it_all)
TEST(not_looked_at)
TESTS_END
