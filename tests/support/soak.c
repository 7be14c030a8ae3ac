/*
 * Many connections through a relay for a time, every byte compared:
 *
 *     soak FROM TO SECONDS THREADS
 *
 * A connection to FROM must come out at TO, where this program listens too.
 * Each carries a random number of bytes in both directions at once and then
 * ends in order on both sides, or is reset by one of them in the middle. An
 * orderly end before the last byte, a wrong byte, or a reset that nobody made
 * is a failure. The last line says how many connections and bytes there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/netaddr.h"

enum { CHUNK = 65536, HEADER = 9, PATIENCE_MS = 20000 };
enum how { IN_ORDER, RESET_NEAR, RESET_FAR, HOWS };

/* What a connection is to do; the first bytes on it say so. */
struct plan {
    uint32_t up, down;
    enum how how;
};

static struct sockaddr_storage from;
static socklen_t from_len;
static atomic_ullong connections, bytes;
static atomic_bool failed;
static time_t until;

static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void fail(const char *fmt, ...)
{
    va_list ap;

    failed = true;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static unsigned char pattern(uint32_t seed, size_t at)
{
    return (unsigned char)(seed + at * 7 + (at >> 8) * 13 + (at >> 16) * 5);
}

/* ---- one end ---- */

struct end {
    int fd;
    const char *name;
    uint32_t out, in; /* bytes to send, to receive */
    uint32_t sent, got;
    uint32_t out_seed, in_seed;
    uint32_t reset_at; /* after so many bytes; 0: not by this end */
    bool may_be_reset;
    bool ended; /* the other side has */
};

/* false: the connection is gone, rightly or not. */
static bool lost(struct end *e)
{
    if (!e->may_be_reset)
        fail("%s: reset after %u of %u sent, %u of %u received", e->name,
             e->sent, e->out, e->got, e->in);
    return false;
}

static bool send_some(struct end *e)
{
    unsigned char buf[CHUNK];
    size_t len = e->out - e->sent, i;
    ssize_t n;

    if (len > sizeof(buf))
        len = sizeof(buf);
    for (i = 0; i < len; i++)
        buf[i] = pattern(e->out_seed, e->sent + i);
    n = send(e->fd, buf, len, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || lost(e);
    e->sent += (uint32_t)n;
    if (e->sent == e->out && e->reset_at == 0)
        shutdown(e->fd, SHUT_WR);
    return true;
}

static bool receive_some(struct end *e)
{
    unsigned char buf[CHUNK];
    ssize_t n = recv(e->fd, buf, sizeof(buf), 0), i;

    if (n < 0)
        return errno == EAGAIN || lost(e);
    if (n == 0) {
        e->ended = true;
        if (e->got != e->in)
            fail("%s: an orderly end after %u of %u bytes", e->name, e->got,
                 e->in);
        return e->got == e->in;
    }
    for (i = 0; i < n; i++)
        if (buf[i] != pattern(e->in_seed, e->got + (size_t)i)) {
            fail("%s: byte %zu is wrong", e->name, e->got + (size_t)i);
            return false;
        }
    e->got += (uint32_t)n;
    bytes += (unsigned long long)n;
    return true;
}

static bool is_over(const struct end *e)
{
    return e->reset_at != 0 ? e->sent + e->got >= e->reset_at
                            : e->ended && e->sent == e->out;
}

static void play(struct end *e)
{
    struct pollfd p = {.fd = e->fd};
    bool going = fcntl(e->fd, F_SETFL, O_NONBLOCK) == 0;

    if (e->out == 0 && e->reset_at == 0)
        shutdown(e->fd, SHUT_WR);
    while (going && !is_over(e)) {
        p.events =
            (short)((e->sent < e->out ? POLLOUT : 0) | (e->ended ? 0 : POLLIN));
        if (poll(&p, 1, PATIENCE_MS) <= 0) {
            fail("%s: stuck after %u of %u sent, %u of %u received", e->name,
                 e->sent, e->out, e->got, e->in);
            break;
        }
        if ((p.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !e->ended)
            going = receive_some(e);
        if (going && (p.revents & POLLOUT) != 0 && e->sent < e->out)
            going = send_some(e);
    }
    if (e->reset_at != 0)
        fd_reset(&e->fd);
    fd_close(&e->fd);
}

/* ---- the two sides ---- */

static uint32_t half(const struct plan *p)
{
    return (p->up + p->down) / 3 + 1;
}

static void *far_side(void *arg)
{
    struct end e = {.fd = (int)(intptr_t)arg, .name = "far"};
    unsigned char h[HEADER];
    struct plan p;

    if (recv(e.fd, h, sizeof(h), MSG_WAITALL) == HEADER) {
        memcpy(&p.up, h, 4);
        memcpy(&p.down, h + 4, 4);
        p.how = h[8];
        e.out = p.down;
        e.in = p.up;
        e.out_seed = p.down;
        e.in_seed = p.up;
        e.reset_at = p.how == RESET_FAR ? half(&p) : 0;
        e.may_be_reset = p.how == RESET_NEAR;
        play(&e);
    }
    fd_close(&e.fd);
    return NULL;
}

static void *listen_far(void *arg)
{
    int listener = (int)(intptr_t)arg, fd;
    pthread_attr_t attr;
    pthread_t t;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    while ((fd = accept(listener, NULL, NULL)) >= 0)
        if (pthread_create(&t, &attr, far_side, (void *)(intptr_t)fd) != 0)
            fd_reset(&fd);
    return NULL;
}

static uint32_t some(unsigned *seed)
{
    uint32_t n = (uint32_t)rand_r(seed);

    return n % 5 == 0 ? n % 4000000 : n % 3 == 0 ? n % 100 : n % 100000;
}

static void near_side(unsigned *seed)
{
    struct plan p = {some(seed), some(seed), (unsigned)rand_r(seed) % 4};
    struct end e = {.name = "near"};
    unsigned char h[HEADER];

    if (p.how >= HOWS)
        p.how = IN_ORDER;
    e.out = e.out_seed = p.up;
    e.in = e.in_seed = p.down;
    e.reset_at = p.how == RESET_NEAR ? half(&p) : 0;
    e.may_be_reset = p.how == RESET_FAR;
    memcpy(h, &p.up, 4);
    memcpy(h + 4, &p.down, 4);
    h[8] = (unsigned char)p.how;
    e.fd = socket(from.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (e.fd < 0 || connect(e.fd, (void *)&from, from_len) < 0)
        die("connect");
    if (send(e.fd, h, sizeof(h), MSG_NOSIGNAL) != HEADER)
        die("send");
    play(&e);
    connections++;
}

static void *work(void *arg)
{
    unsigned seed = (unsigned)(intptr_t)arg;

    while (!failed && time(NULL) < until)
        near_side(&seed);
    return NULL;
}

static struct sockaddr_storage address(const char *text, socklen_t *ret_len)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    struct error err;

    if (netaddr_parse(text, &a, &err) != 0) {
        fprintf(stderr, "soak: %s\n", err.text);
        exit(2);
    }
    *ret_len = netaddr_to_sockaddr(&a, &sa);
    return sa;
}

static int listen_at(const char *text)
{
    socklen_t len;
    struct sockaddr_storage sa = address(text, &len);
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (void *)&sa, len) < 0 || listen(fd, 256) < 0)
        die(text);
    return fd;
}

int main(int argc, char **argv)
{
    pthread_t threads[64], far;
    int i, count = argc == 5 ? atoi(argv[4]) : 0;

    if (count < 1 || count > 64) {
        fputs("usage: soak FROM TO SECONDS THREADS\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    from = address(argv[1], &from_len);
    if (pthread_create(&far, NULL, listen_far,
                       (void *)(intptr_t)listen_at(argv[2])) != 0)
        die("thread");
    until = time(NULL) + atoi(argv[3]);
    for (i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work,
                           (void *)(intptr_t)(i + 1)) != 0)
            die("thread");
    for (i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("%llu connections, %llu bytes\n", (unsigned long long)connections,
           (unsigned long long)bytes);
    return failed ? 1 : 0;
}
