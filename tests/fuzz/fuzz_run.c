/*
 * What an attls-run sends the daemon: messages of any bytes with any number of
 * descriptors. Each descriptor is returned or closed: whatever came, as many
 * are open afterwards as before.
 *
 * An input is pieces: one byte that says how many descriptors, one how many
 * bytes (from 128 on: a message of the right size and release; the bytes are
 * those behind its version), and the bytes.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "intercept/runmsg.h"
#include "support/descriptors.h"
#include "util/fd.h"

enum { PIECES = 8, WHOLE = 128, MOST = 8 };

static void send_piece(int fd, const void *bytes, size_t len, size_t count)
{
    union {
        struct cmsghdr h;
        char space[CMSG_SPACE(MOST * sizeof(int))];
    } control = {0};
    struct iovec iov = {(void *)bytes, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    int *fds = (int *)CMSG_DATA(&control.h);
    size_t i;

    if (count != 0) {
        control.h.cmsg_len = CMSG_LEN(count * sizeof(int));
        control.h.cmsg_level = SOL_SOCKET;
        control.h.cmsg_type = SCM_RIGHTS;
        msg.msg_control = &control;
        msg.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
    for (i = 0; i < count; i++)
        fds[i] = STDERR_FILENO;
    if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        abort();
}

/* The bytes of one piece; how many of the input were used. */
static size_t send_next(int fd, const uint8_t *data, size_t size)
{
    struct runmsg m = {.version = RUNMSG_VERSION, .verb = RUNMSG_CONNECT};
    size_t len = size > 1 ? data[1] % WHOLE : 0;
    size_t count = data[0] % (MOST + 1);

    if (len > size - (size > 1 ? 2 : 1))
        len = size - (size > 1 ? 2 : 1);
    if (size > 1 && data[1] >= WHOLE) {
        if (len > sizeof(m) - sizeof(m.version))
            len = sizeof(m) - sizeof(m.version);
        memcpy((char *)&m + sizeof(m.version), data + 2, len);
        send_piece(fd, &m, sizeof(m), count);
    } else {
        send_piece(fd, data + (size > 1 ? 2 : 1), len, count);
    }
    return (size > 1 ? 2 : 1) + len;
}

static int receive(int fd)
{
    int sockets[RUNMSG_SOCKETS], i, r;
    struct runmsg m;
    struct error err;

    r = runmsg_receive(fd, &m, sockets, &err);
    for (i = 0; i < RUNMSG_SOCKETS; i++) {
        if (r != 0 && sockets[i] >= 0)
            abort();
        fd_close(&sockets[i]);
    }
    if (r == 0 && memchr(m.jobname, '\0', sizeof(m.jobname)) == NULL)
        abort();
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2], pieces;
    int before = descriptors_open();
    size_t used;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                   ends) < 0)
        return 0;
    for (pieces = 0; size > 0 && pieces < PIECES; pieces++) {
        used = send_next(ends[0], data, size);
        data += used;
        size -= used;
        receive(ends[1]);
    }
    fd_close(&ends[0]);
    if (receive(ends[1]) != ERR_NOT_FOUND)
        abort();
    fd_close(&ends[1]);
    if (descriptors_open() != before)
        abort();
    return 0;
}
