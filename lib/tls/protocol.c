/* What may be negotiated: exactly what the policy has on. */
#include "tls/protocol.h"

#include <string.h>
#include <openssl/core_names.h>
#include <openssl/err.h>

#include "policy/offers.h"
#include "util/bytes.h"
#include "util/strbuf.h"

/* ---- versions and cipher suites ---- */

/* OpenSSL's option that switches the version off, in the table's order. */
static const uint64_t no_version_option[] = {
#define VERSION(id, ...) SSL_OP_NO_##id,
#include "policy/versions.def"
};

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

/* Suites that OpenSSL does not have or bars are left out; the policy's check
 * names them. */
static void list_suites(const struct effective *eff, struct suites *s)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(eff, &list);

    for (i = 0; i < n; i++) {
        if (!offers_takes(eff, list[i]))
            continue;
        add_name(cipher_is_tls13(list[i]) ? &s->new : &s->old,
                 list[i]->openssl);
    }
}

static int no_version(const struct effective *eff, struct tls_outcome *why)
{
    bool legacy =
        effective_on(eff, PARM_TLSv1) || effective_on(eff, PARM_TLSv1_1);

    return tls_fail(why, legacy ? FAULT_version_legacy : FAULT_version_none,
                    NULL);
}

static int no_suite(const struct effective *eff, struct tls_outcome *why)
{
    struct strbuf left = STRBUF_INIT;
    bool some = offers_left_show(eff, PARM_V3CipherSuites4Char, &left);
    int rc = tls_fail(why, FAULT_suites_unusable,
                      &(struct fault_words){.found = some ? strbuf_str(&left)
                                                          : "there is none"});

    strbuf_done(&left);
    return rc;
}

/* On is exactly what the policy has on: gaps are kept too. TLSv1.3 without
 * its suites offers nothing, and so the others. */
static int set_versions(const struct effective *eff, struct context *c,
                        struct tls_outcome *why)
{
    unsigned wanted = offers_versions(eff);
    const struct version *v;
    int low = 0, high = 0;
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        if ((wanted & v->bit) == 0) {
            SSL_CTX_set_options(c->ssl, no_version_option[i]);
            continue;
        }
        low = low == 0 ? v->code : low;
        high = v->code;
    }
    if (effective_versions(eff) == 0)
        return no_version(eff, why);
    if (low == 0)
        return no_suite(eff, why);
    c->tls13 = high == TLS1_3_VERSION;
    SSL_CTX_set_security_level(c->ssl, offers_level(eff));
    if (SSL_CTX_set_min_proto_version(c->ssl, low) != 1 ||
        SSL_CTX_set_max_proto_version(c->ssl, high) != 1)
        return tls_take_as(why, FAULT_versions_unset, NULL);
    return 0;
}

static int set_suites(SSL_CTX *ssl, const struct suites *s,
                      struct tls_outcome *why)
{
    if (SSL_CTX_set_ciphersuites(ssl, strbuf_str(&s->new)) != 1 ||
        (s->old.len != 0 &&
         SSL_CTX_set_cipher_list(ssl, strbuf_str(&s->old)) != 1))
        return tls_take_as(why, FAULT_suites_unset, NULL);
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
        rc = set_versions(eff, c, why);
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

struct groups {
    const struct curve *item[OFFERS_MAX];
    size_t n;
};

static int set_list(struct context *c, const struct groups *g,
                    struct tls_outcome *why)
{
    int nids[OFFERS_MAX];
    size_t i;

    if (g->n == 0)
        return tls_fail(why, FAULT_groups_unusable, NULL);
    for (i = 0; i < g->n; i++)
        nids[i] = g->item[i]->nid;
    if (SSL_CTX_set1_groups(c->ssl, nids, (int)g->n) != 1)
        return tls_take_as(why, FAULT_groups_unset, NULL);
    return 0;
}

/* OLD has nothing that V13 has not in the same place. */
static bool begins_with(const struct groups *v13, const struct groups *old)
{
    return old->n <= v13->n &&
           memcmp(v13->item, old->item, old->n * sizeof(old->item[0])) == 0;
}

/* For a handshake before TLSv1.3 where the context has that version's. */
static int keep_old(struct context *c, const struct groups *old,
                    const struct groups *v13, struct tls_outcome *why)
{
    struct group_rules *r = &c->groups;
    size_t i;

    r->old = arena_calloc(c->arena, old->n, sizeof(*r->old));
    r->old_ids = arena_calloc(c->arena, old->n, sizeof(*r->old_ids));
    if (old->n != 0 && (r->old == NULL || r->old_ids == NULL))
        return tls_no_memory(why);
    for (i = 0; i < old->n; i++) {
        r->old[i] = old->item[i]->nid;
        r->old_ids[i] = old->item[i]->id;
    }
    r->old_count = old->n;
    r->differ = true;
    r->first = begins_with(v13, old);
    return 0;
}

static int set_groups(const struct effective *eff, struct context *c,
                      struct tls_outcome *why)
{
    struct groups old, v13;
    bool older = (offers_versions(eff) & ~(unsigned)VERSION_TLSv1_3) != 0;

    if (!c->server) {
        old.n = offers_curves(eff, PARM_ClientECurves, old.item);
        return set_list(c, &old, why);
    }
    old.n = offers_curves(eff, PARM_ServerKexECurves, old.item);
    v13.n = offers_curves(eff, PARM_ServerKeyShareGroups, v13.item);
    if (!c->tls13)
        return set_list(c, &old, why);
    if (older && (old.n != v13.n || !begins_with(&v13, &old)) &&
        keep_old(c, &old, &v13, why) != 0)
        return why->rc;
    return set_list(c, &v13, why);
}

/* The client offers one of the groups before TLSv1.3. */
static bool offers_old(SSL *ssl, const struct group_rules *r)
{
    const unsigned char *ext;
    size_t len, i, k;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_groups, &ext,
                                  &len) != 1)
        return false;
    for (i = 2; i + 1 < len; i += 2)
        for (k = 0; k < r->old_count; k++)
            if (r->old_ids[k] == bytes_get16(ext + i))
                return true;
    return false;
}

/* The server's order counts: where its list begins with the groups from before
 * TLSv1.3 and the client has one of them, OpenSSL comes no further, and the
 * list need not be changed for this connection. */
bool protocol_choose(const struct context *c, SSL *ssl, bool tls13)
{
    const struct group_rules *r = &c->groups;

    if (tls13 || !r->differ || (r->first && offers_old(ssl, r)))
        return true;
    return SSL_set1_groups(ssl, r->old, (int)r->old_count) == 1;
}

/* ---- signature algorithms ---- */

static int set_signatures(const struct effective *eff, struct context *c,
                          struct tls_outcome *why)
{
    const struct sigpair *list[OFFERS_MAX];
    struct strbuf names = STRBUF_INIT;
    size_t i, n = offers_sigpairs(eff, list);
    int rc = 0;

    for (i = 0; i < n; i++)
        add_name(&names, list[i]->openssl);
    if (strbuf_failed(&names))
        rc = tls_no_memory(why);
    else if (n == 0)
        rc = tls_fail(why, FAULT_pairs_unusable, NULL);
    else if (SSL_CTX_set1_sigalgs_list(c->ssl, strbuf_str(&names)) != 1)
        rc = tls_take_as(why, FAULT_pairs_unset, NULL);
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
        return tls_take_as(
            why, FAULT_crypto_setup,
            &(struct fault_words){.what = "the group of 2048 bits"});
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
