#include "util/json.h"

#include <errno.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"
#include "util/testing.h"

static const struct {
    const char *name, *text;
    size_t len;
    const char *quoted;
} texts[] = {
    {"empty", "", 0, "\"\""},
    {"plain", "IMSConnectRule~1", 16, "\"IMSConnectRule~1\""},
    {"quote and backslash", "a\"b\\c", 5, "\"a\\\"b\\\\c\""},
    {"slash stays", "start1/TN3270", 13, "\"start1/TN3270\""},
    {"short escapes", "\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
    {"NUL inside", "a\0b", 3, "\"a\\u0000b\""},
    {"other control", "\x01\x1f\x7f", 3, "\"\\u0001\\u001f\\u007f\""},
    {"two bytes", "\xc3\xa4", 2, "\"\xc3\xa4\""},
    {"three bytes", "\xe2\x82\xac", 3, "\"\xe2\x82\xac\""},
    {"four bytes", "\xf0\x9f\x94\x91", 4, "\"\xf0\x9f\x94\x91\""},
    {"lone continuation", "\x80", 1, "\"\\ufffd\""},
    {"overlong slash", "\xc0\xaf", 2, "\"\\ufffd\\ufffd\""},
    {"overlong three", "\xe0\x80\xaf", 3, "\"\\ufffd\\ufffd\\ufffd\""},
    {"surrogate", "\xed\xa0\x80", 3, "\"\\ufffd\\ufffd\\ufffd\""},
    {"beyond U+10FFFF", "\xf4\x90\x80\x80", 4,
     "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    {"cut off", "\xe2\x82", 2, "\"\\ufffd\\ufffd\""},
    {"bad third byte", "\xe2\x82x", 3, "\"\\ufffd\\ufffdx\""},
    {"Latin-1", "caf\xe9!", 5, "\"caf\\ufffd!\""},
};

START_TEST(strings_are_quoted)
{
    struct strbuf sb = STRBUF_INIT;

    json_quote(&sb, texts[_i].text, texts[_i].len);
    ck_assert_msg(strcmp(strbuf_str(&sb), texts[_i].quoted) == 0, "%s: %s",
                  texts[_i].name, strbuf_str(&sb));
    strbuf_done(&sb);
}
END_TEST

/* One of everything, with empty and nested containers. */
static void write_all(struct json *j)
{
    json_object(j, NULL);
    json_string(j, "s", "x");
    json_string(j, "none", NULL);
    json_string_n(j, "part", "abc", 2);
    json_number(j, "n", -5);
    json_unsigned(j, "u", 18446744073709551615ULL);
    json_bool(j, "b", true);
    json_array(j, "a");
    json_null(j, NULL);
    json_object(j, NULL);
    json_end(j);
    json_array(j, NULL);
    json_number(j, NULL, 1);
    json_end(j);
    json_end(j);
    json_bool(j, "last", false);
    json_end(j);
}

START_TEST(writes_one_line)
{
    struct strbuf sb = STRBUF_INIT;
    struct json j = JSON_INIT(&sb, JSON_LINE);

    write_all(&j);
    ck_assert_str_eq(strbuf_str(&sb),
                     "{\"s\": \"x\", \"none\": null, \"part\": \"ab\", "
                     "\"n\": -5, \"u\": 18446744073709551615, "
                     "\"b\": true, "
                     "\"a\": [null, {}, [1]], \"last\": false}");
    strbuf_done(&sb);
}
END_TEST

START_TEST(writes_indented_lines)
{
    struct strbuf sb = STRBUF_INIT;
    struct json j = JSON_INIT(&sb, JSON_LINES);

    json_array(&j, NULL);
    json_object(&j, NULL);
    json_string(&j, "a", "x");
    json_array(&j, "b");
    json_end(&j);
    json_end(&j);
    json_null(&j, NULL);
    json_end(&j);
    ck_assert_str_eq(strbuf_str(&sb), "[\n"
                                      "  {\n"
                                      "    \"a\": \"x\",\n"
                                      "    \"b\": []\n"
                                      "  },\n"
                                      "  null\n"
                                      "]\n");
    strbuf_done(&sb);
}
END_TEST

START_TEST(nests_to_its_limit)
{
    struct strbuf sb = STRBUF_INIT;
    struct json j = JSON_INIT(&sb, JSON_LINE);
    int i;

    for (i = 0; i < JSON_DEPTH; i++)
        json_array(&j, NULL);
    for (i = 0; i < JSON_DEPTH; i++)
        json_end(&j);
    ck_assert_uint_eq(sb.len, 2 * JSON_DEPTH);
    strbuf_done(&sb);
}
END_TEST

/* One form of a moment, and of an address. */
START_TEST(times_and_addresses_have_one_form)
{
    struct strbuf sb = STRBUF_INIT;
    struct json j = JSON_INIT(&sb, JSON_LINE);
    struct netaddr a, none = {.family = AF_UNSPEC};

    ck_assert_int_eq(netaddr_parse("[2001:db8::1]:443", &a, NULL), 0);
    json_object(&j, NULL);
    json_time(&j, "time", 1764039845);
    json_time(&j, "never", 0);
    json_address(&j, "server", &a);
    json_address(&j, "network.peer", &none);
    json_end(&j);
    ck_assert_str_eq(
        strbuf_str(&sb),
        "{\"time\": \"2025-11-25T03:04:05Z\", \"never\": null, "
        "\"server.address\": \"2001:db8::1\", \"server.port\": 443, "
        "\"network.peer.address\": null, "
        "\"network.peer.port\": null}");
    strbuf_done(&sb);
}
END_TEST

START_TEST(a_failure_of_memory_is_the_buffers)
{
    struct strbuf sb = STRBUF_INIT;
    struct json j = JSON_INIT(&sb, JSON_LINES);

    fault_set(FAULT_MEMORY, 1, ENOMEM);
    write_all(&j);
    fault_set(FAULT_MEMORY, 0, 0);
    ck_assert(strbuf_failed(&sb));
    strbuf_done(&sb);
}
END_TEST

TESTS_BEGIN("json")
TEST_ROWS(strings_are_quoted, texts)
TEST(writes_one_line)
TEST(writes_indented_lines)
TEST(nests_to_its_limit)
TEST(times_and_addresses_have_one_form)
TEST(a_failure_of_memory_is_the_buffers)
TESTS_END
