/* What a socket is that came from outside. Other namespaces are in
 * test_runner. */

#include "intercept/strange.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/suite.h"

enum { MPTCP = 262 };

static const struct {
    const char *name;
    int family, type, protocol;
    bool listens, taken;
} sockets[] = {
    {"TCP", AF_INET, SOCK_STREAM, 0, false, true},
    {"TCP on IPv6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, false, true},
    {"MPTCP", AF_INET, SOCK_STREAM, MPTCP, false, true},
    {"listening", AF_INET, SOCK_STREAM, 0, true, false},
    {"UDP", AF_INET, SOCK_DGRAM, 0, false, false},
    {"SCTP", AF_INET, SOCK_STREAM, IPPROTO_SCTP, false, false},
    {"unix", AF_UNIX, SOCK_STREAM, 0, false, false},
    {"netlink", AF_NETLINK, SOCK_RAW, 0, false, false},
};

START_TEST(knows_tcp)
{
    int fd = socket(sockets[_i].family, sockets[_i].type, sockets[_i].protocol);
    uint64_t netns;

    ck_assert_int_eq(strange_netns(&netns, NULL), 0);
    if (fd < 0)
        return; /* a kernel without it */
    if (sockets[_i].listens)
        ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_msg(strange_is_tcp(fd, netns) == sockets[_i].taken, "%s",
                  sockets[_i].name);
    ck_assert(!strange_is_tcp(fd, netns + 1));
    close(fd);
    ck_assert(!strange_is_tcp(fd, netns));
    ck_assert(!strange_is_tcp(-1, netns));
}
END_TEST

TESTS_BEGIN("strange")
TEST_ROWS(knows_tcp, sockets)
TESTS_END
