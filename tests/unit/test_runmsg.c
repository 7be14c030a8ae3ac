/* What attls-run and the daemon tell each other. */

#include "intercept/runmsg.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

TESTS_BEGIN("runmsg")
tcase_add_loop_test(tc, carries_sockets, 0, 3);
TEST(nothing_and_nobody)
TEST_ROWS(refuses_what_is_not_ours, broken)
TESTS_END
