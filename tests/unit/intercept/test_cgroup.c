/* Folders by their numbers, and whose word a path is: a tree of folders stands
 * for the mount of cgroup v2. */

#include "intercept/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.h"
#include "support/suite.h"

static char root[SCRATCH];

static void set_up(void)
{
    umask(022);
    scratch_folder(root, "test_cgroup");
    ck_assert_int_eq(chmod(root, 0755), 0);
}

static void tear_down(void)
{
    scratch_remove(root);
}

/* The folder PATH with all above it, and its two lists; its number. */
static uint64_t make(const char *path)
{
    char whole[512], list[640];
    struct stat st;
    size_t i;

    for (i = 1; path[i - 1] != '\0'; i++)
        if (path[i] == '/' || path[i] == '\0') {
            snprintf(whole, sizeof(whole), "%s%.*s", root, (int)i, path);
            mkdir(whole, 0755);
            snprintf(list, sizeof(list), "%s/cgroup.procs", whole);
            close(open(list, O_WRONLY | O_CREAT, 0644));
            snprintf(list, sizeof(list), "%s/cgroup.threads", whole);
            close(open(list, O_WRONLY | O_CREAT, 0644));
        }
    ck_assert_int_eq(stat(whole, &st), 0);
    return st.st_ino;
}

static void find(uint64_t id, struct cgroup *ret)
{
    unsigned looks = 10000;

    cgroup_find(root, id, &looks, ret);
}

/* What of the path is given to another account: its owner, or who may write. */
static const struct {
    const char *name, *path, *given;
    uid_t uid;
    mode_t mode;
    bool roots;
} rows[] = {
    {"root's own unit", "/system.slice/ims.service", "", 0, 0, true},
    {"root's own unit, a folder in it", "/system.slice/ims.service/x", "", 0, 0,
     true},
    {"the unit is delegated", "/system.slice/ims.service",
     "/system.slice/ims.service", 5001, 0755, false},
    {"delegated above the unit", "/a.slice/x.scope/ims.service",
     "/a.slice/x.scope", 5001, 0755, false},
    {"given back below", "/a.slice/x.scope/ims.service", "/a.slice", 5001, 0755,
     false},
    {"everybody may make folders", "/a.slice/ims.service", "/a.slice", 0, 0777,
     false},
    {"its list of processes is another's", "/a.slice/ims.service",
     "/a.slice/ims.service/cgroup.procs", 5001, 0644, false},
    {"everybody may write its list of processes", "/a.slice/ims.service",
     "/a.slice/ims.service/cgroup.procs", 0, 0666, false},
    {"its list of threads is another's", "/a.slice/ims.service",
     "/a.slice/ims.service/cgroup.threads", 5001, 0644, false},
    {"another unit is delegated", "/a.slice/ims.service", "/a.slice/x.service",
     5001, 0755, true},
    {"a user's, though all is root's",
     "/user.slice/user-1.slice/user@1.service/ims.service", "", 0, 0, false},
    {"a user's within a container", "/a.slice/x.scope/user.slice/ims.service",
     "", 0, 0, false},
    {"a name that only looks like it", "/my-user.slice/ims.service", "", 0, 0,
     true},
};

START_TEST(whose_word_a_cgroup_is)
{
    uint64_t id = make(rows[_i].path);
    char given[512];
    struct cgroup is;

    make("/a.slice/x.service");
    snprintf(given, sizeof(given), "%s%s", root, rows[_i].given);
    /* who is not root can't give: then all is his, and nothing is root's */
    if (rows[_i].given[0] != '\0' && geteuid() == 0)
        ck_assert(chown(given, rows[_i].uid, 0) == 0 &&
                  chmod(given, rows[_i].mode) == 0);
    find(id, &is);
    ck_assert_str_eq(is.path, rows[_i].path);
    ck_assert_msg(is.roots == (rows[_i].roots && geteuid() == 0), "%s",
                  rows[_i].name);
}
END_TEST

START_TEST(what_is_not_there)
{
    unsigned looks = 10000;
    struct cgroup is = {.path = "left", .roots = true};

    make("/a.slice/b.slice");
    find(UINT64_MAX, &is);
    ck_assert_str_eq(is.path, "");
    ck_assert(!is.roots);
    cgroup_find("/nonexistent", 1, &looks, &is);
    ck_assert_str_eq(is.path, "");
}
END_TEST

/* An account that makes folders without end hides none of root's. */
START_TEST(looks_are_bounded)
{
    char path[64], given[2 * SCRATCH];
    unsigned looks = 30;
    struct cgroup is;
    uint64_t id, last;
    int i;

    for (i = 0; i < 40; i++) {
        snprintf(path, sizeof(path), "/a.slice/x%d", i);
        last = make(path);
    }
    snprintf(given, sizeof(given), "%s/a.slice", root);
    if (geteuid() == 0)
        ck_assert_int_eq(chown(given, 5001, 0), 0);
    id = make("/z.slice/ims.service");
    cgroup_find(root, id, &looks, &is);
    if (geteuid() == 0)
        ck_assert_str_eq(is.path, "/z.slice/ims.service");
    looks = 20;
    cgroup_find(root, last + 1000000, &looks, &is);
    ck_assert_str_eq(is.path, "");
    ck_assert_uint_eq(looks, 0);
}
END_TEST

START_TEST(a_link_is_no_folder)
{
    uint64_t id = make("/a.slice/ims.service");
    char from[2 * SCRATCH], to[2 * SCRATCH];
    struct cgroup is;

    snprintf(from, sizeof(from), "%s/a.slice", root);
    snprintf(to, sizeof(to), "%s-away", root);
    ck_assert_int_eq(rename(from, to), 0);
    ck_assert_int_eq(symlink(to, from), 0);
    find(id, &is);
    ck_assert_str_eq(is.path, "");
    ck_assert_int_eq(unlink(from), 0);
    ck_assert_int_eq(rename(to, from), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cgroup");
    TCase *tc = tcase_create("cgroup");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    TEST_ROWS(whose_word_a_cgroup_is, rows)
    TEST(what_is_not_there)
    TEST(looks_are_bounded)
    TEST(a_link_is_no_folder)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
