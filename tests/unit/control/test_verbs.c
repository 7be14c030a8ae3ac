/* The table of verbs: what fits, what is said of what does not, and that the
 * rows belong together. */

#include "control/verbs.h"

#include <stdio.h>
#include <string.h>

#include "control/verbs_private.h"
#include "policy/policy.h"
#include "support/suite.h"

/* Word 0 is the verb; an empty error: it fits. */
static const struct {
    const char *words, *error;
} lines[] = {
    {"status", ""},
    {"status --json --control /x", ""},
    {"status foo", "\"foo\" is one word too many"},
    {"status json", "\"json\" is one word too many"},
    {"status --jsn", "no option --jsn; did you mean --json?"},
    {"check p.pol q.pol", ""},
    {"check -f c p.pol", ""},
    {"check -f c", ""},
    {"check", "FILE is missing"},
    {"check --coverage --json", ""},
    {"check --coverage p.pol", "--coverage does not go with the other words"},
    {"explain", "--direction is missing"},
    {"explain --direction Inbound --local 1.2.3.4:5", "--remote is missing"},
    {"explain --direction Sideways --local 1.2.3.4:5",
     "\"Sideways\" is not Inbound (the local program accepted) or Outbound (it "
     "connected)"},
    {"explain --local ::1:80",
     "\"::1:80\" is not address:port (IPv6: [address]:port)"},
    {"diff a", "NEW is missing"},
    {"diff a b c", "\"c\" is one word too many"},
    {"why", ""},
    {"why 000000A1", ""},
    {"why --last --json", ""},
    {"why --peer 192.0.2.1", ""},
    {"why --peer nonsense",
     "\"nonsense\" is not an address with or without port: 192.0.2.1 or "
     "192.0.2.1:5555"},
    {"why --last A1", "--last does not go with the other words"},
    {"why 00000000",
     "\"00000000\" is not the number of a connection: hexadecimal digits, as "
     "behind CONNID: in the messages"},
    {"why 123456789",
     "\"123456789\" is not the number of a connection: hexadecimal digits, as "
     "behind CONNID: in the messages"},
    {"rc 414 134CC19E 0000019C -22 --json", ""},
    {"rc 134CC19G",
     "\"134CC19G\" is not a return code: the number behind RC: in the "
     "messages, or as a dump or trace has it: 19E, 0x19E, 0000019E, 134CC19E, "
     "-22, FFFFFFEA"},
    {"trace start --out f --size 64", ""},
    {"trace --out f start", ""},
    {"trace start", "--out is missing"},
    {"trace start --out f --size 0",
     "\"0\" is not a number of megabytes from 1 to 4096"},
    {"trace start --out f --time 86401",
     "\"86401\" is not a number of seconds from 1 to 86400"},
    {"trace stop", ""},
    {"trace stop --out f", "--out does not go with the other words"},
    {"trace stpo", "\"stpo\"; did you mean \"stop\"?"},
    {"intercept instal", "\"instal\"; did you mean \"install\"?"},
    {"intercept", "show|install|remove|status|watch is missing"},
    {"intercept status --keep-old", ""},
    {"probe host.example.com f", "\"host.example.com\" is not a host and a "
                                 "port: ims.example.com:5555"},
    {"netstat -x CO A1 DETAIL", ""}, /* z/OS's words: the daemon reads them */
    {"status --help foo", ""},
};

START_TEST(reads_a_line)
{
    char text[256], *words[32], *rest = NULL;
    struct verb_call call;
    struct error err = {0};
    int n = 0;

    strcpy(text, lines[_i].words);
    for (words[n] = strtok_r(text, " ", &rest); words[n] != NULL;
         words[n] = strtok_r(NULL, " ", &rest))
        n++;
    verb_read(verb_find(words[0]), n - 1, words + 1, &call, &err);
    ck_assert_msg(strcmp(err.text, lines[_i].error) == 0, "%s: %s",
                  lines[_i].words, err.text);
    verb_done(&call);
}
END_TEST

/* Each verb: it has a form, its options fit in a table and are spelt apart, and
 * what its forms name is there. */
START_TEST(rows_belong_together)
{
    enum verb v = (enum verb)_i;
    struct option_row rows[VERB_ROWS];
    size_t n = verb_rows(v, rows), i, k;
    const char *form;

    ck_assert(n < VERB_ROWS && verb_form(v, 0) != NULL);
    for (i = 0; i < n; i++)
        for (k = 0; k < i; k++)
            ck_assert_msg(
                (rows[i].letter == 0 || rows[i].letter != rows[k].letter) &&
                    (rows[i].name == NULL || rows[k].name == NULL ||
                     strcmp(rows[i].name, rows[k].name) != 0),
                "%s has an option twice: row %zu", verb_info(v)->name, i);
    for (i = 0; (form = verb_form(v, i)) != NULL; i++)
        while (*form != '\0') {
            struct token t = verb_token(&form);

            if (t.option)
                for (k = 0; k < n; k++)
                    if (rows[k].id == verb_token_option(&t))
                        break;
            ck_assert_msg(!t.option || k < n,
                          "%s: %s names an option that it "
                          "does not take",
                          verb_info(v)->name, verb_form(v, i));
            ck_assert_msg(!t.kind || verb_kind_is_known(t.text, t.len),
                          "%s: %s names a kind that is not in kinds.def",
                          verb_info(v)->name, verb_form(v, i));
        }
}
END_TEST

/* What a shell offers as releases are those that a policy may have. */
START_TEST(releases_are_those_of_the_policy)
{
    char text[128], *word, *rest = NULL;
    enum zos_release r;
    int n = 0;

    snprintf(text, sizeof(text), "%s", verb_completion("RELEASE"));
    for (word = strtok_r(text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest), n++) {
        ck_assert_int_eq(zos_release_parse(word, &r, NULL), 0);
        ck_assert_int_eq(r, ZOS_2_1 + n);
    }
    ck_assert_int_eq(ZOS_2_1 + n, ZOS_3_2 + 1);
}
END_TEST

START_TEST(inner_verbs_are_not_for_people)
{
    ck_assert_int_eq(verb_find("policy"), VERB_COUNT);
    ck_assert_int_eq(verb_find_asked("policy"), VERB_POLICY);
    ck_assert_int_eq(verb_find_asked("check"), VERB_COUNT);
    ck_assert_int_eq(verb_find("nonsense"), VERB_COUNT);
}
END_TEST

START_TEST(console_names_are_names)
{
    ck_assert_int_eq(verb_find("F"), VERB_MODIFY);
    ck_assert_int_eq(verb_find("f"), VERB_MODIFY);
    ck_assert_int_eq(verb_find("P"), VERB_STOP);
    ck_assert_str_eq(verb_console_name(VERB_START), "S");
    ck_assert_ptr_null(verb_console_name(VERB_CHECK));
    ck_assert_int_eq(verb_find("X"), VERB_COUNT);
    ck_assert_int_eq(verb_find("MODIFY"), VERB_COUNT);
}
END_TEST

START_TEST(usage_has_a_line_a_form)
{
    struct strbuf out = STRBUF_INIT;

    verb_usage(VERB_WHY, &out);
    ck_assert_str_eq(strbuf_str(&out),
                     "usage: attlsctl why [--json] [OPTION...]\n"
                     "       attlsctl why [--json] [OPTION...] CONNID\n"
                     "       attlsctl why [--json] [OPTION...] --last\n"
                     "       attlsctl why [--json] [OPTION...] --peer "
                     "ADDRESS\n");
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("verbs")
TEST_ROWS(reads_a_line, lines)
TEST_TIMES(rows_belong_together, VERB_COUNT)
TEST(releases_are_those_of_the_policy)
TEST(inner_verbs_are_not_for_people)
TEST(console_names_are_names)
TEST(usage_has_a_line_a_form)
TESTS_END
