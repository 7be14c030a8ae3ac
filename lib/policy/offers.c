/* The policy's lists of suites, groups and signature pairs as OpenSSL takes
 * them. */
#include "policy/offers.h"

#include <string.h>

#include "policy/model.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

const char *offers_why(enum offers_out out)
{
    static const char *const texts[OFFERS_OUT_COUNT] = {
        [OFFERS_IN] = "",
        [OFFERS_NOT_IN_OPENSSL] = "not in this OpenSSL",
        [OFFERS_BARRED] = "barred by OpenSSL's security level where TLSv1 and "
                          "TLSv1.1 are not spoken",
        [OFFERS_NO_VERSION] = "for no TLS version that is on",
        [OFFERS_NOT_IN_TLS13] = "not in TLSv1.3",
        [OFFERS_NO_PAIR] = "no signature pair for the kind of key",
        [OFFERS_NOT_IN_PROFILE] = "not in the SuiteBProfile",
        [OFFERS_ONE_SHARE] = "OpenSSL sends one key share",
    };

    return texts[out];
}

/* ---- versions ---- */

bool offers_bars_suite(const struct cipher *suite)
{
    return suite->openssl != NULL && (suite->weakness & CIPHER_NULL) != 0;
}

bool offers_bars_pair(const struct sigpair *pair)
{
    enum { SHA1 = 2 };

    return pair->openssl != NULL && pair->id >> 8 == SHA1;
}

static enum offers_out not_taken(int level, const struct cipher *suite)
{
    if (suite->openssl == NULL)
        return OFFERS_NOT_IN_OPENSSL;
    return level > 0 && offers_bars_suite(suite) ? OFFERS_BARRED : OFFERS_IN;
}

/* The highest versions up to the first that is off. */
static unsigned top_run(unsigned versions)
{
    unsigned bit = VERSION_TLSv1_3, run = 0;

    while (bit != 0 && (versions & bit) == 0)
        bit >>= 1;
    for (; (versions & bit) != 0; bit >>= 1)
        run |= bit;
    return run;
}

/* Those that are on and have a suite. */
static unsigned with_suites(const struct effective *e, int level)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(e, &list);
    unsigned has = 0;

    for (i = 0; i < n; i++) {
        if (not_taken(level, list[i]) == OFFERS_IN)
            has |= cipher_is_tls13(list[i]) ? VERSION_TLSv1_3
                                            : ~(unsigned)VERSION_TLSv1_3;
    }
    return effective_versions(e) & has;
}

/* A client's versions have no gap: OpenSSL would offer those below it only. */
static unsigned versions_at(const struct effective *e, int level)
{
    unsigned versions = with_suites(e, level);

    return effective_choice(e, PARM_HandshakeRole) == ROLE_CLIENT
               ? top_run(versions)
               : versions;
}

int offers_level(const struct effective *e)
{
    return versions_at(e, 0) & VERSIONS_LEGACY ? 0 : 1;
}

bool offers_takes(const struct effective *e, const struct cipher *suite)
{
    return not_taken(offers_level(e), suite) == OFFERS_IN;
}

unsigned offers_versions(const struct effective *e)
{
    return versions_at(e, offers_level(e));
}

bool offers_gap(const struct effective *e, const struct version *v)
{
    return (with_suites(e, offers_level(e)) & ~offers_versions(e) & v->bit) !=
           0;
}

/* ---- Suite B (RFC 6460): OpenSSL's own lists ---- */

static const struct {
    uint16_t groups[2], pairs[2]; /* 0: no second one */
} suiteb[] = {
    [SUITEB_128] = {{23}, {0x0403}},
    [SUITEB_128_MIN] = {{23, 24}, {0x0403, 0x0503}},
    [SUITEB_192] = {{24}, {0x0503}},
    [SUITEB_192_MIN] = {{24}, {0x0503}},
    [SUITEB_ALL] = {{23, 24}, {0x0403, 0x0503}},
};

static int profile_of(const struct effective *e)
{
    return effective_choice(e, PARM_SuiteBProfile);
}

/* ---- groups ---- */

struct curves {
    const struct curve *item[OFFERS_MAX];
    size_t n;
};

static bool has_curve(const struct curves *c, const struct curve *curve)
{
    size_t i;

    for (i = 0; i < c->n && c->item[i] != curve;)
        i++;
    return i < c->n;
}

static void add_curve(struct curves *c, const struct curve *curve)
{
    if (c->n < OFFERS_MAX && !has_curve(c, curve))
        c->item[c->n++] = curve;
}

/* Any: all that TLSv1.3 has. */
static void add_any(const struct effective *e, struct curves *ret)
{
    static const uint16_t ids[] = {23, 24, 25, 29, 30};
    size_t i;

    if (e->policy->x25519_first)
        add_curve(ret, curve_by_id(29));
    for (i = 0; i < LENGTH(ids); i++)
        add_curve(ret, curve_by_id(ids[i]));
}

/* As the policy has them, coded or by default. */
static void policy_curves(const struct effective *e, enum policy_parm parm,
                          struct curves *ret)
{
    const struct entry *entry = effective_entry(e, parm);
    size_t i;

    ret->n = 0;
    for (i = 0; i < entry->count; i++)
        add_curve(ret, entry->items[i]);
    if (entry->count == 0)
        add_any(e, ret);
}

/* RFC 8446 section 4.2.7. */
static bool in_tls13(const struct curve *c)
{
    return (c->id >= 23 && c->id <= 25) || c->id == 29 || c->id == 30;
}

/* Why OpenSSL leaves a group out. */
static enum offers_out curve_out(const struct effective *e,
                                 enum policy_parm parm, const struct curve *c)
{
    if (profile_of(e) != SUITEB_OFF)
        return c->id == suiteb[profile_of(e)].groups[0] ||
                       c->id == suiteb[profile_of(e)].groups[1]
                   ? OFFERS_IN
                   : OFFERS_NOT_IN_PROFILE;
    if (c->openssl == NULL)
        return OFFERS_NOT_IN_OPENSSL;
    return !in_tls13(c) && (parm == PARM_ServerKeyShareGroups ||
                            offers_versions(e) == VERSION_TLSv1_3)
               ? OFFERS_NOT_IN_TLS13
               : OFFERS_IN;
}

static void usable(const struct effective *e, enum policy_parm parm,
                   struct curves *ret)
{
    struct curves all;
    size_t i;

    policy_curves(e, parm, &all);
    ret->n = 0;
    for (i = 0; i < all.n; i++) {
        if (curve_out(e, parm, all.item[i]) == OFFERS_IN)
            add_curve(ret, all.item[i]);
    }
}

/* The groups whose key shares a client would send, best first. Those of the
 * default go with the default curves only, as in pasearch. */
static void add_shares(const struct effective *e, const struct curves *groups,
                       struct curves *ret)
{
    bool coded =
        effective_origin(e, PARM_ClientKeyShareGroups, NULL) != LEVEL_DEFAULT;
    const struct curve *const *list;
    struct curves shares = {.n = 0};
    size_t i;

    if (coded || effective_curves(e, PARM_ClientECurves, &list) == 0)
        policy_curves(e, PARM_ClientKeyShareGroups, &shares);
    for (i = 0; i < shares.n; i++) {
        if (has_curve(groups, shares.item[i]))
            add_curve(ret, shares.item[i]);
    }
    for (i = 0; i < groups->n; i++) {
        if (in_tls13(groups->item[i]))
            add_curve(ret, groups->item[i]);
    }
}

/* Only TLSv1.3 has key shares: before it the order of the curves stays. */
static void client_groups(const struct effective *e, struct curves *ret)
{
    struct curves groups, shares = {.n = 0};
    size_t i;

    usable(e, PARM_ClientECurves, &groups);
    ret->n = 0;
    if (offers_versions(e) & VERSION_TLSv1_3)
        add_shares(e, &groups, &shares);
    if (shares.n > 0)
        add_curve(ret, shares.item[0]);
    for (i = 0; i < groups.n; i++)
        add_curve(ret, groups.item[i]);
}

static void suiteb_curves(int profile, struct curves *ret)
{
    size_t i;

    ret->n = 0;
    for (i = 0; i < 2 && suiteb[profile].groups[i] != 0; i++)
        add_curve(ret, curve_by_id(suiteb[profile].groups[i]));
}

size_t offers_curves(const struct effective *e, enum policy_parm parm,
                     const struct curve *ret[OFFERS_MAX])
{
    bool client =
        parm == PARM_ClientECurves || parm == PARM_ClientKeyShareGroups;
    struct curves c;

    if (profile_of(e) != SUITEB_OFF)
        suiteb_curves(profile_of(e), &c);
    else if (client)
        client_groups(e, &c);
    else
        usable(e, parm, &c);
    if (parm == PARM_ClientKeyShareGroups && c.n > 1)
        c.n = 1;
    memcpy(ret, c.item, c.n * sizeof(c.item[0]));
    return c.n;
}

/* ---- signature pairs ---- */

static bool in_tls13_hello(const struct sigpair *p)
{
    unsigned hash = p->id >> 8, key = p->id & 0xff;

    return hash == 8 || (hash >= 4 && key != 2);
}

static enum offers_out pair_out(const struct effective *e,
                                const struct sigpair *p)
{
    unsigned versions = offers_versions(e);

    if (profile_of(e) != SUITEB_OFF)
        return p->id == suiteb[profile_of(e)].pairs[0] ||
                       p->id == suiteb[profile_of(e)].pairs[1]
                   ? OFFERS_IN
                   : OFFERS_NOT_IN_PROFILE;
    if (p->openssl == NULL)
        return OFFERS_NOT_IN_OPENSSL;
    if (versions == VERSION_TLSv1_3 && !in_tls13_hello(p))
        return OFFERS_NOT_IN_TLS13;
    return offers_bars_pair(p) && offers_level(e) > 0 ? OFFERS_BARRED
                                                      : OFFERS_IN;
}

static size_t policy_pairs(const struct effective *e,
                           const struct sigpair *const **ret)
{
    const struct entry *entry = effective_entry(e, PARM_SignaturePairs);
    const void *items = entry->items; /* rows of the table of pairs */

    *ret = items;
    return entry->count;
}

static bool has_pair(const struct sigpair *const *list, size_t n,
                     const struct sigpair *pair)
{
    size_t i;

    for (i = 0; i < n && list[i] != pair;)
        i++;
    return i < n;
}

size_t offers_sigpairs(const struct effective *e,
                       const struct sigpair *ret[OFFERS_MAX])
{
    const struct sigpair *const *list;
    size_t i, n, count = 0;

    if (profile_of(e) != SUITEB_OFF) {
        for (i = 0; i < 2 && suiteb[profile_of(e)].pairs[i] != 0; i++)
            ret[count++] = sigpair_by_id(suiteb[profile_of(e)].pairs[i]);
        return count;
    }
    n = policy_pairs(e, &list);
    for (i = 0; i < n && count < OFFERS_MAX; i++) {
        if (pair_out(e, list[i]) == OFFERS_IN && !has_pair(ret, count, list[i]))
            ret[count++] = list[i];
    }
    return count;
}

/* ---- suites ---- */

/* What the peer must be able to sign with: the low byte of a pair, but for
 * RSASSA-PSS. */
static bool signs(const struct sigpair *pair, enum cipher_key key)
{
    unsigned with = pair->id >> 8 == 8 ? 1 : pair->id & 0xff;

    return (key == CIPHER_KEY_RSA && with == 1) ||
           (key == CIPHER_KEY_DSS && with == 2) ||
           (key == CIPHER_KEY_ECDSA && with == 3);
}

static bool has_signer(const struct effective *e, enum cipher_key key)
{
    const struct sigpair *pairs[OFFERS_MAX];
    size_t i, n = offers_sigpairs(e, pairs);

    for (i = 0; i < n; i++) {
        if (signs(pairs[i], key))
            return true;
    }
    return key == CIPHER_KEY_ANY;
}

enum offers_out offers_suite(const struct effective *e,
                             const struct cipher *suite)
{
    enum offers_out out = not_taken(offers_level(e), suite);
    unsigned on = out == OFFERS_IN ? offers_versions(e) : effective_versions(e);

    if (out == OFFERS_NOT_IN_OPENSSL)
        return out;
    if ((on & versions_of(suite)) == 0)
        return OFFERS_NO_VERSION;
    return out == OFFERS_IN && !has_signer(e, suite->key) ? OFFERS_NO_PAIR
                                                          : out;
}

static bool is_suites(enum policy_parm parm)
{
    return parm == PARM_V3CipherSuites || parm == PARM_V3CipherSuites4Char;
}

static void suite_items(const struct effective *e, bool tls13,
                        effective_item_fn fn, void *arg)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(e, &list);

    for (i = 0; i < n; i++) {
        if (cipher_is_tls13(list[i]) == tls13 &&
            offers_suite(e, list[i]) == OFFERS_IN)
            fn(arg, list[i]->code4);
    }
}

/* ---- as text ---- */

bool offers_has(const struct effective *e, enum policy_parm parm)
{
    bool client = effective_choice(e, PARM_HandshakeRole) == ROLE_CLIENT;
    unsigned versions = offers_versions(e);

    switch ((int)parm) {
    case PARM_V3CipherSuites:
    case PARM_V3CipherSuites4Char:
        return effective_versions(e) != 0;
    case PARM_SignaturePairs:
        return (versions & (VERSION_TLSv1_2 | VERSION_TLSv1_3)) != 0;
    case PARM_ClientECurves:
        return client && versions != 0;
    case PARM_ClientKeyShareGroups:
        return client && (versions & VERSION_TLSv1_3) != 0;
    case PARM_ServerKexECurves:
        return !client && (versions & ~(unsigned)VERSION_TLSv1_3) != 0;
    case PARM_ServerKeyShareGroups:
        return !client && (versions & VERSION_TLSv1_3) != 0;
    default:
        return false;
    }
}

void offers_items(const struct effective *e, enum policy_parm parm,
                  effective_item_fn fn, void *arg)
{
    const struct sigpair *pairs[OFFERS_MAX];
    const struct curve *curves[OFFERS_MAX];
    size_t i, n;

    if (is_suites(parm)) {
        suite_items(e, true, fn, arg);
        suite_items(e, false, fn, arg);
        return;
    }
    if (parm == PARM_SignaturePairs) {
        n = offers_sigpairs(e, pairs);
        for (i = 0; i < n; i++)
            fn(arg, pairs[i]->id4);
        return;
    }
    n = offers_curves(e, parm, curves);
    for (i = 0; i < n; i++)
        fn(arg, curves[i]->id4);
}

static void suites_left_out(const struct effective *e, offers_left_fn fn,
                            void *arg)
{
    const struct cipher *const *list;
    size_t i, n = effective_ciphers(e, &list);
    enum offers_out why;

    for (i = 0; i < n; i++) {
        why = offers_suite(e, list[i]);
        if (why != OFFERS_IN)
            fn(arg, list[i]->code4, why);
    }
}

static void curves_left_out(const struct effective *e, enum policy_parm parm,
                            offers_left_fn fn, void *arg)
{
    struct curves all, sent;
    enum offers_out why;
    size_t i;

    policy_curves(e, parm, &all);
    sent.n = offers_curves(e, parm, sent.item);
    for (i = 0; i < all.n; i++) {
        if (has_curve(&sent, all.item[i]))
            continue;
        why = curve_out(e, parm, all.item[i]);
        fn(arg, all.item[i]->id4, why != OFFERS_IN ? why : OFFERS_ONE_SHARE);
    }
}

static void pairs_left_out(const struct effective *e, offers_left_fn fn,
                           void *arg)
{
    const struct sigpair *const *pairs;
    size_t i, n = policy_pairs(e, &pairs);
    enum offers_out why;

    for (i = 0; i < n; i++) {
        why = pair_out(e, pairs[i]);
        if (why != OFFERS_IN)
            fn(arg, pairs[i]->id4, why);
    }
}

void offers_left_out(const struct effective *e, enum policy_parm parm,
                     offers_left_fn fn, void *arg)
{
    if (is_suites(parm))
        suites_left_out(e, fn, arg);
    else if (parm == PARM_SignaturePairs)
        pairs_left_out(e, fn, arg);
    else
        curves_left_out(e, parm, fn, arg);
}

/* The codes that are left out for one reason. */
struct left_list {
    enum offers_out why;
    struct strbuf codes;
};

static void add_left(void *arg, const char *code, enum offers_out why)
{
    struct left_list *l = arg;

    if (why == l->why)
        strbuf_addf(&l->codes, "%s ", code);
}

bool offers_left_show(const struct effective *e, enum policy_parm parm,
                      struct strbuf *out)
{
    struct left_list l = {OFFERS_IN, STRBUF_INIT};
    size_t before = out->len;

    for (l.why = OFFERS_IN + 1; l.why < OFFERS_OUT_COUNT; l.why++) {
        strbuf_reset(&l.codes);
        offers_left_out(e, parm, add_left, &l);
        if (l.codes.len != 0)
            strbuf_addf(out, "%s%s(%s)", out->len != before ? ", " : "",
                        strbuf_str(&l.codes), offers_why(l.why));
    }
    out->failed = out->failed || strbuf_failed(&l.codes);
    strbuf_done(&l.codes);
    return out->len != before;
}
