/* When the program of an inbound connection is dialled, and what becomes of the
 * partner while it is. */

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn/private.h"
#include "relay/testing.h"
#include "support/peer.h"
#include "support/rig.h"
#include "support/suite.h"
#include "support/tlspair.h"
#include "util/fd.h"

static struct testring *rings;
static SSL_CTX *client;

static void setup(void)
{
    rings = testring_new(NULL);
    client = tls_plain_ctx(rings, NULL, false);
}

static void teardown(void)
{
    SSL_CTX_free(client);
    testring_free(rings);
}

enum target { SERVES, REFUSES, DEAF }; /* deaf: it does not answer */
enum { DEAF_FULL = 3 };

static int target_at(struct netaddr *ret, enum target kind, int full[DEAF_FULL])
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), i;

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (void *)&in, len), 0);
    if (kind != REFUSES)
        ck_assert_int_eq(listen(fd, kind == DEAF ? 0 : 64), 0);
    getsockname(fd, (void *)&in, &len);
    netaddr_from_sockaddr(&in, ret);
    for (i = 0; i < DEAF_FULL; i++) {
        full[i] =
            kind == DEAF ? socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0) : -1;
        if (kind == DEAF)
            ck_assert(connect(full[i], (void *)&in, len) == 0 ||
                      errno == EINPROGRESS);
    }
    return fd;
}

struct scene {
    struct rig r;
    struct config_listener l;
    int target, wire; /* the program's listening socket, the partner's */
    int full[DEAF_FULL];
    SSL *ssl; /* the partner's */
};

static void scene_open(struct scene *s, int dial, const char *job,
                       enum target kind)
{
    memset(s, 0, sizeof(*s));
    rig_open(&s->r, rings, "", "");
    s->l = *rig_listener(&s->r, RIG_IN);
    s->l.dial = dial;
    s->l.jobname = job;
    s->l.target.count = 1;
    s->target = target_at(&s->l.target.address[0], kind, s->full);
    s->wire = -1;
}

static void scene_close(struct scene *s)
{
    int i;

    for (i = 0; i < DEAF_FULL; i++)
        fd_close(&s->full[i]);
    SSL_free(s->ssl);
    fd_close(&s->wire);
    fd_close(&s->target);
    rig_close(&s->r);
}

/* What the listener would give; the partner's socket is returned. */
static int prepare(struct scene *s, struct intercepted *in)
{
    int pair[2];

    peer_tcp_pair(pair, false);
    *in = (struct intercepted){.other = -1, .direction = POLICY_INBOUND};
    in->fd = pair[0];
    in->target = &s->l.target;
    in->who.owner_error = ERR_NOT_FOUND;
    strcpy(in->who.jobname, s->l.jobname);
    strcpy(in->who.userid, s->l.userid);
    return pair[1];
}

static int arrive(struct scene *s)
{
    struct intercepted in;
    int partner = prepare(s, &in);

    conn_start(s->r.loop, &s->l, &in);
    return partner;
}

static struct conn *only(const struct scene *s)
{
    return TAILQ_FIRST(&s->r.loop->open);
}

static int count_dialled(const struct scene *s)
{
    int fd, n = 0;

    while ((fd = accept(s->target, NULL, NULL)) >= 0) {
        n++;
        close(fd);
    }
    return n;
}

/* ---- when ---- */

enum { SILENT = 20 };

static const struct {
    const char *name;
    int dial;
    const char *job; /* OFF: its rule says no TLS */
    bool dialled;    /* the program has connections of silent peers */
} orders[] = {
    {"after the handshake", DIAL_AFTER_HANDSHAKE, "RIG", false},
    {"at once, as z/OS does", DIAL_AT_ONCE, "RIG", true},
    {"in clear", DIAL_AFTER_HANDSHAKE, "OFF", true},
};

START_TEST(silent_peers_have_no_connection)
{
    struct scene s;
    int fd[SILENT], i;

    scene_open(&s, orders[_i].dial, orders[_i].job, SERVES);
    for (i = 0; i < SILENT; i++)
        fd[i] = arrive(&s);
    for (i = 0; i < 10; i++)
        rig_turn(&s.r);
    ck_assert_uint_eq(s.r.loop->count, SILENT);
    ck_assert_msg(count_dialled(&s) == (orders[_i].dialled ? SILENT : 0), "%s",
                  orders[_i].name);
    for (i = 0; i < SILENT; i++)
        fd_close(&fd[i]);
    scene_close(&s);
}
END_TEST

/* The partner's handshake, up to state END. */
static void shake_hands(struct scene *s, enum conn_state end)
{
    int i;

    s->wire = arrive(s);
    s->ssl = SSL_new(client);
    SSL_set_fd(s->ssl, s->wire);
    for (i = 0; i < 100 && only(s) != NULL && conn_state(only(s)) != end; i++) {
        SSL_connect(s->ssl);
        rig_turn(&s->r);
    }
}

START_TEST(relays_once_the_program_is_there)
{
    struct scene s;
    char text[8];
    int program, i;

    scene_open(&s, DIAL_AFTER_HANDSHAKE, "RIG", SERVES);
    shake_hands(&s, CONN_RELAYING);
    ck_assert_int_eq(conn_state(only(&s)), CONN_RELAYING);
    ck_assert_uint_lt(only(&s)->at[STORY_SECURED], only(&s)->at[STORY_DIALLED]);
    program = accept(s.target, NULL, NULL);
    ck_assert_int_ge(program, 0);
    SSL_connect(s.ssl);
    ck_assert_int_eq(SSL_write(s.ssl, "hello", 5), 5);
    for (i = 0; i < 10; i++)
        rig_turn(&s.r);
    ck_assert_int_eq(recv(program, text, sizeof(text), MSG_DONTWAIT), 5);
    fd_close(&program);
    scene_close(&s);
}
END_TEST

/* The partner is told an end of the session, and that it was not served. */
START_TEST(a_target_that_refuses_ends_the_wire)
{
    struct scene s;
    char byte;
    int n;

    scene_open(&s, DIAL_AFTER_HANDSHAKE, "RIG", REFUSES);
    shake_hands(&s, CONN_CLOSED);
    ck_assert_uint_eq(s.r.loop->count, 0);
    ck_assert_uint_eq(rig_counter(&s.r, COUNTER_HANDSHAKES), 1);
    ck_assert_uint_eq(rig_counter(&s.r, COUNTER_DIAL_FAILED), 1);
    SSL_connect(s.ssl);
    n = SSL_read(s.ssl, &byte, 1);
    ck_assert_int_eq(SSL_get_error(s.ssl, n), SSL_ERROR_ZERO_RETURN);
    ck_assert_int_eq(recv(s.wire, &byte, 1, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    scene_close(&s);
}
END_TEST

/* ---- meanwhile ---- */

enum ending { STAYS, NOTIFIES, LEAVES, RESETS };
enum { MUCH = 40000 };

static const struct {
    const char *name;
    size_t bytes; /* that the partner says, in two pieces */
    enum ending ending;
    int truncation;
    enum conn_state state; /* before the program answers */
    enum conn_reason reason;
} meanwhiles[] = {
    {"silent", 0, STAYS, TRUNCATION_RESET, CONN_DIALLING_SECURED, 0},
    {"says something", 20, STAYS, TRUNCATION_RESET, CONN_DIALLING_SECURED, 0},
    {"says much", MUCH, STAYS, TRUNCATION_RESET, CONN_DIALLING_SECURED, 0},
    {"ends", 20, NOTIFIES, TRUNCATION_RESET, CONN_DIALLING_SECURED, 0},
    {"says much and ends", MUCH, NOTIFIES, TRUNCATION_RESET,
     CONN_DIALLING_SECURED, 0},
    {"ends with nothing said", 0, NOTIFIES, TRUNCATION_RESET,
     CONN_DIALLING_SECURED, 0},
    {"is cut off", 20, LEAVES, TRUNCATION_RESET, CONN_CLOSED,
     CONN_BY_TRUNCATED},
    {"is cut off, which may be", 20, LEAVES, TRUNCATION_EOF,
     CONN_DIALLING_SECURED, 0},
    {"resets", 20, RESETS, TRUNCATION_RESET, CONN_CLOSED, CONN_BY_WIRE_LOST},
    {"says much and resets", MUCH, RESETS, TRUNCATION_RESET, CONN_CLOSED,
     CONN_BY_WIRE_LOST},
};

static char say[MUCH], heard[MUCH + 1];

static void say_and_end(struct scene *s, int row)
{
    size_t half = meanwhiles[row].bytes / 2;
    int i;

    for (i = 0; i < MUCH; i++)
        say[i] = (char)(i * 7 + i / 256);
    if (half != 0) {
        ck_assert_int_eq(SSL_write(s->ssl, say, (int)half), half);
        rig_turn(&s->r);
        ck_assert_int_eq(SSL_write(s->ssl, say + half, (int)half), half);
    }
    if (meanwhiles[row].ending == NOTIFIES)
        SSL_shutdown(s->ssl);
    if (meanwhiles[row].ending == RESETS)
        fd_reset(&s->wire);
    else if (meanwhiles[row].ending != STAYS)
        shutdown(s->wire, SHUT_WR);
}

/* As long as the target takes; the timer that looks is libevent's own. */
static void time_passes(struct scene *s)
{
    int i;

    for (i = 0; i < 3; i++) {
        rig_clock += 25;
        usleep(25000);
        rig_turn(&s->r);
    }
}

static size_t held(const struct conn *c)
{
    const struct flow *f = &c->pump.flow[FLOW_IN];

    return f->held != NULL ? f->held_len : 0;
}

/* The program answers at last. */
static int answer(struct scene *s)
{
    struct conn *c = only(s);
    int pair[2];

    peer_tcp_pair(pair, false);
    endpoint_close(&c->app);
    ck_assert_int_eq(endpoint_open(&c->app, s->r.loop->base, pair[0], NULL), 0);
    conn_step(c, CONN_EV_DIALLED);
    return pair[1];
}

/* All of it, in order, and the end where there was one. */
static void gets_all(struct scene *s, int program, int row)
{
    ssize_t n = -1;
    size_t got = 0;
    int i;

    for (i = 0; i < 200 && n != 0; i++) {
        rig_turn(&s->r);
        n = recv(program, heard + got, sizeof(heard) - got, MSG_DONTWAIT);
        got += n > 0 ? (size_t)n : 0;
        if (got == meanwhiles[row].bytes && meanwhiles[row].ending == STAYS)
            break;
    }
    ck_assert_uint_eq(got, meanwhiles[row].bytes);
    ck_assert_int_eq(memcmp(say, heard, got), 0);
    ck_assert_msg((n == 0) == (meanwhiles[row].ending != STAYS), "%s",
                  meanwhiles[row].name);
}

static void dial_without_answer(struct scene *s)
{
    shake_hands(s, CONN_DIALLING_SECURED);
    ck_assert_int_eq(conn_state(only(s)), CONN_DIALLING_SECURED);
    ck_assert_int_eq(SSL_connect(s->ssl), 1);
}

START_TEST(the_partner_is_watched_meanwhile)
{
    struct scene s;
    struct conn *c;
    int program;

    scene_open(&s, DIAL_AFTER_HANDSHAKE, "RIG", DEAF);
    s.l.truncation = meanwhiles[_i].truncation;
    dial_without_answer(&s);
    c = only(&s);
    say_and_end(&s, _i);
    time_passes(&s);
    if (meanwhiles[_i].state == CONN_CLOSED) {
        ck_assert_msg(s.r.loop->count == 0, "%s", meanwhiles[_i].name);
        ck_assert_uint_eq(rig_counter(&s.r, COUNTER_TRUNCATED),
                          meanwhiles[_i].reason == CONN_BY_TRUNCATED);
        ck_assert_uint_eq(rig_counter(&s.r, COUNTER_LOST),
                          meanwhiles[_i].reason == CONN_BY_WIRE_LOST);
        scene_close(&s);
        return;
    }
    ck_assert_int_eq(conn_state(c), meanwhiles[_i].state);
    ck_assert_uint_eq(held(c), meanwhiles[_i].bytes < PUMP_LITTLE
                                   ? meanwhiles[_i].bytes
                                   : PUMP_LITTLE);
    ck_assert_uint_eq(s.r.loop->scratch->held, held(c));
    program = answer(&s);
    gets_all(&s, program, _i);
    ck_assert_uint_eq(rig_counter(&s.r, COUNTER_DEFECT), 0);
    fd_close(&program);
    scene_close(&s);
}
END_TEST

/* ---- without descriptors ---- */

/* From SPARE on there are no descriptors; returns the limit of before. */
static struct rlimit use_all(int spare)
{
    struct rlimit old, few;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    few = old;
    few.rlim_cur = (rlim_t)spare;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    return old;
}

/* Nobody is reset for a moment in which the table of descriptors is full; after
 * connect_limit it is a failure as any other. */
static const struct {
    const char *name;
    bool ends; /* the moment ends in time */
} moments[] = {{"for a moment", true}, {"until the limit", false}};

START_TEST(the_dial_waits_for_a_descriptor)
{
    struct intercepted in;
    struct rlimit old;
    struct scene s;
    int fd, spare, i;

    scene_open(&s, DIAL_AT_ONCE, "OFF", SERVES);
    fd = prepare(&s, &in);
    spare = dup(fd); /* the lowest that is free */
    old = use_all(spare);
    fd_close(&spare);
    conn_start(s.r.loop, &s.l, &in);
    for (i = 0; i < 10; i++) {
        rig_turn(&s.r);
        ck_assert_uint_eq(loop_count(s.r.loop), 1);
        ck_assert_int_eq(conn_state(only(&s)), CONN_DIALLING_APP);
        rig_clock += 50;
        conn_check_limit(only(&s));
    }
    ck_assert_int_eq(count_dialled(&s), 0);
    if (moments[_i].ends)
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    rig_clock += moments[_i].ends ? 50 : 30000;
    conn_check_limit(only(&s));
    for (i = 0; i < 10; i++)
        rig_turn(&s.r);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    ck_assert_msg(count_dialled(&s) == (moments[_i].ends ? 1 : 0) &&
                      rig_counter(&s.r, COUNTER_DIAL_FAILED) ==
                          (moments[_i].ends ? 0 : 1),
                  "%s", moments[_i].name);
    fd_close(&fd);
    scene_close(&s);
}
END_TEST

/* ---- limits ---- */

START_TEST(connect_limit_counts_from_the_handshake)
{
    struct scene s;
    struct conn *c;

    scene_open(&s, DIAL_AFTER_HANDSHAKE, "RIG", DEAF);
    dial_without_answer(&s);
    c = only(&s);
    rig_clock += 29999;
    conn_check_limit(c);
    ck_assert_int_eq(conn_state(c), CONN_DIALLING_SECURED);
    rig_clock += 1;
    conn_check_limit(c);
    ck_assert_int_eq(conn_state(c), CONN_CLOSED);
    ck_assert_int_eq(conn_reason(c), CONN_BY_NO_TARGET);
    scene_close(&s);
}
END_TEST

TESTS_BEGIN("dial")
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST_ROWS(silent_peers_have_no_connection, orders)
TEST(relays_once_the_program_is_there)
TEST(a_target_that_refuses_ends_the_wire)
TEST_ROWS(the_partner_is_watched_meanwhile, meanwhiles)
TEST_ROWS(the_dial_waits_for_a_descriptor, moments)
TEST(connect_limit_counts_from_the_handshake)
TESTS_END
