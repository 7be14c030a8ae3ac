/* What may be negotiated: what the policy has on, no more. */
#include "tls/protocol.h"

#include <string.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include "util/strbuf.h"

/* ---- versions and cipher suites ---- */

static const struct {
    int version;
    unsigned bit; /* of effective_versions() */
    uint64_t no;
    bool legacy;
} versions[] = {
    {TLS1_VERSION, VERSION_TLSV1, SSL_OP_NO_TLSv1, true},
    {TLS1_1_VERSION, VERSION_TLSV1_1, SSL_OP_NO_TLSv1_1, true},
    {TLS1_2_VERSION, VERSION_TLSV1_2, SSL_OP_NO_TLSv1_2, false},
    {TLS1_3_VERSION, VERSION_TLSV1_3, SSL_OP_NO_TLSv1_3, false},
};

enum { VERSIONS = sizeof(versions) / sizeof(versions[0]) };

struct suites {
    struct strbuf old; /* for set_cipher_list */
    struct strbuf new; /* TLSv1.3, for set_ciphersuites */
};

static void add_name(struct strbuf *list, const char *name)
{
    if (list->len != 0)
        strbuf_addc(list, ':');
    strbuf_adds(list, name);
}

/* Suites that OpenSSL does not have are left out; the policy's check names
 * them. */
static void list_suites(const struct effective *eff, struct suites *s)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(eff, &list);

    for (i = 0; i < n; i++) {
        if (list[i]->openssl == NULL)
            continue;
        add_name(list[i]->min_version == TLS1_3_VERSION ? &s->new : &s->old,
                 list[i]->openssl);
    }
}

static int no_version(const struct effective *eff, struct tls_outcome *why)
{
    bool legacy =
        effective_on(eff, PARM_TLSv1) || effective_on(eff, PARM_TLSv1_1);

    return tls_outcome_set(
        why, 5006, "no protocol version is on: %scode TLSv1.2 On%s",
        legacy ? "TLSv1 and TLSv1.1 are on in the policy but switched off "
                 "here; "
               : "",
        legacy ? ", or set allow_legacy = true in attlsd.conf" : "");
}

/* On is what the policy has on, no more: gaps are kept too. */
static int set_versions(const struct effective *eff, struct context *c,
                        const struct suites *s, struct tls_outcome *why)
{
    unsigned wanted = effective_versions(eff);
    int low = 0, high = 0, level = 1;
    size_t i;

    for (i = 0; i < VERSIONS; i++) {
        /* TLSv1.3 without its suites offers nothing, and so the others */
        size_t suites =
            versions[i].version == TLS1_3_VERSION ? s->new.len : s->old.len;

        if ((wanted & versions[i].bit) == 0 || suites == 0) {
            SSL_CTX_set_options(c->ssl, versions[i].no);
            continue;
        }
        low = low == 0 ? versions[i].version : low;
        high = versions[i].version;
        level = versions[i].legacy ? 0 : level;
    }
    if (wanted == 0)
        return no_version(eff, why);
    if (low == 0)
        return tls_outcome_set(why, 402,
                               "none of the policy's cipher suites can be "
                               "used with the protocol versions that are on");
    c->tls13 = high == TLS1_3_VERSION;
    SSL_CTX_set_security_level(c->ssl, level);
    if (SSL_CTX_set_min_proto_version(c->ssl, low) != 1 ||
        SSL_CTX_set_max_proto_version(c->ssl, high) != 1)
        return tls_outcome_take(why, 412, "the protocol versions can't be set");
    return 0;
}

static int set_suites(SSL_CTX *ssl, const struct suites *s,
                      struct tls_outcome *why)
{
    if (SSL_CTX_set_ciphersuites(ssl, strbuf_str(&s->new)) != 1 ||
        (s->old.len != 0 &&
         SSL_CTX_set_cipher_list(ssl, strbuf_str(&s->old)) != 1))
        return tls_outcome_take(why, 402, "the cipher suites can't be set");
    return 0;
}

static int set_versions_and_suites(const struct effective *eff,
                                   struct context *c, struct tls_outcome *why)
{
    struct suites s = {STRBUF_INIT, STRBUF_INIT};
    int rc;

    list_suites(eff, &s);
    if (strbuf_failed(&s.old) || strbuf_failed(&s.new))
        rc = tls_no_memory(why);
    else
        rc = set_versions(eff, c, &s, why);
    if (rc == 0)
        rc = set_suites(c->ssl, &s, why);
    strbuf_done(&s.old);
    strbuf_done(&s.new);
    return rc;
}

/* RFC 6460: OpenSSL then checks curves, signatures and the peer's chain. */
static void set_suite_b(const struct effective *eff, SSL_CTX *ssl)
{
    static const unsigned flags[] = {
        [SUITEB_OFF] = 0,
        [SUITEB_128] = SSL_CERT_FLAG_SUITEB_128_LOS_ONLY,
        [SUITEB_128_MIN] = SSL_CERT_FLAG_SUITEB_128_LOS,
        [SUITEB_192] = SSL_CERT_FLAG_SUITEB_192_LOS,
        [SUITEB_192_MIN] = SSL_CERT_FLAG_SUITEB_192_LOS,
        [SUITEB_ALL] = SSL_CERT_FLAG_SUITEB_128_LOS,
    };

    SSL_CTX_set_cert_flags(ssl,
                           flags[effective_choice(eff, PARM_SuiteBProfile)]);
}

/* ---- groups ---- */

/* Where the policy leaves it open: X25519 first, by far the cheapest. */
static const int open_groups[] = {NID_X25519, NID_X9_62_prime256v1,
                                  NID_secp384r1, NID_secp521r1, NID_X448};

enum {
    OPEN_GROUPS = sizeof(open_groups) / sizeof(open_groups[0]),
    GROUPS_MAX = 32
};

struct groups {
    int nid[GROUPS_MAX];
    size_t n;
};

static bool has_group(const struct groups *g, int nid)
{
    size_t i;

    for (i = 0; i < g->n; i++) {
        if (g->nid[i] == nid)
            return true;
    }
    return false;
}

static void add_group(struct groups *g, int nid)
{
    if (g->n < GROUPS_MAX && !has_group(g, nid))
        g->nid[g->n++] = nid;
}

static void coded_groups(const struct effective *eff, enum policy_parm parm,
                         struct groups *ret)
{
    const struct curve *const *list;
    size_t i, n = effective_curves(eff, parm, &list);

    ret->n = 0;
    for (i = 0; i < n; i++) {
        if (list[i]->openssl != NULL)
            add_group(ret, list[i]->nid);
    }
    for (i = 0; n == 0 && i < OPEN_GROUPS; i++)
        add_group(ret, open_groups[i]);
}

/* OpenSSL 3.0 sends one key share, that of the first group: the first of
 * ClientKeyShareGroups that is among the curves goes there. */
static void client_groups(const struct effective *eff, struct groups *ret)
{
    const struct curve *const *shares;
    size_t i, n = effective_curves(eff, PARM_ClientKeyShareGroups, &shares);
    struct groups all;

    coded_groups(eff, PARM_ClientECurves, &all);
    ret->n = 0;
    for (i = 0; i < n; i++) {
        if (has_group(&all, shares[i]->nid))
            add_group(ret, shares[i]->nid);
    }
    for (i = 0; i < all.n; i++)
        add_group(ret, all.nid[i]);
}

static int *keep_groups(struct context *c, const struct groups *g, size_t *n)
{
    int *copy = arena_calloc(c->arena, g->n, sizeof(*copy));

    if (copy != NULL)
        memcpy(copy, g->nid, g->n * sizeof(*copy));
    *n = g->n;
    return copy;
}

static int set_groups(const struct effective *eff, struct context *c,
                      struct tls_outcome *why)
{
    struct group_rules *r = &c->groups;
    struct groups old, v13;

    if (c->server) {
        coded_groups(eff, PARM_ServerKexECurves, &old);
        coded_groups(eff, PARM_ServerKeyShareGroups, &v13);
    } else {
        client_groups(eff, &old);
        v13 = old;
    }
    r->old = keep_groups(c, &old, &r->old_count);
    r->v13 = keep_groups(c, &v13, &r->v13_count);
    if (r->old == NULL || r->v13 == NULL)
        return tls_no_memory(why);
    r->differ = old.n != v13.n ||
                memcmp(old.nid, v13.nid, old.n * sizeof(old.nid[0])) != 0;
    if (SSL_CTX_set1_groups(c->ssl, r->old, (int)r->old_count) != 1)
        return tls_outcome_take(why, 402, "the curves can't be set");
    return 0;
}

bool protocol_choose(const struct context *c, SSL *ssl, bool tls13)
{
    const struct group_rules *r = &c->groups;

    if (!r->differ)
        return true;
    return tls13 ? SSL_set1_groups(ssl, r->v13, (int)r->v13_count) == 1
                 : SSL_set1_groups(ssl, r->old, (int)r->old_count) == 1;
}

/* ---- signature algorithms ---- */

static int set_signatures(const struct effective *eff, struct context *c,
                          struct tls_outcome *why)
{
    const struct sigpair *const *list;
    struct strbuf names = STRBUF_INIT;
    size_t i, n = effective_sigpairs(eff, PARM_SignaturePairs, &list);
    int rc = 0;

    for (i = 0; i < n; i++) {
        if (list[i]->openssl != NULL)
            add_name(&names, list[i]->openssl);
    }
    if (strbuf_failed(&names))
        rc = tls_no_memory(why);
    else if (n != 0 &&
             SSL_CTX_set1_sigalgs_list(c->ssl, strbuf_str(&names)) != 1)
        rc = tls_outcome_take(why, 402, "the signature pairs can't be set");
    strbuf_done(&names);
    return rc;
}

/* ---- Diffie-Hellman ---- */

/* RFC 7919: a group of a known good prime. NULL: OpenSSL can't. */
static EVP_PKEY *group_2048(void)
{
    char name[] = "ffdhe2048";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    EVP_PKEY *key = NULL;

    if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1 &&
        EVP_PKEY_CTX_set_params(ctx, params) == 1 &&
        EVP_PKEY_keygen(ctx, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/*
 * Match is OpenSSL's own rule: a group as strong as the certificate's key.
 * Legacy is 1024 bits on z/OS; here it is as Match, which every client that
 * takes 1024 bits takes too.
 */
static int set_dh(const struct effective *eff, struct context *c,
                  struct tls_outcome *why)
{
    EVP_PKEY *group;

    if (!c->server ||
        effective_choice(eff, PARM_ServerEDHGroupSize) != EDH_SERVER_2048) {
        SSL_CTX_set_dh_auto(c->ssl, 1);
        return 0;
    }
    group = group_2048();
    if (group == NULL || SSL_CTX_set0_tmp_dh_pkey(c->ssl, group) != 1) {
        EVP_PKEY_free(group);
        return tls_outcome_take(why, 9, "the 2048 bit group can't be set");
    }
    return 0;
}

/* ---- all of it ---- */

int protocol_set(const struct context_params *p, struct context *c,
                 struct tls_outcome *why)
{
    int rc;

    set_suite_b(p->eff, c->ssl);
    rc = set_versions_and_suites(p->eff, c, why);
    if (rc == 0)
        rc = set_groups(p->eff, c, why);
    if (rc == 0)
        rc = set_signatures(p->eff, c, why);
    if (rc == 0)
        rc = set_dh(p->eff, c, why);
    return rc;
}
