#include "support/tlspair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>

#include "keyring/rings/keyring.h"
#include "tls/session_private.h"
#include "tls/testing.h"
#include "util/source.h"
#include "util/strbuf.h"

static void die(const char *what, const char *detail)
{
    fprintf(stderr, "tlspair: %s: %s\n", what, detail);
    abort();
}

/* ---- the policy ---- */

static const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static void block(struct strbuf *out, const char *statement, const char *first,
                  const char *lines)
{
    strbuf_addf(out, "%s\n{\n%s\n%s\n}\n", statement, first,
                or_else(lines, ""));
}

static void write_environment(struct strbuf *out, const struct tls_side *side)
{
    strbuf_addf(out, "TTLSEnvironmentAction e\n{\nHandshakeRole %s\n%s\n",
                or_else(side->role, "Client"), or_else(side->env, ""));
    block(out, "TTLSKeyringParms", "",
          or_else(side->ring, "Keyring Test.Ring"));
    block(out, "TTLSCipherParms", "",
          or_else(side->ciphers, "V3CipherSuites4Char C02BC03013010035"));
    block(out, "TTLSEnvironmentAdvancedParms",
          "TLSv1 Off\nTLSv1.1 Off\nTLSv1.2 On", side->adv);
    if (side->signature != NULL)
        block(out, "TTLSSignatureParms", "", side->signature);
    if (side->gsk != NULL)
        block(out, "TTLSGskAdvancedParms", "", side->gsk);
    strbuf_adds(out, "}\n");
}

void tls_side_write(const struct tls_side *side, struct strbuf *out)
{
    bool conn = side->conn != NULL || side->conn_role != NULL;

    strbuf_adds(out, "TTLSGroupAction g\n{\nTTLSEnabled On\n}\n");
    write_environment(out, side);
    if (conn) {
        strbuf_addf(out, "TTLSConnectionAction c\n{\nHandshakeRole %s\n",
                    or_else(side->conn_role, or_else(side->role, "Client")));
        block(out, "TTLSConnectionAdvancedParms", "", side->conn);
        strbuf_adds(out, "}\n");
    }
    strbuf_addf(out,
                "TTLSRule r\n{\nLocalPortRange 1-65535\nDirection "
                "Both\nTTLSGroupActionRef g\n"
                "TTLSEnvironmentActionRef e\n%s}\n",
                conn ? "TTLSConnectionActionRef c\n" : "");
}

static void load(struct tls_setup *s, const struct tls_side *side)
{
    struct strbuf text = STRBUF_INIT, found = STRBUF_INIT;
    struct diags *diags = diags_new();
    struct policy_options opt;
    struct source *src = NULL;
    struct error err = {0};
    size_t i;

    tls_side_write(side, &text);
    policy_options_init(&opt);
    opt.allow_legacy = side->legacy;
    opt.x25519_first = side->x25519_first;
    if (side->release != NULL)
        zos_release_parse(side->release, &opt.release, NULL);
    if (source_new("test", strbuf_str(&text), text.len, &src, &err) != 0 ||
        policy_load_source(src, &opt, diags, &s->policy) != 0) {
        for (i = 0; i < diags_count(diags); i++)
            strbuf_addf(&found, "%u: %s\n", diags_get(diags, i)->line,
                        diags_get(diags, i)->text);
        die(strbuf_str(&text), strbuf_str(&found));
    }
    diags_free(diags);
    source_unref(src);
    strbuf_done(&text);
    s->eff = policy_rule_effective(policy_rule_get(s->policy, 0));
}

int tls_setup_open(struct tls_setup *s, const struct testring *t,
                   const struct tls_side *side)
{
    bool server = side->role != NULL && strncmp(side->role, "Server", 6) == 0;
    struct environment_params params = {
        .where.racf = testring_dir(t),
        .userid = or_else(side->userid, server ? "SERVER" : "CLIENT"),
        .min_rsa = side->min_rsa,
        .tls12_tickets = side->tls12_tickets,
    };
    struct error err;

    memset(s, 0, sizeof(*s));
    if (tls_init(&err) != 0)
        die("tls_init", err.text);
    load(s, side);
    params.eff = s->eff;
    return environment_open(&params, &s->env, &s->why);
}

void tls_setup_done(struct tls_setup *s)
{
    environment_unref(s->env);
    policy_unref(s->policy);
    memset(s, 0, sizeof(*s));
}

/* ---- the ends ---- */

static BIO *make_pair(struct tls_end *e, size_t room)
{
    BIO *inner;

    if (BIO_new_bio_pair(&inner, room, &e->net, room) != 1)
        die("BIO pair", "no memory");
    return inner;
}

int tls_end_open(struct tls_end *e, const struct tls_setup *s, size_t room)
{
    struct netaddr target;
    struct session_params params = {s->env, s->eff, NULL, false};
    BIO *inner;
    int rc;

    memset(e, 0, sizeof(*e));
    e->last = SESSION_WANT_READ;
    if (s->target != NULL) {
        if (netaddr_parse(s->target, &target, NULL) != 0)
            die("target", s->target);
        params.target = &target;
    }
    rc = session_new(&params, &e->session, &e->why);
    if (rc != 0)
        return rc;
    inner = make_pair(e, room);
    session_set_bio(e->session, inner, inner);
    return 0;
}

void tls_end_plain(struct tls_end *e, SSL_CTX *ctx, bool server)
{
    BIO *inner;

    memset(e, 0, sizeof(*e));
    e->last = SESSION_WANT_READ;
    e->plain = SSL_new(ctx);
    if (e->plain == NULL)
        die("SSL_new", "no memory");
    inner = make_pair(e, 128 * 1024);
    SSL_set_bio(e->plain, inner, inner);
    if (server)
        SSL_set_accept_state(e->plain);
    else
        SSL_set_connect_state(e->plain);
}

void tls_end_done(struct tls_end *e)
{
    session_free(e->session);
    SSL_free(e->plain);
    BIO_free(e->net);
    memset(e, 0, sizeof(*e));
}

void tls_end_trust(struct tls_end *e, X509_STORE *trust)
{
    SSL_set1_verify_cert_store(e->session->ssl, trust);
}

static enum session_status plain_status(SSL *ssl, int ret)
{
    int error = ret == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl, ret);

    ERR_clear_error();
    switch (error) {
    case SSL_ERROR_NONE:
        return SESSION_OK;
    case SSL_ERROR_WANT_READ:
        return SESSION_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return SESSION_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return SESSION_EOF;
    default:
        return SESSION_FAILED;
    }
}

static bool is_settled(const struct tls_end *e)
{
    return e->last != SESSION_WANT_READ && e->last != SESSION_WANT_WRITE;
}

enum session_status tls_end_step(struct tls_end *e)
{
    if (e->session != NULL)
        e->last = session_handshake(e->session);
    else
        e->last = plain_status(e->plain, SSL_do_handshake(e->plain));
    return e->last;
}

size_t tls_carry(struct tls_end *from, struct tls_end *to, size_t max)
{
    size_t pending = (size_t)BIO_ctrl_pending(from->net);
    size_t room = (size_t)BIO_ctrl_get_write_guarantee(to->net);
    size_t n = pending < room ? pending : room;
    size_t done = 0;
    char buf[4096];

    n = n < max ? n : max;
    while (done < n) {
        size_t part = n - done < sizeof(buf) ? n - done : sizeof(buf);

        if (BIO_read(from->net, buf, (int)part) != (int)part ||
            BIO_write(to->net, buf, (int)part) != (int)part)
            die("carry", "short");
        done += part;
    }
    return done;
}

void tls_fin(struct tls_end *to)
{
    to->closed = true;
    BIO_shutdown_wr(to->net);
}

/* The other end failed: an alert may be on its way to this one, which may
 * think that the handshake is done. */
static void read_alert(struct tls_end *e)
{
    char c;
    size_t n;

    if (e->session != NULL)
        e->last = session_read(e->session, &c, 1, &n);
    else
        e->last = plain_status(e->plain, SSL_read(e->plain, &c, 1));
}

bool tls_shake(struct tls_end *a, struct tls_end *b)
{
    int turn;

    for (turn = 0; turn < 200 && !(is_settled(a) && is_settled(b)); turn++) {
        if (!is_settled(a))
            tls_end_step(a);
        tls_carry(a, b, SIZE_MAX);
        if (!is_settled(b))
            tls_end_step(b);
        tls_carry(b, a, SIZE_MAX);
        if (a->last == SESSION_FAILED && !is_settled(b) && !b->closed)
            tls_fin(b);
        if (b->last == SESSION_FAILED && !is_settled(a) && !a->closed)
            tls_fin(a);
    }
    if (a->last == SESSION_FAILED && b->last == SESSION_OK)
        read_alert(b);
    if (b->last == SESSION_FAILED && a->last == SESSION_OK)
        read_alert(a);
    return a->last == SESSION_OK && b->last == SESSION_OK;
}

int tls_rc(const struct tls_end *e)
{
    return e->session != NULL ? session_outcome(e->session)->rc : e->why.rc;
}

const char *tls_reason(const struct tls_end *e)
{
    return e->session != NULL ? session_outcome(e->session)->reason
                              : e->why.reason;
}

/* ---- data ---- */

static enum session_status end_write(struct tls_end *e, const char *text,
                                     size_t len, size_t *n)
{
    if (e->session != NULL)
        return session_write(e->session, text, len, n);
    return plain_status(e->plain, SSL_write_ex(e->plain, text, len, n));
}

static enum session_status end_read(struct tls_end *e, char *buf, size_t len,
                                    size_t *n)
{
    if (e->session != NULL)
        return session_read(e->session, buf, len, n);
    return plain_status(e->plain, SSL_read_ex(e->plain, buf, len, n));
}

bool tls_say(struct tls_end *from, struct tls_end *to, const char *text)
{
    size_t n, got = 0, len = strlen(text);
    char buf[256];
    int turn;

    if (end_write(from, text, len, &n) != SESSION_OK || n != len)
        return false;
    for (turn = 0; turn < 10 && got < len; turn++) {
        tls_carry(from, to, SIZE_MAX);
        n = 0;
        if (end_read(to, buf + got, sizeof(buf) - got, &n) != SESSION_OK)
            tls_carry(to, from, SIZE_MAX);
        got += n;
    }
    return got == len && memcmp(buf, text, len) == 0;
}

/* ---- plain OpenSSL ---- */

SSL_CTX *tls_plain_ctx(const struct testring *t, const char *userid,
                       bool server)
{
    SSL_CTX *ctx =
        SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
    const char *owner = userid != NULL ? userid : "CLIENT";
    struct keyring *ring = NULL;
    struct error err = {0};
    size_t i;

    if (ctx == NULL ||
        keyring_open_dir(testring_dir(t), owner, "Test.Ring", &ring, &err) != 0)
        die("plain context", err.text);
    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->usage == RING_CERTAUTH)
            X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), e->cert);
        else if (userid != NULL && e->is_default &&
                 SSL_CTX_use_cert_and_key(ctx, e->cert, e->key, NULL, 1) != 1)
            die("plain context", "certificate");
    }
    keyring_unref(ring);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return ctx;
}

static int tickets;

static int on_ticket(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    (void)session;
    tickets++;
    return 0;
}

void tls_count_tickets(SSL_CTX *ctx)
{
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
                                            SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, on_ticket);
    tickets = 0;
}

int tls_tickets(void)
{
    return tickets;
}
