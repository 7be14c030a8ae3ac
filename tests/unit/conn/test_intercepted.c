/* The producers: what they know about an accepted socket, and what they leave
 * to be known later. */

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conn/intercepted.h"
#include "support/peer.h"
#include "support/suite.h"
#include "util/fd.h"

static struct config_listener listener(enum policy_direction direction)
{
    struct config_listener l = {
        .mode = MODE_FORWARD,
        .direction = direction,
        .jobname = "BAQSTRT",
        .userid = "LIBSERV",
    };

    l.target.text = "192.0.2.1:5555";
    l.target.count = 2;
    netaddr_parse("192.0.2.1:5555", &l.target.address[0], NULL);
    netaddr_parse("192.0.2.2:5555", &l.target.address[1], NULL);
    return l;
}

static const struct {
    const char *name;
    enum policy_direction direction;
    const char *listen;
    bool all; /* accounts may use it */
    const char *jobname;
    bool owner; /* is known */
    bool local; /* the same */
} forwards[] = {
    {"outbound: the program's socket is asked for", POLICY_OUTBOUND, NULL,
     false, "BAQSTRT", true, false},
    {"outbound: nobody asks whose it is", POLICY_OUTBOUND, NULL, true,
     "BAQSTRT", false, false},
    {"outbound: all may, but its name is asked for", POLICY_OUTBOUND, NULL,
     true, "", true, false},
    {"inbound: the peer is another machine", POLICY_INBOUND, "127.0.0.1:15555",
     false, "BAQSTRT", false, true},
    {"inbound: on any address", POLICY_INBOUND, "0.0.0.0:15555", false,
     "BAQSTRT", false, false},
    {"inbound: on any port", POLICY_INBOUND, "127.0.0.1:0", false, "BAQSTRT",
     false, false},
};

static const struct services nothing = {.own = NULL};

START_TEST(forward_knows)
{
    struct config_listener l = listener(forwards[_i].direction);
    struct intercept_host h;
    struct intercepted in;
    struct netaddr peer;
    int pair[2];

    l.jobname = forwards[_i].jobname;
    l.allow.all = forwards[_i].all;
    if (forwards[_i].listen != NULL)
        netaddr_parse(forwards[_i].listen, &l.listen, NULL);
    ck_assert_int_eq(intercept_host_init(&h, &nothing, NULL), 0);
    peer_tcp_pair(pair, false);
    ck_assert(netaddr_of_socket(pair[0], getpeername, &peer));
    ck_assert_int_eq(intercepted_make(&l, pair[0], &peer, &h, &in, NULL), 0);
    ck_assert_int_eq(in.fd, pair[0]);
    ck_assert_int_eq(in.direction, forwards[_i].direction);
    ck_assert_msg((in.local.family != AF_UNSPEC) == forwards[_i].local, "%s",
                  forwards[_i].name);
    if (forwards[_i].local)
        ck_assert(netaddr_equal(&in.local, &l.listen));
    if (in.direction == POLICY_OUTBOUND) /* known when it is connected */
        ck_assert_int_eq(in.remote.family, AF_UNSPEC);
    else
        ck_assert(netaddr_equal(&in.remote, &peer));
    ck_assert_str_eq(in.who.jobname, forwards[_i].jobname);
    ck_assert_str_eq(in.who.userid, "LIBSERV");
    ck_assert_msg((in.who.owner_error == 0) == forwards[_i].owner, "%s",
                  forwards[_i].name);
    if (forwards[_i].owner)
        ck_assert_uint_eq(in.who.owner.uid, geteuid());
    ck_assert_uint_eq(intercepted_tries(&in), 2);
    ck_assert_uint_eq(intercepted_limit(&in, 0, 30000), 15000);
    ck_assert(netaddr_equal(intercepted_target(&in, 1), &l.target.address[1]));
    close(pair[0]);
    close(pair[1]);
    intercept_host_done(&h);
}
END_TEST

static const struct {
    const char *name;
    enum policy_direction direction;
    bool all, pressed;
    enum fair_kind kind;
    bool account; /* it is known */
} payers[] = {
    {"the owner is known", POLICY_OUTBOUND, false, false, FAIR_ACCOUNT, true},
    {"nobody asks", POLICY_OUTBOUND, true, false, FAIR_ACCOUNT, false},
    {"it matters whose it is", POLICY_OUTBOUND, true, true, FAIR_ACCOUNT, true},
    {"a peer", POLICY_INBOUND, false, false, FAIR_PEER, false},
    {"a program of this machine, and it matters", POLICY_INBOUND, false, true,
     FAIR_ACCOUNT, true},
};

/* Only while limits press the kernel is asked for that. */
START_TEST(knows_whose_it_is)
{
    struct config_listener l = listener(payers[_i].direction);
    struct fair_who me = fair_account(geteuid());
    struct intercept_host h;
    struct intercepted in;
    struct netaddr peer;
    int pair[2];

    l.allow.all = payers[_i].all;
    ck_assert_int_eq(intercept_host_init(&h, &nothing, NULL), 0);
    h.pressed = payers[_i].pressed;
    peer_tcp_pair(pair, false);
    ck_assert(netaddr_of_socket(pair[0], getpeername, &peer));
    ck_assert_int_eq(intercepted_make(&l, pair[0], &peer, &h, &in, NULL), 0);
    ck_assert_msg(in.by.kind == payers[_i].kind, "%s", payers[_i].name);
    ck_assert_msg((memcmp(&in.by, &me, sizeof(me)) == 0) == payers[_i].account,
                  "%s", payers[_i].name);
    close(pair[0]);
    close(pair[1]);
    intercept_host_done(&h);
}
END_TEST

/* The kernel says whose account it is; that it is ours only we know. */
START_TEST(its_own_speak_for_nobody)
{
    struct config_listener l = listener(POLICY_OUTBOUND);
    struct own_socket *list = NULL;
    struct services s = {.own = NULL};
    struct intercept_host h;
    struct intercepted in;
    struct netaddr peer;
    struct error err;
    int pair[2];

    ck_assert_int_eq(own_new(&s.own, NULL), 0);
    ck_assert_int_eq(intercept_host_init(&h, &s, NULL), 0);
    peer_tcp_pair(pair, false);
    ck_assert_int_eq(own_add(s.own, pair[_i], &list, NULL), 0);
    ck_assert(netaddr_of_socket(pair[0], getpeername, &peer));
    if (_i == 0) { /* another one */
        ck_assert_int_eq(intercepted_make(&l, pair[0], &peer, &h, &in, &err),
                         0);
        close(pair[0]);
    } else {
        ck_assert_int_eq(intercepted_make(&l, pair[0], &peer, &h, &in, &err),
                         ERR_DENIED);
    }
    own_remove(s.own, &list);
    own_free(s.own);
    close(pair[1]);
    intercept_host_done(&h);
}
END_TEST

/* Those that can come back are known before they connect. */
static const struct {
    const char *name;
    uint16_t watched;
    bool known;
} dials[] = {
    {"to a port of ours", 5555, true},
    {"to another", 5556, false},
    {"transparent: anywhere", 0, true},
};

static uint32_t inode_of(int fd)
{
    struct stat st;

    ck_assert_int_eq(fstat(fd, &st), 0);
    return (uint32_t)st.st_ino;
}

START_TEST(knows_its_own)
{
    struct intercepted in = {.fd = -1, .other = -1};
    struct services s = {.own = NULL};
    struct intercept_host h;
    int fd;

    ck_assert_int_eq(own_new(&s.own, NULL), 0);
    ck_assert_int_eq(intercept_host_init(&h, &s, NULL), 0);
    own_watch(s.own, dials[_i].watched);
    ck_assert_int_eq(netaddr_parse("127.0.0.1:5555", &in.onward, NULL), 0);
    ck_assert_int_eq(intercepted_socket(&in, 0, &h, &fd, NULL), 0);
    ck_assert_msg(own_has(s.own, inode_of(fd)) == dials[_i].known, "%s",
                  dials[_i].name);
    intercepted_done(&in, &h);
    ck_assert(!own_has(s.own, inode_of(fd)));
    close(fd);
    own_free(s.own);
    intercept_host_done(&h);
}
END_TEST

START_TEST(without_target_there_is_one_way_onward)
{
    struct intercepted in = {.fd = -1};

    ck_assert_int_eq(netaddr_parse("192.0.2.9:1", &in.onward, NULL), 0);
    ck_assert_uint_eq(intercepted_tries(&in), 1);
    ck_assert_ptr_eq(intercepted_target(&in, 0), &in.onward);
    ck_assert_uint_eq(intercepted_limit(&in, 0, 30000), 30000);
}
END_TEST

/* The program's own TIME_WAIT socket may not answer a shown address. */
START_TEST(shown_address_is_tried_for_300_ms)
{
    struct intercepted in = {.fd = -1, .show_remote = true};

    ck_assert_uint_eq(intercepted_tries(&in), 2);
    ck_assert_uint_eq(intercepted_limit(&in, 0, 30000), 300);
    ck_assert_uint_eq(intercepted_limit(&in, 1, 30000), 30000);
    ck_assert_ptr_eq(intercepted_target(&in, 1), &in.onward);
}
END_TEST

START_TEST(a_socket_that_is_not_ip_is_reset)
{
    struct config_listener l = listener(POLICY_OUTBOUND);
    struct netaddr peer = {.family = AF_UNSPEC};
    struct intercept_host h;
    struct intercepted in;
    struct error err;
    int pair[2];
    char byte;

    ck_assert_int_eq(intercept_host_init(&h, &nothing, NULL), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(intercepted_make(&l, pair[0], &peer, &h, &in, &err),
                     ERR_VALUE);
    ck_assert_str_eq(err.text, "an accepted socket is not IP");
    ck_assert_int_eq(read(pair[1], &byte, 1), 0);
    close(pair[1]);
    intercept_host_done(&h);
}
END_TEST

TESTS_BEGIN("intercepted")
TEST_ROWS(forward_knows, forwards)
TEST_ROWS(knows_whose_it_is, payers)
tcase_add_loop_test(tc, its_own_speak_for_nobody, 0, 2);
TEST_ROWS(knows_its_own, dials)
TEST(without_target_there_is_one_way_onward)
TEST(shown_address_is_tried_for_300_ms)
TEST(a_socket_that_is_not_ip_is_reset)
TESTS_END
