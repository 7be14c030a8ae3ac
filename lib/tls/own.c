/* Which certificates of a ring a rule shows as its own; see own.h. */

#include "tls/own.h"

#include <openssl/x509v3.h>

#include "keyring/rings/stored.h"

enum {
    HANDSHAKE_USAGE =
        KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT
};

struct ring_source own_source(const struct ring_where *where,
                              const char *userid, const struct effective *e)
{
    return ring_source_make(where, userid, effective_text(e, PARM_Keyring),
                            effective_text(e, PARM_KeyringPw),
                            effective_text(e, PARM_KeyringStashFile));
}

/* ---- one certificate ---- */

static enum own_fault fault_of(const struct ring_entry *e)
{
    if (e == NULL)
        return OWN_ABSENT;
    if (e->trust == RING_NOTRUST)
        return OWN_NOTRUST;
    if (e->key != NULL)
        return OWN_GOOD;
    if (e->usage != RING_PERSONAL)
        return OWN_NOT_PERSONAL;
    return e->key_exists ? OWN_KEY_DENIED : OWN_NO_KEY;
}

static struct own_choice choice(enum policy_parm parm, const char *label,
                                const struct ring_entry *e)
{
    return (struct own_choice){
        .parm = parm, .label = label, .entry = e, .fault = fault_of(e)};
}

struct own_choice own_named(const struct keyring *ring, enum policy_parm parm,
                            const char *label)
{
    return choice(parm, label, keyring_find(ring, label));
}

/* ---- those that a rule wants ---- */

struct own_choices own_choices(const struct ring_needs *needs,
                               const struct keyring *ring)
{
    return (struct own_choices){.needs = needs, .ring = ring};
}

/* One certificate for each kind of key; of two with the same the first one
 * stays, as the list is in order of preference. */
static bool kind_taken(const struct own_choices *c, const struct ring_entry *e)
{
    size_t i;

    for (i = 0; i < c->kind_count; i++) {
        if (e->key != NULL && EVP_PKEY_get_base_id(e->key) == c->kinds[i])
            return true;
    }
    return c->kind_count == OWN_KINDS;
}

/* A spare one must be there all the same when the environment is opened. */
static void note_kind(struct own_choices *c, struct own_choice *o)
{
    o->spare = o->entry != NULL && kind_taken(c, o->entry);
    if (o->spare && (o->fault != OWN_NOTRUST || c->needs->at_connection))
        o->fault = OWN_GOOD;
    else if (o->fault == OWN_GOOD)
        c->kinds[c->kind_count++] = EVP_PKEY_get_base_id(o->entry->key);
}

/* A server can't do without; a client sends none. */
static bool take_default(struct own_choices *c, struct own_choice *ret)
{
    *ret = choice(PARM_Keyring, NULL, keyring_default(c->ring));
    return c->needs->server || ret->fault == OWN_GOOD;
}

bool own_next(struct own_choices *c, struct own_choice *ret)
{
    size_t i = c->next++;

    if (c->needs->label_count == 0)
        return i == 0 && take_default(c, ret);
    if (i >= c->needs->label_count)
        return false;
    *ret = own_named(c->ring, c->needs->parm, ring_needs_label(c->needs, i));
    note_kind(c, ret);
    return true;
}

/* ---- its limits ---- */

/* 0: there is no such date, which is long past. */
static time_t moment(const ASN1_TIME *t)
{
    struct tm tm;

    return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

/* A certificate without an extension has all usages of it. */
struct own_limits own_limits(X509 *cert)
{
    unsigned purposes = X509_get_extended_key_usage(cert);

    return (struct own_limits){
        .from = moment(X509_get0_notBefore(cert)),
        .until = moment(X509_get0_notAfter(cert)),
        .shakes = (X509_get_key_usage(cert) & HANDSHAKE_USAGE) != 0,
        .for_server = (purposes & (XKU_SSL_SERVER | XKU_SGC | XKU_ANYEKU)) != 0,
        .for_client = (purposes & (XKU_SSL_CLIENT | XKU_ANYEKU)) != 0};
}

enum own_fault own_fault_at(const struct own_limits *limits, time_t now)
{
    if (now < limits->from)
        return OWN_EARLY;
    if (now >= limits->until)
        return OWN_LATE;
    return limits->shakes ? OWN_GOOD : OWN_NO_HANDSHAKES;
}

/* ---- authorities ---- */

/* Names may be alike after a renewal: the signature decides. */
static bool is_issuer(const struct ring_entry *e, X509 *cert)
{
    return X509_check_issued(e->cert, cert) == X509_V_OK &&
           cert_signed_by(cert, e->cert);
}

const struct ring_entry *own_issuer(const struct keyring *ring, X509 *cert)
{
    size_t i;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->trust != RING_NOTRUST && is_issuer(e, cert))
            return e;
    }
    return NULL;
}

bool own_is_authority(const struct ring_entry *e)
{
    return e->trust != RING_NOTRUST &&
           (e->usage == RING_CERTAUTH || e->usage == RING_SITE);
}

/* A certificate without the extension may sign. */
static bool may_sign(X509 *cert)
{
    return (X509_get_key_usage(cert) & KU_KEY_CERT_SIGN) != 0;
}

enum authority_fault own_authority_fault(const struct ring_entry *e, time_t now)
{
    struct own_limits limits = own_limits(e->cert);

    if (e->trust == RING_NOTRUST)
        return AUTHORITY_NOTRUST;
    if (!own_is_authority(e))
        return AUTHORITY_USAGE;
    if ((X509_get_extension_flags(e->cert) & EXFLAG_INVALID) != 0)
        return AUTHORITY_MALFORMED;
    if (!may_sign(e->cert))
        return AUTHORITY_NO_SIGNING;
    if (now < limits.from)
        return AUTHORITY_EARLY;
    return now >= limits.until ? AUTHORITY_LATE : AUTHORITY_GOOD;
}

/* CERT NULL: the name alone counts. */
static struct own_authority closest(const struct keyring *ring,
                                    const X509_NAME *name, X509 *cert,
                                    time_t now)
{
    struct own_authority best = {AUTHORITY_ABSENT, NULL};
    enum authority_fault fault;
    size_t i;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (X509_NAME_cmp(X509_get_subject_name(e->cert), name) != 0)
            continue;
        fault = cert == NULL || cert_signed_by(cert, e->cert)
                    ? own_authority_fault(e, now)
                    : AUTHORITY_OTHER_KEY;
        if (fault < best.fault)
            best = (struct own_authority){fault, e};
    }
    return best;
}

struct own_authority own_authority(const struct keyring *ring, X509 *cert,
                                   time_t now)
{
    return closest(ring, X509_get_issuer_name(cert), cert, now);
}

struct own_authority own_authority_named(const struct keyring *ring,
                                         const X509_NAME *name, time_t now)
{
    return closest(ring, name, NULL, now);
}

struct own_authority own_authority_any(const struct keyring *ring)
{
    struct own_authority found = {AUTHORITY_ABSENT, NULL};
    size_t i;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->usage != RING_PERSONAL && e->trust == RING_NOTRUST)
            return (struct own_authority){AUTHORITY_NOTRUST, e};
        if (e->usage == RING_PERSONAL && found.entry == NULL &&
            X509_check_ca(e->cert) == 1)
            found = (struct own_authority){AUTHORITY_USAGE, e};
    }
    return found;
}
