/* intercept/owner: asked of the real kernel about sockets of this test. */

#include "intercept/owner.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"
#include "util/fd.h"

struct pair {
    int listener, client, server;
    struct netaddr at, from;
};

static struct netaddr name_of(int fd)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    struct netaddr a;

    ck_assert_int_eq(getsockname(fd, (void *)&sa, &len), 0);
    netaddr_from_sockaddr(&sa, &a);
    return a;
}

/* LISTEN and TO: how the two ends write the address. False: this machine has
 * no such address. */
static bool connect_pair(const char *listen_on, const char *to, struct pair *p)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    socklen_t len;

    ck_assert_int_eq(netaddr_parse(listen_on, &a, NULL), 0);
    len = netaddr_to_sockaddr(&a, &sa);
    p->listener = socket(a.family, SOCK_STREAM, 0);
    if (p->listener < 0 || bind(p->listener, (void *)&sa, len) < 0) {
        fd_close(&p->listener);
        return false;
    }
    ck_assert_int_eq(listen(p->listener, 5), 0);
    p->at = name_of(p->listener);
    ck_assert_int_eq(netaddr_parse(to, &a, NULL), 0);
    a.port = p->at.port;
    len = netaddr_to_sockaddr(&a, &sa);
    p->client = socket(a.family, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(p->client, (void *)&sa, len), 0);
    p->server = accept(p->listener, NULL, NULL);
    p->from = name_of(p->client);
    p->at = name_of(p->server);
    return true;
}

static void close_pair(struct pair *p)
{
    fd_close(&p->client);
    fd_close(&p->server);
    fd_close(&p->listener);
}

static const struct {
    const char *name, *listen_on, *to;
} families[] = {
    {"IPv4", "127.0.0.1:0", "127.0.0.1:0"},
    {"IPv6", "[::1]:0", "[::1]:0"},
    {"IPv4 to a dual-stack listener", "[::]:0", "127.0.0.1:0"},
    {"IPv4-mapped client", "127.0.0.1:0", "[::ffff:127.0.0.1]:0"},
};

START_TEST(finds_the_owner)
{
    struct owner_query *q;
    struct owner o;
    struct stat st;
    struct pair p;

    if (!connect_pair(families[_i].listen_on, families[_i].to, &p))
        return;
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    ck_assert_msg(owner_of_connection(q, &p.from, &p.at, &o, NULL) == 0, "%s",
                  families[_i].name);
    ck_assert_uint_eq(o.uid, geteuid());
    ck_assert_int_eq(fstat(p.client, &st), 0);
    ck_assert_uint_eq(o.inode, st.st_ino);
    owner_query_free(q);
    close_pair(&p);
}
END_TEST

START_TEST(finds_the_listener)
{
    struct owner_query *q;
    struct owner o;
    struct stat st;
    struct pair p;

    ck_assert(connect_pair("127.0.0.1:0", "127.0.0.1:0", &p));
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    ck_assert_int_eq(owner_of_listener(q, &p.at, &o, NULL), 0);
    ck_assert_int_eq(fstat(p.listener, &st), 0);
    ck_assert_uint_eq(o.inode, st.st_ino);
    owner_query_free(q);
    close_pair(&p);
}
END_TEST

/* The kernel answers for an unknown connection with the listening socket of
 * that port: that must not be taken for an owner. */
START_TEST(unknown_connection_is_not_the_listener)
{
    struct owner_query *q;
    struct owner o;
    struct error err;
    struct pair p;

    ck_assert(connect_pair("127.0.0.1:0", "127.0.0.1:0", &p));
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    p.from.port ^= 1;
    ck_assert_int_eq(owner_of_connection(q, &p.at, &p.from, &o, &err),
                     ERR_NOT_FOUND);
    ck_assert_str_eq(err.text, "the kernel knows no such socket");
    owner_query_free(q);
    close_pair(&p);
}
END_TEST

START_TEST(closed_program_is_not_known)
{
    struct owner_query *q;
    struct owner o;
    struct pair p;

    ck_assert(connect_pair("127.0.0.1:0", "127.0.0.1:0", &p));
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    fd_close(&p.client);
    ck_assert_int_eq(owner_of_connection(q, &p.from, &p.at, &o, NULL),
                     ERR_NOT_FOUND);
    owner_query_free(q);
    close_pair(&p);
}
END_TEST

/* Who has not come through the handshake is nobody's other end, though the
 * kernel knows the addresses. */
START_TEST(who_only_calls_is_not_known)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0), call[8], n;
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t len = sizeof(struct sockaddr_storage);
    struct sockaddr_storage sa = {.ss_family = AF_INET};
    struct owner_query *q;
    struct netaddr to, from;
    struct owner o;

    ck_assert_int_eq(netaddr_parse("127.0.0.1:0", &to, NULL), 0);
    len = netaddr_to_sockaddr(&to, &sa);
    ck_assert_int_eq(bind(listener, (void *)&sa, len), 0);
    ck_assert_int_eq(listen(listener, 0), 0);
    to = name_of(listener);
    len = netaddr_to_sockaddr(&to, &sa);
    /* nobody accepts: soon the kernel takes no more calls */
    for (n = 0; n < 8 && info.tcpi_state != TCP_SYN_SENT; n++) {
        call[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(call[n], (void *)&sa, len);
        len = sizeof(info);
        getsockopt(call[n], IPPROTO_TCP, TCP_INFO, &info, &len);
        len = netaddr_to_sockaddr(&to, &sa);
    }
    ck_assert_int_eq(info.tcpi_state, TCP_SYN_SENT);
    from = name_of(call[n - 1]);
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    ck_assert_int_eq(owner_of_connection(q, &from, &to, &o, NULL),
                     ERR_NOT_FOUND);
    owner_query_free(q);
    while (n > 0)
        fd_close(&call[--n]);
    fd_close(&listener);
}
END_TEST

START_TEST(a_port_without_listener_has_no_owner)
{
    struct owner_query *q;
    struct owner o;
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse("127.0.0.1:1", &a, NULL), 0);
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    ck_assert_int_eq(owner_of_listener(q, &a, &o, NULL), ERR_NOT_FOUND);
    owner_query_free(q);
}
END_TEST

START_TEST(mixed_families_are_refused)
{
    struct netaddr four, six, none = {0};
    struct owner_query *q;
    struct owner o;

    ck_assert_int_eq(netaddr_parse("127.0.0.1:1", &four, NULL), 0);
    ck_assert_int_eq(netaddr_parse("[::1]:1", &six, NULL), 0);
    ck_assert_int_eq(owner_query_new(&q, NULL), 0);
    ck_assert_int_eq(owner_of_connection(q, &four, &six, &o, NULL), ERR_VALUE);
    ck_assert_int_eq(owner_of_listener(q, &none, &o, NULL), ERR_VALUE);
    owner_query_free(q);
}
END_TEST

TESTS_BEGIN("owner")
TEST_ROWS(finds_the_owner, families)
TEST(finds_the_listener)
TEST(unknown_connection_is_not_the_listener)
TEST(closed_program_is_not_known)
TEST(who_only_calls_is_not_known)
TEST(a_port_without_listener_has_no_owner)
TEST(mixed_families_are_refused)
TESTS_END
