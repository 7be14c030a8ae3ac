/* The advice about one set of actions: what TLS it makes. */

#include <stdio.h>
#include <string.h>

#include "policy/lint_private.h"
#include "policy/value.h"

typedef void (*case_check_fn)(const struct lint_case *c);

/* The parameter is coded at some level. */
static bool is_coded(const struct lint_case *c, enum policy_parm parm)
{
    return effective_origin(c->e, parm, NULL) != LEVEL_DEFAULT;
}

static bool has_profile(const struct lint_case *c)
{
    return effective_choice(c->e, PARM_SuiteBProfile) != SUITEB_OFF;
}

/* ---- roles ---- */

static void check_role_override(const struct lint_case *c)
{
    const struct policy_action *env = c->e->levels[LEVEL_ENVIRONMENT];
    const struct policy_action *conn = c->e->levels[LEVEL_CONNECTION];
    const struct entry *a, *b;

    if (conn == NULL)
        return;
    a = action_entry(c->e->policy, env, PARM_HandshakeRole);
    b = action_entry(c->e->policy, conn, PARM_HandshakeRole);
    if (a == NULL || b == NULL ||
        a->last->value.number == b->last->value.number)
        return;
    finding_add(c->f, FIND_role_override, &b->last->span,
                "%s: HandshakeRole %s of the connection action hides %s of "
                "the environment action",
                c->name, value_choice_name(TYPE_role, b->last->value.number),
                value_choice_name(TYPE_role, a->last->value.number));
    finding_fix(c->f, "code the same role in both");
}

static void check_client_auth(const struct lint_case *c)
{
    int role = effective_choice(c->e, PARM_HandshakeRole);
    struct span span = lint_origin(c->rule, PARM_ClientAuthType);

    if (!is_coded(c, PARM_ClientAuthType) || role == ROLE_SERVER_CLIENT_AUTH)
        return;
    finding_add(c->f, FIND_clientauth_useless, &span,
                "%s: ClientAuthType says nothing, because HandshakeRole is "
                "%s: no certificate is asked for",
                c->name, value_choice_name(TYPE_role, role));
    finding_fix(c->f, "HandshakeRole ServerWithClientAuth, or no "
                      "ClientAuthType");
}

static void check_host(const struct lint_case *c)
{
    struct span span = lint_origin(c->rule, PARM_HandshakeRole);

    if (effective_choice(c->e, PARM_HandshakeRole) != ROLE_CLIENT ||
        c->e->policy->release < ZOS_2_5 ||
        is_coded(c, PARM_HostReferenceIdDNS) ||
        is_coded(c, PARM_HostReferenceIdCN))
        return;
    finding_add(c->f, FIND_no_hostcheck, &span,
                "%s: the client does not compare the server's name; any "
                "certificate that the key ring trusts will do",
                c->name);
    finding_fix(c->f, "add HostReferenceIdDNS with the server's name");
}

/* ---- versions ---- */

static void check_no_version(const struct lint_case *c)
{
    bool legacy =
        effective_on(c->e, PARM_TLSv1) || effective_on(c->e, PARM_TLSv1_1);
    struct span span = c->rule->object->span;

    if (effective_versions(c->e) != 0)
        return;
    finding_add(c->f, FIND_no_protocol, &span, "%s has no TLS version left%s",
                c->name,
                legacy ? "; TLSv1 and TLSv1.1 need allow_legacy = true" : "");
    finding_fix(c->f, "add TLSv1.2 On to its advanced parameters%s",
                legacy ? ", or allow_legacy = true; to attlsd.conf" : "");
}

static void check_old_versions(const struct lint_case *c)
{
    const struct version *v;
    struct span span;
    bool spoken;
    size_t i;

    if (has_profile(c))
        return;
    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        if (!v->legacy || !effective_on(c->e, v->parm))
            continue;
        span = lint_origin(c->rule, v->parm);
        spoken = v->bit != 0 && c->e->policy->allow_legacy;
        finding_add(c->f, FIND_old_protocol, &span, "%s has %s on%s%s", c->name,
                    v->name, is_coded(c, v->parm) ? "" : ", by default",
                    spoken ? "" : "; it is not spoken here");
        finding_fix(c->f, "add %s Off to its advanced parameters", v->name);
    }
}

/* ---- suites ---- */

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
    return s->code != CHACHA20_POLY1305 && !is_spoken(c, s);
}

static bool suite_chacha(const struct lint_case *c, const struct cipher *s)
{
    return s->code == CHACHA20_POLY1305 && !is_spoken(c, s);
}

/* What a handshake can take. */
static bool suite_usable(const struct lint_case *c, const struct cipher *s)
{
    return s->openssl != NULL && is_spoken(c, s);
}

static bool suite_fresh(const struct lint_case *c, const struct cipher *s)
{
    return suite_usable(c, s) && (s->forward_secret || cipher_is_tls13(s));
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
    {suite_weak, FIND_weak_suite, "weak suites", "leave them out"},
    {suite_idle, FIND_suite_no_protocol,
     "suites that no TLS version which is on can use",
     "switch their version on, or leave them out"},
    {suite_chacha, FIND_anon_chacha,
     "TLS_CHACHA20_POLY1305_SHA256 is a suite of TLSv1.3, which is off",
     "TLSv1.3 On, or leave it out: AT-TLS has no such suite for TLSv1.2"},
};

static void check_suites(const struct lint_case *c)
{
    struct strbuf codes = STRBUF_INIT;
    const struct cipher *first;
    struct span span;
    size_t i;

    if (has_profile(c) || !suites_place(c, NULL, &span) ||
        effective_versions(c->e) == 0)
        return;
    for (i = 0; i < sizeof(suite_rows) / sizeof(suite_rows[0]); i++) {
        strbuf_reset(&codes);
        first = suites_that(c, suite_rows[i].test, &codes);
        if (first == NULL)
            continue;
        suites_place(c, first, &span);
        finding_add(c->f, suite_rows[i].finding, &span, "%s: %s:%s", c->name,
                    suite_rows[i].text, strbuf_str(&codes));
        finding_fix(c->f, "%s", suite_rows[i].fix);
    }
    strbuf_done(&codes);
}

static void check_no_suite(const struct lint_case *c)
{
    struct span span;

    suites_place(c, NULL, &span);
    if (effective_versions(c->e) == 0)
        return;
    if (!suites_that(c, suite_usable, NULL)) {
        finding_add(c->f, FIND_no_suite, &span,
                    "%s: none of its suites can be used by a TLS version "
                    "that is on",
                    c->name);
        finding_fix(c->f, "add TTLSCipherParms with V3CipherSuites4Char "
                          "C030C02F, with 13021301 for TLSv1.3");
        return;
    }
    if ((effective_versions(c->e) & VERSION_TLSv1_3) &&
        !suites_that(c, suite_tls13, NULL)) {
        span = lint_origin(c->rule, PARM_TLSv1_3);
        finding_add(c->f, FIND_tls13_no_suite, &span,
                    "%s has TLSv1.3 on and none of its suites: it is never "
                    "chosen",
                    c->name);
        finding_fix(c->f, "add 130213011303 to V3CipherSuites4Char");
    }
    if (!suites_that(c, suite_fresh, NULL)) {
        suites_place(c, NULL, &span);
        finding_add(c->f, FIND_rsa_key_exchange, &span,
                    "%s: all its suites exchange keys by RSA; current Java "
                    "and other peers refuse them",
                    c->name);
        finding_fix(c->f, "add suites with ECDHE, such as C030C02F");
    }
}

static void check_profile(const struct lint_case *c)
{
    struct span span;

    if (!has_profile(c) || !suites_place(c, NULL, &span))
        return;
    finding_add(c->f, FIND_suiteb_and_ciphers, &span,
                "%s has a SuiteBProfile: its TTLSCipherParms are ignored",
                c->name);
    finding_fix(c->f, "remove one of the two");
}

/* ---- curves ---- */

static void check_key_shares(const struct lint_case *c)
{
    const struct curve *const *shares, *const *curves;
    size_t n = effective_curves(c->e, PARM_ClientKeyShareGroups, &shares);
    size_t m = effective_curves(c->e, PARM_ClientECurves, &curves), i, k;
    struct span span = lint_origin(c->rule, PARM_ClientKeyShareGroups);

    if (effective_choice(c->e, PARM_HandshakeRole) != ROLE_CLIENT ||
        !is_coded(c, PARM_ClientKeyShareGroups) || m == 0)
        return;
    for (i = 0; i < n; i++) {
        for (k = 0; k < m && curves[k] != shares[i];)
            k++;
        if (k < m)
            continue;
        finding_add(c->f, FIND_keyshare_not_in_curves, &span,
                    "%s: the key share %s is not one of its "
                    "ClientECurves",
                    c->name, shares[i]->id4);
        finding_fix(c->f, "add it to ClientECurves, or leave it out");
        return;
    }
}

/* ---- parameters that go together ---- */

static const struct {
    enum policy_parm parm, needs[2];
    enum finding finding;
} pairs[] = {
    {PARM_ClientMaxSSLFragment,
     {PARM_ClientMaxSSLFragmentLength, PARM_COUNT},
     FIND_fragment_incomplete},
    {PARM_ClientHandshakeSNI,
     {PARM_ClientHandshakeSNIMatch, PARM_ClientHandshakeSNIList},
     FIND_sni_incomplete},
    {PARM_ServerHandshakeSNI,
     {PARM_ServerHandshakeSNIMatch, PARM_ServerHandshakeSNIList},
     FIND_sni_incomplete},
};

static void check_pairs(const struct lint_case *c)
{
    enum policy_parm needed;
    struct span span;
    size_t i, k;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (effective_choice(c->e, pairs[i].parm) == SETTING_OFF)
            continue;
        span = lint_origin(c->rule, pairs[i].parm);
        for (k = 0; k < 2; k++) {
            needed = pairs[i].needs[k];
            if (needed == PARM_COUNT || is_coded(c, needed))
                continue;
            finding_add(c->f, pairs[i].finding, &span, "%s has %s and no %s",
                        c->name, schema_parm(pairs[i].parm)->keyword,
                        schema_parm(needed)->keyword);
            finding_fix(c->f, "add %s", schema_parm(needed)->keyword);
        }
    }
}

/* ---- switches that are seldom meant ---- */

static const struct {
    enum policy_parm parm;
    enum finding finding;
    const char *text, *fix;
} switches[] = {
    {PARM_ApplicationControlled, FIND_appl_controlled,
     "TLS begins only when the program asks for it; a program that never asks "
     "speaks in clear",
     "ApplicationControlled Off, unless the program issues SIOCTTLSCTL"},
    {PARM_SecondaryMap, FIND_secondarymap_multi,
     "a program with several primary connections between the same two "
     "addresses may take the policy of the wrong one",
     "write a rule for the secondary connections"},
    {PARM_CtraceClearText, FIND_ctrace_clear,
     "packet traces, on z/OS and here, have its data in clear",
     "CtraceClearText Off"},
};

static void check_switches(const struct lint_case *c)
{
    struct span span;
    size_t i;

    for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        if (!effective_on(c->e, switches[i].parm))
            continue;
        span = lint_origin(c->rule, switches[i].parm);
        finding_add(c->f, switches[i].finding, &span, "%s has %s On: %s",
                    c->name, schema_parm(switches[i].parm)->keyword,
                    switches[i].text);
        finding_fix(c->f, "%s", switches[i].fix);
    }
    if (effective_number(c->e, PARM_Trace) <= 7)
        return;
    span = lint_origin(c->rule, PARM_Trace);
    finding_add(c->f, FIND_trace_noisy, &span,
                "%s has Trace %lu: more lines than a syslog daemon may keep",
                c->name, effective_number(c->e, PARM_Trace));
    finding_fix(c->f, "Trace 7 shows errors, connections and their TLS");
}

static const case_check_fn checks[] = {
    check_role_override, check_client_auth, check_host,     check_no_version,
    check_old_versions,  check_suites,      check_no_suite, check_profile,
    check_key_shares,    check_pairs,       check_switches,
};

void lint_case(const struct lint_case *c)
{
    size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        checks[i](c);
}
