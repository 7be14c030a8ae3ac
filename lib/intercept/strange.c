/* See strange.h. */

#include "intercept/strange.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "util/fd.h"

/* of newer systems' headers */
enum { OPTION_NETNS_COOKIE = 71, PROTOCOL_MPTCP = 262 };

static int option(int fd, int name)
{
    int value = 0;
    socklen_t len = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 ? value : -1;
}

static int netns_of(int fd, uint64_t *ret)
{
    socklen_t len = sizeof(*ret);

    return getsockopt(fd, SOL_SOCKET, OPTION_NETNS_COOKIE, ret, &len);
}

int strange_netns(uint64_t *ret, struct error *err)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = 0;

    if (fd < 0 || netns_of(fd, ret) < 0)
        r = error_errno(err, "SO_NETNS_COOKIE");
    fd_close(&fd);
    return r;
}

bool strange_is_tcp(int fd, uint64_t netns)
{
    int family = option(fd, SO_DOMAIN), protocol = option(fd, SO_PROTOCOL);
    uint64_t of;

    return (family == AF_INET || family == AF_INET6) &&
           option(fd, SO_TYPE) == SOCK_STREAM &&
           (protocol == IPPROTO_TCP || protocol == PROTOCOL_MPTCP) &&
           option(fd, SO_ACCEPTCONN) == 0 && netns_of(fd, &of) == 0 &&
           of == netns;
}
