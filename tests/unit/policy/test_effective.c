/* policy/effective: connection over environment over group over default. */

#include "policy/effective.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/schema.h"
#include "support/parmtext.h"
#include "support/policies.h"
#include "support/suite.h"
#include "util/strbuf.h"

/* A rule with these lines in its group, environment and connection action;
 * a keyword, its value in effect and its level (g, e, c, d for default). */
static const struct {
    const char *name, *group, *env, *conn, *keyword, *value;
    char level;
    enum zos_release release;
} cases[] = {
    {"default", "", "", "", "HandshakeTimeout", "10", 'd', ZOS_3_1},
    {"environment", "",
     "TTLSEnvironmentAdvancedParms\n{\nHandshakeTimeout "
     "30\n}\n",
     "", "HandshakeTimeout", "30", 'e', ZOS_3_1},
    {"connection over environment", "",
     "TTLSEnvironmentAdvancedParms\n{\nHandshakeTimeout 30\n}\n",
     "TTLSConnectionAdvancedParms\n{\nHandshakeTimeout 5\n}\n",
     "HandshakeTimeout", "5", 'c', ZOS_3_1},
    {"each parameter by itself", "",
     "TTLSEnvironmentAdvancedParms\n{\nHandshakeTimeout 30\nTLSv1.1 Off\n}\n",
     "TTLSConnectionAdvancedParms\n{\nTLSv1.2 On\n}\n", "TLSv1.1", "Off", 'e',
     ZOS_3_1},
    {"a version nobody codes", "",
     "TTLSEnvironmentAdvancedParms\n{\nTLSv1.1 Off\n}\n",
     "TTLSConnectionAdvancedParms\n{\nTLSv1.2 On\n}\n", "TLSv1", "On", 'd',
     ZOS_3_1},
    {"trace of the group", "Trace 7\n", "", "", "Trace", "7", 'g', ZOS_3_1},
    {"trace of the environment", "Trace 7\n", "Trace 15\n", "", "Trace", "15",
     'e', ZOS_3_1},
    {"trace of the connection", "Trace 7\n", "Trace 15\n", "Trace 0\n", "Trace",
     "0", 'c', ZOS_3_1},
    {"trace by default", "", "", "", "Trace", "2", 'd', ZOS_3_1},
    {"role of the connection", "", "", "HandshakeRole Client\n",
     "HandshakeRole", "Client", 'c', ZOS_3_1},
    {"the last of two counts", "", "",
     "TTLSConnectionAdvancedParms\n{\nTLSv1 Off\nTLSv1 On\n}\n", "TLSv1", "On",
     'c', ZOS_3_1},
    {"a block in place replaces the reference", "",
     "TTLSEnvironmentAdvancedParmsRef X\nTTLSEnvironmentAdvancedParms\n{\n"
     "TLSv1.2 On\n}\n",
     "", "TLSv1", "On", 'd', ZOS_3_1},
    {"and the other way round", "",
     "TTLSEnvironmentAdvancedParms\n{\nTLSv1.2 On\n}\n"
     "TTLSEnvironmentAdvancedParmsRef X\n",
     "", "TLSv1", "Off", 'e', ZOS_3_1},
    {"TLSv1 in release 3.2", "", "", "", "TLSv1", "Off", 'd', ZOS_3_2},
    {"TLSv1.2 in release 3.2", "", "", "", "TLSv1.2", "On", 'd', ZOS_3_2},
    {"TLSv1.2 in release 3.2 beside TLSv1.3", "",
     "TTLSEnvironmentAdvancedParms\n{\nTLSv1.3 On\n}\n", "", "TLSv1.2", "Off",
     'd', ZOS_3_2},
    {"TLSv1.3 is not in release 2.3", "",
     "TTLSEnvironmentAdvancedParms\n{\nTLSv1.3 On\n}\n", "", "TLSv1.3", "Off",
     'd', ZOS_2_3},
    {"deep block", "",
     "TTLSGskAdvancedParms\n{\nTTLSGskOcspParms\n{\nOcspNonceSize 16\n}\n}\n",
     "", "OcspNonceSize", "16", 'e', ZOS_3_1},
    {"ring", "", "", "", "Keyring", "RING", 'e', ZOS_3_1},
    {"password is masked", "",
     "TTLSKeyringParms\n{\nKeyring /a.kdb\nKeyringPw hunter2\n}\n", "",
     "KeyringPw", "****", 'e', ZOS_3_1},
};

static struct policy *build(const char *group, const char *env,
                            const char *conn, enum zos_release release)
{
    char text[4000];
    struct diags *diags = diags_new();
    struct policy *p;

    snprintf(text, sizeof(text),
             "TTLSRule r\n{\nDirection Inbound\nLocalPortRange 1\n"
             "TTLSGroupActionRef g\nTTLSEnvironmentActionRef e\n"
             "TTLSConnectionActionRef c\n}\n"
             "TTLSGroupAction g\n{\nTTLSEnabled On\n%s}\n"
             "TTLSEnvironmentAction e\n{\nHandshakeRole Server\n%s%s}\n"
             "TTLSConnectionAction c\n{\n%s}\n"
             "TTLSEnvironmentAdvancedParms X\n{\nTLSv1 Off\n}\n%s",
             group,
             strstr(env, "TTLSKeyringParms") ? "" : "TTLSKeyringParmsRef R\n",
             env, conn, POLICY_ACTIONS);
    p = policy_from(text, release, diags);
    ck_assert_msg(p != NULL, "%s", findings_text(diags));
    diags_free(diags);
    return p;
}

static enum policy_parm parm_of(const char *keyword)
{
    static const char *const keywords[] = {
#define PARM(id, keyword, ...) keyword,
#include "policy/parms.def"
    };
    size_t i;

    for (i = 0; i < PARM_COUNT; i++)
        if (strcmp(keywords[i], keyword) == 0)
            break;
    ck_assert_uint_lt(i, PARM_COUNT);
    return (enum policy_parm)i;
}

START_TEST(takes_precedence)
{
    static const char levels[] = "dgec";
    struct policy *p = build(cases[_i].group, cases[_i].env, cases[_i].conn,
                             cases[_i].release);
    const struct effective *e = policy_rule_effective(policy_rule_get(p, 0));
    enum policy_parm parm = parm_of(cases[_i].keyword);
    struct strbuf shown = STRBUF_INIT;
    struct span span;
    enum effective_level level = effective_origin(e, parm, &span);

    effective_show(e, parm, &shown);
    ck_assert_msg(strcmp(strbuf_str(&shown), cases[_i].value) == 0, "%s: %s",
                  cases[_i].name, strbuf_str(&shown));
    ck_assert_msg(levels[level] == cases[_i].level, "%s: level %c",
                  cases[_i].name, levels[level]);
    ck_assert_msg((span.src == NULL) == (level == LEVEL_DEFAULT), "%s",
                  cases[_i].name);
    strbuf_done(&shown);
    policy_unref(p);
}
END_TEST

/* Lists replace each other; both V3 keywords make one; a suite once. */
static const struct {
    const char *name, *env, *conn, *suites;
} lists[] = {
    {"default", "", "", "0035 0038 0039 002F 0032 0033"},
    {"environment", "TTLSCipherParms\n{\nV3CipherSuites 352F\n}\n", "",
     "0035 002F"},
    {"both keywords in their order",
     "TTLSCipherParms\n{\nV3CipherSuites 35\nV3CipherSuites4Char C030\n"
     "V3CipherSuites 2F\n}\n",
     "", "0035 C030 002F"},
    {"a suite twice",
     "TTLSCipherParms\n{\nV3CipherSuites 352F35\n"
     "V3CipherSuites4Char 002F0033\n}\n",
     "", "0035 002F 0033"},
    {"connection replaces", "TTLSCipherParms\n{\nV3CipherSuites 352F\n}\n",
     "TTLSCipherParms\n{\nV3CipherSuites4Char C030\n}\n", "C030"},
    {"a list of SSLv2 leaves the default",
     "TTLSCipherParms\n{\nV2CipherSuites 1\n}\n", "",
     "0035 0038 0039 002F 0032 0033"},
    {"the last of two blocks",
     "TTLSCipherParms\n{\nV3CipherSuites 35\n}\n"
     "TTLSCipherParms\n{\nV3CipherSuites 2F\n}\n",
     "", "002F"},
    {"Suite B", "SuiteBProfile 192\nTTLSCipherParms\n{\nV3CipherSuites 35\n}\n",
     "", "C02C"},
};

START_TEST(lists_suites)
{
    struct policy *p = build("", lists[_i].env, lists[_i].conn, ZOS_3_1);
    const struct effective *e = policy_rule_effective(policy_rule_get(p, 0));
    const struct cipher *const *list;
    size_t n = effective_ciphers(e, &list), i;
    char text[200] = "";

    for (i = 0; i < n; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
                 i != 0 ? " " : "", list[i]->code4);
    ck_assert_msg(strcmp(text, lists[_i].suites) == 0, "%s: %s", lists[_i].name,
                  text);
    policy_unref(p);
}
END_TEST

static const struct {
    const char *name, *env, *keyword;
} refusals[] = {
    {"nothing", "", NULL},
    {"switched off",
     "TTLSEnvironmentAdvancedParms\n{\nApplicationControlled Off\n}\n", NULL},
    {"key database",
     "TTLSKeyringParms\n{\nKeyring /a.kdb\n"
     "KeyringStashFile /a.sth\n}\n",
     NULL},
    {"second mapping", "TTLSEnvironmentAdvancedParms\n{\nSecondaryMap On\n}\n",
     "SecondaryMap"},
    {"mapped to users",
     "TTLSEnvironmentAdvancedParms\n{\nClientAuthType SAFCheck\n}\n", NULL},
    {"OCSP",
     "TTLSGskAdvancedParms\n{\nTTLSGskOcspParms\n{\nOcspAiaEnable On\n}\n}\n",
     "OcspAiaEnable"},
};

START_TEST(a_parameter_that_is_not_built_is_refused)
{
    struct policy *p = build("", refusals[_i].env, "", ZOS_3_1);
    const struct policy_refusal *r =
        effective_refused(policy_rule_effective(policy_rule_get(p, 0)));

    ck_assert_msg((r == NULL) == (refusals[_i].keyword == NULL), "%s: %s",
                  refusals[_i].name, r != NULL ? r->keyword : "none");
    if (r != NULL) {
        ck_assert_str_eq(r->keyword, refusals[_i].keyword);
        ck_assert_ptr_nonnull(r->span.src);
        ck_assert_uint_ne(strlen(r->why), 0);
    }
    policy_unref(p);
}
END_TEST

START_TEST(texts_in_effect_are_read)
{
    struct policy *p =
        build("",
              "TTLSEnvironmentAdvancedParms\n{\nServerCertificateLabel one\n"
              "ServerCertificateLabel the other\nCertificateLabel mine\n}\n",
              "", ZOS_3_1);
    const struct effective *e = policy_rule_effective(policy_rule_get(p, 0));
    const char *const *texts;

    ck_assert_uint_eq(effective_texts(e, PARM_ServerCertificateLabel, &texts),
                      2);
    ck_assert_str_eq(texts[0], "one");
    ck_assert_str_eq(texts[1], "the other");
    ck_assert_str_eq(effective_text(e, PARM_CertificateLabel), "mine");
    ck_assert_ptr_null(effective_text(e, PARM_HostReferenceIdDNS));
    ck_assert_uint_eq(effective_texts(e, PARM_ClientHandshakeSNIList, &texts),
                      0);
    policy_unref(p);
}
END_TEST

/* Legacy versions need allow_legacy as well. */
static const struct {
    const char *lines;
    unsigned without, with;
} versions[] = {
    {"", 0, VERSION_TLSv1 | VERSION_TLSv1_1},
    {"TTLSEnvironmentAdvancedParms\n{\nTLSv1.2 On\n}\n", VERSION_TLSv1_2,
     VERSION_TLSv1 | VERSION_TLSv1_1 | VERSION_TLSv1_2},
    {"TTLSEnvironmentAdvancedParms\n{\nTLSv1 Off\nTLSv1.1 Off\nTLSv1.2 On\n"
     "TLSv1.3 On\n}\n",
     VERSION_TLSv1_2 | VERSION_TLSv1_3, VERSION_TLSv1_2 | VERSION_TLSv1_3},
    {"SuiteBProfile All\n", VERSION_TLSv1_2, VERSION_TLSv1_2},
};

START_TEST(knows_versions)
{
    char text[2000];
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct policy *p = NULL;
    struct source *src;
    int legacy;

    snprintf(text, sizeof(text),
             "TTLSRule r\n{\nDirection Inbound\nLocalPortRange 1\n"
             "TTLSGroupActionRef gOn\nTTLSEnvironmentActionRef E\n}\n"
             "TTLSEnvironmentAction E\n{\nHandshakeRole Server\n"
             "TTLSKeyringParmsRef R\n%s}\n" POLICY_ACTIONS,
             versions[_i].lines);
    policy_options_init(&opt);
    for (legacy = 0; legacy < 2; legacy++) {
        opt.allow_legacy = legacy;
        ck_assert_int_eq(source_new("p", text, strlen(text), &src, NULL), 0);
        ck_assert_int_eq(policy_load_source(src, &opt, diags, &p), 0);
        ck_assert_uint_eq(
            effective_versions(policy_rule_effective(policy_rule_get(p, 0))),
            legacy ? versions[_i].with : versions[_i].without);
        policy_unref(p);
        source_unref(src);
    }
    diags_free(diags);
}
END_TEST

/* ---- digests ---- */

static const struct effective *row_of(const struct policy *p, size_t i)
{
    return policy_rule_effective(policy_rule_get(p, i));
}

static bool same_tls(const struct policy *p, const struct policy *q)
{
    return digest_same(effective_digest(row_of(p, 0)),
                       effective_digest(row_of(q, 0)));
}

/* Two policies that differ in one parameter: of each row of parms.def. */
START_TEST(the_digest_is_of_what_makes_tls)
{
    enum policy_parm parm = (enum policy_parm)_i;
    const struct parm *row = schema_parm(parm);
    struct policy *p, *q, *again;

    if (!parmtext_has(parm)) {
        ck_assert_msg(!(row->flags & TLS), "%s is in no action", row->keyword);
        return;
    }
    p = parmtext_load(parm, 0);
    q = parmtext_load(parm, 1);
    again = parmtext_load(parm, 1);
    ck_assert_msg(same_tls(p, q) == !(row->flags & TLS), "%s", row->keyword);
    ck_assert_msg(same_tls(q, again), "%s", row->keyword);
    policy_unref(p);
    policy_unref(q);
    policy_unref(again);
}
END_TEST

/* A refresh asks more: all that an action says. */
START_TEST(actions_differ_in_any_parameter)
{
    enum policy_parm parm = (enum policy_parm)_i;
    const struct policy_rule *r, *s;
    struct policy *p, *q;

    if (!parmtext_has(parm))
        return;
    p = parmtext_load(parm, 0);
    q = parmtext_load(parm, 1);
    r = policy_rule_get(p, 0);
    s = policy_rule_get(q, 0);
    ck_assert_msg(
        !policy_action_equal(policy_rule_group(r), policy_rule_group(s)) ||
            !policy_action_equal(policy_rule_environment(r),
                                 policy_rule_environment(s)),
        "%s", schema_parm(parm)->keyword);
    ck_assert_msg(!effective_same(policy_rule_effective(r),
                                  policy_rule_effective(s), parm),
                  "%s", schema_parm(parm)->keyword);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

#define ADV(lines)      "TTLSEnvironmentAdvancedParms\n{\n" lines "}\n"
#define CONN_ADV(lines) "TTLSConnectionAdvancedParms\n{\n" lines "}\n"
#define SUITES(lines)   "TTLSCipherParms\n{\n" lines "}\n"
static const struct {
    const char *name, *env, *conn, *other_env, *other_conn;
    bool same;
} pairs[] = {
    {"a default that is coded", ADV("TLSv1 On\n"), "", "", "", true},
    {"a value that is not the default", ADV("TLSv1 Off\n"), "", "", "", false},
    {"the action that codes it", ADV("CertificateLabel A\n"), "", "",
     CONN_ADV("CertificateLabel A\n"), true},
    {"a value that another hides", ADV("CertificateLabel A\n"),
     CONN_ADV("CertificateLabel B\n"), ADV("CertificateLabel C\n"),
     CONN_ADV("CertificateLabel B\n"), true},
    {"suites by either keyword", SUITES("V3CipherSuites 352F\n"), "", "",
     SUITES("V3CipherSuites4Char 0035002F\n"), true},
    {"the order of suites", SUITES("V3CipherSuites 352F\n"), "",
     SUITES("V3CipherSuites 2F35\n"), "", false},
    {"suites that a profile hides", "SuiteBProfile 128\n",
     SUITES("V3CipherSuites 352F\n"), "SuiteBProfile 128\n", "", true},
    {"Any and no curves", "TTLSSignatureParms\n{\nClientECurves Any\n}\n", "",
     "", "", false},
    {"the default curves and the same with TLSv1.3",
     ADV("TLSv1.3 On\n") "TTLSSignatureParms\n{\nClientECurves 002300240025"
                         "\n}\n",
     "", ADV("TLSv1.3 On\n"), "", false},
    {"one label of two", ADV("ServerCertificateLabel A\n"), "",
     ADV("ServerCertificateLabel A\nServerCertificateLabel B\n"), "", false},
    {"what is logged", "Trace 255\n", "HandshakeRole Server\n", "", "", true},
};

START_TEST(equal_values_have_equal_digests)
{
    struct policy *p = build("", pairs[_i].env, pairs[_i].conn, ZOS_3_1);
    struct policy *q =
        build("", pairs[_i].other_env, pairs[_i].other_conn, ZOS_3_1);

    ck_assert_msg(same_tls(p, q) == pairs[_i].same, "%s", pairs[_i].name);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

/* What the same values mean hangs on these. */
static const struct {
    const char *name;
    enum zos_release release;
    bool legacy, x25519_first;
} options[] = {{"as they are", ZOS_3_1, false, false},
               {"release", ZOS_3_2, false, false},
               {"allow_legacy", ZOS_3_1, true, false},
               {"x25519_first", ZOS_3_1, false, true}};

static struct policy *load_with(size_t i)
{
    static const char text[] =
        POLICY_RULE("r", "Direction Both\nLocalPortRange 1\n") POLICY_ACTIONS;
    struct diags *diags = diags_new();
    struct policy_options opt;
    struct policy *p = NULL;
    struct source *src;

    policy_options_init(&opt);
    opt.release = options[i].release;
    opt.allow_legacy = options[i].legacy;
    opt.x25519_first = options[i].x25519_first;
    ck_assert_int_eq(source_new("p", text, strlen(text), &src, NULL), 0);
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &p), 0);
    source_unref(src);
    diags_free(diags);
    return p;
}

START_TEST(options_are_in_the_digests)
{
    struct policy *p = load_with(0), *q = load_with((size_t)_i);
    const struct policy_rule *r = policy_rule_get(p, 0),
                             *s = policy_rule_get(q, 0);

    ck_assert_msg(same_tls(p, q) == (_i == 0), "%s", options[_i].name);
    ck_assert_msg(policy_action_equal(policy_rule_environment(r),
                                      policy_rule_environment(s)) == (_i == 0),
                  "%s", options[_i].name);
    policy_unref(p);
    policy_unref(q);
}
END_TEST

/* ---- rows ---- */

START_TEST(rules_with_the_same_actions_share_a_row)
{
    struct policy *p = policy_good(
        POLICY_RULE("a", "Direction Both\nLocalPortRange 1\n") POLICY_RULE(
            "b",
            "Direction Both\nLocalPortRange 2\n") "TTLSRule c\n{\nDirection "
                                                  "Both\nLocalPortRange 3\n"
                                                  "TTLSGroupActionRef "
                                                  "gOn\nTTLSEnvironmentActionRe"
                                                  "f "
                                                  "eClient\n}"
                                                  "\n" POLICY_ACTIONS);

    ck_assert_ptr_eq(row_of(p, 0), row_of(p, 1));
    ck_assert_ptr_ne(row_of(p, 0), row_of(p, 2));
    policy_unref(p);
}
END_TEST

static char *shown(const struct effective *e, enum policy_parm parm)
{
    struct strbuf out = STRBUF_INIT;

    effective_show(e, parm, &out);
    return strbuf_steal(&out);
}

/* What lib/tls is given knows what makes TLS, and nothing else. */
START_TEST(tls_is_made_of_what_is_marked)
{
    enum policy_parm parm = (enum policy_parm)_i;
    struct policy *p;
    struct effective *e;
    char *whole, *part;

    if (!parmtext_has(parm))
        return;
    p = parmtext_load(parm, 1);
    e = effective_for_tls(row_of(p, 0));
    whole = shown(row_of(p, 0), parm);
    ck_assert_str_ne(whole, "");
    if (schema_parm(parm)->flags & TLS) {
        part = shown(e, parm);
        ck_assert_str_eq(part, whole);
        free(part);
    }
    free(whole);
    free(e);
    policy_unref(p);
}
END_TEST

/* Code that makes TLS of a parameter without the mark is found by the first
 * test that runs it. */
START_TEST(tls_is_made_of_nothing_else)
{
    struct policy *p = parmtext_load(PARM_Trace, 1);
    struct effective *e = effective_for_tls(row_of(p, 0));

    ck_assert_uint_eq(effective_number(row_of(p, 0), PARM_Trace), 1);
    ck_assert_uint_eq(effective_number(e, PARM_Trace), 0);
    free(e);
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("effective")
TEST_TIMES(the_digest_is_of_what_makes_tls, PARM_COUNT)
TEST_TIMES(actions_differ_in_any_parameter, PARM_COUNT)
TEST_ROWS(equal_values_have_equal_digests, pairs)
TEST_ROWS(options_are_in_the_digests, options)
TEST(rules_with_the_same_actions_share_a_row)
TEST_TIMES(tls_is_made_of_what_is_marked, PARM_COUNT)
#ifdef NDEBUG
TEST(tls_is_made_of_nothing_else)
#else
tcase_add_test_raise_signal(tc, tls_is_made_of_nothing_else, SIGABRT);
#endif
TEST_ROWS(takes_precedence, cases)
TEST_ROWS(lists_suites, lists)
TEST_ROWS(a_parameter_that_is_not_built_is_refused, refusals)
TEST(texts_in_effect_are_read)
TEST_ROWS(knows_versions, versions)
TESTS_END
