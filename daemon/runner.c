/* See runner.h. */

#include "daemon/runner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/closer.h"
#include "intercept/runmsg.h"
#include "intercept/strange.h"

enum {
    BATCH = 32,    /* messages before other events get their turn */
    JUNK_MAX = 256 /* of one account, that is not closed yet */
};

struct runner {
    LIST_ENTRY(runner) link;
    atomic_uint refs; /* its own, and one a connection that has not reported */
    int fd;
    const struct config_listener *listener;
    struct runner_host host;
    struct event *event;
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

static void end(struct runner *r)
{
    LIST_REMOVE(r, link);
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
 * goes its own way, as itself; EACCES: nor may it. Who asks first and who asks
 * for the connection itself hear the same.
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
    struct snapshot *snap = snapshots_get(r->host.snapshots);
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

static void decline(struct runner *r, const struct runmsg *m, int error,
                    const char *why)
{
    char text[NETADDR_TEXT];

    reply(r, m->id, error, NULL);
    if (error == ENOENT || r->told)
        return;
    r->told = true;
    trace_remark(r->host.trace, TRACE_WARNING,
                 "attls-run uid=%u target=%s refused=\"%s\"", (unsigned)r->uid,
                 netaddr_format(&m->address, text), why);
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

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct runner *r = arg;
    int i, sockets[RUNMSG_SOCKETS], status = 0;
    struct runmsg m;
    struct error err;

    (void)what;
    for (i = 0; status == 0 && i < BATCH; i++) {
        status = runmsg_take(fd, &m, sockets, drop, r, &err);
        if (status == 0)
            m.address = netaddr_unmap(&m.address);
        if (status == 0 && !handle(r, &m, sockets))
            status = error_set(&err, ERR_SYNTAX, "a request without sense");
    }
    if (status == 0 || status == ERR_LIMIT)
        return;
    if (status != ERR_NOT_FOUND)
        trace_remark(r->host.trace, TRACE_WARNING,
                     "attls-run uid=%u ended=\"%s\"", (unsigned)r->uid,
                     err.text);
    end(r);
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
    r->event =
        event_new(r->host.base, r->fd, EV_READ | EV_PERSIST, on_readable, r);
    if (r->event != NULL && event_add(r->event, NULL) == 0)
        return 0;
    if (r->event != NULL)
        event_free(r->event);
    return error_nomem(err);
}

int runner_start(const struct config_listener *l, int fd,
                 const struct runner_host *host, struct runner_list *list,
                 struct error *err)
{
    struct runner *r;
    uint64_t netns = 0;
    uid_t uid = 0;
    int status = who(fd, &uid, err);

    if (status == 0 && !config_allows(l, uid))
        status = error_set(err, ERR_DENIED,
                           "uid=%u may not use %s; add the account to allow "
                           "of that listener",
                           (unsigned)uid, l->socket);
    if (status == 0 && closer_owes(uid) > JUNK_MAX)
        status = error_set(err, ERR_LIMIT,
                           "uid=%u has sent too many descriptors that can't be "
                           "closed",
                           (unsigned)uid);
    if (status == 0)
        status = strange_netns(&netns, err);
    r = status == 0 ? calloc(1, sizeof(*r)) : NULL;
    if (r == NULL) {
        closer_junk(&fd, uid);
        return status == 0 ? error_nomem(err) : status;
    }
    atomic_init(&r->refs, 1);
    r->fd = fd;
    r->listener = l;
    r->host = *host;
    r->uid = uid;
    r->netns = netns;
    status = watch(r, err);
    if (status < 0) {
        release(r);
        return status;
    }
    LIST_INSERT_HEAD(list, r, link);
    return 0;
}

void runners_end(struct runner_list *list)
{
    struct runner *r;

    while ((r = LIST_FIRST(list)) != NULL)
        end(r);
}
