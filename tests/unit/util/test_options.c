/* util/options: what a command line gives, and what is said of a wrong one. */

#include "util/options.h"

#include <errno.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"

enum { JSON, RACF, ALLOW, ALLOW_LEGACY, TEST, CONF, WORD, STACK };

static const struct option_row rows[] = {
    {JSON, 0, "json", NULL, "as JSON", false},
    {RACF, 0, "racf", "DIR", "the database", false},
    {ALLOW, 0, "allow", "NAME", "leave out", false},
    {ALLOW_LEGACY, 0, "allow-legacy", NULL, "old versions", false},
    {TEST, 't', NULL, NULL, "test", false},
    {CONF, 'f', "config", "CONF", "configuration", false},
    {WORD, 'x', NULL, NULL, "a word", true},
    {STACK, 'p', NULL, "STACK", "a word with one behind it", true},
};

/* What was read, as "0 1=DIR | OPERAND OPERAND". */
static void show(const struct options *o, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < o->given_count; i++)
        strbuf_addf(out, "%d%s%s ", o->given[i].id,
                    o->given[i].value != NULL ? "=" : "",
                    o->given[i].value != NULL ? o->given[i].value : "");
    strbuf_addc(out, '|');
    for (i = 0; i < o->operand_count; i++)
        strbuf_addf(out, " %s", o->operand[i]);
    ck_assert_ptr_null(o->operand[o->operand_count]);
}

/* WORDS with blanks between them; RESULT begins with "!" for an error. */
static const struct {
    const char *words, *result;
    enum options_order order;
} lines[] = {
    {"", "|", OPTIONS_ANYWHERE},
    {"--json a --racf r b", "0 1=r | a b", OPTIONS_ANYWHERE},
    {"--json a --racf r b", "0 | a --racf r b", OPTIONS_FIRST},
    {"--racf=r=s --racf=", "1=r=s 1= |", OPTIONS_ANYWHERE},
    {"--js --ra x", "0 1=x |", OPTIONS_ANYWHERE},
    {"--allow n", "2=n |", OPTIONS_ANYWHERE},
    {"--allow- n", "3 | n", OPTIONS_ANYWHERE},
    {"--al n", "!--al may be --allow or --allow-legacy: write it out",
     OPTIONS_ANYWHERE},
    {"-tf c -fd --config e", "4 5=c 5=d 5=e |", OPTIONS_ANYWHERE},
    {"-- --json -t", "| --json -t", OPTIONS_ANYWHERE},
    {"- a --json", "0 | - a", OPTIONS_ANYWHERE},
    {"-22 --json -5", "0 | -22 -5", OPTIONS_ANYWHERE},
    {"-x a -p S --json", "0 | -x a -p S", OPTIONS_ANYWHERE},
    {"-h", "-1 |", OPTIONS_ANYWHERE},
    {"--help -V --version", "-1 -2 -2 |", OPTIONS_ANYWHERE},
    {"--jsno", "!no option --jsno; did you mean --json?", OPTIONS_ANYWHERE},
    {"--colour", "!no option --colour; --help lists them", OPTIONS_ANYWHERE},
    {"-z", "!no option -z; --help lists them", OPTIONS_ANYWHERE},
    {"-tz", "!no option -z; --help lists them", OPTIONS_ANYWHERE},
    {"-xt", "!no option -x; --help lists them", OPTIONS_ANYWHERE},
    {"--racf", "!--racf needs DIR behind it", OPTIONS_ANYWHERE},
    {"-p", "!-p needs STACK behind it", OPTIONS_ANYWHERE},
    {"--json=yes", "!--json has no argument", OPTIONS_ANYWHERE},
    {"--=x", "!no option --; --help lists them", OPTIONS_ANYWHERE},
};

START_TEST(reads_a_line)
{
    struct strbuf got = STRBUF_INIT;
    char text[256], *words[32], *rest = NULL;
    struct options o;
    struct error err;
    int n = 0;

    strcpy(text, lines[_i].words);
    for (words[n] = strtok_r(text, " ", &rest); words[n] != NULL;
         words[n] = strtok_r(NULL, " ", &rest))
        n++;
    if (options_read(rows, sizeof(rows) / sizeof(rows[0]), lines[_i].order, n,
                     words, &o, &err) == 0)
        show(&o, &got);
    else
        strbuf_addf(&got, "!%s", err.text);
    ck_assert_str_eq(strbuf_str(&got), lines[_i].result);
    options_done(&o);
    strbuf_done(&got);
}
END_TEST

START_TEST(the_last_value_counts)
{
    char a[] = "--racf", b[] = "one", c[] = "--racf=two";
    char *words[] = {a, b, c};
    struct options o;

    ck_assert_int_eq(
        options_read(rows, 8, OPTIONS_ANYWHERE, 3, words, &o, NULL), 0);
    ck_assert_str_eq(options_value(&o, RACF), "two");
    ck_assert(options_has(&o, RACF) && !options_has(&o, JSON));
    ck_assert_ptr_null(options_value(&o, JSON));
    options_done(&o);
}
END_TEST

START_TEST(memory_may_fail)
{
    struct options o;
    int n;

    for (n = 1; n <= 2; n++) {
        fault_set(FAULT_MEMORY, n, ENOMEM);
        ck_assert_int_eq(
            options_read(rows, 8, OPTIONS_ANYWHERE, 0, NULL, &o, NULL),
            ERR_NOMEM);
        options_done(&o);
    }
}
END_TEST

START_TEST(help_has_a_margin)
{
    static const struct option_row some[] = {
        {0, 'f', "config", "CONF", "release, stack and root of this file", 0},
        {1, 0, "pkcs11-pin-file", "FILE",
         "the file with the PIN of the tokens, in its first line, and nothing "
         "else",
         0},
        {2, 'q', NULL, NULL, NULL, 0},
    };
    struct strbuf out = STRBUF_INIT;

    options_help(some, 3, &out);
    ck_assert_str_eq(
        strbuf_str(&out),
        "  -f, --config CONF   release, stack and root of this file\n"
        "  --pkcs11-pin-file FILE\n"
        "                      the file with the PIN of the tokens, in its "
        "first line,\n"
        "                      and nothing else\n"
        "  -h, --help          this text\n"
        "  -V, --version       the program's version\n");
    strbuf_done(&out);
}
END_TEST

TESTS_BEGIN("options")
TEST_ROWS(reads_a_line, lines)
TEST(the_last_value_counts)
TEST(memory_may_fail)
TEST(help_has_a_margin)
TESTS_END
