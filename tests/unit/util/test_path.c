#include "util/path.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"
#include "util/strbuf.h"

static const struct {
    const char *path, *tidy;
} paths[] = {
    {"", ""},
    {".", "."},
    {"/", "/"},
    {"///", "/"},
    {"/.", "/"},
    {"/a", "/a"},
    {"a/", "a"},
    {"a/.", "a"},
    {"a/./b//c/./.", "a/b/c"},
    {"//a", "/a"},
    {"./a/./b", "./a/b"},
    {"./.", "."},
    {"../a/../b/..", "../a/../b/.."},
    {"/a/.b/c./...", "/a/.b/c./..."},
    {"/./a", "/a"},
};

START_TEST(a_path_says_nothing_twice)
{
    struct strbuf sb = STRBUF_INIT;
    char buf[32];

    snprintf(buf, sizeof(buf), "%s", paths[_i].path);
    path_tidy(buf);
    ck_assert_str_eq(buf, paths[_i].tidy);
    strbuf_addf(&sb, "x//%s", paths[_i].path);
    path_tidy_buf(&sb, 3);
    ck_assert_str_eq(strbuf_str(&sb) + 3, paths[_i].tidy);
    ck_assert_uint_eq(sb.len, 3 + strlen(paths[_i].tidy));
    strbuf_done(&sb);
}
END_TEST

TESTS_BEGIN("path")
TEST_ROWS(a_path_says_nothing_twice, paths)
TESTS_END
