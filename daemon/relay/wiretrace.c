/* The running packet trace, its writer, and the taps; see wiretrace.h. */

#include "relay/wiretrace.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trace/pcapng.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/thread.h"

enum { BANNER_SECONDS = 60, STOP_SECONDS = 1 };
enum { WIRE, CLEAR }; /* the file's interfaces */

struct wiretraces {
    struct trace *log;    /* NULL: gone, before the writer */
    pthread_mutex_t lock; /* of all that follows but run; never held long */
    pthread_cond_t more, ended;
    atomic_uint run; /* number of the trace that runs, 0: none */
    unsigned last;
    pthread_t thread;
    bool joinable;
    int fd;
    char rule[WIRETRACE_RULE_MAX];
    const char *why; /* it is to end; NULL: it runs */
    time_t end, banner;
    uint64_t limit, taken;
    unsigned long uid, connections, lost;
    bool secrets, clear; /* some connection gave them */
    struct strbuf queue;
};

struct wiretap {
    struct wiretraces *all;
    unsigned run;
    uint32_t id;
    bool secrets, clear, secured, wants_clear, outbound;
    struct pcapng_flow flow[2];
    struct strbuf keys, held; /* until the handshake is done */
};

/* ---- time ---- */

static uint64_t wall_us(void)
{
    struct timespec ts = clock_wall();

    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* ---- the writer; its functions but the last with the lock held ---- */

static void say(struct wiretraces *all, const char *state, const char *why)
{
    if (all->log == NULL)
        return;
    trace_remark(all->log, TRACE_WARNING,
                 "trace=%s user=%lu rule=%s connections=%lu bytes=%" PRIu64
                 " lost=%lu secrets=%s clear=%s note=\"%s\"",
                 state, all->uid, all->rule[0] != '\0' ? all->rule : "*",
                 all->connections, all->taken, all->lost,
                 all->secrets ? "yes" : "no", all->clear ? "yes" : "no", why);
}

static void look_at_clock(struct wiretraces *all)
{
    time_t now = clock_s();

    if (all->why == NULL && now >= all->end)
        all->why = "its time is up";
    if (all->why == NULL && now >= all->banner) {
        all->banner += BANNER_SECONDS;
        say(all, "running", "packets of connections are being recorded");
    }
}

static void write_queue(struct wiretraces *all)
{
    struct strbuf batch = all->queue;
    int r;

    strbuf_init(&all->queue);
    pthread_mutex_unlock(&all->lock);
    r = strbuf_failed(&batch)
            ? 0
            : fd_write_all(all->fd, batch.data, batch.len, NULL);
    strbuf_wipe(&batch);
    pthread_mutex_lock(&all->lock);
    if (r < 0) {
        all->why = "its file can't be written";
        strbuf_wipe(&all->queue);
    }
}

static void wait_for_work(struct wiretraces *all)
{
    struct timespec until = {.tv_sec = all->end < all->banner ? all->end
                                                              : all->banner};

    pthread_cond_timedwait(&all->more, &all->lock, &until);
}

static void *run(void *arg)
{
    struct wiretraces *all = arg;

    pthread_mutex_lock(&all->lock);
    say(all, "started", "packets of connections are being recorded");
    for (;;) {
        look_at_clock(all);
        if (all->queue.len > 0)
            write_queue(all);
        else if (all->why != NULL)
            break;
        else
            wait_for_work(all);
    }
    atomic_store(&all->run, 0);
    fd_close(&all->fd);
    say(all, "ended", all->why);
    pthread_cond_broadcast(&all->ended);
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* ---- start and stop ---- */

int wiretraces_new(struct trace *log, struct wiretraces **ret,
                   struct error *err)
{
    struct wiretraces *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return error_nomem(err);
    all->log = log;
    all->fd = -1;
    atomic_init(&all->run, 0);
    pthread_mutex_init(&all->lock, NULL);
    thread_cond_init(&all->more);
    thread_cond_init(&all->ended);
    *ret = all;
    return 0;
}

static int begin(struct wiretraces *all, const struct wiretrace_params *p,
                 struct error *err)
{
    static const char *const interfaces[] = {"wire", "clear text"};

    if (all->joinable)
        pthread_join(all->thread, NULL); /* it has ended, or is about to */
    all->joinable = false;
    snprintf(all->rule, sizeof(all->rule), "%s", p->rule);
    all->why = NULL;
    all->end = clock_s() + (time_t)p->seconds;
    all->banner = clock_s() + BANNER_SECONDS;
    all->limit = p->bytes;
    all->uid = p->uid;
    all->connections = all->lost = 0;
    all->secrets = all->clear = false;
    pcapng_begin("attlsd " ATTLS_VERSION, interfaces, 2, &all->queue);
    if (strbuf_failed(&all->queue))
        return error_nomem(err);
    all->taken = all->queue.len;
    all->fd = p->fd;
    errno = thread_start(&all->thread, run, all);
    if (errno != 0) {
        all->fd = -1;
        strbuf_done(&all->queue);
        return error_errno(err, "can't start the trace's thread");
    }
    all->joinable = true;
    if (++all->last == 0)
        all->last = 1;
    atomic_store(&all->run, all->last);
    return 0;
}

int wiretraces_start(struct wiretraces *all, const struct wiretrace_params *p,
                     struct error *err)
{
    int r, fd = p->fd;

    pthread_mutex_lock(&all->lock);
    if (all->fd >= 0)
        r = error_set(err, ERR_EXISTS, "a trace runs already");
    else
        r = begin(all, p, err);
    pthread_mutex_unlock(&all->lock);
    if (r < 0)
        fd_close(&fd);
    return r;
}

/* With the lock held. False: it has not ended in time. */
static bool end(struct wiretraces *all, const char *why)
{
    struct timespec until = {.tv_sec = clock_s() + STOP_SECONDS};

    if (all->why == NULL)
        all->why = why;
    pthread_cond_signal(&all->more);
    while (all->fd >= 0)
        if (pthread_cond_timedwait(&all->ended, &all->lock, &until) != 0)
            return all->fd < 0;
    return true;
}

int wiretraces_stop(struct wiretraces *all, struct wiretrace_result *ret,
                    struct error *err)
{
    int r = 0;

    pthread_mutex_lock(&all->lock);
    if (all->fd < 0) {
        r = error_set(err, ERR_NOT_FOUND, "no trace runs");
    } else {
        ret->ended = end(all, "stopped at the console");
        ret->connections = all->connections;
        ret->lost = all->lost;
        ret->bytes = all->taken;
    }
    pthread_mutex_unlock(&all->lock);
    return r;
}

void wiretraces_free(struct wiretraces *all)
{
    bool ended;

    if (all == NULL)
        return;
    pthread_mutex_lock(&all->lock);
    ended = end(all, "the daemon ends");
    if (!ended)
        all->log = NULL;
    pthread_mutex_unlock(&all->lock);
    if (!ended)
        return; /* the writer still uses all this, and the process ends */
    if (all->joinable)
        pthread_join(all->thread, NULL);
    strbuf_wipe(&all->queue);
    pthread_cond_destroy(&all->more);
    pthread_cond_destroy(&all->ended);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* ---- a connection's packets ---- */

static bool is_running(const struct wiretap *t)
{
    return atomic_load_explicit(&t->all->run, memory_order_relaxed) == t->run;
}

/* Into the queue, whole or not at all. */
static void put(struct wiretap *t, struct strbuf *packets)
{
    struct wiretraces *all = t->all;

    pthread_mutex_lock(&all->lock);
    if (is_running(t) && all->why == NULL && packets->len > 0) {
        if (all->taken + packets->len > all->limit) {
            all->why = "its size is reached";
        } else if (strbuf_failed(packets) ||
                   all->queue.len + packets->len > WIRETRACE_QUEUE) {
            all->lost++;
        } else {
            strbuf_add(&all->queue, packets->data, packets->len);
            all->taken += packets->len;
        }
        pthread_cond_signal(&all->more);
    }
    pthread_mutex_unlock(&all->lock);
    strbuf_wipe(packets);
}

/* What was held back of the handshake, the secrets first. */
static void release(struct wiretap *t)
{
    struct strbuf out = STRBUF_INIT;

    if (t->keys.len > 0)
        pcapng_secrets(t->keys.data, t->keys.len, &out);
    strbuf_add(&out, strbuf_str(&t->held), t->held.len);
    strbuf_wipe(&t->keys);
    strbuf_wipe(&t->held);
    put(t, &out);
}

static void add_secret(struct wiretap *t, const char *line, size_t len)
{
    if (!t->secrets)
        return;
    strbuf_add(&t->keys, line, len);
    strbuf_addc(&t->keys, '\n');
    if (t->secured)
        release(t);
}

static void add_bytes(struct wiretap *t, int side, bool sent, const void *bytes,
                      size_t len)
{
    struct strbuf now = STRBUF_INIT;
    struct strbuf *out = t->secured ? &now : &t->held;

    pcapng_data(&t->flow[side], sent, bytes, len, wall_us(), out);
    if (t->secured)
        put(t, &now);
    else if (t->held.len > WIRETRACE_HELD)
        release(t);
}

static void on_tapped(void *arg, enum session_tapped what, bool sent,
                      const void *bytes, size_t len)
{
    struct wiretap *t = arg;

    if (!is_running(t))
        return;
    if (what == SESSION_TAP_SECRET)
        add_secret(t, bytes, len);
    else if (what == SESSION_TAP_WIRE)
        add_bytes(t, WIRE, sent, bytes, len);
    else if (t->clear) /* what is sent on the wire came from the program */
        add_bytes(t, CLEAR, !sent, bytes, len);
}

bool wiretraces_run(const struct wiretraces *all)
{
    return all != NULL && atomic_load(&all->run) != 0;
}

/* The number of the trace that takes this connection, 0: none does. */
static unsigned joined(struct wiretraces *all, const struct wiretap_params *p)
{
    unsigned run;

    pthread_mutex_lock(&all->lock);
    run = atomic_load(&all->run);
    if (all->why != NULL ||
        (all->rule[0] != '\0' && strcmp(all->rule, p->rule) != 0))
        run = 0;
    if (run != 0) {
        all->connections++;
        all->secrets |= p->secrets;
        all->clear |= p->clear;
    }
    pthread_mutex_unlock(&all->lock);
    return run;
}

struct wiretap *wiretap_new(struct wiretraces *all,
                            const struct wiretap_params *p)
{
    struct wiretap *t;
    unsigned number;

    if (!wiretraces_run(all))
        return NULL;
    t = calloc(1, sizeof(*t));
    number = t != NULL ? joined(all, p) : 0;
    if (number == 0) {
        free(t);
        return NULL;
    }
    t->all = all;
    t->run = number;
    t->secrets = p->secrets;
    if (pcapng_flow(&p->local, &p->remote, WIRE, p->id << 16, &t->flow[WIRE]))
        pcapng_open(&t->flow[WIRE], p->outbound, wall_us(), &t->held);
    t->wants_clear = p->clear;
    t->outbound = p->outbound;
    t->id = p->id;
    return t;
}

void wiretap_app(struct wiretap *t, const struct netaddr *local,
                 const struct netaddr *remote)
{
    if (t == NULL || !t->wants_clear || !is_running(t))
        return;
    t->clear = pcapng_flow(local, remote, CLEAR, t->id << 16, &t->flow[CLEAR]);
    if (t->clear)
        pcapng_open(&t->flow[CLEAR], !t->outbound, wall_us(), &t->held);
    if (t->secured)
        release(t);
}

void wiretap_session(struct wiretap *t, struct session *session)
{
    if (t != NULL)
        session_tap(session, on_tapped, t);
}

void wiretap_secured(struct wiretap *t)
{
    if (t == NULL)
        return;
    release(t);
    t->secured = true;
}

void wiretap_free(struct wiretap *t)
{
    if (t == NULL)
        return;
    if (is_running(t)) {
        pcapng_close(&t->flow[WIRE], wall_us(), &t->held);
        if (t->clear)
            pcapng_close(&t->flow[CLEAR], wall_us(), &t->held);
        release(t);
    }
    strbuf_wipe(&t->keys);
    strbuf_wipe(&t->held);
    free(t);
}
