/*
 * The certificates that a context shows (which ones says tls/own.h), and what
 * is sent with them.
 */
#include "tls/owncert.h"

#include <stdio.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/certinfo.h"
#include "tls/session_private.h"
#include "tls/strength.h"

/* ---- what is wrong with it ---- */

const char *owncert_owner(const struct ring_entry *e, char buf[OWNCERT_OWNER])
{
    switch (e->owner_kind) {
    case RING_OWNER_CERTAUTH:
        return "CERTAUTH";
    case RING_OWNER_SITE:
        return "SITE";
    default:
        snprintf(buf, OWNCERT_OWNER, "ID(%s)", e->owner);
        return buf;
    }
}

/* A label that a connection action names has codes of its own. */
static enum fault label_fault(bool stored, bool late)
{
    if (stored)
        return late ? FAULT_label_late_unconnected : FAULT_label_unconnected;
    return late ? FAULT_label_late_absent : FAULT_label_absent;
}

static enum fault choice_fault(const struct own_choice *o, bool late)
{
    bool named = o->label != NULL;

    switch (o->fault) {
    case OWN_ABSENT:
        return FAULT_default_absent;
    case OWN_NOTRUST:
        return !named ? FAULT_default_notrust
               : late ? FAULT_label_late_notrust
                      : FAULT_label_notrust;
    case OWN_NOT_PERSONAL:
        return FAULT_key_not_personal;
    case OWN_KEY_DENIED:
        return FAULT_key_denied;
    default:
        return FAULT_key_absent;
    }
}

static int label_missing(const struct owncert_place *at,
                         const struct own_choice *o, struct tls_outcome *why)
{
    struct fault_words w = {.ring = keyring_name(at->ring), .label = o->label};
    struct stored_cert c;
    bool stored = stored_label(at->stored, o->label, &c);

    if (stored)
        w.owner = c.owner;
    return tls_fail(why, label_fault(stored, at->late), &w);
}

int owncert_fail(const struct owncert_place *at, const struct own_choice *o,
                 struct tls_outcome *why)
{
    struct fault_words w = {.ring = keyring_name(at->ring), .user = at->userid};
    char owner[OWNCERT_OWNER];

    if (o->fault == OWN_ABSENT && o->label != NULL)
        return label_missing(at, o, why);
    if (o->entry != NULL) {
        tls_outcome_certificate(why, o->entry->cert);
        w.label = o->entry->label;
        w.owner = owncert_owner(o->entry, owner);
        w.error = o->entry->key_remedy;
    }
    return tls_fail(why, choice_fault(o, at->late), &w);
}

static enum fault limit_fault(enum own_fault fault)
{
    switch (fault) {
    case OWN_EARLY:
        return FAULT_own_early;
    case OWN_LATE:
        return FAULT_own_expired;
    default:
        return FAULT_own_usage;
    }
}

int owncert_check(const struct context *c, const struct own_cert *own,
                  struct tls_outcome *why)
{
    enum own_fault fault = own_fault_at(&own->limits, time(NULL));
    char owner[OWNCERT_OWNER];
    struct certinfo info;

    if (fault == OWN_GOOD)
        return 0;
    certinfo_read(own->entry->cert, &info);
    tls_outcome_certificate(why, own->entry->cert);
    return tls_fail(
        why, limit_fault(fault),
        &(struct fault_words){.ring = keyring_name(c->ring),
                              .label = own->entry->label,
                              .owner = owncert_owner(own->entry, owner),
                              .found = fault == OWN_EARLY ? info.not_before
                                                          : info.not_after});
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
    struct owncert_place at = {
        .ring = p->ring,
        .userid = p->userid,
        .stored = p->stored,
        .late = effective_origin(p->eff, o->parm, NULL) == LEVEL_CONNECTION};

    if (o->fault != OWN_GOOD)
        return owncert_fail(&at, o, why);
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

static enum fault use_fault(void)
{
    unsigned long e = ERR_peek_error();

    return ERR_GET_LIB(e) == ERR_LIB_X509 &&
                   ERR_GET_REASON(e) == X509_R_KEY_VALUES_MISMATCH
               ? FAULT_key_mismatch
               : FAULT_own_unusable;
}

static int use_failed(const struct context *c, const struct ring_entry *e,
                      struct tls_outcome *why)
{
    enum fault fault = use_fault();
    const char *text = ERR_reason_error_string(ERR_peek_error());
    char owner[OWNCERT_OWNER];

    tls_outcome_certificate(why, e->cert);
    return tls_take_as(why, fault,
                       &(struct fault_words){.ring = keyring_name(c->ring),
                                             .label = e->label,
                                             .owner = owncert_owner(e, owner),
                                             .error = text});
}

static enum fault barred_fault(enum own_fault fault)
{
    switch (fault) {
    case OWN_WEAK_KEY:
        return FAULT_own_key_small;
    case OWN_WEAK_DIGEST:
        return FAULT_own_md_weak;
    default:
        return FAULT_own_malformed;
    }
}

/* Which certificate of the chain it is OpenSSL does not say. */
static int barred(const struct context *c, const struct ring_entry *own,
                  const struct strength *s, struct tls_outcome *why)
{
    struct strbuf found = STRBUF_INIT;
    char owner[OWNCERT_OWNER];

    if (s->entry == own)
        strbuf_adds(&found, "it ");
    else
        strbuf_addf(&found, "'%s', which is sent with it, ", s->entry->label);
    strength_add(s->entry->cert, s->fault, c->ssl, &found);
    tls_outcome_certificate(why, s->entry->cert);
    tls_fail(why, barred_fault(s->fault),
             &(struct fault_words){.ring = keyring_name(c->ring),
                                   .label = own->label,
                                   .wanted = s->entry->label,
                                   .owner = owncert_owner(s->entry, owner),
                                   .found = strbuf_str(&found)});
    strbuf_done(&found);
    return why->rc;
}

/* Takes OWN, also on failure. */
static int use(struct context *c, struct own_cert *own, struct tls_outcome *why)
{
    const struct ring_entry *e = own->entry;
    struct strength s = strength_of(c->ring, e, c->ssl);

    c->own[c->own_count++] = *own;
    if (s.fault != OWN_GOOD)
        return barred(c, e, &s, why);
    ERR_clear_error();
    if (SSL_CTX_use_cert_and_key(c->ssl, e->cert, e->key, own->chain, 1) == 1)
        return 0;
    return use_failed(c, e, why);
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
