/*
 * Transparent mode: connections that the rules of intercept/nft.h redirected
 * here. Built only where libmnl is.
 */

#include <unistd.h>

#include "conn/intercepted_private.h"
#include "intercept/netfilter.h"
#include "intercept/origdst.h"
#include "util/fd.h"

/* ---- what came in ---- */

/*
 * A connection to the listener itself would make the daemon connect to itself
 * without end. The guard chain refuses it already; rules may be missing.
 */
static int refuse_loop(const struct config_listener *l,
                       const struct netaddr *real, const struct netaddr *mine,
                       struct error *err)
{
    bool ours =
        real->port == l->capture.out_port || real->port == l->capture.in_port;

    if (netaddr_equal(real, mine) || (ours && origdst_is_local(real)))
        return error_set(err, ERR_DENIED,
                         "connected to the listener directly; nobody may");
    return 0;
}

/* Without marks only the user id tells our own connections from others. */
static int refuse_own(const struct intercept_host *h,
                      const struct identity *who, struct error *err)
{
    if (h->services->marks == NULL && who->owner_error == 0 &&
        who->owner.uid == geteuid())
        return error_set(err, ERR_DENIED,
                         "the daemon's own connection came back: exclude its "
                         "user id %u from the rules (attlsctl intercept "
                         "install --exclude-uid), or give it CAP_NET_ADMIN",
                         (unsigned)geteuid());
    return intercepted_not_own(h, who, err);
}

/*
 * A program may use one port to two places at once. Redirected, both would be
 * the same connection, so the kernel changes the port of the second: then it
 * knows no socket of that address, and connection tracking has the real one.
 */
static void find_owner(struct intercept_host *h, const struct netaddr *mine,
                       struct intercepted *in)
{
    struct identity *who = &in->who;
    struct netaddr source;

    who->owner_error = owner_of_connection(h->owners, &in->local, &in->remote,
                                           &who->owner, NULL);
    if (who->owner_error != ERR_NOT_FOUND ||
        netfilter_original_source(h->netfilter, mine, &in->local, &source,
                                  NULL) < 0 ||
        netaddr_equal(&source, &in->local))
        return;
    in->local = source;
    who->owner_error = owner_of_connection(h->owners, &in->local, &in->remote,
                                           &who->owner, NULL);
}

int intercepted_transparent(const struct config_listener *l,
                            const struct netaddr *peer,
                            struct intercept_host *h, struct intercepted *in,
                            struct error *err)
{
    struct netaddr mine, real;
    int r = intercepted_address(in->fd, getsockname, &mine, err);

    if (r == 0)
        r = origdst_get(in->fd, l->listen.family, &real, err);
    if (r == 0)
        r = refuse_loop(l, &real, &mine, err);
    if (r < 0)
        return r;
    in->transparent = true;
    in->onward = real;
    if (l->direction == POLICY_OUTBOUND) {
        in->local = *peer;
        in->remote = real;
        find_owner(h, &mine, in);
        return refuse_own(h, &in->who, err);
    }
    in->local = real;
    if (!pairs_find(h->services->pairs, peer, &in->remote))
        in->remote = *peer;
    in->show_remote =
        l->capture.source == SOURCE_CLIENT && h->services->marks != NULL;
    in->who.owner_error =
        owner_of_listener(h->owners, &real, &in->who.owner, NULL);
    return 0;
}

/* ---- the other side ---- */

/* Binds FD to the address of A and any port; *RET is what it got. */
static int bind_to(int fd, const struct netaddr *a, struct netaddr *ret,
                   struct error *err)
{
    struct netaddr any_port = *a;
    struct sockaddr_storage sa;
    socklen_t len;

    any_port.port = 0;
    len = netaddr_to_sockaddr(&any_port, &sa);
    if (bind(fd, (void *)&sa, len) < 0)
        return error_errno(err, "bind");
    return intercepted_address(fd, getsockname, ret, err);
}

/* Both ends on this host: the inbound side learns by our address who the
 * program is. It may accept before our connect() returns. */
static int pair_up(struct intercepted *in, struct intercept_host *h, int fd,
                   struct error *err)
{
    struct netaddr ours;
    int r;

    if (!origdst_is_local(&in->remote))
        return 0;
    r = bind_to(fd, &in->local, &ours, err);
    if (r < 0)
        return r;
    pairs_remove(h->services->pairs, in->pair); /* that of an earlier try */
    in->pair = NULL;
    return pairs_add(h->services->pairs, &ours, &in->local, &in->pair, err);
}

static int show_remote(const struct intercepted *in, struct intercept_host *h,
                       int fd, struct error *err)
{
    struct netaddr ours;
    int r = bind_to(fd, &in->local, &ours, err);

    if (r < 0)
        return r;
    /* the client's earlier connection from this port, if there was one */
    netfilter_forget(h->netfilter, &in->local, &in->remote, NULL);
    return netfilter_map_source(h->netfilter, &ours, &in->remote, err);
}

int intercepted_prepare(struct intercepted *in, size_t i,
                        struct intercept_host *h, int fd, struct error *err)
{
    bool out = in->direction == POLICY_OUTBOUND;
    int r;

    if (h->services->marks == NULL)
        return 0;
    r = origdst_set_mark(
        fd, out ? h->services->marks->wire : h->services->marks->app, err);
    if (r < 0)
        return r;
    if (out)
        return pair_up(in, h, fd, err);
    return in->show_remote && i == 0 ? show_remote(in, h, fd, err) : 0;
}
