#include "util/netaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/suite.h"

static const char *const good[] = {
    "192.0.2.1:5555",
    "0.0.0.0:0",
    "255.255.255.255:65535",
    "[::]:1",
    "[2001:db8::1]:5555",
    "[::ffff:192.0.2.1]:80",
    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
};

START_TEST(prints_what_it_parsed)
{
    char buf[NETADDR_TEXT];
    struct sockaddr_storage ss;
    struct netaddr a, b;
    struct error err;

    ck_assert_msg(netaddr_parse(good[_i], &a, &err) == 0, "%s", err.text);
    ck_assert_str_eq(netaddr_format(&a, buf), good[_i]);
    ck_assert_uint_gt(netaddr_to_sockaddr(&a, &ss), 0);
    ck_assert(netaddr_from_sockaddr(&ss, &b));
    ck_assert(netaddr_equal(&a, &b));
}
END_TEST

static const char *const bad[] = {
    "",
    ":",
    ":5555",
    "192.0.2.1",
    "192.0.2.1:",
    "192.0.2.1:-1",
    "192.0.2.1:+1",
    "192.0.2.1: 1",
    "192.0.2.1:65536",
    "192.0.2.1:99999999999999999999999",
    "192.0.2.1:80x",
    "192.0.2.256:80",
    "192.0.2:80",
    "localhost:80",
    "::1:80",
    "[]:80",
    "[::1]",
    "[::1:80",
    "::1]:80",
    "[192.0.2.1]:80",
    ("[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:"
     "ffff:0000]:1"),
};

START_TEST(refuses_and_says_the_form)
{
    struct netaddr a;
    struct error err;
    char want[512];

    ck_assert_int_eq(netaddr_parse(bad[_i], &a, &err), ERR_VALUE);
    snprintf(want, sizeof(want),
             "'%s' is not address:port (IPv6: [address]:port)", bad[_i]);
    ck_assert_str_eq(err.text, want);
}
END_TEST

static const struct {
    const char *text, *shown; /* NULL: not an address */
} ips[] = {
    {"192.0.2.1", "192.0.2.1"},
    {"2001:DB8:0:0::1", "2001:db8::1"},
    {"", NULL},
    {"192.0.2.1:80", NULL},
    {"[::1]", NULL},
    {"localhost", NULL},
};

START_TEST(parses_an_address_alone)
{
    struct strbuf sb = STRBUF_INIT;
    struct netaddr a;
    struct error err;
    int r = netaddr_parse_ip(ips[_i].text, &a, &err);

    if (ips[_i].shown == NULL) {
        ck_assert_int_eq(r, ERR_VALUE);
        strbuf_addf(&sb, "'%s' is not an IP address", ips[_i].text);
        ck_assert_str_eq(err.text, strbuf_str(&sb));
    } else {
        ck_assert_int_eq(r, 0);
        netaddr_add_ip(&a, &sb);
        ck_assert_str_eq(strbuf_str(&sb), ips[_i].shown);
        ck_assert_uint_eq(a.port, 0);
    }
    strbuf_done(&sb);
}
END_TEST

static const struct {
    const char *text, *shown;
} displays[] = {
    {"192.0.2.1:5555", "192.0.2.1..5555"},
    {"[2001:db8::fa:1]:443", "2001:DB8::FA:1..443"},
    {"[::ffff:192.0.2.1]:1", "::FFFF:192.0.2.1..1"},
};

START_TEST(an_address_is_shown_as_on_zos)
{
    struct strbuf sb = STRBUF_INIT;
    struct netaddr a;

    ck_assert_int_eq(netaddr_parse(displays[_i].text, &a, NULL), 0);
    strbuf_adds(&sb, "left: ");
    netaddr_add_zos(&a, &sb);
    ck_assert_str_eq(strbuf_str(&sb) + 6, displays[_i].shown);
    ck_assert_mem_eq(sb.data, "left: ", 6);
    strbuf_done(&sb);
}
END_TEST

START_TEST(an_unknown_address_is_a_question_mark)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct strbuf sb = STRBUF_INIT;
    char buf[NETADDR_TEXT];
    struct netaddr a;

    ck_assert(!netaddr_from_sockaddr(&un, &a));
    ck_assert_int_eq(a.family, AF_UNSPEC);
    ck_assert_str_eq(netaddr_format(&a, buf), "?:0");
    netaddr_add_ip(&a, &sb);
    ck_assert_str_eq(strbuf_str(&sb), "?");
    ck_assert_uint_eq(netaddr_ip_len(&a), 0);
    strbuf_done(&sb);
}
END_TEST

START_TEST(keeps_the_scope)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_scope_id = 3};
    struct sockaddr_storage ss;
    struct netaddr a;

    ck_assert(netaddr_from_sockaddr(&in6, &a));
    ck_assert_uint_eq(a.scope, 3);
    netaddr_to_sockaddr(&a, &ss);
    memcpy(&in6, &ss, sizeof(in6));
    ck_assert_uint_eq(in6.sin6_scope_id, 3);
}
END_TEST

static const struct {
    const char *text, *plain;
} mapped[] = {
    {"[::ffff:192.0.2.1]:80", "192.0.2.1:80"},
    {"[::192.0.2.1]:80", "[::192.0.2.1]:80"},
    {"[2001:db8::1]:80", "[2001:db8::1]:80"},
    {"192.0.2.1:80", "192.0.2.1:80"},
};

START_TEST(unmaps_only_the_mapped)
{
    char buf[NETADDR_TEXT];
    struct netaddr a, b;

    ck_assert_int_eq(netaddr_parse(mapped[_i].text, &a, NULL), 0);
    b = netaddr_unmap(&a);
    ck_assert_str_eq(netaddr_format(&b, buf), mapped[_i].plain);
}
END_TEST

static const struct {
    const char *a, *b;
    bool equal;
} pairs[] = {
    {"192.0.2.1:80", "192.0.2.1:80", true},
    {"192.0.2.1:80", "192.0.2.1:81", false},
    {"192.0.2.1:80", "192.0.2.2:80", false},
    {"192.0.2.1:80", "[::ffff:192.0.2.1]:80", false},
    {"[::1]:80", "[::1]:80", true},
};

START_TEST(compares_whole_addresses)
{
    struct netaddr a, b;

    ck_assert_int_eq(netaddr_parse(pairs[_i].a, &a, NULL), 0);
    ck_assert_int_eq(netaddr_parse(pairs[_i].b, &b, NULL), 0);
    ck_assert_int_eq(netaddr_equal(&a, &b), pairs[_i].equal);
    ck_assert_int_eq(netaddr_equal(&b, &a), pairs[_i].equal);
}
END_TEST

START_TEST(orders_addresses)
{
    struct netaddr a, b;

    netaddr_parse_ip("192.0.2.1", &a, NULL);
    netaddr_parse_ip("192.0.2.10", &b, NULL);
    ck_assert_int_lt(netaddr_compare_ip(&a, &b), 0);
    ck_assert_int_gt(netaddr_compare_ip(&b, &a), 0);
    ck_assert_int_eq(netaddr_compare_ip(&a, &a), 0);
}
END_TEST

START_TEST(of_a_socket)
{
    int ip = socket(AF_INET, SOCK_STREAM, 0);
    int other = socket(AF_UNIX, SOCK_STREAM, 0);
    struct netaddr a = {.family = AF_INET6, .port = 7};

    ck_assert(!netaddr_of_socket(-1, getsockname, &a));
    ck_assert_int_eq(a.family, AF_INET6);
    ck_assert(!netaddr_of_socket(ip, getpeername, &a));
    ck_assert_uint_eq(a.port, 7);
    ck_assert(netaddr_of_socket(ip, getsockname, &a));
    ck_assert_int_eq(a.family, AF_INET);
    ck_assert_uint_eq(a.port, 0);
    ck_assert(!netaddr_of_socket(other, getsockname, &a));
    ck_assert_int_eq(a.family, AF_UNSPEC);
    close(ip);
    close(other);
}
END_TEST

TESTS_BEGIN("netaddr")
TEST_ROWS(prints_what_it_parsed, good)
TEST_ROWS(refuses_and_says_the_form, bad)
TEST_ROWS(parses_an_address_alone, ips)
TEST_ROWS(an_address_is_shown_as_on_zos, displays)
TEST(an_unknown_address_is_a_question_mark)
TEST(keeps_the_scope)
TEST_ROWS(unmaps_only_the_mapped, mapped)
TEST_ROWS(compares_whole_addresses, pairs)
TEST(orders_addresses)
TEST(of_a_socket)
TESTS_END
