/* Threads: connections go where the fewest are, and stopping is in order. */

#include "worker/worker.h"

#include <event2/event.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "conn/view.h"
#include "intercept/runmsg.h"
#include "relay/closer.h"
#include "support/peer.h"
#include "support/rig.h"
#include "support/suite.h"
#include "support/tlspair.h"
#include "tls/environment.h"
#include "tls/memory.h"
#include "tls/testing.h"
#include "util/clock.h"
#include "util/fd.h"
#include "worker/listener.h"

static struct testring *rings;

static void setup(void)
{
    struct error err;

    ck_assert_int_eq(tls_init(&err), 0); /* before the rings use OpenSSL */
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

/* Workers behind one inbound listener that relays in clear to the test. */
struct shop {
    struct rig rig;
    struct listener *listener;
    struct workers *workers;
    int target;        /* listens */
    unsigned long cut; /* by who stops */
};

static int listen_anywhere(struct netaddr *ret)
{
    struct sockaddr_storage sa;
    socklen_t len;
    int fd;

    netaddr_parse("127.0.0.1:0", ret, NULL);
    len = netaddr_to_sockaddr(ret, &sa);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (void *)&sa, len), 0);
    ck_assert_int_eq(listen(fd, 256), 0);
    len = sizeof(sa);
    getsockname(fd, (void *)&sa, &len);
    netaddr_from_sockaddr(&sa, ret);
    return fd;
}

static void shop_open_for(struct shop *s, unsigned workers,
                          const char *settings, const char *job)
{
    struct workers_params wp = {.count = workers};
    struct config_listener *l;
    struct error err;

    memset(s, 0, sizeof(*s));
    rig_open(&s->rig, rings, settings, "");
    s->rig.services.now = clock_coarse_ms;
    l = rig_listener(&s->rig, RIG_IN);
    s->target = listen_anywhere(&l->target.address[0]);
    l->jobname = job;
    l->dial = DIAL_AT_ONCE; /* the program's accept() tells that it is served */
    ck_assert_int_eq(listener_open(l, 64, &s->listener, &err), 0);
    wp.listeners = &s->listener;
    wp.listener_count = 1;
    ck_assert_int_eq(workers_start(&s->rig.services, &wp, &s->workers, &err),
                     0);
}

static void shop_open(struct shop *s, unsigned workers, unsigned long max)
{
    char settings[64];

    snprintf(settings, sizeof(settings), "max_connections = %lu;", max);
    shop_open_for(s, workers, settings, "NONE"); /* no rule: in clear */
}

static void shop_close(struct shop *s, unsigned long limit_ms)
{
    workers_stop(s->workers, limit_ms);
    listener_close(s->listener);
    fd_close(&s->target);
    rig_close(&s->rig);
}

static int enter_from(const struct shop *s, const char *from)
{
    struct netaddr mine, a = listener_address(s->listener);
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&a, &sa);
    struct sockaddr_storage from_sa;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(netaddr_parse(from, &mine, NULL), 0);
    netaddr_to_sockaddr(&mine, &from_sa);
    ck_assert_int_eq(bind(fd, (void *)&from_sa, len), 0);
    ck_assert_int_eq(connect(fd, (void *)&sa, len), 0);
    return fd;
}

static int enter(const struct shop *s)
{
    return enter_from(s, "127.0.0.1:0");
}

/* One byte through and back, so that the connection is known to stand. */
static void exchange(int a, int b)
{
    char byte = 'a';

    ck_assert_int_eq(write(a, "x", 1), 1);
    ck_assert_int_eq(read(b, &byte, 1), 1);
    ck_assert_int_eq(byte, 'x');
    ck_assert_int_eq(write(b, "y", 1), 1);
    ck_assert_int_eq(read(a, &byte, 1), 1);
    ck_assert_int_eq(byte, 'y');
}

/* At most five seconds, of a machine that has time. */
static bool wait_for(const struct shop *s, unsigned long connections)
{
    static const struct timespec nap = {0, 5 * 1000 * 1000};
    int i;

    for (i = 0; i < 1000 * ATTLS_PATIENCE &&
                workers_connections(s->workers) != connections;
         i++)
        nanosleep(&nap, NULL);
    return workers_connections(s->workers) == connections;
}

enum { MANY = 40 };

static const unsigned counts[] = {1, 2, 4};

START_TEST(many_connections_through_few_threads)
{
    int in[MANY], out[MANY], i;
    struct shop s;

    shop_open(&s, counts[_i], 1000);
    for (i = 0; i < MANY; i++) {
        in[i] = enter(&s);
        out[i] = accept(s.target, NULL, NULL);
        exchange(in[i], out[i]);
    }
    ck_assert_uint_eq(workers_connections(s.workers), MANY);
    for (i = 0; i < MANY; i++)
        exchange(out[i], in[i]);
    for (i = 0; i < MANY; i++) {
        fd_close(&in[i]);
        fd_close(&out[i]);
    }
    ck_assert(wait_for(&s, 0));
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_ACCEPTED), MANY);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_CLOSED), MANY);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_BYTES_IN), 2 * MANY);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_BYTES_OUT), 2 * MANY);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_DEFECT), 0);
    shop_close(&s, 0);
}
END_TEST

enum { SILENT = 40, TALKING = 30 };

struct talker {
    SSL *ssl;
    int fd, out;
};

static void talk_begin(struct talker *t, const struct shop *s, SSL_CTX *ctx)
{
    t->fd = enter(s);
    t->ssl = SSL_new(ctx);
    SSL_set_fd(t->ssl, t->fd);
    t->out = accept(s->target, NULL, NULL);
    ck_assert_int_eq(SSL_connect(t->ssl), 1);
}

static void talk(const struct talker *t, const char *text)
{
    char buf[64];
    int len = (int)strlen(text);

    ck_assert_int_eq(SSL_write(t->ssl, text, len), len);
    ck_assert_int_eq(recv(t->out, buf, (size_t)len, MSG_WAITALL), len);
    ck_assert_int_eq(send(t->out, text, (size_t)len, 0), len);
    ck_assert_int_eq(SSL_read(t->ssl, buf, sizeof(buf)), len);
    ck_assert_mem_eq(buf, text, (size_t)len);
}

/* Peers that begin a handshake and go no further hold up nobody else. */
START_TEST(others_go_on_in_a_storm_of_handshakes)
{
    SSL_CTX *ctx = tls_plain_ctx(rings, NULL, false);
    struct talker t[TALKING];
    int in[SILENT], out[SILENT], i;
    struct shop s;

    shop_open_for(&s, counts[_i], "", "RIG");
    for (i = 0; i < SILENT; i++) {
        in[i] = enter(&s);
        out[i] = accept(s.target, NULL, NULL);
    }
    for (i = 0; i < TALKING; i++) {
        talk_begin(&t[i], &s, ctx);
        talk(&t[i], "first");
    }
    for (i = 0; i < TALKING; i++)
        talk(&t[i], "and later");
    ck_assert_uint_eq(workers_connections(s.workers), SILENT + TALKING);
    for (i = 0; i < TALKING; i += 2) { /* the others are reset */
        SSL_shutdown(t[i].ssl);
        fd_close(&t[i].fd);
        fd_close(&t[i].out);
    }
    ck_assert(wait_for(&s, SILENT + TALKING / 2));
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_HANDSHAKES), TALKING);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_DEFECT), 0);
    shop_close(&s, 0);
    for (i = 0; i < TALKING; i++) {
        SSL_free(t[i].ssl);
        fd_close(&t[i].fd);
        fd_close(&t[i].out);
    }
    for (i = 0; i < SILENT; i++) {
        fd_close(&in[i]);
        fd_close(&out[i]);
    }
    SSL_CTX_free(ctx);
}
END_TEST

static void add_kept(void *arg, struct loop *loop)
{
    size_t *sum = arg;

    (void)loop;
    *sum += memory_kept();
}

static size_t kept_by_workers(const struct shop *s)
{
    size_t sum = 0;

    workers_visit(s->workers, add_kept, &sum);
    return sum;
}

/* A handshake's memory is kept for the next one, for some seconds at most. */
START_TEST(a_quiet_worker_keeps_no_memory)
{
    static const struct timespec nap = {0, 50 * 1000 * 1000};
    SSL_CTX *ctx = tls_plain_ctx(rings, NULL, false);
    struct talker t;
    struct shop s;
    int i;

    shop_open_for(&s, 1, "", "RIG");
    talk_begin(&t, &s, ctx);
    talk(&t, "hello");
    for (i = 0; i < 20 && kept_by_workers(&s) == 0; i++)
        talk(&t, "again");
    ck_assert(i < 20 || !memory_on());
    for (i = 0; i < 600 && kept_by_workers(&s) != 0; i++)
        nanosleep(&nap, NULL);
    ck_assert_uint_eq(kept_by_workers(&s), 0);
    talk(&t, "and later");
    SSL_free(t.ssl);
    fd_close(&t.fd);
    fd_close(&t.out);
    SSL_CTX_free(ctx);
    shop_close(&s, 0);
}
END_TEST

/* A reset that came with the last bytes has no event of its own. */
START_TEST(finds_a_reset_behind_the_bytes)
{
    char got[3];
    struct shop s;
    int a, b, i;

    shop_open(&s, 1, 100);
    for (i = 0; i < 20; i++) {
        a = enter(&s);
        b = accept(s.target, NULL, NULL);
        exchange(a, b);
        ck_assert_int_eq(write(a, "abc", 3), 3);
        fd_reset(&a);
        ck_assert(wait_for(&s, 0));
        while (recv(b, got, sizeof(got), 0) > 0)
            ;
        fd_close(&b);
    }
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_DEFECT), 0);
    shop_close(&s, 0);
}
END_TEST

START_TEST(above_the_limit_they_are_reset)
{
    int a, b, c;
    struct shop s;
    char byte;

    shop_open(&s, 2, 1);
    a = enter(&s);
    b = accept(s.target, NULL, NULL);
    exchange(a, b);
    c = enter(&s);
    ck_assert_int_lt(recv(c, &byte, 1, 0), 0);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_LIMITED), 1);
    fd_close(&c);
    /* when one has gone there is room again */
    fd_close(&a);
    fd_close(&b);
    ck_assert(wait_for(&s, 0));
    a = enter(&s);
    b = accept(s.target, NULL, NULL);
    exchange(a, b);
    fd_close(&a);
    fd_close(&b);
    shop_close(&s, 1000);
}
END_TEST

static void is_reset(int fd)
{
    char byte;

    ck_assert_int_lt(recv(fd, &byte, 1, 0), 0);
    fd_close(&fd);
}

static void is_conn_greeting(void *arg, struct conn *c)
{
    *(bool *)arg = conn_state(c) == CONN_GREETING;
}

static void is_greeting(void *arg, struct loop *loop)
{
    loop_each(loop, is_conn_greeting, arg);
}

/* Its environment has been opened: it waits for its partner now, not for us. */
static bool has_begun(const struct shop *s)
{
    static const struct timespec nap = {0, 5 * 1000 * 1000};
    bool greeting = false;
    int i;

    for (i = 0; i < 1000 * ATTLS_PATIENCE && !greeting; i++) {
        workers_visit(s->workers, is_greeting, &greeting);
        nanosleep(&nap, NULL);
    }
    return greeting;
}

START_TEST(so_many_may_begin)
{
    struct shop s;
    int a, b, next, i;

    shop_open_for(&s, 1, "max_handshakes = 1;", "RIG");
    a = enter(&s); /* and says nothing: it is in the handshake */
    b = accept(s.target, NULL, NULL);
    for (i = 0; i < 3; i++) {
        ck_assert(has_begun(&s));
        next = enter(&s); /* it is the oldest that waits for its partner */
        is_reset(a);
        fd_close(&b);
        a = next;
        b = accept(s.target, NULL, NULL);
        ck_assert_int_ge(b, 0);
    }
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_GAVE_WAY), 3);
    ck_assert_uint_eq(workers_connections(s.workers), 1);
    fd_close(&a);
    fd_close(&b);
    ck_assert(wait_for(&s, 0));
    a = enter(&s);
    b = accept(s.target, NULL, NULL);
    ck_assert_int_ge(b, 0);
    fd_close(&a);
    fd_close(&b);
    shop_close(&s, 0);
}
END_TEST

/* Those who relay are not counted as beginning. */
START_TEST(who_relays_has_begun)
{
    int a[3], b[3], i;
    struct shop s;

    shop_open_for(&s, 2, "max_handshakes = 1;", "NONE");
    for (i = 0; i < 3; i++) {
        a[i] = enter(&s);
        b[i] = accept(s.target, NULL, NULL);
        exchange(a[i], b[i]);
    }
    shop_close(&s, 0);
    for (i = 0; i < 3; i++) {
        fd_close(&a[i]);
        fd_close(&b[i]);
    }
}
END_TEST

START_TEST(so_many_of_one_peer)
{
    struct shop s;
    int a, b;

    shop_open_for(&s, 2, "max_per_peer = 1;", "NONE");
    a = enter(&s);
    b = accept(s.target, NULL, NULL);
    exchange(a, b);
    is_reset(enter(&s));
    ck_assert(wait_for(&s, 1));
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_LIMITED_PEER), 1);
    /* nor from another address of loopback, which every program has */
    is_reset(enter_from(&s, "127.0.0.2:0"));
    fd_close(&a);
    fd_close(&b);
    ck_assert(wait_for(&s, 0));
    a = enter(&s);
    b = accept(s.target, NULL, NULL);
    exchange(a, b);
    shop_close(&s, 0);
    fd_close(&a);
    fd_close(&b);
}
END_TEST

/* Writes until nothing has gone for a while, or it is reset. */
static void stuff(int fd)
{
    static const char bytes[65536];
    struct pollfd can = {.fd = fd, .events = POLLOUT};
    ssize_t n = 1;

    while (n > 0 && poll(&can, 1, 100) > 0)
        n = send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL);
}

enum { STUFFED = 128 }; /* each leaves a read or a pipe half done, or little */

START_TEST(so_much_may_wait)
{
    int a[STUFFED], b[STUFFED], size = 4096, i;
    struct shop s;

    shop_open_for(&s, 1, "max_buffers = 1;", "NONE");
    setsockopt(s.target, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    for (i = 0; i < STUFFED &&
                workers_counter(s.workers, COUNTER_LIMITED_BUFFERS) == 0;
         i++) {
        a[i] = enter(&s);
        stuff(a[i]);
        b[i] = -1;
        if (workers_counter(s.workers, COUNTER_LIMITED_BUFFERS) == 0)
            b[i] = accept(s.target, NULL, NULL);
    }
    ck_assert_int_gt(i, 1);
    ck_assert_uint_ge(workers_counter(s.workers, COUNTER_LIMITED_BUFFERS), 1);
    shop_close(&s, 0);
    while (i-- > 0) {
        fd_close(&a[i]);
        fd_close(&b[i]);
    }
}
END_TEST

/* A refresh may make the limit higher, and lower than what is open. */
START_TEST(limit_follows_a_refresh)
{
    struct shop s;
    struct config *first; /* has the listener */
    int in[3], out[2];
    char byte;

    shop_open(&s, 2, 1);
    first = config_ref(s.rig.config);
    in[0] = enter(&s);
    out[0] = accept(s.target, NULL, NULL);
    exchange(in[0], out[0]);
    snapshots_swap(s.rig.snapshots,
                   rig_load(&s.rig, "max_connections = 2;", ""));
    in[1] = enter(&s);
    out[1] = accept(s.target, NULL, NULL);
    exchange(in[1], out[1]);
    snapshots_swap(s.rig.snapshots,
                   rig_load(&s.rig, "max_connections = 1;", ""));
    in[2] = enter(&s);
    ck_assert_int_lt(recv(in[2], &byte, 1, 0), 0);
    exchange(in[0], out[0]);
    ck_assert_uint_eq(workers_counter(s.workers, COUNTER_LIMITED), 1);
    shop_close(&s, 0);
    config_unref(first);
    fd_close(&in[0]);
    fd_close(&in[1]);
    fd_close(&in[2]);
    fd_close(&out[0]);
    fd_close(&out[1]);
}
END_TEST

/* ---- one that does not answer ---- */

struct stuck {
    int hosts; /* seen */
    sem_t let_go;
};

static void hold(evutil_socket_t fd, short what, void *arg)
{
    struct stuck *s = arg;

    (void)fd;
    (void)what;
    while (sem_wait(&s->let_go) < 0)
        ;
}

/* The second worker, which accepts nothing, is held on its next turn. */
static void hold_second(void *arg, struct loop *loop)
{
    static const struct timeval at_once = {0, 0};
    struct stuck *s = arg;

    if (s->hosts++ == 1)
        ck_assert_int_eq(
            event_base_once(loop_base(loop), -1, EV_TIMEOUT, hold, s, &at_once),
            0);
}

static void count_hosts(void *arg, struct loop *loop)
{
    (void)loop;
    ++*(int *)arg;
}

static double seconds_since(const struct timespec *then)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) +
           (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static int visits(const struct shop *s)
{
    int hosts = 0;

    workers_visit(s->workers, count_hosts, &hosts);
    return hosts;
}

/* Who looks does not wait for it, and nobody new goes there. */
START_TEST(goes_on_without_one)
{
    static const struct timespec nap = {0, 20 * 1000 * 1000};
    struct stuck stuck = {0};
    struct timespec begun;
    struct shop s;
    int a, b, i;

    sem_init(&stuck.let_go, 0, 0);
    shop_open(&s, 2, 1000);
    ck_assert_int_eq(visits(&s), 2);
    workers_visit(s.workers, hold_second, &stuck);
    if (_i == 0) { /* the first who looks finds out */
        ck_assert_int_eq(visits(&s), 1);
    } else { /* or nobody looks */
        for (i = 0; i < 500 && !workers_is_silent(s.workers, 1); i++)
            nanosleep(&nap, NULL);
    }
    ck_assert(workers_is_silent(s.workers, 1));
    ck_assert(!workers_is_silent(s.workers, 0));
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (i = 0; i < 100; i++)
        ck_assert_int_eq(visits(&s), 1);
    ck_assert_msg(seconds_since(&begun) < 5, "each has waited");
    for (i = 0; i < 8; i++) {
        a = enter(&s);
        b = accept(s.target, NULL, NULL);
        exchange(a, b);
        fd_close(&a);
        fd_close(&b);
    }
    sem_post(&stuck.let_go);
    for (i = 0; i < 500 && workers_is_silent(s.workers, 1); i++)
        nanosleep(&nap, NULL);
    ck_assert_int_eq(visits(&s), 2);
    shop_close(&s, 0);
    sem_destroy(&stuck.let_go);
}
END_TEST

/* Which host's thread runs the connections. */
static void count_open(void *arg, struct loop *loop)
{
    int **at = arg;

    *(*at)++ = (int)loop_count(loop);
}

/* An attls-run that has one connection carried: the other end of its app side
 * and of its wire, in one. */
static int bring(const char *path, int *ret_wire)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct runmsg m = {.verb = RUNMSG_ACCEPTED, .id = 1};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0), app[2], wire[2], both[2];
    struct error err;

    strcpy(un.sun_path, path);
    ck_assert_int_eq(connect(fd, (void *)&un, sizeof(un)), 0);
    peer_tcp_pair(app, false);
    peer_tcp_pair(wire, false);
    both[0] = wire[0];
    both[1] = app[0];
    ck_assert_int_eq(runmsg_send(fd, &m, both, 2, &err), 0);
    ck_assert_int_eq(runmsg_receive(fd, &m, both, &err), 0);
    ck_assert_int_eq(m.error, 0);
    fd_close(&wire[0]);
    fd_close(&app[0]);
    *ret_wire = wire[1];
    return fd;
}

static void look(void *arg, struct conn *c)
{
    struct conn_view v;

    conn_view_make(c, &v);
    *(int *)arg += v.segments;
    conn_view_done(&v);
}

/* Whose socket the kernel was asked about. */
static void count_asked(void *arg, struct loop *loop)
{
    int **at = arg;

    loop_each(loop, look, (*at)++);
}

/* What others hold can hurt only what others hold: who looks at it asks nothing
 * that could wait for them. */
START_TEST(strangers_are_apart)
{
    struct workers_params wp = {.count = 2};
    struct config_listener run, *l;
    struct listener *listeners[2];
    int counts_now[3] = {0}, asked[3] = {0}, *at = counts_now, fd[6], wire[6],
        a, b, i;
    char path[600];
    struct error err;
    struct shop s = {0};

    rig_open(&s.rig, rings, "", "");
    s.rig.services.now = clock_coarse_ms;
    l = rig_listener(&s.rig, RIG_IN);
    s.target = listen_anywhere(&l->target.address[0]);
    l->jobname = "NONE";
    snprintf(path, sizeof(path), "%s/run.sock", testring_dir(rings));
    run = (struct config_listener){.mode = MODE_RUN,
                                   .socket = path,
                                   .jobname = "OFF",
                                   .userid = "",
                                   .on_no_rule = NO_RULE_CLEAR,
                                   .allow = {.given = true, .all = true}};
    ck_assert_int_eq(listener_open(l, 64, &listeners[0], &err), 0);
    ck_assert_int_eq(listener_open(&run, 64, &listeners[1], &err), 0);
    s.listener = listeners[0];
    wp.listeners = listeners;
    wp.listener_count = 2;
    ck_assert_int_eq(workers_start(&s.rig.services, &wp, &s.workers, &err), 0);
    ck_assert_uint_eq(workers_count(s.workers), 3);
    for (i = 0; i < 6; i++)
        fd[i] = bring(path, &wire[i]);
    for (i = 0; i < 4; i++) {
        a = enter(&s);
        b = accept(s.target, NULL, NULL);
        exchange(a, b); /* and stays */
    }
    workers_visit(s.workers, count_open, &at);
    ck_assert_int_eq(counts_now[0], 2);
    ck_assert_int_eq(counts_now[1], 2);
    ck_assert_int_eq(counts_now[2], 6);
    at = asked;
    workers_visit(s.workers, count_asked, &at);
    ck_assert_int_eq(asked[0], 2);
    ck_assert_int_eq(asked[1], 2);
    ck_assert_int_eq(asked[2], 0);
    for (i = 0; i < 6; i++) {
        fd_close(&fd[i]);
        fd_close(&wire[i]);
    }
    shop_close(&s, 0);
    listener_close(listeners[1]);
    closer_finish();
}
END_TEST

START_TEST(stopping_resets_what_does_not_end)
{
    struct shop s;
    char byte;
    int a, b;

    shop_open(&s, 2, 10);
    a = enter(&s);
    b = accept(s.target, NULL, NULL);
    exchange(a, b);
    shop_close(&s, 50);
    ck_assert_int_lt(recv(a, &byte, 1, 0), 0);
    ck_assert_int_lt(recv(b, &byte, 1, 0), 0);
    fd_close(&a);
    fd_close(&b);
}
END_TEST

/* Far longer than a test may take. */
enum { FOR_EVER_MS = 3600 * 1000 };

static void *stop_slowly(void *arg)
{
    struct shop *s = arg;

    s->cut = workers_stop(s->workers, FOR_EVER_MS);
    return NULL;
}

/* Whoever stops waits for the last connection, or until he is hurried, and not
 * longer. */
START_TEST(stopping_ends_with_the_last_connection)
{
    bool hurried = _i == 1;
    pthread_t stopper;
    struct shop s;
    int a[3], b[3], i;

    shop_open(&s, 2, 10);
    for (i = 0; i < 3; i++) {
        a[i] = enter(&s);
        b[i] = accept(s.target, NULL, NULL);
        exchange(a[i], b[i]);
    }
    ck_assert_int_eq(pthread_create(&stopper, NULL, stop_slowly, &s), 0);
    for (i = hurried ? 1 : 0; i < 3; i++) {
        poll(NULL, 0, 50); /* it waits by then, mostly */
        fd_close(&a[i]);
        fd_close(&b[i]);
    }
    if (hurried) {
        ck_assert(wait_for(&s, 1));
        workers_hurry(s.workers);
    }
    pthread_join(stopper, NULL);
    ck_assert_uint_eq(s.cut, hurried ? 1 : 0);
    if (hurried) {
        fd_close(&a[0]);
        fd_close(&b[0]);
    }
    s.workers = NULL;
    shop_close(&s, 0);
}
END_TEST

/* Connections come and go while the threads are stopped. */
START_TEST(stopping_in_a_rush_leaves_nobody_open)
{
    struct shop s;
    int a[8], i;
    char c;

    shop_open(&s, 4, 100);
    for (i = 0; i < 8; i++)
        a[i] = enter(&s);
    shop_close(&s, 0);
    for (i = 0; i < 8; i++) {
        ck_assert_int_le(read(a[i], &c, 1), 0);
        fd_close(&a[i]);
    }
}
END_TEST

TESTS_BEGIN("worker")
tcase_set_timeout(tc, 60);
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(many_connections_through_few_threads, counts)
TEST_ROWS(others_go_on_in_a_storm_of_handshakes, counts)
TEST(a_quiet_worker_keeps_no_memory)
TEST(finds_a_reset_behind_the_bytes)
TEST(above_the_limit_they_are_reset)
TEST(so_many_may_begin)
TEST(who_relays_has_begun)
TEST(so_many_of_one_peer)
TEST(so_much_may_wait)
TEST(limit_follows_a_refresh)
tcase_add_loop_test(tc, goes_on_without_one, 0, 2);
TEST(strangers_are_apart)
TEST(stopping_resets_what_does_not_end)
tcase_add_loop_test(tc, stopping_ends_with_the_last_connection, 0, 2);
TEST(stopping_in_a_rush_leaves_nobody_open)
TESTS_END
