/*
 * Many connections at once through a relay, each with bytes in one direction,
 * in turns towards the side that connects and away from it:
 *
 *     transfers cut FROM TO COUNT
 *     transfers whole FROM TO COUNT
 *
 * A connection to FROM must come out at TO, where this program listens.
 *
 * cut    sends without end. Says "moving" when bytes have come on all; who
 *        started it then kills the relay. An end in order is a failure: what
 *        was cut would look like all.
 * whole  the side that receives has said that it sends nothing, and reads
 *        slowly; the other sends 1 MB and closes. A byte that is missing or
 *        wrong, or a reset, is a failure.
 *
 * The last line says how the ends have ended; status 1 when one of them
 * wrongly.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/netaddr.h"

enum {
    LIFE = 60 * ATTLS_PATIENCE,
    PIECE = 16384,
    ENOUGH = 4 * PIECE, /* of a transfer that is to be cut */
    WHOLE = 1024 * 1024,
    AT_ONCE = 50, /* of those that are to be whole */
    SMALL = 8192, /* their receivers' buffer */
    NAP_US = 1000
};

enum fate { GOES, IN_ORDER, RESET, WRONG };

struct end {
    int fd;
    bool known; /* which of the two it is */
    bool sends;
    size_t moved;
    enum fate fate;
};

static struct sockaddr_storage from;
static socklen_t from_len;
static bool whole;
static int count, opened, arrived; /* connections; ends near, ends far */
static struct end *near, *far;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void on_alarm(int sig)
{
    static const char text[] = "transfers: no end\n";

    (void)sig;
    _exit(write(STDERR_FILENO, text, sizeof(text) - 1) < 0 ? 2 : 1);
}

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 7 + (at >> 8) * 13 + (at >> 16) * 5);
}

/* ---- one end ---- */

static void ends(struct end *e, enum fate fate)
{
    e->fate = fate;
    fd_close(&e->fd);
}

/* The first byte of a connection says it: away from who connects, or not. */
static void decide(struct end *e, bool sends)
{
    e->known = true;
    e->sends = sends;
    if (whole && !sends)
        shutdown(e->fd, SHUT_WR);
}

static void send_some(struct end *e)
{
    unsigned char buf[PIECE];
    size_t i, len = sizeof(buf);
    ssize_t n;

    if (whole && len > WHOLE - e->moved)
        len = WHOLE - e->moved;
    for (i = 0; i < len; i++)
        buf[i] = pattern(e->moved + i);
    n = send(e->fd, buf, len, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        ends(e, whole ? WRONG : RESET);
    else if (n > 0)
        e->moved += (size_t)n;
    if (whole && e->fate == GOES && e->moved == WHOLE)
        ends(e, IN_ORDER);
}

static void receive_some(struct end *e)
{
    unsigned char buf[PIECE];
    ssize_t n = recv(e->fd, buf, e->known ? sizeof(buf) : 1, 0), i;

    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) { /* a sender that is to close first is told by its send() */
        if (n < 0 || !whole || !e->sends)
            ends(e, n < 0 ? RESET : IN_ORDER);
        return;
    }
    if (!e->known) {
        decide(e, buf[0] == 'd');
        return;
    }
    for (i = 0; i < n; i++)
        if (buf[i] != pattern(e->moved + (size_t)i)) {
            ends(e, WRONG);
            return;
        }
    e->moved += (size_t)n;
}

/* ---- connections ---- */

static void be_small(int fd)
{
    int size = SMALL;

    if (whole)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static struct sockaddr_storage address(const char *text, socklen_t *ret_len)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    struct error err;

    if (netaddr_parse(text, &a, &err) != 0) {
        fprintf(stderr, "transfers: %s\n", err.text);
        exit(2);
    }
    *ret_len = netaddr_to_sockaddr(&a, &sa);
    return sa;
}

static int listen_at(const char *text)
{
    socklen_t len;
    struct sockaddr_storage sa = address(text, &len);
    int fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

    be_small(fd);
    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (void *)&sa, len) < 0 || listen(fd, 1024) < 0)
        die(text);
    return fd;
}

static void open_near(void)
{
    struct end *e = &near[opened];
    bool away = opened++ % 2 == 0;

    e->fd = socket(from.ss_family, SOCK_STREAM, 0);
    if (!away)
        be_small(e->fd);
    if (e->fd < 0 || connect(e->fd, (void *)&from, from_len) < 0 ||
        send(e->fd, away ? "u" : "d", 1, MSG_NOSIGNAL) != 1 ||
        fcntl(e->fd, F_SETFL, O_NONBLOCK) < 0)
        die("connect");
    decide(e, away);
}

static void take_far(int listening)
{
    int fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);

    if (fd >= 0 && arrived < count)
        far[arrived++].fd = fd;
    else if (fd >= 0)
        fd_close(&fd);
}

/* ---- all of them ---- */

static int with_fate(const struct end *list, int n, enum fate fate)
{
    int i, found = 0;

    for (i = 0; i < n; i++)
        found += list[i].fate == fate;
    return found;
}

static bool is_open(const struct end *list, int n)
{
    return with_fate(list, n, GOES) != 0;
}

static void serve(struct end *e, short events)
{
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
        receive_some(e);
    if ((events & POLLOUT) != 0 && e->fate == GOES && e->known && e->sends)
        send_some(e);
}

static void turn(int listening, struct pollfd *p)
{
    struct end *e;
    int i;

    for (i = 0; i < 2 * count; i++) {
        e = i < count ? &near[i] : &far[i - count];
        /* who is to be told by its send() does not look */
        p[i] = (struct pollfd){
            .fd = e->fd,
            .events = (short)((e->known && e->sends ? POLLOUT : POLLIN)),
        };
        if (!whole)
            p[i].events |= POLLIN;
    }
    p[i] = (struct pollfd){.fd = listening, .events = POLLIN};
    if (poll(p, (nfds_t)(2 * count + 1), LIFE * 1000) <= 0)
        die("poll");
    for (i = 0; i < 2 * count; i++)
        if (p[i].revents != 0)
            serve(i < count ? &near[i] : &far[i - count], p[i].revents);
    if (p[i].revents != 0)
        take_far(listening);
    usleep(NAP_US);
}

static bool all_move(void)
{
    int i;

    for (i = 0; i < count; i++)
        if (near[i].moved < ENOUGH || far[i].moved < ENOUGH)
            return false;
    return true;
}

/* Whole ones are opened as others end; the far side may still read. */
static bool more_to_open(void)
{
    return opened < count &&
           (!whole ||
            with_fate(far, arrived, GOES) + (opened - arrived) < AT_ONCE);
}

static void run(int listening, struct pollfd *p)
{
    bool told = false;

    while (opened < count || is_open(near, count) || is_open(far, count)) {
        while (more_to_open())
            open_near();
        turn(listening, p);
        if (!whole && !told && all_move()) {
            puts("moving");
            fflush(stdout);
            told = true;
        }
    }
}

static struct end *make_ends(void)
{
    struct end *list = calloc((size_t)count, sizeof(*list));
    int i;

    for (i = 0; list != NULL && i < count; i++)
        list[i].fd = -1;
    return list;
}

int main(int argc, char **argv)
{
    int in_order, reset, wrong, listening;
    struct pollfd *p;

    count = argc == 5 ? atoi(argv[4]) : 0;
    if (count < 1) {
        fputs("usage: transfers cut|whole FROM TO COUNT\n", stderr);
        return 2;
    }
    signal(SIGALRM, on_alarm);
    alarm(LIFE);
    whole = strcmp(argv[1], "whole") == 0;
    from = address(argv[2], &from_len);
    near = make_ends();
    far = make_ends();
    p = calloc(2 * (size_t)count + 1, sizeof(*p));
    if (near == NULL || far == NULL || p == NULL)
        die("memory");
    listening = listen_at(argv[3]);
    run(listening, p);
    in_order =
        with_fate(near, count, IN_ORDER) + with_fate(far, count, IN_ORDER);
    reset = with_fate(near, count, RESET) + with_fate(far, count, RESET);
    wrong = with_fate(near, count, WRONG) + with_fate(far, count, WRONG);
    printf("%d ended in order, %d were reset, %d wrong\n", in_order, reset,
           wrong);
    free(near);
    free(far);
    free(p);
    return wrong != 0 || (whole ? reset : in_order) != 0;
}
