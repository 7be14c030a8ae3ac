#include "util/linemap.h"

#include <errno.h>
#include <string.h>

#include "support/faults.h"
#include "support/suite.h"
#include "util/source.h"
#include "util/strbuf.h"

/* Line 1 is a heading of the text's own, lines 2 and 3 stood in a, 4 in b. */
static void fill(struct linemap *m)
{
    linemap_add(m, NULL, 0);
    linemap_add(m, "/p/a", 12);
    linemap_add(m, "/p/a", 7);
    linemap_add(m, "/p/b", 1);
    linemap_add(m, "/p/a", 9);
}

static const struct {
    unsigned line, ret_line;
    const char *file;
} lines[] = {{0, 0, NULL},   {1, 0, NULL},   {2, 12, "/p/a"}, {3, 7, "/p/a"},
             {4, 1, "/p/b"}, {5, 9, "/p/a"}, {6, 0, NULL}};

static void check_lines(const struct linemap *m)
{
    const char *file;
    unsigned line;
    size_t i;

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        bool found = linemap_find(m, lines[i].line, &file, &line);

        ck_assert_msg(found == (lines[i].file != NULL), "line %u",
                      lines[i].line);
        if (!found)
            continue;
        ck_assert_str_eq(file, lines[i].file);
        ck_assert_uint_eq(line, lines[i].ret_line);
    }
}

START_TEST(goes_to_the_other_end)
{
    struct linemap here = LINEMAP_INIT, there = LINEMAP_INIT;
    struct strbuf text = STRBUF_INIT;
    size_t i;

    fill(&here);
    check_lines(&here);
    linemap_write(&here, &text);
    ck_assert_str_eq(strbuf_str(&text), "0:0 1:12 1:7 2:1 1:9");
    for (i = 0; i < here.file_count; i++)
        linemap_read_file(&there, here.files[i]);
    linemap_read_lines(&there, strbuf_str(&text));
    ck_assert(!there.failed);
    check_lines(&there);
    linemap_done(&here);
    linemap_done(&there);
    strbuf_done(&text);
}
END_TEST

static const char *const broken[] = {
    "x", "1", "1: 1:", "2:5", "-1:-1", "99999999999999999999:3", ":", "1:0"};

START_TEST(what_is_broken_is_nowhere)
{
    struct linemap m = LINEMAP_INIT;
    const char *file;
    unsigned line;

    linemap_read_file(&m, "/p/a");
    linemap_read_lines(&m, broken[_i]);
    ck_assert_msg(!linemap_find(&m, 1, &file, &line), "%s", broken[_i]);
    linemap_done(&m);
}
END_TEST

static const struct {
    uint32_t off;
    const char *place;
} places[] = {{0, "the running policy"},
              {2, "/p/a:12"},
              {5, "/p/a:7"},
              {6, "/p/b:1"},
              {10, "the running policy"}};

/* A place of a text that nobody has is that of the file it came from; never a
 * line of the text itself. */
START_TEST(a_source_has_the_places_of_the_files)
{
    static const char text[] = "1\n2\n3\n4\n5\n6";
    struct linemap m = LINEMAP_INIT;
    struct strbuf place = STRBUF_INIT;
    struct source *src;
    struct span span = {NULL, places[_i].off, 1};

    fill(&m);
    ck_assert_int_eq(
        source_new("the running policy", text, strlen(text), &src, NULL), 0);
    source_written_from(src, &m);
    span.src = src;
    span_add(&span, &place);
    ck_assert_str_eq(strbuf_str(&place), places[_i].place);
    strbuf_reset(&place);
    span_add_column(&span, &place);
    ck_assert_str_eq(strbuf_str(&place), places[_i].place);
    strbuf_done(&place);
    source_unref(src);
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    struct linemap m = LINEMAP_INIT;
    int n = 0;

    do {
        linemap_done(&m);
        fault_set(FAULT_MEMORY, ++n, ENOMEM);
        fill(&m);
        ck_assert(m.failed == (fault_struck(FAULT_MEMORY) != 0));
        fault_set(FAULT_MEMORY, 0, 0);
    } while (m.failed && n < 100);
    ck_assert_int_gt(n, 3);
    check_lines(&m);
    linemap_done(&m);
}
END_TEST

TESTS_BEGIN("linemap")
TEST(goes_to_the_other_end)
TEST_ROWS(what_is_broken_is_nowhere, broken)
TEST_ROWS(a_source_has_the_places_of_the_files, places)
TEST(memory_may_end_anywhere)
TESTS_END
