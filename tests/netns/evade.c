/*
 * What could get past the interception of connect(), and what must pass it
 * untouched; one line each, the errno's name or what came back:
 *
 * - uring: io_uring_setup()
 *
 * - fastopen ADDR:PORT: sendto() and sendmsg() that connect, and the option
 *   that defers connect()
 *
 * - protocols: streams over IP that are not TCP, and what goes on top of TCP
 *
 * - datagram, unix: there and back on UDP of this host and on a unix socket;
 *   with -d before it, by a program that is not dumpable
 */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "util/netaddr.h"

#ifndef AF_SMC
#define AF_SMC 43
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif

static int say(const char *what, long r)
{
    printf("%s %s\n", what, r < 0 ? strerrorname_np(errno) : "done");
    return r < 0;
}

static int uring(void)
{
    unsigned char params[256] = {0};

    return say("io_uring_setup", syscall(SYS_io_uring_setup, 2, params));
}

static int new_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int fastopen(const char *to)
{
    char text[] = "needle-fastopen";
    struct iovec part = {text, sizeof(text) - 1};
    struct sockaddr_storage sa;
    struct netaddr a;
    struct msghdr m = {.msg_name = &sa, .msg_iov = &part, .msg_iovlen = 1};
    int on = 1;

    if (netaddr_parse(to, &a, NULL) < 0)
        return 2;
    m.msg_namelen = netaddr_to_sockaddr(&a, &sa);
    say("sendto", sendto(new_socket(), text, sizeof(text) - 1, MSG_FASTOPEN,
                         (void *)&sa, m.msg_namelen));
    say("sendmsg", sendmsg(new_socket(), &m, MSG_FASTOPEN));
    say("TCP_FASTOPEN_CONNECT",
        setsockopt(new_socket(), IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on,
                   sizeof(on)));
    return 0;
}

/* TCP and MPTCP are as they are without us: MPTCP may be switched off. */
static int protocols(void)
{
    static const int streams[] = {IPPROTO_SCTP, IPPROTO_SMC, IPPROTO_UDP,
                                  IPPROTO_MPTCP + 1, 511};
    static const int families[] = {AF_INET, AF_INET6};
    size_t i, j;

    say("AF_SMC", socket(AF_SMC, SOCK_STREAM | SOCK_NONBLOCK, 0));
    for (i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        for (j = 0; j < sizeof(streams) / sizeof(streams[0]); j++)
            say("stream",
                socket(families[i], SOCK_STREAM | SOCK_CLOEXEC, streams[j]));
    say("TCP", socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP));
    say("UDP", socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP));
    return say("TCP_ULP", setsockopt(new_socket(), IPPROTO_TCP, TCP_ULP, "tls",
                                     sizeof("tls")));
}

/* bind() of BOUND bytes has the kernel give A an address, of at most LEN, and
 * then B talks to it. */
static int there_and_back(const char *what, struct sockaddr *sa,
                          socklen_t bound, socklen_t len, int type)
{
    int a = socket(sa->sa_family, type | SOCK_CLOEXEC, 0), got;
    int b = socket(sa->sa_family, type | SOCK_CLOEXEC, 0);
    char buf[8] = "";

    if (bind(a, sa, bound) < 0 || getsockname(a, sa, &len) < 0 ||
        (type == SOCK_STREAM && listen(a, 1) < 0) || connect(b, sa, len) < 0)
        return say(what, -1);
    got = type == SOCK_STREAM ? accept(a, NULL, NULL) : a;
    return say(what, write(b, "hello", 5) == 5 && read(got, buf, 5) == 5 &&
                             strcmp(buf, "hello") == 0
                         ? 0
                         : -1);
}

int main(int argc, char **argv)
{
    const char *verb;
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_un un = {.sun_family = AF_UNIX}; /* named by the kernel */

    if (argc > 1 && strcmp(argv[1], "-d") == 0) {
        prctl(PR_SET_DUMPABLE, 0);
        argc--;
        argv++;
    }
    verb = argc > 1 ? argv[1] : "";
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (strcmp(verb, "uring") == 0)
        return uring();
    if (strcmp(verb, "fastopen") == 0 && argc == 3)
        return fastopen(argv[2]);
    if (strcmp(verb, "protocols") == 0)
        return protocols();
    if (strcmp(verb, "datagram") == 0)
        return there_and_back("datagram", (void *)&in, sizeof(in), sizeof(in),
                              SOCK_DGRAM);
    if (strcmp(verb, "unix") == 0)
        return there_and_back("unix", (void *)&un, sizeof(sa_family_t),
                              sizeof(un), SOCK_STREAM);
    fprintf(stderr, "evade: see the head of evade.c\n");
    return 2;
}
