/* See origdst.h. */

#include "intercept/origdst.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "util/fd.h"

/* linux/netfilter_ipv4.h and linux/netfilter_ipv6/ip6_tables.h: both 80; the
 * headers don't go together with netinet/in.h. */
enum { ORIGINAL_DST = 80 };

int origdst_set_mark(int fd, unsigned mark, struct error *err)
{
    if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) == 0)
        return 0;
    if (errno != EPERM)
        return error_errno(err, "SO_MARK");
    return error_set(err, ERR_DENIED,
                     "SO_MARK: transparent mode needs CAP_NET_ADMIN, without "
                     "it the daemon would intercept its own connections");
}

bool origdst_may_mark(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool may = fd >= 0 && origdst_set_mark(fd, 1, NULL) == 0;

    fd_close(&fd);
    return may;
}

int origdst_get(int fd, int family, struct netaddr *ret, struct error *err)
{
    struct sockaddr_storage sa;
    socklen_t len = family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                       : sizeof(struct sockaddr_in);

    if (getsockopt(fd, family == AF_INET6 ? SOL_IPV6 : SOL_IP, ORIGINAL_DST,
                   &sa, &len) < 0) {
        if (errno == ENOENT || errno == ENOPROTOOPT)
            return error_set(err, ERR_NOT_FOUND,
                             "it was not redirected here by our rules");
        return error_errno(err, "SO_ORIGINAL_DST");
    }
    if (!netaddr_from_sockaddr(&sa, ret))
        return error_set(err, ERR_SYSTEM, "SO_ORIGINAL_DST: no IP address");
    return 0;
}

bool origdst_is_local(const struct netaddr *a)
{
    struct netaddr any_port = *a;
    struct sockaddr_storage sa;
    socklen_t len;
    int fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

    if (fd < 0)
        return false;
    any_port.port = 0;
    len = netaddr_to_sockaddr(&any_port, &sa);
    r = bind(fd, (void *)&sa, len);
    fd_close(&fd);
    return r == 0;
}
