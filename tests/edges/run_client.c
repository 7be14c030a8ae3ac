/*
 * run_client SOCKET TO SOURCE [OWN]: asks the daemon, as attls-run does, for a
 * connection to TO from SOURCE (addresses with ports), for a socket that is
 * bound to OWN, if that is given; says the name of the reply's errno, or
 * "done".
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "intercept/runmsg.h"
#include "util/netaddr.h"

static int reach(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    strncpy(un.sun_path, path, sizeof(un.sun_path) - 1);
    return connect(fd, (void *)&un, sizeof(un)) < 0 ? -1 : fd;
}

static int bound(const char *at)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    socklen_t len;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (netaddr_parse(at, &a, NULL) < 0)
        return -1;
    len = netaddr_to_sockaddr(&a, &sa);
    return bind(fd, (void *)&sa, len) < 0 ? -1 : fd;
}

/* The other end of a socket that is bound to OWN, on this host. */
static int other_end(const char *own)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    int door = bound("127.0.0.1:0"), fd = bound(own);

    if (door < 0 || fd < 0 || listen(door, 1) < 0 ||
        getsockname(door, (void *)&sa, &len) < 0 ||
        connect(fd, (void *)&sa, len) < 0)
        return -1;
    return accept4(door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int main(int argc, char **argv)
{
    struct runmsg m = {.verb = RUNMSG_CONNECT, .id = 1};
    int daemon, end, sockets[RUNMSG_SOCKETS];

    if (argc < 4 || netaddr_parse(argv[2], &m.address, NULL) < 0 ||
        netaddr_parse(argv[3], &m.source, NULL) < 0)
        return 2;
    daemon = reach(argv[1]);
    end = other_end(argc > 4 ? argv[4] : "127.0.0.1:0");
    if (daemon < 0 || end < 0 || runmsg_send(daemon, &m, &end, 1, NULL) < 0 ||
        runmsg_receive(daemon, &m, sockets, NULL) < 0) {
        puts("nothing");
        return 1;
    }
    puts(m.error == 0 ? "done" : strerrorname_np(m.error));
    return 0;
}
