/* What a handshake did, asked of OpenSSL when somebody wants to know. */

#include "tls/facts.h"

#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "policy/schema.h"
#include "tls/environment_private.h"
#include "tls/facts_private.h"
#include "tls/session_private.h"

void facts_add_origin(const struct effective *eff, enum policy_parm parm,
                      struct strbuf *out)
{
    struct span span = {0};

    strbuf_adds(out, schema_parm(parm)->keyword);
    if (effective_origin(eff, parm, &span) == LEVEL_DEFAULT) {
        strbuf_adds(out, ", by default");
        return;
    }
    strbuf_adds(out, ", ");
    span_add(&span, out);
}

void facts_set(char *to, size_t size, struct strbuf *text)
{
    snprintf(to, size, "%s", strbuf_str(text));
    strbuf_done(text);
}

/* ---- how far it came ---- */

/* A client knows whether it is asked for a certificate: in TLSv1.3 when the
 * server's is there, before that when the server is done. */
static bool is_past_request(const struct session *s)
{
    switch (SSL_get_state(s->ssl)) {
    case TLS_ST_CR_CERT:
    case TLS_ST_CR_CERT_VRFY:
        return SSL_version(s->ssl) == TLS1_3_VERSION;
    case TLS_ST_CR_SRVR_DONE:
    case TLS_ST_CR_CHANGE:
    case TLS_ST_CR_FINISHED:
    case TLS_ST_CR_SESSION_TICKET:
    case TLS_ST_CW_CERT:
    case TLS_ST_CW_KEY_EXCH:
    case TLS_ST_CW_CERT_VRFY:
    case TLS_ST_CW_CHANGE:
    case TLS_ST_CW_FINISHED:
        return true;
    default:
        return s->done;
    }
}

/* A client that was asked for its certificate has chosen one, or none. */
static bool is_past_own(const struct session *s)
{
    switch (SSL_get_state(s->ssl)) {
    case TLS_ST_CR_SRVR_DONE:
    case TLS_ST_CR_CHANGE:
    case TLS_ST_CR_FINISHED:
    case TLS_ST_CR_SESSION_TICKET:
    case TLS_ST_CW_CERT:
    case TLS_ST_CW_KEY_EXCH:
    case TLS_ST_CW_CERT_VRFY:
    case TLS_ST_CW_FINISHED:
        return true;
    case TLS_ST_CW_CHANGE: /* in TLSv1.3 also with a second ClientHello */
        return s->done || SSL_version(s->ssl) != TLS1_3_VERSION;
    default:
        return s->done;
    }
}

/* A server has answered the ClientHello. */
static bool has_answered(const struct session *s)
{
    OSSL_HANDSHAKE_STATE state = SSL_get_state(s->ssl);

    return s->done || (state != TLS_ST_BEFORE && state != TLS_ST_SR_CLNT_HELLO);
}

/* A server would have the client's certificate by now. */
static bool is_past_answer(const struct session *s)
{
    switch (SSL_get_state(s->ssl)) {
    case TLS_ST_SR_KEY_EXCH:
    case TLS_ST_SR_CERT_VRFY:
    case TLS_ST_SR_CHANGE:
    case TLS_ST_SR_FINISHED:
        return true;
    default:
        return s->done || session_outcome(s)->rc == 5001;
    }
}

/* ---- the request ---- */

/* The signature pairs, or before TLSv1.2 the types of certificates, come to a
 * client with the request, and in no other way. */
bool facts_was_asked(const struct session *s)
{
    const unsigned char *types;

    return SSL_get_sigalgs(s->ssl, -1, NULL, NULL, NULL, NULL, NULL) > 0 ||
           SSL_get0_certificate_types(s->ssl, &types) > 0;
}

static enum fact_known is_requested(const struct session *s)
{
    if (SSL_session_reused(s->ssl) == 1)
        return IT_IS_NOT_SO;
    if (!s->context->server)
        return facts_was_asked(s)   ? IT_IS_SO
               : is_past_request(s) ? IT_IS_NOT_SO
                                    : NOT_KNOWN;
    if ((SSL_get_verify_mode(s->ssl) & SSL_VERIFY_PEER) == 0)
        return IT_IS_NOT_SO;
    return has_answered(s) ? IT_IS_SO : NOT_KNOWN;
}

static void tell_request(const struct session *s, struct handshake_facts *ret)
{
    const STACK_OF(X509_NAME) *list = s->context->server
                                          ? SSL_get_client_CA_list(s->ssl)
                                          : SSL_get0_peer_CA_list(s->ssl);
    char name[256];
    int i;

    ret->requested = is_requested(s);
    if (ret->requested != IT_IS_SO)
        return;
    for (i = 0; i < sk_X509_NAME_num(list); i++) {
        certinfo_name(sk_X509_NAME_value(list, i), name, sizeof(name));
        shortlist_add(&ret->authorities, name);
    }
}

/* Where it is the server that named them; a client's stand in its hello. */
static void tell_pairs(const struct session *s, struct handshake_facts *ret)
{
    struct strbuf text = STRBUF_INIT;
    unsigned char pair[2];
    int i;

    if (s->context->server)
        return;
    for (i = 0;
         i < HELLO_SIGALGS &&
         SSL_get_sigalgs(s->ssl, i, NULL, NULL, NULL, &pair[1], &pair[0]) > i;
         i++)
        strbuf_addf(&text, "%s%02X%02X", i > 0 ? " " : "", pair[0], pair[1]);
    facts_set(ret->signature_pairs, sizeof(ret->signature_pairs), &text);
}

/* ---- certificates that went over the wire ---- */

X509 *facts_sent(const struct session *s)
{
    int digest;

    /* OpenSSL chose a signature: for the certificate that it sends */
    return SSL_get_signature_nid(s->ssl, &digest) == 1 &&
                   (!s->context->server || has_answered(s))
               ? SSL_get_certificate(s->ssl)
               : NULL;
}

static enum fact_known is_own_sent(const struct session *s,
                                   const struct handshake_facts *f)
{
    if (facts_sent(s) != NULL)
        return IT_IS_SO;
    if (SSL_session_reused(s->ssl) == 1)
        return IT_IS_NOT_SO;
    if (s->context->server)
        return NOT_KNOWN;
    return f->requested == IT_IS_NOT_SO ||
                   (f->requested == IT_IS_SO && is_past_own(s))
               ? IT_IS_NOT_SO
               : NOT_KNOWN;
}

/* What the partner sent: its own certificate, and how many others. */
static X509 *peer_chain(const struct session *s, STACK_OF(X509) * *ret_others,
                        size_t *ret_count)
{
    X509 *peer = SSL_get0_peer_certificate(s->ssl);
    STACK_OF(X509) *chain =
        s->refused != NULL ? s->refused : SSL_get_peer_cert_chain(s->ssl);
    int n = sk_X509_num(chain);

    *ret_others = chain;
    *ret_count = n > 0 ? (size_t)n : 0;
    /* a server's chain lacks the client's own certificate */
    if (s->refused == NULL && s->context->server && peer != NULL) {
        *ret_count += 1;
        return peer;
    }
    return n > 0 ? sk_X509_value(chain, 0) : peer;
}

static void tell_last(X509 *last, struct handshake_facts *ret)
{
    if (last != NULL && X509_check_issued(last, last) != X509_V_OK)
        certinfo_name(X509_get_issuer_name(last), ret->peer_lacks,
                      sizeof(ret->peer_lacks));
}

static X509 *tell_peer(const struct session *s, struct handshake_facts *ret)
{
    STACK_OF(X509) * others;
    X509 *peer = peer_chain(s, &others, &ret->peer_count);
    bool resumed = SSL_session_reused(s->ssl) == 1;

    if (peer == NULL || resumed)
        ret->peer_sent =
            resumed || (s->context->server &&
                        (ret->requested == IT_IS_NOT_SO || is_past_answer(s)))
                ? IT_IS_NOT_SO
                : NOT_KNOWN;
    else
        ret->peer_sent = IT_IS_SO;
    if (peer == NULL)
        return NULL;
    certinfo_names(peer, &ret->peer_names);
    if (ret->peer_sent == IT_IS_SO)
        tell_last(sk_X509_num(others) > 0
                      ? sk_X509_value(others, sk_X509_num(others) - 1)
                      : peer,
                  ret);
    else
        ret->peer_count = 0;
    return peer;
}

/* ---- what the policy demands of the partner ---- */

static void add_name(const struct effective *eff, enum policy_parm parm,
                     const char *kind, struct strbuf *out)
{
    const char *name = effective_text(eff, parm);

    if (name == NULL)
        return;
    strbuf_addf(out, "%s%s:", out->len != 0 ? " or " : "", kind);
    strbuf_add_escaped(out, name, strlen(name));
    strbuf_adds(out, " (");
    facts_add_origin(eff, parm, out);
    strbuf_addc(out, ')');
}

static void tell_names(const struct effective *eff, struct handshake_facts *ret)
{
    struct strbuf text = STRBUF_INIT;

    add_name(eff, PARM_HostReferenceIdDNS, "DNS", &text);
    add_name(eff, PARM_HostReferenceIdCN, "CN", &text);
    facts_set(ret->names_wanted, sizeof(ret->names_wanted), &text);
}

static const struct {
    int type;
    enum policy_parm parm;
} limits[] = {
    {EVP_PKEY_RSA, PARM_PeerMinRsaKeySize},
    {EVP_PKEY_RSA_PSS, PARM_PeerMinRsaKeySize},
    {EVP_PKEY_EC, PARM_PeerMinECCKeySize},
    {EVP_PKEY_DSA, PARM_PeerMinDsaKeySize},
    {EVP_PKEY_DH, PARM_PeerMinDHKeySize},
    {EVP_PKEY_DHX, PARM_PeerMinDHKeySize},
};

/* min_rsa is for RSA keys, the partner's own and those of its authorities. */
static void tell_limit(const struct session *s, const struct effective *eff,
                       X509 *peer, struct handshake_facts *ret)
{
    EVP_PKEY *key = X509_get0_pubkey(peer);
    int type = key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    const struct peer_rules *r = &s->context->peer;
    struct strbuf text = STRBUF_INIT;
    size_t i;

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]) && !r->pass; i++) {
        if (limits[i].type != type)
            continue;
        strbuf_addf(&text, "%lu bits (", effective_number(eff, limits[i].parm));
        facts_add_origin(eff, limits[i].parm, &text);
        strbuf_addc(&text, ')');
        if (limits[i].parm == PARM_PeerMinRsaKeySize && r->chain_rsa != 0)
            strbuf_addf(&text, ", %u (min_rsa)", r->chain_rsa);
    }
    if (r->pass)
        strbuf_adds(&text, "any: ClientAuthType PassThru");
    facts_set(ret->key_wanted, sizeof(ret->key_wanted), &text);
}

/* ---- what was agreed on ---- */

/* OpenSSL has its own numbers for groups. */
static uint16_t group_of(const struct session *s)
{
    enum { GROUPS = 64 }; /* the table's numbers are below */
    int nid = s->done ? SSL_get_negotiated_group(s->ssl) : NID_undef;
    const struct curve *c;
    uint16_t id;

    for (id = 1; id < GROUPS && nid != NID_undef; id++) {
        c = curve_by_id(id);
        if (c != NULL && c->nid == nid)
            return id;
    }
    return 0;
}

/* ---- all of it ---- */

static void tell_session(const struct session *s, const struct effective *eff,
                         struct handshake_facts *ret)
{
    X509 *peer;

    tell_request(s, ret);
    tell_pairs(s, ret);
    ret->own_sent = is_own_sent(s, ret);
    peer = tell_peer(s, ret);
    if (peer != NULL)
        tell_limit(s, eff, peer, ret);
    ret->group = group_of(s);
}

void handshake_facts_read(const struct session *session,
                          struct environment *env, const struct effective *eff,
                          struct certinfo *ret_own, struct handshake_facts *ret)
{
    memset(ret, 0, sizeof(*ret));
    memset(ret_own, 0, sizeof(*ret_own));
    if (session != NULL) {
        tell_session(session, eff, ret);
        env = session->env;
    }
    if (effective_choice(eff, PARM_HandshakeRole) == ROLE_CLIENT)
        tell_names(eff, ret);
    facts_own(session, env != NULL ? environment_keyring(env) : NULL, eff,
              ret_own, ret);
    ERR_clear_error();
}
