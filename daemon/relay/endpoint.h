#ifndef RELAY_ENDPOINT_H
#define RELAY_ENDPOINT_H

/*
 * One end of a connection: a non-blocking socket in clear or, once it has a
 * session, in TLS. The endpoint owns socket, event and session.
 *
 * Readiness is edge-triggered and remembered here: `ready` is called when
 * the socket may have become readable or writable; the owner then works until
 * it gets IO_BLOCKED, or comes back later by itself. The callback may close
 * the endpoint. No buffer belongs to an endpoint.
 *
 * A read that got less than it could have taken is the last one before the
 * next event. Then the endpoint is in doubt: libevent does not say whether the
 * event was that of data or of data and a reset, and urgent data cuts a read
 * short. The owner calls endpoint_look_again() within a short
 * time. All of this is
 * true of endpoint_handshake() too: after IO_BLOCKED it reads nothing before
 * the next event or endpoint_look_again().
 *
 * What ends a handshake and what nobody waits for goes with the first data: a
 * client's last flight when the owner has nothing to send (UNSENT, see
 * endpoint_flush()), a server's tickets in TLSv1.3 when the connection is quiet
 * (TICKETS: the owner calls endpoint_look_again() then).
 */

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/pipes.h"
#include "tls/session.h"
#include "util/netaddr.h"

struct strbuf;

typedef void (*endpoint_ready_fn)(void *arg);

struct endpoint {
    int fd; /* -1: closed */
    bool readable, writable;
    bool read_writes;        /* TLS: reading waits for writability */
    bool write_reads;        /* TLS: writing waits for readability */
    bool ends;               /* the peer's FIN was reported */
    bool sound;              /* the last event was that it can be written, and
                              * nothing else: so it had no error */
    bool doubt;              /* more may be there to be read */
    bool unsent;             /* TLS: the end of the handshake, until data */
    bool tickets;            /* the same, and it may wait for data a while */
    enum session_status end; /* how reading ended; SESSION_OK: it has not */
    bool watched;            /* by EVENT */
    uint8_t delayed;         /* writes until TCP_NODELAY is set; 0: it is set */
    bool foreign;            /* FD came from outside: others may hold it */
    bool hard;               /* endpoint_end_hard() */
    struct event event;      /* in place: two allocations less a connection */
    struct session *session; /* NULL: clear */
    endpoint_ready_fn ready;
    void *arg;
};

static inline bool endpoint_is_open(const struct endpoint *e)
{
    return e->fd >= 0;
}

/* For questions to the kernel; -1: closed. */
static inline int endpoint_fd(const struct endpoint *e)
{
    return e->fd;
}

/* NULL: clear. */
static inline struct session *endpoint_session(const struct endpoint *e)
{
    return e->session;
}

/* The peer's FIN was reported; there may be bytes before it. */
static inline bool endpoint_has_ended(const struct endpoint *e)
{
    return e->ends;
}

/* The owner is to look again soon, without an event. */
static inline bool endpoint_in_doubt(const struct endpoint *e)
{
    return e->doubt || e->tickets;
}

/* There is something for endpoint_flush(), and it can be written. */
static inline bool endpoint_has_unsent(const struct endpoint *e)
{
    return e->unsent && e->writable;
}

/* Its bytes need not be seen, and no call on it waits for others. */
static inline bool endpoint_may_splice(const struct endpoint *e)
{
    return e->session == NULL && !e->foreign;
}

enum io {
    IO_OK,
    IO_BLOCKED,
    IO_EOF,       /* clear: FIN; TLS: close_notify */
    IO_TRUNCATED, /* TLS: FIN without close_notify */
    IO_LOST,      /* reset, or another error of the socket; errno in clear */
    IO_FAILED     /* TLS: session_outcome() has the reason */
};

/* An event loop for endpoints, and for one thread. NULL: it can't be made. */
struct event_base *endpoint_loop(void);

void endpoint_init(struct endpoint *e, endpoint_ready_fn ready, void *arg);
/* Takes FD (also when it fails), a socket of a listener, whose options it has
 * already. ERR_SYSTEM, ERR_NOMEM. */
int endpoint_accepted(struct endpoint *e, struct event_base *base, int fd,
                      struct error *err);
/*
 * The same for a socket that came from outside (SCM_RIGHTS): who sent it may
 * still hold it, change its flags and options, and read and write it. No call
 * on it waits, it is never spliced, no look of the event loop at it is left
 * behind, and it is closed by the threads of daemon/relay/closer.h.
 */
int endpoint_foreign(struct endpoint *e, struct event_base *base, int fd,
                     struct error *err);
/* Begins a connection with FD, a non-blocking socket, which it takes (also
 * when it fails); `ready` is called when it is made or has failed. */
int endpoint_connect(struct endpoint *e, struct event_base *base, int fd,
                     const struct netaddr *to, struct error *err);
/* In a few words for people: "fd 12, TLS, can read, in doubt". */
void endpoint_show(const struct endpoint *e, struct strbuf *out);
/* It is connected, as far as the events tell. */
bool endpoint_is_connected(const struct endpoint *e);
/* 0: connected to *RET_PEER; EINPROGRESS, also where no event has said yet that
 * it can be written; or why it failed. */
int endpoint_connect_result(const struct endpoint *e, struct netaddr *ret_peer);
/* TO becomes what FROM is, which is closed then: nothing is lost. ERR_SYSTEM:
 * TO is not watched. */
int endpoint_move(struct endpoint *from, struct endpoint *to,
                  struct event_base *base);
/*
 * From now on what ends without endpoint_close(), because the process is
 * killed, ends for the other side with a reset and not in order (SO_LINGER of
 * no time). A socket accepted from a listener that has it inherits it: then
 * HARD is set without this call. Where others hold the socket too they can set
 * it themselves, and what is closed in order is made soft again for all of them
 * before: so it does no harm there.
 */
void endpoint_end_hard(struct endpoint *e);
/* SO_KEEPALIVE after SECONDS of silence; 0: off. */
void endpoint_keepalive(struct endpoint *e, unsigned long seconds);

/* Takes the session (also when it fails). */
int endpoint_start_tls(struct endpoint *e, struct session *session);
enum io endpoint_handshake(struct endpoint *e);
enum io endpoint_flush(struct endpoint *e); /* IO_OK, IO_BLOCKED, IO_FAILED */

/* Both, as far as it is in doubt. */
void endpoint_look_again(struct endpoint *e);
bool endpoint_can_read(const struct endpoint *e);
bool endpoint_can_write(const struct endpoint *e);
/* IO_OK with *RET_LEN > 0, or another status. */
enum io endpoint_read(struct endpoint *e, void *buf, size_t size,
                      size_t *ret_len);
/* Writes as much as goes: IO_OK all of it, IO_BLOCKED the first *RET_LEN. */
enum io endpoint_write(struct endpoint *e, const void *buf, size_t len,
                       size_t *ret_len);
/*
 * The same two for an endpoint in clear, with a pipe instead of a buffer. An
 * empty pipe is filled: IO_OK; IO_BLOCKED: endpoint_read() tells why not;
 * IO_LOST. A pipe is emptied: IO_OK all of it; IO_BLOCKED: P->len bytes are
 * left; IO_LOST. SIGPIPE must be ignored.
 */
enum io endpoint_fill(struct endpoint *e, struct pipe *p);
enum io endpoint_drain(struct endpoint *e, struct pipe *p);
/* It was reset, whatever can still be read of it; told once. */
bool endpoint_is_lost(const struct endpoint *e);
/* Nothing more will be written: close_notify, then FIN. CLOSES: that is left to
 * endpoint_close(), which must follow. IO_OK, IO_BLOCKED (call again when
 * writable), IO_LOST, IO_FAILED. */
enum io endpoint_end(struct endpoint *e, bool closes);

/* Sends close_notify alone; endpoint_reset() must follow. What the socket does
 * not take is not sent. */
void endpoint_notify(struct endpoint *e);

/* Closes in order, or with a reset; a closed endpoint is left alone. */
void endpoint_close(struct endpoint *e);
void endpoint_reset(struct endpoint *e);

#endif
