/* policy/lexer: characters to tokens. */

#include "policy/lexer.h"

#include <string.h>

#include "support/suite.h"
#include "util/strbuf.h"

/* Tokens as text: the word itself, "{", "}", "/" for the end of a line; a
 * word that a '#' touches has one behind it. */
static const struct {
    const char *name, *text, *tokens;
} cases[] = {
    {"nothing", "", ""},
    {"blanks only", " \t \r ", ""},
    {"a line", "TTLSRule r1\n", "TTLSRule r1 / "},
    {"no newline at the end", "Port 1", "Port 1 "},
    {"tabs and CR LF", "\tPort\t1\r\n", "Port 1 / "},
    {"a comment alone", "# TTLSRule r1\n{", "/ { "},
    {"a comment behind", "Port 1 # two\n}", "Port 1 / } "},
    {"a comment that touches", "Port 1#2\n", "Port 1# / "},
    {"braces split words", "a{b}c", "a { b } c "},
    {"blank lines", "\n\n\na\n", "/ / / a / "},
    {"byte order mark", "\xEF\xBB\xBFPort 1", "Port 1 "},
    {"a mark later is text", "a\n\xEF\xBB\xBF", "a / \xEF\xBB\xBF "},
    {"keywords with dots and digits", "TLSv1.2 3DesKeyCheck",
     "TLSv1.2 3DesKeyCheck "},
};

static void show(const char *text, size_t len, struct lexer *lx,
                 struct strbuf *out)
{
    struct source *src;
    struct token t;

    ck_assert_int_eq(source_new("t", text, len, &src, NULL), 0);
    lexer_init(lx, src);
    while ((t = lexer_next(lx)).kind != TOKEN_EOF) {
        if (t.kind == TOKEN_WORD)
            strbuf_add(out, text + t.off, t.len);
        else
            strbuf_addc(out, t.kind == TOKEN_EOL    ? '/'
                             : t.kind == TOKEN_OPEN ? '{'
                                                    : '}');
        strbuf_adds(out, t.hash ? "# " : " ");
    }
    ck_assert_uint_eq(t.off, len);
    source_unref(src);
}

START_TEST(a_text_is_split_into_tokens)
{
    struct strbuf out = STRBUF_INIT;
    struct lexer lx;

    show(cases[_i].text, strlen(cases[_i].text), &lx, &out);
    ck_assert_msg(strcmp(strbuf_str(&out), cases[_i].tokens) == 0, "%s: got %s",
                  cases[_i].name, strbuf_str(&out));
    strbuf_done(&out);
}
END_TEST

/* 72 columns, then what may be a sequence number. */
#define CARD "Port 1                                                         "
static const struct {
    const char *name, *text;
    unsigned count;
} cards[] = {
    {"a number", CARD "         00010000\n", 1},
    {"at the end of the file", CARD "         00010000", 1},
    {"blanks behind", CARD "         00010000  \n", 1},
    {"two lines", CARD "         00010000\n" CARD "         00020000\n", 2},
    {"one column early", CARD "        00010000\n", 0},
    {"letters", CARD "         0001000A\n", 0},
    {"seven digits", CARD "         0001000\n", 0},
    {"nine digits", CARD "         000100000\n", 0},
    {"text behind", CARD "         00010000 x\n", 0},
};

START_TEST(passes_over_sequence_numbers)
{
    struct strbuf out = STRBUF_INIT;
    struct lexer lx;

    show(cards[_i].text, strlen(cards[_i].text), &lx, &out);
    ck_assert_msg(lx.seqno_count == cards[_i].count, "%s: %u", cards[_i].name,
                  lx.seqno_count);
    if (cards[_i].count != 0) {
        ck_assert_uint_eq(lx.seqno, 72);
        ck_assert_ptr_null(strstr(strbuf_str(&out), "000"));
    }
    strbuf_done(&out);
}
END_TEST

START_TEST(peeks_without_taking)
{
    struct source *src;
    struct lexer lx;

    ck_assert_int_eq(source_new("t", "a\n\n # c\n{", 9, &src, NULL), 0);
    lexer_init(&lx, src);
    lexer_next(&lx);
    ck_assert_int_eq(lexer_peek_solid(&lx).kind, TOKEN_OPEN);
    ck_assert_int_eq(lexer_next(&lx).kind, TOKEN_EOL);
    source_unref(src);
}
END_TEST

TESTS_BEGIN("lexer")
TEST_ROWS(a_text_is_split_into_tokens, cases)
TEST_ROWS(passes_over_sequence_numbers, cards)
TEST(peeks_without_taking)
TESTS_END
