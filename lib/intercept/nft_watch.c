/* See nft_watch.h. Messages: linux/netfilter/nf_tables.h. */

#include "intercept/nft_watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "intercept/nft_watch_private.h"
#include "util/fd.h"

enum {
    BUFFER = 1 << 20,   /* of the socket: a large rule set of somebody else's */
    TAKEN_MAX = 100000, /* messages at one call: then the others have a turn */
    TOLD_MS = 500       /* from a transaction's first message to its last */
};

struct nft_watch {
    int fd;
    bool touched; /* by the transaction that is being told */
    union {
        struct nlmsghdr align;
        char bytes[65536];
    } buf;
};

/* ---- opening ---- */

#define MESSAGE(type) htons(NFNL_SUBSYS_NFTABLES << 8 | (type))
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { LOW = 0, HIGH = 1 }; /* bytes of nlmsg_len */
#else
enum { LOW = 3, HIGH = 2 };
#endif
/* Where a message of a new generation has the name of who made it. */
enum { NAME_AT = 40 };

/*
 * The daemon adds an element for each inbound connection. A message that has
 * nothing but one, and the new generation that follows it, wake nobody.
 */
static int leave_elements_out(int fd)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MESSAGE(NFT_MSG_NEWSETELEM), 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MESSAGE(NFT_MSG_DELSETELEM), 0, 8),
        /* nothing behind it? */
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, HIGH),
        BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 8),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, LOW),
        BPF_STMT(BPF_ALU | BPF_OR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 6, 5),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MESSAGE(NFT_MSG_NEWGEN), 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NAME_AT),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6174746c /* attl */, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, NAME_AT + 3),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x6c736400 /* lsd */, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
                      sizeof(program));
}

struct nft_watch *nft_watch_of(int fd)
{
    struct nft_watch *w = calloc(1, sizeof(*w));

    if (w != NULL)
        w->fd = fd;
    return w;
}

int nft_watch_open(struct nft_watch **ret, struct error *err)
{
    struct sockaddr_nl all = {.nl_family = AF_NETLINK,
                              .nl_groups = 1u << (NFNLGRP_NFTABLES - 1)};
    struct nft_watch *w = nft_watch_of(-1);
    int size = BUFFER, r;

    if (w == NULL)
        return error_nomem(err);
    w->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                   NETLINK_NETFILTER);
    if (w->fd >= 0)
        setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    if (w->fd >= 0 && leave_elements_out(w->fd) == 0 &&
        bind(w->fd, (void *)&all, sizeof(all)) == 0) {
        *ret = w;
        return 0;
    }
    if (errno == EPERM || errno == EACCES)
        r = error_set(err, ERR_DENIED,
                      "can't watch the rules: needs CAP_NET_ADMIN");
    else
        r = error_errno(err, "can't watch the rules");
    nft_watch_close(w);
    return r;
}

void nft_watch_close(struct nft_watch *w)
{
    if (w == NULL)
        return;
    fd_close(&w->fd);
    free(w);
}

int nft_watch_fd(const struct nft_watch *w)
{
    return w->fd;
}

/* ---- what is told ---- */

/* The first attribute of a message about a table, and about what is in one,
 * is the table's name. */
static bool is_ours(const struct nlmsghdr *m)
{
    const struct nfgenmsg *nf = NLMSG_DATA(m);
    const struct nlattr *a = (const void *)((const char *)nf + sizeof(*nf));
    const char *name = (const char *)a + NLA_HDRLEN;
    size_t len;

    if (m->nlmsg_len < NLMSG_LENGTH(sizeof(*nf)) + NLA_HDRLEN)
        return false;
    len = m->nlmsg_len - NLMSG_LENGTH(sizeof(*nf)) - NLA_HDRLEN;
    return nf->nfgen_family == NFPROTO_INET &&
           (a->nla_type & NLA_TYPE_MASK) == NFTA_TABLE_NAME &&
           len >= sizeof("attls") && memcmp(name, "attls", 6) == 0;
}

static void take_changer(const struct nlmsghdr *m, struct nft_changer *who)
{
    const char *p = (const char *)NLMSG_DATA(m) + sizeof(struct nfgenmsg);
    const char *end = (const char *)m + m->nlmsg_len;
    const struct nlattr *a;
    uint32_t pid;

    while (p + NLA_HDRLEN <= end) {
        a = (const void *)p;
        if (a->nla_len < NLA_HDRLEN || p + a->nla_len > end)
            return;
        if (a->nla_type == NFTA_GEN_PROC_PID && a->nla_len == NLA_HDRLEN + 4) {
            memcpy(&pid, p + NLA_HDRLEN, sizeof(pid));
            who->pid = ntohl(pid);
        } else if (a->nla_type == NFTA_GEN_PROC_NAME) {
            strncpy(who->name, p + NLA_HDRLEN, sizeof(who->name) - 1);
        }
        p += NLA_ALIGN(a->nla_len);
    }
}

static bool take_message(struct nft_watch *w, const struct nlmsghdr *m,
                         struct nft_changer *who)
{
    int type = NFNL_MSG_TYPE(m->nlmsg_type);

    if (NFNL_SUBSYS_ID(m->nlmsg_type) != NFNL_SUBSYS_NFTABLES)
        return false;
    if (type == NFT_MSG_NEWGEN) {
        if (w->touched)
            take_changer(m, who);
        w->touched = false;
    } else if (type != NFT_MSG_NEWSETELEM && type != NFT_MSG_DELSETELEM &&
               is_ours(m)) {
        w->touched = true;
        return true;
    }
    return false;
}

static bool take_datagram(struct nft_watch *w, size_t len,
                          struct nft_changer *who)
{
    const struct nlmsghdr *m = &w->buf.align;
    bool changed = false;

    for (; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len))
        changed |= take_message(w, m, who);
    return changed;
}

/*
 * Nothing more is there. The kernel queues a transaction's messages one after
 * the other, and who made it is the last one: a reader that is as fast as the
 * kernel waits for that. False: it does not come, so it was lost.
 */
static bool more_of_it_comes(struct nft_watch *w)
{
    struct pollfd p = {w->fd, POLLIN, 0};

    if (w->touched && poll(&p, 1, TOLD_MS) > 0)
        return true;
    w->touched = false;
    return false;
}

bool nft_watch_take(struct nft_watch *w, struct nft_changer *who)
{
    bool changed = false;
    ssize_t n;
    int i;

    for (i = 0; i < TAKEN_MAX; i++) {
        n = recv(w->fd, &w->buf, sizeof(w->buf), MSG_DONTWAIT);
        if (n >= 0)
            changed |= take_datagram(w, (size_t)n, who);
        else if (errno == ENOBUFS)
            changed = true; /* some of it is lost: it may have been ours */
        else if (errno != EINTR && !more_of_it_comes(w))
            break;
    }
    return changed;
}
