/* Binding, accepting, and what it does without descriptors. */

#include "worker/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "relay/descriptors.h"
#include "support/scratch.h"
#include "support/suite.h"
#include "util/fd.h"
#include "util/unixsock.h"

struct hall {
    struct event_base *base;
    struct intercept_host intercept;
    struct trace *trace;
    struct metrics metrics;
    struct listener *listener;
    struct config_listener cfg;
    int got[8];
    int count;
    bool one_at_a_time;
};

static bool on_accept(void *arg, const struct config_listener *l, int fd,
                      const struct netaddr *peer)
{
    struct hall *h = arg;
    struct netaddr real;

    ck_assert_ptr_eq(l, &h->cfg);
    ck_assert(netaddr_of_socket(fd, getpeername, &real));
    ck_assert(netaddr_equal(peer, &real));
    ck_assert_int_lt(h->count, 8);
    h->got[h->count++] = fd;
    return !h->one_at_a_time;
}

static bool refuse_all(void *arg, const struct config_listener *l, int fd,
                       const struct netaddr *peer)
{
    (void)arg;
    (void)l;
    (void)peer;
    fd_reset(&fd);
    return true;
}

static const struct services nothing = {.own = NULL};

static void hall_open_to(struct hall *h, const char *address, int direction)
{
    struct listener_host host;
    struct error err;

    memset(h, 0, sizeof(*h));
    h->cfg.direction = direction;
    h->intercept.services = &nothing;
    h->base = event_base_new();
    ck_assert_int_eq(trace_new("T", &h->trace, &err), 0);
    ck_assert_int_eq(netaddr_parse(address, &h->cfg.listen, NULL), 0);
    ck_assert_int_eq(listener_open(&h->cfg, 16, &h->listener, &err), 0);
    host = (struct listener_host){h->base,     &h->intercept, h->trace,
                                  &h->metrics, on_accept,     h};
    ck_assert_int_eq(listener_start(h->listener, &host, &err), 0);
}

static void hall_open(struct hall *h, const char *address)
{
    hall_open_to(h, address, POLICY_INBOUND);
}

static void hall_close(struct hall *h)
{
    while (h->count > 0)
        fd_close(&h->got[--h->count]);
    listener_close(h->listener);
    trace_free(h->trace);
    event_base_free(h->base);
}

static int knock(const struct hall *h)
{
    struct netaddr a = listener_address(h->listener);
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&a, &sa);
    int fd = socket(a.family, SOCK_STREAM, 0);

    ck_assert_int_eq(connect(fd, (void *)&sa, len), 0);
    return fd;
}

static const char *const addresses[] = {"127.0.0.1:0", "[::1]:0"};

START_TEST(accepts)
{
    struct netaddr a;
    struct hall h;
    int one, two;

    if (_i == 1 && access("/proc/net/if_inet6", R_OK) != 0)
        return; /* no IPv6 in this kernel or container */
    hall_open(&h, addresses[_i]);
    a = listener_address(h.listener);
    ck_assert_uint_ne(a.port, 0);
    one = knock(&h);
    two = knock(&h);
    event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(h.count, 2);
    ck_assert_int_ne(fcntl(h.got[0], F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(h.got[0], F_GETFD) & FD_CLOEXEC, 0);
    fd_close(&one);
    fd_close(&two);
    hall_close(&h);
}
END_TEST

/* The other events of the loop come between two of them. */
START_TEST(accepts_one_a_turn_where_that_is_wanted)
{
    struct hall h;
    int fd[3], i;

    hall_open(&h, "127.0.0.1:0");
    h.one_at_a_time = true;
    for (i = 0; i < 3; i++)
        fd[i] = knock(&h);
    for (i = 1; i <= 3; i++) {
        event_base_loop(h.base, EVLOOP_ONCE);
        ck_assert_int_eq(h.count, i);
    }
    for (i = 0; i < 3; i++)
        fd_close(&fd[i]);
    hall_close(&h);
}
END_TEST

/* What a listening socket has, the accepted ones have from the start. */
START_TEST(accepted_sockets_do_not_delay)
{
    socklen_t len = sizeof(int);
    struct hall h;
    int fd, on = 0;

    hall_open(&h, "127.0.0.1:0");
    fd = knock(&h);
    event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(h.count, 1);
    ck_assert_int_eq(getsockopt(h.got[0], IPPROTO_TCP, TCP_NODELAY, &on, &len),
                     0);
    ck_assert_int_ne(on, 0);
    fd_close(&fd);
    hall_close(&h);
}
END_TEST

/* A program's own connection ends hard from the first moment on, without a call
 * for each; that of a peer, which ends with close_notify, does not. */
static const struct {
    const char *name;
    int direction, hard;
} sides[] = {
    {"a program's", POLICY_OUTBOUND, 1},
    {"a peer's", POLICY_INBOUND, 0},
};

START_TEST(a_program_s_side_ends_hard)
{
    struct linger l = {-1, -1};
    socklen_t len = sizeof(l);
    struct hall h;
    int fd;

    hall_open_to(&h, "127.0.0.1:0", sides[_i].direction);
    fd = knock(&h);
    event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(h.count, 1);
    ck_assert_int_eq(getsockopt(h.got[0], SOL_SOCKET, SO_LINGER, &l, &len), 0);
    ck_assert_msg(l.l_onoff == sides[_i].hard && l.l_linger == 0, "%s: %d, %d",
                  sides[_i].name, l.l_onoff, l.l_linger);
    fd_close(&fd);
    hall_close(&h);
}
END_TEST

START_TEST(accepts_no_more_once_stopped)
{
    struct hall h;
    int fd;

    hall_open(&h, "127.0.0.1:0");
    listener_stop(h.listener);
    fd = knock(&h); /* the socket stays open: it waits, it is not refused */
    event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(h.count, 0);
    fd_close(&fd);
    hall_close(&h);
}
END_TEST

/* Whoever connects is refused at once, and no turn of the loop is for it. */
START_TEST(refuses_once_shut)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    struct hall h;
    socklen_t len;
    char byte;
    int fd, late;

    hall_open(&h, "127.0.0.1:0");
    a = listener_address(h.listener);
    fd = knock(&h); /* it waits to be accepted */
    listener_shut(h.listener);
    len = netaddr_to_sockaddr(&a, &sa);
    late = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(late, (void *)&sa, len), -1);
    ck_assert_int_eq(errno, ECONNREFUSED);
    ck_assert_int_eq(recv(fd, &byte, 1, 0), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(h.count, 0);
    ck_assert_uint_eq(metrics_get(&h.metrics, COUNTER_ACCEPT_PAUSED), 0);
    ck_assert_int_eq(event_base_get_num_events(h.base, EVENT_BASE_COUNT_ADDED),
                     0);
    fd_close(&fd);
    fd_close(&late);
    hall_close(&h);
}
END_TEST

static int knock_at(const char *path)
{
    struct sockaddr_un un;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

    ck_assert_int_eq(unixsock_address(path, &un, NULL), 0);
    if (connect(fd, (void *)&un, sizeof(un)) != 0)
        fd_close(&fd);
    return fd;
}

static bool count_one(void *arg, const struct config_listener *l, int fd,
                      const struct netaddr *peer)
{
    struct hall *h = arg;

    (void)l;
    (void)peer;
    h->got[h->count++] = fd;
    return true;
}

/* A program under attls-run finds the daemon again. */
START_TEST(a_run_socket_that_is_removed_is_made_again)
{
    struct listener_host host;
    char path[SCRATCH + 8];
    struct error err;
    struct hall h;
    int fd = -1, i;

    memset(&h, 0, sizeof(h));
    scratch_folder(path, "listener");
    strcat(path, "/run");
    h.cfg.mode = MODE_RUN;
    h.cfg.socket = path;
    h.base = event_base_new();
    ck_assert_int_eq(trace_new("T", &h.trace, &err), 0);
    ck_assert_int_eq(listener_open(&h.cfg, 16, &h.listener, &err), 0);
    host = (struct listener_host){h.base,     &h.intercept, h.trace,
                                  &h.metrics, count_one,    &h};
    ck_assert_int_eq(listener_start(h.listener, &host, &err), 0);
    ck_assert_int_eq(unlink(path), 0);
    for (i = 0; i < 100 && (fd = knock_at(path)) < 0; i++)
        event_base_loop(h.base, EVLOOP_ONCE); /* the look's turn */
    ck_assert_int_ge(fd, 0);
    event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(h.count, 1);
    listener_shut(h.listener);
    ck_assert_int_eq(knock_at(path), -1);
    fd_close(&fd);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    hall_close(&h);
}
END_TEST

START_TEST(says_why_it_can_not_bind)
{
    struct listener *second = NULL;
    struct config_listener cfg = {0};
    struct netaddr a;
    struct error err;
    struct hall h;
    char want[120], text[NETADDR_TEXT];

    hall_open(&h, "127.0.0.1:0");
    a = listener_address(h.listener);
    cfg.listen = a;
    ck_assert_int_eq(listener_open(&cfg, 16, &second, &err), ERR_SYSTEM);
    snprintf(want, sizeof(want), "listener %s: bind: Address already in use",
             netaddr_format(&a, text));
    ck_assert_str_eq(err.text, want);
    hall_close(&h);
}
END_TEST

/* ---- dial_check ---- */

static int try_knock(const struct hall *h)
{
    struct netaddr a = listener_address(h->listener);
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&a, &sa);
    int fd = socket(a.family, SOCK_STREAM, 0), error = 0;

    if (connect(fd, (void *)&sa, len) < 0)
        error = errno;
    fd_close(&fd);
    return error;
}

static int make_target(struct config_target *t)
{
    struct sockaddr_storage sa;
    struct netaddr any;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len;

    ck_assert_int_eq(netaddr_parse("127.0.0.1:0", &any, NULL), 0);
    len = netaddr_to_sockaddr(&any, &sa);
    ck_assert_int_eq(bind(fd, (void *)&sa, len), 0);
    ck_assert(netaddr_of_socket(fd, getsockname, &t->address[0]));
    t->text = "the target";
    t->count = 1;
    return fd;
}

/* Turns of the loop until the listener is shut, or is not; at most so many
 * seconds of a machine that has time. */
static bool comes_to(struct hall *h, int shut)
{
    int i;

    for (i = 0;
         i < 500 * ATTLS_PATIENCE && listener_is_refusing(h->listener) != shut;
         i++) {
        event_base_loop(h->base, EVLOOP_NONBLOCK);
        usleep(10000);
    }
    return listener_is_refusing(h->listener) == shut;
}

/* Nobody can connect while the target does not accept: not only is nobody
 * accepted, who waits for it is hung up on too. */
START_TEST(is_shut_while_the_target_refuses)
{
    struct config_target target = {0};
    int fd = make_target(&target), early;
    struct listener_host host;
    struct error err;
    struct hall h;
    char byte;

    hall_open(&h, "127.0.0.1:0");
    early = knock(&h);
    listener_stop(h.listener);
    h.cfg.listen = listener_address(h.listener);
    h.cfg.target = target;
    h.cfg.dial_check = 1;
    host = (struct listener_host){h.base,     &h.intercept, h.trace,
                                  &h.metrics, refuse_all,   &h};
    ck_assert_int_eq(listener_start(h.listener, &host, &err), 0);
    ck_assert(comes_to(&h, ECONNREFUSED));
    ck_assert_int_eq(try_knock(&h), ECONNREFUSED);
    ck_assert_int_lt(recv(early, &byte, 1, 0), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert(comes_to(&h, 0));
    ck_assert_int_eq(try_knock(&h), 0);
    fd_close(&fd);
    ck_assert(comes_to(&h, ECONNREFUSED));
    fd_close(&early);
    hall_close(&h);
}
END_TEST

/* Without descriptors it pauses instead of spinning, and comes back. */
START_TEST(pauses_without_descriptors)
{
    struct rlimit old, none;
    struct hall h;
    int fd, i;

    hall_open(&h, "127.0.0.1:0");
    fd = knock(&h);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = old;
    none.rlim_cur = (rlim_t)fd + 1; /* all below are in use */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    for (i = 0; i < 50; i++)
        event_base_loop(h.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    ck_assert_int_eq(h.count, 0);
    ck_assert_uint_eq(metrics_get(&h.metrics, COUNTER_ACCEPT_PAUSED), 1);
    for (i = 0; i < 1000 && h.count == 0; i++)
        event_base_loop(h.base, EVLOOP_ONCE);
    ck_assert_int_eq(h.count, 1);
    fd_close(&fd);
    hall_close(&h);
}
END_TEST

/* One that is accepted with a descriptor of those that are kept waits until
 * there is another: it is not reset, and neither are those behind it. */
START_TEST(waits_for_a_descriptor_that_is_not_kept)
{
    enum { TABLE = 64, KEPT_FROM = 48 };
    struct rlimit table = {TABLE, TABLE};
    int fd[2], used[TABLE], n = 0, i;
    struct hall h;
    char byte;

    hall_open(&h, "127.0.0.1:0");
    fd[0] = knock(&h);
    fd[1] = knock(&h);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &table), 0);
    descriptors_begin(false);
    do {
        used[n] = dup(fd[0]);
    } while (!descriptors_is_kept(used[n++]));
    ck_assert_int_eq(used[n - 1], KEPT_FROM);
    fd_close(&used[--n]);
    for (i = 0; i < 5; i++)
        event_base_loop(h.base, EVLOOP_ONCE);
    ck_assert_int_eq(h.count, 0);
    for (i = 0; i < 2; i++) {
        ck_assert_int_eq(recv(fd[i], &byte, 1, MSG_DONTWAIT), -1);
        ck_assert_int_eq(errno, EAGAIN);
    }
    while (n > 0)
        close(used[--n]);
    for (i = 0; i < 1000 && h.count < 2; i++)
        event_base_loop(h.base, EVLOOP_ONCE);
    ck_assert_int_eq(h.count, 2);
    ck_assert(!descriptors_is_kept(h.got[0]));
    ck_assert_uint_eq(metrics_get(&h.metrics, COUNTER_ACCEPT_PAUSED), 1);
    fd_close(&fd[0]);
    fd_close(&fd[1]);
    hall_close(&h);
}
END_TEST

TESTS_BEGIN("listener")
TEST_ROWS(accepts, addresses)
TEST(accepts_one_a_turn_where_that_is_wanted)
TEST(accepted_sockets_do_not_delay)
TEST_ROWS(a_program_s_side_ends_hard, sides)
TEST(refuses_once_shut)
TEST(a_run_socket_that_is_removed_is_made_again)
TEST(accepts_no_more_once_stopped)
TEST(says_why_it_can_not_bind)
TEST(is_shut_while_the_target_refuses)
TEST(pauses_without_descriptors)
TEST(waits_for_a_descriptor_that_is_not_kept)
TESTS_END
