/* OpenSSL's one reason for several faults: which of them it is. */
#include "tls/explain.h"

#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls/certinfo.h"
#include "tls/facts_private.h"
#include "tls/mapping.h"
#include "tls/owncert.h"
#include "tls/session_private.h"

/* The TLS library's reason, or 0. */
static int reason_of_queue(void)
{
    unsigned long e = ERR_peek_error();

    return ERR_GET_LIB(e) == ERR_LIB_SSL ? ERR_GET_REASON(e) : 0;
}

/* ---- what the partner said ---- */

/* The certificate that this side shows, if it shows one. */
static const struct own_cert *shown(const struct session *s)
{
    const X509 *cert = SSL_get_certificate(s->ssl);
    size_t i;

    for (i = 0; cert != NULL && i < s->context->own_count; i++)
        if (X509_cmp(s->context->own[i].entry->cert, cert) == 0)
            return &s->context->own[i];
    for (i = 0; cert != NULL && i < s->context->ext.name_count; i++) {
        const struct own_cert *own = &s->context->ext.names[i].cert;

        if (own->entry != NULL && X509_cmp(own->entry->cert, cert) == 0)
            return own;
    }
    return NULL;
}

/* The last of the chain that this side sends. */
static X509 *end_of_chain(const struct own_cert *own)
{
    int n = sk_X509_num(own->chain);

    return n > 0 ? sk_X509_value(own->chain, n - 1) : own->entry->cert;
}

static bool is_root(X509 *cert)
{
    return X509_check_issued(cert, cert) == X509_V_OK;
}

/* The words of our own certificate, and who is missing above it. */
static void add_own(const struct own_cert *own, struct explained *e)
{
    X509 *cert = own->entry->cert;

    certinfo_name(X509_get_subject_name(cert), e->subject, sizeof(e->subject));
    certinfo_name(X509_get_issuer_name(end_of_chain(own)), e->issuer,
                  sizeof(e->issuer));
    certinfo_add_uses(cert, &e->found);
    e->words.subject = e->subject;
    e->words.issuer = e->issuer;
    e->words.label = own->entry->label;
    e->words.owner = owncert_owner(own->entry, e->owner);
    e->words.found = strbuf_str(&e->found);
}

static bool is_incomplete(const struct own_cert *own)
{
    return !is_root(end_of_chain(own));
}

/* A client that was asked for a certificate and has none to show. */
static bool sent_none(const struct session *s)
{
    return !s->context->server && facts_was_asked(s) &&
           SSL_get_certificate(s->ssl) == NULL;
}

/* handshake_failure: of a server it matters whether it had chosen already. */
static enum fault said_failure(const struct session *s,
                               const struct own_cert *own)
{
    if (s->context->server)
        return FAULT_said_failure_server;
    if (sent_none(s))
        return FAULT_said_failure_no_cert;
    if (!s->done && SSL_get_pending_cipher(s->ssl) == NULL)
        return FAULT_said_failure;
    return facts_was_asked(s) && own != NULL ? FAULT_said_failure_late
                                             : FAULT_said_failure_bare;
}

static bool is_self(const struct own_cert *own)
{
    return own != NULL && is_root(own->entry->cert);
}

static enum fault said(const struct session *s, enum fault fault,
                       const struct own_cert *own)
{
    bool open_end = own != NULL && is_incomplete(own);

    switch (fault) {
    case FAULT_said_failure:
        return said_failure(s, own);
    case FAULT_said_unknown_ca:
        return open_end       ? FAULT_said_unknown_ca_no_chain
               : is_self(own) ? FAULT_said_unknown_ca_self
                              : fault;
    case FAULT_said_bad_cert:
        return open_end ? FAULT_said_bad_cert_no_chain : fault;
    default:
        return fault;
    }
}

/* The partner gave up because this side would not renegotiate. */
static bool is_refused_renegotiation(const struct session *s)
{
    const struct tls_outcome *o = session_outcome(s);

    return s->done && o->alert_sent == SSL_AD_NO_RENEGOTIATION &&
           o->alert_received == SSL_AD_HANDSHAKE_FAILURE;
}

/* The label of the authority that the chain lacks, where the database has it.
 */
static void add_missing(const struct session *s, const struct own_cert *own,
                        struct explained *e)
{
    bool known =
        stored_issuer(s->context->stored, end_of_chain(own), &e->stored);

    e->words.label = known ? e->stored.label : NULL;
    e->words.owner = known ? e->stored.owner : "CERTAUTH";
}

/* A client's certificate is not sent unless it is asked for. */
static const struct own_cert *sent_cert(const struct session *s)
{
    return s->context->server || facts_was_asked(s) ? shown(s) : NULL;
}

/* An alert about a certificate that nobody sent. */
static enum fault said_unsent(enum fault fault)
{
    switch (fault) {
    case FAULT_said_unknown_ca:
        return FAULT_said_unknown_ca_unsent;
    case FAULT_said_bad_cert:
        return FAULT_said_bad_cert_unsent;
    default:
        return fault;
    }
}

static void explain_alert(const struct session *s, int alert,
                          struct explained *e)
{
    const struct own_cert *own = sent_cert(s);

    if (own != NULL)
        add_own(own, e);
    e->words.wanted = s->context->server ? "serverAuth" : "clientAuth";
    e->words.ring = keyring_name(s->context->ring);
    e->fault = is_refused_renegotiation(s)
                   ? FAULT_renegotiation_refused
                   : said(s, fault_from_alert(alert), own);
    if (own == NULL)
        e->fault = said_unsent(e->fault);
    if (own == NULL && strstr(fault_row(e->fault)->cause, "{subject}") != NULL)
        e->words.subject = "(none was sent)";
    if (e->fault == FAULT_said_unknown_ca_no_chain ||
        e->fault == FAULT_said_bad_cert_no_chain)
        add_missing(s, own, e);
}

/* ---- suites ---- */

/* Which key a suite before TLSv1.3 needs; NID_undef: any. */
static bool fits_key(const struct context *c, const SSL_CIPHER *suite)
{
    int auth = SSL_CIPHER_get_auth_nid(suite);
    size_t i;

    for (i = 0; i < c->own_count; i++) {
        int key = EVP_PKEY_get_base_id(c->own[i].entry->key);

        if (auth == NID_auth_any ||
            (auth == NID_auth_rsa && key == EVP_PKEY_RSA) ||
            (auth == NID_auth_ecdsa && key == EVP_PKEY_EC) ||
            (auth == NID_auth_dss && key == EVP_PKEY_DSA))
            return true;
    }
    return false;
}

static const char *key_wanted(const SSL_CIPHER *suite)
{
    switch (SSL_CIPHER_get_auth_nid(suite)) {
    case NID_auth_rsa:
        return "RSA";
    case NID_auth_ecdsa:
        return "an elliptic curve";
    default:
        return "DSA";
    }
}

static void add_keys(const struct context *c, struct strbuf *out)
{
    struct certinfo info;
    size_t i;

    for (i = 0; i < c->own_count; i++) {
        certinfo_read(c->own[i].entry->cert, &info);
        strbuf_addf(out, "%s%s", i > 0 ? ", " : "", info.key);
    }
}

static void add_suite(const SSL_CIPHER *suite, struct strbuf *out)
{
    strbuf_addf(out, "%s%04X", out->len != 0 ? " " : "",
                SSL_CIPHER_get_protocol_id(suite));
}

/* The client names curves, and none of them is ours: suites with ECDHE then
 * count as not offered. */
static bool has_no_group(SSL *ssl)
{
    return SSL_get1_groups(ssl, NULL) > 0 && SSL_get_shared_group(ssl, 0) == 0;
}

/* A key of that type makes signatures of that type. */
static bool signs(int key, int sign)
{
    return key == sign || (key == EVP_PKEY_RSA && sign == EVP_PKEY_RSA_PSS);
}

/* The client names signature pairs, and none of those that both sides have goes
 * with a key of ours: suites that need a signature count as not offered. */
static bool has_no_pair(const struct session *s)
{
    int n = SSL_get_shared_sigalgs(s->ssl, 0, NULL, NULL, NULL, NULL, NULL);
    int i, sign;
    size_t k;

    if (SSL_get_sigalgs(s->ssl, -1, NULL, NULL, NULL, NULL, NULL) == 0)
        return false;
    for (i = 0; i < n; i++) {
        SSL_get_shared_sigalgs(s->ssl, i, &sign, NULL, NULL, NULL, NULL);
        for (k = 0; k < s->context->own_count; k++)
            if (signs(EVP_PKEY_get_base_id(s->context->own[k].entry->key),
                      sign))
                return false;
    }
    return true;
}

/* Common suites that no key fits are one fault, common ones that OpenSSL does
 * not take for another reason are the other. */
static void explain_suites(const struct session *s, struct explained *e)
{
    STACK_OF(SSL_CIPHER) *theirs = SSL_get_client_ciphers(s->ssl);
    STACK_OF(SSL_CIPHER) *ours = SSL_get_ciphers(s->ssl);
    const SSL_CIPHER *unfit = NULL;
    int i;

    e->fault = FAULT_no_shared_suite;
    for (i = 0; i < sk_SSL_CIPHER_num(theirs); i++) {
        const SSL_CIPHER *suite = sk_SSL_CIPHER_value(theirs, i);

        if (sk_SSL_CIPHER_find(ours, suite) < 0)
            continue;
        if (fits_key(s->context, suite))
            add_suite(suite, &e->found);
        else
            unfit = suite;
    }
    if (e->found.len != 0) {
        e->fault = has_no_group(s->ssl) ? FAULT_no_shared_group
                   : has_no_pair(s)     ? FAULT_suites_no_pair
                                        : FAULT_suites_barred;
    } else if (unfit != NULL) {
        e->fault = FAULT_suites_other_key;
        e->words.wanted = key_wanted(unfit);
        add_keys(s->context, &e->found);
    }
    e->words.found = strbuf_str(&e->found);
}

/* ---- messages ---- */

/* A record with a ClientHello was the first to come. */
static bool is_client_hello(const struct session *s)
{
    return s->first_len > 5 && s->first[0] == SSL3_RT_HANDSHAKE &&
           s->first[5] == SSL3_MT_CLIENT_HELLO;
}

/* Record header (5), message header (4), version (2), then the random. */
static bool is_own_hello(const struct session *s)
{
    enum { RANDOM_AT = 11 };
    unsigned char random[SESSION_FIRST_BYTES];
    size_t len = s->first_len > RANDOM_AT ? s->first_len - RANDOM_AT : 0;

    return len != 0 && SSL_get_client_random(s->ssl, random, len) == len &&
           memcmp(random, s->first + RANDOM_AT, len) == 0;
}

/* An alert record (RFC 8446 section 6): header (5), level, description. */
static void explain_first_alert(const struct session *s, struct explained *e)
{
    if (s->first_len < 7 || s->first[0] != SSL3_RT_ALERT)
        return;
    e->fault = FAULT_client_alert_first;
    e->words.what = tls_alert_name(s->first[6], e->alert);
}

static void explain_message(const struct session *s, struct explained *e)
{
    if (s->done)
        return;
    if (s->context->server)
        explain_first_alert(s, e);
    else if (is_client_hello(s))
        e->fault = is_own_hello(s) ? FAULT_echo
                   : s->connected  ? FAULT_both_clients
                                   : FAULT_both_clients_here;
}

/* A server that does not signal RFC 5746 to a client whose policy demands
 * it; OpenSSL has one reason for this and for refused renegotiations. */
static void explain_legacy(const struct session *s, struct explained *e)
{
    if (!s->done && s->context->ext.indicator)
        e->fault = FAULT_indication_lacking;
}

void explain_failure(const struct session *s, struct explained *ret)
{
    int reason = reason_of_queue(), alert = alert_of_reason(reason);

    *ret = (struct explained){.fault = FAULT_none,
                              .words.error =
                                  ERR_reason_error_string(ERR_peek_error()),
                              .found = STRBUF_INIT};
    if (alert >= 0)
        explain_alert(s, alert, ret);
    else if (reason == SSL_R_NO_SHARED_CIPHER && s->context->server)
        explain_suites(s, ret);
    else if (reason == SSL_R_UNEXPECTED_MESSAGE)
        explain_message(s, ret);
    else if (reason == SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED)
        explain_legacy(s, ret);
}

void explain_done(struct explained *e)
{
    strbuf_done(&e->found);
}
