/* See runner.h. */

#include "worker/runner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "conn/tell.h"
#include "intercept/runmsg.h"
#include "intercept/strange.h"
#include "relay/closer.h"
#include "relay/descriptors.h"
#include "worker/private.h"

enum {
    BATCH = 32,     /* messages before other events get their turn */
    JUNK_MAX = 256, /* of one account, that is not closed yet */
    SWEEP_MS = 1000 /* between two looks for those that are silent */
};

TAILQ_HEAD(runner_list, runner);

/* One that has runners on this thread. */
struct account {
    LIST_ENTRY(account) link;
    TAILQ_ENTRY(account) turn; /* in turns, when any of them has messages */
    struct runner_list ready;  /* those, the next first */
    uid_t uid;
    unsigned runners;
};

struct runners {
    struct runner_host host;
    struct runner_list list; /* that was silent longest first */
    LIST_HEAD(, account) accounts;
    TAILQ_HEAD(, account) turns; /* the next first */
    struct event *turn, *sweep;
    size_t count;
};

struct runner {
    TAILQ_ENTRY(runner) link;
    TAILQ_ENTRY(runner) ready; /* of its account, when it has messages */
    atomic_uint refs; /* its own, and one a connection that has not reported */
    int fd;
    const struct config_listener *listener;
    struct runners *all;
    struct runner_host host;
    struct event *event;
    struct account *account;
    struct fair_one *share;
    uint64_t heard; /* when; milliseconds */
    bool is_ready, spoke;
    uid_t uid;
    uint64_t netns; /* that of the daemon */
    bool told;      /* why a connection was refused */
};

static void release(struct runner *r)
{
    if (atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    closer_junk(&r->fd, r->uid); /* with what nobody read */
    free(r);
}

static void leave_account(struct runner *r)
{
    struct account *a = r->account;

    if (r->is_ready)
        TAILQ_REMOVE(&a->ready, r, ready);
    if (r->is_ready && TAILQ_EMPTY(&a->ready))
        TAILQ_REMOVE(&r->all->turns, a, turn);
    r->is_ready = false;
    if (--a->runners > 0)
        return;
    LIST_REMOVE(a, link);
    free(a);
}

static void end(struct runner *r)
{
    TAILQ_REMOVE(&r->all->list, r, link);
    r->all->count--;
    leave_account(r);
    fair_begun(r->host.runs, r->share);
    fair_leave(r->host.runs, r->share);
    event_free(r->event);
    r->event = NULL;
    /* reports of other threads go nowhere, but to no other's descriptor */
    shutdown(r->fd, SHUT_RDWR);
    release(r);
}

/* ---- replies ---- */

static void reply(struct runner *r, uint32_t id, int error,
                  const struct netaddr *address)
{
    struct runmsg m = {.verb = RUNMSG_REPLY, .id = id, .error = error};

    if (address != NULL)
        m.address = *address;
    /* gone, and nobody waits for it; or it does not read what it is sent: a
     * program would wait for ever, so its attls-run is to find out */
    if (runmsg_send(r->fd, &m, NULL, 0, NULL) < 0)
        shutdown(r->fd, SHUT_RDWR);
}

static void report(struct intercepted *in, int error,
                   const struct netaddr *local)
{
    reply(in->runner, in->run_id, error, local);
    release(in->runner);
}

/* ---- requests ---- */

static const char *known(const char *name)
{
    return name[0] != '\0' ? name : NULL;
}

/*
 * 0: the policy may have something to say. ENOENT: it can't, and the program
 * goes its own way, as itself; EACCES: it can't, and the program may not. A
 * question before a connection and the request for it get the same answer.
 */
static int admits(struct runner *r, enum policy_direction direction,
                  const struct netaddr *local, const struct netaddr *remote)
{
    struct policy_conn c = {
        .direction = direction,
        .jobname = known(r->listener->jobname),
        .userid = known(r->listener->userid),
        .local = *local,
        .remote = *remote,
    };
    struct snapshot *snap = snapshots_get(r->host.services->snapshots);
    bool yes = policy_could_match(snapshot_policy(snap), &c);

    snapshot_unref(snap);
    if (yes)
        return 0;
    return r->listener->on_no_rule == NO_RULE_REFUSE ? EACCES : ENOENT;
}

static int covers(struct runner *r, const struct runmsg *m)
{
    struct netaddr none = {0}, at = {.port = m->address.port};

    return m->verb == RUNMSG_COVERS_IN
               ? admits(r, POLICY_INBOUND, &at, &none)
               : admits(r, POLICY_OUTBOUND, &none, &m->address);
}

static void take(struct runner *r, const struct runmsg *m, const int sockets[])
{
    struct intercepted in = {
        .fd = sockets[0],
        .other = sockets[1],
        .direction =
            m->verb == RUNMSG_CONNECT ? POLICY_OUTBOUND : POLICY_INBOUND,
        .onward = m->address,
        .source = m->source,
        .who = {.owner = {.uid = r->uid}},
        .foreign = true,
        .by = fair_account(r->uid),
        .report = report,
        .runner = r,
        .run_id = m->id,
    };

    snprintf(in.who.userid, sizeof(in.who.userid), "%s", r->listener->userid);
    snprintf(in.who.jobname, sizeof(in.who.jobname), "%s",
             r->listener->jobname[0] != '\0' ? r->listener->jobname
                                             : m->jobname);
    in.who.claimed = r->listener->jobname[0] == '\0' && m->jobname[0] != '\0';
    atomic_fetch_add(&r->refs, 1);
    r->host.take(r->host.arg, r->listener, &in);
}

/* The other end of the program's, as attls-run makes it: connected, and at a
 * loopback address, so that it leads nowhere but to this host. (The program's
 * own end may be bound to any of its addresses.) */
static bool is_programs(const struct runner *r, int fd)
{
    struct netaddr own, peer;

    if (!strange_is_tcp(fd, r->netns) ||
        !netaddr_of_socket(fd, getsockname, &own) ||
        !netaddr_of_socket(fd, getpeername, &peer))
        return false;
    own = netaddr_unmap(&own);
    return netaddr_is_loopback(&own);
}

static bool are_tcp(const struct runner *r, const struct runmsg *m,
                    const int sockets[])
{
    if (m->verb == RUNMSG_CONNECT)
        return is_programs(r, sockets[0]);
    return strange_is_tcp(sockets[0], r->netns) && is_programs(r, sockets[1]);
}

/* 0, or the errno that the program gets. */
static int look_at(struct runner *r, const struct runmsg *m,
                   const int sockets[])
{
    struct netaddr none = {0}, at;

    if (m->verb == RUNMSG_CONNECT)
        return admits(r, POLICY_OUTBOUND, &none, &m->address);
    /* what was accepted may be gone already */
    if (!netaddr_of_socket(sockets[0], getsockname, &at))
        return ECONNABORTED;
    at = (struct netaddr){.port = at.port};
    return admits(r, POLICY_INBOUND, &at, &none);
}

/* What came may be anything. */
static void drop(void *arg, int *fd)
{
    const struct runner *r = arg;

    closer_junk(fd, r->uid);
}

static void drop_all(struct runner *r, int sockets[])
{
    int i;

    for (i = 0; i < RUNMSG_SOCKETS; i++)
        drop(r, &sockets[i]);
}

void runner_say(const struct runner_host *host, const char *what,
                const char *text)
{
    struct snapshot *snap = snapshots_get(host->services->snapshots);

    if (conn_may_say(host->services->stories, STORY_REMARK,
                     snapshot_config(snap), host->services->trace))
        trace_remark(host->services->trace, TRACE_WARNING,
                     "attls-run %s=\"%s\"", what, text);
    snapshot_unref(snap);
}

static void decline(struct runner *r, const struct runmsg *m, int error,
                    const char *why)
{
    char text[NETADDR_TEXT], what[NETADDR_TEXT + 64];

    reply(r, m->id, error, NULL);
    if (error == ENOENT || r->told)
        return;
    r->told = true;
    snprintf(what, sizeof(what), "uid=%u target=%s refused", (unsigned)r->uid,
             netaddr_format(&m->address, text));
    runner_say(&r->host, what, why);
}

static bool has_sockets(const struct runmsg *m, int sockets[])
{
    switch (m->verb) {
    case RUNMSG_COVERS_OUT:
    case RUNMSG_COVERS_IN:
        return sockets[0] < 0;
    case RUNMSG_CONNECT:
        return sockets[0] >= 0 && sockets[1] < 0 &&
               netaddr_ip_len(&m->address) != 0;
    case RUNMSG_ACCEPTED:
        return sockets[1] >= 0;
    default:
        return false;
    }
}

/* The daemon may have ports that the program may not, so the program must have
 * the port itself: the peer of its socket's other end. */
static bool may_have_source(const struct runmsg *m, int fd)
{
    struct netaddr program;

    if (m->source.family == AF_UNSPEC)
        return true;
    if (m->source.family != m->address.family)
        return false;
    return m->source.port == 0 ||
           (netaddr_of_socket(fd, getpeername, &program) &&
            program.port == m->source.port);
}

static bool handle(struct runner *r, const struct runmsg *m, int sockets[])
{
    int error;

    if (!has_sockets(m, sockets)) {
        drop_all(r, sockets);
        return false;
    }
    if (descriptors_is_kept(sockets[0]) || descriptors_is_kept(sockets[1])) {
        drop_all(r, sockets);
        decline(r, m, ECONNREFUSED, "no descriptors are left for connections");
        return closer_owes(r->uid) <= JUNK_MAX;
    }
    if (m->verb == RUNMSG_COVERS_OUT || m->verb == RUNMSG_COVERS_IN) {
        reply(r, m->id, covers(r, m), NULL);
        return true;
    }
    if (!are_tcp(r, m, sockets)) {
        drop_all(r, sockets);
        decline(r, m, EACCES, "no TCP socket of this network namespace");
        return closer_owes(r->uid) <= JUNK_MAX;
    }
    if (m->verb == RUNMSG_CONNECT && !may_have_source(m, sockets[0])) {
        closer_reset(&sockets[0]);
        decline(r, m, EACCES, "its socket is not bound to the port it names");
        return true;
    }
    error = look_at(r, m, sockets);
    if (error == 0) {
        take(r, m, sockets);
        return true;
    }
    /* what it accepted is its own then, and goes on */
    if (error == ENOENT && m->verb == RUNMSG_ACCEPTED)
        closer_put(&sockets[0]);
    closer_reset(&sockets[0]);
    closer_reset(&sockets[1]);
    decline(r, m, error,
            error == EACCES ? "no rule fits" : "the connection is gone");
    return true;
}

/* Takes one message. False: none has come, or R has ended. */
static bool hear(struct runner *r)
{
    int sockets[RUNMSG_SOCKETS], status;
    char ended[32];
    struct runmsg m;
    struct error err;

    status = runmsg_take(r->fd, &m, sockets, drop, r, &err);
    if (status == ERR_LIMIT)
        return false;
    if (status == 0) {
        r->spoke = true;
        m.address = netaddr_unmap(&m.address);
        if (handle(r, &m, sockets))
            return true;
        status = error_set(&err, ERR_SYNTAX, "a request without sense");
    }
    if (status != ERR_NOT_FOUND) {
        snprintf(ended, sizeof(ended), "uid=%u ended", (unsigned)r->uid);
        runner_say(&r->host, ended, err.text);
    }
    end(r);
    return false;
}

/* ---- turns ---- */

static void wake(struct runners *all)
{
    static const struct timeval at_once = {0, 0};

    if (!TAILQ_EMPTY(&all->turns) && !evtimer_pending(all->turn, NULL))
        evtimer_add(all->turn, &at_once);
}

static void be_ready(struct runner *r)
{
    struct account *a = r->account;

    if (r->is_ready)
        return;
    if (TAILQ_EMPTY(&a->ready))
        TAILQ_INSERT_TAIL(&r->all->turns, a, turn);
    TAILQ_INSERT_TAIL(&a->ready, r, ready);
    r->is_ready = true;
}

static void be_unready(struct runner *r)
{
    struct account *a = r->account;

    TAILQ_REMOVE(&a->ready, r, ready);
    r->is_ready = false;
    if (TAILQ_EMPTY(&a->ready))
        TAILQ_REMOVE(&r->all->turns, a, turn);
}

/* A message of the next account, and of the next of its runners: both come
 * last after it. */
static void take_turn(struct runners *all)
{
    struct account *a = TAILQ_FIRST(&all->turns);
    struct runner *r = TAILQ_FIRST(&a->ready);

    TAILQ_REMOVE(&all->turns, a, turn);
    TAILQ_INSERT_TAIL(&all->turns, a, turn);
    TAILQ_REMOVE(&a->ready, r, ready);
    TAILQ_INSERT_TAIL(&a->ready, r, ready);
    atomic_fetch_add(&r->refs, 1); /* it may end */
    if (!hear(r) && r->event != NULL)
        be_unready(r);
    release(r);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct runners *all = arg;
    int i;

    (void)fd;
    (void)what;
    for (i = 0; i < BATCH && !TAILQ_EMPTY(&all->turns); i++)
        take_turn(all);
    wake(all);
}

/* Edge-triggered: it is ready until there was nothing to be read. */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct runner *r = arg;

    (void)fd;
    (void)what;
    r->heard = r->host.services->now();
    TAILQ_REMOVE(&r->all->list, r, link);
    TAILQ_INSERT_TAIL(&r->all->list, r, link);
    be_ready(r);
    wake(r->all);
}

/* ---- silence ---- */

/* Nothing that it waits for, nothing that it has sent. */
static bool is_idle(const struct runner *r)
{
    char byte;

    return atomic_load(&r->refs) == 1 && !r->is_ready &&
           recv(r->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           errno == EAGAIN;
}

/* It calls again when it needs us. */
static void dismiss(struct runner *r)
{
    reply(r, 0, EAGAIN, NULL);
    end(r);
}

void runners_sweep(struct runners *all)
{
    struct snapshot *snap = snapshots_get(all->host.services->snapshots);
    const struct config *cfg = snapshot_config(snap);
    uint64_t now = all->host.services->now(), silent;
    struct runner *r, *next;

    for (r = TAILQ_FIRST(&all->list); r != NULL; r = next) {
        next = TAILQ_NEXT(r, link);
        silent = now - r->heard;
        if (silent < cfg->run_limit * 1000)
            break;
        if (!r->spoke && !r->is_ready)
            end(r);
        else if (cfg->run_idle_limit != 0 &&
                 silent >= cfg->run_idle_limit * 1000 && is_idle(r))
            dismiss(r);
    }
    snapshot_unref(snap);
}

static void sweep_later(struct runners *all)
{
    static const struct timeval later = {SWEEP_MS / 1000, 0};

    if (!TAILQ_EMPTY(&all->list) && !evtimer_pending(all->sweep, NULL))
        evtimer_add(all->sweep, &later);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    struct runners *all = arg;

    (void)fd;
    (void)what;
    runners_sweep(all);
    sweep_later(all);
}

/* ---- limits ---- */

/* The one that is idle longest, of OF or of anybody; those of an account that
 * has more than its share come first. */
static struct runner *idlest(struct runners *all, const struct fair_one *of)
{
    struct runner *r, *first = NULL;

    TAILQ_FOREACH (r, &all->list, link) {
        if ((of != NULL && r->share != of) || !is_idle(r))
            continue;
        if (of != NULL || fair_is_over(all->host.runs, r->share))
            return r;
        if (first == NULL)
            first = r;
    }
    return first;
}

static bool make_room(struct runners *all, enum fair_answer answer,
                      const struct fair_one *one)
{
    struct runner *r;

    if (answer == FAIR_NO_MEMORY || (answer == FAIR_SHARE && one == NULL))
        return false;
    r = idlest(all, answer == FAIR_SHARE ? one : NULL);
    if (r != NULL)
        dismiss(r);
    return r != NULL;
}

static int count_runner(struct runners *all, const struct fair_who *who,
                        struct fair_one **ret, unsigned long *ret_most,
                        struct error *err)
{
    struct snapshot *snap = snapshots_get(all->host.services->snapshots);
    unsigned long wanted = snapshot_config(snap)->max_runs;
    unsigned long most =
        wanted < descriptors_runs() ? wanted : descriptors_runs();
    struct fair_limits l = {.connections = most, .waiting = most};
    enum fair_answer answer =
        fair_enter(all->host.runs, who, &l, ret, ret_most);

    snapshot_unref(snap);
    if (answer == FAIR_SHARE && all->host.services->fair != NULL)
        fair_note(all->host.services->fair, who, "max_runs");
    if (answer != FAIR_MAY && make_room(all, answer, *ret))
        answer = fair_enter(all->host.runs, who, &l, ret, ret_most);
    if (answer == FAIR_MAY)
        return 0;
    *ret = NULL;
    return answer == FAIR_NO_MEMORY
               ? error_nomem(err)
               : error_set(err, ERR_LIMIT, "too many are connected");
}

/* ---- life ---- */

static int who(int fd, uid_t *ret, struct error *err)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
        return error_errno(err, "SO_PEERCRED");
    *ret = cred.uid;
    return 0;
}

static int watch(struct runner *r, struct error *err)
{
    r->event = event_new(r->host.base, r->fd, EV_READ | EV_ET | EV_PERSIST,
                         on_readable, r);
    if (r->event != NULL && event_add(r->event, NULL) == 0)
        return 0;
    if (r->event != NULL)
        event_free(r->event);
    r->event = NULL;
    return error_nomem(err);
}

static struct account *account_of(struct runners *all, uid_t uid)
{
    struct account *a;

    LIST_FOREACH (a, &all->accounts, link)
        if (a->uid == uid)
            return a;
    a = calloc(1, sizeof(*a));
    if (a == NULL)
        return NULL;
    a->uid = uid;
    TAILQ_INIT(&a->ready);
    LIST_INSERT_HEAD(&all->accounts, a, link);
    return a;
}

static int join(struct runners *all, struct runner *r, struct error *err)
{
    struct account *a = account_of(all, r->uid);
    int status = a == NULL ? error_nomem(err) : watch(r, err);

    if (status < 0) {
        if (a != NULL && a->runners == 0) {
            LIST_REMOVE(a, link);
            free(a);
        }
        return status;
    }
    a->runners++;
    r->account = a;
    r->heard = all->host.services->now();
    TAILQ_INSERT_TAIL(&all->list, r, link);
    all->count++;
    sweep_later(all);
    return 0;
}

static int may_come(const struct config_listener *l, int fd, uid_t *ret,
                    struct error *err)
{
    int status = who(fd, ret, err);

    if (status == 0 && !config_allows(l, *ret))
        status = error_set(err, ERR_DENIED,
                           "uid=%u may not use %s; add the account to allow "
                           "of that listener",
                           (unsigned)*ret, l->socket);
    if (status == 0 && closer_owes(*ret) > JUNK_MAX)
        status = error_set(err, ERR_LIMIT,
                           "uid=%u has sent too many descriptors that can't be "
                           "closed",
                           (unsigned)*ret);
    return status;
}

/* It hears why it is not taken. */
static void turn_away(int fd, uid_t uid, bool busy)
{
    struct runmsg m = {.verb = RUNMSG_REPLY, .error = EBUSY};

    if (busy)
        (void)runmsg_send(fd, &m, NULL, 0, NULL);
    closer_junk(&fd, uid);
}

int runner_start(struct runners *all, const struct config_listener *l, int fd,
                 struct fair_who *ret_who, unsigned long *ret_most,
                 struct error *err)
{
    struct fair_one *share = NULL;
    struct runner *r = NULL;
    uint64_t netns = 0;
    uid_t uid = 0;
    int status = may_come(l, fd, &uid, err);

    *ret_who = fair_account(uid);
    *ret_most = 0;
    if (status == 0)
        status = strange_netns(&netns, err);
    if (status == 0)
        status = count_runner(all, ret_who, &share, ret_most, err);
    if (status == 0 && (r = calloc(1, sizeof(*r))) == NULL)
        status = error_nomem(err);
    if (r != NULL) {
        atomic_init(&r->refs, 1);
        r->fd = fd;
        r->listener = l;
        r->all = all;
        r->host = all->host;
        r->uid = uid;
        r->netns = netns;
        r->share = share;
        status = join(all, r, err);
    }
    if (status == 0)
        return 0;
    free(r);
    fair_begun(all->host.runs, share);
    fair_leave(all->host.runs, share);
    turn_away(fd, uid, status == ERR_LIMIT && *ret_most != 0);
    return status;
}

struct runners *runners_new(const struct runner_host *host)
{
    struct runners *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return NULL;
    all->host = *host;
    TAILQ_INIT(&all->list);
    LIST_INIT(&all->accounts);
    TAILQ_INIT(&all->turns);
    all->turn = evtimer_new(host->base, on_turn, all);
    all->sweep = evtimer_new(host->base, on_sweep, all);
    if (all->turn != NULL && all->sweep != NULL)
        return all;
    runners_free(all);
    return NULL;
}

void runners_free(struct runners *all)
{
    struct runner *r;

    if (all == NULL)
        return;
    while ((r = TAILQ_FIRST(&all->list)) != NULL)
        end(r);
    if (all->turn != NULL)
        event_free(all->turn);
    if (all->sweep != NULL)
        event_free(all->sweep);
    free(all);
}

size_t runners_count(const struct runners *all)
{
    return all->count;
}
