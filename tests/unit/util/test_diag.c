#include "util/diag.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"
#include "util/testing.h"

static const char text[] = "TTLSRule r1\n\tColour\tblue \001\n";

static const struct {
    const char *name;
    uint32_t off, len;
    const char *line, *quote;
} places[] = {
    {"a word", 13, 6, "p.pol:2:2: ",
     "\tColour\tblue ?\n"
     "\t^~~~~~\n"},
    {"after a tab", 20, 4, "p.pol:2:9: ",
     "\tColour\tblue ?\n"
     "\t      \t^~~~\n"},
    {"one character", 0, 1, "p.pol:1:1: ",
     "TTLSRule r1\n"
     "^\n"},
    {"no length", 9, 0, "p.pol:1:10: ",
     "TTLSRule r1\n"
     "         ^\n"},
    {"longer than the line", 9, 500, "p.pol:1:10: ",
     "TTLSRule r1\n"
     "         ^~\n"},
    {"at the newline", 11, 1, "p.pol:1:12: ",
     "TTLSRule r1\n"
     "           ^\n"},
    {"past the end", 900, 1, "p.pol:3:1: ",
     "\n"
     "^\n"},
};

START_TEST(formats_and_quotes)
{
    struct strbuf sb = STRBUF_INIT;
    struct diags *d = diags_new();
    struct span span = {NULL, places[_i].off, places[_i].len};
    struct source *src;
    char want[200];

    ck_assert_int_eq(source_new("p.pol", text, sizeof(text) - 1, &src, NULL),
                     0);
    span.src = src;
    diag_add(d, DIAG_ERROR, "test-name", &span, "found %d", 7);
    source_unref(src); /* the list has its own reference */

    diag_format(diags_get(d, 0), &sb);
    snprintf(want, sizeof(want), "%serror: found 7 [test-name]\n",
             places[_i].line);
    ck_assert_str_eq(strbuf_str(&sb), want);
    strbuf_reset(&sb);
    diag_quote(diags_get(d, 0), &sb);
    ck_assert_msg(strcmp(strbuf_str(&sb), places[_i].quote) == 0, "%s:\n%s",
                  places[_i].name, strbuf_str(&sb));
    strbuf_done(&sb);
    diags_free(d);
}
END_TEST

START_TEST(cuts_a_very_long_line)
{
    struct strbuf sb = STRBUF_INIT;
    struct diags *d = diags_new();
    struct source *src;
    struct span span;
    char big[1000];

    memset(big, 'x', sizeof(big));
    ck_assert_int_eq(source_new("b", big, sizeof(big), &src, NULL), 0);
    span = (struct span){src, 700, 20};
    diag_add(d, DIAG_WARNING, "n", &span, "t");
    diag_quote(diags_get(d, 0), &sb);
    ck_assert_uint_eq(sb.len, 200 + 1 + 200 + 1 + 1);
    source_unref(src);
    strbuf_done(&sb);
    diags_free(d);
}
END_TEST

START_TEST(a_finding_without_place_has_no_quote)
{
    struct strbuf sb = STRBUF_INIT;
    struct diags *d = diags_new();

    diag_add(d, DIAG_NOTE, "no-place", NULL, "told");
    diag_quote(diags_get(d, 0), &sb);
    ck_assert_str_eq(strbuf_str(&sb), "");
    diag_format(diags_get(d, 0), &sb);
    ck_assert_str_eq(strbuf_str(&sb), "note: told [no-place]\n");
    strbuf_done(&sb);
    diags_free(d);
}
END_TEST

START_TEST(counts_by_level_and_keeps_order)
{
    struct diags *d = diags_new();
    int i;

    for (i = 0; i < 40; i++)
        diag_add(d, i % 4 == 0 ? DIAG_ERROR : DIAG_WARNING, "n", NULL, "%d", i);
    ck_assert_uint_eq(diags_count(d), 40);
    ck_assert_uint_eq(diags_level(d, DIAG_ERROR), 10);
    ck_assert_uint_eq(diags_level(d, DIAG_WARNING), 30);
    ck_assert_uint_eq(diags_level(d, DIAG_NOTE), 0);
    ck_assert_str_eq(diags_get(d, 39)->text, "39");
    diags_free(d);
}
END_TEST

START_TEST(a_fix_belongs_to_the_last_finding)
{
    struct diags *d = diags_new();

    diag_fix(d, "nobody asked"); /* no finding yet: nothing happens */
    diag_add(d, DIAG_ERROR, "a", NULL, "first");
    diag_add(d, DIAG_ERROR, "b", NULL, "second");
    diag_fix(d, "replaced by the next");
    diag_fix(d, "write %s", "it");
    ck_assert_ptr_null(diags_get(d, 0)->fix);
    ck_assert_str_eq(diags_get(d, 1)->fix, "write it");
    diags_free(d);
}
END_TEST

START_TEST(counts_what_memory_lost)
{
    struct diags *d;

    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_ptr_null(diags_new());
    d = diags_new();
    fault_set(FAULT_MEMORY, 1, ENOMEM); /* the text */
    diag_add(d, DIAG_ERROR, "n", NULL, "lost");
    fault_set(FAULT_MEMORY, 2, ENOMEM); /* the list */
    diag_add(d, DIAG_ERROR, "n", NULL, "lost");
    ck_assert_uint_eq(diags_count(d), 0);
    ck_assert_uint_eq(diags_lost(d), 2);
    ck_assert_uint_eq(diags_level(d, DIAG_ERROR), 2);
    diag_add(d, DIAG_ERROR, "n", NULL, "kept");
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    diag_fix(d, "lost");
    ck_assert_uint_eq(diags_count(d), 1);
    ck_assert_ptr_null(diags_get(d, 0)->fix);
    diags_free(d);
    diags_free(NULL);
}
END_TEST

static void add_at(struct diags *d, const struct source *src, uint32_t off,
                   enum diag_level level, const char *what)
{
    struct span span = {src, off, 1};

    diag_add(d, level, "n", &span, "%s", what);
}

/* By file, then by place; the way to mend it behind each. */
START_TEST(prints_in_the_order_of_places)
{
    struct strbuf sb = STRBUF_INIT;
    struct diags *d = diags_new();
    struct source *a, *b;

    ck_assert_int_eq(source_new("a", "x\ny\n", 4, &a, NULL), 0);
    ck_assert_int_eq(source_new("b", "z\n", 2, &b, NULL), 0);
    add_at(d, a, 2, DIAG_ERROR, "second");
    diag_fix(d, "write y");
    add_at(d, b, 0, DIAG_NOTE, "a note");
    add_at(d, a, 0, DIAG_WARNING, "first");
    diags_print(d, DIAG_WARNING, &sb);
    ck_assert_str_eq(strbuf_str(&sb), "a:1:1: warning: first [n]\nx\n^\n"
                                      "a:2:1: error: second [n]\ny\n^\n"
                                      "    fix: write y\n");
    strbuf_reset(&sb);
    diags_print(d, DIAG_NOTE, &sb);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&sb), "b:1:1: note: a note [n]\n"));
    strbuf_reset(&sb);
    fault_set(FAULT_MEMORY, 1, ENOMEM); /* no order, and nothing is lost */
    diags_print(d, DIAG_ERROR, &sb);
    ck_assert_ptr_nonnull(strstr(strbuf_str(&sb), "error: second"));
    source_unref(a);
    source_unref(b);
    diags_free(d);
    strbuf_done(&sb);
}
END_TEST

TESTS_BEGIN("diag")
TEST(prints_in_the_order_of_places)
TEST_ROWS(formats_and_quotes, places)
TEST(cuts_a_very_long_line)
TEST(a_finding_without_place_has_no_quote)
TEST(counts_by_level_and_keeps_order)
TEST(a_fix_belongs_to_the_last_finding)
TEST(counts_what_memory_lost)
TESTS_END
