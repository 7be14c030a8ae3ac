/* What the kernel tells of the rules, and in which pieces it comes. In
 * namespaces, with the real kernel: tests/netns/watch. */

#include "intercept/nft_watch_private.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/suite.h"

static int kernel; /* its end */
static struct nft_watch *watch;

static void begin(void)
{
    int s[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s),
                     0);
    kernel = s[0];
    watch = nft_watch_of(s[1]);
    ck_assert_ptr_nonnull(watch);
}

static void end(void)
{
    nft_watch_close(watch);
    close(kernel);
}

struct message {
    struct nlmsghdr head;
    struct nfgenmsg nf;
    char attributes[64];
};

static void add(struct message *m, unsigned type, const void *value, size_t len)
{
    struct nlattr a = {(unsigned short)(NLA_HDRLEN + len),
                       (unsigned short)type};
    char *at = (char *)m + NLMSG_ALIGN(m->head.nlmsg_len);

    memcpy(at, &a, sizeof(a));
    memcpy(at + NLA_HDRLEN, value, len);
    m->head.nlmsg_len =
        NLMSG_ALIGN(m->head.nlmsg_len) + NLA_HDRLEN + (unsigned)NLA_ALIGN(len);
}

static struct message message(unsigned type)
{
    struct message m = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)),
                 .nlmsg_type =
                     (unsigned short)(NFNL_SUBSYS_NFTABLES << 8 | type)},
        .nf = {.nfgen_family = NFPROTO_INET}};

    return m;
}

static void tell(const struct message *m)
{
    ck_assert_int_eq(send(kernel, m, m->head.nlmsg_len, 0),
                     (ssize_t)m->head.nlmsg_len);
}

static void tell_of_table(const char *name)
{
    struct message m = message(NFT_MSG_DELTABLE);

    add(&m, NFTA_TABLE_NAME, name, strlen(name) + 1);
    tell(&m);
}

static void tell_changer(const char *name, unsigned pid)
{
    struct message m = message(NFT_MSG_NEWGEN);
    uint32_t number = htonl(pid);

    add(&m, NFTA_GEN_PROC_PID, &number, sizeof(number));
    add(&m, NFTA_GEN_PROC_NAME, name, strlen(name) + 1);
    tell(&m);
}

START_TEST(names_who_changed_the_table)
{
    struct nft_changer who = {.pid = 0};

    begin();
    ck_assert(!nft_watch_take(watch, &who));
    tell_of_table("attls");
    tell_changer("nft", 17);
    ck_assert(nft_watch_take(watch, &who));
    ck_assert_str_eq(who.name, "nft");
    ck_assert_uint_eq(who.pid, 17);
    end();
}
END_TEST

START_TEST(others_tables_are_no_matter)
{
    struct nft_changer who = {.pid = 0};

    begin();
    tell_of_table("attls2");
    tell_changer("nft", 17);
    ck_assert(!nft_watch_take(watch, &who));
    ck_assert_uint_eq(who.pid, 0);
    end();
}
END_TEST

static void *tell_late(void *arg)
{
    static const struct timespec a_while = {0, 50000000};

    nanosleep(&a_while, NULL);
    tell_changer("nft", 17);
    return arg;
}

/* The reader is faster than the kernel. */
START_TEST(the_end_of_a_change_is_waited_for)
{
    struct nft_changer who = {.pid = 0};
    pthread_t thread;

    begin();
    tell_of_table("attls");
    ck_assert_int_eq(pthread_create(&thread, NULL, tell_late, NULL), 0);
    ck_assert(nft_watch_take(watch, &who));
    pthread_join(thread, NULL);
    ck_assert_str_eq(who.name, "nft");
    end();
}
END_TEST

START_TEST(a_lost_end_is_not_waited_for_twice)
{
    struct nft_changer who = {.pid = 0};

    begin();
    tell_of_table("attls");
    ck_assert(nft_watch_take(watch, &who));
    ck_assert_uint_eq(who.pid, 0);
    tell_of_table("others");
    tell_changer("nft", 17);
    ck_assert(!nft_watch_take(watch, &who));
    ck_assert_uint_eq(who.pid, 0);
    end();
}
END_TEST

TESTS_BEGIN("nft_watch")
TEST(names_who_changed_the_table)
TEST(others_tables_are_no_matter)
TEST(the_end_of_a_change_is_waited_for)
TEST(a_lost_end_is_not_waited_for_twice)
TESTS_END
