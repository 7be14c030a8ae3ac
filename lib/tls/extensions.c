/*
 * The TLS extensions that the policy has a word about: what a server demands
 * of a ClientHello, and what a client asks for.
 */

#include "tls/extensions.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <openssl/err.h>

#include "tls/owncert.h"
#include "tls/protocol.h"
#include "tls/resume.h"
#include "tls/session_private.h"
#include "util/bytes.h"

/* IANA, "TLS ExtensionType Values". */
enum {
    EXT_SERVER_NAME = 0,
    EXT_MAX_FRAGMENT_LENGTH = 1,
    EXT_EXTENDED_MASTER_SECRET = 23,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_RENEGOTIATION_INFO = 0xff01
};

/* ---- reading a ClientHello ---- */

static bool has_extension(SSL *ssl, unsigned type)
{
    const unsigned char *p;
    size_t len;

    return SSL_client_hello_get0_ext(ssl, type, &p, &len) == 1;
}

/* TLSv1.3 is offered, and we have it on. */
static bool is_tls13(const struct session *s)
{
    const unsigned char *p;
    size_t len, i;

    if (!s->context->tls13 ||
        SSL_client_hello_get0_ext(s->ssl, EXT_SUPPORTED_VERSIONS, &p, &len) !=
            1)
        return false;
    for (i = 1; i + 1 < len; i += 2) {
        if (bytes_get16(p + i) == TLS1_3_VERSION)
            return true;
    }
    return false;
}

/* The indication may be a cipher suite (RFC 5746 section 3.3). */
static bool is_indicated(SSL *ssl)
{
    const unsigned char *p;
    size_t len, i;

    if (has_extension(ssl, EXT_RENEGOTIATION_INFO))
        return true;
    len = SSL_client_hello_get0_ciphers(ssl, &p);
    for (i = 0; i + 1 < len; i += 2) {
        if (bytes_get16(p + i) == 0x00ff)
            return true;
    }
    return false;
}

/* RFC 6066 section 3: a list (length) of names (type 0, length); OpenSSL
 * takes one name only. NULL: none that can be read; it answers by itself. */
static const char *wanted_name(SSL *ssl, size_t *ret_len)
{
    const unsigned char *p;
    size_t len;

    if (SSL_client_hello_get0_ext(ssl, EXT_SERVER_NAME, &p, &len) != 1 ||
        len < 5 || bytes_get16(p) != len - 2 ||
        p[2] != TLSEXT_NAMETYPE_host_name)
        return NULL;
    *ret_len = bytes_get16(p + 3);
    return *ret_len != 0 && *ret_len == len - 5 ? (const char *)(p + 5) : NULL;
}

/* ---- a server's demands ---- */

static bool refuse(struct session *s, enum fault fault)
{
    tls_fail(session_why(s), fault, NULL);
    return false;
}

/* The alert is one of those that every version has: which one is spoken is
 * not settled yet. */
static bool check_demands(struct session *s, bool tls13, int *alert)
{
    const struct extension_rules *r = &s->context->ext;

    *alert = SSL_AD_HANDSHAKE_FAILURE;
    if (r->fragment == SETTING_REQUIRED &&
        !has_extension(s->ssl, EXT_MAX_FRAGMENT_LENGTH))
        return refuse(s, FAULT_fragment_unasked);
    if (tls13)
        return true;
    if (r->ems == EMS_REQUIRED &&
        !has_extension(s->ssl, EXT_EXTENDED_MASTER_SECRET))
        return refuse(s, FAULT_secret_unasked);
    if (r->indicator && !is_indicated(s->ssl))
        return refuse(s, FAULT_indication_unasked);
    return true;
}

static const struct server_name *find_name(const struct extension_rules *r,
                                           const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < r->name_count; i++) {
        if (strlen(r->names[i].name) == len &&
            strncasecmp(r->names[i].name, name, len) == 0)
            return &r->names[i];
    }
    return NULL;
}

/* The name's certificate, and sessions of its own: a session that began under
 * one name does not resume under another (RFC 6066 section 3). */
static bool use_name(struct session *s, const struct server_name *n)
{
    const struct own_cert *own = &n->cert;
    uint64_t id[3] = {s->context->id[0], s->context->id[1],
                      (uint64_t)(n - s->context->ext.names) + 1};
    struct tls_outcome why;

    s->named = true;
    if (SSL_set_session_id_context(s->ssl, (unsigned char *)id, sizeof(id)) !=
        1)
        return false;
    if (own->entry == NULL)
        return true;
    tls_outcome_init(&why);
    if (owncert_check(s->context, own, &why) != 0)
        *session_why(s) = why;
    return why.rc == 0 &&
           SSL_use_cert_and_key(s->ssl, own->entry->cert, own->entry->key,
                                own->chain, 1) == 1;
}

static bool refuse_name(struct session *s, const char *name, size_t len)
{
    char wanted[256];

    snprintf(wanted, sizeof(wanted), "%.*s", (int)len, name);
    tls_fail(session_why(s), FAULT_name_unlisted,
             &(struct fault_words){.found = wanted});
    return false;
}

static bool choose_name(struct session *s, int *alert)
{
    const struct extension_rules *r = &s->context->ext;
    const struct server_name *found;
    size_t len = 0;
    const char *name = wanted_name(s->ssl, &len);

    if (r->sni == SETTING_OFF)
        return true;
    if (name == NULL)
        return r->sni != SETTING_REQUIRED || refuse(s, FAULT_name_unasked);
    found = find_name(r, name, len);
    if (found != NULL) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return use_name(s, found);
    }
    if (r->sni_match != MATCH_REQUIRED)
        return true;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return refuse_name(s, name, len);
}

/* May be called again, after a HelloRetryRequest or a renegotiation. */
static int on_hello(SSL *ssl, int *alert, void *arg)
{
    struct session *s = session_of(ssl);
    bool tls13 = is_tls13(s);

    (void)arg;
    if (!check_demands(s, tls13, alert) || !choose_name(s, alert))
        return SSL_CLIENT_HELLO_ERROR;
    *alert = SSL_AD_INTERNAL_ERROR;
    resume_choose(s, tls13);
    return protocol_choose(s->context, ssl, tls13) ? SSL_CLIENT_HELLO_SUCCESS
                                                   : SSL_CLIENT_HELLO_ERROR;
}

/* Whether the name is acknowledged. */
static int on_name(SSL *ssl, int *alert, void *arg)
{
    (void)alert;
    (void)arg;
    return session_of(ssl)->named ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

/* ---- a client's wishes ---- */

int extensions_begin(struct session *s)
{
    const struct extension_rules *r = &s->context->ext;

    if (!s->context->server && r->name != NULL &&
        SSL_set_tlsext_host_name(s->ssl, r->name) != 1)
        return tls_take_as(session_why(s), FAULT_crypto_setup,
                           &(struct fault_words){.what = "the server name"});
    return 0;
}

static int check_fragment(struct session *s, const SSL_SESSION *got)
{
    const struct extension_rules *r = &s->context->ext;

    if (r->fragment != SETTING_REQUIRED ||
        SSL_SESSION_get_max_fragment_length(got) == r->fragment_id)
        return 0;
    return tls_fail(session_why(s), FAULT_fragment_ungranted, NULL);
}

static int check_name(struct session *s, const SSL_SESSION *got)
{
    const struct extension_rules *r = &s->context->ext;

    if (r->sni == SETTING_OFF)
        return 0;
    if (r->sni_match == MATCH_REQUIRED && s->name_unknown)
        return tls_fail(session_why(s), FAULT_name_unknown,
                        &(struct fault_words){.wanted = r->name});
    if (r->sni == SETTING_REQUIRED && SSL_SESSION_get0_hostname(got) == NULL)
        return tls_fail(session_why(s), FAULT_name_ignored, NULL);
    return 0;
}

static int check_secret(struct session *s)
{
    if (s->context->ext.ems != EMS_REQUIRED ||
        SSL_version(s->ssl) == TLS1_3_VERSION ||
        SSL_get_extms_support(s->ssl) == 1)
        return 0;
    return tls_fail(session_why(s), FAULT_secret_lacking, NULL);
}

int extensions_check(struct session *s)
{
    const SSL_SESSION *got = SSL_get_session(s->ssl);
    int rc = check_secret(s);

    if (rc == 0 && !s->context->server)
        rc = check_fragment(s, got);
    if (rc == 0 && !s->context->server)
        rc = check_name(s, got);
    return rc;
}

/* ---- setting it up ---- */

/* RFC 5746: the indication is asked for as the role that we have. */
static void set_renegotiation(const struct effective *eff, struct context *c)
{
    int allowed = effective_choice(eff, PARM_Renegotiation);
    int indicator = effective_choice(eff, PARM_RenegotiationIndicator);

    c->ext.indicator =
        indicator == RENEGIND_BOTH ||
        indicator == (c->server ? RENEGIND_SERVER : RENEGIND_CLIENT);
    if (allowed == RENEG_DISABLED)
        SSL_CTX_set_options(c->ssl, SSL_OP_NO_RENEGOTIATION);
    else if (c->server)
        SSL_CTX_set_options(c->ssl, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
    if (allowed == RENEG_ALL)
        SSL_CTX_set_options(c->ssl, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    if (!c->ext.indicator)
        SSL_CTX_set_options(c->ssl, SSL_OP_LEGACY_SERVER_CONNECT);
}

static void set_secret(const struct effective *eff, struct context *c)
{
    c->ext.ems =
        effective_choice(eff, c->server ? PARM_ServerExtendedMasterSecret
                                        : PARM_ClientExtendedMasterSecret);
    if (c->ext.ems == EMS_OFF)
        SSL_CTX_set_options(c->ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
}

/* RFC 6066 section 4: 2^9 is 1, ... 2^12 is 4. */
static int fragment_id(unsigned long length)
{
    int id = TLSEXT_max_fragment_length_512;

    while (length > 512) {
        length /= 2;
        id++;
    }
    return id;
}

static int set_fragment(const struct effective *eff, struct context *c,
                        struct tls_outcome *why)
{
    if (c->server) {
        c->ext.fragment = effective_choice(eff, PARM_ServerMaxSSLFragment);
        return 0;
    }
    c->ext.fragment = effective_choice(eff, PARM_ClientMaxSSLFragment);
    if (c->ext.fragment == SETTING_OFF)
        return 0;
    c->ext.fragment_id =
        fragment_id(effective_number(eff, PARM_ClientMaxSSLFragmentLength));
    if (SSL_CTX_set_tlsext_max_fragment_length(
            c->ssl, (uint8_t)c->ext.fragment_id) != 1)
        return tls_take_as(
            why, FAULT_crypto_setup,
            &(struct fault_words){.what = "the fragment length"});
    return 0;
}

static int set_client_name(const struct effective *eff, struct context *c,
                           struct tls_outcome *why)
{
    const char *const *list;
    size_t n = effective_texts(eff, PARM_ClientHandshakeSNIList, &list);

    c->ext.sni = effective_choice(eff, PARM_ClientHandshakeSNI);
    c->ext.sni_match = effective_choice(eff, PARM_ClientHandshakeSNIMatch);
    if (c->ext.sni == SETTING_OFF || n == 0)
        return 0;
    /* one host name is all that RFC 6066 allows */
    c->ext.name = arena_strdup(c->arena, list[0]);
    return c->ext.name != NULL ? 0 : tls_no_memory(why);
}

/* Without a label the context's own certificate. */
static int set_server_name(const struct context_params *p, struct context *c,
                           struct ring_name_need need, struct server_name *ret,
                           struct tls_outcome *why)
{
    ret->name = arena_strndup(c->arena, need.name, need.name_len);
    if (ret->name == NULL)
        return tls_no_memory(why);
    if (need.label == NULL)
        return 0;
    return owncert_find(p, PARM_ServerHandshakeSNIList, need.label, &ret->cert,
                        why);
}

static int set_server_names(const struct context_params *p, struct context *c,
                            struct tls_outcome *why)
{
    struct ring_needs needs;
    size_t i;
    int rc = 0;

    c->ext.sni = effective_choice(p->eff, PARM_ServerHandshakeSNI);
    c->ext.sni_match = effective_choice(p->eff, PARM_ServerHandshakeSNIMatch);
    if (c->ext.sni == SETTING_OFF)
        return 0;
    ring_needs(p->eff, &needs);
    c->ext.names =
        arena_calloc(c->arena, needs.name_count + 1, sizeof(*c->ext.names));
    if (c->ext.names == NULL)
        return tls_no_memory(why);
    for (i = 0; i < needs.name_count && rc == 0; i++)
        rc = set_server_name(p, c, ring_needs_name(&needs, i),
                             &c->ext.names[c->ext.name_count++], why);
    SSL_CTX_set_tlsext_servername_callback(c->ssl, on_name);
    return rc;
}

int extensions_set(const struct context_params *p, struct context *c,
                   struct tls_outcome *why)
{
    int rc;

    set_renegotiation(p->eff, c);
    set_secret(p->eff, c);
    rc = set_fragment(p->eff, c, why);
    if (rc != 0)
        return rc;
    if (!c->server)
        return set_client_name(p->eff, c, why);
    SSL_CTX_set_client_hello_cb(c->ssl, on_hello, NULL);
    return set_server_names(p, c, why);
}

void extensions_free(struct context *c)
{
    while (c->ext.name_count > 0)
        owncert_done(&c->ext.names[--c->ext.name_count].cert);
}
