/* policy/parser: the shape of a file, and what is said about a broken one. */

#include "policy/parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/policies.h"
#include "support/suite.h"

/* The shape as text: "Keyword word word { lines }" with ";" after a line. */
static void show(const struct ast *ast, const struct ast_node *node,
                 struct strbuf *out)
{
    const char *text = source_text(ast->src);
    uint16_t i;

    for (; node != NULL; node = node->next) {
        strbuf_add(out, text + node->keyword.off, node->keyword.len);
        for (i = 0; i < node->count; i++) {
            strbuf_addc(out, ' ');
            strbuf_add(out, text + node->words[i].off, node->words[i].len);
        }
        if (node->block) {
            strbuf_adds(out, "{");
            show(ast, node->first, out);
            strbuf_adds(out, "}");
        } else {
            strbuf_adds(out, ";");
        }
    }
}

static const struct {
    const char *name, *text, *shape, *findings;
} cases[] = {
    {"empty file", "", "", ""},
    {"comments only", "# a\n  # b\n", "", ""},
    {"a line", "LogLevel 511\n", "LogLevel 511;", ""},
    {"a block", "TTLSRule r\n{\nDirection Both\n}\n",
     "TTLSRule r{Direction Both;}", ""},
    {"blank and comment lines before the brace",
     "TTLSRule r # x\n\n# y\n{\n}\n", "TTLSRule r{}", ""},
    {"blocks in blocks", "A a\n{\nB\n{\nC 1\n}\nD 2\n}\n", "A a{B{C 1;}D 2;}",
     ""},
    {"no newline at the end", "A\n{\nB 1\n}", "A{B 1;}", ""},
    {"brace on the header's line", "TTLSRule r {\n}\n", "TTLSRule r{}",
     "brace-not-alone@1"},
    {"all on one line", "PortRange p { Port 80 }\n", "PortRange p{Port 80;}",
     "brace-not-alone@1 brace-not-alone@1"},
    {"comment after a brace is fine", "A\n{ # x\n} # y\n", "A{}", ""},
    {"header without brace", "TTLSRule r\nDirection Both\n}\n",
     "TTLSRule r{Direction Both;}", "missing-brace@1"},
    {"closing brace forgotten before a rule",
     "TTLSRule a\n{\nDirection Both\nTTLSRule b\n{\n}\n",
     "TTLSRule a{Direction Both;}TTLSRule b{}", "missing-brace@4"},
    {"two closing braces forgotten: said once",
     "TTLSEnvironmentAction e\n{\nTTLSKeyringParms\n{\nKeyring K\n"
     "TTLSRule b\n{\n}\n",
     "TTLSEnvironmentAction e{TTLSKeyringParms{Keyring K;}}TTLSRule b{}",
     "missing-brace@6"},
    {"end of file in a block", "TTLSRule r\n{\nDirection Both\n",
     "TTLSRule r{Direction Both;}", "eof-depth@1"},
    {"end of file in two blocks: said once",
     "TTLSEnvironmentAction r\n{\nTTLSKeyringParms\n{\n",
     "TTLSEnvironmentAction r{TTLSKeyringParms{}}", "eof-depth@3"},
    {"a brace too many", "A\n{\n}\n}\nB 1\n", "A{}B 1;", "stray-brace@4"},
    {"an opening brace alone", "{\nX 1\n{\n}\n}\nB 1\n", "B 1;",
     "stray-brace@1"},
    {"a block after a block", "A\n{\n}\n{\nX 1\n}\nB 1\n", "A{}B 1;",
     "stray-brace@4"},
    {"# in a word", "Trace 7#b\n", "Trace 7;", "hash-in-value@1"},
    {"# in a name", "Keyring a#b\n", "Keyring a;", "hash-in-name@1"},
    {"# in a label", "CertificateLabel My la#bel\n", "CertificateLabel My la;",
     "hash-in-name@1"},
    {"# behind a keyword", "Keyring#b\n", "Keyring;", "hash-in-value@1"},
    {"no-break space", "Keyring\xC2\xA0 a\n", "Keyring\xC2\xA0 a;",
     "not-portable@1"},
    {"byte order mark",
     "\xEF\xBB\xBF"
     "A 1\n",
     "A 1;", "not-portable@1"},
    {"CR LF", "A 1\r\nB 2\r\n", "A 1;B 2;", "not-portable@1"},
};

static void read_text(const char *text, size_t len, struct strbuf *shape,
                      struct diags *diags)
{
    struct findings f = {.diags = diags};
    struct arena *arena = arena_new();
    struct source *src;
    struct ast ast;

    ck_assert_int_eq(source_new("p", text, len, &src, NULL), 0);
    parser_read(&ast, src, arena, &f);
    ck_assert(!f.nomem);
    show(&ast, ast.root.first, shape);
    arena_free(arena);
    source_unref(src);
}

START_TEST(statements_are_read)
{
    struct strbuf shape = STRBUF_INIT;
    struct diags *diags = diags_new();

    read_text(cases[_i].text, strlen(cases[_i].text), &shape, diags);
    ck_assert_msg(strcmp(strbuf_str(&shape), cases[_i].shape) == 0,
                  "%s: shape %s", cases[_i].name, strbuf_str(&shape));
    ck_assert_msg(strcmp(findings_text(diags), cases[_i].findings) == 0,
                  "%s: findings %s", cases[_i].name, findings_text(diags));
    strbuf_done(&shape);
    diags_free(diags);
}
END_TEST

/* What is refused whole: COUNT times UNIT, and then END. */
static const struct {
    const char *name, *unit;
    size_t count;
    const char *end, *findings;
} bounds[] = {
    {"NUL byte", "\0", 1, "A 1\n", "bad-byte@1"},
    {"8192 bytes in a line", "x", 8192, "\n", ""},
    {"8193 bytes in a line", "x", 8193, "\n", "line-too-long@1"},
    {"a line without end", "x", 200000, "", "line-too-long@1"},
    {"500000 lines", "\n", 500000, "", ""},
    {"500001 lines", "\n", 500001, "", "too-large@500001"},
    {"16 blocks deep", "A\n{\n", 16, "", "eof-depth@31"},
    {"17 blocks deep", "A\n{\n", 17, "", "too-deep@33 eof-depth@31"},
    {"very deep", "A\n{\n", 100000, "", "too-deep@33 eof-depth@31"},
    {"very many braces", "{\n", 100000, "", "stray-brace@1"},
};

START_TEST(nesting_and_size_are_bounded)
{
    struct strbuf text = STRBUF_INIT, shape = STRBUF_INIT;
    struct diags *diags = diags_new();
    size_t i, len = strlen(bounds[_i].unit);

    for (i = 0; i < bounds[_i].count; i++)
        strbuf_add(&text, bounds[_i].unit, len != 0 ? len : 1);
    strbuf_adds(&text, bounds[_i].end);
    read_text(strbuf_str(&text), text.len, &shape, diags);
    ck_assert_msg(strcmp(findings_text(diags), bounds[_i].findings) == 0,
                  "%s: findings %s", bounds[_i].name, findings_text(diags));
    strbuf_done(&text);
    strbuf_done(&shape);
    diags_free(diags);
}
END_TEST

START_TEST(keeps_64_words_of_a_line)
{
    struct strbuf text = STRBUF_INIT, shape = STRBUF_INIT;
    struct diags *diags = diags_new();
    size_t i;

    for (i = 0; i < 100; i++)
        strbuf_adds(&text, "w ");
    read_text(strbuf_str(&text), text.len, &shape, diags);
    ck_assert_uint_eq(shape.len, strlen("w") + 64 * strlen(" w") + 1);
    strbuf_done(&text);
    strbuf_done(&shape);
    diags_free(diags);
}
END_TEST

TESTS_BEGIN("parser")
TEST_ROWS(statements_are_read, cases)
TEST_ROWS(nesting_and_size_are_bounded, bounds)
TEST(keeps_64_words_of_a_line)
TESTS_END
