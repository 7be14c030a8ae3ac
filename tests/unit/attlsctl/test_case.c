/* attlsctl/case: what a file of cases says, and what is wrong in it. */

#include "attlsctl/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attlsctl/ctl.h"
#include "support/scratch.h"
#include "support/suite.h"

static char path[SCRATCH];

static void setup(void)
{
    int fd;

    scratch_template(path, "test_case");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void)
{
    unlink(path);
}

/* Reads TEXT as a file of cases; what is said about it, without its path. */
static int read_text(const char *text, struct ctl_cases *ret, char **ret_said)
{
    FILE *file = fopen(path, "we"), *left = stderr;
    char *said = NULL, *at;
    size_t len;
    int r;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
    stderr = open_memstream(&said, &len);
    r = ctl_cases_read(path, ret);
    fclose(stderr);
    stderr = left;
    at = said;
    if (strncmp(at, path, strlen(path)) == 0)
        at += strlen(path);
    *ret_said = strdup(at);
    free(said);
    return r;
}

#define CONNECTION                                                             \
    "connection = { direction = \"Inbound\"; local = \"192.0.2.1:443\";"       \
    " remote = \"192.0.2.2:50000\"; };"
#define EXPECT       "expect = { rule = \"r\"; };"
#define CASE(inside) "cases = ( { " inside " } );"

START_TEST(a_case_has_a_connection_and_what_is_expected)
{
    struct ctl_cases c;
    char *said;
    const struct ctl_case *one;

    ck_assert_int_eq(
        read_text("policy = \"a.pol\"; release = \"2.5\"; stack = \"TCPA\";\n"
                  "allow_legacy = true;\n" CASE("name = \"first\";\n" CONNECTION
                                                "\n expect = { rule = \"r\"; "
                                                "protocols = ( \"TLSv1.2\", "
                                                "\"TLSv1.3\" ); ciphers = ( "
                                                "\"C02F\", "
                                                "\"TLS_AES_128_GCM_SHA256\" "
                                                "); };"),
                  &c, &said),
        0);
    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(c.count, 1);
    ck_assert_str_eq(c.release, "2.5");
    ck_assert_str_eq(c.stack, "TCPA");
    ck_assert_int_eq(c.allow_legacy, 1);
    one = &c.list[0];
    ck_assert_str_eq(one->name, "first");
    ck_assert_uint_eq(one->line, 3);
    ck_assert_int_eq(one->conn.conn.direction, POLICY_INBOUND);
    ck_assert_uint_eq(one->conn.conn.local.port, 443);
    ck_assert_str_eq(one->expected[CTL_RULE], "r");
    ck_assert_str_eq(one->expected[CTL_PROTOCOLS], "TLSv1.2 TLSv1.3");
    ck_assert_str_eq(one->expected[CTL_CIPHERS], "C02F 1301");
    ck_assert_ptr_null(one->expected[CTL_RING]);
    ctl_cases_free(&c);
    free(said);
}
END_TEST

/* The policy lies beside the file of cases, unless its path is absolute. */
static const struct {
    const char *written;
    bool beside;
} policies[] = {{"a.pol", true}, {"sub/a.pol", true}, {"/etc/a.pol", false}};

START_TEST(a_policy_is_sought_beside_the_cases)
{
    char text[256], expected[SCRATCH + 32];
    const char *slash = strrchr(path, '/');
    struct ctl_cases c;
    char *said;

    snprintf(text, sizeof(text), "policy = \"%s\"; " CASE(CONNECTION EXPECT),
             policies[_i].written);
    ck_assert_int_eq(read_text(text, &c, &said), 0);
    snprintf(expected, sizeof(expected), "%.*s%s",
             policies[_i].beside ? (int)(slash - path) + 1 : 0, path,
             policies[_i].written);
    ck_assert_str_eq(c.policy, expected);
    ck_assert_int_eq(c.allow_legacy, -1);
    ctl_cases_free(&c);
    free(said);
}
END_TEST

static const struct {
    const char *name, *text, *said;
} wrong[] = {
    {"empty", "", ": there are no cases\n"},
    {"no list", "cases = { };",
     ":1: cases wants a list: ( { name = ...; }, ... )\n"},
    {"empty list", "cases = ( );",
     ":1: cases wants a list: ( { name = ...; }, ... )\n"},
    {"syntax", "cases = (\n{ name\n", ":3: syntax error\n"},
    {"a misspelt setting", "polcy = \"x\"; " CASE(CONNECTION EXPECT),
     ":1: unknown setting \"polcy\"; did you mean policy?\n"},
    {"an unknown setting", "colour = 1; " CASE(CONNECTION EXPECT),
     ":1: unknown setting \"colour\"\n"},
    {"a number for a text", "stack = 5; " CASE(CONNECTION EXPECT),
     ":1: stack wants a text in quotes\n"},
    {"a text for a flag", "allow_legacy = \"yes\"; " CASE(CONNECTION EXPECT),
     ":1: allow_legacy is true or false\n"},
    {"no group", "cases = ( \"x\" );",
     ":1: a case is a group: { name = ...; }\n"},
    {"no connection", CASE(EXPECT), ":1: the case has no connection\n"},
    {"nothing expected", CASE(CONNECTION), ":1: the case expects nothing\n"},
    {"an empty expectation", CASE(CONNECTION "expect = { };"),
     ":1: expect wants a group: { rule = ...; }\n"},
    {"half a connection",
     CASE("connection = { direction = \"Inbound\"; };" EXPECT),
     ":1: a connection has a direction, local and remote\n"},
    {"an aspect that is none", CASE(CONNECTION "expect = { port = \"1\"; };"),
     ":1: nothing can be expected of \"port\"; of rule, status, role, "
     "protocols, ciphers and ring it can\n"},
    {"a suite that is none", CASE(CONNECTION "expect = { ciphers = \"C0\"; };"),
     ":1: no cipher suite has the code or name \"C0\"\n"},
    {"two findings", CASE("name = 1;" CONNECTION),
     ":1: name wants a text in quotes\n"},
};

/* Nothing is to be freed then: the sanitizer looks. */
START_TEST(what_is_wrong_in_the_cases_is_told)
{
    struct ctl_cases c;
    char *said;

    ck_assert_int_eq(read_text(wrong[_i].text, &c, &said), CTL_EXIT_ERROR);
    ck_assert_msg(strncmp(said, wrong[_i].said, strlen(wrong[_i].said)) == 0,
                  "%s: %s", wrong[_i].name, said);
    free(said);
}
END_TEST

TESTS_BEGIN("case")
tcase_add_checked_fixture(tc, setup, teardown);
TEST(a_case_has_a_connection_and_what_is_expected)
TEST_ROWS(a_policy_is_sought_beside_the_cases, policies)
TEST_ROWS(what_is_wrong_in_the_cases_is_told, wrong)
TESTS_END
