/* The producers of intercepted connections, by mode; see intercepted.h. */

#include "conn/intercepted.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conn/intercepted_private.h"
#include "intercept/netfilter.h"
#include "relay/closer.h"
#include "relay/descriptors.h"
#include "util/fd.h"

int intercept_host_init(struct intercept_host *h,
                        const struct services *services, struct error *err)
{
    int r;

    *h = (struct intercept_host){.services = services};
    r = owner_query_new(&h->owners, err);
#ifdef ATTLS_TRANSPARENT
    if (r == 0 && services->pairs != NULL)
        r = netfilter_new(&h->netfilter, err);
#endif
    if (r < 0)
        intercept_host_done(h);
    return r;
}

void intercept_host_done(struct intercept_host *h)
{
    owner_query_free(h->owners);
#ifdef ATTLS_TRANSPARENT
    netfilter_free(h->netfilter);
#endif
    *h = (struct intercept_host){0};
}

/* ---- forward ---- */

/* An accepted socket has the address that was listened on, where that is one:
 * the kernel need not be asked. */
static bool listens_on_one(const struct config_listener *l)
{
    return l->listen.port != 0 && !netaddr_is_any(&l->listen);
}

/* The program connected to us: its socket is ours, seen from the other end. */
static int find_owner(const struct config_listener *l,
                      const struct netaddr *peer, struct intercept_host *h,
                      struct intercepted *in, struct error *err)
{
    struct netaddr mine = l->listen;
    int r = 0;

    if (!listens_on_one(l))
        r = intercepted_address(in->fd, getsockname, &mine, err);
    if (r == 0)
        in->who.owner_error =
            owner_of_connection(h->owners, peer, &mine, &in->who.owner, NULL);
    return r < 0 ? r : intercepted_not_own(h, &in->who, err);
}

/* The owner decides who may, and names the program. */
static bool asks_for_owner(const struct config_listener *l)
{
    return !l->allow.all || l->jobname[0] == '\0' || l->userid[0] == '\0';
}

/* A peer of an Inbound listener is another machine's. */
static int forward(const struct config_listener *l, const struct netaddr *peer,
                   struct intercept_host *h, struct intercepted *in,
                   struct error *err)
{
    in->target = &l->target;
    if (l->direction == POLICY_OUTBOUND)
        return asks_for_owner(l) ? find_owner(l, peer, h, in, err) : 0;
    in->remote = *peer;
    if (listens_on_one(l))
        in->local = l->listen;
    return 0;
}

/* ---- whose it is ---- */

/* The account of this machine that connected from PEER. */
static bool ask_whose(const struct config_listener *l,
                      const struct netaddr *peer, struct intercept_host *h,
                      const struct intercepted *in, struct owner *ret)
{
    struct netaddr to = in->local;

    if (l->mode == MODE_FORWARD &&
        intercepted_address(in->fd, getsockname, &to, NULL) < 0)
        return false;
    return owner_of_connection(h->owners, peer, &to, ret, NULL) == 0;
}

/* Where nobody has asked yet the kernel is asked only when it matters. */
static struct fair_who whose(const struct config_listener *l,
                             const struct netaddr *peer,
                             struct intercept_host *h,
                             const struct intercepted *in)
{
    bool out = in->direction == POLICY_OUTBOUND;
    struct owner owner;

    if (out && in->who.owner_error == 0)
        return fair_account(in->who.owner.uid);
    if (h->pressed && (out || netaddr_is_loopback(peer)) &&
        ask_whose(l, peer, h, in, &owner))
        return fair_account(owner.uid);
    if (out || in->remote.family == AF_UNSPEC)
        return fair_unknown(out ? FAIR_ACCOUNT : FAIR_PEER);
    return fair_peer(&in->remote);
}

/* ---- all ---- */

static const intercepted_producer_fn producers[] = {
    [MODE_FORWARD] = forward,
#ifdef ATTLS_TRANSPARENT
    [MODE_TRANSPARENT] = intercepted_transparent,
#endif
};

static void given_names(const struct config_listener *l, struct identity *who)
{
    memccpy(who->jobname, l->jobname, '\0', sizeof(who->jobname) - 1);
    memccpy(who->userid, l->userid, '\0', sizeof(who->userid) - 1);
}

int intercepted_make(const struct config_listener *l, int fd,
                     const struct netaddr *peer, struct intercept_host *h,
                     struct intercepted *ret, struct error *err)
{
    struct intercepted in = {
        .fd = fd,
        .other = -1,
        .direction = l->direction,
        .who.owner_error = ERR_NOT_FOUND,
    };
    int r;

    given_names(l, &in.who);
    r = producers[l->mode](l, peer, h, &in, err);
    if (r < 0) {
        fd_reset(&in.fd);
        return r;
    }
    in.by = whose(l, peer, h, &in);
    *ret = in;
    return 0;
}

void intercepted_move(struct intercepted *from, struct intercepted *to)
{
    *to = *from;
    from->fd = from->other = -1;
    from->report = NULL;
    from->share = NULL;
    from->pair = NULL;
    from->own = NULL;
}

void intercepted_report(struct intercepted *in, int error,
                        const struct netaddr *local)
{
    if (in->report != NULL)
        in->report(in, error, local);
    in->report = NULL;
}

void intercepted_reset(const struct intercepted *in, int *fd)
{
    if (in->foreign)
        closer_reset(fd);
    else if (*fd >= 0)
        fd_reset(fd);
}

void intercepted_drop(struct intercepted *in)
{
    intercepted_reset(in, &in->fd);
    intercepted_reset(in, &in->other);
    intercepted_report(in, ECONNREFUSED, NULL);
}

void intercepted_done(struct intercepted *in, struct intercept_host *h)
{
    pairs_remove(h->services->pairs, in->pair);
    in->pair = NULL;
    own_remove(h->services->own, &in->own);
}

/*
 * A program whose side is to show the real peer is tried a second time without
 * that: its own TIME_WAIT socket of the same address and port may not answer.
 */
enum { SHOWN_MS = 300 };

size_t intercepted_tries(const struct intercepted *in)
{
    if (in->target != NULL)
        return in->target->count;
    return in->show_remote ? 2 : 1;
}

const struct netaddr *intercepted_target(const struct intercepted *in, size_t i)
{
    return in->target != NULL ? &in->target->address[i] : &in->onward;
}

uint64_t intercepted_limit(const struct intercepted *in, size_t i,
                           uint64_t limit)
{
    if (in->target != NULL)
        return limit / in->target->count;
    return in->show_remote && i == 0 ? SHOWN_MS : limit;
}

/* The program's socket, which has that port, allows it (SO_REUSEADDR). */
static int bind_as_program(const struct intercepted *in, int fd,
                           struct error *err)
{
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&in->source, &sa);
    int on = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (void *)&sa, len) < 0)
        return error_errno(err, "bind, as the program's socket is bound");
    return 0;
}

int intercepted_socket(struct intercepted *in, size_t i,
                       struct intercept_host *h, int *ret_fd, struct error *err)
{
    const struct netaddr *to = intercepted_target(in, i);
    int fd = socket(to->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int r = 0;

    if (fd < 0)
        return error_errno(err, "socket");
    if (descriptors_is_kept(fd)) {
        fd_close(&fd);
        errno = EMFILE;
        return error_errno(err, "socket");
    }
    if (in->source.family != AF_UNSPEC)
        r = bind_as_program(in, fd, err);
#ifdef ATTLS_TRANSPARENT
    if (r == 0 && in->transparent)
        r = intercepted_prepare(in, i, h, fd, err);
#endif
    if (r == 0 && own_is_watched(h->services->own, to->port))
        r = own_add(h->services->own, fd, &in->own, err);
    if (r < 0) {
        fd_close(&fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}
