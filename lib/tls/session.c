/*
 * One SSL: its steps, and how each of them ended. All failures go through
 * fail_step(), which is the only place that asks OpenSSL why.
 */
#include "tls/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "policy/versions.h"
#include "tls/environment_private.h"
#include "tls/explain.h"
#include "tls/extensions.h"
#include "tls/owncert.h"
#include "tls/reuse.h"
#include "tls/session_private.h"
#include "tls/sockbio.h"
#include "tls/tap.h"
#include "tls/testing.h"
#include "tls/verify.h"
#include "util/bytes.h"

struct session *session_of(const SSL *ssl)
{
    BIO *rbio = SSL_get_rbio(ssl);

    return rbio != NULL ? (struct session *)(void *)BIO_get_callback_arg(rbio)
                        : NULL;
}

/* ---- the first bytes ---- */

enum { RECORD_HEADER = 5, SHOWN_BYTES = 8 };

/* RFC 8446 section 5.1 and 5.2: type 20 to 23, major version 3, at most 2^14
 * bytes; RFC 5246 section 6.2.3 allows 2048 more. */
static bool is_record(const unsigned char *p, size_t len)
{
    return (len < 1 || (p[0] >= 0x14 && p[0] <= 0x17)) &&
           (len < 2 || p[1] == 3) &&
           (len < 5 || bytes_get16(p + 3) <= (1 << 14) + 2048);
}

static bool is_sslv2_hello(const struct session *s)
{
    return s->first_len >= 3 && (s->first[0] & 0x80) != 0 && s->first[2] == 1;
}

static const char *guess(const struct session *s)
{
    static const struct {
        const char *begin, *what;
    } known[] = {
        {"GET ", "an HTTP request"},         {"POST ", "an HTTP request"},
        {"PUT ", "an HTTP request"},         {"HEAD ", "an HTTP request"},
        {"OPTIONS ", "an HTTP request"},     {"CONNECT ", "an HTTP request"},
        {"HTTP/", "an HTTP response"},       {"SSH-", "SSH"},
        {"220 ", "an FTP or SMTP greeting"},
    };
    size_t i;

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t len = strlen(known[i].begin);

        if (s->first_len >= len && memcmp(s->first, known[i].begin, len) == 0)
            return known[i].what;
    }
    /* Distributed Data Management: length, then X'D0' */
    if (s->first_len >= 3 && s->first[2] == 0xd0)
        return "DRDA in clear text";
    return is_sslv2_hello(s) ? "an SSLv2 ClientHello" : "clear text";
}

/* RFC 5246 appendix E.2: a partner that says hello in this way understands TLS,
 * and is told why it is refused (RFC 6176 section 3, RFC 8446 section 6). */
static void answer_sslv2(struct session *s)
{
    static const unsigned char alert[] = {
        SSL3_RT_ALERT, TLS1_VERSION_MAJOR,     1, 0, 2,
        SSL3_AL_FATAL, SSL_AD_PROTOCOL_VERSION};
    BIO *bio = SSL_get_wbio(s->ssl);

    if (BIO_write(bio, alert, sizeof(alert)) == (int)sizeof(alert))
        session_why(s)->alert_sent = SSL_AD_PROTOCOL_VERSION;
    ERR_clear_error();
}

static void say_clear(struct session *s)
{
    char hex[3 * SHOWN_BYTES + 1] = "";
    size_t i;

    for (i = 0; i < s->first_len && i < SHOWN_BYTES; i++)
        snprintf(hex + 3 * i, 4, " %02X", s->first[i]);
    tls_fail(session_why(s), FAULT_clear_text,
             &(struct fault_words){.what = guess(s), .found = hex + 1});
}

/*
 * Looks at the first bytes from the partner, then takes itself off, unless the
 * session is tapped. Clear text is made an error of the read, before OpenSSL
 * tries to make sense of it (it would take an SSLv2 hello).
 */
static long watch_first(BIO *bio, int oper, const char *data, size_t len,
                        int argi, long argl, int ret, size_t *processed)
{
    struct session *s = (struct session *)(void *)BIO_get_callback_arg(bio);
    size_t room = sizeof(s->first) - s->first_len;

    tap_bio(s, oper, data, ret, processed);
    (void)len;
    (void)argi;
    (void)argl;
    if (!s->watching || oper != (BIO_CB_READ | BIO_CB_RETURN) || ret <= 0 ||
        processed == NULL || *processed == 0)
        return ret;
    if (room > *processed)
        room = *processed;
    memcpy(s->first + s->first_len, data, room);
    s->first_len += (uint8_t)room;
    s->clear = !is_record(s->first, s->first_len);
    if (s->clear)
        BIO_clear_retry_flags(bio);
    if (s->clear || s->first_len >= RECORD_HEADER) {
        if (s->tap == NULL)
            BIO_set_callback_ex(bio, NULL);
        s->watching = false;
    }
    return s->clear ? -1 : ret;
}

static void watch(struct session *s, BIO *rbio)
{
    BIO_set_callback_arg(rbio, (char *)(void *)s);
    BIO_set_callback_ex(rbio, watch_first);
    s->watching = true;
}

bool session_heard(const struct session *s)
{
    return s->first_len > 0 && !s->clear;
}

/* ---- what passes ---- */

static void see_message(int write_p, int version, int type, const void *buf,
                        size_t len, SSL *ssl, void *arg)
{
    const struct session *s = arg;
    const unsigned char *p = buf;

    (void)version;
    (void)ssl;
    if (type == SSL3_RT_HEADER)
        s->seen(s->seen_arg, SESSION_SAW_HEADER, write_p != 0, buf, len);
    else if (type == SSL3_RT_HANDSHAKE && len > 0 &&
             (p[0] == SSL3_MT_CLIENT_HELLO || p[0] == SSL3_MT_SERVER_HELLO))
        s->seen(s->seen_arg, SESSION_SAW_HELLO, write_p != 0, buf, len);
}

void session_watch(struct session *s, session_seen_fn seen, void *arg)
{
    s->seen = seen;
    s->seen_arg = arg;
    SSL_set_msg_callback(s->ssl, seen != NULL ? see_message : NULL);
    SSL_set_msg_callback_arg(s->ssl, s);
}

/* ---- alerts ---- */

/* close_notify is news in the handshake only. */
static void note_alert(struct session *s, int where, int alert)
{
    if (alert == SSL_AD_CLOSE_NOTIFY && s->done) {
        s->ended |= (where & SSL_CB_READ) != 0;
        return;
    }
    if ((where & SSL_CB_READ) != 0) {
        session_why(s)->alert_received = alert;
        s->name_unknown |= alert == SSL_AD_UNRECOGNIZED_NAME;
    } else {
        session_why(s)->alert_sent = alert;
    }
}

/*
 * A handshake costs us more than the partner that asks for it: after
 * RENEGOTIATIONS_MAX of them within a minute this connection gets no other.
 * z/OS renews keys every minute at most (ResetCipherTimer).
 */
enum { RENEGOTIATIONS_MAX = 10, RENEGOTIATIONS_SECONDS = 60 };

static void note_renegotiation(struct session *s)
{
    time_t now = time(NULL);

    if (now - s->renegotiated >= RENEGOTIATIONS_SECONDS) {
        s->renegotiated = now;
        s->renegotiations = 0;
    }
    if (++s->renegotiations > RENEGOTIATIONS_MAX)
        SSL_set_options(s->ssl, SSL_OP_NO_RENEGOTIATION);
}

/* OpenSSL reports TLS 1.3 tickets and key updates as handshakes; ignore
 * them. */
static void on_info(const SSL *ssl, int where, int ret)
{
    struct session *s = session_of(ssl);

    if (s == NULL)
        return;
    if ((where & SSL_CB_ALERT) != 0)
        note_alert(s, where, ret & 0xff);
    else if ((where & SSL_CB_HANDSHAKE_START) != 0 && s->done &&
             SSL_version(ssl) != TLS1_3_VERSION)
        note_renegotiation(s);
}

/* ---- the outcome ---- */

static _Thread_local struct tls_outcome no_room;

struct tls_outcome *session_why(struct session *s)
{
    if (s->outcome != NULL)
        return s->outcome;
    s->outcome = malloc(sizeof(*s->outcome));
    if (s->outcome == NULL)
        s->outcome = &no_room;
    tls_outcome_init(s->outcome);
    if (s->outcome == &no_room)
        tls_no_memory(s->outcome);
    return s->outcome;
}

/* ---- making and freeing ---- */

/* Clearing an empty queue of errors looks at all its places. */
static void clear_errors(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

static int session_init(struct session *s, struct tls_outcome *why)
{
    clear_errors();
    s->ssl = SSL_new(s->context->ssl);
    if (s->ssl == NULL)
        return tls_take_as(why, FAULT_crypto_setup,
                           &(struct fault_words){.what = "a session"});
    SSL_set_info_callback(s->ssl, on_info);
    if (s->context->server)
        SSL_set_accept_state(s->ssl);
    else
        SSL_set_connect_state(s->ssl);
    if (extensions_begin(s) == 0) {
        reuse_offer(s);
        return 0;
    }
    *why = *session_outcome(s);
    return why->rc;
}

int session_new(const struct session_params *params, struct session **ret,
                struct tls_outcome *ret_why)
{
    struct session *s = calloc(1, sizeof(*s));
    int rc;

    tls_outcome_init(ret_why);
    if (s == NULL)
        return tls_no_memory(ret_why);
    s->env = environment_ref(params->env);
    s->handle = tls_next_handle();
    s->connected = params->connected;
    rc = environment_context(params->env, params->eff, &s->context, ret_why);
    if (rc == 0 && s->context->server)
        rc = owncert_check_all(s->context, ret_why);
    if (rc == 0 && !s->context->server && params->target != NULL)
        s->target = *params->target;
    if (rc == 0)
        rc = session_init(s, ret_why);
    if (rc == 0)
        *ret = s;
    else
        session_free(s);
    return rc;
}

void session_free(struct session *s)
{
    if (s == NULL)
        return;
    sk_X509_pop_free(s->refused, X509_free);
    SSL_free(s->ssl);
    X509_free(s->peer);
    environment_unref(s->env);
    if (s->outcome != &no_room)
        free(s->outcome);
    free(s);
}

int session_set_fd(struct session *s, int fd)
{
    clear_errors();
    s->socket = sockbio_new(fd);
    if (s->socket == NULL)
        return tls_no_memory(session_why(s));
    SSL_set_bio(s->ssl, s->socket, s->socket);
    watch(s, s->socket);
    return 0;
}

void session_set_bio(struct session *s, BIO *rbio, BIO *wbio)
{
    SSL_set_bio(s->ssl, rbio, wbio);
    watch(s, rbio);
    if (s->tap != NULL && wbio != rbio)
        watch(s, wbio);
}

/* ---- steps ---- */

static const char *step_name(const struct session *s)
{
    return s->done ? "TLS failed" : "the handshake failed";
}

/* The partner went away in the handshake. A server that itself connected, and
 * has heard nothing, most often waits for another server. */
static enum fault left_fault(const struct session *s)
{
    if (!s->context->server)
        return FAULT_server_left;
    if (s->first_len != 0)
        return FAULT_client_left;
    return s->connected ? FAULT_left_both_servers : FAULT_client_left_at_once;
}

static enum fault broke_fault(const struct session *s)
{
    if (s->done)
        return FAULT_broke_in_data;
    if (!s->context->server)
        return FAULT_server_broke;
    if (s->first_len != 0)
        return FAULT_client_broke;
    return s->connected ? FAULT_broke_both_servers : FAULT_client_broke_at_once;
}

/* After the handshake the other direction goes on: whether a bare FIN is an
 * end or a failure is for the caller to say. */
static enum session_status fail_end(struct session *s)
{
    ERR_clear_error();
    if (s->done)
        return s->ended ? SESSION_EOF : SESSION_TRUNCATED;
    tls_fail(session_why(s), left_fault(s), NULL);
    return SESSION_FAILED;
}

/* What the socket said: of the partner or the path to it, or of this side. */
static enum fault system_fault(const struct session *s, int error)
{
    switch (error) {
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
        return broke_fault(s);
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return FAULT_unreachable;
    default:
        return FAULT_io_failed;
    }
}

static enum session_status fail_system(struct session *s, int error)
{
    if (error == 0)
        return fail_end(s);
    tls_fail(session_why(s), system_fault(s, error),
             &(struct fault_words){.error = strerror(error)});
    ERR_clear_error();
    return SESSION_FAILED;
}

static enum session_status fail_clear(struct session *s)
{
    ERR_clear_error();
    say_clear(s);
    if (s->context->server && is_sslv2_hello(s))
        answer_sslv2(s);
    return SESSION_FAILED;
}

static enum session_status fail_tls(struct session *s)
{
    struct explained e;

    explain_failure(s, &e);
    if (e.words.what == NULL)
        e.words.what = step_name(s);
    if (e.fault != FAULT_none)
        tls_take_as(session_why(s), e.fault, &e.words);
    else
        tls_take(session_why(s), s->done ? FAULT_data_failed : FAULT_openssl,
                 &e.words);
    explain_done(&e);
    return SESSION_FAILED;
}

/* RET and ERROR (errno) are of the call just made. */
static enum session_status fail_step(struct session *s, int ret, int error)
{
    if (s->clear)
        return fail_clear(s);
    switch (SSL_get_error(s->ssl, ret)) {
    case SSL_ERROR_WANT_READ:
        return SESSION_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return SESSION_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return fail_end(s);
    case SSL_ERROR_SYSCALL:
        return fail_system(s, error);
    default:
        return fail_tls(s);
    }
}

/* An earlier failure stays; nothing is asked of a broken SSL again. */
static bool is_over(const struct session *s)
{
    return s->outcome != NULL && s->outcome->rc != 0;
}

static void prepare(void)
{
    clear_errors();
    errno = 0;
}

void session_trust_short_reads(struct session *s, bool trust)
{
    if (s->socket != NULL)
        sockbio_trust(s->socket, trust);
}

void session_readable(struct session *s)
{
    if (s->socket != NULL)
        sockbio_readable(s->socket);
}

void session_not_readable(struct session *s)
{
    if (s->socket != NULL)
        sockbio_not_readable(s->socket);
}

bool session_is_dry(const struct session *s)
{
    return s->socket != NULL && sockbio_is_dry(s->socket);
}

bool session_may_have_data(const struct session *s)
{
    return s->socket == NULL || !sockbio_was_short(s->socket) ||
           SSL_has_pending(s->ssl) == 1;
}

/* What is left to check, and to remember, when OpenSSL is content. 0 or the
 * return code. */
static int complete(struct session *s)
{
    X509 *peer = SSL_get0_peer_certificate(s->ssl);
    int rc = extensions_check(s);

    if (rc == 0 && SSL_session_reused(s->ssl) == 1 && peer != NULL)
        rc = verify_user(s, peer);
    if (rc == 0 && s->context->peer.fixed && peer != NULL &&
        X509_up_ref(peer) == 1)
        s->peer = peer;
    return rc;
}

/* The partner waits for nothing of the last flight: see session_hold_last(). A
 * server's last one in TLSv1.2 is its Finished, which the client waits for. */
static bool may_keep_last(const struct session *s)
{
    return !s->context->server || SSL_version(s->ssl) == TLS1_3_VERSION;
}

/* What is written in the call goes out at its end, or waits when it was the
 * last. 1, or what SSL_do_handshake() returned; errno is set. */
static int shake_holding(struct session *s)
{
    int ret, error;

    sockbio_gather(s->socket);
    ret = SSL_do_handshake(s->ssl);
    error = errno;
    if (ret == 1 && may_keep_last(s) ? sockbio_keep(s->socket) < 0
                                     : sockbio_send(s->socket, false) < 0) {
        ERR_clear_error();
        return -1;
    }
    errno = error;
    return ret;
}

static enum session_status shake(struct session *s)
{
    int ret;

    prepare();
    ret = s->hold_last ? shake_holding(s) : SSL_do_handshake(s->ssl);
    if (ret != 1)
        return fail_step(s, ret, errno);
    return s->done || complete(s) == 0 ? SESSION_OK : SESSION_FAILED;
}

enum session_status session_handshake(struct session *s)
{
    enum session_status st = SESSION_FAILED;

    if (!is_over(s))
        st = shake(s);
    if (st == SESSION_FAILED && !s->done)
        reuse_forget(s);
    if (st == SESSION_OK)
        s->done = true;
    return st;
}

/* Read-ahead: several records a system call. A buffer of that size costs more
 * than that to a peer that says little. */
enum { LONG_RECORD = 4096, READ_BUFFER = 64 * 1024 };

static void note_bulk(struct session *s)
{
    s->bulk = true;
    SSL_set_default_read_buffer_len(s->ssl, READ_BUFFER);
}

enum session_status session_read(struct session *s, void *buf, size_t len,
                                 size_t *ret_len)
{
    int ret;

    *ret_len = 0;
    if (is_over(s))
        return SESSION_FAILED;
    prepare();
    ret = SSL_read_ex(s->ssl, buf, len, ret_len);
    if (ret != 1)
        return fail_step(s, ret, errno);
    if (*ret_len >= LONG_RECORD && !s->bulk)
        note_bulk(s);
    tap_clear(s, false, buf, *ret_len);
    return SESSION_OK;
}

/* What the socket has taken: see sockbio_flush(). */
static enum session_status from_sent(struct session *s, int sent)
{
    if (sent < 0)
        return fail_system(s, errno);
    return sent == 0 ? SESSION_WANT_WRITE : SESSION_OK;
}

/* Encrypts what fits into one send(), from *DONE on. */
static enum session_status encrypt_some(struct session *s, const char *buf,
                                        size_t len, size_t *done)
{
    size_t n;
    int ret = 1;

    while (*done < len && !sockbio_is_full(s->socket)) {
        ret = SSL_write_ex(s->ssl, buf + *done, len - *done, &n);
        if (ret != 1)
            return fail_step(s, ret, errno);
        *done += n;
    }
    return SESSION_OK;
}

/*
 * A record is made once, but counts as written when the socket has taken it:
 * until then the caller keeps its bytes and gives them again, as with
 * SSL_write() itself.
 */
static enum session_status write_socket(struct session *s, const char *buf,
                                        size_t len, size_t *ret_len)
{
    enum session_status st;
    size_t done = s->ahead;
    int sent = done != 0 ? sockbio_flush(s->socket) : 1;

    if (sent == 1) {
        sockbio_gather(s->socket);
        st = encrypt_some(s, buf, len, &done);
        sent = sockbio_send(s->socket, false);
        if (st != SESSION_OK && done == 0)
            return st;
    }
    s->ahead = sent == 0 ? done : 0;
    if (sent == 1)
        *ret_len = done;
    return from_sent(s, sent);
}

static enum session_status write_directly(struct session *s, const void *buf,
                                          size_t len, size_t *ret_len)
{
    int ret = SSL_write_ex(s->ssl, buf, len, ret_len);

    return ret == 1 ? SESSION_OK : fail_step(s, ret, errno);
}

enum session_status session_write(struct session *s, const void *buf,
                                  size_t len, size_t *ret_len)
{
    enum session_status st;

    *ret_len = 0;
    if (is_over(s))
        return SESSION_FAILED;
    prepare();
    st = s->socket != NULL ? write_socket(s, buf, len, ret_len)
                           : write_directly(s, buf, len, ret_len);
    if (st == SESSION_OK)
        tap_clear(s, true, buf, *ret_len);
    return st;
}

void session_hold_last(struct session *s)
{
    s->hold_last = s->socket != NULL;
}

bool session_unsent(const struct session *s)
{
    return s->socket != NULL && sockbio_is_kept(s->socket);
}

enum session_status session_flush(struct session *s)
{
    if (is_over(s))
        return SESSION_FAILED;
    prepare();
    return from_sent(s, s->socket != NULL ? sockbio_flush(s->socket) : 1);
}

/* With the FIN that follows it is one segment. */
static enum session_status close_socket(struct session *s)
{
    int ret, sent;

    if (s->closing)
        return from_sent(s, sockbio_flush(s->socket));
    sockbio_gather(s->socket);
    ret = SSL_shutdown(s->ssl);
    s->closing = ret >= 0;
    sent = sockbio_send(s->socket, true);
    return s->closing ? from_sent(s, sent) : fail_step(s, ret, errno);
}

enum session_status session_close(struct session *s)
{
    int ret;

    if (is_over(s))
        return SESSION_FAILED;
    prepare();
    if (s->socket != NULL)
        return close_socket(s);
    ret = SSL_shutdown(s->ssl);
    /* 0: sent, the partner's is still to come */
    return ret >= 0 ? SESSION_OK : fail_step(s, ret, errno);
}

void session_abandon(struct session *s, enum fault fault)
{
    tls_fail(session_why(s), fault, NULL);
}

/* ---- questions ---- */

const struct tls_outcome *session_outcome(const struct session *s)
{
    static const struct tls_outcome good = {.alert_sent = -1,
                                            .alert_received = -1};

    return s->outcome != NULL ? s->outcome : &good;
}

enum fault session_silence(const struct session *s)
{
    if (session_heard(s))
        return FAULT_too_long;
    if (!s->context->server)
        return FAULT_silent_server;
    return s->connected ? FAULT_silent_both_servers : FAULT_silent_client;
}

bool session_is_server(const struct session *s)
{
    return s->context->server;
}

uint64_t session_handle(const struct session *s)
{
    return s->handle;
}

/* As System SSL's GSK_CONNECT_SEC_TYPE names them. */
const char *session_protocol(const struct session *s)
{
    const struct version *v =
        s->done ? version_by_code((unsigned)SSL_version(s->ssl)) : NULL;

    return v != NULL ? v->gsk : NULL;
}

uint16_t session_cipher(const struct session *s)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(s->ssl);

    return s->done && cipher != NULL ? SSL_CIPHER_get_protocol_id(cipher) : 0;
}

bool session_resumed(const struct session *s)
{
    return s->done && SSL_session_reused(s->ssl) == 1;
}

bool session_lacks_ticket(const struct session *s)
{
    unsigned len = 0;

    if (s->context->server || !s->done || SSL_session_reused(s->ssl) == 1 ||
        SSL_version(s->ssl) == TLS1_3_VERSION ||
        (SSL_get_options(s->ssl) & SSL_OP_NO_TICKET) == 0)
        return false;
    SSL_SESSION_get_id(SSL_get_session(s->ssl), &len);
    return len == 0 || s->until != 0; /* see there: one was offered */
}

X509 *session_peer_certificate(const struct session *s)
{
    return SSL_get0_peer_certificate(s->ssl);
}

size_t session_certificates(const struct session *s, struct certinfo *ret,
                            size_t max)
{
    STACK_OF(X509) *chain =
        s->refused != NULL ? s->refused : SSL_get_peer_cert_chain(s->ssl);
    X509 *peer = SSL_get0_peer_certificate(s->ssl);
    size_t n = 0;
    int i;

    /* a server's chain lacks the client's own certificate */
    if (peer != NULL && s->context->server && s->refused == NULL && n < max)
        certinfo_read(peer, &ret[n++]);
    for (i = 0; i < sk_X509_num(chain) && n < max; i++)
        certinfo_read(sk_X509_value(chain, i), &ret[n++]);
    return n;
}

size_t session_first_bytes(const struct session *s, const unsigned char **ret)
{
    *ret = s->first;
    return s->first_len;
}

const char *session_cert_userid(const struct session *s)
{
    return s->userid[0] != '\0' ? s->userid : NULL;
}
