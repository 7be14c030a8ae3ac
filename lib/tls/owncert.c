/*
 * Which certificate we are (racf-keyrings: CertificateLabel, then the list of
 * ServerCertificateLabel, then DEFAULT), and what is sent with it.
 */
#include "tls/owncert.h"

#include <time.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/session_private.h"

enum {
    HANDSHAKE_USAGE =
        KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT
};

/* ---- what is wrong with it ---- */

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

/* 0: there is no such date, which is long past. */
static time_t moment(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

/* What owncert_check() asks for each connection is read once. A certificate
 * without the extension has all usages. */
static void note_limits(struct own_cert *own)
{
    X509 *cert = own->entry->cert;

    own->from = moment(X509_get0_notBefore(cert));
    own->until = moment(X509_get0_notAfter(cert));
    own->shakes = (X509_get_key_usage(cert) & HANDSHAKE_USAGE) != 0;
}

int owncert_check(const struct context *c, const struct own_cert *own,
                  struct tls_outcome *why)
{
    time_t now = time(NULL);
    bool early = now < own->from;

    if (!early && now < own->until && own->shakes)
        return 0;
    tls_outcome_certificate(why, own->entry->cert);
    if (early || now >= own->until)
        return tls_outcome_set(why, 401,
                               "the own certificate '%s' in ring %s is %s",
                               own->entry->label, keyring_name(c->ring),
                               early ? "not valid yet" : "expired");
    return tls_outcome_set(
        why, 440,
        "the own certificate '%s' in ring %s may not be used for handshakes; "
        "it needs KEYUSAGE(HANDSHAKE)",
        own->entry->label, keyring_name(c->ring));
}

int owncert_check_all(const struct context *c, struct tls_outcome *why)
{
    size_t i;
    int rc = 0;

    for (i = 0; i < c->own_count && rc == 0; i++)
        rc = owncert_check(c, &c->own[i], why);
    return rc;
}

/* ---- the chain ---- */

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
 * It has references. NULL: no memory. */
static STACK_OF(X509) * build_chain(const struct keyring *ring, X509 *cert)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    size_t left = keyring_count(ring); /* names can go round in a circle */

    while (chain != NULL && left-- > 0 &&
           X509_check_issued(cert, cert) != X509_V_OK) {
        cert = find_issuer(ring, cert);
        if (cert == NULL)
            break;
        if (X509_add_cert(chain, cert, X509_ADD_FLAG_UP_REF) != 1) {
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
    }
    return chain;
}

void owncert_done(struct own_cert *own)
{
    sk_X509_pop_free(own->chain, X509_free);
    own->chain = NULL;
}

/* ---- choosing ---- */

static int from_entry(const struct context_params *p,
                      const struct ring_entry *e, struct own_cert *ret,
                      struct tls_outcome *why)
{
    if (e->key == NULL)
        return key_missing(p, e, why);
    ret->entry = e;
    ret->chain = build_chain(p->ring, e->cert);
    note_limits(ret);
    return ret->chain != NULL ? 0 : tls_no_memory(why);
}

int owncert_find(const struct context_params *p, enum policy_parm parm,
                 const char *label, struct own_cert *ret,
                 struct tls_outcome *why)
{
    const struct ring_entry *e = keyring_find(p->ring, label);

    if (e == NULL || e->trust == RING_NOTRUST)
        return label_missing(p, parm, label, why);
    return from_entry(p, e, ret, why);
}

/* Takes OWN, also on failure. */
static int use(struct context *c, struct own_cert *own, struct tls_outcome *why)
{
    const struct ring_entry *e = own->entry;

    ERR_clear_error();
    c->own[c->own_count++] = *own;
    if (SSL_CTX_use_cert_and_key(c->ssl, e->cert, e->key, own->chain, 1) == 1)
        return 0;
    tls_outcome_certificate(why, e->cert);
    return tls_outcome_take(why, 414, "the own certificate can't be used");
}

static int use_label(const struct context_params *p, struct context *c,
                     enum policy_parm parm, const char *label,
                     struct tls_outcome *why)
{
    struct own_cert own;
    int rc = owncert_find(p, parm, label, &own, why);

    return rc == 0 ? use(c, &own, why) : rc;
}

/* A server can't do without; a client sends none. */
static int use_default(const struct context_params *p, struct context *c,
                       struct tls_outcome *why)
{
    const struct ring_entry *e = keyring_default(p->ring);
    struct own_cert own;
    int rc;

    if (e != NULL && e->trust != RING_NOTRUST &&
        (c->server || e->key != NULL)) {
        rc = from_entry(p, e, &own, why);
        return rc == 0 ? use(c, &own, why) : rc;
    }
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
        if (e->key != NULL && EVP_PKEY_get_base_id(c->own[i].entry->key) ==
                                  EVP_PKEY_get_base_id(e->key))
            return true;
    }
    return c->own_count == CONTEXT_CERTS_MAX;
}

/* A client's certificate is looked at when a server asks for it, no sooner:
 * without that it is of no use, and no harm. */
static int on_request(SSL *ssl, void *arg)
{
    struct session *s = session_of(ssl);
    struct tls_outcome why;

    (void)arg;
    tls_outcome_init(&why);
    if (owncert_check_all(s->context, &why) != 0)
        *session_why(s) = why;
    return why.rc == 0;
}

/*
 * ServerCertificateLabel stands in a server's place of CertificateLabel (IP
 * Configuration Reference, TTLSConnectionAdvancedParms).
 */
int owncert_set(const struct context_params *p, struct context *c,
                struct tls_outcome *why)
{
    const char *label = effective_text(p->eff, PARM_CertificateLabel);
    const char *const *labels;
    size_t i, n = 0;
    int rc = 0;

    if (c->server)
        n = effective_texts(p->eff, PARM_ServerCertificateLabel, &labels);
    else
        SSL_CTX_set_cert_cb(c->ssl, on_request, NULL);
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

void owncert_free(struct context *c)
{
    while (c->own_count > 0)
        owncert_done(&c->own[--c->own_count]);
}
