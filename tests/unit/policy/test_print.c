#include "policy/print.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#include "policy/effective.h"
#include "policy/pasearch.h"
#include "policy/policy.h"
#include "support/faults.h"
#include "support/randpolicy.h"
#include "support/suite.h"
#include "util/linemap.h"

static void list(const struct policy *p, struct strbuf *out)
{
    struct pasearch all = {.rules = true, .actions = true, .image = "X"};

    strbuf_reset(out);
    pasearch_list(p, &all, out);
    ck_assert(!strbuf_failed(out));
}

static void print(const struct policy *p, bool secrets, struct strbuf *out)
{
    strbuf_reset(out);
    policy_print(p, secrets, out);
    ck_assert(!strbuf_failed(out));
}

static void check_actions(const struct policy *a, const struct policy *b)
{
    const struct policy_rule *x, *y;
    size_t i;

    ck_assert_uint_eq(policy_rule_count(a), policy_rule_count(b));
    for (i = 0; i < policy_rule_count(a); i++) {
        x = policy_rule_get(a, i);
        y = policy_rule_get(b, i);
        ck_assert_str_eq(policy_rule_name(x), policy_rule_name(y));
        ck_assert(
            policy_action_equal(policy_rule_group(x), policy_rule_group(y)));
        ck_assert(policy_action_equal(policy_rule_environment(x),
                                      policy_rule_environment(y)));
        ck_assert(policy_action_equal(policy_rule_connection(x),
                                      policy_rule_connection(y)));
    }
}

/* The first line that differs is shown: the texts are long. */
static void check_same(const char *name, const struct strbuf *a,
                       const struct strbuf *b)
{
    const char *x = strbuf_str(a), *y = strbuf_str(b);
    size_t n, line = 0;

    for (n = 0; x[n] == y[n] && x[n] != '\0'; n++)
        if (x[n] == '\n')
            line = n + 1;
    if (x[n] != y[n])
        ck_abort_msg("%s: \"%.*s\" becomes \"%.*s\"", name,
                     (int)strcspn(x + line, "\n"), x + line,
                     (int)strcspn(y + line, "\n"), y + line);
}

/* What print.h promises. */
static void check_round_trip(const char *name, const struct policy *p)
{
    struct strbuf text = STRBUF_INIT, again = STRBUF_INIT;
    struct strbuf listed = STRBUF_INIT, relisted = STRBUF_INIT;
    struct policy *q;

    print(p, true, &text);
    q = randpolicy_load(strbuf_str(&text));
    print(q, true, &again);
    check_same(name, &text, &again);
    list(p, &listed);
    list(q, &relisted);
    check_same(name, &listed, &relisted);
    check_actions(p, q);
    policy_unref(q);
    strbuf_done(&text);
    strbuf_done(&again);
    strbuf_done(&listed);
    strbuf_done(&relisted);
}

START_TEST(every_sample_is_the_same_after_a_round_trip)
{
    static const char *const patterns[] = {
        "conf/policy/*.policy", "tests/conformance/*.pol*", "conf/*/*.policy"};
    struct policy_options opt;
    struct diags *diags;
    struct policy *p;
    size_t i, k, n = 0;
    glob_t g;

    policy_options_init(&opt);
    for (i = 0; i < 3; i++) {
        if (glob(patterns[i], 0, NULL, &g) != 0)
            continue;
        for (k = 0; k < g.gl_pathc; k++) {
            diags = diags_new();
            if (policy_load(g.gl_pathv[k], &opt, diags, &p) == 0) {
                check_round_trip(g.gl_pathv[k], p);
                policy_unref(p);
                n++;
            }
            diags_free(diags);
        }
        globfree(&g);
    }
    ck_assert_uint_ge(n, 3);
}
END_TEST

/* ---- where the lines came from ---- */

static void add_place(void *arg, const struct effective_value *v)
{
    struct strbuf *out = arg;

    strbuf_addf(out, "%s ", v->keyword);
    span_add(&v->span, out);
    strbuf_addc(out, '\n');
}

/* The places that explain shows. */
static void list_places(const struct policy *p, struct strbuf *out)
{
    size_t i;

    for (i = 0; i < policy_rule_count(p); i++) {
        const struct policy_rule *r = policy_rule_get(p, i);
        struct span span = policy_rule_span(r);

        strbuf_addf(out, "%s ", policy_rule_name(r));
        span_add(&span, out);
        strbuf_addc(out, '\n');
        effective_visit(policy_rule_effective(r), add_place, out);
    }
}

/* As a daemon prints it and attlsctl reads it. */
static struct policy *load_printed(const struct policy *p)
{
    struct linemap map = LINEMAP_INIT;
    struct strbuf text = STRBUF_INIT;
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct source *src;
    struct policy *q;

    policy_options_init(&opt);
    opt.masked = true;
    policy_print_mapped(p, &text, &map);
    ck_assert_int_eq(
        source_new("printed", strbuf_str(&text), text.len, &src, NULL), 0);
    source_written_from(src, &map);
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &q), 0);
    source_unref(src);
    diags_free(diags);
    strbuf_done(&text);
    return q;
}

START_TEST(places_are_those_of_the_files)
{
    struct random r = random_start((uint64_t)_i);
    struct strbuf text = STRBUF_INIT, here = STRBUF_INIT, there = STRBUF_INIT;
    struct policy *p, *q;

    randpolicy_add(&r, 1 + random_below(&r, 12), &text);
    p = randpolicy_load(strbuf_str(&text));
    q = load_printed(p);
    list_places(p, &here);
    list_places(q, &there);
    check_same("places", &here, &there);
    policy_unref(p);
    policy_unref(q);
    strbuf_done(&text);
    strbuf_done(&here);
    strbuf_done(&there);
}
END_TEST

START_TEST(random_policies_are_the_same_after_a_round_trip)
{
    struct random r = random_start((uint64_t)_i);
    struct strbuf text = STRBUF_INIT;
    struct policy *p;

    randpolicy_add(&r, 1 + random_below(&r, 12), &text);
    p = randpolicy_load(strbuf_str(&text));
    check_round_trip("random", p);
    policy_unref(p);
    strbuf_done(&text);
}
END_TEST

/* Statement text for an environment action; PW may be **** only when masked. */
static const char with_secret[] = "TTLSRule r\n"
                                  "{\n"
                                  "Direction Both\n"
                                  "LocalPortRange 1\n"
                                  "TTLSGroupActionRef g\n"
                                  "TTLSEnvironmentActionRef e\n"
                                  "}\n"
                                  "TTLSGroupAction g\n"
                                  "{\n"
                                  "TTLSEnabled On\n"
                                  "}\n"
                                  "TTLSEnvironmentAction e\n"
                                  "{\n"
                                  "HandshakeRole Server\n"
                                  "TTLSKeyringParms\n"
                                  "{\n"
                                  "Keyring /k.kdb\n"
                                  "KeyringPw verysecret\n"
                                  "}\n"
                                  "}\n";

START_TEST(a_masked_secret_is_shown_nowhere_and_refused)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p = randpolicy_load(with_secret), *q = NULL;
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct source *src;

    policy_options_init(&opt);
    print(p, false, &text);
    ck_assert_ptr_eq(strstr(strbuf_str(&text), "verysecret"), NULL);
    ck_assert_ptr_ne(strstr(strbuf_str(&text), "****  # masked"), NULL);
    ck_assert_int_eq(
        source_new("masked", strbuf_str(&text), text.len, &src, NULL), 0);
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &q), ERR_SYNTAX);
    ck_assert_uint_eq(diags_level(diags, DIAG_ERROR), 1);
    ck_assert_str_eq(diags_get(diags, diags_count(diags) - 1)->name,
                     "masked-secret");
    opt.masked = true;
    ck_assert_int_eq(policy_load_source(src, &opt, diags, &q), 0);
    policy_unref(q);
    print(p, true, &text);
    ck_assert_ptr_ne(strstr(strbuf_str(&text), "verysecret"), NULL);
    policy_unref(p);
    diags_free(diags);
    source_unref(src);
    strbuf_done(&text);
}
END_TEST

/* The question of a refresh: what is said, not how. */
static const struct {
    const char *name, *one, *other;
    bool equal;
} pairs[] = {
    {"the same", "Trace 7", "Trace 7", true},
    {"spelling and case", "Trace 7\nCtraceClearText Off",
     "cTRACEcleartext OFF\n  trace  7 # seven", true},
    {"order of lines", "Trace 7\nCtraceClearText Off",
     "CtraceClearText Off\nTrace 7", true},
    {"a value", "Trace 7", "Trace 6", false},
    {"one line more", "Trace 7", "Trace 7\nCtraceClearText Off", false},
    {"a default coded", "", "Trace 2", false},
    {"instance number", "EnvironmentUserInstance 1",
     "EnvironmentUserInstance 2", false},
    {"replaced line", "Trace 1\nTrace 7", "Trace 7", true},
    {"suites by code and name", "TTLSCipherParms\n{\nV3CipherSuites 352F\n}",
     "TTLSCipherParms named\n{\n"
     "V3CipherSuites4Char TLS_RSA_WITH_AES_256_CBC_SHA\n"
     "V3CipherSuites4Char 002F\n}",
     true},
    {"order of suites", "TTLSCipherParms\n{\nV3CipherSuites 352F\n}",
     "TTLSCipherParms\n{\nV3CipherSuites 2F35\n}", false},
    {"curves Any or none", "TTLSSignatureParms\n{\nClientECurves Any\n}", "",
     false},
    {"curves", "TTLSSignatureParms\n{\nClientECurves 00230024\n}",
     "TTLSSignatureParms\n{\nClientECurves 0023\nClientECurves 0024\n}", true},
    {"labels", "TTLSEnvironmentAdvancedParms\n{\nServerCertificateLabel A\n}",
     "TTLSEnvironmentAdvancedParms\n{\nServerCertificateLabel B\n}", false},
};

static struct policy *load_environment(const char *lines)
{
    struct strbuf text = STRBUF_INIT;
    struct policy *p;

    strbuf_adds(&text, with_secret);
    text.len -= 2; /* the last brace */
    strbuf_addf(&text, "%s\n}\n", lines);
    p = randpolicy_load(strbuf_str(&text));
    strbuf_done(&text);
    return p;
}

START_TEST(compares_what_actions_say)
{
    struct policy *p = load_environment(pairs[_i].one);
    struct policy *q = load_environment(pairs[_i].other);
    const struct policy_action *a =
        policy_rule_environment(policy_rule_get(p, 0));
    const struct policy_action *b =
        policy_rule_environment(policy_rule_get(q, 0));

    ck_assert_msg(policy_action_equal(a, b) == pairs[_i].equal, "%s",
                  pairs[_i].name);
    ck_assert_msg(policy_action_equal(b, a) == pairs[_i].equal, "%s",
                  pairs[_i].name);
    ck_assert(!policy_action_equal(a, NULL) && !policy_action_equal(NULL, a));
    ck_assert(
        !policy_action_equal(a, policy_rule_group(policy_rule_get(p, 0))));
    policy_unref(p);
    policy_unref(q);
}
END_TEST

START_TEST(no_memory_is_a_failed_buffer)
{
    struct policy *p = randpolicy_load(with_secret);
    struct strbuf text;
    int i;

    for (i = 1; i <= 2; i++) {
        strbuf_init(&text);
        fault_set(FAULT_MEMORY, i, ENOMEM);
        policy_print(p, true, &text);
        ck_assert(fault_struck(FAULT_MEMORY));
        fault_set(FAULT_MEMORY, 0, 0);
        ck_assert(strbuf_failed(&text));
        strbuf_done(&text);
    }
    policy_unref(p);
}
END_TEST

TESTS_BEGIN("print")
TEST(every_sample_is_the_same_after_a_round_trip)
TEST_TIMES(places_are_those_of_the_files, 20)
TEST_TIMES(random_policies_are_the_same_after_a_round_trip, 60)
TEST(a_masked_secret_is_shown_nowhere_and_refused)
TEST_ROWS(compares_what_actions_say, pairs)
TEST(no_memory_is_a_failed_buffer)
TESTS_END
