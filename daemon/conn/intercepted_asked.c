/* What every producer asks of an accepted socket. */

#include "conn/intercepted_private.h"

int intercepted_address(int fd, netaddr_name_fn name, struct netaddr *ret,
                        struct error *err)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);

    if (name(fd, (void *)&sa, &len) < 0)
        return error_errno(err, "an accepted socket has no address");
    if (!netaddr_from_sockaddr(&sa, ret))
        return error_set(err, ERR_VALUE, "an accepted socket is not IP");
    return 0;
}

int intercepted_not_own(const struct intercept_host *h,
                        const struct identity *who, struct error *err)
{
    if (who->owner_error == 0 && own_has(h->services->own, who->owner.inode))
        return error_set(err, ERR_DENIED,
                         "the daemon's own connection came back; it speaks "
                         "for nobody");
    return 0;
}
