#ifndef SUPPORT_PEER_H
#define SUPPORT_PEER_H

/*
 * A scripted peer on a non-blocking socket, in clear or in TLS: it sends a
 * pattern of bytes in pieces of a given size, checks the pattern that it
 * receives, may stop reading for a while, and ends as it is told. It is
 * driven by peer_turn() from the test's own thread.
 */

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum peer_end {
    PEER_STAYS,   /* sends all and waits */
    PEER_SHUTS,   /* sends all, then close_notify and FIN; reads on */
    PEER_FIN,     /* sends all, then FIN without close_notify */
    PEER_RESETS,  /* sends all, then RST */
    PEER_SILENTLY /* close_notify only, no FIN (TLS) */
};

struct peer {
    int fd;
    SSL *ssl; /* NULL: clear; the peer's */
    /* the script */
    size_t to_send, piece;
    size_t read_piece;   /* 0: as much as comes */
    unsigned deaf_turns; /* reads nothing in so many turns */
    enum peer_end end;
    unsigned char seed; /* of the pattern that it sends */
    unsigned char other_seed;
    /* what became of it */
    size_t sent, received;
    bool ended;    /* its own end was done */
    bool got_eof;  /* an orderly end arrived */
    bool got_lost; /* a reset or a truncation arrived */
    bool wrong;    /* a byte was not the pattern's */
};

/* Some of its sending and some of its receiving. */
void peer_turn(struct peer *p);
void peer_close(struct peer *p);

/*
 * A unix socket whose close() waits for a partner of what was sent to it: an
 * hour, or until *RET_PARTNER is closed. Without timers (RLIMIT_SIGPENDING 0)
 * daemon/closer can't end that.
 */
int peer_stuck_socket(int *ret_partner);

/* Sends to FD until nothing goes any more, and some of it is still unsent. */
void peer_fill(int fd);

/* A connected pair of TCP sockets on 127.0.0.1, both non-blocking; small
 * buffers when SMALL. */
void peer_tcp_pair(int fds[2], bool small);

#endif
