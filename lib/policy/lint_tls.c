/* The advice about one set of actions: what TLS it makes. */

#include <stdio.h>
#include <string.h>

#include "policy/lint_private.h"
#include "policy/offers.h"
#include "policy/value.h"

typedef void (*case_check_fn)(const struct lint_case *c);

bool lint_is_coded(const struct lint_case *c, enum policy_parm parm)
{
    return effective_origin(c->e, parm, NULL) != LEVEL_DEFAULT;
}

bool lint_has_profile(const struct lint_case *c)
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

    if (!lint_is_coded(c, PARM_ClientAuthType) ||
        role == ROLE_SERVER_CLIENT_AUTH)
        return;
    finding_add(c->f, FIND_clientauth_useless, &span,
                "%s: ClientAuthType says nothing, because HandshakeRole is "
                "%s: no certificate is asked for",
                c->name, value_choice_name(TYPE_role, role));
    finding_fix(c->f, role == ROLE_SERVER
                          ? "HandshakeRole ServerWithClientAuth, or no "
                            "ClientAuthType"
                          : "remove ClientAuthType: it is the server's word");
}

static void check_host(const struct lint_case *c)
{
    struct span span = lint_origin(c->rule, PARM_HandshakeRole);

    if (effective_choice(c->e, PARM_HandshakeRole) != ROLE_CLIENT ||
        c->e->policy->release < ZOS_2_5 ||
        lint_is_coded(c, PARM_HostReferenceIdDNS) ||
        lint_is_coded(c, PARM_HostReferenceIdCN))
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
    finding_fix(c->f, "add %s On to its advanced parameters%s",
                lint_version_wanted(c),
                legacy ? ", or allow_legacy = true; to attlsd.conf" : "");
}

static void check_old_versions(const struct lint_case *c)
{
    const struct version *v;
    struct span span;
    bool spoken, newer = effective_on(c->e, PARM_TLSv1_2) ||
                         effective_on(c->e, PARM_TLSv1_3);
    size_t i;

    if (lint_has_profile(c))
        return;
    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        if (!v->legacy || v->bit == 0 || !effective_on(c->e, v->parm))
            continue; /* no-effect says that the others are not there */
        span = lint_origin(c->rule, v->parm);
        spoken = c->e->policy->allow_legacy;
        finding_add(c->f, FIND_old_protocol, &span, "%s has %s on%s%s", c->name,
                    v->name, lint_is_coded(c, v->parm) ? "" : ", by default",
                    spoken ? "" : "; it is not spoken here");
        finding_fix(c->f, "add %s%s Off to its advanced parameters",
                    newer ? "" : "TLSv1.2 On, then ", v->name);
    }
}

/* OpenSSL has no hello that leaves one out between two others. */
static void check_gap(const struct lint_case *c)
{
    const struct version *v;
    struct span span;
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++) {
        v = &tls_versions[i];
        if (!offers_gap(c->e, v))
            continue;
        span = lint_origin(c->rule, v->parm);
        finding_add(c->f, FIND_version_gap, &span,
                    "%s is a client and has %s on below a version that is off: "
                    "it is not offered here",
                    c->name, v->name);
        finding_fix(c->f, "switch the versions between on too, or add %s Off",
                    v->name);
    }
}

/* ---- curves ---- */

static void check_key_shares(const struct lint_case *c)
{
    const struct curve *const *shares, *const *curves;
    size_t n = effective_curves(c->e, PARM_ClientKeyShareGroups, &shares);
    size_t m = effective_curves(c->e, PARM_ClientECurves, &curves), i, k;
    struct span span = lint_origin(c->rule, PARM_ClientKeyShareGroups);

    if (effective_choice(c->e, PARM_HandshakeRole) != ROLE_CLIENT ||
        !lint_is_coded(c, PARM_ClientKeyShareGroups) || m == 0)
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
            if (needed == PARM_COUNT || lint_is_coded(c, needed))
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
    const char *text, *fix; /* fix NULL: the row of a refused parameter's */
} switches[] = {
    {PARM_ApplicationControlled, FIND_appl_controlled,
     "TLS begins only when the program asks for it; a program that never asks "
     "speaks in clear",
     NULL},
    {PARM_SecondaryMap, FIND_secondarymap_multi,
     "a program with several primary connections between the same two "
     "addresses may take the policy of the wrong one",
     NULL},
    {PARM_CtraceClearText, FIND_ctrace_clear,
     "packet traces, on z/OS and here, have its data in clear",
     "CtraceClearText Off"},
};

static void check_switch(const struct lint_case *c, size_t i)
{
    const struct parm *row = schema_parm(switches[i].parm);
    struct span span = lint_origin(c->rule, switches[i].parm);

    if (finding_said(c->f, switches[i].finding, &span))
        return; /* of another rule that has the same line */
    if (row->support == SUPPORT_REFUSED)
        finding_add(c->f, switches[i].finding, &span,
                    "%s has %s On: its connections are refused here, because "
                    "%s; on z/OS %s",
                    c->name, row->keyword, row->why, switches[i].text);
    else
        finding_add(c->f, switches[i].finding, &span, "%s has %s On: %s",
                    c->name, row->keyword, switches[i].text);
    finding_fix(c->f, "%s",
                switches[i].fix != NULL ? switches[i].fix : row->fix);
}

static void check_switches(const struct lint_case *c)
{
    struct span span;
    size_t i;

    for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        if (effective_on(c->e, switches[i].parm))
            check_switch(c, i);
    }
    if (effective_number(c->e, PARM_Trace) <= 7)
        return;
    span = lint_origin(c->rule, PARM_Trace);
    if (finding_said(c->f, FIND_trace_noisy, &span))
        return;
    finding_add(c->f, FIND_trace_noisy, &span,
                "%s has Trace %lu: more lines than a syslog daemon may keep",
                c->name, effective_number(c->e, PARM_Trace));
    finding_fix(c->f, "Trace 7 shows errors, connections and their TLS");
}

static const case_check_fn checks[] = {
    check_role_override, check_client_auth, check_host,  check_no_version,
    check_old_versions,  check_gap,         lint_suites, check_key_shares,
    check_pairs,         check_switches,
};

void lint_case(const struct lint_case *c)
{
    size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        checks[i](c);
}
