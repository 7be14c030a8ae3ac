/*
 * run_daemon SOCKET COVERS [CONNECT [ACCEPTED]]: a daemon for attls-run that
 * does nothing but reply, to each kind of request with that errno, by its name
 * or 0. COVERS may be "close", which ends each connection at once, or "hang",
 * which never replies. The first question is the greeting: always answered.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "intercept/runmsg.h"
#include "util/fd.h"

static int errno_of(const char *name)
{
    int e;

    for (e = 1; e < 200; e++)
        if (strerrorname_np(e) != NULL && strcmp(strerrorname_np(e), name) == 0)
            return e;
    return 0;
}

static int reply_to(const struct runmsg *m, const char *const *argv)
{
    switch (m->verb) {
    case RUNMSG_CONNECT:
        return errno_of(argv[3]);
    case RUNMSG_ACCEPTED:
        return errno_of(argv[4]);
    default:
        return errno_of(argv[2]);
    }
}

static void serve(int fd, const char *const *argv)
{
    int sockets[RUNMSG_SOCKETS], i, count;
    struct runmsg m;

    for (count = 0; runmsg_receive(fd, &m, sockets, NULL) == 0; count++) {
        for (i = 0; i < RUNMSG_SOCKETS; i++)
            fd_close(&sockets[i]);
        printf("verb %u\n", m.verb);
        m.error = reply_to(&m, argv);
        m.verb = RUNMSG_REPLY;
        if (count == 0 || strcmp(argv[2], "hang") != 0)
            runmsg_send(fd, &m, NULL, 0, NULL);
    }
}

int main(int argc, char **argv)
{
    const char *all[] = {argv[0], argc > 1 ? argv[1] : NULL,
                         argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : "0",
                         argc > 4 ? argv[4] : "0"};
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), c;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 3 || strlen(argv[1]) >= sizeof(un.sun_path))
        return 2;
    strcpy(un.sun_path, argv[1]);
    unlink(argv[1]);
    if (bind(fd, (void *)&un, sizeof(un)) < 0 || listen(fd, 9) < 0)
        return 1;
    while ((c = accept(fd, NULL, NULL)) >= 0) {
        if (strcmp(argv[2], "close") != 0)
            serve(c, all);
        close(c);
    }
    return 1;
}
