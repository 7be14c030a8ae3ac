/* policy/effective: connection over environment over group over default. */

#include "policy/effective.h"

#include <stdio.h>
#include <string.h>

#include "policy/policy.h"
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

TESTS_BEGIN("effective")
TEST_ROWS(takes_precedence, cases)
TEST_ROWS(lists_suites, lists)
TEST_ROWS(a_parameter_that_is_not_built_is_refused, refusals)
TEST(texts_in_effect_are_read)
TEST_ROWS(knows_versions, versions)
TESTS_END
