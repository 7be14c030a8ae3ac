/* Packet marks: random, within their mask, kept in a file that is nobody
 * else's. */

#include "intercept/marks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.h"
#include "support/suite.h"
#include "util/fd.h"

START_TEST(random_and_within_the_mask)
{
    static const uint32_t masks[] = {MARKS_MASK, 0xff, 0xffffffff, 0xff000000};
    struct marks a, b;

    ck_assert_int_eq(marks_make(masks[_i], 4999, &a, NULL), 0);
    ck_assert_int_eq(marks_make(masks[_i], 4999, &b, NULL), 0);
    ck_assert(marks_are_whole(&a) && marks_are_whole(&b));
    ck_assert_uint_eq((a.wire | a.app | a.excluded) & ~masks[_i], 0);
    ck_assert_uint_eq(a.uid, 4999);
    /* 8 bits may give the same ones twice */
    ck_assert(_i == 1 || _i == 3 || memcmp(&a, &b, sizeof(a)) != 0);
}
END_TEST

START_TEST(few_bits_are_refused)
{
    struct marks m;

    ck_assert_int_eq(marks_make(0x7f, 0, &m, NULL), ERR_VALUE);
    ck_assert_int_eq(marks_make(0, 0, &m, NULL), ERR_VALUE);
}
END_TEST

/* Those of kube-proxy, Cilium, CNI's port map, AWS, Tailscale, Calico. */
START_TEST(default_leaves_bits_of_others_alone)
{
    ck_assert_uint_eq(
        MARKS_MASK & (0xc000 | 0x0f00 | 0x2000 | 0x80 | 0xff0000 | 0x1f0000),
        0);
    ck_assert_int_ge(__builtin_popcount(MARKS_MASK), 16);
}
END_TEST

static char folder[SCRATCH], path[SCRATCH + 8];

static void make_folder(void)
{
    scratch_folder(folder, "marks");
    snprintf(path, sizeof(path), "%s/marks", folder);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

START_TEST(the_first_makes_them_and_all_read_them)
{
    struct marks first, again;
    struct stat st;

    ck_assert_int_eq(marks_read(path, 0, &first, NULL), ERR_NOT_FOUND);
    ck_assert_int_eq(marks_take(path, MARKS_MASK, &first, NULL), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(marks_take(path, MARKS_MASK, &again, NULL), 0);
    ck_assert_mem_eq(&first, &again, sizeof(first));
    ck_assert_int_eq(marks_read(path, 0, &again, NULL), 0);
    ck_assert_mem_eq(&first, &again, sizeof(first));
    ck_assert_uint_eq(again.uid, geteuid());
    ck_assert_int_eq(marks_read(path, 0xffff, &again, NULL), ERR_DAMAGED);
    ck_assert_int_eq(marks_take(path, 0xffff, &again, NULL), ERR_DAMAGED);
}
END_TEST

START_TEST(folder_of_all_is_none)
{
    struct marks m;

    ck_assert_int_eq(chmod(folder, 0777), 0);
    ck_assert_int_eq(marks_take(path, MARKS_MASK, &m, NULL), ERR_UNSAFE);
    ck_assert_int_eq(access(path, F_OK), -1);
}
END_TEST

#define MASK "mask=0xffff\n"

static const struct {
    const char *name, *text;
    mode_t mode;
    int expect;
} files[] = {
    {"as it is written", "# x\n" MASK "wire=0x1\napp=0x2\nexcluded=0x3\n", 0600,
     0},
    {"no newline at the end", MASK "wire=0x1\napp=0x2\nexcluded=0x3", 0600, 0},
    {"others may read", MASK "wire=0x1\napp=0x2\nexcluded=0x3\n", 0604,
     ERR_UNSAFE},
    {"the group may write", MASK "wire=0x1\napp=0x2\nexcluded=0x3\n", 0620,
     ERR_UNSAFE},
    {"empty", "", 0600, ERR_DAMAGED},
    {"no mask", "wire=0x1\napp=0x2\nexcluded=0x3\n", 0600, ERR_DAMAGED},
    {"one is missing", MASK "wire=0x1\napp=0x2\n", 0600, ERR_DAMAGED},
    {"one is cut", MASK "wire=0x1\napp=0x2\nexcluded=0x", 0600, ERR_DAMAGED},
    {"two are equal", MASK "wire=0x1\napp=0x1\nexcluded=0x3\n", 0600,
     ERR_DAMAGED},
    {"zero", MASK "wire=0x0\napp=0x1\nexcluded=0x3\n", 0600, ERR_DAMAGED},
    {"twice", MASK "wire=0x1\nwire=0x4\napp=0x2\nexcluded=0x3\n", 0600,
     ERR_DAMAGED},
    {"beyond the mask", MASK "wire=0x10000\napp=0x2\nexcluded=0x3\n", 0600,
     ERR_DAMAGED},
    {"33 bits", MASK "wire=0x100000001\napp=0x2\nexcluded=0x3\n", 0600,
     ERR_DAMAGED},
    {"another key", MASK "x=0x1\nwire=0x1\napp=0x2\nexcluded=0x3\n", 0600,
     ERR_DAMAGED},
    {"a rule", MASK "wire=0x1 accept\napp=0x2\nexcluded=0x3\n", 0600,
     ERR_DAMAGED},
};

START_TEST(only_a_good_file_is_taken)
{
    size_t len = strlen(files[_i].text);
    struct marks m;

    ck_assert_int_eq(fd_replace_file(AT_FDCWD, path, files[_i].mode, (uid_t)-1,
                                     (gid_t)-1, files[_i].text, len, NULL),
                     0);
    ck_assert_msg(marks_take(path, 0, &m, NULL) == files[_i].expect, "%s",
                  files[_i].name);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
    char real[sizeof(path)];
    struct marks m;

    snprintf(real, sizeof(real), "%s/real", folder);
    ck_assert_int_eq(marks_take(real, MARKS_MASK, &m, NULL), 0);
    ck_assert_int_eq(symlink(real, path), 0);
    ck_assert_int_eq(marks_take(path, MARKS_MASK, &m, NULL), ERR_UNSAFE);
    unlink(path);
    ck_assert_int_eq(link(real, path), 0); /* a second name */
    ck_assert_int_eq(marks_take(path, MARKS_MASK, &m, NULL), ERR_UNSAFE);
    unlink(real);
}
END_TEST

TESTS_BEGIN("marks")
tcase_add_checked_fixture(tc, make_folder, remove_folder);
tcase_add_loop_test(tc, random_and_within_the_mask, 0, 4);
TEST(few_bits_are_refused)
TEST(default_leaves_bits_of_others_alone)
TEST(the_first_makes_them_and_all_read_them)
TEST(folder_of_all_is_none)
TEST_ROWS(only_a_good_file_is_taken, files)
TEST(a_link_is_not_followed)
TESTS_END
