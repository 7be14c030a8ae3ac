/*
 * A program that knows nothing of TLS, for the stories in network namespaces,
 * and a witness of what is on the wire:
 *
 * - serve [-g TEXT] ADDR:PORT: accepts, says who, echoes until the end; with
 *   -g it is the first to say something
 *
 * - accepts ADDR:PORT N: accept() N times, whatever it gives; says how long
 *
 * - connect [-b ADDR:PORT] [-t SECONDS] ADDR:PORT [TEXT]: sends, ends, says
 *   what comes back; with -n it sends and is gone; with -a its connect() does
 *   not block; with -u its port is its own (no SO_REUSEADDR)
 *
 * - hold [-b ADDR:PORT] ADDR:PORT: connects; each line of its input is sent,
 * and the answer is said
 *
 * - swarm [-r] ADDR:PORT N: N connections one after the other, each an echo,
 *   or with -r each refused; says the time of each hundred
 *
 * - watch INTERFACE: says each TCP segment with data: ports and data
 *
 * With -d it is not dumpable, as programs that hold secrets.
 *
 * One line an event, on standard output at once. Errors are named as errno
 * names them: a story looks for ECONNREFUSED.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "util/netaddr.h"

static bool later; /* connect() does not block */
static bool alone; /* nobody else may have the port */

static int failed(const char *what)
{
    printf("error %s %s\n", what, strerrorname_np(errno));
    return 1;
}

static socklen_t address(const char *text, struct sockaddr_storage *ret)
{
    struct netaddr a;
    struct error err;

    if (netaddr_parse(text, &a, &err) < 0) {
        fprintf(stderr, "unaware: %s\n", err.text);
        exit(2);
    }
    return netaddr_to_sockaddr(&a, ret);
}

static const char *shown(int fd,
                         int (*name)(int, struct sockaddr *, socklen_t *),
                         char buf[NETADDR_TEXT])
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    struct netaddr a;

    if (name(fd, (void *)&sa, &len) < 0 || !netaddr_from_sockaddr(&sa, &a))
        return "none";
    return netaddr_format(&a, buf);
}

static int new_socket(const struct sockaddr_storage *sa, int seconds)
{
    int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = !alone;
    struct timeval limit = {seconds, 0};

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return fd;
}

/* ---- serve ---- */

static int echo(int fd, const char *greeting)
{
    char buf[4096], name[NETADDR_TEXT], peer[NETADDR_TEXT];
    ssize_t n;

    printf("accepted local=%s remote=%s\n", shown(fd, getsockname, name),
           shown(fd, getpeername, peer));
    if (write(fd, greeting, strlen(greeting)) < 0)
        return failed("write");
    while ((n = read(fd, buf, sizeof(buf))) > 0) {
        printf("got %.*s\n", (int)n, buf);
        if (write(fd, buf, (size_t)n) != n)
            return failed("write");
    }
    if (n < 0)
        return failed("read");
    printf("end\n");
    return 0;
}

static int listen_at(const char *at)
{
    struct sockaddr_storage sa;
    socklen_t len = address(at, &sa);
    int fd = new_socket(&sa, 0);

    if (bind(fd, (void *)&sa, len) < 0 || listen(fd, 128) < 0)
        return -1;
    return fd;
}

static int serve(const char *at, const char *greeting)
{
    int fd = listen_at(at), c;

    signal(SIGCHLD, SIG_IGN);
    if (fd < 0)
        return failed("listen");
    for (;;) {
        c = accept(fd, NULL, NULL);
        if (c < 0 && errno != ECONNABORTED)
            return failed("accept");
        if (c < 0) {
            failed("accept"); /* the next may be well */
            continue;
        }
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with the server */
            _exit(echo(c, greeting));
        }
        close(c);
    }
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int accepts(const char *at, int count)
{
    int fd = listen_at(at), c, i;
    struct sockaddr_storage sa;
    socklen_t len;
    double begun = seconds_now();

    if (fd < 0)
        return failed("listen");
    for (i = 0; i < count; i++) {
        len = sizeof(sa);
        c = accept(fd, (void *)&sa, &len);
        if (c < 0)
            failed("accept");
        else
            close(c);
    }
    printf("%d in %.0f ms\n", count, (seconds_now() - begun) * 1e3);
    return 0;
}

/* ---- connect ---- */

/* As connect() does, for a socket that does not block meanwhile. */
static int connect_later(int fd, const struct sockaddr_storage *sa,
                         socklen_t len)
{
    struct pollfd p = {fd, POLLOUT, 0};
    int r = fcntl(fd, F_SETFL, O_NONBLOCK);

    if (r == 0)
        r = connect(fd, (const struct sockaddr *)sa, len);
    if (r < 0 && errno == EINPROGRESS && poll(&p, 1, 10000) == 1) {
        len = sizeof(r);
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &r, &len);
        errno = r;
        r = r == 0 ? 0 : -1;
    }
    return r == 0 ? fcntl(fd, F_SETFL, 0) : r;
}

static int dial(const char *from, const char *to, int seconds)
{
    struct sockaddr_storage sa, own;
    socklen_t len = address(to, &sa);
    int fd = new_socket(&sa, seconds);
    char name[NETADDR_TEXT], peer[NETADDR_TEXT];

    if (from != NULL) {
        socklen_t own_len = address(from, &own);

        if (bind(fd, (void *)&own, own_len) < 0) {
            failed("bind");
            return -1;
        }
    }
    if ((later ? connect_later(fd, &sa, len) : connect(fd, (void *)&sa, len)) <
        0) {
        failed("connect");
        return -1;
    }
    printf("connected local=%s remote=%s\n", shown(fd, getsockname, name),
           shown(fd, getpeername, peer));
    return fd;
}

static int say(int fd, const char *text)
{
    char buf[4096];
    ssize_t n;

    if (write(fd, text, strlen(text)) < 0)
        return failed("write");
    n = read(fd, buf, sizeof(buf));
    if (n < 0)
        return failed("read");
    if (n == 0) {
        printf("error read EOF\n");
        return 1;
    }
    printf("received %.*s\n", (int)n, buf);
    return 0;
}

static int connect_once(const char *from, const char *to, int seconds,
                        const char *text)
{
    int fd = dial(from, to, seconds), r;
    char c;

    if (fd < 0)
        return 1;
    r = say(fd, text);
    if (r != 0)
        return r;
    shutdown(fd, SHUT_WR);
    if (read(fd, &c, 1) < 0)
        return failed("end");
    return 0;
}

/* Writes and is gone, without a word and without waiting. */
static int drop(const char *to)
{
    int fd = dial(NULL, to, 10);

    if (fd >= 0 && write(fd, "bye", 3) < 0)
        return failed("write");
    _exit(fd < 0);
}

static int hold(const char *from, const char *to)
{
    int fd = dial(from, to, 10);
    char line[1024];

    if (fd < 0)
        return 1;
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (say(fd, line) != 0)
            return 1;
    }
    return 0;
}

/* ---- swarm ---- */

/* An echo, or with REFUSED a reset at connect() or after it. */
static int one_echo(const struct sockaddr_storage *sa, socklen_t len,
                    bool refused)
{
    int fd = new_socket(sa, 10), r = 0;
    char c = 'x';

    if (connect(fd, (const struct sockaddr *)sa, len) < 0)
        r = refused ? 0 : failed("connect");
    else if ((write(fd, &c, 1) != 1 || read(fd, &c, 1) != 1) != refused)
        r = failed(refused ? "answered" : "echo");
    close(fd);
    return r;
}

static int swarm(const char *to, int count, bool refused)
{
    struct sockaddr_storage sa;
    socklen_t len = address(to, &sa);
    double begun = seconds_now(), now;
    int i;

    for (i = 1; i <= count; i++) {
        if (one_echo(&sa, len, refused) != 0)
            return 1;
        if (i % 100 == 0) {
            now = seconds_now();
            printf("%d %.0f us each\n", i, (now - begun) * 1e4);
            begun = now;
        }
    }
    return 0;
}

/* ---- watch ---- */

static void say_segment(const unsigned char *p, size_t len)
{
    size_t head, i;
    const struct tcphdr *tcp;

    if (len >= sizeof(struct iphdr) && p[0] >> 4 == 4) {
        head = (p[0] & 15u) * 4u;
        if (p[9] != IPPROTO_TCP)
            return;
        if ((size_t)(p[2] << 8 | p[3]) < len)
            len = (size_t)(p[2] << 8 | p[3]);
    } else if (len >= sizeof(struct ip6_hdr) && p[0] >> 4 == 6) {
        head = sizeof(struct ip6_hdr);
        if (p[6] != IPPROTO_TCP)
            return;
    } else {
        return;
    }
    if (len < head + sizeof(*tcp))
        return;
    tcp = (const void *)(p + head);
    head += tcp->doff * 4u;
    if (len <= head)
        return;
    printf("%u %u ", ntohs(tcp->source), ntohs(tcp->dest));
    for (i = head; i < len; i++)
        putchar(p[i] >= ' ' && p[i] <= '~' ? p[i] : '.');
    putchar('\n');
}

static int watch(const char *interface)
{
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL));
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_protocol = htons(ETH_P_ALL)};
    int big = 16 << 20;
    _Alignas(8) unsigned char buf[65536];
    ssize_t n;

    at.sll_ifindex = (int)if_nametoindex(interface);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big));
    if (fd < 0 || bind(fd, (void *)&at, sizeof(at)) < 0)
        return failed("watch");
    printf("watching\n");
    while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
        say_segment(buf, (size_t)n);
    return failed("recv");
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "", *from = NULL, *greeting = "";
    bool refused = false, leave = false;
    int c, seconds = 10 * ATTLS_PATIENCE;

    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    optind = 2;
    while ((c = getopt(argc, argv, "ab:t:g:rndu")) != -1) {
        if (c == 'b')
            from = optarg;
        else if (c == 't')
            seconds = atoi(optarg);
        else if (c == 'a')
            later = true;
        else if (c == 'u')
            alone = true;
        else if (c == 'g')
            greeting = optarg;
        else if (c == 'd')
            prctl(PR_SET_DUMPABLE, 0);
        else if (c == 'r')
            refused = true;
        else if (c == 'n')
            leave = true;
        else
            return 2;
    }
    argc -= optind;
    argv += optind;
    if (strcmp(verb, "serve") == 0 && argc == 1)
        return serve(argv[0], greeting);
    if (strcmp(verb, "accepts") == 0 && argc == 2)
        return accepts(argv[0], atoi(argv[1]));
    if (leave)
        return drop(argv[0]);
    if (strcmp(verb, "connect") == 0 && argc >= 1)
        return connect_once(from, argv[0], seconds, argc > 1 ? argv[1] : "x");
    if (strcmp(verb, "hold") == 0 && argc == 1)
        return hold(from, argv[0]);
    if (strcmp(verb, "swarm") == 0 && argc == 2)
        return swarm(argv[0], atoi(argv[1]), refused);
    if (strcmp(verb, "watch") == 0 && argc == 1)
        return watch(argv[0]);
    fprintf(stderr, "unaware: see the head of unaware.c\n");
    return 2;
}
