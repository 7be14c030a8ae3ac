/*
 * verify_peer() is called by OpenSSL for each certificate of the peer's chain,
 * from the anchor to the peer's own, and once for each error.
 */
#include "tls/verify.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls/certinfo.h"
#include "tls/mapping.h"
#include "tls/owncert.h"
#include "tls/resume.h"
#include "tls/session_private.h"
#include "tls/testing.h"

/* ---- our own checks ---- */

/* RACF's NOTRUST holds whoever signed the certificate. NULL: it has not. */
static const struct ring_entry *not_trusted(const struct keyring *ring,
                                            const X509 *cert)
{
    size_t i;

    for (i = 0; i < keyring_count(ring); i++) {
        const struct ring_entry *e = keyring_get(ring, i);

        if (e->trust == RING_NOTRUST && X509_cmp(e->cert, cert) == 0)
            return e;
    }
    return NULL;
}

/* The least size of a key, and who says so. */
struct size_limit {
    const char *who;
    unsigned bits;
};

/* PeerMinRsaKeySize and its like count for the peer's own certificate (System
 * SSL Programming, GSK_PEER_RSA_MIN_KEY_SIZE); min_rsa for all. */
static struct size_limit size_limit(const struct peer_rules *r,
                                    const EVP_PKEY *key, int depth)
{
    static const struct size_limit none = {"", 0};

    switch (key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        if (depth == 0 && r->min_rsa >= r->chain_rsa)
            return (struct size_limit){"PeerMinRsaKeySize", r->min_rsa};
        return (struct size_limit){"min_rsa of attlsd.conf", r->chain_rsa};
    case EVP_PKEY_EC:
        return depth > 0 ? none
                         : (struct size_limit){"PeerMinECCKeySize", r->min_ecc};
    case EVP_PKEY_DSA:
        return depth > 0 ? none
                         : (struct size_limit){"PeerMinDsaKeySize", r->min_dsa};
    case EVP_PKEY_DH:
    case EVP_PKEY_DHX:
        return depth > 0 ? none
                         : (struct size_limit){"PeerMinDHKeySize", r->min_dh};
    default:
        return none;
    }
}

static bool is_too_small(const struct peer_rules *r, X509 *cert, int depth)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    unsigned bits = key != NULL ? (unsigned)EVP_PKEY_get_bits(key) : 0;

    return bits < size_limit(r, key, depth).bits;
}

/* A certificate that signed itself is believed for another reason than its
 * signature. */
static bool is_badly_signed(const struct peer_rules *r, X509 *cert)
{
    int digest = NID_undef, key = NID_undef;
    size_t i;

    if (r->signature_count == 0 || X509_self_signed(cert, 0) == 1)
        return false;
    if (X509_get_signature_info(cert, &digest, &key, NULL, NULL) != 1)
        return true;
    for (i = 0; i < r->signature_count; i++) {
        if (r->signatures[i].digest == digest && r->signatures[i].key == key)
            return false;
    }
    return true;
}

static bool has_dns_name(X509 *cert)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    int i;

    for (i = 0; i < sk_GENERAL_NAME_num(names); i++)
        found = found || sk_GENERAL_NAME_value(names, i)->type == GEN_DNS;
    GENERAL_NAMES_free(names);
    return found;
}

/* Case does not count. As X509_check_host() takes names of the DNS: the *
 * stands for one label, the first, and two labels at least come after it. */
static bool name_fits(const char *pattern, const char *name, bool wildcard)
{
    const char *dot = strchr(name, '.');

    if (wildcard && strncmp(pattern, "*.", 2) == 0)
        return dot != NULL && dot != name && strchr(dot + 1, '.') != NULL &&
               strcasecmp(pattern + 1, dot) == 0;
    return strcasecmp(pattern, name) == 0;
}

static bool has_common_name(X509 *cert, const char *name, bool wildcard)
{
    const X509_NAME *subject = X509_get_subject_name(cert);
    bool found = false;
    int i = -1;

    while (!found &&
           (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0) {
        unsigned char *text = NULL;
        int len = ASN1_STRING_to_UTF8(
            &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));

        found = len > 0 && strlen((char *)text) == (size_t)len &&
                name_fits((char *)text, name, wildcard);
        OPENSSL_free(text);
    }
    return found;
}

bool verify_host(const struct peer_rules *r, X509 *cert)
{
    unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                     X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                     (r->wildcard ? 0 : X509_CHECK_FLAG_NO_WILDCARDS);

    if (r->dns == NULL && r->common_name == NULL)
        return true;
    if (r->dns != NULL && has_dns_name(cert))
        return X509_check_host(cert, r->dns, 0, flags, NULL) == 1;
    return r->common_name != NULL &&
           has_common_name(cert, r->common_name, r->wildcard);
}

static bool is_changed(const struct session *s, const struct peer_rules *r,
                       const X509 *cert)
{
    return r->fixed && s->peer != NULL && X509_cmp(s->peer, cert) != 0;
}

/* What is wrong: OpenSSL's number, and the fault. */
struct verdict {
    int error;
    enum fault fault;
};

/* What of our own checks CERT does not pass at DEPTH. */
static struct verdict check_cert(const struct session *s, X509 *cert, int depth)
{
    static const struct verdict good = {X509_V_OK, FAULT_none};
    const struct peer_rules *r = &s->context->peer;

    if (not_trusted(s->context->ring, cert) != NULL)
        return (struct verdict){X509_V_ERR_CERT_REJECTED, FAULT_peer_notrust};
    if (is_too_small(r, cert, depth))
        return depth == 0 ? (struct verdict){X509_V_ERR_EE_KEY_TOO_SMALL,
                                             FAULT_peer_key_small}
                          : (struct verdict){X509_V_ERR_CA_KEY_TOO_SMALL,
                                             FAULT_chain_key_small};
    if (is_badly_signed(r, cert))
        return (struct verdict){X509_V_ERR_SIGNATURE_ALGORITHM_MISMATCH,
                                FAULT_signature_unlisted};
    if (depth > 0)
        return good;
    if (r->version_3 && X509_get_version(cert) != X509_VERSION_3)
        return (struct verdict){X509_V_ERR_EXTENSIONS_REQUIRE_VERSION_3,
                                FAULT_peer_version};
    if (!verify_host(r, cert))
        return (struct verdict){X509_V_ERR_HOSTNAME_MISMATCH,
                                r->dns != NULL ? FAULT_host_mismatch
                                               : FAULT_host_mismatch_cn};
    return is_changed(s, r, cert)
               ? (struct verdict){X509_V_ERR_CERT_REJECTED, FAULT_peer_changed}
               : good;
}

/* ---- the user ---- */

static bool is_undefined(const struct error *err)
{
    return err->code == ERR_NOT_FOUND || err->code == ERR_DENIED;
}

int verify_user(struct session *s, X509 *cert)
{
    struct error err = {0};
    struct tls_outcome *o;

    if (!s->context->peer.saf_check)
        return 0;
    if (cert_users_find(s->context->users, cert, s->userid, &err) == 0)
        return 0;
    s->userid[0] = '\0';
    o = session_why(s);
    tls_outcome_certificate(o, cert);
    return tls_fail(o, is_undefined(&err) ? FAULT_no_user : FAULT_users_unread,
                    &(struct fault_words){.error = err.text});
}

/* ---- the note of it ---- */

/* What the words of a fault are made of. */
struct note {
    const struct session *s;
    X509 *cert;
    int depth;
    struct verdict verdict;
    struct certinfo info;
    struct strbuf found;
    struct stored_cert stored;
    int sent; /* certificates of the partner */
    char wanted[160], owner[OWNCERT_OWNER];
};

static void note_entry(struct note *n, const struct ring_entry *e,
                       struct fault_words *w)
{
    if (e == NULL)
        return;
    w->label = e->label;
    w->owner = owncert_owner(e, n->owner);
}

static void note_size(struct note *n, struct fault_words *w)
{
    struct size_limit l =
        size_limit(&n->s->context->peer, X509_get0_pubkey(n->cert), n->depth);

    w->found = n->info.key;
    if (!is_too_small(&n->s->context->peer, n->cert, n->depth)) {
        n->verdict.fault = FAULT_key_barred; /* OpenSSL's limit is stricter */
        return;
    }
    w->what = l.who;
    snprintf(n->wanted, sizeof(n->wanted), "%u bits", l.bits);
    w->wanted = n->wanted;
}

static void note_host(struct note *n, struct fault_words *w)
{
    const struct peer_rules *r = &n->s->context->peer;

    certinfo_add_names(n->cert, &n->found);
    w->found = strbuf_str(&n->found);
    w->wanted = r->dns != NULL ? r->dns : r->common_name;
}

static void note_signature(struct note *n, struct fault_words *w)
{
    w->found = OBJ_nid2sn(X509_get_signature_nid(n->cert));
}

static void note_uses(struct note *n, struct fault_words *w)
{
    certinfo_add_uses(n->cert, &n->found);
    w->found = strbuf_str(&n->found);
    w->wanted = n->s->context->server ? "clientAuth" : "serverAuth";
}

/* The partner sent a chain that ends below the root: it left something out. */
static bool note_left_out(struct note *n, const struct stored_cert *known,
                          struct fault_words *w)
{
    bool root = known != NULL ? known->root : n->sent > 1;

    if (root || X509_self_signed(n->cert, 0) == 1)
        return false;
    strbuf_addf(&n->found, "%d certificate%s", n->sent,
                n->sent == 1 ? "" : "s");
    w->found = strbuf_str(&n->found);
    n->verdict.fault = FAULT_intermediate_missing;
    return true;
}

/* The ring has nothing by the issuer's name; the database may. */
static void note_stored(struct note *n, struct fault_words *w)
{
    struct stored_certs *all = n->s->context->stored;
    bool known = stored_issuer(all, n->cert, &n->stored);

    if (note_left_out(n, known ? &n->stored : NULL, w))
        return;
    if (!known) {
        n->verdict.fault =
            all != NULL ? FAULT_issuer_unstored : FAULT_issuer_no_file;
        return;
    }
    w->label = n->stored.label;
    w->owner = n->stored.owner;
    if (n->stored.trust == RING_NOTRUST)
        n->verdict.fault = FAULT_issuer_stored_notrust;
}

/* "Not usable" is not "not there". */
static void note_issuer(struct note *n, struct fault_words *w)
{
    struct own_authority a =
        own_authority(n->s->context->ring, n->cert, time(NULL));

    note_entry(n, a.entry, w);
    switch (a.fault) {
    case AUTHORITY_ABSENT:
        note_stored(n, w);
        break;
    case AUTHORITY_NOTRUST:
        n->verdict.fault = FAULT_issuer_notrust;
        break;
    case AUTHORITY_USAGE:
        n->verdict.fault = FAULT_issuer_usage;
        w->found = "PERSONAL";
        break;
    case AUTHORITY_OTHER_KEY:
        n->verdict.fault = FAULT_issuer_other_key;
        break;
    case AUTHORITY_MALFORMED:
        n->verdict.fault = FAULT_issuer_malformed;
        break;
    default:
        n->verdict.fault = FAULT_issuer_unfit;
        break;
    }
}

/* The ring's own copy of the certificate; NULL: it has none. */
static const struct ring_entry *on_ring(const struct note *n)
{
    const struct keyring *ring = n->s->context->ring;
    size_t i;

    for (i = 0; i < keyring_count(ring); i++)
        if (X509_cmp(keyring_get(ring, i)->cert, n->cert) == 0)
            return keyring_get(ring, i);
    return NULL;
}

static void note_self_signed(struct note *n, struct fault_words *w)
{
    const struct ring_entry *e = on_ring(n);

    note_entry(n, e, w);
    if (e != NULL)
        n->verdict.fault = e->trust == RING_NOTRUST ? FAULT_self_signed_notrust
                                                    : FAULT_self_signed_usage;
}

/* Whose certificate is out of date: the partner's, or an authority's that this
 * side has. */
static void note_date(struct note *n, struct fault_words *w)
{
    bool early = n->verdict.fault == FAULT_peer_early;
    const struct ring_entry *e = on_ring(n);

    w->found = early ? n->info.not_before : n->info.not_after;
    if (e == NULL || n->depth == 0)
        return;
    note_entry(n, e, w);
    n->verdict.fault = early ? FAULT_authority_early : FAULT_authority_expired;
}

static void note_words(struct note *n, struct fault_words *w)
{
    switch (n->verdict.fault) {
    case FAULT_self_signed:
        note_self_signed(n, w);
        break;
    case FAULT_issuer_absent:
        note_issuer(n, w);
        break;
    case FAULT_peer_notrust:
        note_entry(n, not_trusted(n->s->context->ring, n->cert), w);
        break;
    case FAULT_peer_key_small:
    case FAULT_chain_key_small:
        note_size(n, w);
        break;
    case FAULT_host_mismatch:
    case FAULT_host_mismatch_cn:
        note_host(n, w);
        break;
    case FAULT_signature_unlisted:
    case FAULT_chain_digest_weak:
        note_signature(n, w);
        break;
    case FAULT_peer_usage:
        note_uses(n, w);
        break;
    case FAULT_peer_version:
        w->found = X509_get_version(n->cert) == X509_VERSION_1 ? "1" : "2";
        w->wanted = "3";
        break;
    case FAULT_peer_early:
    case FAULT_peer_expired:
        note_date(n, w);
        break;
    default:
        break;
    }
}

/* OpenSSL finds no issuer for it, whatever the ring holds. */
static bool is_malformed(X509 *cert)
{
    return cert != NULL &&
           (X509_get_extension_flags(cert) & EXFLAG_INVALID) != 0;
}

static void note(struct session *s, struct verdict v, X509 *cert, int depth,
                 int sent)
{
    struct note n = {.s = s,
                     .cert = cert,
                     .depth = depth,
                     .sent = sent,
                     .verdict = v,
                     .found = STRBUF_INIT};
    struct tls_outcome *o = session_why(s);
    struct fault_words w = {
        .ring = keyring_name(s->context->ring),
        .what = "the handshake failed",
        .error = X509_verify_cert_error_string(v.error),
    };

    if (o->fault != FAULT_none)
        return;
    o->verify_error = v.error;
    tls_outcome_certificate(o, cert);
    certinfo_read(cert, &n.info);
    if (is_malformed(cert))
        n.verdict.fault = FAULT_peer_malformed;
    else if (cert != NULL)
        note_words(&n, &w);
    tls_fail(o, n.verdict.fault, &w);
    strbuf_done(&n.found);
}

/* OpenSSL does not keep a chain that it refuses. */
static bool refuse(struct session *s, X509_STORE_CTX *store, struct verdict v,
                   X509 *cert)
{
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_untrusted(store);

    if (s->refused == NULL && chain != NULL)
        s->refused = X509_chain_up_ref(chain);
    note(s, v, cert, X509_STORE_CTX_get_error_depth(store), sk_X509_num(chain));
    return false;
}

static bool accept_cert(struct session *s, X509_STORE_CTX *store, X509 *cert)
{
    int depth = X509_STORE_CTX_get_error_depth(store);
    struct verdict v;

    if (cert == NULL)
        return true;
    v = check_cert(s, cert, depth);
    if (v.error != X509_V_OK) {
        X509_STORE_CTX_set_error(store, v.error);
        return refuse(s, store, v, cert);
    }
    resume_limit(s, X509_get0_notAfter(cert));
    if (depth == 0 && verify_user(s, cert) != 0) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return false;
    }
    return true;
}

static int verify_peer(int ok, X509_STORE_CTX *store)
{
    SSL *ssl =
        X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct session *s = session_of(ssl);
    X509 *cert = X509_STORE_CTX_get_current_cert(store);

    if (s->context->peer.pass) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    if (ok != 1) {
        int error = X509_STORE_CTX_get_error(store);

        return refuse(s, store,
                      (struct verdict){error, fault_from_verify(error)}, cert);
    }
    return accept_cert(s, store, cert);
}

/* ---- setting it up ---- */

/* The names that a server sends with its request for a certificate. */
static int set_authorities(const struct context_params *p, SSL_CTX *ssl,
                           struct tls_outcome *why)
{
    size_t i;

    for (i = 0; i < keyring_count(p->ring); i++) {
        const struct ring_entry *e = keyring_get(p->ring, i);

        if (e->usage == RING_CERTAUTH && e->trust != RING_NOTRUST &&
            SSL_CTX_add_client_CA(ssl, e->cert) != 1)
            return tls_take_as(
                why, FAULT_crypto_setup,
                &(struct fault_words){.what = "the list of authorities"});
    }
    return 0;
}

static int set_mode(const struct context_params *p, struct context *c,
                    struct tls_outcome *why)
{
    int auth = effective_choice(p->eff, PARM_ClientAuthType);
    int mode = SSL_VERIFY_PEER;

    if (!c->server) {
        SSL_CTX_set_verify(c->ssl, mode, verify_peer);
        return 0;
    }
    if (effective_choice(p->eff, PARM_HandshakeRole) !=
        ROLE_SERVER_CLIENT_AUTH) {
        SSL_CTX_set_verify(c->ssl, SSL_VERIFY_NONE, verify_peer);
        return 0;
    }
    c->peer.pass = auth == AUTH_PASSTHRU;
    c->peer.saf_check = auth == AUTH_SAFCHECK;
    if (auth == AUTH_REQUIRED || auth == AUTH_SAFCHECK)
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(c->ssl, mode, verify_peer);
    return set_authorities(p, c->ssl, why);
}

static unsigned bits_of(const struct effective *eff, enum policy_parm parm)
{
    return (unsigned)effective_number(eff, parm);
}

static void set_sizes(const struct context_params *p, struct context *c)
{
    struct peer_rules *r = &c->peer;

    r->chain_rsa = p->min_rsa;
    r->min_rsa = bits_of(p->eff, PARM_PeerMinRsaKeySize);
    r->min_dsa = bits_of(p->eff, PARM_PeerMinDsaKeySize);
    r->min_dh = bits_of(p->eff, PARM_PeerMinDHKeySize);
    r->min_ecc = bits_of(p->eff, PARM_PeerMinECCKeySize);
    r->version_3 =
        effective_choice(p->eff, PARM_PeerMinCertVersion) == CERTVERSION_3;
    r->fixed = effective_on(p->eff, PARM_RenegotiationCertCheck);
}

/* HostReferenceId...: only a client asks who its partner is. */
static int set_host(const struct effective *eff, struct context *c,
                    struct tls_outcome *why)
{
    const char *dns = effective_text(eff, PARM_HostReferenceIdDNS);
    const char *cn = effective_text(eff, PARM_HostReferenceIdCN);
    struct peer_rules *r = &c->peer;

    if (c->server)
        return 0;
    r->wildcard = effective_on(eff, PARM_HostRefWildcardValidation);
    r->dns = dns != NULL ? arena_strdup(c->arena, dns) : NULL;
    r->common_name = cn != NULL ? arena_strdup(c->arena, cn) : NULL;
    if ((dns != NULL && r->dns == NULL) ||
        (cn != NULL && r->common_name == NULL))
        return tls_no_memory(why);
    return 0;
}

/* The pair's hash and signature byte (RFC 5246 section 7.4.1.4.1), or the
 * PSS schemes of RFC 8446 section 4.2.3. */
static struct signature signature_of(const struct sigpair *pair)
{
    static const int digests[] = {NID_undef,  NID_md5,    NID_sha1,  NID_sha224,
                                  NID_sha256, NID_sha384, NID_sha512};
    static const int keys[] = {NID_undef, EVP_PKEY_RSA, EVP_PKEY_DSA,
                               EVP_PKEY_EC};
    unsigned hash = pair->id >> 8, key = pair->id & 0xff;

    if (hash == 8 && key >= 4 && key <= 6)
        return (struct signature){digests[key], EVP_PKEY_RSA_PSS};
    if (hash < sizeof(digests) / sizeof(digests[0]) &&
        key < sizeof(keys) / sizeof(keys[0]))
        return (struct signature){digests[hash], keys[key]};
    return (struct signature){NID_undef, NID_undef};
}

/* Coded pairs count for certificates too; a list of their own replaces them
 * (System SSL Programming, GSK_TLS_CERT_SIG_ALG_PAIRS). */
static int set_signatures(const struct effective *eff, struct context *c,
                          struct tls_outcome *why)
{
    const struct sigpair *const *list;
    struct signature *all;
    size_t i, n = effective_sigpairs(eff, PARM_SignaturePairsCert, &list);

    if (n == 0)
        n = effective_sigpairs(eff, PARM_SignaturePairs, &list);
    if (n == 0)
        return 0;
    all = arena_calloc(c->arena, n, sizeof(*all));
    if (all == NULL)
        return tls_no_memory(why);
    for (i = 0; i < n; i++)
        all[i] = signature_of(list[i]);
    c->peer.signatures = all;
    c->peer.signature_count = n;
    return 0;
}

/*
 * OpenSSL knows one looser and one stricter way; the strict one is RFC 5280's.
 * Where nothing is coded the loose one is taken, in TLSv1.3 too, where System
 * SSL takes RFC 5280: it does not ask for all that OpenSSL's strict way does.
 */
static int set_validation(const struct effective *eff, struct context *c,
                          struct tls_outcome *why)
{
    if (effective_choice(eff, PARM_CertValidationMode) == CERTMODE_RFC5280 &&
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(c->ssl),
                                    X509_V_FLAG_X509_STRICT) != 1)
        return tls_take_as(why, FAULT_crypto_setup,
                           &(struct fault_words){.what = "strict validation"});
    return 0;
}

/* ClientEDHGroupSize 2048: refuses a server's smaller group, and asks
 * OpenSSL's own rule for the rest. */
static int check_security(const SSL *ssl, const SSL_CTX *ctx, int op, int bits,
                          int nid, void *other, void *arg)
{
    const struct context *c = arg;

    if (op == SSL_SECOP_TMP_DH && other != NULL &&
        EVP_PKEY_get_bits(other) < (int)c->peer.edh_bits)
        return 0;
    return c->security(ssl, ctx, op, bits, nid, other, NULL);
}

static void set_edh(const struct effective *eff, struct context *c)
{
    if (c->server ||
        effective_choice(eff, PARM_ClientEDHGroupSize) != EDH_CLIENT_2048)
        return;
    c->peer.edh_bits = 2048;
    c->security = SSL_CTX_get_security_callback(c->ssl);
    SSL_CTX_set0_security_ex_data(c->ssl, c);
    SSL_CTX_set_security_callback(c->ssl, check_security);
}

int verify_set(const struct context_params *p, struct context *c,
               struct tls_outcome *why)
{
    int rc;

    SSL_CTX_set1_cert_store(c->ssl, p->trust);
    set_sizes(p, c);
    set_edh(p->eff, c);
    rc = set_mode(p, c, why);
    if (rc == 0)
        rc = set_host(p->eff, c, why);
    if (rc == 0)
        rc = set_signatures(p->eff, c, why);
    return rc == 0 ? set_validation(p->eff, c, why) : rc;
}
