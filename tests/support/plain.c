/*
 * A peer without TLS, for stories that need one that misbehaves by plan:
 *
 *     plain serve ADDRESS:PORT STEP...     accepts, a process each, until ended
 *     plain connect ADDRESS:PORT STEP...   one connection
 *
 * A STEP is
 *     send:TEXT   \xNN and \n as in printf
 *     line        reads to the end of a line
 *     echo        sends back what comes until the other end ends
 *     wait        reads until the other end ends, at most PATIENCE_MS
 *     hear        reads what comes first, once
 *     close       ends in order;  reset: ends with a reset
 *
 * What is read goes to standard output, how the other end ended to standard
 * error: "end" or "reset". It lives for at most five minutes.
 */
#include <errno.h>
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

enum { LIFE = 300 * ATTLS_PATIENCE, PATIENCE_MS = 30000 * ATTLS_PATIENCE };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int open_socket(const char *text, bool server)
{
    struct sockaddr_storage ss;
    struct netaddr addr;
    struct error err;
    socklen_t len;
    int fd, on = 1, r;

    if (netaddr_parse(text, &addr, &err) != 0) {
        fprintf(stderr, "plain: %s\n", err.text);
        exit(2);
    }
    len = netaddr_to_sockaddr(&addr, &ss);
    fd = socket(addr.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    if (!server) {
        r = connect(fd, (void *)&ss, len);
    } else {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        r = bind(fd, (void *)&ss, len);
        if (r == 0)
            r = listen(fd, 16);
    }
    if (r < 0)
        die(text);
    return fd;
}

static void send_text(int fd, const char *text)
{
    char out[1024];
    size_t n = 0;
    struct error err;

    while (*text != '\0' && n < sizeof(out)) {
        if (text[0] == '\\' && text[1] == 'x' && strlen(text) >= 4) {
            char hex[3] = {text[2], text[3], '\0'};

            out[n++] = (char)strtoul(hex, NULL, 16);
            text += 4;
        } else if (text[0] == '\\' && text[1] == 'n') {
            out[n++] = '\n';
            text += 2;
        } else {
            out[n++] = *text++;
        }
    }
    if (fd_write_all(fd, out, n, &err) < 0)
        fprintf(stderr, "reset\n");
}

/* More bytes, or false at the end. */
static bool more(int fd, char *buf, size_t size, size_t *ret_len)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    ssize_t n;

    if (poll(&p, 1, PATIENCE_MS) <= 0)
        return false;
    n = read(fd, buf, size);
    if (n <= 0) {
        fprintf(stderr, "%s\n", n == 0 ? "end" : "reset");
        return false;
    }
    if (write(STDOUT_FILENO, buf, (size_t)n) < 0)
        die("standard output");
    *ret_len = (size_t)n;
    return true;
}

static void read_all(int fd, bool echo, bool one_line)
{
    struct error err;
    char buf[4096];
    size_t n;

    while (more(fd, buf, one_line ? 1 : sizeof(buf), &n)) {
        if (one_line && buf[0] == '\n')
            return;
        if (echo && fd_write_all(fd, buf, n, &err) < 0)
            return;
    }
}

/* False: the connection was ended. */
static bool step(int *fd, const char *word)
{
    char buf[4096];
    size_t n;

    if (strncmp(word, "send:", 5) == 0)
        send_text(*fd, word + 5);
    else if (strcmp(word, "line") == 0)
        read_all(*fd, false, true);
    else if (strcmp(word, "echo") == 0)
        read_all(*fd, true, false);
    else if (strcmp(word, "wait") == 0)
        read_all(*fd, false, false);
    else if (strcmp(word, "hear") == 0)
        more(*fd, buf, sizeof(buf), &n);
    else if (strcmp(word, "close") == 0)
        fd_close(fd);
    else if (strcmp(word, "reset") == 0)
        fd_reset(fd);
    else
        die(word);
    return *fd >= 0;
}

static void play(int fd, char **steps)
{
    while (*steps != NULL && step(&fd, *steps))
        steps++;
    fd_close(&fd);
}

static void serve(int listener, char **steps)
{
    int fd;

    signal(SIGCHLD, SIG_IGN);
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        if (fork() == 0) {
            close(listener);
            play(fd, steps);
            _exit(0);
        }
        close(fd);
    }
}

int main(int argc, char **argv)
{
    bool server = argc > 1 && strcmp(argv[1], "serve") == 0;

    if (argc < 4 || (!server && strcmp(argv[1], "connect") != 0)) {
        fprintf(stderr, "usage: plain serve|connect ADDRESS:PORT STEP...\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    alarm(LIFE);
    if (server)
        serve(open_socket(argv[2], true), argv + 3);
    else
        play(open_socket(argv[2], false), argv + 3);
    return 0;
}
