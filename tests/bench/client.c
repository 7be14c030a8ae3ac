/*
 * The near end of the benchmark: makes one kind of load for a time, and says
 * in one line what was done and what it took of a tree of processes:
 *
 *     client [option...] ADDRESS:PORT CASE
 *
 *     connect   connection, 100 bytes there and back, end; over and over
 *     echo      100 bytes there and back on open connections
 *     up, down, both   the pattern, as fast as it goes, compared on arrival
 *     idle      opens connections, 100 bytes there and back, and holds them
 *
 *     -p PID  whose processor time and memory    -s SECONDS  how long
 *     -n COUNT  connections at once              -t 1.2|1.3  in TLS
 *     -c CERT  with that certificate and key     -r  resume sessions
 *     -R RATE  connect: so many a second, however slow they are
 *     -g SECONDS  with -R: gives up a connection that takes longer, and the
 *               place is free for another
 *     -H COUNT  hold so many idle connections meanwhile
 *     -q SECONDS  idle: so long before memory is looked at
 *     -N COUNT  connect, echo, up, down: exactly so many connections, round
 *               trips or KiB, and then the end
 *
 * units=N seconds=S cpu_ns=N errors=N p50_us= p99_us= p999_us= kib=N
 */

#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

static struct {
    const char *address, *what, *version, *cert;
    int pid, count, held, rate;
    uint64_t total; /* -N; 0: by time */
    double seconds, quiet, patience;
    bool resume;
} opt = {.count = 1, .seconds = 1};

static SSL_CTX *ctx;
static SSL_SESSION *kept; /* for -r */
static int poll_fd;
static uint64_t units, errors, given_up, end_at;
static uint64_t opened;         /* for -N */
static uint64_t shaken, reused; /* handshakes, and those that resumed */
static bool measuring;

/* ---- latencies ---- */

static uint32_t *samples; /* nanoseconds / 64 */
static size_t sample_count, sample_room;

static void note(uint64_t ns)
{
    if (sample_count == sample_room) {
        sample_room = sample_room == 0 ? 65536 : 2 * sample_room;
        samples = realloc(samples, sample_room * sizeof(*samples));
        if (samples == NULL)
            load_die("no memory");
    }
    samples[sample_count++] = (uint32_t)(ns / 64);
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double percentile(double p)
{
    if (sample_count == 0)
        return 0;
    return samples[(size_t)(p * (double)(sample_count - 1))] * 64 / 1000.0;
}

/* ---- connections ---- */

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

static bool open_end(struct load_end *e)
{
    struct epoll_event ev = {
        .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = e};

    memset(e, 0, sizeof(*e));
    e->started = load_now();
    e->fd = -1;
    if (opt.total != 0 && strcmp(opt.what, "connect") == 0 &&
        opened >= opt.total)
        return true;
    opened++;
    e->fd = load_connect(opt.address);
    if (e->fd < 0)
        return false;
    if (ctx != NULL) {
        e->ssl = SSL_new(ctx);
        SSL_set_fd(e->ssl, e->fd);
        SSL_set_connect_state(e->ssl);
        if (opt.resume && kept != NULL) {
            /* a copy: OpenSSL lets a session that got a new ticket not be
             * resumed any more, on none of its connections */
            SSL_SESSION *own = SSL_SESSION_dup(kept);

            SSL_set_session(e->ssl, own);
            SSL_SESSION_free(own);
        }
    }
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, e->fd, &ev) < 0)
        load_die("epoll: %s", strerror(errno));
    return true;
}

static void fail(struct load_end *e)
{
    if (measuring)
        errors++;
    load_close(e);
}

/* 1: the message has gone and come back, 0: not yet, -1: failed. */
static int ping(struct load_end *e)
{
    static const char message[LOAD_MESSAGE];
    char buf[LOAD_MESSAGE];
    long n;

    bool before = e->shaken;
    int r = load_shake(e);

    if (r <= 0)
        return r;
    if (!before && e->ssl != NULL) {
        shaken++;
        reused += SSL_session_reused(e->ssl) == 1;
    }
    if (e->sent == 0) {
        n = load_write(e, message, sizeof(message));
        if (n < 0)
            return -1;
        e->sent = (size_t)n;
    }
    while (e->got < LOAD_MESSAGE) {
        n = load_read(e, buf, sizeof(buf) - e->got);
        if (n == 0)
            return 0;
        if (n < 0)
            return -1;
        e->got += (size_t)n;
    }
    return 1;
}

/* ---- cases: what to do with a connection that is ready ---- */

static void step_connect(struct load_end *e)
{
    int r = ping(e);

    if (r == 0)
        return;
    if (r < 0) {
        fail(e);
    } else {
        if (measuring) {
            units++;
            note(load_now() - e->started);
        }
        load_close(e);
    }
    if (opt.rate == 0 && !open_end(e))
        fail(e);
}

static void step_echo(struct load_end *e)
{
    int r;

    while ((r = ping(e)) == 1) {
        if (measuring) {
            units++;
            note(load_now() - e->started);
        }
        e->sent = e->got = 0;
        e->started = load_now();
        if (opt.total != 0 && measuring && ++opened > opt.total) {
            load_close(e);
            return;
        }
    }
    if (r < 0)
        fail(e);
}

static void step_idle(struct load_end *e)
{
    int r = e->got == LOAD_MESSAGE ? 0 : ping(e);

    if (r < 0)
        fail(e);
    units += r == 1;
}

/* Bulk stops in the middle when the time is over, so it needs more than
 * edges. */
static void want_levels(struct load_end *e, bool up, bool down)
{
    struct epoll_event ev = {
        .events = (up ? EPOLLOUT : 0u) | (down ? EPOLLIN : 0u), .data.ptr = e};

    if (epoll_ctl(poll_fd, EPOLL_CTL_MOD, e->fd, &ev) < 0)
        load_die("epoll: %s", strerror(errno));
    e->levels = true;
}

/* All that -N says has gone. */
static bool is_total(void)
{
    return opt.total != 0 && units >= opt.total * 1024;
}

static size_t put_max(void)
{
    uint64_t left = opt.total * 1024 - units;

    return opt.total != 0 && left < 1024 * 1024 ? (size_t)left : 1024 * 1024;
}

static void step_bulk(struct load_end *e)
{
    bool up = strcmp(opt.what, "down") != 0, down = strcmp(opt.what, "up") != 0;
    long n = 0;

    if (load_shake(e) <= 0)
        return;
    if (!e->levels)
        want_levels(e, up, down);
    if (down) {
        while ((n = load_take(e)) > 0) {
            units += measuring ? (uint64_t)n : 0;
            if (is_total() || load_now() > end_at)
                break;
        }
    }
    if (n >= 0 && up) {
        while ((n = load_put(e, put_max())) > 0) {
            units += measuring ? (uint64_t)n : 0;
            if (is_total() || n < (long)put_max() || load_now() > end_at)
                break;
        }
    }
    if (n >= 0 && is_total()) {
        load_close(e);
        return;
    }
    if (n < 0)
        fail(e);
}

static const struct {
    const char *name;
    void (*step)(struct load_end *e);
} cases[] = {
    {"connect", step_connect}, {"echo", step_echo}, {"idle", step_idle},
    {"up", step_bulk},         {"down", step_bulk}, {"both", step_bulk},
};

/* ---- running ---- */

static void turn(void (*step)(struct load_end *e), int wait_ms)
{
    struct epoll_event got[256];
    int i, n = epoll_wait(poll_fd, got, 256, wait_ms);

    for (i = 0; i < n; i++) {
        struct load_end *e = got[i].data.ptr;

        if (e->fd >= 0)
            step(e);
    }
}

/* Open loop: begins connections as the clock says, in places that are free. */
static void begin_due(struct load_end *ends, uint64_t begun_at)
{
    static uint64_t begun;
    static int next;
    uint64_t due = (load_now() - begun_at) * (uint64_t)opt.rate / 1000000000;
    int tries;

    for (; begun < due; begun++) {
        for (tries = 0; tries < opt.count && ends[next].fd >= 0; tries++)
            next = (next + 1) % opt.count;
        if (ends[next].fd >= 0 || !open_end(&ends[next]))
            errors += measuring;
    }
}

/* Who has waited for so long waits no more; looked at a hundred times a
 * second. */
static void give_up_old(struct load_end *ends)
{
    static uint64_t looked;
    uint64_t now = load_now(), limit = (uint64_t)(opt.patience * 1e9);
    int i;

    if (now - looked < 10000000)
        return;
    looked = now;
    for (i = 0; i < opt.count; i++)
        if (ends[i].fd >= 0 && now - ends[i].started > limit) {
            given_up += measuring;
            load_close(&ends[i]);
        }
}

static void run_for(struct load_end *ends, void (*step)(struct load_end *e),
                    double seconds)
{
    uint64_t from = load_now();
    static uint64_t first;

    if (first == 0)
        first = from;
    end_at = from + (uint64_t)(seconds * 1e9);
    while (load_now() < end_at) {
        if (opt.rate != 0 && opt.patience > 0)
            give_up_old(ends);
        if (opt.rate != 0)
            begin_due(ends, first);
        turn(step, opt.rate != 0 ? 0 : 20);
    }
}

/* Opens COUNT ends and waits until each has had its message. */
static struct load_end *hold(int count)
{
    struct load_end *ends = calloc((size_t)count + 1, sizeof(*ends));
    uint64_t give_up = load_now() + UINT64_C(180000000000);
    int i;

    if (ends == NULL)
        load_die("no memory");
    units = 0;
    for (i = 0; i < count; i++) {
        if (!open_end(&ends[i]))
            load_die("connection %d: %s", i, strerror(errno));
        while (units + 200 < (uint64_t)i && load_now() < give_up)
            turn(step_idle, 20);
    }
    while (units < (uint64_t)count && load_now() < give_up)
        turn(step_idle, 20);
    if (units < (uint64_t)count)
        load_die("only %llu of %d connections", (unsigned long long)units,
                 count);
    return ends;
}

static void report(double seconds, uint64_t cpu, unsigned long kib)
{
    qsort(samples, sample_count, sizeof(*samples), by_value);
    printf("units=%llu seconds=%.3f cpu_ns=%llu errors=%llu p50_us=%.1f "
           "p99_us=%.1f p999_us=%.1f kib=%lu shaken=%llu reused=%llu "
           "given_up=%llu\n",
           (unsigned long long)units, seconds, (unsigned long long)cpu,
           (unsigned long long)errors, percentile(0.5), percentile(0.99),
           percentile(0.999), kib, (unsigned long long)shaken,
           (unsigned long long)reused, (unsigned long long)given_up);
}

/* Connections that echo are made beforehand; the others are the work. */
static struct load_end *begin(void (*step)(struct load_end *e))
{
    struct load_end *ends;
    int i;

    if (step == step_echo) {
        ends = hold(opt.count);
        for (i = 0; i < opt.count; i++) {
            ends[i].sent = ends[i].got = 0;
            step_echo(&ends[i]);
        }
        return ends;
    }
    ends = calloc((size_t)opt.count, sizeof(*ends));
    if (ends == NULL)
        load_die("no memory");
    for (i = 0; i < opt.count; i++) {
        ends[i].fd = -1;
        if (opt.rate == 0 && !open_end(&ends[i]))
            load_die("%s", strerror(errno));
    }
    return ends;
}

static bool any_open(const struct load_end *ends)
{
    int i;

    for (i = 0; i < opt.count; i++)
        if (ends[i].fd >= 0)
            return true;
    return false;
}

/* -N: no time to get going, none to measure. */
static void count_exactly(void (*step)(struct load_end *e))
{
    struct load_end *ends;
    uint64_t from = load_now(), cpu = load_cpu(opt.pid);

    measuring = step != step_echo;
    end_at = UINT64_MAX;
    ends = begin(step);
    if (step == step_echo) {
        units = opened = 0;
        measuring = true;
    }
    while (any_open(ends))
        turn(step, 1000);
    report((double)(load_now() - from) / 1e9, load_cpu(opt.pid) - cpu, 0);
}

static void measure(void (*step)(struct load_end *e))
{
    struct load_end *ends = begin(step);
    uint64_t cpu, from;

    run_for(ends, step, 0.2 + opt.seconds / 10); /* to get going */
    measuring = true;
    units = errors = 0;
    sample_count = 0;
    cpu = load_cpu(opt.pid);
    from = load_now();
    run_for(ends, step, opt.seconds);
    cpu = load_cpu(opt.pid) - cpu;
    report((double)(load_now() - from) / 1e9, cpu, 0);
}

static void read_options(int argc, char **argv)
{
    int c;

    while ((c = getopt(argc, argv, "p:s:n:t:c:rR:H:N:q:g:")) != -1) {
        switch (c) {
        case 'p':
            opt.pid = atoi(optarg);
            break;
        case 's':
            opt.seconds = strtod(optarg, NULL);
            break;
        case 'n':
            opt.count = atoi(optarg);
            break;
        case 't':
            opt.version = optarg;
            break;
        case 'c':
            opt.cert = optarg;
            break;
        case 'r':
            opt.resume = true;
            break;
        case 'R':
            opt.rate = atoi(optarg);
            break;
        case 'N':
            opt.total = strtoull(optarg, NULL, 10);
            break;
        case 'H':
            opt.held = atoi(optarg);
            break;
        case 'g':
            opt.patience = strtod(optarg, NULL);
            break;
        case 'q':
            opt.quiet = strtod(optarg, NULL);
            break;
        default:
            exit(2);
        }
    }
    if (optind + 2 != argc || opt.pid <= 0 || opt.count <= 0) {
        fputs("usage: client -p PID [option...] ADDRESS:PORT CASE\n", stderr);
        exit(2);
    }
    opt.address = argv[optind];
    opt.what = argv[optind + 1];
}

int main(int argc, char **argv)
{
    struct rlimit files;
    unsigned long before;
    size_t i;

    read_options(argc, argv);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (opt.version != NULL) {
        ctx = load_context(false, opt.cert, opt.version);
        SSL_CTX_sess_set_new_cb(ctx, keep_session);
    }
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (strcmp(opt.what, cases[i].name) == 0)
            break;
    if (i == sizeof(cases) / sizeof(cases[0]))
        load_die("no case %s", opt.what);
    before = load_memory(opt.pid);
    if (cases[i].step == step_idle) {
        run_for(hold(opt.count), step_idle, opt.quiet);
        report(0, 0, load_memory(opt.pid) - before);
        return 0;
    }
    if (opt.held != 0)
        hold(opt.held);
    if (opt.total != 0)
        count_exactly(cases[i].step);
    else
        measure(cases[i].step);
    return 0;
}
