/* Scripted peers for tests of the relay; see peer.h. */

#include "support/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/fd.h"

enum { PIECE_MAX = 1024 * 1024 };

static unsigned char buffer[PIECE_MAX];

static unsigned char pattern(unsigned char seed, size_t at)
{
    return (unsigned char)(seed + at * 7 + (at >> 8) * 13 + (at >> 16));
}

/* > 0 bytes, 0: would block, -1: the connection is gone */
static ssize_t push(struct peer *p, const void *data, size_t len)
{
    ssize_t n;
    int r;

    if (p->ssl == NULL) {
        n = send(p->fd, data, len, MSG_NOSIGNAL);
        return n >= 0 ? n : errno == EAGAIN ? 0 : -1;
    }
    ERR_clear_error();
    r = SSL_write(p->ssl, data, (int)len);
    if (r > 0)
        return r;
    r = SSL_get_error(p->ssl, r);
    return r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

enum got { GOT_BYTES, GOT_NOTHING, GOT_EOF, GOT_LOST };

static enum got pull(struct peer *p, size_t size, size_t *ret)
{
    ssize_t n;
    int r;

    if (p->ssl == NULL) {
        n = recv(p->fd, buffer, size, 0);
        *ret = n > 0 ? (size_t)n : 0;
        return n > 0             ? GOT_BYTES
               : n == 0          ? GOT_EOF
               : errno == EAGAIN ? GOT_NOTHING
                                 : GOT_LOST;
    }
    ERR_clear_error();
    r = SSL_read(p->ssl, buffer, (int)size);
    *ret = r > 0 ? (size_t)r : 0;
    if (r > 0)
        return GOT_BYTES;
    r = SSL_get_error(p->ssl, r);
    if (r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE)
        return GOT_NOTHING;
    return r == SSL_ERROR_ZERO_RETURN ? GOT_EOF : GOT_LOST;
}

/* False: close_notify does not fit into the socket yet. */
static bool notified(struct peer *p)
{
    int r;

    ERR_clear_error();
    r = SSL_shutdown(p->ssl);
    return r >= 0 || SSL_get_error(p->ssl, r) != SSL_ERROR_WANT_WRITE;
}

static void end(struct peer *p)
{
    switch (p->end) {
    case PEER_STAYS:
        break;
    case PEER_SHUTS:
        if (p->ssl != NULL && !notified(p))
            return; /* again in the next turn */
        shutdown(p->fd, SHUT_WR);
        break;
    case PEER_FIN:
        shutdown(p->fd, SHUT_WR);
        break;
    case PEER_RESETS:
        fd_reset(&p->fd);
        break;
    case PEER_SILENTLY:
        if (!notified(p))
            return;
        break;
    }
    p->ended = true;
}

static void send_some(struct peer *p)
{
    size_t len = p->to_send - p->sent, i;
    ssize_t n;

    if (len > p->piece)
        len = p->piece;
    if (len == 0) {
        end(p);
        return;
    }
    for (i = 0; i < len; i++)
        buffer[i] = pattern(p->seed, p->sent + i);
    n = push(p, buffer, len);
    if (n < 0) {
        p->got_lost = p->ended = true;
        return;
    }
    p->sent += (size_t)n;
}

static void receive_some(struct peer *p)
{
    size_t n, i;

    switch (pull(p, p->read_piece != 0 ? p->read_piece : PIECE_MAX, &n)) {
    case GOT_NOTHING:
        return;
    case GOT_EOF:
        p->got_eof = true;
        return;
    case GOT_LOST:
        p->got_lost = true;
        return;
    case GOT_BYTES:
        break;
    }
    for (i = 0; i < n; i++)
        if (buffer[i] != pattern(p->other_seed, p->received + i))
            p->wrong = true;
    p->received += n;
}

void peer_turn(struct peer *p)
{
    if (p->fd >= 0 && !p->ended)
        send_some(p);
    if (p->deaf_turns > 0)
        p->deaf_turns--;
    else if (p->fd >= 0 && !p->got_eof && !p->got_lost)
        receive_some(p);
}

void peer_close(struct peer *p)
{
    SSL_free(p->ssl);
    p->ssl = NULL;
    fd_close(&p->fd);
}

/* Before the connection: a window that shrinks later makes TCP wait for its
 * timers. */
static void make_small(int fd)
{
    int send_size = 16384, receive_size = 131072;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_size, sizeof(send_size));
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_size, sizeof(receive_size));
}

static void prepare(int fd)
{
    int on = 1;

    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
        abort();
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void peer_tcp_pair(int fds[2], bool small)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (small) {
        make_small(listener);
        make_small(fds[0]);
    }
    if (listener < 0 || fds[0] < 0 || bind(listener, (void *)&in, len) < 0 ||
        listen(listener, 1) < 0 ||
        getsockname(listener, (void *)&in, &len) < 0 ||
        connect(fds[0], (void *)&in, len) < 0)
        abort();
    fds[1] = accept(listener, NULL, NULL);
    if (fds[1] < 0)
        abort();
    close(listener);
    prepare(fds[0]);
    prepare(fds[1]);
}

/* Until the partner's buffers are full too: some of it stays unsent. */
void peer_fill(int fd)
{
    static const char much[65536];
    struct pollfd can = {.fd = fd, .events = POLLOUT};

    while (poll(&can, 1, 5) > 0)
        (void)!send(fd, much, sizeof(much), MSG_DONTWAIT | MSG_NOSIGNAL);
}

int peer_stuck_socket(int *ret_partner)
{
    static const struct linger hour = {1, 3600};
    int ends[2], tcp[2];

    peer_tcp_pair(tcp, false);
    peer_fill(tcp[0]);
    if (setsockopt(tcp[0], SOL_SOCKET, SO_LINGER, &hour, sizeof(hour)) < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) < 0 ||
        fd_send(ends[1], "x", 1, tcp, 1) != 1)
        abort();
    close(tcp[0]); /* the message has the last one */
    close(ends[1]);
    *ret_partner = tcp[1];
    return ends[0];
}
