/* See checker.h. */

#include "hws/checker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "hws/session.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/thread.h"

enum {
    KNOWN_MAX = 256, /* peer addresses, and users, that are remembered */
    COUNTED_MAX = 3, /* failures that count for whose turn it is */
    PATIENCE = 32    /* turns of others that make up for one of them */
};

/* A peer address or a user, and what it did lately. */
struct known {
    char name[NETADDR_TEXT];
    unsigned failures;
    uint64_t failed_ms, turn; /* when it failed last, when it had its turn */
};

struct hws_check {
    TAILQ_ENTRY(hws_check) link;
    struct hws_checker *checker;
    char peer[NETADDR_TEXT];
    char user[HWS_USER_MAX + 1], password[HWS_PASSWORD_MAX + 1];
    uint64_t since; /* the turn in which it came */
    bool good;
    struct strbuf why;
    struct event *late;  /* until a no is answered */
    hws_checked_fn done; /* NULL: nobody wants the answer */
    void *arg;
};

TAILQ_HEAD(checks, hws_check);

struct hws_checker {
    struct hws_checker_params params;
    struct event *answered;
    int fd;             /* an eventfd: something is answered */
    struct checks late; /* the loop's */
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    struct checks waiting, ready;
    size_t count;
    uint64_t turns;
    struct known peers[KNOWN_MAX], users[KNOWN_MAX];
    bool stop;
};

static void check_free(struct hws_check *k)
{
    if (k->late != NULL)
        event_free(k->late);
    strbuf_done(&k->why);
    explicit_bzero(k, sizeof(*k));
    free(k);
}

/* ---- what is remembered ---- */

static const struct known *find(const struct known *all, const char *name)
{
    size_t i;

    for (i = 0; i < KNOWN_MAX; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

/* The entry of NAME; a new one stands for what had its turn longest ago. */
static struct known *remember(struct known *all, const char *name)
{
    struct known *oldest = all;
    size_t i;

    for (i = 0; i < KNOWN_MAX; i++) {
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
        if (all[i].turn < oldest->turn)
            oldest = &all[i];
    }
    memset(oldest, 0, sizeof(*oldest));
    memccpy(oldest->name, name, '\0', sizeof(oldest->name) - 1);
    return oldest;
}

static unsigned failures(const struct known *k, uint64_t now)
{
    return k == NULL || now - k->failed_ms >= HWS_MEMORY_SECONDS * 1000
               ? 0
               : k->failures;
}

static void note_failure(struct known *k, uint64_t now)
{
    k->failures = failures(k, now) + 1;
    k->failed_ms = now;
}

static unsigned delay_ms(unsigned failed)
{
    unsigned ms = HWS_DELAY_MS;

    if (failed <= HWS_FREE_FAILURES)
        return 0;
    for (failed -= HWS_FREE_FAILURES + 1; failed > 0 && ms < HWS_DELAY_MAX_MS;
         failed--)
        ms *= 2;
    return ms < HWS_DELAY_MAX_MS ? ms : HWS_DELAY_MAX_MS;
}

/* ---- whose turn it is ---- */

/* The smaller comes first, from the first number on. */
struct rank {
    int64_t failures;
    uint64_t peer, user;
};

static int64_t counted(const struct known *k, uint64_t now)
{
    unsigned n = failures(k, now);

    return n < COUNTED_MAX ? n : COUNTED_MAX;
}

static struct rank rank_of(const struct hws_checker *c,
                           const struct hws_check *k, uint64_t now)
{
    const struct known *peer = find(c->peers, k->peer),
                       *user = find(c->users, k->user);
    struct rank r = {
        .failures = counted(peer, now) + counted(user, now) -
                    (int64_t)((c->turns - k->since) / PATIENCE),
        .peer = peer == NULL ? 0 : peer->turn,
        .user = user == NULL ? 0 : user->turn,
    };

    return r;
}

static bool comes_before(const struct rank *a, const struct rank *b)
{
    if (a->failures != b->failures)
        return a->failures < b->failures;
    return a->peer != b->peer ? a->peer < b->peer : a->user < b->user;
}

static struct hws_check *next(struct hws_checker *c)
{
    struct hws_check *k, *best = TAILQ_FIRST(&c->waiting);
    uint64_t now = clock_ms();
    struct rank first, r;

    if (best == NULL)
        return NULL;
    first = rank_of(c, best, now);
    for (k = TAILQ_NEXT(best, link); k != NULL; k = TAILQ_NEXT(k, link)) {
        r = rank_of(c, k, now);
        if (comes_before(&r, &first)) {
            best = k;
            first = r;
        }
    }
    TAILQ_REMOVE(&c->waiting, best, link);
    c->count--;
    c->turns++;
    remember(c->peers, best->peer)->turn = c->turns;
    remember(c->users, best->user)->turn = c->turns;
    return best;
}

/* ---- the thread ---- */

static void note(struct hws_checker *c, const struct hws_check *k)
{
    struct known *user = remember(c->users, k->user);

    if (k->good) {
        user->failures = 0;
        return;
    }
    note_failure(user, clock_ms());
    note_failure(remember(c->peers, k->peer), clock_ms());
}

static void *run(void *arg)
{
    struct hws_checker *c = arg;
    struct hws_check *k;
    uint64_t one = 1;

    pthread_mutex_lock(&c->lock);
    while (!c->stop) {
        k = next(c);
        if (k == NULL) {
            pthread_cond_wait(&c->wake, &c->lock);
            continue;
        }
        pthread_mutex_unlock(&c->lock);
        k->good = c->params.logon(c->params.arg, k->user, k->password, &k->why);
        explicit_bzero(k->password, sizeof(k->password));
        pthread_mutex_lock(&c->lock);
        note(c, k);
        TAILQ_INSERT_TAIL(&c->ready, k, link);
        if (write(c->fd, &one, sizeof(one)) < 0)
            continue; /* the loop has it to read already */
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* ---- the loop ---- */

static void tell(struct hws_check *k)
{
    if (k->done != NULL)
        k->done(k->arg, k->good);
    check_free(k);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
    struct hws_check *k = arg;

    (void)fd;
    (void)what;
    TAILQ_REMOVE(&k->checker->late, k, link);
    tell(k);
}

static void answer(struct hws_checker *c, struct hws_check *k, unsigned ms)
{
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};

    if (!strbuf_failed(&k->why))
        c->params.log(c->params.arg, strbuf_str(&k->why));
    if (ms > 0)
        k->late = evtimer_new(c->params.base, on_late, k);
    if (k->late == NULL || event_add(k->late, &wait) != 0) {
        tell(k);
        return;
    }
    TAILQ_INSERT_TAIL(&c->late, k, link);
}

static void on_answered(evutil_socket_t fd, short what, void *arg)
{
    struct hws_checker *c = arg;
    struct hws_check *k;
    uint64_t number;
    unsigned ms;

    (void)what;
    if (read(fd, &number, sizeof(number)) < 0)
        return;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        k = TAILQ_FIRST(&c->ready);
        if (k != NULL)
            TAILQ_REMOVE(&c->ready, k, link);
        ms = k == NULL || k->good
                 ? 0
                 : delay_ms(failures(find(c->peers, k->peer), clock_ms()));
        pthread_mutex_unlock(&c->lock);
        if (k == NULL)
            return;
        answer(c, k, ms);
    }
}

/* ---- begin and end ---- */

static int start(struct hws_checker *c, struct error *err)
{
    c->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (c->fd < 0)
        return error_errno(err, "eventfd");
    c->answered =
        event_new(c->params.base, c->fd, EV_READ | EV_PERSIST, on_answered, c);
    if (c->answered == NULL || event_add(c->answered, NULL) != 0)
        return error_nomem(err);
    errno = thread_start(&c->thread, run, c);
    if (errno != 0)
        return error_errno(err, "can't start a thread");
    c->started = true;
    return 0;
}

int hws_checker_new(const struct hws_checker_params *params,
                    struct hws_checker **ret, struct error *err)
{
    struct hws_checker *c = calloc(1, sizeof(*c));
    int r;

    if (c == NULL)
        return error_nomem(err);
    c->params = *params;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->wake, NULL);
    TAILQ_INIT(&c->late);
    TAILQ_INIT(&c->waiting);
    TAILQ_INIT(&c->ready);
    r = start(c, err);
    if (r < 0) {
        hws_checker_free(c);
        return r;
    }
    *ret = c;
    return 0;
}

static void empty(struct checks *list)
{
    struct hws_check *k;

    while ((k = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, k, link);
        check_free(k);
    }
}

void hws_checker_free(struct hws_checker *c)
{
    if (c == NULL)
        return;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
    if (c->started)
        pthread_join(c->thread, NULL);
    empty(&c->late);
    empty(&c->waiting);
    empty(&c->ready);
    if (c->answered != NULL)
        event_free(c->answered);
    fd_close(&c->fd);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* ---- a logon ---- */

struct hws_check *hws_checker_ask(struct hws_checker *c,
                                  const struct netaddr *peer, const char *user,
                                  const char *password, hws_checked_fn done,
                                  void *arg)
{
    struct hws_check *k = calloc(1, sizeof(*k));
    struct netaddr from = *peer;
    bool room;

    if (k == NULL)
        return NULL;
    from.port = 0; /* all of one address are one */
    netaddr_format(&from, k->peer);
    k->checker = c;
    memccpy(k->user, user, '\0', sizeof(k->user) - 1);
    memccpy(k->password, password, '\0', sizeof(k->password) - 1);
    k->done = done;
    k->arg = arg;
    pthread_mutex_lock(&c->lock);
    room = c->count < HWS_CHECKS_MAX;
    if (room) {
        k->since = c->turns;
        TAILQ_INSERT_TAIL(&c->waiting, k, link);
        c->count++;
        pthread_cond_signal(&c->wake);
    }
    pthread_mutex_unlock(&c->lock);
    if (room)
        return k;
    check_free(k);
    return NULL;
}

/* It is checked all the same: its outcome counts. */
void hws_checker_drop(struct hws_check *k)
{
    k->done = NULL;
}
