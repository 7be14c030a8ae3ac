#include "util/strbuf.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"

START_TEST(an_empty_buffer_is_an_empty_string)
{
    struct strbuf sb = STRBUF_INIT;
    char *s;

    ck_assert_str_eq(strbuf_str(&sb), "");
    strbuf_add(&sb, "", 0);
    strbuf_fill(&sb, 'x', 0);
    strbuf_fill(&sb, 'x', -3);
    ck_assert_str_eq(strbuf_str(&sb), "");
    ck_assert(!strbuf_failed(&sb));
    s = strbuf_steal(&sb);
    ck_assert_str_eq(s, "");
    free(s);
    strbuf_wipe(&sb);
    strbuf_done(&sb);
}
END_TEST

START_TEST(joins_what_is_added)
{
    struct strbuf sb;

    strbuf_init(&sb);
    strbuf_adds(&sb, "RULE");
    strbuf_addc(&sb, ':');
    strbuf_fill(&sb, ' ', 2);
    strbuf_addf(&sb, "%s~%d", "IMS", 1);
    strbuf_add(&sb, "!?", 1);
    ck_assert_str_eq(strbuf_str(&sb), "RULE:  IMS~1!");
    ck_assert_uint_eq(sb.len, 13);
    strbuf_reset(&sb);
    ck_assert_str_eq(strbuf_str(&sb), "");
    strbuf_adds(&sb, "again");
    ck_assert_str_eq(strbuf_str(&sb), "again");
    strbuf_done(&sb);
}
END_TEST

START_TEST(grows_past_every_power_of_two)
{
    struct strbuf sb = STRBUF_INIT;
    size_t i;

    for (i = 0; i < 5000; i++) {
        strbuf_addc(&sb, (char)('a' + i % 26));
        ck_assert_uint_eq(strlen(strbuf_str(&sb)), i + 1);
    }
    for (i = 0; i < 5000; i++)
        ck_assert_int_eq(sb.data[i], (char)('a' + i % 26));
    strbuf_wipe(&sb);
    ck_assert_ptr_null(sb.data);
}
END_TEST

static const struct {
    const char *name, *text;
    size_t len;
    const char *want;
} escapes[] = {
    {"plain", "BAQSTRT 1~2", 11, "BAQSTRT 1~2"},
    {"newline", "a\nEZD1281I", 10, "a\\x0AEZD1281I"},
    {"carriage return and tab", "\r\t", 2, "\\x0D\\x09"},
    {"backslash", "a\\b", 3, "a\\x5Cb"},
    {"nul", "a\0b", 3, "a\\x00b"},
    {"escape sequence", "\033[2J", 4, "\\x1B[2J"},
    {"delete", "\177", 1, "\\x7F"},
    {"utf-8", "\303\244", 2, "\\xC3\\xA4"},
    {"nothing", "x", 0, ""},
};

START_TEST(escapes_text_from_outside)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_add_escaped(&sb, escapes[_i].text, escapes[_i].len);
    ck_assert_msg(strcmp(strbuf_str(&sb), escapes[_i].want) == 0, "%s: got %s",
                  escapes[_i].name, strbuf_str(&sb));
    strbuf_done(&sb);
}
END_TEST

static const struct {
    const char *name, *text, *want;
} quotes[] = {
    {"plain", "ROBIZ SERVER", "\"ROBIZ SERVER\""},
    {"nothing", "", "\"\""},
    {"quotes", "the \"one\"", "\"the \\\"one\\\"\""},
    {"backslash", "a\\b", "\"a\\\\b\""},
    {"newline", "a\nb", "\"a\\x0Ab\""},
    {"utf-8", "\303\244", "\"\\xC3\\xA4\""},
};

START_TEST(quotes_as_libconfig_reads)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_add_quoted(&sb, quotes[_i].text);
    ck_assert_msg(strcmp(strbuf_str(&sb), quotes[_i].want) == 0, "%s: got %s",
                  quotes[_i].name, strbuf_str(&sb));
    strbuf_done(&sb);
}
END_TEST

static void with_add(struct strbuf *sb)
{
    strbuf_adds(sb, "too long for the sixty-four bytes that a new buffer has, "
                    "so that the block must grow");
}

static void with_fill(struct strbuf *sb)
{
    strbuf_fill(sb, '-', 100);
}

static void with_format(struct strbuf *sb)
{
    strbuf_addf(sb, "%100d", 1);
}

static void with_escape(struct strbuf *sb)
{
    char big[80];

    memset(big, '\n', sizeof(big));
    strbuf_add_escaped(sb, big, sizeof(big));
}

static const struct {
    const char *name;
    void (*add)(struct strbuf *);
} adders[] = {
    {"add", with_add},
    {"fill", with_fill},
    {"format", with_format},
    {"escape", with_escape},
};

START_TEST(a_failure_of_memory_is_sticky)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_adds(&sb, "kept");
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    adders[_i].add(&sb);
    ck_assert_msg(strbuf_failed(&sb), "%s", adders[_i].name);
    strbuf_adds(&sb, "!");
    ck_assert_ptr_null(strchr(strbuf_str(&sb), '!'));
    ck_assert_ptr_null(strbuf_steal(&sb));
    strbuf_reset(&sb);
    adders[_i].add(&sb);
    ck_assert(!strbuf_failed(&sb));
    strbuf_done(&sb);
}
END_TEST

START_TEST(refuses_an_impossible_length)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_add(&sb, "x", SIZE_MAX / 2);
    ck_assert(strbuf_failed(&sb));
    strbuf_done(&sb);
}
END_TEST

START_TEST(steal_hands_the_text_over)
{
    struct strbuf sb = STRBUF_INIT;
    char *s;

    strbuf_adds(&sb, "mine");
    s = strbuf_steal(&sb);
    ck_assert_str_eq(s, "mine");
    ck_assert_str_eq(strbuf_str(&sb), "");
    free(s);
}
END_TEST

/* F18: a name that a client chose ends no value. */
START_TEST(f18_no_value_is_another_key)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_add_pair(&sb, "reason", "x\" ended=\"TLS ok\" rc=0 \\\x9b");
    ck_assert_str_eq(strbuf_str(&sb), "reason=\"x\\\" ended=\\\"TLS ok\\\" "
                                      "rc=0 \\\\\\x9B\"");
    strbuf_done(&sb);
}
END_TEST

static const struct {
    const char *text, *want;
} visibles[] = {
    {"a\tb\nc", "a\tb\nc"},
    {"\x1b]0;title\x07", "\\x1B]0;title\\x07"},
    {"a\rb\x7f", "a\\x0Db\\x7F"},
    {"back\\slash", "back\\slash"},
    {"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80",
     "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"\xc2\x9b"
     "2J",
     "\\xC2\\x9B"
     "2J"},
    {"\xc2\xa0", "\xc2\xa0"},
    {"\x9b"
     "2J",
     "\\x9B"
     "2J"},
    {"\xc3", "\\xC3"},
    {"\xc0\x9b", "\\xC0\\x9B"},
    {"\xed\xa0\x80", "\\xED\\xA0\\x80"},
};

START_TEST(terminals_get_no_commands)
{
    struct strbuf sb = STRBUF_INIT;

    strbuf_add_visible(&sb, visibles[_i].text, strlen(visibles[_i].text));
    ck_assert_str_eq(strbuf_str(&sb), visibles[_i].want);
    strbuf_done(&sb);
}
END_TEST

TESTS_BEGIN("strbuf")
TEST(an_empty_buffer_is_an_empty_string)
TEST(joins_what_is_added)
TEST(grows_past_every_power_of_two)
TEST_ROWS(escapes_text_from_outside, escapes)
TEST_ROWS(quotes_as_libconfig_reads, quotes)
TEST(f18_no_value_is_another_key)
TEST_ROWS(terminals_get_no_commands, visibles)
TEST_ROWS(a_failure_of_memory_is_sticky, adders)
TEST(refuses_an_impossible_length)
TEST(steal_hands_the_text_over)
TESTS_END
