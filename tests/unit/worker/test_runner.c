/*
 * What attls-run, or somebody who speaks like it, may have of the daemon: who,
 * for which sockets, and that nothing of his stays behind.
 */

#include "worker/runner.h"

#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conn/testing.h"
#include "intercept/runmsg.h"
#include "relay/closer.h"
#include "relay/testing.h"
#include "support/descriptors.h"
#include "support/peer.h"
#include "support/rig.h"
#include "support/suite.h"
#include "util/fd.h"
#include "worker/private.h"

static struct testring *rings;

static void setup(void)
{
    rings = testring_new(NULL);
}

static void teardown(void)
{
    testring_free(rings);
}

/* One attls-run, and what the daemon was to take. */
struct shop {
    struct rig rig;
    struct config_listener listener;
    struct runners *runners;
    struct fair *fair;
    int theirs; /* the end of attls-run */
    unsigned taken;
    bool keeps; /* what it takes is under way */
    struct intercepted last;
};

static void take(void *arg, const struct config_listener *l,
                 struct intercepted *in)
{
    struct shop *s = arg;

    ck_assert_ptr_eq(l, &s->listener);
    ck_assert(in->foreign);
    s->taken++;
    s->last = *in;
    if (!s->keeps)
        intercepted_drop(in);
}

static int start(struct shop *s)
{
    struct fair_who who;
    unsigned long most;
    struct error err;
    int ends[2];

    ck_assert_int_eq(
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    s->theirs = ends[0];
    return runner_start(s->runners, &s->listener, ends[1], &who, &most, &err);
}

static void shop_open_for(struct shop *s, enum config_no_rule no_rule,
                          const char *settings)
{
    struct runner_host host;

    memset(s, 0, sizeof(*s));
    rig_open(&s->rig, rings, settings, "");
    s->listener = *rig_listener(&s->rig, RIG_OUT);
    s->listener.mode = MODE_RUN;
    s->listener.socket = "run.sock";
    s->listener.jobname = "RIG";
    s->listener.on_no_rule = no_rule;
    s->listener.allow = (struct config_accounts){.given = true, .all = true};
    s->fair = fair_new();
    host = (struct runner_host){.services = &s->rig.services,
                                .base = loop_base(s->rig.loop),
                                .runs = s->fair,
                                .take = take,
                                .arg = s};
    s->runners = runners_new(&host);
}

static void shop_open(struct shop *s, enum config_no_rule no_rule)
{
    shop_open_for(s, no_rule, "");
}

static void shop_close(struct shop *s)
{
    runners_free(s->runners);
    ck_assert_uint_eq(fair_count(s->fair), 0);
    fair_free(s->fair);
    rig_close(&s->rig);
    fd_close(&s->theirs);
    closer_finish();
}

/* The reply's error; -1: there is none, and it has hung up. */
static int answer(struct shop *s)
{
    int sockets[RUNMSG_SOCKETS], i, r = ERR_LIMIT;
    struct runmsg m;
    struct error err;

    for (i = 0; i < 100 && r == ERR_LIMIT; i++) {
        rig_turn(&s->rig);
        r = runmsg_receive(s->theirs, &m, sockets, &err);
    }
    ck_assert_msg(r == 0 || r == ERR_NOT_FOUND, "%d", r);
    return r == 0 ? m.error : -1;
}

static int ask(struct shop *s, enum runmsg_verb verb, const char *address,
               const int *sockets, size_t count)
{
    struct runmsg m = {.verb = verb, .id = 1};
    struct error err;

    ck_assert_int_eq(netaddr_parse(address, &m.address, NULL), 0);
    return runmsg_send(s->theirs, &m, sockets, count, &err) == 0 ? answer(s)
                                                                 : -1;
}

/* ---- who ---- */

/* Not a byte is read of an account that may not, whatever it sends. */
START_TEST(nobody_comes_in_unasked)
{
    static const uid_t other = 4711;
    struct shop s;
    char byte;

    shop_open(&s, NO_RULE_CLEAR);
    s.listener.allow = (struct config_accounts){true, false, &other, 1};
    ck_assert_int_eq(start(&s), ERR_DENIED);
    ck_assert(runners_count(s.runners) == 0);
    closer_finish();
    ck_assert_int_eq(recv(s.theirs, &byte, 1, 0), 0);
    fd_close(&s.theirs);
    /* nor the daemon's own account or root, where they are not named */
    s.listener.allow = (struct config_accounts){true, false, NULL, 0};
    ck_assert_int_eq(start(&s), ERR_DENIED);
    shop_close(&s);
}
END_TEST

/* ---- what the policy may speak of ---- */

/* Rules are for any port of job RIG; JOB is the listener's. */
static const struct {
    const char *name, *job;
    enum config_no_rule no_rule;
    enum runmsg_verb covers, takes;
    int error;
} asked[] = {
    {"out, covered", "RIG", NO_RULE_CLEAR, RUNMSG_COVERS_OUT, RUNMSG_CONNECT,
     0},
    {"in, covered", "RIG", NO_RULE_CLEAR, RUNMSG_COVERS_IN, RUNMSG_ACCEPTED, 0},
    {"out, no rule", "NONE", NO_RULE_CLEAR, RUNMSG_COVERS_OUT, RUNMSG_CONNECT,
     ENOENT},
    {"in, no rule", "NONE", NO_RULE_CLEAR, RUNMSG_COVERS_IN, RUNMSG_ACCEPTED,
     ENOENT},
    {"out, strict", "NONE", NO_RULE_REFUSE, RUNMSG_COVERS_OUT, RUNMSG_CONNECT,
     EACCES},
    {"in, strict", "NONE", NO_RULE_REFUSE, RUNMSG_COVERS_IN, RUNMSG_ACCEPTED,
     EACCES},
    {"out, strict, covered", "RIG", NO_RULE_REFUSE, RUNMSG_COVERS_OUT,
     RUNMSG_CONNECT, 0},
};

/* What a program accepted, and no rule speaks of, is its own afterwards. */
static void goes_on(const int wire[2])
{
    struct linger linger = {1, 1};
    socklen_t len = sizeof(linger);
    char byte = 0;

    closer_finish();
    ck_assert_int_eq(getsockopt(wire[0], SOL_SOCKET, SO_LINGER, &linger, &len),
                     0);
    ck_assert_int_eq(linger.l_onoff, 0);
    ck_assert_int_eq(write(wire[0], "x", 1), 1);
    ck_assert_int_eq(recv(wire[1], &byte, 1, 0), 1);
}

/* Who asks first hears what he hears who does not ask; what is declined the
 * daemon never takes. */
START_TEST(takes_what_a_rule_may_cover)
{
    int app[2], wire[2], both[2];
    struct shop s;

    shop_open(&s, asked[_i].no_rule);
    s.listener.jobname = asked[_i].job;
    ck_assert_int_eq(start(&s), 0);
    ck_assert_msg(ask(&s, asked[_i].covers, "127.0.0.1:5", NULL, 0) ==
                      asked[_i].error,
                  "%s", asked[_i].name);
    peer_tcp_pair(app, false);
    peer_tcp_pair(wire, false);
    both[0] = asked[_i].takes == RUNMSG_CONNECT ? app[0] : wire[0];
    both[1] = app[0];
    if (asked[_i].error != 0)
        ck_assert_msg(ask(&s, asked[_i].takes, "127.0.0.1:5", both,
                          asked[_i].takes == RUNMSG_CONNECT ? 1 : 2) ==
                          asked[_i].error,
                      "%s", asked[_i].name);
    else /* the test's taker drops it */
        ck_assert_int_eq(ask(&s, asked[_i].takes, "127.0.0.1:5", both,
                             asked[_i].takes == RUNMSG_CONNECT ? 1 : 2),
                         ECONNREFUSED);
    ck_assert_uint_eq(s.taken, asked[_i].error == 0);
    shop_close(&s);
    if (asked[_i].error == ENOENT && asked[_i].takes == RUNMSG_ACCEPTED)
        goes_on(wire);
    fd_close(&app[0]);
    fd_close(&app[1]);
    fd_close(&wire[0]);
    fd_close(&wire[1]);
}
END_TEST

/* ---- which sockets ---- */

static int new_socket(int family, int type, int protocol)
{
    int fd = socket(family, type, protocol);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static int a_pipe(void)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    close(fds[1]);
    return fds[0];
}

static int unix_stream(void)
{
    return new_socket(AF_UNIX, SOCK_STREAM, 0);
}

static int udp(void)
{
    return new_socket(AF_INET, SOCK_DGRAM, 0);
}

static int unconnected(void)
{
    return new_socket(AF_INET, SOCK_STREAM, 0);
}

static int listening(void)
{
    int fd = new_socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

static int elsewhere[2] = {-1, -1};

/* The socket of a child in a network namespace of its own; -1: may not. */
static int of_another_netns(void)
{
    int ends[2], sockets[RUNMSG_SOCKETS], status;
    struct runmsg m = {.verb = RUNMSG_CONNECT};
    struct error err;
    pid_t child;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    child = fork();
    if (child == 0) {
        if (unshare(CLONE_NEWNET) < 0 &&
            unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
            _exit(77);
        sockets[0] = unconnected();
        _exit(runmsg_send(ends[0], &m, sockets, 1, &err) == 0 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        return -1;
    ck_assert_int_eq(runmsg_receive(ends[1], &m, sockets, &err), 0);
    fd_close(&ends[0]);
    fd_close(&ends[1]);
    return sockets[0];
}

static int tcp(void)
{
    peer_tcp_pair(elsewhere, false);
    return elsewhere[0];
}

static const struct {
    const char *name;
    int (*make)(void);
    bool as_app, as_wire; /* it is taken */
} kinds[] = {
    {"TCP", tcp, true, true},
    {"pipe", a_pipe, false, false},
    {"unix", unix_stream, false, false},
    {"UDP", udp, false, false},
    {"listening", listening, false, false},
    /* as one that was reset after it was accepted */
    {"not connected", unconnected, false, true},
    {"another network namespace", of_another_netns, false, false},
};

START_TEST(takes_only_tcp_of_its_own_namespace)
{
    int app[2], fd, both[2];
    struct shop s;

    fd = kinds[_i].make();
    if (fd < 0)
        return; /* this kernel lets nobody make namespaces */
    shop_open(&s, NO_RULE_CLEAR);
    ck_assert_int_eq(start(&s), 0);
    ck_assert_msg(ask(&s, RUNMSG_CONNECT, "127.0.0.1:5", &fd, 1) ==
                      (kinds[_i].as_app ? ECONNREFUSED : EACCES),
                  "%s", kinds[_i].name);
    ck_assert_uint_eq(s.taken, kinds[_i].as_app);
    peer_tcp_pair(app, false);
    fd_close(&fd);
    fd = kinds[_i].make();
    both[0] = fd;
    both[1] = app[0];
    s.taken = 0;
    ck_assert_msg(ask(&s, RUNMSG_ACCEPTED, "127.0.0.1:5", both, 2) ==
                      (kinds[_i].as_wire ? ECONNREFUSED : EACCES),
                  "%s", kinds[_i].name);
    ck_assert_uint_eq(s.taken, kinds[_i].as_wire);
    shop_close(&s);
}
END_TEST

/* ---- what stays behind ---- */

/* He sends what is no message, with descriptors, and what is one. */
static const struct {
    const char *name;
    enum runmsg_verb verb;
    size_t count;
} sent[] = {
    {"nothing, and two", 0, 2},
    {"questions with sockets", RUNMSG_COVERS_OUT, 2},
    {"CONNECT with two", RUNMSG_CONNECT, 2},
    {"ACCEPTED with one", RUNMSG_ACCEPTED, 1},
    {"a reply", RUNMSG_REPLY, 1},
};

START_TEST(keeps_nothing_of_theirs)
{
    struct runmsg m = {.verb = sent[_i].verb};
    int app[2], before, both[2];
    struct error err;
    struct shop s;

    shop_open(&s, NO_RULE_CLEAR);
    peer_tcp_pair(app, false);
    both[0] = both[1] = app[0];
    before = descriptors_open();
    ck_assert_int_eq(start(&s), 0);
    if (sent[_i].verb == 0)
        ck_assert_int_eq(fd_send(s.theirs, "", 0, both, sent[_i].count), 0);
    else
        ck_assert_int_eq(runmsg_send(s.theirs, &m, both, sent[_i].count, &err),
                         0);
    ck_assert_msg(answer(&s) == -1, "%s", sent[_i].name);
    ck_assert(runners_count(s.runners) == 0);
    closer_finish();
    ck_assert_msg(descriptors_open() == before + 1, "%s: leaks", sent[_i].name);
    shop_close(&s);
    fd_close(&app[0]);
    fd_close(&app[1]);
}
END_TEST

/* Who sends what can't be closed is not heard any more; nor is he, when he
 * calls again. */
START_TEST(takes_no_end_of_junk)
{
    static const struct rlimit none = {0, 0};
    int partner[4], fd, i, error = EACCES;
    struct shop s;

    setrlimit(RLIMIT_SIGPENDING, &none); /* see peer_stuck_socket() */
    shop_open(&s, NO_RULE_CLEAR);
    for (i = 0; i < 4; i++) {
        fd = peer_stuck_socket(&partner[i]);
        closer_junk(&fd, geteuid());
    }
    ck_assert_int_eq(start(&s), 0);
    fd = udp();
    for (i = 0; i < 1000 && error == EACCES; i++)
        error = ask(&s, RUNMSG_CONNECT, "127.0.0.1:5", &fd, 1);
    ck_assert_int_eq(error, -1);
    ck_assert(runners_count(s.runners) == 0);
    fd_close(&s.theirs);
    ck_assert_int_eq(start(&s), ERR_LIMIT);
    for (i = 0; i < 4; i++)
        close(partner[i]);
    for (i = 0; i < 10 && closer_waiting() != 0; i++)
        closer_finish();
    fd_close(&s.theirs);
    ck_assert_int_eq(start(&s), 0); /* all is closed */
    shop_close(&s);
    close(fd);
}
END_TEST

/* ---- how many, and how long ---- */

/* The word that comes without having been asked for; -1: none, he hung up. */
static int parting(struct shop *s, int theirs)
{
    int sockets[RUNMSG_SOCKETS], r;
    struct runmsg m;
    struct error err;

    rig_turn(&s->rig);
    r = runmsg_receive(theirs, &m, sockets, &err);
    if (r == 0)
        ck_assert_uint_eq(m.id, 0);
    return r == 0 ? m.error : r == ERR_LIMIT ? 0 : -1;
}

START_TEST(who_says_nothing_is_not_kept)
{
    struct shop s;

    shop_open(&s, NO_RULE_CLEAR);
    ck_assert_int_eq(start(&s), 0);
    rig_clock += 9999;
    runners_sweep(s.runners);
    ck_assert_uint_eq(runners_count(s.runners), 1);
    rig_clock += 1;
    runners_sweep(s.runners);
    ck_assert_uint_eq(runners_count(s.runners), 0);
    ck_assert_int_eq(parting(&s, s.theirs), -1);
    shop_close(&s);
}
END_TEST

/* It calls again; but not while it waits for a connection. */
START_TEST(the_idle_are_dismissed)
{
    bool waits = _i == 1;
    int pair[2];
    struct shop s;

    shop_open(&s, NO_RULE_CLEAR);
    s.keeps = waits;
    ck_assert_int_eq(start(&s), 0);
    if (waits) {
        struct runmsg m = {.verb = RUNMSG_CONNECT, .id = 1};
        struct error err;

        peer_tcp_pair(pair, false);
        netaddr_parse("127.0.0.1:5", &m.address, NULL);
        ck_assert_int_eq(runmsg_send(s.theirs, &m, &pair[1], 1, &err), 0);
        rig_turn(&s.rig);
        rig_turn(&s.rig);
        ck_assert_uint_eq(s.taken, 1);
    } else {
        ck_assert_int_ge(ask(&s, RUNMSG_COVERS_OUT, "127.0.0.1:5", NULL, 0), 0);
    }
    rig_clock += 599999;
    runners_sweep(s.runners);
    ck_assert_uint_eq(runners_count(s.runners), 1);
    rig_clock += 1;
    runners_sweep(s.runners);
    ck_assert_uint_eq(runners_count(s.runners), waits);
    ck_assert_int_eq(parting(&s, s.theirs), waits ? 0 : EAGAIN);
    if (waits) {
        intercepted_drop(&s.last);
        fd_close(&pair[0]);
        fd_close(&pair[1]);
    }
    shop_close(&s);
}
END_TEST

/* At the limit the one that is idle longest makes room. */
START_TEST(so_many_run)
{
    int theirs[4], i;
    struct shop s;

    shop_open_for(&s, NO_RULE_CLEAR, "max_runs = 2;");
    for (i = 0; i < 4; i++) {
        ck_assert_int_eq(start(&s), 0);
        theirs[i] = s.theirs;
        rig_clock += 1;
    }
    ck_assert_uint_eq(runners_count(s.runners), 2);
    for (i = 0; i < 4; i++)
        ck_assert_int_eq(parting(&s, theirs[i]), i < 2 ? EAGAIN : 0);
    for (i = 0; i < 3; i++)
        fd_close(&theirs[i]);
    shop_close(&s);
}
END_TEST

/* Nobody is idle: the one that comes hears why. */
START_TEST(who_has_no_room_hears_it)
{
    int pair[2], first;
    struct runmsg m = {.verb = RUNMSG_CONNECT, .id = 1};
    struct error err;
    struct shop s;

    shop_open_for(&s, NO_RULE_CLEAR, "max_runs = 1;");
    s.keeps = true;
    ck_assert_int_eq(start(&s), 0);
    first = s.theirs;
    peer_tcp_pair(pair, false);
    netaddr_parse("127.0.0.1:5", &m.address, NULL);
    ck_assert_int_eq(runmsg_send(first, &m, &pair[1], 1, &err), 0);
    rig_turn(&s.rig);
    rig_turn(&s.rig);
    ck_assert_uint_eq(s.taken, 1);
    ck_assert_int_eq(start(&s), ERR_LIMIT);
    ck_assert_int_eq(parting(&s, s.theirs), EBUSY);
    closer_finish();
    ck_assert_int_eq(parting(&s, s.theirs), -1);
    intercepted_drop(&s.last);
    fd_close(&pair[0]);
    fd_close(&pair[1]);
    fd_close(&first);
    shop_close(&s);
}
END_TEST

enum { FLOOD = 500 };

/* He has sent much before she asks; it takes root to be two accounts. */
START_TEST(accounts_take_turns)
{
    struct runmsg m = {.verb = RUNMSG_COVERS_OUT, .id = 7};
    int sockets[RUNMSG_SOCKETS], his, i, r = ERR_LIMIT;
    struct runmsg got;
    struct error err;
    struct shop s;

    if (geteuid() != 0)
        return;
    shop_open(&s, NO_RULE_CLEAR);
    ck_assert_int_eq(seteuid(5002), 0);
    r = start(&s);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(r, 0);
    his = s.theirs;
    ck_assert_int_eq(start(&s), 0);
    netaddr_parse("127.0.0.1:5", &m.address, NULL);
    for (i = 0; i < FLOOD && runmsg_send(his, &m, NULL, 0, &err) == 0; i++)
        ;
    ck_assert_int_gt(i, 64);
    ck_assert_int_eq(runmsg_send(s.theirs, &m, NULL, 0, &err), 0);
    event_base_loop(loop_base(s.rig.loop), EVLOOP_NONBLOCK | EVLOOP_ONCE);
    event_base_loop(loop_base(s.rig.loop), EVLOOP_NONBLOCK | EVLOOP_ONCE);
    ck_assert_int_eq(runmsg_receive(s.theirs, &got, sockets, &err), 0);
    for (i = 0; runmsg_receive(his, &got, sockets, &err) == 0; i++)
        ;
    ck_assert_int_lt(i, 64);
    fd_close(&his);
    shop_close(&s);
}
END_TEST

TESTS_BEGIN("runner")
tcase_set_timeout(tc, 60);
tcase_add_unchecked_fixture(tc, setup, teardown);
TEST(nobody_comes_in_unasked)
TEST_ROWS(takes_what_a_rule_may_cover, asked)
TEST_ROWS(takes_only_tcp_of_its_own_namespace, kinds)
TEST_ROWS(keeps_nothing_of_theirs, sent)
TEST(takes_no_end_of_junk)
TEST(who_says_nothing_is_not_kept)
tcase_add_loop_test(tc, the_idle_are_dismissed, 0, 2);
TEST(so_many_run)
TEST(who_has_no_room_hears_it)
TEST(accounts_take_turns)
TESTS_END
