/*
 * odd PORT: calls about sockets that are not as they should be, and what they
 * give, a line each: the same under attls-run as without it. 127.0.0.1:PORT
 * and [::1]:PORT are not listened at.
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static in_port_t port;

static void say(const char *what, int r)
{
    printf("%s: %s\n", what, r < 0 ? strerrorname_np(errno) : "done");
}

static struct sockaddr_in v4(uint32_t address)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = port};

    sa.sin_addr.s_addr = htonl(address);
    return sa;
}

static struct sockaddr_in6 v6(const char *tail)
{
    struct sockaddr_in6 sa = {.sin6_family = AF_INET6, .sin6_port = port};

    memcpy(sa.sin6_addr.s6_addr + 10, tail, 6);
    return sa;
}

static int new_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int dial(int family, const void *sa, socklen_t len)
{
    int fd = new_socket(family), r = connect(fd, sa, len), error = errno;

    close(fd);
    errno = error;
    return r;
}

static void addresses(void)
{
    struct sockaddr_in in = v4(INADDR_LOOPBACK), any = v4(INADDR_ANY);
    struct sockaddr_in6 in6 = v6("\0\0\0\0\0\1"), any6 = v6("\0\0\0\0\0\0");
    struct sockaddr_in6 mapped = v6("\377\377\177\0\0\1");
    struct sockaddr_storage wide = {0};
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    int fd = new_socket(AF_INET6), on = 1;

    memcpy(&wide, &in, sizeof(in));
    say("IPv6 socket, IPv4 address", dial(AF_INET6, &in, sizeof(in)));
    say("IPv6 socket, IPv4 in a wide one", dial(AF_INET6, &wide, sizeof(wide)));
    say("IPv4 socket, IPv6 address", dial(AF_INET, &in6, sizeof(in6)));
    say("IPv4 cut", dial(AF_INET, &in, sizeof(in) - 1));
    say("IPv6 cut", dial(AF_INET6, &in6, 20));
    say("one byte", dial(AF_INET, &in, 1));
    say("none", dial(AF_INET, &in, 0));
    say("too long", dial(AF_INET, &in, sizeof(wide) + 1));
    say("negative", dial(AF_INET, &in, (socklen_t)-1));
    say("no memory", dial(AF_INET, (void *)8, sizeof(in)));
    say("unknown family",
        dial(AF_INET, &(struct sockaddr_in){.sin_family = 99}, sizeof(in)));
    say("unspecified", dial(AF_INET, &none, sizeof(none)));
    say("IPv4 any", dial(AF_INET, &any, sizeof(any)));
    say("IPv6 any", dial(AF_INET6, &any6, sizeof(any6)));
    say("mapped", dial(AF_INET6, &mapped, sizeof(mapped)));
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    say("mapped, IPv6 only", connect(fd, (void *)&mapped, sizeof(mapped)));
}

static void descriptors(void)
{
    struct sockaddr_in in = v4(INADDR_LOOPBACK);
    const struct sockaddr *sa = (void *)&in;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC), i;
    int way = open("/dev/null", O_PATH | O_CLOEXEC);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int fds[] = {-1, 12345, file, way};

    for (i = 0; i < 4; i++) {
        say("connect", connect(fds[i], sa, sizeof(in)));
        say("accept", accept(fds[i], NULL, NULL));
        say("getsockname", getsockname(fds[i], (void *)&(struct sockaddr_in){0},
                                       &(socklen_t){16}));
    }
    say("datagram", connect(udp, sa, sizeof(in)));
    say("datagram accepts", accept(udp, NULL, NULL));
    say("not listening", accept(new_socket(AF_INET), NULL, NULL));
}

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A socket that listens at a port of the kernel's choice, put in SA. */
static int listener(struct sockaddr_in *sa, int type)
{
    socklen_t len = sizeof(*sa);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | type, 0);

    *sa = v4(INADDR_LOOPBACK);
    sa->sin_port = 0;
    if (bind(fd, (struct sockaddr *)sa, len) < 0 || listen(fd, 9) < 0 ||
        getsockname(fd, (struct sockaddr *)sa, &len) < 0)
        return -1;
    return fd;
}

static void connected(void)
{
    struct sockaddr_in sa;
    int server = listener(&sa, 0), fd = new_socket(AF_INET), got;
    struct sockaddr *at = (void *)&sa;
    socklen_t len = sizeof(sa);

    say("connect", connect(fd, at, len));
    say("again", connect(fd, at, len));
    got = accept(server, NULL, NULL);
    say("accept", got);
    say("nowhere", getpeername(fd, (void *)8, &len));
    say("negative room", getpeername(fd, (void *)&(struct sockaddr_in){0},
                                     &(socklen_t){(socklen_t)-1}));
    say("disconnect", connect(fd, &(struct sockaddr){.sa_family = AF_UNSPEC},
                              sizeof(struct sockaddr)));
    say("has no peer", getpeername(fd, at, &len));
    close(got);
    close(server);
}

static void limits(void)
{
    struct sockaddr_in sa;
    struct timeval limit = {0, 300000};
    int calm = listener(&sa, SOCK_NONBLOCK), timed = listener(&sa, 0);
    struct rlimit few = {3, 3}, many;
    double begun = seconds_now();

    say("nobody", accept(calm, NULL, NULL));
    setsockopt(timed, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    say("nobody in time", accept(timed, NULL, NULL));
    say("in time", seconds_now() - begun < 0.3 ? -1 : 0);
    say("client", dial(AF_INET, &sa, sizeof(sa)));
    say("no room for the address",
        accept(timed, (void *)8, &(socklen_t){sizeof(sa)}));
    say("client", dial(AF_INET, &sa, sizeof(sa)));
    getrlimit(RLIMIT_NOFILE, &many);
    few.rlim_max = many.rlim_max;
    setrlimit(RLIMIT_NOFILE, &few);
    say("no descriptor", accept(timed, NULL, NULL));
    setrlimit(RLIMIT_NOFILE, &many);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    port = htons((in_port_t)(argc > 1 ? atoi(argv[1]) : 1));
    addresses();
    descriptors();
    connected();
    limits();
    return 0;
}
