/* Sockets with a path: what stands there already, and what is left behind. */
#include "util/unixsock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/scratch.h"
#include "support/suite.h"
#include "util/fd.h"

static char dir[SCRATCH];
static char path[SCRATCH + 8];

static void set_up(void)
{
    scratch_folder(dir, "unixsock");
    snprintf(path, sizeof(path), "%s/sock", dir);
}

static void tear_down(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(dir), 0);
}

static const struct {
    const char *name;
    int type;
    mode_t mode;
} kinds[] = {
    {"console", SOCK_STREAM, 0660},
    {"only the owner", SOCK_STREAM, 0600},
    {"everybody, messages", SOCK_SEQPACKET, 0666},
};

START_TEST(listens_with_the_mode)
{
    mode_t before = umask(022);
    struct sockaddr_un un;
    struct error err;
    struct stat st;
    int fd = -1, peer, type = 0;
    socklen_t len = sizeof(type);

    ck_assert_int_eq(
        unixsock_listen(path, kinds[_i].type, kinds[_i].mode, 4, &fd, &err), 0);
    ck_assert_int_eq(umask(before), 022);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_msg((st.st_mode & 0777) == kinds[_i].mode, "%s: mode %o",
                  kinds[_i].name, st.st_mode & 0777);
    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len), 0);
    ck_assert_int_eq(type, kinds[_i].type);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_int_eq(unixsock_address(path, &un, NULL), 0);
    peer = socket(AF_UNIX, kinds[_i].type, 0);
    ck_assert_int_eq(connect(peer, (void *)&un, sizeof(un)), 0);
    fd_close(&peer);
    fd_close(&fd);
}
END_TEST

START_TEST(takes_the_place_of_the_dead)
{
    int fd = -1, second = -1;

    ck_assert_int_eq(unixsock_listen(path, SOCK_STREAM, 0600, 4, &fd, NULL), 0);
    fd_close(&fd);
    ck_assert_int_eq(unixsock_listen(path, SOCK_STREAM, 0600, 4, &second, NULL),
                     0);
    fd_close(&second);
}
END_TEST

/* Another kind of socket answers too: it says that it is of another kind. */
START_TEST(leaves_the_living_alone)
{
    int fd = -1, second = -1;
    struct error err;
    size_t i;

    ck_assert_int_eq(unixsock_listen(path, SOCK_STREAM, 0600, 4, &fd, NULL), 0);
    for (i = 0; i < ROWS(kinds); i++) {
        ck_assert_int_eq(
            unixsock_listen(path, kinds[i].type, 0600, 4, &second, &err),
            ERR_EXISTS);
        ck_assert_ptr_nonnull(strstr(err.text, "another daemon answers at"));
        ck_assert_int_eq(second, -1);
    }
    ck_assert_int_eq(access(path, F_OK), 0);
    fd_close(&fd);
}
END_TEST

START_TEST(leaves_a_file_alone)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    struct error err;

    fd_close(&fd);
    ck_assert_int_eq(unixsock_listen(path, SOCK_SEQPACKET, 0666, 4, &fd, &err),
                     ERR_EXISTS);
    ck_assert_ptr_nonnull(strstr(err.text, "is there and is no socket"));
    ck_assert_int_eq(access(path, F_OK), 0);
}
END_TEST

static const struct {
    const char *name, *path;
    int code;
} bad[] = {
    {"no such folder", "/nonexistent/sock", ERR_SYSTEM},
    {"a character too long",
     "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     ERR_LIMIT},
};

START_TEST(refuses_a_bad_path)
{
    struct error err;
    int fd = -1;

    ck_assert_int_eq(
        unixsock_listen(bad[_i].path, SOCK_STREAM, 0600, 4, &fd, &err),
        bad[_i].code);
    ck_assert_msg(strstr(err.text, bad[_i].path) != NULL, "%s: %s",
                  bad[_i].name, err.text);
    ck_assert_int_eq(fd, -1);
}
END_TEST

TESTS_BEGIN("unixsock")
tcase_add_checked_fixture(tc, set_up, tear_down);
TEST_ROWS(listens_with_the_mode, kinds)
TEST(takes_the_place_of_the_dead)
TEST(leaves_the_living_alone)
TEST(leaves_a_file_alone)
TEST_ROWS(refuses_a_bad_path, bad)
TESTS_END
