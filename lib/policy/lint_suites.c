/* The advice about lists of cipher suites, and about what of all lists OpenSSL
 * does not take. */

#include <stdlib.h>
#include <string.h>

#include "policy/lint_private.h"
#include "policy/offers.h"

enum { CHACHA20_POLY1305 = 0x1303 };

/* The line of TTLSCipherParms O that names SUITE (NULL: the first line). */
static const struct setting *suite_line(const struct object *o,
                                        const struct cipher *suite)
{
    const struct setting *s;
    uint32_t i, k;

    for (i = 0; i < o->count; i++) {
        s = &o->settings[i];
        if (s->parm != PARM_V3CipherSuites &&
            s->parm != PARM_V3CipherSuites4Char)
            continue;
        for (k = 0; k < s->value.codes->count; k++)
            if (suite == NULL || s->value.codes->items[k] == suite)
                return s;
    }
    return NULL;
}

/* The TTLSCipherParms of an action that has suites coded. */
static const struct object *cipher_parms(const struct policy_action *a)
{
    const struct setting *s = a->object->settings;

    while (s->parm != PARM_TTLSCipherParmsRef || s->overridden)
        s++;
    return s->value.object;
}

/* Where the suites in effect are coded, or one of them. False: they are the
 * default. */
static bool suites_place(const struct lint_case *c, const struct cipher *suite,
                         struct span *span)
{
    const struct policy_action *a;
    int level;

    *span = c->rule->object->span;
    for (level = LEVEL_CONNECTION; level > LEVEL_DEFAULT; level--) {
        a = c->e->levels[level];
        if (a == NULL || action_ciphers(c->e->policy, a) == NULL)
            continue;
        *span = suite_line(cipher_parms(a), suite)->span;
        return true;
    }
    return false;
}

typedef bool (*suite_test_fn)(const struct lint_case *c,
                              const struct cipher *s);

/* The first suite in effect for which TEST holds, or NULL; and all of them as
 * " 0005 000A" in OUT, which may be NULL. */
static const struct cipher *suites_that(const struct lint_case *c,
                                        suite_test_fn test, struct strbuf *out)
{
    const struct cipher *const *list, *first = NULL;
    size_t n = effective_ciphers(c->e, &list), i;

    for (i = 0; i < n; i++) {
        if (!test(c, list[i]))
            continue;
        if (out != NULL)
            strbuf_addf(out, " %s", list[i]->code4);
        if (first == NULL)
            first = list[i];
    }
    return first;
}

static bool suite_weak(const struct lint_case *c, const struct cipher *s)
{
    (void)c;
    return s->weakness != 0;
}

/* A version that is on can use the suite. */
static bool is_spoken(const struct lint_case *c, const struct cipher *s)
{
    return (effective_versions(c->e) & versions_of(s)) != 0;
}

static bool suite_idle(const struct lint_case *c, const struct cipher *s)
{
    return s->openssl != NULL && s->code != CHACHA20_POLY1305 &&
           !is_spoken(c, s);
}

static bool suite_chacha(const struct lint_case *c, const struct cipher *s)
{
    return s->code == CHACHA20_POLY1305 && !is_spoken(c, s);
}

/* What a handshake can take. */
static bool suite_usable(const struct lint_case *c, const struct cipher *s)
{
    return offers_suite(c->e, s) == OFFERS_IN;
}

static bool suite_fresh(const struct lint_case *c, const struct cipher *s)
{
    return suite_usable(c, s) && (s->forward_secret || cipher_is_tls13(s));
}

static bool suite_older(const struct lint_case *c, const struct cipher *s)
{
    (void)c;
    return s->openssl != NULL && !cipher_is_tls13(s);
}

static bool suite_tls13(const struct lint_case *c, const struct cipher *s)
{
    (void)c;
    return cipher_is_tls13(s);
}

/* Findings that name suites which were coded. */
static const struct {
    suite_test_fn test;
    enum finding finding;
    const char *text, *fix;
} suite_rows[] = {
    {suite_idle, FIND_suite_no_protocol,
     "suites that no TLS version which is on can use",
     "switch their version on, or leave them out"},
    {suite_chacha, FIND_anon_chacha,
     "TLS_CHACHA20_POLY1305_SHA256 is a suite of TLSv1.3, which is off",
     "TLSv1.3 On, or leave it out: AT-TLS has no such suite for TLSv1.2"},
    {suite_weak, FIND_weak_suite, "weak suites", "leave them out"},
};

/* ---- suites that would do ---- */

/* Both have one for keys of either kind; all three are in OpenSSL. */
static const char *fresh_suites(const struct lint_case *c)
{
    return effective_versions(c->e) & VERSION_TLSv1_2 ? "C02CC030" : "C00AC014";
}

static bool suite_strong(const struct lint_case *c, const struct cipher *s)
{
    return suite_usable(c, s) && s->weakness == 0;
}

/* All suites that OpenSSL has are those of TLSv1.3, and the release knows it.
 */
static bool wants_tls13(const struct lint_case *c)
{
    return c->e->policy->release >= ZOS_2_4 &&
           suites_that(c, suite_tls13, NULL) != NULL &&
           suites_that(c, suite_older, NULL) == NULL;
}

const char *lint_version_wanted(const struct lint_case *c)
{
    return wants_tls13(c) ? "TLSv1.3" : "TLSv1.2";
}

static bool suite_tls12(const struct lint_case *c, const struct cipher *s)
{
    (void)c;
    return s->openssl != NULL && s->weakness == 0 &&
           (versions_of(s) & VERSION_TLSv1_2) != 0;
}

static bool suite_no_pair(const struct lint_case *c, const struct cipher *s)
{
    return offers_suite(c->e, s) == OFFERS_NO_PAIR;
}

static void fix_version(const struct lint_case *c, const char *version,
                        const char *suites)
{
    finding_fix(c->f,
                "add %s On to its advanced parameters, or %s to "
                "V3CipherSuites4Char",
                version, suites);
}

/* The policy's own suites, where a version or a pair brings them to life, else
 * others. */
static void fix_no_suite(const struct lint_case *c, bool coded)
{
    unsigned on = effective_versions(c->e);
    const char *others = on == VERSION_TLSv1_3 ? "13021301" : fresh_suites(c);

    if (suites_that(c, suite_no_pair, NULL))
        finding_fix(c->f, "add pairs for the keys of its suites to "
                          "SignaturePairs, such as 08040401 for RSA");
    else if (wants_tls13(c) && (on & VERSION_TLSv1_3) == 0)
        fix_version(c, "TLSv1.3", others);
    else if ((on & VERSION_TLSv1_2) == 0 && suites_that(c, suite_tls12, NULL))
        fix_version(c, "TLSv1.2", others);
    else
        finding_fix(c->f,
                    coded ? "add %s to V3CipherSuites4Char"
                          : "add TTLSCipherParms with V3CipherSuites4Char %s",
                    others);
}

/* Nothing would be left without the weak ones. */
static void fix_suites(const struct lint_case *c, size_t row)
{
    if (suite_rows[row].finding == FIND_weak_suite &&
        suites_that(c, suite_strong, NULL) == NULL)
        finding_fix(c->f, "put %s in their place", fresh_suites(c));
    else
        finding_fix(c->f, "%s", suite_rows[row].fix);
}

static void check_suites(const struct lint_case *c)
{
    struct strbuf codes = STRBUF_INIT;
    const struct cipher *first;
    bool none = suites_that(c, suite_usable, NULL) == NULL;
    struct span span;
    size_t i;

    if (lint_has_profile(c) || !suites_place(c, NULL, &span) ||
        effective_versions(c->e) == 0)
        return;
    for (i = 0; i < sizeof(suite_rows) / sizeof(suite_rows[0]); i++) {
        strbuf_reset(&codes);
        first = suites_that(c, suite_rows[i].test, &codes);
        if (first == NULL || (none && suite_rows[i].test != suite_weak))
            continue; /* no-suite says why each is left out */
        suites_place(c, first, &span);
        if (suite_rows[i].test == suite_weak &&
            finding_said(c->f, FIND_weak_suite, &span))
            continue; /* rules that have one list */
        finding_add(c->f, suite_rows[i].finding, &span, "%s: %s:%s", c->name,
                    suite_rows[i].text, strbuf_str(&codes));
        fix_suites(c, i);
    }
    strbuf_done(&codes);
}

static void say_no_suite(const struct lint_case *c, const struct span *span,
                         bool coded)
{
    struct strbuf left = STRBUF_INIT;

    offers_left_show(c->e, PARM_V3CipherSuites4Char, &left);
    finding_add(c->f, FIND_no_suite, span,
                "%s: none of its suites can be used: %s", c->name,
                strbuf_str(&left));
    strbuf_done(&left);
    fix_no_suite(c, coded);
}

static void check_tls13(const struct lint_case *c, bool coded)
{
    struct span span = lint_origin(c->rule, PARM_TLSv1_3);

    if ((effective_versions(c->e) & VERSION_TLSv1_3) == 0 ||
        suites_that(c, suite_tls13, NULL))
        return;
    finding_add(c->f, FIND_tls13_no_suite, &span,
                "%s has TLSv1.3 on and none of its suites: it is never chosen",
                c->name);
    finding_fix(c->f, coded ? "add 130213011303 to V3CipherSuites4Char"
                            : "code V3CipherSuites4Char, which takes the place "
                              "of the release's list: 130213011303 and the "
                              "suites of the other versions");
}

static void check_no_suite(const struct lint_case *c)
{
    struct span span;
    bool coded = suites_place(c, NULL, &span);

    if (effective_versions(c->e) == 0)
        return;
    if (!suites_that(c, suite_usable, NULL)) {
        say_no_suite(c, &span, coded);
        return;
    }
    check_tls13(c, coded);
    if (suites_that(c, suite_fresh, NULL))
        return;
    finding_add(c->f, FIND_rsa_key_exchange, &span,
                "%s: all its suites exchange keys by RSA; current Java and "
                "other peers refuse them",
                c->name);
    finding_fix(c->f, "add suites with ECDHE, such as %s", fresh_suites(c));
}

static void check_profile(const struct lint_case *c)
{
    struct span span;

    if (!lint_has_profile(c) || !suites_place(c, NULL, &span))
        return;
    finding_add(c->f, FIND_suiteb_and_ciphers, &span,
                "%s has a SuiteBProfile: its TTLSCipherParms are ignored",
                c->name);
    finding_fix(c->f, "remove one of the two");
}

/* ---- what OpenSSL does not take ---- */

static const struct {
    enum offers_out why;
    enum finding finding;
    const char *fix;
} left_rows[] = {
    {OFFERS_NOT_IN_OPENSSL, FIND_not_in_openssl,
     "leave them out, or write behind them: # attls-allow: not-in-openssl"},
    {OFFERS_BARRED, FIND_barred,
     "leave them out; they are used where allow_legacy = true stands in "
     "attlsd.conf and TLSv1 or TLSv1.1 is on"},
};

struct left_codes {
    enum offers_out why;
    struct strbuf text;
    const struct cipher *first; /* of a list of suites */
};

static void keep_left(void *arg, const char *code, enum offers_out why)
{
    struct left_codes *l = arg;

    if (why != l->why)
        return;
    if (l->text.len == 0)
        l->first = cipher_by_code((uint16_t)strtoul(code, NULL, 16));
    strbuf_addf(&l->text, " %s", code);
}

static void say_left(const struct lint_case *c, enum policy_parm parm,
                     size_t row, const char *codes, const struct span *span)
{
    finding_add(c->f, left_rows[row].finding, span,
                "%s: of its %s these are %s:%s", c->name,
                parm == PARM_V3CipherSuites4Char ? "suites"
                                                 : schema_parm(parm)->keyword,
                offers_why(left_rows[row].why), codes);
    finding_fix(c->f, "%s", left_rows[row].fix);
}

static void check_left(const struct lint_case *c, enum policy_parm parm,
                       size_t row, struct span span)
{
    struct left_codes l = {left_rows[row].why, STRBUF_INIT, NULL};

    offers_left_out(c->e, parm, keep_left, &l);
    if (l.text.len != 0 && parm == PARM_V3CipherSuites4Char)
        suites_place(c, l.first, &span);
    if (l.text.len != 0 && !finding_said(c->f, left_rows[row].finding, &span))
        say_left(c, parm, row, strbuf_str(&l.text), &span);
    strbuf_done(&l.text);
}

/* Of coded lists: what a release has by default nobody can leave out. */
static void check_lists(const struct lint_case *c)
{
    static const enum policy_parm lists[] = {
        PARM_V3CipherSuites4Char,  PARM_ClientECurves,
        PARM_ClientKeyShareGroups, PARM_ServerKexECurves,
        PARM_ServerKeyShareGroups, PARM_SignaturePairs};
    size_t i, k;

    if (suites_that(c, suite_usable, NULL) == NULL)
        return; /* the lists are never sent, and no-suite names the suites */
    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (!lint_is_coded(c, lists[i]) || !offers_has(c->e, lists[i]) ||
            lint_has_profile(c))
            continue;
        for (k = 0; k < sizeof(left_rows) / sizeof(left_rows[0]); k++)
            check_left(c, lists[i], k, lint_origin(c->rule, lists[i]));
    }
}

void lint_suites(const struct lint_case *c)
{
    check_suites(c);
    check_no_suite(c);
    check_profile(c);
    check_lists(c);
}
