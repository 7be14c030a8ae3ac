/* See runner.h. */

#include "daemon/runner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "intercept/runmsg.h"
#include "util/fd.h"

enum { BATCH = 32 }; /* messages before other events get their turn */

struct runner {
    LIST_ENTRY(runner) link;
    atomic_uint refs; /* its own, and one a connection that has not reported */
    int fd;
    const struct config_listener *listener;
    struct runner_host host;
    struct event *event;
    uid_t uid;
};

static void release(struct runner *r)
{
    if (atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    fd_close(&r->fd);
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

/* A policy that has nothing to say leaves the connection to the program. */
static int covers(struct runner *r, const struct runmsg *m)
{
    struct policy_conn c = {
        .direction =
            m->verb == RUNMSG_COVERS_IN ? POLICY_INBOUND : POLICY_OUTBOUND,
        .jobname = known(r->listener->jobname),
        .userid = known(r->listener->userid),
    };
    struct snapshot *snap = snapshots_get(r->host.snapshots);
    bool yes;

    if (c.direction == POLICY_INBOUND) {
        c.local.port = m->address.port;
    } else {
        c.remote = m->address;
    }
    yes = r->listener->on_no_rule == NO_RULE_REFUSE ||
          policy_could_match(snapshot_policy(snap), &c);
    snapshot_unref(snap);
    return yes ? 0 : ENOENT;
}

static void take(struct runner *r, const struct runmsg *m, const int sockets[])
{
    struct intercepted in = {
        .fd = sockets[0],
        .other = sockets[1],
        .direction =
            m->verb == RUNMSG_CONNECT ? POLICY_OUTBOUND : POLICY_INBOUND,
        .onward = m->address,
        .who = {.owner = {.uid = r->uid}},
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

static bool handle(struct runner *r, const struct runmsg *m, int sockets[])
{
    int i;

    if (!has_sockets(m, sockets)) {
        for (i = 0; i < RUNMSG_SOCKETS; i++)
            fd_close(&sockets[i]);
        return false;
    }
    if (m->verb == RUNMSG_CONNECT || m->verb == RUNMSG_ACCEPTED)
        take(r, m, sockets);
    else
        reply(r, m->id, covers(r, m), NULL);
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
        status = runmsg_receive(fd, &m, sockets, &err);
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

int runner_start(const struct config_listener *l, int fd,
                 const struct runner_host *host, struct runner_list *list,
                 struct error *err)
{
    struct runner *r = calloc(1, sizeof(*r));
    struct ucred cred;
    socklen_t len = sizeof(cred);

    if (r == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0) {
        fd_close(&fd);
        free(r);
        return r == NULL ? error_nomem(err) : error_errno(err, "SO_PEERCRED");
    }
    atomic_init(&r->refs, 1);
    r->fd = fd;
    r->listener = l;
    r->host = *host;
    r->uid = cred.uid;
    r->event = event_new(host->base, fd, EV_READ | EV_PERSIST, on_readable, r);
    if (r->event == NULL || event_add(r->event, NULL) < 0) {
        if (r->event != NULL)
            event_free(r->event);
        release(r);
        return error_nomem(err);
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
