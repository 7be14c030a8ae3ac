/* What a ring has of what a rule wants; see lint_rings.h. */

#include "tls/lint_rings_private.h"

#include <string.h>
#include <openssl/x509v3.h>

#include "keyring/rings/stored.h"
#include "policy/offers.h"
#include "tls/certinfo.h"
#include "tls/owncert.h"
#include "tls/strength.h"

/* ---- commands that mend ---- */

static bool is_stored(const struct need *n)
{
    return ring_needs_ring(n->e).kind == RING_RACF;
}

static void add_owner(const struct ring_entry *e, struct strbuf *out)
{
    char owner[OWNCERT_OWNER];

    strbuf_adds(out, owncert_owner(e, owner));
}

/* "LABEL('Pay''s CA')" */
static void add_label(const char *label, struct strbuf *out)
{
    const char *p;

    strbuf_adds(out, "LABEL('");
    for (p = label; *p != '\0'; p++) {
        strbuf_add_escaped(out, p, 1);
        if (*p == '\'')
            strbuf_addc(out, '\'');
    }
    strbuf_adds(out, "')");
}

/* "RACDCERT ID(IMSSTC) ALTER(LABEL('IMS'))" */
static void add_command(const struct ring_entry *e, const char *verb,
                        struct strbuf *out)
{
    strbuf_adds(out, "RACDCERT ");
    add_owner(e, out);
    strbuf_addf(out, " %s(", verb);
    add_label(e->label, out);
    strbuf_addc(out, ')');
}

/* OWNER's certificate LABEL onto the ring; WHAT: usage, DEFAULT. A virtual ring
 * has what its owner has. */
static void add_connect(const struct need *n, const char *owner,
                        const char *label, const char *what, struct strbuf *out)
{
    const char *name = keyring_name(n->ring), *slash = strchr(name, '/');

    if (slash == NULL || strcmp(slash, "/*") == 0) {
        strbuf_addf(out, "name a ring in Keyring, and connect %s ", owner);
        add_label(label, out);
        return;
    }
    strbuf_addf(out, "RACDCERT ID(%.*s) CONNECT(%s ", (int)(slash - name), name,
                owner);
    add_label(label, out);
    strbuf_addf(out, " RING(%s) %s)", slash + 1, what);
}

static void add_connect_entry(const struct need *n, const struct ring_entry *e,
                              const char *what, struct strbuf *out)
{
    struct strbuf owner = STRBUF_INIT;

    add_owner(e, &owner);
    add_connect(n, strbuf_str(&owner), e->label, what, out);
    strbuf_done(&owner);
}

static void mend_and_free(struct need *n, struct strbuf *fix)
{
    if (strbuf_failed(fix))
        n->l->nomem = true;
    lint_mend(n, "%s", strbuf_str(fix));
    strbuf_done(fix);
}

/* Where the ring is a file, the file is made again. */
static void mend_entry(struct need *n, const struct ring_entry *e,
                       const char *verb, const char *then)
{
    struct strbuf fix = STRBUF_INIT;

    if (is_stored(n)) {
        add_command(e, verb, &fix);
        strbuf_adds(&fix, then);
    } else {
        strbuf_adds(&fix, "make the file again with another certificate");
    }
    mend_and_free(n, &fix);
}

/* The authority that signed CERT, as far as the database knows it. */
static void mend_authority(struct need *n, X509 *cert)
{
    struct strbuf fix = STRBUF_INIT;
    struct stored_cert c;

    if (!is_stored(n)) {
        strbuf_adds(&fix, "add the authority's certificate to the file");
    } else if (cert != NULL &&
               store_find_issuer(n->l->store, n->userid, cert, &c)) {
        add_connect(n, c.owner, c.label, "USAGE(CERTAUTH)", &fix);
        if (c.trust == RING_NOTRUST) {
            strbuf_addf(&fix, ", then RACDCERT %s ALTER(", c.owner);
            add_label(c.label, &fix);
            strbuf_adds(&fix, ") TRUST");
        }
    } else {
        strbuf_adds(&fix,
                    "the database does not have it either: RACDCERT CERTAUTH "
                    "ADD, then CONNECT it to the ring with USAGE(CERTAUTH)");
    }
    mend_and_free(n, &fix);
}

/* ---- what any certificate can have ---- */

static void say_notrust(struct need *n, const struct ring_entry *e,
                        enum policy_parm parm, const char *so)
{
    lint_find(n, FIND_cert_notrust, parm, e->label,
              "ring %s: the certificate '%s' has the status NOTRUST%s",
              keyring_name(n->ring), e->label, so);
    mend_entry(n, e, "ALTER", " TRUST");
}

static const char *date_text(time_t t, char buf[24])
{
    struct tm tm;

    if (localtime_r(&t, &tm) == NULL ||
        strftime(buf, 24, "%Y/%m/%d %H:%M:%S", &tm) == 0)
        return "?";
    return buf;
}

static void check_date(struct need *n, const struct ring_entry *e,
                       enum policy_parm parm)
{
    struct own_limits limits = own_limits(e->cert);
    time_t now = n->l->q->at;
    char date[24];

    if (now < limits.from) {
        lint_find(n, FIND_cert_expired, parm, e->label,
                  "ring %s: the certificate '%s' is not valid yet: it is "
                  "valid from %s",
                  keyring_name(n->ring), e->label,
                  date_text(limits.from, date));
        lint_mend(n, "look at the machine's clock and at its NOTBEFORE");
    } else if (now >= limits.until) {
        lint_find(n, FIND_cert_expired, parm, e->label,
                  "ring %s: the certificate '%s' has expired: it was valid to "
                  "%s",
                  keyring_name(n->ring), e->label,
                  date_text(limits.until, date));
        mend_entry(n, e, "GENREQ", ", have it signed, and ADD it again");
    }
}

/* FAULT is what tls/strength.h says of WHOSE, which is OWN or of its chain;
 * OWN NULL: it is an authority by itself. */
static void say_barred(struct need *n, const struct ring_entry *whose,
                       const struct ring_entry *own, enum own_fault fault,
                       enum policy_parm parm)
{
    bool malformed = fault == OWN_MALFORMED;
    struct strbuf what = STRBUF_INIT, chain = STRBUF_INIT;

    strength_add(whose->cert, fault, n->ssl, &what);
    if (own != NULL && own != whose)
        strbuf_addf(&chain, " in the chain of '%s'", own->label);
    lint_find(n, malformed ? FIND_cert_malformed : FIND_cert_weak, parm,
              whose->label, "ring %s: the certificate '%s'%s %s",
              keyring_name(n->ring), whose->label, strbuf_str(&chain),
              strbuf_str(&what));
    strbuf_done(&what);
    strbuf_done(&chain);
    if (fault == OWN_WEAK_KEY)
        mend_entry(n, whose, "REKEY",
                   " SIZE(2048) WITHLABEL('new label'), and have it signed");
    else
        mend_entry(n, whose, "GENREQ",
                   malformed ? ", have it signed without that extension, and "
                               "ADD it again"
                             : ", have it signed with SHA-256, and ADD it "
                               "again");
}

/* ---- one certificate of our own ---- */

static void check_strength(struct need *n, const struct own_choice *o)
{
    struct strength s;

    if (o->fault != OWN_GOOD)
        return;
    s = strength_of(n->ring, o->entry, n->ssl);
    if (s.fault != OWN_GOOD)
        say_barred(n, s.entry, o->entry, s.fault, o->parm);
}

/* A malformed one has no usage that OpenSSL could tell. */
static void check_usage(struct need *n, const struct own_choice *o)
{
    struct own_limits limits = own_limits(o->entry->cert);
    bool server = n->wants.server;

    if (o->fault != OWN_GOOD ||
        (X509_get_extension_flags(o->entry->cert) & EXFLAG_INVALID) != 0)
        return;
    if (!limits.shakes) {
        lint_find(n, FIND_cert_usage, o->parm, o->entry->label,
                  "ring %s: the certificate '%s' may not be used for "
                  "handshakes",
                  keyring_name(n->ring), o->entry->label);
        lint_mend(n, "make one with KEYUSAGE(HANDSHAKE), or without KEYUSAGE");
    }
    if (server ? limits.for_server : limits.for_client)
        return;
    lint_find(
        n, FIND_cert_purpose, o->parm, o->entry->label,
        "ring %s: the certificate '%s' is shown by a %s, and its extended "
        "key usage lacks %s: partners refuse it",
        keyring_name(n->ring), o->entry->label, server ? "server" : "client",
        server ? "serverAuth" : "clientAuth");
    lint_mend(n,
              "have one signed with the extended key usage %s, or without "
              "that extension",
              server ? "serverAuth" : "clientAuth");
}

static bool is_self_signed(X509 *cert)
{
    return X509_check_issued(cert, cert) == X509_V_OK;
}

/* The issuer of AT is on the ring, and something else is wrong with it. */
static bool say_issuer(struct need *n, const struct own_authority *issuer,
                       const struct own_choice *o)
{
    if (issuer->fault != AUTHORITY_NOTRUST)
        return issuer->fault != AUTHORITY_ABSENT &&
               issuer->fault != AUTHORITY_OTHER_KEY;
    /* one that is connected as an authority is looked at as such */
    if (issuer->entry->usage == RING_PERSONAL)
        say_notrust(n, issuer->entry, o->parm,
                    ": it is not sent with those that it signed");
    return true;
}

static void say_no_issuer(struct need *n, const struct ring_entry *at,
                          const struct own_authority *issuer,
                          const struct own_choice *o)
{
    char name[160];

    certinfo_name(X509_get_issuer_name(at->cert), name, sizeof(name));
    if (issuer->fault == AUTHORITY_OTHER_KEY)
        lint_find(n, FIND_ca_not_connected, o->parm, at->label,
                  "ring %s: the issuer of the certificate '%s' (%s) is not "
                  "connected: '%s' has its name and another key",
                  keyring_name(n->ring), at->label, name, issuer->entry->label);
    else
        lint_find(n, FIND_ca_not_connected, o->parm, at->label,
                  "ring %s: the issuer of the certificate '%s' (%s) is not "
                  "connected",
                  keyring_name(n->ring), at->label, name);
    mend_authority(n, at->cert);
}

/* The chain must be in the ring up to its end: it is what peers are sent. */
static void check_chain(struct need *n, const struct own_choice *o)
{
    enum { LONGEST = 16 };
    const struct ring_entry *at = o->entry, *issuer;
    struct own_authority why;
    int i;

    for (i = 0; i < LONGEST && !is_self_signed(at->cert); i++) {
        issuer = own_issuer(n->ring, at->cert);
        if (issuer == NULL)
            break;
        if (issuer->usage == RING_PERSONAL)
            check_date(n, issuer, o->parm);
        at = issuer;
    }
    if (is_self_signed(at->cert))
        return;
    why = own_authority(n->ring, at->cert, n->l->q->at);
    if (!say_issuer(n, &why, o))
        say_no_issuer(n, at, &why, o);
}

/* The one certificate of the ring that could be the DEFAULT; NULL: there are
 * none, or several. */
static const struct ring_entry *only_own(const struct keyring *ring)
{
    const struct ring_entry *found = NULL;
    size_t i, count = 0;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->key != NULL && e->trust != RING_NOTRUST) {
            found = e;
            count++;
        }
    }
    return count == 1 ? found : NULL;
}

static void say_no_default(struct need *n)
{
    const struct ring_entry *one = only_own(n->ring);
    struct strbuf fix = STRBUF_INIT;

    lint_find(n, FIND_no_default, PARM_Keyring, NULL,
              "ring %s has no DEFAULT certificate, and the policy names no "
              "label",
              keyring_name(n->ring));
    strbuf_addf(&fix, "add CertificateLabel%s%s, or ", one != NULL ? " " : "",
                one != NULL ? one->label : "");
    if (one != NULL && is_stored(n))
        add_connect_entry(n, one, "DEFAULT USAGE(PERSONAL)", &fix);
    else
        strbuf_adds(&fix, "connect a certificate with DEFAULT");
    mend_and_free(n, &fix);
}

/* A label that differs in upper and lower case only; NULL: there is none. */
static const char *near_label(const struct keyring *ring, const char *label)
{
    size_t i;

    for (i = 0; i < keyring_count(ring); i++)
        if (strcasecmp(keyring_get(ring, i)->label, label) == 0)
            return keyring_get(ring, i)->label;
    return NULL;
}

static void say_no_label(struct need *n, const struct own_choice *o)
{
    const char *near = near_label(n->ring, o->label);
    struct strbuf fix = STRBUF_INIT;
    struct stored_cert c;
    bool stored = near == NULL && is_stored(n) &&
                  store_find_label(n->l->store, n->userid, o->label, &c);

    lint_find(n, FIND_label_absent, o->parm, o->label,
              "ring %s holds no certificate with the label '%s'%s%s",
              keyring_name(n->ring), o->label,
              stored ? "; it is not connected, and is stored for " : "",
              stored ? c.owner : "");
    if (near != NULL)
        strbuf_addf(&fix, "upper and lower case count: write %s", near);
    else if (stored)
        add_connect(n, c.owner, c.label, "USAGE(PERSONAL)", &fix);
    else
        strbuf_adds(&fix, "correct the label (case counts), or connect the "
                          "certificate to the ring");
    mend_and_free(n, &fix);
}

static void say_not_personal(struct need *n, const struct own_choice *o)
{
    struct strbuf fix = STRBUF_INIT;

    lint_find(n, FIND_no_key, o->parm, o->entry->label,
              "ring %s: the certificate '%s' is not connected with "
              "USAGE(PERSONAL): its private key can't be used",
              keyring_name(n->ring), o->entry->label);
    add_connect_entry(n, o->entry,
                      o->entry->is_default ? "DEFAULT USAGE(PERSONAL)"
                                           : "USAGE(PERSONAL)",
                      &fix);
    mend_and_free(n, &fix);
}

static void say_key_denied(struct need *n, const struct own_choice *o)
{
    lint_find(n, FIND_no_key, o->parm, o->entry->label,
              "ring %s: the private key of '%s' may not be read by user %s",
              keyring_name(n->ring), o->entry->label, n->userid);
    lint_mend(n,
              "%s; or connect a certificate of %s with its key and "
              "USAGE(PERSONAL)",
              o->entry->key_remedy != NULL ? o->entry->key_remedy : "permit it",
              n->userid);
}

static void say_no_key(struct need *n, const struct own_choice *o)
{
    lint_find(n, FIND_no_key, o->parm, o->entry->label,
              "ring %s: the certificate '%s' has no private key",
              keyring_name(n->ring), o->entry->label);
    if (is_stored(n))
        lint_mend(n, "connect a certificate with its key and USAGE(PERSONAL); "
                     "this one was added without: RACDCERT ADD a PKCS#12 file");
    else
        lint_mend(n, "put the private key into the file");
}

/* The certificate is there, and can't be shown. */
static void say_fault(struct need *n, const struct own_choice *o)
{
    switch (o->fault) {
    case OWN_NOTRUST:
        say_notrust(n, o->entry, o->parm, "");
        break;
    case OWN_NOT_PERSONAL:
        say_not_personal(n, o);
        break;
    case OWN_KEY_DENIED:
        say_key_denied(n, o);
        break;
    case OWN_NO_KEY:
        say_no_key(n, o);
        break;
    default:
        break;
    }
}

static void check_own(struct need *n, const struct own_choice *o)
{
    if (o->fault == OWN_ABSENT && o->label != NULL) {
        say_no_label(n, o);
    } else if (o->fault == OWN_ABSENT) {
        say_no_default(n);
    } else {
        say_fault(n, o);
        check_date(n, o->entry, o->parm);
        check_usage(n, o);
        check_strength(n, o);
        check_chain(n, o);
    }
}

/* ---- suites and keys ---- */

/* The first certificates, which is all that suites can be fit to. */
enum { OWN_MAX = 8 };
struct own {
    const struct ring_entry *entry[OWN_MAX];
    size_t count;
};

static bool key_fits(const struct own *own, enum cipher_key wanted)
{
    size_t i;
    int type;

    for (i = 0; i < own->count; i++) {
        type = EVP_PKEY_get_base_id(X509_get0_pubkey(own->entry[i]->cert));
        if (wanted == CIPHER_KEY_ANY ||
            (wanted == CIPHER_KEY_RSA && type == EVP_PKEY_RSA) ||
            (wanted == CIPHER_KEY_ECDSA && type == EVP_PKEY_EC) ||
            (wanted == CIPHER_KEY_DSS && type == EVP_PKEY_DSA))
            return true;
    }
    return false;
}

/* A server speaks only suites that fit one of its keys. */
static void check_suites(struct need *n, const struct own *own)
{
    const struct cipher *const *list;
    size_t count = effective_ciphers(n->e, &list), i;
    bool any = false; /* without one it is another finding: no-suite */

    if (!n->wants.server || own->count == 0)
        return;
    for (i = 0; i < count; i++) {
        if (offers_suite(n->e, list[i]) != OFFERS_IN)
            continue;
        if (key_fits(own, list[i]->key))
            return;
        any = true;
    }
    if (!any)
        return;
    lint_find(
        n, FIND_suite_cert_mismatch, PARM_V3CipherSuites4Char,
        own->entry[0]->label,
        "none of its suites fits the key of the certificate '%s' in ring %s",
        own->entry[0]->label, keyring_name(n->ring));
    lint_mend(n, "add suites for %s",
              key_fits(own, CIPHER_KEY_ECDSA)
                  ? "an elliptic curve key, such as C02CC02B"
                  : "an RSA key, such as C030C02F");
}

/* ---- the ring ---- */

static void check_names(struct need *n)
{
    struct own_choice o;
    size_t i;

    for (i = 0; i < n->wants.name_count; i++) {
        struct ring_name_need name = ring_needs_name(&n->wants, i);

        if (name.label == NULL)
            continue;
        o = own_named(n->ring, PARM_ServerHandshakeSNIList, name.label);
        check_own(n, &o);
    }
}

/* A client without label: a server may ask for its certificate, and need not
 * get one. */
static void say_nothing_to_send(struct need *n)
{
    const struct ring_entry *e = keyring_default(n->ring);

    if (e != NULL)
        lint_find(n, FIND_no_client_cert, PARM_Keyring, e->label,
                  "ring %s: the client has no certificate to send: the DEFAULT "
                  "'%s' %s",
                  keyring_name(n->ring), e->label,
                  e->trust == RING_NOTRUST    ? "has the status NOTRUST"
                  : e->usage != RING_PERSONAL ? "is not connected as PERSONAL"
                  : e->key_exists             ? "has a key that the user may "
                                                "not read"
                                              : "has no private key");
    else
        lint_find(n, FIND_no_client_cert, PARM_Keyring, NULL,
                  "ring %s: the client has no certificate to send: there is no "
                  "DEFAULT",
                  keyring_name(n->ring));
    lint_mend(n, "there is nothing to do where servers ask for no certificate; "
                 "else connect one with its key and DEFAULT");
}

static void check_certificates(struct need *n)
{
    struct own_choices all = own_choices(&n->wants, n->ring);
    struct own own = {.count = 0};
    struct own_choice o;
    bool any = false;

    while (own_next(&all, &o)) {
        any = true;
        if (o.entry != NULL && !o.spare && own.count < OWN_MAX)
            own.entry[own.count++] = o.entry;
        if (!o.spare || o.fault != OWN_GOOD)
            check_own(n, &o);
    }
    if (!any && !n->wants.server)
        say_nothing_to_send(n);
    check_names(n);
    check_suites(n, &own);
}

/* Another one with its name is good: it was renewed. */
static bool is_replaced(const struct need *n, const struct ring_entry *e)
{
    const X509_NAME *name = X509_get_subject_name(e->cert);

    return own_authority_named(n->ring, name, n->l->q->at).fault ==
           AUTHORITY_GOOD;
}

static void check_authority(struct need *n, const struct ring_entry *e)
{
    enum authority_fault fault = own_authority_fault(e, n->l->q->at);
    enum own_fault barred;

    if (fault == AUTHORITY_NOTRUST) {
        say_notrust(n, e, PARM_Keyring,
                    ": partners whose certificates it signed are refused");
        return;
    }
    if ((fault == AUTHORITY_EARLY || fault == AUTHORITY_LATE) &&
        !is_replaced(n, e))
        check_date(n, e, PARM_Keyring);
    barred = strength_authority(e->cert, n->ssl);
    if (barred != OWN_GOOD)
        say_barred(n, e, NULL, barred, PARM_Keyring);
}

/* The authority of the own certificate is the one that comes to mind. One that
 * is NOTRUST was told of. */
static void say_no_authority(struct need *n)
{
    struct own_authority near = own_authority_any(n->ring);
    const struct ring_entry *own = keyring_default(n->ring);
    struct strbuf fix = STRBUF_INIT;

    lint_find(n, FIND_no_authority, PARM_Keyring, NULL,
              "ring %s holds no certificate of an authority: no "
              "peer can be trusted%s%s%s",
              keyring_name(n->ring), near.entry != NULL ? "; '" : "",
              near.entry != NULL ? near.entry->label : "",
              near.fault == AUTHORITY_USAGE
                  ? "' is not connected with USAGE(CERTAUTH)"
              : near.fault == AUTHORITY_NOTRUST ? "' is NOTRUST"
                                                : "");
    if (near.fault == AUTHORITY_USAGE && is_stored(n)) {
        add_connect_entry(n, near.entry, "USAGE(CERTAUTH)", &fix);
        mend_and_free(n, &fix);
    } else if (near.fault == AUTHORITY_NOTRUST) {
        mend_entry(n, near.entry, "ALTER", " TRUST");
    } else {
        mend_authority(n, own != NULL ? own->cert : NULL);
    }
}

static void check_authorities(struct need *n)
{
    bool any = false;
    size_t i;

    for (i = 0; i < keyring_count(n->ring); i++) {
        const struct ring_entry *e = keyring_get(n->ring, i);

        if (e->usage == RING_PERSONAL)
            continue;
        any = any || own_is_authority(e);
        check_authority(n, e);
    }
    if (!any)
        say_no_authority(n);
}

void lint_certs(struct need *n)
{
    ring_needs(n->e, &n->wants);
    check_certificates(n);
    check_authorities(n);
}
