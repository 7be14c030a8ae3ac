/*
 * Somebody who wants all there is of something:
 *
 *     starve COUNT runs SOCKET      calls of attls-run that say nothing
 *     starve COUNT asks SOCKET      the same, and each asks without end
 *     starve COUNT console SOCKET   calls of attlsctl that say nothing
 *     starve COUNT silent ADDRESS:PORT   connections that say nothing
 *     starve COUNT hello ADDRESS:PORT    and that send the first five bytes of
 *         a hello
 *
 * What is closed for him he opens again. He says "ready" when he has tried all
 * and goes on until he is killed.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "intercept/runmsg.h"
#include "util/fd.h"

enum { ASKS = 64 }; /* before it looks whether there is an answer */

struct end {
    int fd;
    bool said;
};

static const char *what, *where;

static int make_socket(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_storage sa;
    struct netaddr a;
    struct error err;
    socklen_t len;
    int fd;

    if (where[0] == '/') {
        fd = socket(
            AF_UNIX,
            (strcmp(what, "console") == 0 ? SOCK_STREAM : SOCK_SEQPACKET) |
                SOCK_NONBLOCK,
            0);
        snprintf(un.sun_path, sizeof(un.sun_path), "%s", where);
        if (connect(fd, (void *)&un, sizeof(un)) < 0)
            fd_close(&fd);
        return fd;
    }
    if (netaddr_parse(where, &a, &err) < 0) {
        fprintf(stderr, "starve: %s\n", err.text);
        exit(2);
    }
    len = netaddr_to_sockaddr(&a, &sa);
    fd = socket(a.family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(fd, (void *)&sa, len) < 0 && errno != EINPROGRESS)
        fd_close(&fd);
    return fd;
}

static void ask(int fd)
{
    struct runmsg m = {.verb = RUNMSG_COVERS_OUT, .id = 1}, got;
    int sockets[RUNMSG_SOCKETS], i;
    struct error err;

    netaddr_parse("127.0.0.1:5555", &m.address, &err);
    for (i = 0; i < ASKS && runmsg_send(fd, &m, NULL, 0, &err) == 0; i++)
        ;
    while (runmsg_receive(fd, &got, sockets, &err) == 0)
        ;
}

static void speak(struct end *e)
{
    static const char hello[] = {0x16, 3, 1, 2, 0};

    if (strcmp(what, "asks") == 0)
        ask(e->fd);
    else if (strcmp(what, "hello") == 0 && !e->said)
        e->said = send(e->fd, hello, sizeof(hello), MSG_NOSIGNAL) > 0;
}

static bool has_ended(int fd)
{
    char buf[4096];
    ssize_t n;

    if (strcmp(what, "asks") == 0) /* reads for itself */
        return recv(fd, buf, 1, MSG_PEEK) == 0;
    do
        n = recv(fd, buf, sizeof(buf), 0);
    while (n > 0);
    return n == 0 || (errno != EAGAIN && errno != EINTR);
}

static void go_on(struct end *all, int count)
{
    struct pollfd p;
    int i;

    for (i = 0; i < count; i++) {
        if (all[i].fd < 0)
            all[i] = (struct end){make_socket(), false};
        p = (struct pollfd){all[i].fd, POLLIN | POLLOUT, 0};
        if (all[i].fd < 0 || poll(&p, 1, 0) <= 0)
            continue;
        if ((p.revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
            has_ended(all[i].fd))
            fd_close(&all[i].fd);
        else
            speak(&all[i]);
    }
}

int main(int argc, char **argv)
{
    static const struct timespec nap = {0, 1000000};
    int count = argc == 4 ? atoi(argv[1]) : 0, i;
    struct rlimit files;
    struct end *all;

    if (count <= 0) {
        fputs("usage: starve COUNT runs|asks|console|silent|hello WHERE\n",
              stderr);
        return 2;
    }
    what = argv[2];
    where = argv[3];
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    all = malloc((size_t)count * sizeof(*all));
    if (all == NULL)
        return 1;
    for (i = 0; i < count; i++)
        all[i] = (struct end){-1, false};
    for (i = 0;; i += i < 3) { /* until it is ended */
        go_on(all, count);
        if (i == 2)
            puts("ready");
        nanosleep(&nap, NULL);
    }
}
