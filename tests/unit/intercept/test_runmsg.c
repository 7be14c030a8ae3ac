/* What attls-run and the daemon tell each other. */

#include "intercept/runmsg.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/descriptors.h"
#include "support/suite.h"

static void pair(int fds[2])
{
    ck_assert_int_eq(
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
}

START_TEST(carries_sockets)
{
    struct runmsg m = {.verb = RUNMSG_CONNECT, .id = 7, .jobname = "BAQSTRT"};
    struct runmsg got;
    int fds[2], sent[2], sockets[RUNMSG_SOCKETS];
    char byte = 0;

    pair(fds);
    pair(sent);
    ck_assert_int_eq(netaddr_parse("[::1]:5", &m.address, NULL), 0);
    ck_assert_int_eq(runmsg_send(fds[0], &m, sent, (size_t)_i, NULL), 0);
    ck_assert_int_eq(runmsg_receive(fds[1], &got, sockets, NULL), 0);
    ck_assert_uint_eq(got.id, 7);
    ck_assert_str_eq(got.jobname, "BAQSTRT");
    ck_assert(netaddr_equal(&got.address, &m.address));
    ck_assert_int_eq(sockets[0] >= 0, _i > 0);
    ck_assert_int_eq(sockets[1] >= 0, _i > 1);
    if (_i == 2) { /* they are the two ends that were sent */
        ck_assert_int_eq(write(sockets[0], "x", 1), 1);
        ck_assert_int_eq(read(sockets[1], &byte, 1), 1);
        ck_assert_int_eq(byte, 'x');
    }
}
END_TEST

START_TEST(nothing_and_nobody)
{
    int fds[2], sockets[RUNMSG_SOCKETS];
    struct runmsg got;

    pair(fds);
    ck_assert_int_eq(runmsg_receive(fds[1], &got, sockets, NULL), ERR_LIMIT);
    close(fds[0]);
    ck_assert_int_eq(runmsg_receive(fds[1], &got, sockets, NULL),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(runmsg_send(fds[1], &got, NULL, 0, NULL), ERR_SYSTEM);
}
END_TEST

enum { SHORT, LONG, VERSION, UNENDED };
static const char *const broken[] = {"too short", "too long", "version",
                                     "job name without end"};

START_TEST(refuses_what_is_not_ours)
{
    struct {
        struct runmsg m;
        char more;
    } b = {.m = {.version = RUNMSG_VERSION, .verb = RUNMSG_CONNECT}};
    int fds[2], sockets[RUNMSG_SOCKETS];
    size_t len = sizeof(b.m);
    struct runmsg got;

    if (_i == SHORT)
        len--;
    if (_i == LONG)
        len = sizeof(b);
    if (_i == VERSION)
        b.m.version++;
    if (_i == UNENDED)
        memset(b.m.jobname, 'A', sizeof(b.m.jobname));
    pair(fds);
    ck_assert_int_eq(send(fds[0], &b, len, 0), (ssize_t)len);
    ck_assert_msg(runmsg_receive(fds[1], &got, sockets, NULL) == ERR_SYNTAX,
                  "%s", broken[_i]);
    ck_assert_int_eq(sockets[0], -1);
}
END_TEST

/* ---- descriptors ---- */

enum { MOST = 253 }; /* SCM_MAX_FD */

/* LEN bytes with COUNT descriptors; of a good message if they suffice. */
static void send_with(int fd, size_t len, size_t count)
{
    struct runmsg m = {.version = RUNMSG_VERSION, .verb = RUNMSG_CONNECT};
    union {
        struct cmsghdr h;
        char space[CMSG_SPACE(MOST * sizeof(int))];
    } control = {0};
    struct iovec iov = {&m, len};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = count != 0 ? &control : NULL,
                         .msg_controllen =
                             count != 0 ? CMSG_SPACE(count * sizeof(int)) : 0};
    int *fds = (int *)CMSG_DATA(&control.h);
    size_t i;

    control.h =
        (struct cmsghdr){CMSG_LEN(count * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    for (i = 0; i < count; i++)
        fds[i] = fd;
    ck_assert_int_eq(sendmsg(fd, &msg, 0), (ssize_t)len);
}

static const struct {
    const char *name;
    size_t len, count;
    int status;
} loads[] = {
    {"nothing but a socket", 0, 1, ERR_SYNTAX},
    {"nothing but two", 0, 2, ERR_SYNTAX},
    {"nothing but all that go", 0, MOST, ERR_SYNTAX},
    {"a byte and two", 1, 2, ERR_SYNTAX},
    {"a message and three", sizeof(struct runmsg), 3, ERR_SYNTAX},
    {"a message and all that go", sizeof(struct runmsg), MOST, ERR_SYNTAX},
    {"a message and two", sizeof(struct runmsg), 2, 0},
    {"a message and one", sizeof(struct runmsg), 1, 0},
};

static size_t dropped;

static void drop(void *arg, int *fd)
{
    ck_assert_ptr_eq(arg, &dropped);
    dropped++;
    close(*fd);
}

START_TEST(leaves_no_descriptor)
{
    int fds[2], sockets[RUNMSG_SOCKETS], before, i;
    struct runmsg got;

    pair(fds);
    before = descriptors_open();
    dropped = 0;
    send_with(fds[0], loads[_i].len, loads[_i].count);
    ck_assert_msg(runmsg_take(fds[1], &got, sockets, drop, &dropped, NULL) ==
                      loads[_i].status,
                  "%s", loads[_i].name);
    /* none is closed but by him who was asked to */
    ck_assert_uint_eq(dropped, loads[_i].status == 0 ? 0 : loads[_i].count);
    for (i = 0; i < RUNMSG_SOCKETS; i++)
        if (sockets[i] >= 0)
            close(sockets[i]);
    ck_assert_msg(descriptors_open() == before, "%s: leaks", loads[_i].name);
}
END_TEST

TESTS_BEGIN("runmsg")
tcase_add_loop_test(tc, carries_sockets, 0, 3);
TEST(nothing_and_nobody)
TEST_ROWS(refuses_what_is_not_ours, broken)
TEST_ROWS(leaves_no_descriptor, loads)
TESTS_END
