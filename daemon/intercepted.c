/* The producers of intercepted connections, by mode; see intercepted.h. */

#include "daemon/intercepted.h"

#include <stdio.h>
#include <sys/socket.h>

#include "util/fd.h"

typedef int (*producer_fn)(const struct config_listener *l,
                           struct owner_query *owners, struct intercepted *in,
                           struct error *err);

typedef int (*name_fn)(int fd, struct sockaddr *sa, socklen_t *len);

static int address_of(int fd, name_fn name, struct netaddr *ret,
                      struct error *err)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);

    if (name(fd, (struct sockaddr *)&sa, &len) < 0)
        return error_errno(err, "an accepted socket has no address");
    if (!netaddr_from_sockaddr((struct sockaddr *)&sa, ret))
        return error_set(err, ERR_VALUE, "an accepted socket is not IP");
    return 0;
}

/* ---- forward ---- */

/* The program connected to us: its socket is ours, seen from the other end.
 * A peer of an Inbound listener is another machine's. */
static int forward(const struct config_listener *l, struct owner_query *owners,
                   struct intercepted *in, struct error *err)
{
    struct netaddr mine, peer;
    int r;

    in->target = &l->target;
    if (l->direction != POLICY_OUTBOUND)
        return 0;
    r = address_of(in->fd, getsockname, &mine, err);
    if (r == 0)
        r = address_of(in->fd, getpeername, &peer, err);
    if (r < 0)
        return r;
    in->who.owner_error =
        owner_of_connection(owners, &peer, &mine, &in->who.owner, NULL);
    return 0;
}

/* ---- all ---- */

static const producer_fn producers[] = {[MODE_FORWARD] = forward};

static void given_names(const struct config_listener *l, struct identity *who)
{
    snprintf(who->jobname, sizeof(who->jobname), "%s", l->jobname);
    snprintf(who->userid, sizeof(who->userid), "%s", l->userid);
}

int intercepted_make(const struct config_listener *l, int fd,
                     struct owner_query *owners, struct intercepted *ret,
                     struct error *err)
{
    struct intercepted in = {
        .fd = fd,
        .direction = (enum policy_direction)l->direction,
        .who.owner_error = ERR_NOT_FOUND,
    };
    int r;

    given_names(l, &in.who);
    r = producers[l->mode](l, owners, &in, err);
    if (r < 0) {
        fd_reset(&in.fd);
        return r;
    }
    *ret = in;
    return 0;
}

size_t intercepted_targets(const struct intercepted *in)
{
    return in->target != NULL ? in->target->count : 1;
}

const struct netaddr *intercepted_target(const struct intercepted *in, size_t i)
{
    return in->target != NULL ? &in->target->address[i] : &in->onward;
}
