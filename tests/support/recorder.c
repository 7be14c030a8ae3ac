/*
 * A relay that writes down what it carries, for tests that must know what is
 * on the wire:
 *
 *     recorder LISTEN TARGET FILE
 *
 * Connections are carried one by one process each; the bytes of both
 * directions are appended to FILE as they come. It runs until it is ended,
 * at most five minutes.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/netaddr.h"

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int make_socket(const char *text, int backlog)
{
    struct sockaddr_storage ss;
    struct netaddr addr;
    struct error err;
    socklen_t len;
    int fd, on = 1, r;

    if (netaddr_parse(text, &addr, &err) != 0) {
        fprintf(stderr, "recorder: %s\n", err.text);
        exit(2);
    }
    len = netaddr_to_sockaddr(&addr, &ss);
    fd = socket(addr.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (backlog == 0) {
        r = connect(fd, (void *)&ss, len);
    } else {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        r = bind(fd, (void *)&ss, len);
        if (r == 0)
            r = listen(fd, backlog);
    }
    if (r < 0)
        die(text);
    return fd;
}

/* One step in one direction; false when that direction has ended. */
static int carry(int from, int to, int file)
{
    char buf[16384];
    ssize_t n = read(from, buf, sizeof(buf));

    if (n <= 0) {
        shutdown(to, SHUT_WR);
        return 0;
    }
    if (fd_write_all(file, buf, (size_t)n, NULL) != 0)
        die("recorder's file");
    return fd_write_all(to, buf, (size_t)n, NULL) == 0;
}

static void relay(int a, int b, int file)
{
    struct pollfd ends[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    int i;

    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (poll(ends, 2, -1) < 0)
            die("poll");
        for (i = 0; i < 2; i++)
            if (ends[i].revents != 0 &&
                !carry(ends[i].fd, i == 0 ? b : a, file))
                ends[i].fd = -1;
    }
}

int main(int argc, char **argv)
{
    int listener, client, file;

    if (argc != 4) {
        fprintf(stderr, "usage: recorder LISTEN TARGET FILE\n");
        return 2;
    }
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    file = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0)
        die(argv[3]);
    listener = make_socket(argv[1], 16);
    alarm(300 * ATTLS_PATIENCE);
    for (;;) {
        client = accept(listener, NULL, NULL);
        if (client < 0 && errno != EINTR && errno != ECONNABORTED)
            die("accept");
        if (client < 0)
            continue;
        if (fork() == 0) {
            close(listener);
            alarm(300 * ATTLS_PATIENCE);
            relay(client, make_socket(argv[2], 0), file);
            _exit(0);
        }
        close(client);
    }
}
