/*
 * From settings to an SSL_CTX: versions, cipher suites, curves, the own
 * certificates, what is asked of the peer, and the session cache.
 */
#include "tls/context.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/verify.h"
#include "util/strbuf.h"

/* Read-ahead of 64 KiB: several records a system call. */
enum { READ_BUFFER = 64 * 1024 };

/* All that a context depends on and a connection action may change; more
 * does no harm. */
static const enum policy_parm key_parms[] = {
    PARM_HandshakeRole,
    PARM_ClientAuthType,
    PARM_TLSv1,
    PARM_TLSv1_1,
    PARM_TLSv1_2,
    PARM_TLSv1_3,
    PARM_V3CipherSuites,
    PARM_V3CipherSuites4Char,
    PARM_ClientECurves,
    PARM_ServerKexECurves,
    PARM_CertificateLabel,
    PARM_ServerCertificateLabel,
    PARM_GSK_V3_SESSION_TIMEOUT,
    PARM_GSK_V3_SIDCACHE_SIZE,
};

char *context_key(const struct effective *eff)
{
    struct strbuf key = STRBUF_INIT;
    char *text;
    size_t i;

    for (i = 0; i < sizeof(key_parms) / sizeof(key_parms[0]); i++) {
        effective_show(eff, key_parms[i], &key);
        strbuf_addc(&key, '\n');
    }
    text = strbuf_steal(&key);
    strbuf_done(&key);
    return text;
}

static int no_memory(struct tls_outcome *why)
{
    return tls_outcome_set(why, 4, "no memory");
}

/* ---- versions and cipher suites ---- */

static const struct {
    int version;
    enum policy_parm parm;
    uint64_t no;
    bool legacy;
} versions[] = {
    {TLS1_VERSION, PARM_TLSv1, SSL_OP_NO_TLSv1, true},
    {TLS1_1_VERSION, PARM_TLSv1_1, SSL_OP_NO_TLSv1_1, true},
    {TLS1_2_VERSION, PARM_TLSv1_2, SSL_OP_NO_TLSv1_2, false},
    {TLS1_3_VERSION, PARM_TLSv1_3, SSL_OP_NO_TLSv1_3, false},
};

enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

struct suites {
    struct strbuf old; /* for set_cipher_list */
    struct strbuf new; /* TLSv1.3, for set_ciphersuites */
};

static void add_suite(struct strbuf *list, const char *name)
{
    if (list->len != 0)
        strbuf_addc(list, ':');
    strbuf_adds(list, name);
}

/* Suites that OpenSSL does not have are left out; the policy's check names
 * them. */
static void list_suites(const struct effective *eff, struct suites *s)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(eff, &list);

    for (i = 0; i < n; i++) {
        if (list[i]->openssl == NULL)
            continue;
        add_suite(list[i]->min_version == TLS1_3_VERSION ? &s->new : &s->old,
                  list[i]->openssl);
    }
}

static int no_version(const struct effective *eff, struct tls_outcome *why)
{
    bool legacy =
        effective_on(eff, PARM_TLSv1) || effective_on(eff, PARM_TLSv1_1);

    return tls_outcome_set(
        why, 5006, "no protocol version is on: %scode TLSv1.2 On%s",
        legacy ? "TLSv1 and TLSv1.1 are on in the policy but switched off "
                 "here; "
               : "",
        legacy ? ", or set allow_legacy = true in attlsd.conf" : "");
}

/* On is what the policy has on, no more: gaps are kept too. */
static int set_versions(const struct context_params *p, SSL_CTX *ssl,
                        const struct suites *s, struct tls_outcome *why)
{
    int low = 0, high = 0, level = 1;
    bool wanted = false;
    size_t i;

    for (i = 0; i < VERSIONS; i++) {
        bool on = effective_on(p->eff, versions[i].parm) &&
                  (p->allow_legacy || !versions[i].legacy);

        wanted = wanted || on;
        /* TLSv1.3 without its suites offers nothing, and so the others */
        if ((versions[i].version == TLS1_3_VERSION ? s->new.len : s->old.len) ==
            0)
            on = false;
        if (!on) {
            SSL_CTX_set_options(ssl, versions[i].no);
            continue;
        }
        low = low == 0 ? versions[i].version : low;
        high = versions[i].version;
        level = versions[i].legacy ? 0 : level;
    }
    if (!wanted)
        return no_version(p->eff, why);
    if (low == 0)
        return tls_outcome_set(why, 402,
                               "none of the policy's cipher suites can be "
                               "used with the protocol versions that are on");
    SSL_CTX_set_security_level(ssl, level);
    if (SSL_CTX_set_min_proto_version(ssl, low) != 1 ||
        SSL_CTX_set_max_proto_version(ssl, high) != 1)
        return tls_outcome_take(why, 412, "the protocol versions can't be set");
    return 0;
}

static int set_suites(SSL_CTX *ssl, const struct suites *s,
                      struct tls_outcome *why)
{
    if (SSL_CTX_set_ciphersuites(ssl, strbuf_str(&s->new)) != 1 ||
        (s->old.len != 0 &&
         SSL_CTX_set_cipher_list(ssl, strbuf_str(&s->old)) != 1))
        return tls_outcome_take(why, 402, "the cipher suites can't be set");
    return 0;
}

static int set_protocol(const struct context_params *p, SSL_CTX *ssl,
                        struct tls_outcome *why)
{
    struct suites s = {STRBUF_INIT, STRBUF_INIT};
    int rc;

    list_suites(p->eff, &s);
    if (strbuf_failed(&s.old) || strbuf_failed(&s.new))
        rc = no_memory(why);
    else
        rc = set_versions(p, ssl, &s, why);
    if (rc == 0)
        rc = set_suites(ssl, &s, why);
    strbuf_done(&s.old);
    strbuf_done(&s.new);
    return rc;
}

/* X25519 first where the policy leaves it open: by far the cheapest. */
static int set_curves(const struct context *c, const struct effective *eff,
                      struct tls_outcome *why)
{
    const struct curve *const *list;
    struct strbuf names = STRBUF_INIT;
    size_t i, n;
    int rc = 0;

    n = effective_curves(
        eff, c->server ? PARM_ServerKexECurves : PARM_ClientECurves, &list);
    for (i = 0; i < n; i++) {
        if (list[i]->openssl != NULL)
            add_suite(&names, list[i]->openssl);
    }
    if (n == 0)
        strbuf_adds(&names, "X25519:P-256:P-384:P-521:X448");
    if (strbuf_failed(&names))
        rc = no_memory(why);
    else if (SSL_CTX_set1_groups_list(c->ssl, strbuf_str(&names)) != 1)
        rc = tls_outcome_take(why, 402, "the curves can't be set");
    strbuf_done(&names);
    return rc;
}

/* ---- own certificates ---- */

static int label_missing(const struct context_params *p, enum policy_parm parm,
                         const char *label, struct tls_outcome *why)
{
    bool late = effective_origin(p->eff, parm, NULL) == LEVEL_CONNECTION;

    return tls_outcome_set(
        why, late ? 407 : 6,
        "ring %s holds no trusted certificate with the label '%s'",
        keyring_name(p->ring), label);
}

static int key_missing(const struct context_params *p,
                       const struct ring_entry *e, struct tls_outcome *why)
{
    tls_outcome_certificate(why, e->cert);
    if (e->usage != RING_PERSONAL)
        return tls_outcome_set(
            why, 428,
            "the certificate '%s' is connected to ring %s without usage "
            "PERSONAL, so its private key can't be used",
            e->label, keyring_name(p->ring));
    return tls_outcome_set(why, 428,
                           e->key_exists ? "the private key of '%s' in ring "
                                           "%s may not be read by this user"
                                         : "the certificate '%s' in ring %s "
                                           "has no private key",
                           e->label, keyring_name(p->ring));
}

/* The ring's certificate that signed CERT, or NULL. */
static X509 *find_issuer(const struct keyring *ring, X509 *cert)
{
    size_t i;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->trust != RING_NOTRUST &&
            X509_check_issued(e->cert, cert) == X509_V_OK)
            return e->cert;
    }
    return NULL;
}

/* The chain up to the root as far as the ring has it: what System SSL sends.
 * NULL: no memory. */
static STACK_OF(X509) * build_chain(const struct keyring *ring, X509 *cert)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    size_t left = keyring_count(ring); /* names can go round in a circle */

    while (chain != NULL && left-- > 0 &&
           X509_check_issued(cert, cert) != X509_V_OK) {
        cert = find_issuer(ring, cert);
        if (cert == NULL)
            break;
        if (sk_X509_push(chain, cert) == 0) {
            sk_X509_free(chain);
            return NULL;
        }
    }
    return chain;
}

static int use_entry(const struct context_params *p, struct context *c,
                     const struct ring_entry *e, struct tls_outcome *why)
{
    STACK_OF(X509) * chain;
    int ok;

    if (e->key == NULL)
        return key_missing(p, e, why);
    chain = build_chain(p->ring, e->cert);
    if (chain == NULL)
        return no_memory(why);
    ERR_clear_error();
    ok = SSL_CTX_use_cert_and_key(c->ssl, e->cert, e->key, chain, 1);
    sk_X509_free(chain);
    if (ok != 1) {
        tls_outcome_certificate(why, e->cert);
        return tls_outcome_take(why, 414, "the own certificate can't be used");
    }
    c->own[c->own_count++] = e;
    return 0;
}

static int use_label(const struct context_params *p, struct context *c,
                     enum policy_parm parm, const char *label,
                     struct tls_outcome *why)
{
    const struct ring_entry *e = keyring_find(p->ring, label);

    if (e == NULL || e->trust == RING_NOTRUST)
        return label_missing(p, parm, label, why);
    return use_entry(p, c, e, why);
}

/* A server can't do without; a client sends none. */
static int use_default(const struct context_params *p, struct context *c,
                       struct tls_outcome *why)
{
    const struct ring_entry *e = keyring_default(p->ring);

    if (e != NULL && e->trust != RING_NOTRUST && (c->server || e->key != NULL))
        return use_entry(p, c, e, why);
    if (!c->server)
        return 0;
    return tls_outcome_set(
        why, 7,
        "ring %s has no trusted default certificate for the server to show; "
        "connect one with DEFAULT, or code CertificateLabel",
        keyring_name(p->ring));
}

/* One certificate for each kind of key; of two with the same the first one
 * stays, as the list is in order of preference. */
static bool kind_taken(const struct context *c, const struct ring_entry *e)
{
    size_t i;

    for (i = 0; i < c->own_count; i++) {
        if (e->key != NULL && EVP_PKEY_get_base_id(c->own[i]->key) ==
                                  EVP_PKEY_get_base_id(e->key))
            return true;
    }
    return c->own_count == CONTEXT_CERTS_MAX;
}

/*
 * ServerCertificateLabel stands in a server's place of CertificateLabel (IP
 * Configuration Reference, TTLSConnectionAdvancedParms).
 */
static int set_certificates(const struct context_params *p, struct context *c,
                            struct tls_outcome *why)
{
    const char *label = effective_text(p->eff, PARM_CertificateLabel);
    const char *const *labels;
    size_t i, n = 0;
    int rc = 0;

    if (c->server)
        n = effective_texts(p->eff, PARM_ServerCertificateLabel, &labels);
    for (i = 0; i < n && rc == 0; i++) {
        const struct ring_entry *e = keyring_find(p->ring, labels[i]);

        if (e == NULL || !kind_taken(c, e))
            rc = use_label(p, c, PARM_ServerCertificateLabel, labels[i], why);
    }
    if (n == 0 && label != NULL)
        rc = use_label(p, c, PARM_CertificateLabel, label, why);
    else if (n == 0)
        rc = use_default(p, c, why);
    return rc;
}

int context_check_dates(const struct context *c, struct tls_outcome *why)
{
    size_t i;

    for (i = 0; i < c->own_count; i++) {
        const X509 *cert = c->own[i]->cert;
        bool early = X509_cmp_current_time(X509_get0_notBefore(cert)) > 0;

        if (!early && X509_cmp_current_time(X509_get0_notAfter(cert)) > 0)
            continue;
        tls_outcome_certificate(why, cert);
        return tls_outcome_set(why, 401,
                               "the own certificate '%s' in ring %s is %s",
                               c->own[i]->label, keyring_name(c->ring),
                               early ? "not valid yet" : "expired");
    }
    return 0;
}

/* ---- the peer ---- */

/* The names that a server sends with its request for a certificate. */
static int set_authorities(const struct context_params *p, SSL_CTX *ssl,
                           struct tls_outcome *why)
{
    size_t i;

    for (i = 0; i < keyring_count(p->ring); i++) {
        const struct ring_entry *e = keyring_get(p->ring, i);

        if (e->usage == RING_CERTAUTH && e->trust != RING_NOTRUST &&
            SSL_CTX_add_client_CA(ssl, e->cert) != 1)
            return tls_outcome_take(why, 9, "the list of authorities");
    }
    return 0;
}

static unsigned larger(unsigned a, unsigned long b)
{
    return b > a ? (unsigned)b : a;
}

static int set_peer(const struct context_params *p, struct context *c,
                    struct tls_outcome *why)
{
    int auth = effective_choice(p->eff, PARM_ClientAuthType);
    int mode = SSL_VERIFY_PEER;

    c->peer.min_rsa =
        larger(p->min_rsa, effective_number(p->eff, PARM_PeerMinRsaKeySize));
    c->peer.min_dsa =
        (unsigned)effective_number(p->eff, PARM_PeerMinDsaKeySize);
    c->peer.min_dh = (unsigned)effective_number(p->eff, PARM_PeerMinDHKeySize);
    c->peer.min_ecc =
        (unsigned)effective_number(p->eff, PARM_PeerMinECCKeySize);
    if (c->server &&
        effective_choice(p->eff, PARM_HandshakeRole) != ROLE_SERVER_CLIENT_AUTH)
        mode = SSL_VERIFY_NONE;
    else if (c->server) {
        if (auth == AUTH_SAFCHECK)
            return tls_outcome_set(why, 5006,
                                   "ClientAuthType SAFCheck is refused: "
                                   "certificates can't be mapped to users "
                                   "yet; code Required");
        c->peer.pass = auth == AUTH_PASSTHRU;
        if (auth == AUTH_REQUIRED)
            mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    SSL_CTX_set_verify(c->ssl, mode, verify_peer);
    SSL_CTX_set1_cert_store(c->ssl, p->trust);
    return mode != SSL_VERIFY_NONE && c->server
               ? set_authorities(p, c->ssl, why)
               : 0;
}

/* ---- sessions ---- */

/*
 * A server's sessions stay in this context: made under other settings they
 * would carry another promise (PassThru must never resume under Required). No
 * stateless tickets: System SSL has none below TLSv1.3 either. A client keeps
 * none.
 */
static int set_sessions(const struct context_params *p, struct context *c,
                        struct tls_outcome *why)
{
    unsigned long seconds =
        effective_number(p->eff, PARM_GSK_V3_SESSION_TIMEOUT);
    unsigned long size = effective_number(p->eff, PARM_GSK_V3_SIDCACHE_SIZE);
    uint64_t id[2] = {p->id, (uintptr_t)c};

    SSL_CTX_set_options(c->ssl, SSL_OP_NO_TICKET);
    if (!c->server || seconds == 0 || size == 0) {
        SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_OFF);
        if (SSL_CTX_set_num_tickets(c->ssl, 0) != 1)
            return tls_outcome_take(why, 9, "tickets can't be switched off");
        return 0;
    }
    SSL_CTX_set_session_cache_mode(c->ssl, SSL_SESS_CACHE_SERVER);
    SSL_CTX_set_timeout(c->ssl, (long)seconds);
    SSL_CTX_sess_set_cache_size(c->ssl, (long)size);
    if (SSL_CTX_set_session_id_context(c->ssl, (unsigned char *)id,
                                       sizeof(id)) != 1 ||
        SSL_CTX_set_num_tickets(c->ssl, 1) != 1)
        return tls_outcome_take(why, 9, "the session cache can't be set");
    return 0;
}

/* ---- all of it ---- */

/* The server's order of suites counts: the policy's list is in order of
 * preference (IP Configuration Reference, TTLSCipherParms). */
static void set_behaviour(SSL_CTX *ssl)
{
    SSL_CTX_set_options(
        ssl, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
                 SSL_OP_NO_RENEGOTIATION | SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_clear_options(ssl, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    SSL_CTX_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS |
                              SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(ssl, 1);
    SSL_CTX_set_default_read_buffer_len(ssl, READ_BUFFER);
    SSL_CTX_set_dh_auto(ssl, 1);
}

int context_new(const struct context_params *params, char *key,
                struct context **ret, struct tls_outcome *ret_why)
{
    struct context *c = calloc(1, sizeof(*c));
    int rc;

    if (c == NULL) {
        free(key);
        return no_memory(ret_why);
    }
    c->key = key;
    c->ring = params->ring;
    c->server =
        effective_choice(params->eff, PARM_HandshakeRole) != ROLE_CLIENT;
    ERR_clear_error();
    c->ssl = SSL_CTX_new(c->server ? TLS_server_method() : TLS_client_method());
    if (c->ssl == NULL) {
        rc = tls_outcome_take(ret_why, 9, "OpenSSL can't make a context");
        goto fail;
    }
    set_behaviour(c->ssl);
    rc = set_protocol(params, c->ssl, ret_why);
    if (rc == 0)
        rc = set_curves(c, params->eff, ret_why);
    if (rc == 0)
        rc = set_certificates(params, c, ret_why);
    if (rc == 0)
        rc = set_peer(params, c, ret_why);
    if (rc == 0)
        rc = set_sessions(params, c, ret_why);
    if (rc != 0)
        goto fail;
    *ret = c;
    return 0;
fail:
    context_free(c);
    return rc;
}

void context_free(struct context *c)
{
    if (c == NULL)
        return;
    SSL_CTX_free(c->ssl);
    free(c->key);
    free(c);
}
