/* See netfilter.h. Messages: linux/netfilter/nf_tables.h and
 * linux/netfilter/nfnetlink_conntrack.h. */

#include "intercept/netfilter.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "util/array.h"
#include "util/bytes.h"

struct netfilter {
    struct mnl_socket *nl;
    unsigned port;
    uint32_t seq;
    union {
        struct nlmsghdr align;
        char bytes[8192];
    } buf;
};

int netfilter_new(struct netfilter **ret, struct error *err)
{
    static const struct timeval limit = {1, 0};
    struct netfilter *n = calloc(1, sizeof(*n));

    if (n == NULL)
        return error_nomem(err);
    n->nl = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
    if (n->nl == NULL || mnl_socket_bind(n->nl, 0, MNL_SOCKET_AUTOPID) < 0 ||
        /* the kernel answers within the call; bounded all the same */
        setsockopt(mnl_socket_get_fd(n->nl), SOL_SOCKET, SO_RCVTIMEO, &limit,
                   sizeof(limit)) < 0) {
        error_errno(err, "can't open a socket to netfilter");
        netfilter_free(n);
        return ERR_SYSTEM;
    }
    n->port = mnl_socket_get_portid(n->nl);
    *ret = n;
    return 0;
}

void netfilter_free(struct netfilter *n)
{
    if (n == NULL)
        return;
    if (n->nl != NULL)
        mnl_socket_close(n->nl);
    free(n);
}

static int failed(struct error *err, const char *what)
{
    if (errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "%s: the kernel knows none", what);
    if (errno == EPERM || errno == EACCES)
        return error_set(err, ERR_DENIED, "%s: needs CAP_NET_ADMIN", what);
    if (errno == EEXIST || errno == EBUSY)
        return error_set(err, ERR_EXISTS, "%s: it is taken", what);
    return error_errno(err, "%s", what);
}

static struct nlmsghdr *begin(struct netfilter *n, void *at, uint16_t type,
                              uint16_t flags, uint8_t family, uint16_t res_id)
{
    struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);
    struct nfgenmsg *nf = mnl_nlmsg_put_extra_header(nlh, sizeof(*nf));

    nlh->nlmsg_type = type;
    nlh->nlmsg_flags = NLM_F_REQUEST | flags;
    nlh->nlmsg_seq = n->seq;
    nf->nfgen_family = family;
    nf->version = NFNETLINK_V0;
    nf->res_id = htons(res_id);
    return nlh;
}

/* Receives until the answer to SEQ: its callback's result, or -1 and errno. */
static int answer(struct netfilter *n, mnl_cb_t cb, void *arg)
{
    ssize_t len;
    int r;

    do {
        len = mnl_socket_recvfrom(n->nl, &n->buf, sizeof(n->buf));
        if (len < 0)
            return -1;
        r = mnl_cb_run(&n->buf, (size_t)len, n->seq, n->port, cb, arg);
    } while (r > 0 || (r < 0 && errno == ESRCH)); /* a late answer's number */
    return r;
}

/* ---- map elements ---- */

/* A concatenation: each part begins on a multiple of four bytes. */
static size_t put_key(unsigned char key[20], const struct netaddr *a)
{
    size_t len = netaddr_ip_len(a);

    memset(key, 0, 20);
    memcpy(key, a->ip, len);
    bytes_put16(key + len, a->port);
    return len + 4;
}

static void put_value(struct nlmsghdr *nlh, uint16_t type,
                      const struct netaddr *a)
{
    unsigned char key[20];
    size_t len = put_key(key, a);
    struct nlattr *nest = mnl_attr_nest_start(nlh, type);

    mnl_attr_put(nlh, NFTA_DATA_VALUE, len, key);
    mnl_attr_nest_end(nlh, nest);
}

static void put_element(struct nlmsghdr *nlh, const struct netaddr *ours,
                        const struct netaddr *shown)
{
    struct nlattr *list, *element;

    mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_TABLE, "attls");
    mnl_attr_put_strz(nlh, NFTA_SET_ELEM_LIST_SET,
                      ours->family == AF_INET ? "src4" : "src6");
    list = mnl_attr_nest_start(nlh, NFTA_SET_ELEM_LIST_ELEMENTS);
    element = mnl_attr_nest_start(nlh, NFTA_LIST_ELEM);
    put_value(nlh, NFTA_SET_ELEM_KEY, ours);
    put_value(nlh, NFTA_SET_ELEM_DATA, shown);
    mnl_attr_put_u64(nlh, NFTA_SET_ELEM_TIMEOUT, htobe64(NETFILTER_MAP_MS));
    mnl_attr_nest_end(nlh, element);
    mnl_attr_nest_end(nlh, list);
}

int netfilter_map_source(struct netfilter *n, const struct netaddr *ours,
                         const struct netaddr *shown, struct error *err)
{
    struct mnl_nlmsg_batch *b;
    struct nlmsghdr *nlh;
    ssize_t sent;

    if (ours->family != shown->family || netaddr_ip_len(ours) == 0)
        return error_set(err, ERR_VALUE, "two addresses of one family");
    n->seq++;
    b = mnl_nlmsg_batch_start(&n->buf, sizeof(n->buf));
    if (b == NULL)
        return error_nomem(err);
    begin(n, mnl_nlmsg_batch_current(b), NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC,
          NFNL_SUBSYS_NFTABLES);
    mnl_nlmsg_batch_next(b);
    nlh = begin(n, mnl_nlmsg_batch_current(b),
                NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM,
                NLM_F_CREATE | NLM_F_ACK, NFPROTO_INET, 0);
    put_element(nlh, ours, shown);
    mnl_nlmsg_batch_next(b);
    begin(n, mnl_nlmsg_batch_current(b), NFNL_MSG_BATCH_END, 0, AF_UNSPEC,
          NFNL_SUBSYS_NFTABLES);
    mnl_nlmsg_batch_next(b);
    sent = mnl_socket_sendto(n->nl, mnl_nlmsg_batch_head(b),
                             mnl_nlmsg_batch_size(b));
    mnl_nlmsg_batch_stop(b);
    if (sent < 0 || answer(n, NULL, NULL) < 0)
        return failed(err, "source map");
    return 0;
}

/* ---- connection tracking ---- */

static void put_tuple(struct nlmsghdr *nlh, uint16_t type,
                      const struct netaddr *src, const struct netaddr *dst)
{
    bool v4 = src->family == AF_INET;
    size_t len = netaddr_ip_len(src);
    struct nlattr *tuple = mnl_attr_nest_start(nlh, type), *part;

    part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);
    mnl_attr_put(nlh, v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, len, src->ip);
    mnl_attr_put(nlh, v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, len, dst->ip);
    mnl_attr_nest_end(nlh, part);
    part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
    mnl_attr_put_u8(nlh, CTA_PROTO_NUM, IPPROTO_TCP);
    mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(src->port));
    mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, htons(dst->port));
    mnl_attr_nest_end(nlh, part);
    mnl_attr_nest_end(nlh, tuple);
}

static void take_ip(const struct nlattr *ip, struct netaddr *ret)
{
    const struct nlattr *a;

    mnl_attr_for_each_nested(a, ip)
    {
        uint16_t type = mnl_attr_get_type(a), len = mnl_attr_get_payload_len(a);

        if ((type == CTA_IP_V4_SRC && len == 4) ||
            (type == CTA_IP_V6_SRC && len == 16)) {
            ret->family = type == CTA_IP_V4_SRC ? AF_INET : AF_INET6;
            memcpy(ret->ip, mnl_attr_get_payload(a), len);
        }
    }
}

static void take_port(const struct nlattr *proto, struct netaddr *ret)
{
    const struct nlattr *a;

    mnl_attr_for_each_nested(a, proto) if (mnl_attr_get_type(a) ==
                                               CTA_PROTO_SRC_PORT &&
                                           mnl_attr_get_payload_len(a) == 2)
        ret->port = ntohs(mnl_attr_get_u16(a));
}

static int on_conntrack(const struct nlmsghdr *nlh, void *arg)
{
    const struct nlattr *a, *part;

    mnl_attr_for_each(a, nlh, sizeof(struct nfgenmsg))
    {
        if (mnl_attr_get_type(a) != CTA_TUPLE_ORIG)
            continue;
        mnl_attr_for_each_nested(part, a)
        {
            if (mnl_attr_get_type(part) == CTA_TUPLE_IP)
                take_ip(part, arg);
            else if (mnl_attr_get_type(part) == CTA_TUPLE_PROTO)
                take_port(part, arg);
        }
    }
    return MNL_CB_STOP;
}

int netfilter_original_source(struct netfilter *n, const struct netaddr *mine,
                              const struct netaddr *peer, struct netaddr *ret,
                              struct error *err)
{
    struct netaddr source = {.family = AF_UNSPEC};
    struct nlmsghdr *nlh;

    if (mine->family != peer->family || netaddr_ip_len(mine) == 0)
        return error_set(err, ERR_VALUE, "two addresses of one family");
    n->seq++;
    nlh = begin(n, &n->buf, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0,
                (uint8_t)mine->family, 0);
    put_tuple(nlh, CTA_TUPLE_REPLY, mine, peer);
    if (mnl_socket_sendto(n->nl, nlh, nlh->nlmsg_len) < 0 ||
        answer(n, on_conntrack, &source) < 0)
        return failed(err, "connection tracking");
    if (source.family != mine->family || source.port == 0)
        return error_set(err, ERR_SYSTEM,
                         "connection tracking: answer not understood");
    *ret = source;
    return 0;
}

int netfilter_forget(struct netfilter *n, const struct netaddr *from,
                     const struct netaddr *to, struct error *err)
{
    struct nlmsghdr *nlh;

    if (from->family != to->family || netaddr_ip_len(from) == 0)
        return error_set(err, ERR_VALUE, "two addresses of one family");
    n->seq++;
    nlh = begin(n, &n->buf, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
                NLM_F_ACK, (uint8_t)from->family, 0);
    put_tuple(nlh, CTA_TUPLE_REPLY, from, to);
    if (mnl_socket_sendto(n->nl, nlh, nlh->nlmsg_len) < 0 ||
        answer(n, NULL, NULL) < 0)
        return failed(err, "connection tracking");
    return 0;
}

/* ---- connections that were found in the middle ---- */

/* linux/netfilter/nf_conntrack_tcp.h and nf_conntrack_common.h; the kernel sets
 * this flag on both sides of a connection that begins without SYN. */
enum { TCP_LIBERAL = 0x08, NATED = 1 << 4 | 1 << 5 };

/* An attribute CTA_TUPLE_ORIG, as it came. */
struct guessed {
    uint8_t family;
    uint16_t len;
    unsigned char tuple[128];
};

struct guesses {
    struct guessed *list;
    size_t count;
    bool failed;
};

static bool is_liberal(const struct nlattr *flags)
{
    const struct nf_ct_tcp_flags {
        uint8_t flags, mask;
    } *f = mnl_attr_get_payload(flags);

    return mnl_attr_get_payload_len(flags) >= sizeof(*f) &&
           (f->flags & TCP_LIBERAL) != 0;
}

/* Of CTA_PROTOINFO: TCP, and liberal on both sides. */
static bool is_guessed(const struct nlattr *info)
{
    const struct nlattr *tcp, *a;
    unsigned sides = 0;

    mnl_attr_for_each_nested(tcp, info)
    {
        if (mnl_attr_get_type(tcp) != CTA_PROTOINFO_TCP)
            continue;
        mnl_attr_for_each_nested(a, tcp)
        {
            if (mnl_attr_get_type(a) == CTA_PROTOINFO_TCP_FLAGS_ORIGINAL ||
                mnl_attr_get_type(a) == CTA_PROTOINFO_TCP_FLAGS_REPLY)
                sides += is_liberal(a);
        }
    }
    return sides == 2;
}

static void keep_guess(struct guesses *g, uint8_t family,
                       const struct nlattr *tuple)
{
    struct guessed *guess;

    if (tuple->nla_len > sizeof(guess->tuple))
        return;
    guess = array_add(&g->list, &g->count, sizeof(*guess));
    if (guess == NULL) {
        g->failed = true;
        return;
    }
    guess->family = family;
    guess->len = tuple->nla_len;
    memcpy(guess->tuple, tuple, tuple->nla_len);
}

static int on_guess(const struct nlmsghdr *nlh, void *arg)
{
    const struct nfgenmsg *nf = mnl_nlmsg_get_payload(nlh);
    const struct nlattr *a, *tuple = NULL;
    bool guessed = false, nated = false;

    mnl_attr_for_each(a, nlh, sizeof(*nf))
    {
        if (mnl_attr_get_type(a) == CTA_TUPLE_ORIG)
            tuple = a;
        else if (mnl_attr_get_type(a) == CTA_PROTOINFO)
            guessed = is_guessed(a);
        else if (mnl_attr_get_type(a) == CTA_STATUS)
            nated = (ntohl(mnl_attr_get_u32(a)) & NATED) != 0;
    }
    if (tuple != NULL && guessed && !nated)
        keep_guess(arg, nf->nfgen_family, tuple);
    return MNL_CB_OK;
}

static int forget_one(struct netfilter *n, const struct guessed *g)
{
    struct nlmsghdr *nlh;

    n->seq++;
    nlh = begin(n, &n->buf, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
                NLM_F_ACK, g->family, 0);
    memcpy(mnl_nlmsg_get_payload_tail(nlh), g->tuple, g->len);
    nlh->nlmsg_len += MNL_ALIGN(g->len);
    if (mnl_socket_sendto(n->nl, nlh, nlh->nlmsg_len) < 0)
        return -1;
    return answer(n, NULL, NULL) < 0 && errno != ENOENT ? -1 : 0;
}

int netfilter_forget_guessed(struct netfilter *n, struct error *err)
{
    struct guesses g = {.list = NULL};
    struct nlmsghdr *nlh;
    size_t i;
    int r;

    n->seq++;
    nlh = begin(n, &n->buf, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
                NLM_F_DUMP, AF_UNSPEC, 0);
    r = mnl_socket_sendto(n->nl, nlh, nlh->nlmsg_len) < 0 ||
                answer(n, on_guess, &g) < 0
            ? -1
            : 0;
    for (i = 0; r == 0 && i < g.count; i++)
        r = forget_one(n, &g.list[i]);
    free(g.list);
    if (r == 0 && g.failed)
        return error_nomem(err);
    return r == 0 ? 0 : failed(err, "connection tracking");
}
