/*
 * The advice that needs the key rings: for each rule and each user whose ring
 * it means, whether the certificates are there and fit.
 */

#include "attlsctl/lint_rings.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "keyring/rings/keyring.h"
#include "keyring/rings/store.h"
#include "policy/effective.h"
#include "policy/filter.h"
#include "policy/finding.h"
#include "saf/db/saf.h"
#include "util/strbuf.h"

struct lint {
    const struct policy *policy;
    const struct config *conf;
    struct saf *saf;
    struct ring_store *store;
    struct findings f;
};

/* A rule and a user whose ring it means. */
struct need {
    struct lint *l;
    const struct policy_rule *rule;
    const struct effective *e;
    const char *userid;
    const struct keyring *ring;
};

/* Where PARM is coded, or the rule. */
static struct span place(const struct need *n, enum policy_parm parm)
{
    struct span span;

    effective_origin(n->e, parm, &span);
    return span.src != NULL ? span : policy_rule_span(n->rule);
}

static bool is_server(const struct need *n)
{
    return effective_choice(n->e, PARM_HandshakeRole) != ROLE_CLIENT;
}

/* One certificate of our own */

enum fate { FINE, EARLY, LATE };

static enum fate date_fate(const X509 *cert)
{
    if (X509_cmp_current_time(X509_get0_notBefore(cert)) > 0)
        return EARLY;
    return X509_cmp_current_time(X509_get0_notAfter(cert)) > 0 ? FINE : LATE;
}

static bool is_self_signed(X509 *cert)
{
    return X509_check_issued(cert, cert) == X509_V_OK;
}

static const struct ring_entry *find_issuer(const struct keyring *ring,
                                            X509 *cert)
{
    size_t i;

    for (i = 0; i < keyring_count(ring); i++)
        if (keyring_get(ring, i)->cert != cert &&
            X509_check_issued(keyring_get(ring, i)->cert, cert) == X509_V_OK)
            return keyring_get(ring, i);
    return NULL;
}

static void check_date(const struct need *n, const struct ring_entry *e,
                       const struct span *span)
{
    enum fate fate = date_fate(e->cert);

    if (fate == FINE)
        return;
    finding_add(&n->l->f, FIND_cert_expired, span,
                "ring %s: the certificate '%s' %s", keyring_name(n->ring),
                e->label, fate == EARLY ? "is not valid yet" : "has expired");
    finding_fix(&n->l->f,
                fate == EARLY
                    ? "look at the machine's clock and at its NOTBEFORE"
                    : "renew it: RACDCERT GENREQ or REKEY, and GENCERT");
}

/* The chain must be in the ring up to its end: it is what peers are sent. */
static void check_chain(const struct need *n, const struct ring_entry *own,
                        const struct span *span)
{
    enum { LONGEST = 16 };
    const struct ring_entry *at = own, *issuer;
    struct strbuf name = STRBUF_INIT;
    char *text;
    int i;

    for (i = 0; i < LONGEST && !is_self_signed(at->cert); i++) {
        issuer = find_issuer(n->ring, at->cert);
        if (issuer == NULL)
            break;
        check_date(n, issuer, span);
        at = issuer;
    }
    if (is_self_signed(at->cert))
        return;
    text = X509_NAME_oneline(X509_get_issuer_name(at->cert), NULL, 0);
    if (text != NULL)
        strbuf_add_escaped(&name, text, strlen(text));
    OPENSSL_free(text);
    finding_add(&n->l->f, FIND_ca_not_connected, span,
                "ring %s: the issuer of the certificate '%s' (%s) is not "
                "connected",
                keyring_name(n->ring), at->label, strbuf_str(&name));
    finding_fix(&n->l->f,
                "RACDCERT ID(%s) CONNECT(CERTAUTH LABEL('...') RING(...) "
                "USAGE(CERTAUTH))",
                n->userid);
    strbuf_done(&name);
}

static void check_own(const struct need *n, const struct ring_entry *own,
                      const struct span *span)
{
    const char *ring = keyring_name(n->ring);

    if (own->key == NULL) {
        finding_add(&n->l->f, FIND_no_key, span,
                    own->usage != RING_PERSONAL
                        ? "ring %s: the certificate '%s' is not connected "
                          "with USAGE(PERSONAL): its private key can't be "
                          "used"
                    : own->key_exists
                        ? "ring %s: the private key of '%s' may not be read "
                          "by this user"
                        : "ring %s: the certificate '%s' has no private key",
                    ring, own->label);
        finding_fix(&n->l->f,
                    "connect a certificate of %s with its key and "
                    "USAGE(PERSONAL)",
                    n->userid);
    }
    check_date(n, own, span);
    if (own->trust == RING_NOTRUST) {
        finding_add(&n->l->f, FIND_cert_notrust, span,
                    "ring %s: the certificate '%s' has the status NOTRUST",
                    ring, own->label);
        finding_fix(&n->l->f, "RACDCERT ID(%s) ALTER(LABEL('%s')) TRUST",
                    n->userid, own->label);
    }
    check_chain(n, own, span);
}

/* Which certificates are ours */

enum { OWN_MAX = 8 };

struct own {
    const struct ring_entry *entry[OWN_MAX];
    struct span span[OWN_MAX];
    size_t count;
};

static void take_label(const struct need *n, enum policy_parm parm,
                       const char *label, struct own *own)
{
    const struct ring_entry *entry = keyring_find(n->ring, label);
    struct span span = place(n, parm);

    if (entry == NULL) {
        finding_add(&n->l->f, FIND_label_absent, &span,
                    "ring %s holds no certificate with the label '%s'",
                    keyring_name(n->ring), label);
        finding_fix(&n->l->f, "correct the label (case counts), or connect "
                              "the certificate to the ring");
        return;
    }
    if (own->count == OWN_MAX)
        return;
    own->span[own->count] = span;
    own->entry[own->count++] = entry;
}

static void take_default(const struct need *n, struct own *own)
{
    const struct ring_entry *entry = keyring_default(n->ring);
    struct span span = place(n, PARM_Keyring);

    if (entry != NULL) {
        own->span[0] = span;
        own->entry[0] = entry;
        own->count = 1;
    } else if (is_server(n)) {
        finding_add(&n->l->f, FIND_no_default, &span,
                    "ring %s has no DEFAULT certificate, and the policy "
                    "names no label",
                    keyring_name(n->ring));
        finding_fix(&n->l->f, "add CertificateLabel, or connect a "
                              "certificate with DEFAULT");
    }
}

static void find_own(const struct need *n, struct own *own)
{
    const char *label = effective_text(n->e, PARM_CertificateLabel);
    const char *const *labels;
    size_t count, i;

    own->count = 0;
    count = is_server(n)
                ? effective_texts(n->e, PARM_ServerCertificateLabel, &labels)
                : 0;
    for (i = 0; i < count; i++)
        take_label(n, PARM_ServerCertificateLabel, labels[i], own);
    if (count != 0)
        return;
    if (label != NULL)
        take_label(n, PARM_CertificateLabel, label, own);
    else
        take_default(n, own);
}

/* Suites and keys */

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
static void check_suites(const struct need *n, const struct own *own)
{
    const struct cipher *const *list;
    size_t count = effective_ciphers(n->e, &list), i;
    struct span span = place(n, PARM_V3CipherSuites4Char);

    if (!is_server(n) || own->count == 0)
        return;
    for (i = 0; i < count; i++)
        if (list[i]->openssl != NULL && key_fits(own, list[i]->key))
            return;
    finding_add(&n->l->f, FIND_suite_cert_mismatch, &span,
                "rule %s: none of its suites fits the key of the "
                "certificate '%s' in ring %s",
                policy_rule_name(n->rule), own->entry[0]->label,
                keyring_name(n->ring));
    finding_fix(&n->l->f, "add suites for %s",
                key_fits(own, CIPHER_KEY_ECDSA)
                    ? "an elliptic curve key, such as C02CC02B"
                    : "an RSA key, such as C030C02F");
}

/* Who checks a peer needs an authority to check it by. */
static void check_authorities(const struct need *n)
{
    struct span span = place(n, PARM_Keyring);
    size_t i;

    for (i = 0; i < keyring_count(n->ring); i++)
        if (keyring_get(n->ring, i)->usage == RING_CERTAUTH ||
            is_self_signed(keyring_get(n->ring, i)->cert))
            return;
    finding_add(&n->l->f, FIND_no_authority, &span,
                "ring %s holds no certificate of an authority: no peer can "
                "be trusted",
                keyring_name(n->ring));
    finding_fix(&n->l->f,
                "RACDCERT ID(%s) CONNECT(CERTAUTH LABEL('...') RING(...) "
                "USAGE(CERTAUTH))",
                n->userid);
}

/* One ring */

static int check_ring(struct need *n, struct error *err)
{
    struct span span = place(n, PARM_Keyring);
    struct keyring *ring = NULL;
    struct own own;
    size_t i;
    int r = keyring_open(n->l->saf, n->userid,
                         effective_text(n->e, PARM_Keyring), &ring, err);

    if (r == ERR_NOMEM)
        return r;
    if (r != 0) {
        finding_add(&n->l->f, FIND_ring_unreadable, &span, "rule %s: %s",
                    policy_rule_name(n->rule), err->text);
        finding_fix(&n->l->f, r == ERR_DENIED
                                  ? "permit the user to read it"
                                  : "correct the name (case counts), or make "
                                    "the ring: RACDCERT ADDRING");
        return 0;
    }
    n->ring = ring;
    find_own(n, &own);
    for (i = 0; i < own.count; i++)
        check_own(n, own.entry[i], &own.span[i]);
    check_suites(n, &own);
    check_authorities(n);
    keyring_unref(ring);
    return 0;
}

/* Whose ring it is */

static bool pattern_fits(const char *pattern, const char *name)
{
    size_t len = pattern != NULL ? strlen(pattern) : 0;

    if (pattern == NULL || strcmp(pattern, "*") == 0)
        return true;
    if (pattern[len - 1] == '*')
        return strncmp(pattern, name, len - 1) == 0;
    return strcmp(pattern, name) == 0;
}

/* The same actions for the same user were looked at with an earlier rule. */
static bool is_repeated(const struct need *n, const struct policy_rule *q)
{
    const char *user = policy_rule_userid(q);

    return policy_rule_environment(q) == policy_rule_environment(n->rule) &&
           policy_rule_connection(q) == policy_rule_connection(n->rule) &&
           user != NULL && strcmp(user, n->userid) == 0;
}

static int check_user(struct lint *l, const struct policy_rule *rule,
                      const char *userid, struct error *err)
{
    struct need n = {l, rule, policy_rule_effective(rule), userid, NULL};
    size_t i;

    for (i = 0; policy_rule_get(l->policy, i) != rule; i++)
        if (is_repeated(&n, policy_rule_get(l->policy, i)))
            return 0;
    return check_ring(&n, err);
}

/* Users of listeners that may take the rule; *COUNT of them. */
static int check_listeners(struct lint *l, const struct policy_rule *rule,
                           size_t *count, struct error *err)
{
    const struct config_listener *listener, *earlier;
    size_t i, k;
    int r = 0;

    for (i = 0; l->conf != NULL && i < l->conf->listeners.count; i++) {
        listener = &l->conf->listeners.item[i];
        if (listener->userid[0] == '\0' ||
            !pattern_fits(policy_rule_userid(rule), listener->userid) ||
            !pattern_fits(policy_rule_jobname(rule), listener->jobname) ||
            ((unsigned)policy_rule_direction(rule) &
             (unsigned)listener->direction) == 0)
            continue;
        for (k = 0; k < i; k++) {
            earlier = &l->conf->listeners.item[k];
            if (strcmp(earlier->userid, listener->userid) == 0)
                break;
        }
        if (k < i)
            continue;
        ++*count;
        r = check_user(l, rule, listener->userid, err);
        if (r != 0)
            break;
    }
    return r;
}

/* Every user who has a ring of that name and whom the rule may be for. */
static int check_owners(struct lint *l, const struct policy_rule *rule,
                        const char *ring, struct error *err)
{
    const struct effective *e = policy_rule_effective(rule);
    struct span span;
    size_t i, count = 0;
    int r = 0;

    for (i = 0; r == 0 && i < l->store->nowners; i++) {
        const char *id = l->store->owners[i].id;

        if (owner_kind(id) != RING_OWNER_USER ||
            !pattern_fits(policy_rule_userid(rule), id) ||
            store_ring_find(l->store, id, ring) == NULL)
            continue;
        count++;
        r = check_user(l, rule, id, err);
    }
    if (r != 0 || count != 0)
        return r;
    effective_origin(e, PARM_Keyring, &span);
    finding_add(&l->f, FIND_ring_unreadable, &span,
                "rule %s: no user has a ring %s", policy_rule_name(rule), ring);
    finding_fix(&l->f, "correct the name (case counts), or make the ring: "
                       "RACDCERT ADDRING");
    return 0;
}

static int check_rule(struct lint *l, const struct policy_rule *rule,
                      struct error *err)
{
    const char *ring =
        effective_text(policy_rule_effective(rule), PARM_Keyring);
    const char *user = policy_rule_userid(rule), *slash = strchr(ring, '/');
    char owner[SAF_NAME_MAX + 1] = "";
    size_t count = 0, len = slash != NULL ? (size_t)(slash - ring) : 0;
    int r;

    if (user != NULL && strchr(user, '*') == NULL)
        return check_user(l, rule, user, err);
    r = check_listeners(l, rule, &count, err);
    if (r != 0 || count != 0)
        return r;
    if (slash == NULL)
        return check_owners(l, rule, ring, err);
    /* The owner can read it; who else may is not known here. */
    if (len < sizeof(owner) && ring[0] != '*')
        memcpy(owner, ring, len);
    return check_user(l, rule, owner, err);
}

int lint_rings(const struct policy *p, const char *dir,
               const struct config *conf, struct diags *diags,
               struct error *err)
{
    struct lint l = {p, conf, NULL, NULL, {NULL, 0, false, NULL, false}};
    const struct policy_rule *rule;
    size_t i;
    int r;

    findings_init(&l.f, p, diags);
    r = saf_open(dir, SAF_READ, &l.saf, err);
    if (r == 0)
        r = store_open(l.saf, &l.store, err);
    for (i = 0; r == 0 && i < policy_rule_count(p); i++) {
        rule = policy_rule_get(p, i);
        if (effective_on(policy_rule_effective(rule), PARM_TTLSEnabled))
            r = check_rule(&l, rule, err);
    }
    store_close(l.store);
    saf_close(l.saf);
    return r == 0 && l.f.nomem ? error_nomem(err) : r;
}
