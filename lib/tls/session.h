#ifndef TLS_SESSION_H
#define TLS_SESSION_H

/*
 * One TLS endpoint. The session owns the SSL, its settings and its exact
 * outcome; the caller owns the socket (or BIO), polls it and closes it. A
 * session never creates, polls or closes a socket and never blocks if the
 * descriptor does not. One thread at a time.
 *
 * Order: session_new, session_set_fd or session_set_bio, session_handshake
 * until it is not WANT, then session_read and session_write, session_close
 * (sends close_notify), session_free.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <openssl/bio.h>
#include <openssl/x509.h>

#include "policy/effective.h"
#include "tls/certinfo.h"
#include "tls/environment.h"
#include "tls/outcome.h"
#include "util/netaddr.h"

struct session;

struct session_params {
    struct environment *env;      /* a reference is taken */
    const struct effective *eff;  /* of the rule; borrowed, must outlive */
    const struct netaddr *target; /* the peer: a client resumes only sessions
                                   * with the same one; NULL: none */
    bool connected; /* this side connected to the partner: for what is said
                     * of a handshake that fails */
};

enum session_status {
    SESSION_OK,
    SESSION_WANT_READ,  /* call again when the descriptor is readable */
    SESSION_WANT_WRITE, /* call again when it is writable */
    SESSION_EOF,        /* the peer sent close_notify: an orderly end */
    SESSION_TRUNCATED,  /* FIN without close_notify: not an orderly end */
    SESSION_FAILED      /* session_outcome() has the reason */
};

/* 0 or a return code; on failure *RET is not set. */
int session_new(const struct session_params *params, struct session **ret,
                struct tls_outcome *ret_why);
/* Does not close the descriptor. NULL allowed. */
void session_free(struct session *s);

/*
 * What may be shown of the bytes on the wire: headers of records (5 bytes)
 * and the two hello messages, which are never encrypted. Nothing else is
 * given out, so no key material can be.
 */
enum session_seen { SESSION_SAW_HEADER, SESSION_SAW_HELLO };
typedef void (*session_seen_fn)(void *arg, enum session_seen what, bool sent,
                                const void *bytes, size_t len);
/* SEEN is called from within the session's calls; NULL: stop calling. */
void session_watch(struct session *s, session_seen_fn seen, void *arg);

/*
 * All of it, for a packet trace: the bytes on the wire, in clear what is read
 * and written (SENT: by this side), and lines of an NSS key log, where the
 * environment was opened with `secrets`. The tap's owner must protect what it
 * is given. Called from within the session's calls; before session_set_fd() or
 * session_set_bio() only.
 */
enum session_tapped { SESSION_TAP_WIRE, SESSION_TAP_CLEAR, SESSION_TAP_SECRET };
typedef void (*session_tap_fn)(void *arg, enum session_tapped what, bool sent,
                               const void *bytes, size_t len);
void session_tap(struct session *s, session_tap_fn tap, void *arg);

/* FD stays the caller's. 0 or a return code in the outcome. */
int session_set_fd(struct session *s, int fd);

enum session_status session_handshake(struct session *s);
/* Only with session_set_fd(): a short read means that the socket is empty until
 * session_readable(); see sockbio.h for what the caller must do then. Dry: the
 * last WANT_READ came so. */
void session_trust_short_reads(struct session *s, bool trust);
void session_readable(struct session *s);
/* Before the handshake: nothing has come yet. */
void session_not_readable(struct session *s);
bool session_is_dry(const struct session *s);
/* When the handshake is done: data may have come with its last message. */
bool session_may_have_data(const struct session *s);

/* What the partner does not wait for, the last bytes of a client's handshake
 * and the tickets of a server in TLSv1.3, waits for session_write(), or for
 * session_flush(); only with session_set_fd(), before the handshake. */
void session_hold_last(struct session *s);
/* These bytes wait. */
bool session_unsent(const struct session *s);
/* OK, WANT_WRITE, FAILED */
enum session_status session_flush(struct session *s);

/* *RET_LEN > 0 exactly with SESSION_OK. Nothing is left pending after
 * WANT_READ. */
enum session_status session_read(struct session *s, void *buf, size_t len,
                                 size_t *ret_len);
/* May take less than LEN. After WANT_* the call may be repeated with another
 * buffer that holds the same bytes first. */
enum session_status session_write(struct session *s, const void *buf,
                                  size_t len, size_t *ret_len);
/* Sends close_notify; reading goes on. OK, WANT_*, FAILED. With
 * session_set_fd() it may go no sooner than the shutdown() or close() that
 * must follow. */
enum session_status session_close(struct session *s);

/* The caller gives up, and says why: a time limit, no room. */
void session_abandon(struct session *s, enum fault fault);

/* Valid until session_free(); rc 0 while nothing failed. */
const struct tls_outcome *session_outcome(const struct session *s);

/* Any byte of a TLS record came from the partner: a HandshakeTimeout before
 * that is 5004, after it 5005. */
bool session_heard(const struct session *s);
/* What it is when a time limit passes: who should have said something. */
enum fault session_silence(const struct session *s);
bool session_is_server(const struct session *s);
uint64_t session_handle(const struct session *s);

/* What was negotiated, for EZD1283I: "TLSV1.2" and 0x0035; NULL and 0 before
 * the handshake is done. */
const char *session_protocol(const struct session *s);
uint16_t session_cipher(const struct session *s);
bool session_resumed(const struct session *s);
/* A client's full handshake below TLSv1.3, without tls12_tickets: the server
 * gave no session id, or did not take the one that it had given. Many servers
 * resume by ticket only. */
bool session_lacks_ticket(const struct session *s);
/* The peer's certificate, borrowed, or NULL. */
X509 *session_peer_certificate(const struct session *s);
/* The partner's certificates, its own first, also those that were refused; how
 * many of them. */
size_t session_certificates(const struct session *s, struct certinfo *ret,
                            size_t max);
/* The first bytes from the partner, at most 16. */
size_t session_first_bytes(const struct session *s, const unsigned char **ret);
/* User id the certificate maps to (SAFCheck), or NULL. */
const char *session_cert_userid(const struct session *s);

#endif
