/* Accounts, cgroups and programs by their numbers. */

#include "intercept/directory.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"

START_TEST(an_account_is_asked_once)
{
    struct directory *d;
    char userid[ZOS_NAME_SIZE];

    ck_assert_int_eq(directory_new(&d, NULL), 0);
    ck_assert_int_eq(directory_userid(d, 0, userid), DIRECTORY_ASK);
    directory_resolve_userid(d, 0);
    ck_assert_int_eq(directory_userid(d, 0, userid), DIRECTORY_KNOWN);
    ck_assert_str_eq(userid, "ROOT");
    directory_free(d);
    directory_free(NULL);
}
END_TEST

START_TEST(a_uid_without_account_is_none)
{
    struct directory *d;
    char userid[ZOS_NAME_SIZE];

    ck_assert_int_eq(directory_new(&d, NULL), 0);
    directory_resolve_userid(d, 4000000000u);
    ck_assert_int_eq(directory_userid(d, 4000000000u, userid), DIRECTORY_NONE);
    directory_free(d);
}
END_TEST

START_TEST(an_unknown_cgroup_is_none)
{
    struct directory *d;
    struct cgroup is;

    ck_assert_int_eq(directory_new(&d, NULL), 0);
    ck_assert_int_eq(directory_cgroup(d, UINT64_MAX, &is), DIRECTORY_ASK);
    directory_resolve_cgroup(d, UINT64_MAX);
    ck_assert_int_eq(directory_cgroup(d, UINT64_MAX, &is), DIRECTORY_NONE);
    directory_free(d);
}
END_TEST

START_TEST(the_program_of_a_socket)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct directory *d;
    struct program is;
    struct stat st;

    ck_assert_int_eq(directory_new(&d, NULL), 0);
    ck_assert_int_eq(fstat(fd, &st), 0);
    directory_program(d, "", geteuid(), (uint32_t)st.st_ino, &is);
    ck_assert(is.found);
    ck_assert_str_eq(is.comm, "test_directory");
    ck_assert(program_runs(&is, "/proc/self/exe"));
    close(fd);
    directory_program(d, "", geteuid(), (uint32_t)st.st_ino, &is);
    ck_assert(!is.found);
    directory_free(d);
}
END_TEST

TESTS_BEGIN("directory")
TEST(an_account_is_asked_once)
TEST(a_uid_without_account_is_none)
TEST(an_unknown_cgroup_is_none)
TEST(the_program_of_a_socket)
TESTS_END
