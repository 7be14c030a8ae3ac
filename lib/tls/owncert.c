/*
 * The certificates that a context shows (which ones says tls/own.h), and what
 * is sent with them.
 */
#include "tls/owncert.h"

#include <time.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/session_private.h"

/* ---- what is wrong with it ---- */

static int label_missing(const struct context_params *p,
                         const struct own_choice *o, struct tls_outcome *why)
{
    bool late = effective_origin(p->eff, o->parm, NULL) == LEVEL_CONNECTION;

    return tls_outcome_set(
        why, late ? 407 : 6,
        "ring %s holds no trusted certificate with the label '%s'",
        keyring_name(p->ring), o->label);
}

static int default_missing(const struct context_params *p,
                           struct tls_outcome *why)
{
    return tls_outcome_set(
        why, 7,
        "ring %s has no trusted default certificate for the server to show; "
        "connect one with DEFAULT, or code CertificateLabel",
        keyring_name(p->ring));
}

static int key_missing(const struct context_params *p,
                       const struct own_choice *o, struct tls_outcome *why)
{
    tls_outcome_certificate(why, o->entry->cert);
    if (o->fault == OWN_NOT_PERSONAL)
        return tls_outcome_set(
            why, 428,
            "the certificate '%s' is connected to ring %s without usage "
            "PERSONAL, so its private key can't be used",
            o->entry->label, keyring_name(p->ring));
    return tls_outcome_set(why, 428,
                           o->fault == OWN_KEY_DENIED
                               ? "the private key of '%s' in ring "
                                 "%s may not be read by this user"
                               : "the certificate '%s' in ring %s "
                                 "has no private key",
                           o->entry->label, keyring_name(p->ring));
}

int owncert_check(const struct context *c, const struct own_cert *own,
                  struct tls_outcome *why)
{
    enum own_fault fault = own_fault_at(&own->limits, time(NULL));

    if (fault == OWN_GOOD)
        return 0;
    tls_outcome_certificate(why, own->entry->cert);
    if (fault != OWN_NO_HANDSHAKES)
        return tls_outcome_set(
            why, 401, "the own certificate '%s' in ring %s is %s",
            own->entry->label, keyring_name(c->ring),
            fault == OWN_EARLY ? "not valid yet" : "expired");
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

/* The chain up to the root as far as the ring has it: what System SSL sends.
 * It has references. NULL: no memory. */
static STACK_OF(X509) * build_chain(const struct keyring *ring, X509 *cert)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    size_t left = keyring_count(ring); /* names can go round in a circle */
    const struct ring_entry *issuer;

    while (chain != NULL && left-- > 0 &&
           X509_check_issued(cert, cert) != X509_V_OK) {
        issuer = own_issuer(ring, cert);
        if (issuer == NULL)
            break;
        cert = issuer->cert;
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

static int take(const struct context_params *p, const struct own_choice *o,
                struct own_cert *ret, struct tls_outcome *why)
{
    switch (o->fault) {
    case OWN_GOOD:
        break;
    case OWN_ABSENT:
    case OWN_NOTRUST:
        return o->label != NULL ? label_missing(p, o, why)
                                : default_missing(p, why);
    default:
        return key_missing(p, o, why);
    }
    ret->entry = o->entry;
    ret->chain = build_chain(p->ring, o->entry->cert);
    ret->limits = own_limits(o->entry->cert);
    return ret->chain != NULL ? 0 : tls_no_memory(why);
}

int owncert_find(const struct context_params *p, enum policy_parm parm,
                 const char *label, struct own_cert *ret,
                 struct tls_outcome *why)
{
    struct own_choice o = own_named(p->ring, parm, label);

    return take(p, &o, ret, why);
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

int owncert_set(const struct context_params *p, struct context *c,
                struct tls_outcome *why)
{
    struct ring_needs needs;
    struct own_choices all;
    struct own_choice o;
    struct own_cert own;
    int rc = 0;

    ring_needs(p->eff, &needs);
    all = own_choices(&needs, p->ring);
    if (!c->server)
        SSL_CTX_set_cert_cb(c->ssl, on_request, NULL);
    while (rc == 0 && own_next(&all, &o)) {
        if (o.spare)
            continue;
        rc = take(p, &o, &own, why);
        if (rc == 0)
            rc = use(c, &own, why);
    }
    return rc;
}

void owncert_free(struct context *c)
{
    while (c->own_count > 0)
        owncert_done(&c->own[--c->own_count]);
}
