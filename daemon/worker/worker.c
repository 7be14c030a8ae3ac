/*
 * Worker threads. What comes from other threads (a socket that another worker
 * accepted, the order to stop) goes through a small locked queue and an
 * eventfd, so the event bases need no locks.
 */

#include "worker/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "conn/loop.h"
#include "conn/room.h"
#include "relay/closer.h"
#include "relay/endpoint.h"
#include "site/snapshot.h"
#include "tls/memory.h"
#include "util/by_time.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/thread.h"
#include "worker/admit.h"
#include "worker/listener.h"
#include "worker/runner.h"

/* A socket on its way to another worker. */
struct parcel {
    STAILQ_ENTRY(parcel) next;
    const struct config_listener *listener;
    struct intercepted in;
};

/* Another thread wants to look; it waits until done. */
struct visit {
    workers_visit_fn fn;
    void *arg;
    bool done;
};

enum order { ORDER_RUN, ORDER_CLOSE_DOORS, ORDER_STOP };

struct worker {
    struct workers *all;
    pthread_t thread;
    bool started;
    struct loop *loop;
    struct listener **listeners; /* those that accept here */
    size_t listener_count;
    struct runners *runners; /* NULL: nobody comes from attls-run here */
    struct event *inbox_event, *rest;
    bool odd;          /* of the sockets that were accepted */
    atomic_ulong owed; /* connections that have to make room here */
    int inbox_fd;
    pthread_mutex_t lock; /* of what follows */
    STAILQ_HEAD(, parcel) inbox;
    enum order order;
    struct visit *visit; /* NULL: nobody looks */
    pthread_cond_t visited;
    uint64_t asked;     /* when it was to answer; 0: it has */
    atomic_bool silent; /* it does not */
    atomic_bool ended;  /* its thread has nothing to answer any more */
};

struct workers {
    const struct services *services;
    struct workers_params params;
    /* The first SPREAD get what ordinary listeners accept. One more, if there
     * is one, has all that programs under attls-run bring. */
    unsigned count, spread;
    struct worker *list;
    struct fair *runs;        /* those of attls-run */
    struct metrics beside;    /* what happens outside the workers */
    pthread_mutex_t visiting; /* one visitor at a time */
    pthread_t keeper;         /* looks after them */
    pthread_mutex_t keeping;  /* of what follows */
    pthread_cond_t enough;
    bool has_keeper, stopping;
    bool hurry;         /* whoever waits for connections to end stops waiting */
    atomic_bool ending; /* somebody waits for that */
};

enum { ANSWER_MS = 2000 };

/* ---- between threads ---- */

static void ring(struct worker *w)
{
    uint64_t one = 1;

    /* a counter at its top has woken the thread already */
    while (write(w->inbox_fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

/* On the naming thread, and on those that open environments. */
static void on_answer(void *arg)
{
    ring(arg);
}

/* On the worker's thread, which counts before it looks whether somebody waits;
 * whoever waits says so before looking at the count. */
static void on_empty(void *arg)
{
    struct workers *all = ((struct worker *)arg)->all;

    if (!atomic_load(&all->ending))
        return;
    pthread_mutex_lock(&all->keeping);
    pthread_cond_broadcast(&all->enough);
    pthread_mutex_unlock(&all->keeping);
}

static void give_order(struct worker *w, enum order order)
{
    pthread_mutex_lock(&w->lock);
    w->order = order;
    pthread_mutex_unlock(&w->lock);
    ring(w);
}

static struct worker *fewest(struct worker *self)
{
    struct workers *all = self->all;
    unsigned long least = loop_count(self->loop);
    struct worker *best = self;
    unsigned i;

    for (i = 0; i < all->spread; i++)
        if (loop_count(all->list[i].loop) < least && !all->list[i].silent) {
            best = &all->list[i];
            least = loop_count(best->loop);
        }
    return best;
}

/* ---- limits ---- */

/* The worker with the most that do not relay; W when no other has any. */
static struct worker *fullest(struct worker *w)
{
    struct workers *all = w->all;
    struct worker *most = w;
    unsigned i;

    for (i = 0; i < all->count; i++)
        if (loop_waiting(all->list[i].loop) > loop_waiting(most->loop) &&
            !all->list[i].silent)
            most = &all->list[i];
    return most;
}

/* An account or peer that has too many makes room with its own connections. */
static bool is_own(enum fair_answer answer)
{
    return answer == FAIR_MOST_WAITING || answer == FAIR_SHARE;
}

/*
 * Makes room for one connection of ONE, or of anybody. *RET_OVER: how many
 * above the limit there may be, for another worker may take the place that was
 * made, or has not made it yet; those that wait for us keep their place, so it
 * may not.
 */
static bool make_room(struct worker *w, enum fair_answer answer,
                      const struct fair_one *one, unsigned long most,
                      unsigned long *ret_over)
{
    bool own = is_own(answer);
    struct worker *other;

    *ret_over = most / 8 + 1;
    if (answer == FAIR_MOST || answer == FAIR_NO_MEMORY || (own && one == NULL))
        return false;
    if (room_make(w->loop, own ? one : NULL))
        return true;
    other = own ? w : fullest(w);
    if (other == w)
        return false;
    atomic_fetch_add(&other->owed, 1);
    ring(other);
    return true;
}

/* IN is counted as somebody's, or reset. */
static bool is_counted(struct worker *w, const struct config *cfg,
                       struct intercepted *in)
{
    struct fair_limits l = admit_limits(cfg, in);
    struct fair_one *one = NULL;
    struct limit limit;
    enum fair_answer answer;
    unsigned long most;

    answer = fair_enter(w->all->services->fair, &in->by, &l, &one, &most);
    limit = admit_reason(answer, cfg, in);
    if (answer != FAIR_MAY && make_room(w, answer, one, most, &l.over)) {
        if (is_own(answer)) /* it was limited, though this one comes in */
            fair_note(w->all->services->fair, &in->by, limit.name);
        answer = fair_enter(w->all->services->fair, &in->by, &l, &one, &most);
    }
    if (answer == FAIR_MAY) {
        in->share = one;
        return true;
    }
    limit = admit_reason(answer, cfg, in);
    limit.most = most;
    limited_tell(w->loop, &limit, &in->by);
    intercepted_drop(in);
    return false;
}

/* TO is the worker that would relay. */
static bool has_buffers(struct worker *w, const struct worker *to,
                        const struct config *cfg, struct intercepted *in)
{
    struct limit limit = {COUNTER_LIMITED_BUFFERS, "max_buffers",
                          cfg->max_buffers};

    if (loop_held(to->loop) < (size_t)cfg->max_buffers << 20)
        return true;
    limited_tell(w->loop, &limit, NULL);
    intercepted_drop(in);
    return false;
}

static bool is_refused(struct worker *w, const struct worker *to,
                       struct intercepted *in)
{
    struct snapshot *s = snapshots_get(w->all->services->snapshots);
    const struct config *cfg = snapshot_config(s);
    bool refused = !has_buffers(w, to, cfg, in) || !is_counted(w, cfg, in);

    snapshot_unref(s);
    return refused;
}

/* ---- where it goes ---- */

static void drop_counted(struct worker *w, struct intercepted *in)
{
    fair_begun(w->all->services->fair, in->share);
    fair_leave(w->all->services->fair, in->share);
    in->share = NULL;
    intercepted_drop(in);
}

static void send_to(struct worker *w, const struct config_listener *l,
                    struct intercepted *in)
{
    struct parcel *p = malloc(sizeof(*p));

    if (p == NULL) {
        drop_counted(w, in);
        return;
    }
    p->listener = l;
    intercepted_move(in, &p->in);
    loop_expect(w->loop);
    pthread_mutex_lock(&w->lock);
    STAILQ_INSERT_TAIL(&w->inbox, p, next);
    pthread_mutex_unlock(&w->lock);
    ring(w);
}

static bool has_strangers(const struct workers *all)
{
    return all->count > all->spread;
}

/*
 * To the worker with the fewest connections. A socket that others hold is a
 * danger to the thread that it is on: while one of them sends what the kernel
 * can't read at once (a page of a file system of its own) every call on it
 * waits. So it stays where only such sockets are.
 */
static void hand_out(void *arg, const struct config_listener *l,
                     struct intercepted *in)
{
    struct worker *w = arg;
    struct worker *to = in->foreign && has_strangers(w->all) ? w : fewest(w);

    if (is_refused(w, to, in))
        return;
    if (to == w)
        conn_start(w->loop, l, in);
    else
        send_to(to, l, in);
}

static struct runner_host runner_host_of(struct worker *w)
{
    return (struct runner_host){.base = loop_base(w->loop),
                                .services = w->all->services,
                                .runs = w->all->runs,
                                .take = hand_out,
                                .arg = w};
}

static void accept_runner(struct worker *w, const struct config_listener *l,
                          int fd)
{
    struct limit limit = {COUNTER_LIMITED_RUNS, "max_runs", 0};
    struct runner_host rh = runner_host_of(w);
    struct fair_who who;
    struct error err;
    int r;

    if (w->runners == NULL)
        w->runners = runners_new(&rh);
    if (w->runners == NULL) {
        closer_junk(&fd, geteuid());
        return;
    }
    r = runner_start(w->runners, l, fd, &who, &limit.most, &err);
    if (r == ERR_LIMIT && limit.most != 0) {
        limited_tell(w->loop, &limit, &who);
    } else if (r < 0) {
        metrics_add(loop_metrics(w->loop), COUNTER_RUNS_REFUSED, 1);
        runner_say(&rh, "refused", err.text);
    }
}

/* In a storm of handshakes those who relay are looked at after each second one:
 * a handshake is two steps, each with a look of its own, so that a queue where
 * nobody can be told from who has given up does not build before the door. */
static bool on_accept(void *arg, const struct config_listener *l, int fd,
                      const struct netaddr *peer)
{
    struct worker *w = arg;
    struct intercept_host *intercept = loop_intercept(w->loop);
    char text[NETADDR_TEXT];
    struct intercepted in;
    struct error err;

    if (l->mode == MODE_RUN) {
        accept_runner(w, l, fd);
        return true;
    }
    intercept->pressed = fair_is_pressed(w->all->services->fair);
    if (intercepted_make(l, fd, peer, intercept, &in, &err) == 0) {
        hand_out(w, l, &in);
        w->odd = !w->odd;
        return w->odd || !loop_is_crowded(w->loop);
    }
    metrics_add(loop_metrics(w->loop), COUNTER_REFUSED, 1);
    trace_remark(w->all->services->trace, TRACE_WARNING,
                 "listen=%s refused=\"%s\"", netaddr_format(&l->listen, text),
                 err.text);
    return true;
}

static struct parcel *take_parcel(struct worker *w)
{
    struct parcel *p;

    pthread_mutex_lock(&w->lock);
    p = STAILQ_FIRST(&w->inbox);
    if (p != NULL)
        STAILQ_REMOVE_HEAD(&w->inbox, next);
    pthread_mutex_unlock(&w->lock);
    return p;
}

static void take_parcels(struct worker *w, bool stopping)
{
    struct parcel *p;

    while ((p = take_parcel(w)) != NULL) {
        if (stopping)
            drop_counted(w, &p->in);
        else
            conn_start(w->loop, p->listener, &p->in);
        loop_expected(w->loop);
        free(p);
    }
}

/* Another worker has taken a connection in our stead. */
static void pay_room(struct worker *w)
{
    unsigned long n = atomic_exchange(&w->owed, 0);

    while (n-- > 0 && room_make(w->loop, NULL))
        ;
}

static void receive_visit(struct worker *w)
{
    struct visit *v;

    pthread_mutex_lock(&w->lock);
    v = w->visit;
    w->visit = NULL;
    pthread_mutex_unlock(&w->lock);
    if (v == NULL)
        return;
    v->fn(v->arg, w->loop); /* *V is the visitor's until it is done */
    pthread_mutex_lock(&w->lock);
    v->done = true;
    pthread_cond_signal(&w->visited);
    pthread_mutex_unlock(&w->lock);
}

/* ---- who answers ---- */

static unsigned number_of(const struct worker *w)
{
    return (unsigned)(w - w->all->list) + 1;
}

/* With the lock. */
static void fall_silent(struct worker *w)
{
    if (!atomic_exchange(&w->silent, true))
        trace_remark(w->all->services->trace, TRACE_ERR,
                     "worker=%u error=\"does not answer\" connections=%lu",
                     number_of(w), loop_count(w->loop));
}

/* On its own thread, with the lock. */
static void answer(struct worker *w)
{
    w->asked = 0;
    if (atomic_exchange(&w->silent, false))
        trace_remark(w->all->services->trace, TRACE_NOTICE,
                     "worker=%u answers again", number_of(w));
}

static void look_after(struct worker *w)
{
    uint64_t now = clock_coarse_ms(), asked;

    if (w->ended)
        return;
    pthread_mutex_lock(&w->lock);
    asked = w->asked;
    if (asked == 0)
        w->asked = now;
    else if (now - asked >= ANSWER_MS)
        fall_silent(w);
    pthread_mutex_unlock(&w->lock);
    if (asked == 0)
        ring(w);
}

/* On the keeper's thread. */
static void *keep_watch(void *arg)
{
    struct workers *all = arg;
    struct timespec until;
    unsigned i;

    pthread_mutex_lock(&all->keeping);
    while (!all->stopping) {
        for (i = 0; i < all->count; i++)
            look_after(&all->list[i]);
        until = clock_in_ms(ANSWER_MS);
        pthread_cond_timedwait(&all->enough, &all->keeping, &until);
    }
    pthread_mutex_unlock(&all->keeping);
    return NULL;
}

static int start_keeper(struct workers *all, struct error *err)
{
    errno = thread_start(&all->keeper, keep_watch, all);
    all->has_keeper = errno == 0;
    return errno == 0 ? 0 : error_errno(err, "can't start a thread");
}

static void stop_keeper(struct workers *all)
{
    pthread_mutex_lock(&all->keeping);
    all->stopping = true;
    pthread_cond_broadcast(&all->enough);
    pthread_mutex_unlock(&all->keeping);
    if (all->has_keeper)
        pthread_join(all->keeper, NULL);
    all->has_keeper = false;
}

unsigned workers_count(const struct workers *all)
{
    return all->count;
}

bool workers_is_silent(const struct workers *all, unsigned i)
{
    return all->list[i].silent;
}

static void close_doors(struct worker *w)
{
    size_t i;

    for (i = 0; i < w->listener_count; i++)
        listener_stop(w->listeners[i]);
    w->listener_count = 0;
}

static void on_inbox(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    enum order order;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return;
    pthread_mutex_lock(&w->lock);
    order = w->order;
    answer(w);
    pthread_mutex_unlock(&w->lock);
    if (order != ORDER_RUN)
        close_doors(w);
    take_parcels(w, order == ORDER_STOP);
    pay_room(w);
    loop_answered(w->loop);
    receive_visit(w);
    if (order == ORDER_STOP)
        event_base_loopbreak(loop_base(w->loop));
}

/* ---- a thread ---- */

static bool rest_later(void *arg)
{
    static const struct timeval second = {1, 0};
    struct worker *w = arg;

    return evtimer_add(w->rest, &second) == 0;
}

BY_TIME static void on_rest(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    memory_rest();
}

static void *run(void *arg)
{
    struct worker *w = arg;

    memory_begin(rest_later, w);
    event_base_loop(loop_base(w->loop), EVLOOP_NO_EXIT_ON_EMPTY);
    memory_end();
    w->ended = true;
    return NULL;
}

static int init_worker(struct worker *w, struct workers *all, struct error *err)
{
    struct loop_owner owner = {on_answer, on_empty, w};
    struct event_base *base;
    int r;

    w->all = all;
    w->inbox_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (w->inbox_fd < 0)
        return error_errno(err, "eventfd");
    r = loop_new(all->services, &owner, &w->loop, err);
    if (r < 0)
        return r;
    base = loop_base(w->loop);
    w->listeners = calloc(all->params.listener_count + 1, sizeof(void *));
    w->inbox_event =
        event_new(base, w->inbox_fd, EV_READ | EV_PERSIST, on_inbox, w);
    w->rest = evtimer_new(base, on_rest, w);
    if (w->listeners == NULL || w->inbox_event == NULL || w->rest == NULL ||
        event_add(w->inbox_event, NULL) < 0)
        return error_nomem(err);
    return 0;
}

static void done_worker(struct worker *w)
{
    close_doors(w);
    take_parcels(w, true);
    runners_free(w->runners);
    if (w->inbox_event != NULL)
        event_free(w->inbox_event);
    if (w->rest != NULL)
        event_free(w->rest);
    loop_free(w->loop);
    fd_close(&w->inbox_fd);
    pthread_cond_destroy(&w->visited);
    pthread_mutex_destroy(&w->lock);
    free(w->listeners);
}

static bool is_run(const struct listener *l)
{
    return listener_config(l)->mode == MODE_RUN;
}

/* There are listeners of mode run and others. */
static bool is_mixed(const struct workers_params *p)
{
    size_t i, runs = 0;

    for (i = 0; i < p->listener_count; i++)
        runs += is_run(p->listeners[i]);
    return runs != 0 && runs != p->listener_count;
}

/* Listeners are dealt out in turn. */
static struct worker *worker_of(struct workers *all, size_t i)
{
    if (is_run(all->params.listeners[i]) && has_strangers(all))
        return &all->list[all->spread];
    return &all->list[i % all->spread];
}

static int deal_listeners(struct workers *all, struct error *err)
{
    size_t i;
    int r;

    for (i = 0; i < all->params.listener_count; i++) {
        struct worker *w = worker_of(all, i);
        struct listener_host lh = {loop_base(w->loop),
                                   loop_intercept(w->loop),
                                   all->services->trace,
                                   loop_metrics(w->loop),
                                   on_accept,
                                   w};

        r = listener_start(all->params.listeners[i], &lh, err);
        if (r < 0)
            return r;
        w->listeners[w->listener_count++] = all->params.listeners[i];
    }
    return 0;
}

static int start_threads(struct workers *all, struct error *err)
{
    unsigned i;

    for (i = 0; i < all->count; i++) {
        errno = thread_start(&all->list[i].thread, run, &all->list[i]);
        if (errno != 0)
            return error_errno(err, "can't start a worker thread");
        all->list[i].started = true;
    }
    return 0;
}

static unsigned cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > 256 ? 256 : (unsigned)n;
}

int workers_start(const struct services *services,
                  const struct workers_params *params, struct workers **ret,
                  struct error *err)
{
    struct workers *all = calloc(1, sizeof(*all));
    unsigned i;
    int r = 0;

    if (all == NULL)
        return error_nomem(err);
    all->services = services;
    all->params = *params;
    pthread_mutex_init(&all->visiting, NULL);
    pthread_mutex_init(&all->keeping, NULL);
    thread_cond_init(&all->enough);
    all->spread = params->count != 0 ? params->count : cores();
    all->count = all->spread + (is_mixed(params) ? 1 : 0);
    all->list = calloc(all->count, sizeof(*all->list));
    all->runs = fair_new();
    if (all->list == NULL || all->runs == NULL) {
        free(all->list);
        fair_free(all->runs);
        free(all);
        return error_nomem(err);
    }
    for (i = 0; i < all->count; i++) {
        pthread_mutex_init(&all->list[i].lock, NULL);
        thread_cond_init(&all->list[i].visited);
        STAILQ_INIT(&all->list[i].inbox);
        all->list[i].inbox_fd = -1;
    }
    for (i = 0; i < all->count && r == 0; i++)
        r = init_worker(&all->list[i], all, err);
    if (r == 0)
        r = deal_listeners(all, err);
    if (r == 0)
        r = start_threads(all, err);
    if (r == 0)
        r = start_keeper(all, err);
    if (r < 0) {
        workers_stop(all, 0);
        return r;
    }
    *ret = all;
    return 0;
}

static void give_all(struct workers *all, enum order order)
{
    unsigned i;

    for (i = 0; i < all->count; i++)
        if (all->list[i].started)
            give_order(&all->list[i], order);
}

/* Also those that a stuck worker has to accept. */
static void shut_doors(struct workers *all)
{
    size_t i;

    for (i = 0; i < all->params.listener_count; i++)
        listener_shut(all->params.listeners[i]);
    give_all(all, ORDER_CLOSE_DOORS);
}

/* How many there are still when LIMIT_MS have passed. */
static unsigned long wait_for_ends(struct workers *all, unsigned long limit_ms)
{
    struct timespec until = clock_in_ms(limit_ms);
    int error = 0;

    pthread_mutex_lock(&all->keeping);
    atomic_store(&all->ending, true);
    while (error == 0 && !all->hurry && workers_connections(all) != 0)
        error = pthread_cond_timedwait(&all->enough, &all->keeping, &until);
    pthread_mutex_unlock(&all->keeping);
    return workers_connections(all);
}

void workers_hurry(struct workers *all)
{
    pthread_mutex_lock(&all->keeping);
    all->hurry = true;
    pthread_cond_broadcast(&all->enough);
    pthread_mutex_unlock(&all->keeping);
}

unsigned long workers_stop(struct workers *all, unsigned long limit_ms)
{
    unsigned long cut;
    unsigned i;

    if (all == NULL)
        return 0;
    shut_doors(all);
    cut = wait_for_ends(all, limit_ms);
    give_all(all, ORDER_STOP);
    for (i = 0; i < all->count; i++)
        if (all->list[i].started)
            pthread_join(all->list[i].thread, NULL);
    stop_keeper(all);
    for (i = 0; i < all->count; i++)
        done_worker(&all->list[i]);
    pthread_mutex_destroy(&all->visiting);
    pthread_mutex_destroy(&all->keeping);
    pthread_cond_destroy(&all->enough);
    free(all->list);
    fair_free(all->runs);
    free(all);
    return cut;
}

/* What has begun ends soon: FN waits for nobody. */
static void visit_one(struct worker *w, workers_visit_fn fn, void *arg)
{
    struct timespec until = clock_in_ms(ANSWER_MS);
    struct visit v = {fn, arg, false};
    int error = 0;

    if (w->silent)
        return;
    pthread_mutex_lock(&w->lock);
    w->visit = &v;
    pthread_mutex_unlock(&w->lock);
    ring(w);
    pthread_mutex_lock(&w->lock);
    while (w->visit == &v && error == 0)
        error = pthread_cond_timedwait(&w->visited, &w->lock, &until);
    while (w->visit != &v && !v.done)
        pthread_cond_wait(&w->visited, &w->lock);
    if (!v.done) {
        w->visit = NULL;
        fall_silent(w);
    }
    pthread_mutex_unlock(&w->lock);
}

void workers_visit(struct workers *all, workers_visit_fn fn, void *arg)
{
    unsigned i;

    pthread_mutex_lock(&all->visiting);
    for (i = 0; i < all->count; i++)
        visit_one(&all->list[i], fn, arg);
    pthread_mutex_unlock(&all->visiting);
}

void workers_add(struct workers *all, enum counter c)
{
    metrics_add(&all->beside, c, 1);
}

uint64_t workers_counter(const struct workers *all, enum counter c)
{
    uint64_t sum = metrics_get(&all->beside, c);
    unsigned i;

    for (i = 0; i < all->count; i++)
        sum += metrics_get(loop_metrics(all->list[i].loop), c);
    return sum;
}

size_t workers_listener_count(const struct workers *all)
{
    return all->params.listener_count;
}

const struct listener *workers_listener(const struct workers *all, size_t i)
{
    return all->params.listeners[i];
}

unsigned long workers_connections(const struct workers *all)
{
    unsigned long sum = 0;
    unsigned i;

    for (i = 0; i < all->count; i++)
        sum += loop_count(all->list[i].loop);
    return sum;
}
