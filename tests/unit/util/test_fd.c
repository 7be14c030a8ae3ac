#include "util/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "support/faults.h"
#include "support/scratch.h"
#include "support/suite.h"

static char dir[SCRATCH];
static int dirfd_;

static void set_up(void)
{
    scratch_folder(dir, "fd");
    dirfd_ = open(dir, O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(dirfd_, 0);
}

/* The folder must be empty but for "f": no temporary file stays behind. */
static void tear_down(void)
{
    unlinkat(dirfd_, "f", 0);
    close(dirfd_);
    ck_assert_msg(rmdir(dir) == 0, "something was left in the folder");
}

static int replace(const char *data, mode_t mode, struct error *err)
{
    return fd_replace_file(dirfd_, "f", mode, (uid_t)-1, (gid_t)-1, data,
                           strlen(data), err);
}

static void check_content(const char *want)
{
    struct error err;
    char *data;
    size_t len;

    ck_assert_msg(fd_read_file(dirfd_, "f", 100, &data, &len, &err) == 0, "%s",
                  err.text);
    ck_assert_uint_eq(len, strlen(want));
    ck_assert_str_eq(data, want);
    free(data);
}

START_TEST(closes_once_and_keeps_errno)
{
    int fd = dup(0);

    errno = EDOM;
    fd_close(&fd);
    ck_assert_int_eq(fd, -1);
    fd_close(&fd);
    fd_reset(&fd);
    ck_assert_int_eq(fd, -1);
    ck_assert_int_eq(errno, EDOM);
}
END_TEST

START_TEST(reset_is_not_an_orderly_end)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int client = socket(AF_INET, SOCK_STREAM, 0), server;
    char c;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listener, (void *)&in, len), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (void *)&in, &len), 0);
    ck_assert_int_eq(connect(client, (void *)&in, len), 0);
    server = accept(listener, NULL, NULL);
    fd_reset(&server);
    ck_assert_int_eq(read(client, &c, 1), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    close(client);
    close(listener);
}
END_TEST

START_TEST(writes_all_though_interrupted)
{
    struct error err;
    char got[8] = "";
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    fault_set(FAULT_WRITE, 1, EINTR);
    ck_assert_int_eq(fd_write_all(ends[1], "hello", 5, &err), 0);
    ck_assert(fault_struck(FAULT_WRITE));
    ck_assert_int_eq(read(ends[0], got, sizeof(got)), 5);
    ck_assert_str_eq(got, "hello");
    fault_set(FAULT_WRITE, 1, ENOSPC);
    ck_assert_int_eq(fd_write_all(ends[1], "x", 1, &err), ERR_SYSTEM);
    ck_assert_str_eq(err.text, "can't write: No space left on device");
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(replaces_a_file_and_its_mode)
{
    struct stat st;
    mode_t old = umask(077);

    ck_assert_int_eq(replace("one", 0600, NULL), 0);
    check_content("one");
    ck_assert_int_eq(replace("", 0644, NULL), 0);
    check_content("");
    ck_assert_int_eq(fstatat(dirfd_, "f", &st, 0), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0644);
    umask(old);
}
END_TEST

START_TEST(replaces_below_a_path)
{
    struct error err;
    char path[SCRATCH + 8];

    snprintf(path, sizeof(path), "%s/f", dir);
    ck_assert_msg(fd_replace_file(AT_FDCWD, path, 0600, getuid(), getgid(), "p",
                                  1, &err) == 0,
                  "%s", err.text);
    check_content("p");
}
END_TEST

static const struct {
    const char *name;
    enum injected kind;
    int nth, error;
    const char *text;
} faults_[] = {
    {"write", FAULT_WRITE, 1, ENOSPC,
     "f: can't write: No space left on device"},
    {"owner", FAULT_FCHOWN, 1, EPERM,
     "f: can't give the file to uid 1 gid 1: Operation not permitted"},
    {"mode", FAULT_FCHMOD, 1, EPERM,
     "f: can't set the file's mode: Operation not permitted"},
    {"sync", FAULT_FSYNC, 1, EIO, "f: can't sync: Input/output error"},
    {"rename", FAULT_RENAME, 1, EACCES, "f: can't replace: Permission denied"},
};

START_TEST(a_failed_replacement_leaves_the_old_file)
{
    struct error err;
    uid_t uid = faults_[_i].kind == FAULT_FCHOWN ? 1 : (uid_t)-1;

    ck_assert_int_eq(replace("old", 0600, NULL), 0);
    fault_set(faults_[_i].kind, faults_[_i].nth, faults_[_i].error);
    ck_assert_int_eq(
        fd_replace_file(dirfd_, "f", 0600, uid, uid, "new", 3, &err),
        ERR_SYSTEM);
    ck_assert_str_eq(err.text, faults_[_i].text);
    fault_set(faults_[_i].kind, 0, 0);
    check_content("old");
}
END_TEST

START_TEST(refuses_where_it_cannot_create)
{
    char longname[5000];
    struct error err;

    memset(longname, 'x', sizeof(longname) - 1);
    longname[sizeof(longname) - 1] = '\0';
    ck_assert_int_eq(fd_replace_file(dirfd_, longname, 0600, (uid_t)-1,
                                     (gid_t)-1, "", 0, &err),
                     ERR_LIMIT);
    ck_assert_str_eq(err.text, "file name too long");
    ck_assert_int_eq(fd_replace_file(dirfd_, "no/f", 0600, (uid_t)-1, (gid_t)-1,
                                     "", 0, &err),
                     ERR_SYSTEM);
    ck_assert_ptr_nonnull(
        strstr(err.text, ".tmp: can't create: No such file or directory"));
}
END_TEST

static const struct {
    const char *name;
    size_t max;
    int code;
    const char *text;
} reads[] = {
    {"missing", 10, ERR_NOT_FOUND, "missing: no such file"},
    {"f/x", 10, ERR_SYSTEM, "f/x: can't open: Not a directory"},
    {".", 10, ERR_VALUE, ".: not a regular file"},
    {"/dev/zero", 10, ERR_VALUE, "/dev/zero: not a regular file"},
    {"f", 3, ERR_LIMIT, "f: larger than 3 bytes"},
};

START_TEST(refuses_to_read)
{
    struct error err;
    char *data;
    size_t len;

    ck_assert_int_eq(replace("four", 0600, NULL), 0);
    ck_assert_int_eq(
        fd_read_file(dirfd_, reads[_i].name, reads[_i].max, &data, &len, &err),
        reads[_i].code);
    ck_assert_str_eq(err.text, reads[_i].text);
}
END_TEST

START_TEST(reports_each_failing_call_of_a_read)
{
    struct error err;
    char *data;
    size_t len;

    ck_assert_int_eq(replace("four", 0600, NULL), 0);
    fault_set(FAULT_FSTAT, 1, EIO);
    ck_assert_int_eq(fd_read_file(dirfd_, "f", 9, &data, &len, &err),
                     ERR_SYSTEM);
    ck_assert_str_eq(err.text, "f: can't stat: Input/output error");
    fault_set(FAULT_MEMORY, 1, ENOMEM);
    ck_assert_int_eq(fd_read_file(dirfd_, "f", 9, &data, &len, &err),
                     ERR_NOMEM);
    fault_set(FAULT_READ, 1, EIO);
    ck_assert_int_eq(fd_read_file(dirfd_, "f", 9, &data, &len, &err),
                     ERR_SYSTEM);
    ck_assert_str_eq(err.text, "f: can't read: Input/output error");
    fault_set(FAULT_READ, 1, EINTR);
    check_content("four");
}
END_TEST

TESTS_BEGIN("fd")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST(closes_once_and_keeps_errno)
TEST(reset_is_not_an_orderly_end)
TEST(writes_all_though_interrupted)
TEST(replaces_a_file_and_its_mode)
TEST(replaces_below_a_path)
TEST_ROWS(a_failed_replacement_leaves_the_old_file, faults_)
TEST(refuses_where_it_cannot_create)
TEST_ROWS(refuses_to_read, reads)
TEST(reports_each_failing_call_of_a_read)
TESTS_END
