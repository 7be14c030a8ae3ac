/* What rules want of their rings, and what the rings have; see lint_rings.h. */

#include "tls/lint_rings.h"

#include <openssl/x509v3.h>
#include <stdarg.h>
#include <string.h>

#include "keyring/rings/store.h"
#include "policy/filter.h"
#include "policy/offers.h"
#include "tls/own.h"

struct lint {
    const struct policy *policy;
    const struct ring_question *q;
    struct saf *saf;
    struct ring_store *store;
    ring_finding_fn fn;
    void *arg;
    bool nomem;
};

/* A rule and a user whose ring it means. */
struct need {
    struct lint *l;
    const struct policy_rule *rule;
    const struct effective *e;
    const char *userid;
    struct ring_needs wants;
    const struct keyring *ring; /* NULL: it can't be opened */
    struct ring_finding found;  /* the one that find() began */
    struct strbuf text;
};

/* ---- saying it ---- */

/* Where PARM is coded, or the rule. */
static struct span place(const struct need *n, enum policy_parm parm)
{
    struct span span;

    effective_origin(n->e, parm, &span);
    return span.src != NULL ? span : policy_rule_span(n->rule);
}

/* Begins a finding about the certificate LABEL (NULL: about none), at the
 * place where PARM is coded; mend() ends it. */
static void find(struct need *n, enum finding id, enum policy_parm parm,
                 const char *label, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
static void find(struct need *n, enum finding id, enum policy_parm parm,
                 const char *label, const char *fmt, ...)
{
    va_list ap;

    n->found = (struct ring_finding){
        .id = id, .rule = n->rule, .label = label, .span = place(n, parm)};
    strbuf_reset(&n->text);
    va_start(ap, fmt);
    strbuf_vaddf(&n->text, fmt, ap);
    va_end(ap);
}

static void mend(struct need *n, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void mend(struct need *n, const char *fmt, ...)
{
    struct strbuf fix = STRBUF_INIT;
    va_list ap;

    va_start(ap, fmt);
    strbuf_vaddf(&fix, fmt, ap);
    va_end(ap);
    if (strbuf_failed(&fix) || strbuf_failed(&n->text))
        n->l->nomem = true;
    n->found.ring = n->ring != NULL ? keyring_name(n->ring) : NULL;
    n->found.text = strbuf_str(&n->text);
    n->found.fix = strbuf_str(&fix);
    n->l->fn(n->l->arg, &n->found);
    strbuf_done(&fix);
}

/* ---- one certificate of our own ---- */

static void check_date(struct need *n, const struct ring_entry *e,
                       enum policy_parm parm)
{
    struct own_limits limits = own_limits(e->cert);
    enum own_fault fault = own_fault_at(&limits, n->l->q->at);

    if (fault != OWN_EARLY && fault != OWN_LATE)
        return;
    find(n, FIND_cert_expired, parm, e->label,
         "ring %s: the certificate '%s' %s", keyring_name(n->ring), e->label,
         fault == OWN_EARLY ? "is not valid yet" : "has expired");
    mend(n, fault == OWN_EARLY
                ? "look at the machine's clock and at its NOTBEFORE"
                : "renew it: RACDCERT GENREQ or REKEY, and GENCERT");
}

static void check_usage(struct need *n, const struct own_choice *o)
{
    if (o->fault != OWN_GOOD || own_limits(o->entry->cert).shakes)
        return;
    find(n, FIND_cert_usage, o->parm, o->entry->label,
         "ring %s: the certificate '%s' may not be used for handshakes",
         keyring_name(n->ring), o->entry->label);
    mend(n, "make one with KEYUSAGE(HANDSHAKE), or without KEYUSAGE");
}

/* How AUTHORITY gets onto the ring. */
static void mend_authority(struct need *n)
{
    if (ring_needs_ring(n->e).kind == RING_FILE)
        mend(n, "add the authority's certificate to the file");
    else
        mend(n,
             "RACDCERT ID(%s) CONNECT(CERTAUTH LABEL('...') RING(...) "
             "USAGE(CERTAUTH))",
             n->userid);
}

static bool is_self_signed(X509 *cert)
{
    return X509_check_issued(cert, cert) == X509_V_OK;
}

/* The chain must be in the ring up to its end: it is what peers are sent. */
static void check_chain(struct need *n, const struct own_choice *o)
{
    enum { LONGEST = 16 };
    const struct ring_entry *at = o->entry, *issuer;
    struct strbuf name = STRBUF_INIT;
    char *text;
    int i;

    for (i = 0; i < LONGEST && !is_self_signed(at->cert); i++) {
        issuer = own_issuer(n->ring, at->cert);
        if (issuer == NULL)
            break;
        check_date(n, issuer, o->parm);
        at = issuer;
    }
    if (is_self_signed(at->cert))
        return;
    text = X509_NAME_oneline(X509_get_issuer_name(at->cert), NULL, 0);
    if (text != NULL)
        strbuf_add_escaped(&name, text, strlen(text));
    OPENSSL_free(text);
    find(n, FIND_ca_not_connected, o->parm, at->label,
         "ring %s: the issuer of the certificate '%s' (%s) is not connected",
         keyring_name(n->ring), at->label, strbuf_str(&name));
    mend_authority(n);
    strbuf_done(&name);
}

static void say_absent(struct need *n, const struct own_choice *o)
{
    const char *ring = keyring_name(n->ring);

    if (o->label != NULL) {
        find(n, FIND_label_absent, o->parm, o->label,
             "ring %s holds no certificate with the label '%s'", ring,
             o->label);
        mend(n, "correct the label (case counts), or connect the certificate "
                "to the ring");
    } else {
        find(n, FIND_no_default, o->parm, NULL,
             "ring %s has no DEFAULT certificate, and the policy names no "
             "label",
             ring);
        mend(n, "add CertificateLabel, or connect a certificate with DEFAULT");
    }
}

static void say_notrust(struct need *n, const struct own_choice *o)
{
    find(n, FIND_cert_notrust, o->parm, o->entry->label,
         "ring %s: the certificate '%s' has the status NOTRUST",
         keyring_name(n->ring), o->entry->label);
    mend(n, "RACDCERT ID(%s) ALTER(LABEL('%s')) TRUST", n->userid,
         o->entry->label);
}

static void say_no_key(struct need *n, const struct own_choice *o)
{
    const char *ring = keyring_name(n->ring), *label = o->entry->label;

    if (o->fault == OWN_NOT_PERSONAL)
        find(n, FIND_no_key, o->parm, label,
             "ring %s: the certificate '%s' is not connected with "
             "USAGE(PERSONAL): its private key can't be used",
             ring, label);
    else if (o->fault == OWN_KEY_DENIED)
        find(n, FIND_no_key, o->parm, label,
             "ring %s: the private key of '%s' may not be read by this user",
             ring, label);
    else
        find(n, FIND_no_key, o->parm, label,
             "ring %s: the certificate '%s' has no private key", ring, label);
    mend(n, "connect a certificate of %s with its key and USAGE(PERSONAL)",
         n->userid);
}

static void check_own(struct need *n, const struct own_choice *o)
{
    switch (o->fault) {
    case OWN_GOOD:
        break;
    case OWN_ABSENT:
        say_absent(n, o);
        return;
    case OWN_NOTRUST:
        say_notrust(n, o);
        break;
    default:
        say_no_key(n, o);
        break;
    }
    check_date(n, o->entry, o->parm);
    check_usage(n, o);
    check_chain(n, o);
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

    if (!n->wants.server || own->count == 0)
        return;
    for (i = 0; i < count; i++)
        if (offers_suite(n->e, list[i]) == OFFERS_IN &&
            key_fits(own, list[i]->key))
            return;
    find(n, FIND_suite_cert_mismatch, PARM_V3CipherSuites4Char,
         own->entry[0]->label,
         "none of its suites fits the key of the certificate '%s' in ring %s",
         own->entry[0]->label, keyring_name(n->ring));
    mend(n, "add suites for %s",
         key_fits(own, CIPHER_KEY_ECDSA)
             ? "an elliptic curve key, such as C02CC02B"
             : "an RSA key, such as C030C02F");
}

/* ---- one ring ---- */

static void check_certificates(struct need *n)
{
    struct own_choices all = own_choices(&n->wants, n->ring);
    struct own own = {.count = 0};
    struct own_choice o;
    size_t i;

    while (own_next(&all, &o)) {
        if (o.entry != NULL && !o.spare && own.count < OWN_MAX)
            own.entry[own.count++] = o.entry;
        if (!o.spare || o.fault != OWN_GOOD)
            check_own(n, &o);
    }
    for (i = 0; i < n->wants.name_count; i++) {
        struct ring_name_need name = ring_needs_name(&n->wants, i);

        if (name.label == NULL)
            continue;
        o = own_named(n->ring, PARM_ServerHandshakeSNIList, name.label);
        check_own(n, &o);
    }
    check_suites(n, &own);
}

static void check_authorities(struct need *n)
{
    size_t i;

    for (i = 0; i < keyring_count(n->ring); i++)
        if (own_is_authority(keyring_get(n->ring, i)))
            return;
    find(n, FIND_no_authority, PARM_Keyring, NULL,
         "ring %s holds no certificate of an authority: no peer can be "
         "trusted",
         keyring_name(n->ring));
    mend_authority(n);
}

/* In the open database where it is of that. */
static int open_ring(const struct need *n, struct keyring **ret,
                     struct error *err)
{
    struct ring_source s = own_source(&n->l->q->where, n->userid, n->e);

    return s.name.kind == RING_RACF
               ? keyring_open_saf(n->l->saf, n->userid, s.keyring, ret, err)
               : keyring_open(&s, ret, err);
}

static void say_unreadable(struct need *n, const struct error *err)
{
    find(n, FIND_ring_unreadable, PARM_Keyring, NULL, "%s", err->text);
    if (ring_needs_ring(n->e).kind == RING_FILE)
        mend(n, "correct the path or the password");
    else
        mend(n, err->code == ERR_DENIED
                    ? "permit the user to read it"
                    : "correct the name (case counts), or make the ring: "
                      "RACDCERT ADDRING");
}

static int check_ring(struct need *n, struct error *err)
{
    struct keyring *ring = NULL;
    int r = open_ring(n, &ring, err);

    if (r == ERR_NOMEM)
        return r;
    if (r != 0) {
        say_unreadable(n, err);
        return 0;
    }
    n->ring = ring;
    ring_needs(n->e, &n->wants);
    check_certificates(n);
    check_authorities(n);
    keyring_unref(ring);
    n->ring = NULL;
    return 0;
}

static int check_user(struct lint *l, const struct policy_rule *rule,
                      const char *userid, struct error *err)
{
    struct need n = {.l = l,
                     .rule = rule,
                     .e = policy_rule_effective(rule),
                     .userid = userid,
                     .text = STRBUF_INIT};
    int r = check_ring(&n, err);

    strbuf_done(&n.text);
    return r;
}

static void say_no_ring(struct lint *l, const struct policy_rule *rule,
                        const char *ring)
{
    struct need n = {.l = l,
                     .rule = rule,
                     .e = policy_rule_effective(rule),
                     .userid = "",
                     .text = STRBUF_INIT};

    find(&n, FIND_ring_unreadable, PARM_Keyring, NULL, "no user has a ring %s",
         ring);
    mend(&n, "correct the name (case counts), or make the ring: RACDCERT "
             "ADDRING");
    strbuf_done(&n.text);
}

/* ---- whose ring it is ---- */

/* The same actions for the same user were looked at with an earlier rule. */
static bool is_repeated(const struct lint *l, const struct policy_rule *rule,
                        const char *userid)
{
    const struct policy_rule *q;
    size_t i;

    for (i = 0; (q = policy_rule_get(l->policy, i)) != rule; i++) {
        const char *user = policy_rule_userid(q);

        if (policy_rule_environment(q) == policy_rule_environment(rule) &&
            policy_rule_connection(q) == policy_rule_connection(rule) &&
            user != NULL && strcmp(user, userid) == 0)
            return true;
    }
    return false;
}

static int check_new_user(struct lint *l, const struct policy_rule *rule,
                          const char *userid, struct error *err)
{
    return is_repeated(l, rule, userid) ? 0 : check_user(l, rule, userid, err);
}

static bool may_take(const struct policy_rule *rule, const struct ring_user *u)
{
    return u->userid[0] != '\0' &&
           policy_name_fits(policy_rule_userid(rule), u->userid) &&
           policy_name_fits(policy_rule_jobname(rule), u->jobname) &&
           ((unsigned)policy_rule_direction(rule) & (unsigned)u->direction) !=
               0;
}

/* Users who may take the rule; *COUNT of them. */
static int check_users(struct lint *l, const struct policy_rule *rule,
                       size_t *count, struct error *err)
{
    const struct ring_user *u = l->q->users;
    size_t i, k;
    int r = 0;

    for (i = 0; r == 0 && i < l->q->user_count; i++) {
        if (!may_take(rule, &u[i]))
            continue;
        for (k = 0; k < i && strcmp(u[k].userid, u[i].userid) != 0; k++)
            ;
        if (k < i)
            continue;
        ++*count;
        r = check_new_user(l, rule, u[i].userid, err);
    }
    return r;
}

/* Every user who has a ring of that name and whom the rule may be for. */
static int check_owners(struct lint *l, const struct policy_rule *rule,
                        const char *ring, struct error *err)
{
    size_t i, count = 0;
    int r = 0;

    for (i = 0; r == 0 && i < l->store->nowners; i++) {
        const char *id = l->store->owners[i].id;

        if (owner_kind(id) != RING_OWNER_USER ||
            !policy_name_fits(policy_rule_userid(rule), id) ||
            store_ring_find(l->store, id, ring) == NULL)
            continue;
        count++;
        r = check_new_user(l, rule, id, err);
    }
    if (r == 0 && count == 0)
        say_no_ring(l, rule, ring);
    return r;
}

static int check_rule(struct lint *l, const struct policy_rule *rule,
                      struct error *err)
{
    struct ring_name ring = ring_needs_ring(policy_rule_effective(rule));
    const char *user = policy_rule_userid(rule);
    char owner[SAF_NAME_MAX + 1] = "";
    size_t count = 0;
    int r;

    if (user != NULL && strchr(user, '*') == NULL)
        return check_new_user(l, rule, user, err);
    r = ring.kind == RING_RACF ? check_users(l, rule, &count, err) : 0;
    if (r != 0 || count != 0)
        return r;
    if (ring.kind == RING_RACF && ring.owner == NULL)
        return check_owners(l, rule, ring.name, err);
    /* The owner can read it; who else may is not known here. */
    if (ring.owner_len < sizeof(owner) && ring.owner_len != 0 &&
        ring.owner[0] != '*')
        memcpy(owner, ring.owner, ring.owner_len);
    return check_new_user(l, rule, owner, err);
}

/* ---- all rules, or one ---- */

static int begin(struct lint *l, struct error *err)
{
    int r = saf_open(l->q->where.racf, SAF_READ, &l->saf, err);

    return r == 0 ? store_open(l->saf, &l->store, err) : r;
}

static int end(struct lint *l, int r, struct error *err)
{
    store_close(l->store);
    saf_close(l->saf);
    return r == 0 && l->nomem ? error_nomem(err) : r;
}

static bool uses_ring(const struct policy_rule *rule)
{
    const struct effective *e = policy_rule_effective(rule);

    return effective_on(e, PARM_TTLSEnabled) &&
           effective_text(e, PARM_Keyring) != NULL &&
           ring_needs_ring(e).kind != RING_TOKEN;
}

int lint_rings_each(const struct policy *p, const struct ring_question *q,
                    ring_finding_fn fn, void *arg, struct error *err)
{
    struct lint l = {.policy = p, .q = q, .fn = fn, .arg = arg};
    size_t i;
    int r = begin(&l, err);

    for (i = 0; r == 0 && i < policy_rule_count(p); i++)
        if (uses_ring(policy_rule_get(p, i)))
            r = check_rule(&l, policy_rule_get(p, i), err);
    return end(&l, r, err);
}

static void keep(void *arg, const struct ring_finding *f)
{
    struct findings *all = arg;

    finding_add(all, f->id, &f->span, "rule %s: %s", policy_rule_name(f->rule),
                f->text);
    finding_fix(all, "%s", f->fix);
}

int lint_rings(const struct policy *p, const struct ring_question *q,
               struct diags *diags, struct error *err)
{
    struct findings f = {.diags = diags};
    int r;

    findings_init(&f, p, diags);
    r = lint_rings_each(p, q, keep, &f, err);
    return r == 0 && f.nomem ? error_nomem(err) : r;
}

int lint_ring_of(const struct policy *p, const struct policy_rule *rule,
                 const char *userid, const struct ring_question *q,
                 struct diags *diags, struct error *err)
{
    struct findings f = {.diags = diags};
    struct lint l = {.policy = p, .q = q, .fn = keep, .arg = &f};
    int r;

    findings_init(&f, p, diags);
    r = begin(&l, err);
    if (r == 0 && uses_ring(rule))
        r = check_user(&l, rule, userid, err);
    r = end(&l, r, err);
    return r == 0 && f.nomem ? error_nomem(err) : r;
}
