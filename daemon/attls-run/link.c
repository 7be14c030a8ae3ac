/* The supervisor's connection to the daemon, which it finds again when the
 * daemon was restarted; see private.h. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "attls-run/private.h"
#include "util/fd.h"

enum {
    ASK_MS = 10 * 1000,   /* for an answer of a daemon that has answered */
    GREET_MS = 3 * 1000,  /* for the first one, when it was restarted */
    HANGS_MS = 10 * 1000, /* until one that did not answer is asked again */
    BUSY_MS = 1000        /* until one that had no room is */
};

/* ---- its end ---- */

/* Said once, until it is back. */
static void lose(struct run *r, const char *why, uint64_t pause)
{
    if (!r->lost)
        fprintf(stderr,
                "attls-run: %s; what the policy may cover is refused until it "
                "is back\n",
                why);
    r->lost = true;
    fd_close(&r->daemon);
    r->next_try = run_now() + pause;
    run_abandon(r);
}

static const char not_allowed[] =
    "the daemon's listener does not allow this account (allow in attlsd.conf)";
static const char ends_or_not_allowed[] =
    "the daemon closes at once: it ends, or its listener does not allow this "
    "account any more";

/* A daemon that closes before its first word does not take us; one that has
 * said something and closes has ended. */
static void gone(struct run *r, const char *why)
{
    if (!r->heard)
        why = r->known ? ends_or_not_allowed : not_allowed;
    lose(r, why, 0);
}

/* The daemon hangs up and has said why. */
static void part(struct run *r, int error)
{
    if (error == EBUSY) {
        lose(r, "the daemon has as many attls-run as it takes (max_runs)",
             BUSY_MS);
        return;
    }
    fd_close(&r->daemon);
    r->next_try = run_now();
    run_abandon(r);
}

/* ---- messages ---- */

static uint32_t tell(struct run *r, struct runmsg *m, const int *sockets,
                     size_t count)
{
    struct error err;

    if (++r->next_id == 0)
        r->next_id = 1;
    m->id = r->next_id;
    snprintf(m->jobname, sizeof(m->jobname), "%s", r->setting->jobname);
    if (runmsg_send(r->daemon, m, sockets, count, &err) == 0)
        return m->id;
    gone(r, err.text);
    return 0;
}

/* One message; true: it is RET. */
static bool hear(struct run *r, struct runmsg *ret)
{
    int sockets[RUNMSG_SOCKETS], i;
    struct error err;

    if (runmsg_receive(r->daemon, ret, sockets, &err) < 0) {
        gone(r, err.text);
        return false;
    }
    for (i = 0; i < RUNMSG_SOCKETS; i++)
        fd_close(&sockets[i]);
    if (ret->id == 0) {
        part(r, ret->error);
        return false;
    }
    r->heard = r->known = true;
    return true;
}

void run_hear(struct run *r)
{
    struct runmsg m;

    if (hear(r, &m))
        run_reply(r, &m);
}

/* The reply to request ID, 0: it was not sent. */
static int wait_for(struct run *r, uint32_t id, int ms)
{
    struct runmsg m;
    int n;

    while (id != 0 && r->daemon >= 0) {
        struct pollfd p = {r->daemon, POLLIN, 0};

        n = poll(&p, 1, ms);
        if (n == 0)
            lose(r, "the daemon does not answer", HANGS_MS);
        else if (n < 0)
            lose(r, "the daemon can't be waited for", 0);
        else if (hear(r, &m)) {
            if (m.id == id)
                return m.error;
            run_reply(r, &m);
        }
    }
    return ECONNREFUSED;
}

/* ---- finding it ---- */

/* A question whose answer does not matter. */
static void greet(struct run *r, int ms)
{
    struct timeval limit = {ASK_MS / 1000, 0};
    struct runmsg m = {.verb = RUNMSG_COVERS_OUT};

    r->heard = false;
    setsockopt(r->daemon, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    netaddr_parse("127.0.0.1:1", &m.address, NULL);
    wait_for(r, tell(r, &m, NULL, 0), ms);
}

void run_greet(struct run *r)
{
    greet(r, ASK_MS);
}

/* There is a daemon, perhaps a new one. */
static bool find(struct run *r)
{
    struct error err;

    if (r->daemon >= 0)
        return true;
    if (run_now() < r->next_try)
        return false;
    if (run_daemon_connect(r->setting->socket, false, &r->daemon, &err) < 0) {
        lose(r, err.text, 0);
        return false;
    }
    greet(r, GREET_MS);
    if (r->daemon < 0)
        return false;
    if (r->lost)
        fprintf(stderr, "attls-run: the daemon is back\n");
    r->lost = false;
    return true;
}

uint32_t run_tell(struct run *r, enum runmsg_verb verb, const struct netaddr *a,
                  const struct netaddr *source, const int *sockets,
                  size_t count)
{
    struct runmsg m = {.verb = verb, .address = *a};

    if (source != NULL)
        m.source = *source;
    return find(r) ? tell(r, &m, sockets, count) : 0;
}

int run_ask(struct run *r, enum runmsg_verb verb, const struct netaddr *a)
{
    return wait_for(r, run_tell(r, verb, a, NULL, NULL, 0), ASK_MS);
}
