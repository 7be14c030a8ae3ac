/* util/filemark: what a file was, and whether it is still the same one. */
#include "util/filemark.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "support/scratch.h"
#include "support/suite.h"

static char dir[SCRATCH], path[SCRATCH + 16], other[SCRATCH + 16];

static void write_file(const char *name, const char *text, time_t changed)
{
    struct timespec times[2] = {{changed, 0}, {changed, 0}};
    FILE *f = fopen(name, "w");

    ck_assert(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
    ck_assert_int_eq(utimensat(AT_FDCWD, name, times, 0), 0);
}

static void setup(void)
{
    scratch_folder(dir, "attls-filemark");
    snprintf(path, sizeof(path), "%s/file", dir);
    snprintf(other, sizeof(other), "%s/other", dir);
    write_file(path, "text", 1000);
}

static void teardown(void)
{
    unlink(path);
    unlink(other);
    rmdir(dir);
}

static void leave(void)
{
}

static void touch(void)
{
    write_file(path, "text", 1001);
}

static void grow(void)
{
    write_file(path, "text and more", 1000);
}

static void replace(void)
{
    write_file(other, "text", 1000);
    ck_assert_int_eq(rename(other, path), 0);
}

static void take_away(void)
{
    ck_assert_int_eq(unlink(path), 0);
}

static const struct {
    const char *name;
    void (*change)(void);
    bool same, there;
} rows[] = {
    {"nothing", leave, true, true},
    {"written again at another time", touch, false, true},
    {"another size at the same time", grow, false, true},
    {"another file of the same size and time", replace, false, true},
    {"removed", take_away, false, false},
};

START_TEST(tells_what_changed)
{
    struct file_mark before = file_mark_now(path), now;

    ck_assert(file_mark_is_set(&before));
    rows[_i].change();
    now = file_mark_now(path);
    ck_assert_msg(file_mark_same(&before, &now) == rows[_i].same, "%s",
                  rows[_i].name);
    ck_assert_msg(file_mark_is_set(&now) == rows[_i].there, "%s",
                  rows[_i].name);
}
END_TEST

START_TEST(a_folder_has_no_mark)
{
    struct file_mark mark = file_mark_now(dir);

    ck_assert(!file_mark_is_set(&mark));
}
END_TEST

TESTS_BEGIN("filemark")
tcase_add_checked_fixture(tc, setup, teardown);
TEST_ROWS(tells_what_changed, rows)
TEST(a_folder_has_no_mark)
TESTS_END
