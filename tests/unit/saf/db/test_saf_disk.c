#include "saf/db/private.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/database.h"
#include "util/fd.h"

/* What lies in the database's folder, and as whom root reaches it. */

/* The whole database becomes that of another account. */
static void give_away(void)
{
    DIR *d = opendir(path("saf"));
    struct dirent *e;

    ck_assert_ptr_nonnull(d);
    while ((e = readdir(d)) != NULL)
        if (strcmp(e->d_name, "..") != 0)
            ck_assert_int_eq(fchownat(dirfd(d), e->d_name, 65534, 65534, 0), 0);
    closedir(d);
    ck_assert_int_eq(chown(testring_dir(ring), 65534, 65534), 0);
}

START_TEST(root_gives_what_it_writes_to_the_folders_owner)
{
    struct stat st;
    struct saf *saf;

    if (geteuid() != 0)
        return;
    give_away();
    saf = open_as(SAF_WRITE);
    ck_assert_int_eq(saf_write_file(saf, "A/x", "1", 1, &err), 0);
    saf_close(saf);
    ck_assert_int_eq(stat(path("A/x"), &st), 0);
    ck_assert_uint_eq(st.st_uid, 65534);
    ck_assert_uint_eq(st.st_gid, 65534);
    ck_assert_int_eq(stat(path("A"), &st), 0);
    ck_assert_uint_eq(st.st_uid, 65534);
    ck_assert_int_eq(stat(path("saf/lock"), &st), 0);
    ck_assert_uint_eq(st.st_uid, 65534);
}
END_TEST

/* F6: what its owner put there gives root no more than the owner has. */
START_TEST(root_works_as_the_owner_of_the_folder)
{
    struct saf *saf;
    char *data;
    size_t len;
    int fd;

    if (geteuid() != 0)
        return;
    give_away();
    saf = open_as(SAF_WRITE);
    ck_assert_int_eq(saf_write_file(saf, "A/x", "1", 1, &err), 0);
    ck_assert_int_eq(chown(path("A/x"), 0, 0), 0);
    ck_assert_int_eq(saf_read_file(saf, "A/x", &data, &len, &err), ERR_UNSAFE);
    ck_assert_ptr_nonnull(strstr(err.text, "can't be opened as uid 65534"));
    ck_assert_int_eq(chown(path("A"), 0, 0), 0);
    ck_assert_int_eq(saf_write_file(saf, "A/y", "1", 1, &err), ERR_UNSAFE);
    ck_assert_int_eq(access(path("A/y"), F_OK), -1);
    /* root is root again */
    ck_assert_int_eq(access("/proc/1/environ", R_OK), 0);
    ck_assert_uint_eq(geteuid(), 0);
    fd = open(path("A/z"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    fd_close(&fd);
    ck_assert_int_eq(unlink(path("A/z")), 0);
    saf_close(saf);
}
END_TEST

static const char *const links[] = {"saf/lock", "saf/users.cfg", "saf/journal",
                                    "saf/passtickets"};

/* F6: nothing is opened through a link, and none is waited for. */
START_TEST(links_and_fifos_are_no_files_of_the_database)
{
    struct saf *saf = NULL;
    char target[1024];
    int fd;

    snprintf(target, sizeof(target), "%s", path("outside"));
    unlink(path(links[_i]));
    ck_assert_int_eq(symlink(target, path(links[_i])), 0);
    if (saf_open(testring_dir(ring), SAF_WRITE, &saf, &err) == 0)
        ck_assert_int_eq(saf_open_beside(saf, links[_i], &fd, &err),
                         ERR_UNSAFE);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a plain file"));
    ck_assert_int_eq(access(target, F_OK), -1);
    saf_close(saf);
    saf = NULL;
    ck_assert_int_eq(unlink(path(links[_i])), 0);
    ck_assert_int_eq(mkfifo(path(links[_i]), 0600), 0);
    if (saf_open(testring_dir(ring), SAF_WRITE, &saf, &err) == 0)
        ck_assert_int_eq(saf_open_beside(saf, links[_i], &fd, &err),
                         ERR_UNSAFE);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a plain file"));
    saf_close(saf);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("saf_disk");
    TCase *tc = tcase_create("saf_disk");
    SRunner *sr = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 30);
    TEST(root_gives_what_it_writes_to_the_folders_owner)
    TEST(root_works_as_the_owner_of_the_folder)
    TEST_ROWS(links_and_fifos_are_no_files_of_the_database, links)
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
