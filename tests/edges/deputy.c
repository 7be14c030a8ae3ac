/*
 * Somebody who speaks to the daemon as attls-run does, and wants what is not
 * his:
 *
 *     deputy SOCKET connect ADDRESS:PORT TEXT   has the daemon connect, sends
 *     deputy SOCKET lends ADDRESS:PORT AT       the same, but his end of it is
 *         a socket that he has connected to AT
 *     deputy SOCKET accepted ADDRESS:PORT       has accepted there, he says
 *     deputy SOCKET hold ADDRESS:PORT COUNT     COUNT connections whose sockets
 *         he makes blocking, with more data than anybody reads, and keeps
 *     deputy SOCKET linger ADDRESS:PORT COUNT   as many that end in order, with
 *         data that he does not read, and whose close() waits an hour for him
 *     deputy SOCKET leak COUNT                  COUNT times a message of no
 *         bytes with two descriptors
 *
 * He says "reply ERRNO", "hung up", "got TEXT", and "ready" before he waits to
 * be killed.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "intercept/runmsg.h"
#include "util/fd.h"

enum { PATIENCE_MS = 10000, MUCH = 1024 * 1024, LITTLE = 4096 };

static char much[MUCH];

static void die(const char *what)
{
    printf("error %s %s\n", what, strerrorname_np(errno));
    exit(2);
}

static int call(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (void *)&un, sizeof(un)) < 0)
        die("call");
    return fd;
}

static struct netaddr parse(const char *text)
{
    struct netaddr a;
    struct error err;

    if (netaddr_parse(text, &a, &err) < 0) {
        fprintf(stderr, "deputy: %s\n", err.text);
        exit(2);
    }
    return a;
}

/* PAIR[1] was accepted at AT, or anywhere, from PAIR[0]; with little room for
 * what comes to PAIR[0] when TIGHT. */
static void make_pair(int pair[2], const struct netaddr *at, bool tight)
{
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(at, &sa);
    int door = socket(at->family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    int little = LITTLE;

    pair[0] = socket(at->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (tight)
        setsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(door, (void *)&sa, len) < 0 || listen(door, 1) < 0 ||
        getsockname(door, (void *)&sa, &len) < 0 ||
        connect(pair[0], (void *)&sa, len) < 0 ||
        (pair[1] = accept4(door, NULL, NULL, SOCK_CLOEXEC)) < 0)
        die("pair");
    close(door);
}

static void make_any_pair(int pair[2], bool tight)
{
    struct netaddr any = parse("127.0.0.1:0");

    make_pair(pair, &any, tight);
}

/* The reply's error, said; -1: he hung up. */
static int ask(int fd, enum runmsg_verb verb, const struct netaddr *address,
               const int *sockets, size_t count)
{
    struct runmsg m = {.verb = verb, .id = 1, .address = *address};
    struct pollfd p = {fd, POLLIN, 0};
    int got[RUNMSG_SOCKETS], error = -1;
    struct error err;

    if (runmsg_send(fd, &m, sockets, count, &err) == 0 &&
        poll(&p, 1, PATIENCE_MS) == 0)
        puts("no reply");
    else if (runmsg_receive(fd, &m, got, &err) < 0)
        puts("hung up");
    else
        error = m.error;
    if (error >= 0)
        printf("reply %s\n", error == 0 ? "0" : strerrorname_np(error));
    return error;
}

static void set_blocking(int fd)
{
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0)
        die("fcntl");
}

static void wait_to_be_killed(void)
{
    puts("ready");
    for (;;)
        pause();
}

/* ---- what he does ---- */

static int connects(int fd, const char *to, const char *text)
{
    struct netaddr address = parse(to);
    char got[200];
    ssize_t n;
    int pair[2];

    make_any_pair(pair, false);
    if (ask(fd, RUNMSG_CONNECT, &address, &pair[1], 1) != 0)
        return 1;
    close(pair[1]);
    n = send(pair[0], text, strlen(text), MSG_NOSIGNAL);
    shutdown(pair[0], SHUT_WR);
    if (n > 0)
        n = recv(pair[0], got, sizeof(got) - 1, MSG_WAITALL);
    got[n > 0 ? n : 0] = '\0';
    printf("got %s\n", n >= 0 ? got : strerrorname_np(errno));
    return 0;
}

static int lends(int fd, const char *to, const char *at)
{
    struct netaddr address = parse(to), there = parse(at);
    struct sockaddr_storage sa;
    socklen_t len = netaddr_to_sockaddr(&there, &sa);
    int lent = socket(there.family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(lent, (void *)&sa, len) < 0)
        die("connect");
    return ask(fd, RUNMSG_CONNECT, &address, &lent, 1) != 0;
}

static int accepted(int fd, const char *at)
{
    struct netaddr address = parse(at);
    int wire[2], app[2], both[2];

    make_pair(wire, &address, false);
    make_any_pair(app, false);
    both[0] = wire[1];
    both[1] = app[1];
    return ask(fd, RUNMSG_ACCEPTED, &address, both, 2) != 0;
}

static int holds(int fd, const char *to, int count)
{
    struct netaddr address = parse(to);
    int pair[2], i;

    for (i = 0; i < count; i++) {
        make_any_pair(pair, false);
        set_blocking(pair[1]);
        if (ask(fd, RUNMSG_CONNECT, &address, &pair[1], 1) != 0)
            return 1;
        set_blocking(pair[1]);
        /* in every other one there is much to do first */
        if (i % 2 == 0)
            (void)!send(pair[0], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        while (i % 2 == 1 && send(pair[0], much, sizeof(much),
                                  MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            usleep(10000); /* the end of the other side is full, once */
    }
    wait_to_be_killed();
    return 0;
}

static int lingers(int fd, const char *to, int count)
{
    static const struct linger hour = {1, 3600};
    struct netaddr address = parse(to);
    int pair[2], i, room = MUCH;

    for (i = 0; i < count; i++) {
        make_any_pair(pair, true);
        setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
        if (ask(fd, RUNMSG_CONNECT, &address, &pair[1], 1) != 0)
            return 1;
        setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &hour, sizeof(hour));
        close(pair[1]);
        /* an echo: it comes back, and is not read */
        (void)!send(pair[0], much, 100000, MSG_NOSIGNAL);
        shutdown(pair[0], SHUT_WR);
    }
    wait_to_be_killed();
    return 0;
}

static int leaks(const char *path, int count)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), fds[2], fd;

    fds[0] = fds[1] = null;
    while (count-- > 0) {
        fd = call(path);
        if (fd_send(fd, "", 0, fds, 2) < 0 && errno != EPIPE)
            die("send");
        close(fd);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[2] : "";

    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    if (strcmp(what, "connect") == 0 && argc == 5)
        return connects(call(argv[1]), argv[3], argv[4]);
    if (strcmp(what, "lends") == 0 && argc == 5)
        return lends(call(argv[1]), argv[3], argv[4]);
    if (strcmp(what, "accepted") == 0 && argc == 4)
        return accepted(call(argv[1]), argv[3]);
    if (strcmp(what, "hold") == 0 && argc == 5)
        return holds(call(argv[1]), argv[3], atoi(argv[4]));
    if (strcmp(what, "linger") == 0 && argc == 5)
        return lingers(call(argv[1]), argv[3], atoi(argv[4]));
    if (strcmp(what, "leak") == 0 && argc == 4)
        return leaks(argv[1], atoi(argv[3]));
    fputs("usage: deputy SOCKET connect|lends|accepted|hold|linger|leak ...\n",
          stderr);
    return 2;
}
