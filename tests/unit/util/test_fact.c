/* Short lists, and values as text and as JSON. */
#include "util/fact.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

/* ---- short lists ---- */

static void fill(struct shortlist *l, size_t n, const char *format)
{
    char text[300];
    size_t i;

    for (i = 0; i < n; i++) {
        snprintf(text, sizeof(text), "%s%zu", format, i);
        shortlist_add(l, text);
    }
}

static size_t count(const struct shortlist *l)
{
    const char *at = NULL;
    size_t n = 0;

    while ((at = shortlist_next(l, at)) != NULL)
        n++;
    return n;
}

START_TEST(keeps_sixteen_and_counts_the_rest)
{
    struct shortlist l = {0};

    ck_assert_ptr_null(shortlist_next(&l, NULL));
    fill(&l, 16, "name");
    ck_assert_uint_eq(l.left, 0);
    fill(&l, 23, "x");
    ck_assert_uint_eq(count(&l), 16);
    ck_assert_uint_eq(l.left, 23);
    ck_assert_str_eq(shortlist_next(&l, NULL), "name0");
}
END_TEST

/* What comes after one that has no room is left out too: the order stays. */
START_TEST(keeps_what_has_room)
{
    struct shortlist l = {0};
    char longest[SHORTLIST_ROOM + 1];

    memset(longest, 'a', sizeof(longest));
    longest[SHORTLIST_ROOM] = '\0';
    shortlist_add(&l, longest);
    shortlist_add(&l, "short");
    ck_assert_uint_eq(count(&l), 0);
    ck_assert_uint_eq(l.left, 2);
    memset(&l, 0, sizeof(l));
    longest[SHORTLIST_ROOM - 1] = '\0';
    shortlist_add(&l, longest);
    ck_assert_uint_eq(count(&l), 1);
    shortlist_add(&l, "");
    ck_assert_uint_eq(l.left, 1);
}
END_TEST

/* ---- facts ---- */

static void nothing(struct fact *f)
{
    fact_text(f, "");
    fact_words(f, "");
}

static void text(struct fact *f)
{
    fact_none(f, "none");
    fact_text(f, "a \"b\"");
}

static void none(struct fact *f)
{
    fact_none(f, "any");
}

static void moment(struct fact *f)
{
    fact_time(f, "2026-11-25 03:04:05Z");
}

static void digest(struct fact *f)
{
    fact_digest(f, "EBD4AABBCCDDEEFF00112233445566778899");
}

static void yes(struct fact *f)
{
    fact_yes_no(f, true, "yes, by the partner");
}

static void no(struct fact *f)
{
    fact_yes_no(f, false, NULL);
}

static void number(struct fact *f)
{
    fact_number(f, 2, "2 certificates");
}

static void empty_list(struct fact *f)
{
    fact_list(f, ", ");
}

static void words(struct fact *f)
{
    fact_words(f, "0035 C02B  1301");
}

static void cut_list(struct fact *f)
{
    struct shortlist l = {0};

    fill(&l, 18, "");
    fact_shortlist(f, &l);
}

static void only_left(struct fact *f)
{
    fact_list(f, ", ");
    fact_left(f, 3);
}

static const struct {
    const char *name;
    void (*make)(struct fact *f);
    const char *text, *json;
} facts[] = {
    {"not known", nothing, "", "{}"},
    {"text", text, "a \"b\"", "{\"k\": \"a \\\"b\\\"\"}"},
    {"known not to be", none, "any", "{\"k\": null}"},
    {"time", moment, "2026-11-25 03:04:05Z",
     "{\"k\": \"2026-11-25T03:04:05Z\"}"},
    {"digest", digest, "EB:D4:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77: 88:99",
     "{\"k\": \"EBD4AABBCCDDEEFF00112233445566778899\"}"},
    {"yes", yes, "yes, by the partner", "{\"k\": true}"},
    {"no", no, "no", "{\"k\": false}"},
    {"number", number, "2 certificates", "{\"k\": 2}"},
    {"an empty list", empty_list, "none", "{\"k\": []}"},
    {"words", words, "0035 C02B 1301",
     "{\"k\": [\"0035\", \"C02B\", \"1301\"]}"},
    {"a list that was cut", cut_list,
     "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 and 2 more",
     "{\"k\": [\"0\", \"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\", "
     "\"9\", \"10\", \"11\", \"12\", \"13\", \"14\", \"15\"], "
     "\"k_left_out\": 2}"},
    {"a list of what was left out", only_left, "3 more",
     "{\"k\": [], \"k_left_out\": 3}"},
};

START_TEST(is_text_and_json)
{
    struct strbuf as_text = STRBUF_INIT, as_json = STRBUF_INIT;
    struct json j = JSON_INIT(&as_json, JSON_LINE);
    struct fact f = FACT_INIT;

    facts[_i].make(&f);
    fact_show(&f, &as_text);
    ck_assert_msg(strcmp(strbuf_str(&as_text), facts[_i].text) == 0,
                  "%s: \"%s\"", facts[_i].name, strbuf_str(&as_text));
    json_object(&j, NULL);
    fact_json(&f, &j, "k");
    json_end(&j);
    ck_assert_msg(strcmp(strbuf_str(&as_json), facts[_i].json) == 0, "%s: %s",
                  facts[_i].name, strbuf_str(&as_json));
    fact_done(&f);
    strbuf_done(&as_text);
    strbuf_done(&as_json);
}
END_TEST

TESTS_BEGIN("fact")
TEST(keeps_sixteen_and_counts_the_rest)
TEST(keeps_what_has_room)
TEST_ROWS(is_text_and_json, facts)
TESTS_END
