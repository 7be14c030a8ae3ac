/*
 * The far end of the benchmark:
 *
 *     backend ADDRESS:PORT echo|sink|source|both [CERT [once]]
 *
 * echo sends back what comes; sink compares what comes with the pattern,
 * source sends the pattern, both do both. With CERT (certificate and key) it
 * speaks TLS; "once": no session is resumed. One thread; it runs until it is
 * ended.
 */

#include "load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum mode { ECHO, SINK, SOURCE, BOTH };

static enum mode mode;
static SSL_CTX *ctx;
static int poll_fd;

static void drop(struct load_end *e)
{
    load_close(e);
    free(e);
}

static void take_new(int listener)
{
    struct epoll_event ev = {.events =
                                 EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
    struct load_end *e;
    int fd, on = 1;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >=
           0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        e = calloc(1, sizeof(*e));
        if (e == NULL)
            load_die("no memory");
        e->fd = fd;
        if (ctx != NULL) {
            e->ssl = SSL_new(ctx);
            SSL_set_fd(e->ssl, fd);
            SSL_set_accept_state(e->ssl);
        }
        ev.data.ptr = e;
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
            load_die("epoll: %s", strerror(errno));
    }
}

/* Messages are small: what the socket does not take at once is an error. */
static long echo(struct load_end *e)
{
    char buf[16384];
    long n;

    while ((n = load_read(e, buf, sizeof(buf))) > 0)
        if (load_write(e, buf, (size_t)n) != n)
            return -2;
    return n;
}

static long sink(struct load_end *e)
{
    long n;

    while ((n = load_take(e)) > 0)
        ;
    return n;
}

/* Edge-triggered, so it goes on until the socket is full; several senders
 * take turns of 4 MiB. */
static long source(struct load_end *e)
{
    long n;

    while ((n = load_put(e, 4 * 1024 * 1024)) == 4 * 1024 * 1024)
        ;
    return n < 0 ? -2 : 0;
}

static void serve(struct load_end *e)
{
    int shaken = load_shake(e);
    long r = shaken < 0 ? -2 : 0;

    if (shaken <= 0) {
        if (r < 0)
            drop(e);
        return;
    }
    if (mode == ECHO)
        r = echo(e);
    if (mode == SINK || mode == BOTH)
        r = sink(e);
    if (r == 0 && (mode == SOURCE || mode == BOTH))
        r = source(e);
    if (r < 0)
        drop(e);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"echo", "sink", "source", "both"};
    struct epoll_event ev = {.events = EPOLLIN}, got[256];
    struct rlimit files;
    int i, n, listener;

    for (mode = ECHO; argc >= 3 && mode <= BOTH; mode++)
        if (strcmp(argv[2], names[mode]) == 0)
            break;
    if (argc < 3 || argc > 5 || mode > BOTH) {
        fputs("usage: backend ADDRESS:PORT echo|sink|source|both "
              "[CERT [once]]\n",
              stderr);
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (argc > 3)
        ctx = load_context(true, argv[3], NULL);
    if (argc > 4) {
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_num_tickets(ctx, 0);
    }
    listener = load_listen(argv[1]);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &ev) < 0)
        load_die("epoll: %s", strerror(errno));
    for (;;) {
        n = epoll_wait(poll_fd, got, 256, -1);
        for (i = 0; i < n; i++)
            if (got[i].data.ptr == NULL)
                take_new(listener);
            else
                serve(got[i].data.ptr);
    }
}
