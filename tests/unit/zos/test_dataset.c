/* Names of data sets, and the files that stand for them. */

#include "zos/dataset.h"

#include <string.h>

#include "support/suite.h"
#include "util/strbuf.h"

#define Q8  "ABCDEFGH"
#define N44 Q8 "." Q8 "." Q8 "." Q8 "." Q8

/* NAME NULL: the text is no name. */
static const struct {
    const char *text, *name, *member;
} texts[] = {
    {"SYS1.TCPPARMS", "SYS1.TCPPARMS", ""},
    {"sys1.tcpparms(ttls)", "SYS1.TCPPARMS", "TTLS"},
    {"'SYS1.TCPPARMS(TTLS)'", "SYS1.TCPPARMS", "TTLS"},
    {"A", "A", ""},
    {"#A.@B.$C-D", "#A.@B.$C-D", ""},
    {N44, N44, ""},
    {N44 "(" Q8 ")", N44, Q8},
    {N44 "X", NULL, NULL},
    {N44 ".X", NULL, NULL},
    {"A." Q8 "I", NULL, NULL},
    {"A.B(" Q8 "I)", NULL, NULL},
    {"", NULL, NULL},
    {"''", NULL, NULL},
    {"'", NULL, NULL},
    {"'A.B", NULL, NULL},
    {"A.B'", NULL, NULL},
    {"A..B", NULL, NULL},
    {".A", NULL, NULL},
    {"A.", NULL, NULL},
    {"A.1B", NULL, NULL},
    {"1A.B", NULL, NULL},
    {"A.-B", NULL, NULL},
    {"A/B", NULL, NULL},
    {"A.B()", NULL, NULL},
    {"A.B(C", NULL, NULL},
    {"A.B(C)D", NULL, NULL},
    {"A.B(C))", NULL, NULL},
    {"A.B(C)(D)", NULL, NULL},
    {"A.B)", NULL, NULL},
    {"(C)", NULL, NULL},
    {"A.B(1C)", NULL, NULL},
    {"A.B(C-D)", NULL, NULL},
    {"A.B(C.D)", NULL, NULL},
    {"A.B(..)", NULL, NULL},
    {"A.B(../C)", NULL, NULL},
    {"A B", NULL, NULL},
    {"A.\xc3\x84", NULL, NULL},
};

START_TEST(parses)
{
    struct dataset d = {"LEFT", "LEFT"};
    bool ok = dataset_parse(texts[_i].text, &d);

    ck_assert_msg(ok == (texts[_i].name != NULL), "%s", texts[_i].text);
    ck_assert_str_eq(d.name, ok ? texts[_i].name : "LEFT");
    ck_assert_str_eq(d.member, ok ? texts[_i].member : "LEFT");
}
END_TEST

START_TEST(takes_the_parts_apart)
{
    struct dataset d;

    ck_assert(dataset_set("a.b", "mem", &d));
    ck_assert_str_eq(d.name, "A.B");
    ck_assert_str_eq(d.member, "MEM");
    ck_assert(dataset_set("a.b", NULL, &d));
    ck_assert_str_eq(d.member, "");
    ck_assert(!dataset_set("a.b", "", &d));
    ck_assert(!dataset_set("a.b(c)", NULL, &d));
    ck_assert(!dataset_set("'a.b'", NULL, &d));
}
END_TEST

static const struct {
    const char *text, *path; /* NULL: not in the map */
} files[] = {
    {"SYS1.PARMLIB(IEASYS)", "/lib/IEASYS"},
    {"SYS1.SEQ", "/seq/SYS1.SEQ"},
    {"SYS1.PARMLI(A)", NULL},
    {"SYS1.PARMLIBS(A)", NULL},
};

START_TEST(the_map_says_where_it_is)
{
    static const struct dataset_row rows[] = {{"SYS1.PARMLIB", "/lib"},
                                              {"SYS1.SEQ", "/seq"}};
    static const struct dataset_map map = {rows, 2};
    struct strbuf path = STRBUF_INIT;
    struct dataset d;

    ck_assert(dataset_parse(files[_i].text, &d));
    ck_assert_int_eq(dataset_path(&map, &d, &path), files[_i].path != NULL);
    ck_assert_str_eq(strbuf_str(&path),
                     files[_i].path != NULL ? files[_i].path : "");
    strbuf_done(&path);
}
END_TEST

START_TEST(says_which_row_is_missing)
{
    struct strbuf row = STRBUF_INIT;
    struct dataset d;

    ck_assert(dataset_parse("user.lib(m)", &d));
    dataset_add_row_text(&d, &row);
    ck_assert_str_eq(strbuf_str(&row), "datasets = ( { dsn = \"USER.LIB\"; "
                                       "dir = \"/path\"; } );");
    strbuf_done(&row);
}
END_TEST

TESTS_BEGIN("dataset")
TEST_ROWS(parses, texts)
TEST(takes_the_parts_apart)
TEST_ROWS(the_map_says_where_it_is, files)
TEST(says_which_row_is_missing)
TESTS_END
