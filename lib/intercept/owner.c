/*
 * Socket diagnosis on a plain netlink socket. One question, one answer: no
 * dump, so the cost does not grow with the number of connections.
 */

#include "intercept/owner.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "util/fd.h"

/* linux/inet_diag.h of older systems has no INET_DIAG_CGROUP_ID */
enum { ATTR_CGROUP_ID = 21 };

/* As netinet/tcp.h has them, and NEW_SYN_RECV of newer kernels. */
enum {
    STATE_SYN_SENT = 2,
    STATE_SYN_RECV = 3,
    STATE_CLOSE = 7,
    STATE_LISTEN = 10,
    STATE_NEW_SYN_RECV = 12
};

struct owner_query {
    int fd;
    uint32_t seq;
};

struct request {
    struct nlmsghdr nlh;
    struct inet_diag_req_v2 diag;
};

/* A reply is one message with few attributes; an error quotes the request. */
union reply {
    struct nlmsghdr nlh;
    char bytes[1024];
};

int owner_query_new(struct owner_query **ret, struct error *err)
{
    static const struct timeval limit = {0, 100 * 1000};
    struct owner_query *q = calloc(1, sizeof(*q));

    if (q == NULL)
        return error_nomem(err);
    q->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    /* the kernel answers within the call; the wait is bounded all the same */
    if (q->fd < 0 ||
        setsockopt(q->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0) {
        error_errno(err, "can't open a socket for socket diagnosis");
        owner_query_free(q);
        return ERR_SYSTEM;
    }
    *ret = q;
    return 0;
}

void owner_query_free(struct owner_query *q)
{
    if (q == NULL)
        return;
    fd_close(&q->fd);
    free(q);
}

static void fill_request(struct request *rq, uint32_t seq,
                         const struct netaddr *local,
                         const struct netaddr *remote)
{
    memset(rq, 0, sizeof(*rq));
    rq->nlh.nlmsg_len = sizeof(*rq);
    rq->nlh.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    rq->nlh.nlmsg_flags = NLM_F_REQUEST;
    rq->nlh.nlmsg_seq = seq;
    rq->diag.sdiag_family = (uint8_t)local->family;
    rq->diag.sdiag_protocol = IPPROTO_TCP;
    rq->diag.idiag_states = UINT32_MAX;
    rq->diag.id.idiag_sport = htons(local->port);
    rq->diag.id.idiag_dport = htons(remote->port);
    memcpy(rq->diag.id.idiag_src, local->ip, netaddr_ip_len(local));
    memcpy(rq->diag.id.idiag_dst, remote->ip, netaddr_ip_len(remote));
    rq->diag.id.idiag_if = local->scope;
    rq->diag.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    rq->diag.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static ssize_t receive(int fd, union reply *r)
{
    ssize_t n;

    do
        n = recv(fd, r, sizeof(*r), 0);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Sends the question and receives the answer with its sequence number; an
 * answer left over from an interrupted call is passed over. */
static int ask(struct owner_query *q, const struct netaddr *local,
               const struct netaddr *remote, union reply *r, struct error *err)
{
    struct request rq;
    ssize_t n;

    fill_request(&rq, ++q->seq, local, remote);
    do
        n = send(q->fd, &rq, sizeof(rq), 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_errno(err, "socket diagnosis: can't ask the kernel");
    do {
        n = receive(q->fd, r);
        if (n < 0)
            return error_errno(err, "socket diagnosis: no answer");
        if (!NLMSG_OK(&r->nlh, (size_t)n))
            return error_set(err, ERR_SYSTEM,
                             "socket diagnosis: answer of %zd bytes is cut off",
                             n);
    } while (r->nlh.nlmsg_seq != q->seq);
    return 0;
}

static uint64_t find_cgroup(const struct nlmsghdr *nlh)
{
    const struct inet_diag_msg *m = NLMSG_DATA(nlh);
    const struct rtattr *a = (const void *)(m + 1);
    unsigned left = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*m));
    uint64_t id = 0;

    for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
        if (a->rta_type == ATTR_CGROUP_ID && RTA_PAYLOAD(a) == sizeof(id))
            memcpy(&id, RTA_DATA(a), sizeof(id));
    return id;
}

static int read_error(const struct nlmsghdr *nlh, struct error *err)
{
    const struct nlmsgerr *e = NLMSG_DATA(nlh);

    if (nlh->nlmsg_len < NLMSG_LENGTH(sizeof(*e)))
        return error_set(err, ERR_SYSTEM, "socket diagnosis: short answer");
    if (e->error == -ENOENT)
        return error_set(err, ERR_NOT_FOUND, "the kernel knows no such socket");
    errno = -e->error;
    return error_errno(err, "socket diagnosis");
}

/*
 * The other end of a connection that we have accepted has left the handshake
 * behind. A socket that is still in the handshake belongs to somebody else, who
 * took over the addresses of a program whose socket is gone.
 */
static bool is_in_handshake(unsigned state)
{
    return state == STATE_SYN_SENT || state == STATE_SYN_RECV ||
           state == STATE_NEW_SYN_RECV || state == STATE_CLOSE;
}

/*
 * For a pair of addresses that it does not know the kernel answers with the
 * socket that listens on the local port, so the state must fit the question.
 * Inode 0 is a socket without program: its uid is not to be trusted.
 */
static int read_answer(const union reply *r, bool listener, struct owner *ret,
                       struct error *err)
{
    const struct inet_diag_msg *m = NLMSG_DATA(&r->nlh);

    if (r->nlh.nlmsg_type == NLMSG_ERROR)
        return read_error(&r->nlh, err);
    if (r->nlh.nlmsg_type != SOCK_DIAG_BY_FAMILY ||
        r->nlh.nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
        return error_set(err, ERR_SYSTEM,
                         "socket diagnosis: answer of type %u not understood",
                         r->nlh.nlmsg_type);
    if ((m->idiag_state == STATE_LISTEN) != listener ||
        is_in_handshake(m->idiag_state))
        return error_set(err, ERR_NOT_FOUND, "the kernel knows no such socket");
    if (m->idiag_inode == 0)
        return error_set(err, ERR_NOT_FOUND,
                         "the program has closed its socket already");
    ret->uid = m->idiag_uid;
    ret->inode = m->idiag_inode;
    ret->cgroup = find_cgroup(&r->nlh);
    return 0;
}

static int look_up(struct owner_query *q, const struct netaddr *local,
                   const struct netaddr *remote, bool listener,
                   struct owner *ret, struct error *err)
{
    union reply reply;
    int r;

    if (netaddr_ip_len(local) == 0 || local->family != remote->family)
        return error_set(err, ERR_VALUE,
                         "socket diagnosis needs two addresses of one family");
    r = ask(q, local, remote, &reply, err);
    if (r < 0)
        return r;
    return read_answer(&reply, listener, ret, err);
}

int owner_of_connection(struct owner_query *q, const struct netaddr *local,
                        const struct netaddr *remote, struct owner *ret,
                        struct error *err)
{
    struct netaddr l = netaddr_unmap(local), r = netaddr_unmap(remote);

    return look_up(q, &l, &r, false, ret, err);
}

int owner_of_listener(struct owner_query *q, const struct netaddr *local,
                      struct owner *ret, struct error *err)
{
    struct netaddr l = netaddr_unmap(local), nobody = {0};

    nobody.family = l.family;
    return look_up(q, &l, &nobody, true, ret, err);
}
