#include "saf/job/tso.h"

#include <errno.h>
#include <string.h>

#include "saf/job/private.h"
#include "support/faults.h"
#include "support/suite.h"

/* ---- text to a tree ---- */

static void show(const struct tso_node *list, struct strbuf *out)
{
    const struct tso_node *n;

    for (n = list; n != NULL; n = n->next) {
        strbuf_adds(out, n == list ? "" : " ");
        strbuf_addf(out, n->quoted ? "'%s'" : "%s", n->text);
        if (n->has_list) {
            strbuf_addc(out, '(');
            show(n->child, out);
            strbuf_addc(out, ')');
        }
    }
}

/* All commands of a text: NAME: operands; a bar between two. */
static void show_all(const char *text, struct strbuf *out)
{
    struct tso_command *cmd;
    struct tso_reader r;
    struct source *src;

    ck_assert_int_eq(source_new("job", text, strlen(text), &src, NULL), 0);
    tso_reader_init(&r, src, 0, (uint32_t)strlen(text));
    for (;;) {
        ck_assert_int_eq(tso_next(&r, &cmd, NULL), 0);
        if (cmd == NULL)
            break;
        strbuf_addf(out, "%s%s:", out->len > 0 ? " | " : "", cmd->name);
        strbuf_adds(out, cmd->list != NULL ? " " : "");
        show(cmd->list, out);
        strbuf_adds(out, cmd->extra_paren ? " extra )" : "");
        tso_command_free(cmd);
    }
    source_unref(src);
}

#define CARD(text72) text72 "00010000\n"

static const struct {
    const char *name, *text, *want;
} reads[] = {
    {"nothing", "", ""},
    {"blank lines", "\n   \n\t\n", ""},
    {"one word", "LISTUSER", "LISTUSER:"},
    {"command in lower case", "setr list", "SETR: list"},
    {"two commands", "A x\nB y\n", "A: x | B: y"},
    {"carriage returns", "A x +\r\n y\r\nB\r\n", "A: x y | B:"},
    {"plus with a blank before it keeps words apart", "A x +\n   y", "A: x y"},
    {"plus without a blank joins", "notafter(+\n  date(2022/12/31))",
     "NOTAFTER: (date(2022/12/31))"},
    {"plus joins parts of a word", "A IMS.+\n   KeyRing", "A: IMS.KeyRing"},
    {"plus drops commas and tabs too", "A IMS.+\n ,\tKeyRing",
     "A: IMS.KeyRing"},
    {"minus keeps the blanks", "A x-\n   y", "A: x y"},
    {"minus joins without blanks", "A IMS.-\nKeyRing", "A: IMS.KeyRing"},
    {"blanks behind the mark", "A x +   \n y", "A: x y"},
    {"three lines", "A x +\n y +\n z", "A: x y z"},
    {"a mark on the last line", "A x +", "A: x"},
    {"a mark within a quoted value", "A L('zCEE +\n  CA')", "A: L('zCEE CA')"},
    {"a line with only the mark", "A x +\n+\n y", "A: x y"},
    {"sequence numbers of cards",
     CARD("A x +                                                            "
          "       ")
         CARD("  y                                                          "
              "           "),
     "A: x y"},
    {"no sequence number at 81 columns",
     "A                                                                       "
     "123456789\n",
     "A: 123456789"},
    {"no sequence number with a letter",
     "A                                                                       "
     "1234567A\n",
     "A: 1234567A"},
    {"comment line", " /* a comment */\nA x", "A: x"},
    {"comment in column 1", "/* a comment */\nA x", "A: x"},
    {"comment where a blank may stand", "A x /* why */ y", "A: x y"},
    {"comment right behind a word", "A x/* why */y", "A: x y"},
    {"comment right behind the command", "A/* why */ x", "A: x"},
    {"comment over two lines", "A x /* why +\n and how */ y", "A: x y"},
    {"comment in a list", "A L(x /* why */ y)", "A: L(x y)"},
    {"no comment in quotes", "A '/* x */'", "A: '/* x */'"},
    {"comment that isn't closed", "A x /* and so on\nB y", "A: x | B: y"},
    {"commas and tabs", "A x,y\tz,,w", "A: x y z w"},
    {"keyword and parenthesis apart", "A GROUP (ZCEEIMS)", "A: GROUP(ZCEEIMS)"},
    {"names in parentheses", "CONNECT (FRED, USER1) GROUP(G)",
     "CONNECT: (FRED USER1) GROUP(G)"},
    {"names right behind the command", "CONNECT(FRED) GROUP(G)",
     "CONNECT: (FRED) GROUP(G)"},
    {"lists in lists", "R A(B(C('x')D)E)", "R: A(B(C('x') D) E)"},
    {"an empty list", "A L()", "A: L()"},
    {"quoted text keeps its case", "A L('zCEE Client Cert')",
     "A: L('zCEE Client Cert')"},
    {"doubled quote", "A CN('O''Brien')", "A: CN('O'Brien')"},
    {"four quotes are one", "A CN('''')", "A: CN(''')"},
    {"empty quotes", "A CN('')", "A: CN('')"},
    {"open quote ends with the command", "A CN('x y\nB z",
     "A: CN('x y') | B: z"},
    {"quotes hide parentheses and commas", "A CN('a(b),c')", "A: CN('a(b),c')"},
    {"missing parenthesis at the end",
     "racdcert gencert notafter(date(2021/12/31)\nsetr refresh",
     "RACDCERT: gencert notafter(date(2021/12/31)) | SETR: refresh"},
    {"two missing at the end", "A B(C(D", "A: B(C(D))"},
    {"missing behind a quoted value",
     "racdcert connect(ring(IMS.KeyRing) +\n label('IMSSTC') default",
     "RACDCERT: connect(ring(IMS.KeyRing) label('IMSSTC') default)"},
    {"missing in the middle takes what follows",
     "CONNECT (FRED, USER1 GROUP (G)", "CONNECT: (FRED USER1 GROUP(G))"},
    {"one too many", "A B(C)) D", "A: B(C) D extra )"},
    {"a parenthesis first", "(A B)", ": (A B)"},
    {"nested too deep stays a tree", "A ((((((((((((((((((((x", NULL},
    {"nothing but parentheses", ")))", ": extra )"},
};

START_TEST(reads_commands)
{
    struct strbuf out = STRBUF_INIT;

    show_all(reads[_i].text, &out);
    if (reads[_i].want != NULL)
        ck_assert_msg(strcmp(strbuf_str(&out), reads[_i].want) == 0,
                      "%s: got \"%s\", want \"%s\"", reads[_i].name,
                      strbuf_str(&out), reads[_i].want);
    strbuf_done(&out);
}
END_TEST

START_TEST(knows_a_commands_line)
{
    static const char text[] = "\n/* one */\nA x\n\n   B +\n y\n";
    struct tso_command *cmd;
    struct tso_reader r;
    struct source *src;

    ck_assert_int_eq(source_new("job", text, strlen(text), &src, NULL), 0);
    tso_reader_init(&r, src, 0, (uint32_t)strlen(text));
    ck_assert_int_eq(tso_next(&r, &cmd, NULL), 0);
    ck_assert_uint_eq(tso_line(cmd), 3);
    tso_command_free(cmd);
    ck_assert_int_eq(tso_next(&r, &cmd, NULL), 0);
    ck_assert_uint_eq(tso_line(cmd), 5);
    tso_command_free(cmd);
    tso_command_free(NULL);
    source_unref(src);
}
END_TEST

START_TEST(reads_only_its_part_of_the_source)
{
    static const char text[] = "A x\nB y\nC z\n";
    struct tso_command *cmd;
    struct tso_reader r;
    struct source *src;

    ck_assert_int_eq(source_new("job", text, strlen(text), &src, NULL), 0);
    tso_reader_init(&r, src, 4, 8);
    ck_assert_int_eq(tso_next(&r, &cmd, NULL), 0);
    ck_assert_str_eq(cmd->name, "B");
    tso_command_free(cmd);
    ck_assert_int_eq(tso_next(&r, &cmd, NULL), 0);
    ck_assert_ptr_null(cmd);
    source_unref(src);
}
END_TEST

START_TEST(says_when_there_is_no_memory)
{
    static const char text[] = "A LABEL('x') Y(Z)\n";
    struct tso_command *cmd = NULL;
    struct tso_reader r;
    struct source *src;
    int n, rc = ERR_NOMEM;

    ck_assert_int_eq(source_new("job", text, strlen(text), &src, NULL), 0);
    for (n = 1; rc == ERR_NOMEM && n < 50; n++) {
        tso_reader_init(&r, src, 0, (uint32_t)strlen(text));
        fault_set(FAULT_MEMORY, n, ENOMEM);
        rc = tso_next(&r, &cmd, NULL);
        ck_assert_int_eq(rc, fault_struck(FAULT_MEMORY) ? ERR_NOMEM : 0);
    }
    fault_set(FAULT_MEMORY, 0, 0);
    ck_assert_int_gt(n, 2);
    ck_assert_int_eq(rc, 0);
    tso_command_free(cmd);
    source_unref(src);
}
END_TEST

/* ---- operands ---- */

enum {
    W_NONE,
    FLAG,
    VALUE,
    OPTIONAL,
    LIST,
    GROUP,
    ANY,
    PASSWORD,
    RING,
    NOTE,
    REFUSED,
    REFRESH,
    REFUSE,
    KEYS,
    KEYMASKED,
    INNER,
    NOPASSWORD,
    KEYUSAGE,
    COMMAND
};

static const struct tso_word words[] = {
    {0},
    {FLAG, "FLAG", TSO_FLAG, 0, 0, ""},
    {VALUE, "VALUE", TSO_VALUE, 0, 4, ""},
    {OPTIONAL, "OPTIONAL", TSO_OPTIONAL, 0, 0, ""},
    {LIST, "LIST", TSO_LIST, 0, 8, ""},
    {GROUP, "GROUP", TSO_GROUP, 0, 0, ""},
    {ANY, "ANY", TSO_ANY, 0, 0, ""},
    {PASSWORD, "PASSWORD", TSO_OPTIONAL, TSO_SECRET, 8, ""},
    {RING, "RING", TSO_VALUE, TSO_KEEP_CASE, 237, ""},
    {NOTE, "NOTE", TSO_FLAG, TSO_NO_EFFECT, 0, ""},
    {REFUSED, "REFUSED", TSO_ANY, TSO_UNSUPPORTED, 0, "not today"},
    {REFRESH, "REFRESH", TSO_FLAG, 0, 0, ""},
    {REFUSE, "REFUSE", TSO_FLAG, 0, 0, ""},
    {KEYS, "SSIGNON", TSO_GROUP, 0, 0, ""},
    {KEYMASKED, "KEYMASKED", TSO_VALUE, TSO_SECRET, 16, ""},
    {INNER, "INNER", TSO_VALUE, 0, 8, ""},
    {NOPASSWORD, "NOPASSWORD", TSO_FLAG, 0, 0, ""},
    {KEYUSAGE, "KEYUSAGE", TSO_LIST, 0, 0, ""},
};

static const struct tso_place places[] = {
    {-1, FLAG},       {-1, VALUE},       {-1, OPTIONAL}, {-1, LIST},
    {-1, GROUP},      {-1, ANY},         {-1, PASSWORD}, {-1, RING},
    {-1, NOTE},       {-1, REFUSED},     {-1, REFRESH},  {-1, REFUSE},
    {-1, KEYS},       {KEYS, KEYMASKED}, {GROUP, INNER}, {GROUP, FLAG},
    {-1, NOPASSWORD}, {-1, KEYUSAGE},
};

static const struct tso_grammar grammar = {words, ROWS(words), places,
                                           ROWS(places)};
static const struct tso_grammar *const grammars[] = {&grammar};

static struct tso_command *one_command(const char *text, struct source **src)
{
    struct tso_command *cmd;
    struct tso_reader r;

    ck_assert_int_eq(source_new("job", text, strlen(text), src, NULL), 0);
    tso_reader_init(&r, *src, 0, (uint32_t)strlen(text));
    ck_assert_int_eq(tso_next(&r, &cmd, NULL), 0);
    ck_assert_ptr_nonnull(cmd);
    return cmd;
}

static const struct {
    const char *name, *text;
    int rc;
    const char *out;
} binds[] = {
    {"nothing", "C", 0, ""},
    {"all forms", "C flag value(x) optional list(a b) group(inner(y)) any", 0,
     ""},
    {"shortest beginning", "C f v(x) o l(a) g(i(y)) a", 0, ""},
    {"an exact word goes before a longer one", "C REFUSE", 0, ""},
    {"ambiguous", "C REF", 12,
     "IKJ56712I INVALID KEYWORD, REF\n  several operands begin like this; "
     "write more of the keyword\n"},
    {"unknown, with a suggestion", "C VALU3(x)", 12,
     "IKJ56712I INVALID KEYWORD, VALU3\n  did you mean VALUE?\n"},
    {"unknown", "C SOMETHING", 12, "IKJ56712I INVALID KEYWORD, SOMETHING\n"},
    {"quoted where a keyword must stand", "C 'VALUE'", 12,
     "IKJ56712I INVALID KEYWORD, VALUE\n  did you mean VALUE?\n"},
    {"control characters are escaped", "C \033[2JX", 12,
     "IKJ56712I INVALID KEYWORD, \\x1B[2JX\n"},
    {"value missing", "C VALUE", 12,
     "IKJ56701I MISSING VALUE\n  write VALUE(value)\n"},
    {"value empty", "C VALUE()", 12,
     "IKJ56701I MISSING VALUE\n  write VALUE(value)\n"},
    {"list missing", "C LIST", 12,
     "IKJ56701I MISSING LIST\n  write LIST(value)\n"},
    {"two values for one", "C VALUE(a b)", 12,
     "IKJ56702I INVALID VALUE, b\n  one value is expected; a value with "
     "blanks or commas needs quotes\n"},
    {"value too long", "C VALUE(abcde)", 12,
     "IKJ56702I INVALID VALUE, abcde\n  the value is too long\n  it may have "
     "4 characters and has 5\n"},
    {"a list for a value", "C VALUE(a(b))", 12,
     "IKJ56702I INVALID VALUE, a\n  a value was expected, not a list\n"},
    {"flag with a value", "C FLAG(x)", 12,
     "IKJ56702I INVALID FLAG, x\n  the operand takes no value\n"},
    {"flag with empty parentheses", "C FLAG()", 0, ""},
    {"operand inside a group", "C GROUP(INNR(x))", 12,
     "IKJ56712I INVALID KEYWORD, INNR\n  did you mean INNER?\n"},
    {"no meaning here", "C NOTE", 0,
     "NOTE: NOTE has no meaning here and is ignored\n"},
    {"not supported", "C REFUSED(x)", 8,
     "REFUSED is not supported here: not today\n"},
    {"the highest code of several", "C REFUSED(x) NOTHING", 12,
     "REFUSED is not supported here: not today\n"
     "IKJ56712I INVALID KEYWORD, NOTHING\n"},
    {"secret too long", "C PASSWORD(SECRET123)", 12,
     "IKJ56702I INVALID PASSWORD, ****\n  the value is too long\n  it may "
     "have 8 characters and has 9\n"},
    {"secret without parentheses", "C PASSWORD SESAME", 12,
     "IKJ56712I INVALID KEYWORD, ****\n"},
    {"secret without its keyword", "C SSIGNON(123456789ABCDEF0)", 12,
     "IKJ56712I INVALID KEYWORD, ****\n"},
    {"F19: secret for a flag", "C NOPASSWORD(SESAME)", 12,
     "IKJ56702I INVALID NOPASSWORD, ****\n  the operand takes no value\n"},
    {"F19: secret behind an equals sign", "C NEWPASSWORD=SESAME", 12,
     "IKJ56712I INVALID KEYWORD, NEWPASSWORD=****\n"},
    {"F19: secret in quotes behind one", "C NEWPASSWORD='SESAME OPEN'", 12,
     "IKJ56712I INVALID KEYWORD, NEWPASSWORD=****\nIKJ56712I INVALID KEYWORD, "
     "****\n  a value in quotes stands in parentheses behind its keyword\n"},
    {"misspelled keyword of a secret", "C SSIGNON(KEYMASKD(1234))", 12,
     "IKJ56712I INVALID KEYWORD, KEYMASKD\n  did you mean KEYMASKED?\n"},
};

START_TEST(binds_operands)
{
    struct strbuf out = STRBUF_INIT;
    struct source *src;
    struct tso_command *cmd = one_command(binds[_i].text, &src);
    int rc = tso_bind(&grammar, -1, 0, cmd->list, &out);

    ck_assert_msg(rc == binds[_i].rc, "%s: rc %d, want %d", binds[_i].name, rc,
                  binds[_i].rc);
    ck_assert_msg(strcmp(strbuf_str(&out), binds[_i].out) == 0,
                  "%s: got \"%s\"", binds[_i].name, strbuf_str(&out));
    strbuf_done(&out);
    tso_command_free(cmd);
    source_unref(src);
}
END_TEST

START_TEST(folds_what_is_not_quoted)
{
    struct strbuf out = STRBUF_INIT;
    struct source *src;
    struct tso_command *cmd = one_command(
        "c value('aB') list(cd 'eF') ring(zCEE.KeyRing) optional(x)", &src);
    const struct tso_node *n;

    ck_assert_int_eq(tso_bind(&grammar, -1, 0, cmd->list, &out), 0);
    ck_assert_str_eq(tso_value(cmd->list, VALUE), "aB");
    n = tso_get(cmd->list, LIST)->child;
    ck_assert_str_eq(n->text, "CD");
    ck_assert_str_eq(n->next->text, "eF");
    ck_assert_str_eq(tso_value(cmd->list, RING), "zCEE.KeyRing");
    ck_assert_str_eq(tso_value(cmd->list, OPTIONAL), "X");
    ck_assert_ptr_null(tso_value(cmd->list, FLAG));
    ck_assert_ptr_null(tso_get_next(tso_get(cmd->list, RING), RING));
    strbuf_done(&out);
    tso_command_free(cmd);
    source_unref(src);
}
END_TEST

/* ---- echo ---- */

static const struct {
    const char *name, *text, *want;
} echoes[] = {
    {"as written", "setr  Raclist(digtcert,digtnmap)  refresh",
     "setr  Raclist(digtcert,digtnmap)  refresh\n"},
    {"lines and their indentation", "A x +\n   LABEL('y') -\n  z",
     "A x +\n   LABEL('y') -\n  z\n"},
    {"password", "C PASSWORD(SESAME) FLAG", "C PASSWORD(****) FLAG\n"},
    {"abbreviated", "C PASS(SESAME)", "C PASS(****)\n"},
    {"lower case", "c password('sesame')", "c password(****)\n"},
    {"blank before the parenthesis", "C PASSWORD (SESAME)",
     "C PASSWORD(****)\n"},
    {"no parentheses", "C PASSWORD SESAME", "C PASSWORD ****\n"},
    {"misspelled", "C PASWORD(SESAME)", "C PASWORD(****)\n"},
    {"two letters turned", "C KEYMAKSED(1234)", "C KEYMAKSED(****)\n"},
    {"on the next line", "C PASSWORD(+\n  SESAME) FLAG",
     "C PASSWORD(****) FLAG\n"},
    {"in a group", "R SSIGNON(KEYMASK(123456789ABCDEF0))",
     "R SSIGNON(KEYMASK(****))\n"},
    {"group without the keyword", "R SSIGNON(123456789ABCDEF0)",
     "R SSIGNON(****)\n"},
    {"F19: equals sign", "C PASSWORD=SESAMESESAME FLAG",
     "C PASSWORD=**** FLAG\n"},
    {"F19: equals sign, a value as long as two typing errors",
     "C PASSWORD=X FLAG", "C PASSWORD=**** FLAG\n"},
    {"F19: a secret with an equals sign", "C PASSWORD a=b FLAG",
     "C PASSWORD **** FLAG\n"},
    {"F19: equals sign and quotes", "C PASSWORD='SESAME OPEN' FLAG",
     "C PASSWORD=**** FLAG\n"},
    {"F19: equals sign and parentheses", "C NEWPW=(SESAME) FLAG",
     "C NEWPW=**** FLAG\n"},
    {"F19: two letters", "C PW(SESAME)", "C PW(****)\n"},
    {"F19: the new one", "C NEWPASSWORD(SESAME)", "C NEWPASSWORD(****)\n"},
    {"F19: a phrase", "C passphrase('SESAME')", "C passphrase(****)\n"},
    {"F19: none", "C NOPASSWORD(SESAME)", "C NOPASSWORD(****)\n"},
    {"F19: an unknown key", "C DESKEY(1234)", "C DESKEY(****)\n"},
    {"a known keyword with that word in it", "C KEYUSAGE(SIGN) FLAG",
     "C KEYUSAGE(SIGN) FLAG\n"},
    {"a value with that word in it", "C RING(My.KeyRing) LIST(KEYMAN BOB)",
     "C RING(My.KeyRing) LIST(KEYMAN BOB)\n"},
    {"parenthesis never closed", "C PASSWORD(SESAME FLAG",
     "C PASSWORD(****)\n"},
    {"control characters", "C \033X", "C \\x1BX\n"},
};

START_TEST(echoes_without_secrets)
{
    struct strbuf out = STRBUF_INIT;
    struct source *src;
    struct tso_command *cmd = one_command(echoes[_i].text, &src);

    tso_echo(cmd, grammars, 1, &out);
    ck_assert_msg(strcmp(strbuf_str(&out), echoes[_i].want) == 0,
                  "%s: got \"%s\"", echoes[_i].name, strbuf_str(&out));
    strbuf_done(&out);
    tso_command_free(cmd);
    source_unref(src);
}
END_TEST

START_TEST(echo_drops_sequence_numbers)
{
    struct strbuf out = STRBUF_INIT;
    struct source *src;
    struct tso_command *cmd = one_command(
        CARD("A x +                                                          "
             "         ") "  y\n",
        &src);

    tso_echo(cmd, grammars, 1, &out);
    ck_assert_str_eq(strbuf_str(&out), "A x +\n  y\n");
    strbuf_done(&out);
    tso_command_free(cmd);
    source_unref(src);
}
END_TEST

START_TEST(echo_without_memory_shows_nothing_secret)
{
    struct strbuf out = STRBUF_INIT;
    struct source *src;
    struct tso_command *cmd = one_command("C PASSWORD(SESAME)", &src);

    fault_set(FAULT_MEMORY, 1, ENOMEM);
    tso_echo(cmd, grammars, 1, &out);
    ck_assert_ptr_null(strstr(strbuf_str(&out), "SESAME"));
    strbuf_done(&out);
    tso_command_free(cmd);
    source_unref(src);
}
END_TEST

TESTS_BEGIN("tso")
TEST_ROWS(reads_commands, reads)
TEST(knows_a_commands_line)
TEST(reads_only_its_part_of_the_source)
TEST(says_when_there_is_no_memory)
TEST_ROWS(binds_operands, binds)
TEST(folds_what_is_not_quoted)
TEST_ROWS(echoes_without_secrets, echoes)
TEST(echo_drops_sequence_numbers)
TEST(echo_without_memory_shows_nothing_secret)
TESTS_END
