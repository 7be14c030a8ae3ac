/* attlsctl test: expectations of a policy, case by case, reported as test
 * runners do (Test Anything Protocol). */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "attlsctl/case.h"
#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "policy/effective.h"

struct run {
    struct policy_options opt; /* of the command line */
    bool release_given;
    const char *policy; /* NULL: as the case file says */
    unsigned number, failed;
};

/* What came out */

struct outcome {
    enum policy_verdict verdict;
    const struct policy_rule *rule; /* NULL: none */
};

static void add_item(void *arg, const char *text)
{
    struct strbuf *out = arg;

    if (out->len != 0)
        strbuf_addc(out, ' ');
    strbuf_adds(out, text);
}

static void actual_rule(const struct outcome *o, struct strbuf *out)
{
    strbuf_adds(out, o->rule != NULL ? policy_rule_name(o->rule) : "none");
}

static void actual_status(const struct outcome *o, struct strbuf *out)
{
    strbuf_adds(out, o->rule != NULL
                         ? effective_status(policy_rule_effective(o->rule))
                         : "No rule");
}

static void actual_role(const struct outcome *o, struct strbuf *out)
{
    effective_show(policy_rule_effective(o->rule), PARM_HandshakeRole, out);
}

static void actual_protocols(const struct outcome *o, struct strbuf *out)
{
    unsigned on = effective_versions(policy_rule_effective(o->rule));
    size_t i;

    for (i = 0; i < VERSION_COUNT; i++)
        if (on & tls_versions[i].bit)
            add_item(out, tls_versions[i].name);
}

static void actual_ciphers(const struct outcome *o, struct strbuf *out)
{
    effective_items(policy_rule_effective(o->rule), PARM_V3CipherSuites4Char,
                    add_item, out);
}

static void actual_ring(const struct outcome *o, struct strbuf *out)
{
    effective_show(policy_rule_effective(o->rule), PARM_Keyring, out);
}

typedef void (*actual_fn)(const struct outcome *o, struct strbuf *out);

static const struct {
    actual_fn get;
    bool of_environment; /* only an environment action has it */
} actual[CTL_ASPECTS] = {[CTL_RULE] = {actual_rule, false},
                         [CTL_STATUS] = {actual_status, false},
                         [CTL_ROLE] = {actual_role, true},
                         [CTL_PROTOCOLS] = {actual_protocols, true},
                         [CTL_CIPHERS] = {actual_ciphers, true},
                         [CTL_RING] = {actual_ring, true}};

/* One case */

/* Versions in any order; roles and states in any case; names as they are. */
static bool as_expected(enum ctl_aspect a, const char *expected,
                        const char *got)
{
    const char *word, *found;
    size_t len;

    if (a == CTL_ROLE || a == CTL_STATUS)
        return strcasecmp(expected, got) == 0;
    if (a != CTL_PROTOCOLS)
        return strcmp(expected, got) == 0;
    if (strlen(expected) != strlen(got))
        return false;
    for (word = expected; *word != '\0'; word += len + (word[len] == ' ')) {
        len = strcspn(word, " ");
        for (found = got; found != NULL; found = strchr(found, ' ')) {
            found += *found == ' ';
            if (strncmp(found, word, len) == 0 && strcspn(found, " ") == len)
                break;
        }
        if (found == NULL)
            return false;
    }
    return true;
}

/* Adds a line about aspect A when it is not as expected. */
static void compare(const struct ctl_case *c, enum ctl_aspect a,
                    const struct outcome *o, struct strbuf *why)
{
    struct strbuf got = STRBUF_INIT;
    bool none = actual[a].of_environment &&
                (o->rule == NULL || policy_rule_environment(o->rule) == NULL);

    if (!none)
        actual[a].get(o, &got);
    if (!as_expected(a, c->expected[a], strbuf_str(&got)))
        strbuf_addf(why, "#   %s: expected %s, got %s\n", ctl_aspect_name(a),
                    c->expected[a][0] != '\0' ? c->expected[a] : "nothing",
                    got.len != 0 ? strbuf_str(&got) : "nothing");
    strbuf_done(&got);
}

static void judge(const struct ctl_case *c, const struct outcome *o,
                  struct strbuf *why)
{
    enum ctl_aspect a;

    if (o->verdict == POLICY_IDENTITY_NEEDED) {
        strbuf_addf(why,
                    "#   rule %s looks at the job name or user id, which the "
                    "case does not say\n",
                    policy_rule_name(o->rule));
        return;
    }
    for (a = 0; a < CTL_ASPECTS; a++)
        if (c->expected[a] != NULL)
            compare(c, a, o, why);
}

static void run_case(struct run *r, const char *file, const struct policy *p,
                     const struct ctl_case *c, struct strbuf *out)
{
    struct outcome o = {POLICY_NO_RULE, NULL};
    struct strbuf why = STRBUF_INIT;

    o.verdict = policy_match(p, &c->conn.conn, NULL, NULL, &o.rule);
    judge(c, &o, &why);
    r->number++;
    r->failed += why.len != 0;
    strbuf_addf(out, "%s %u - ", why.len == 0 ? "ok" : "not ok", r->number);
    if (c->name != NULL)
        strbuf_add_escaped(out, c->name, strlen(c->name));
    else
        ctl_conn_add(&c->conn.conn, out);
    strbuf_addc(out, '\n');
    if (why.len != 0) {
        strbuf_addf(out, "# %s:%u: ", file, c->line);
        ctl_conn_add(&c->conn.conn, out);
        strbuf_addc(out, '\n');
        strbuf_add(out, strbuf_str(&why), why.len);
    }
    out->failed = out->failed || strbuf_failed(&why);
    strbuf_done(&why);
}

static int run_file(struct run *r, const char *file, struct strbuf *out)
{
    struct policy_options opt = r->opt;
    struct policy *policy = NULL;
    struct ctl_cases cases;
    size_t i;
    int status = ctl_cases_read(file, &cases);

    if (status != 0)
        return status;
    if (cases.release != NULL && !r->release_given)
        zos_release_parse(cases.release, &opt.release, NULL);
    if (cases.stack != NULL && opt.stack == NULL)
        opt.stack = cases.stack;
    if (cases.allow_legacy == 1)
        opt.allow_legacy = true;
    if (r->policy == NULL && cases.policy == NULL) {
        fprintf(stderr,
                "attlsctl test: %s names no policy; write policy = \"...\" or "
                "give --policy FILE\n",
                file);
        status = CTL_EXIT_ERROR;
    } else {
        status = ctl_policy_load("test",
                                 r->policy != NULL ? r->policy : cases.policy,
                                 &opt, &policy);
    }
    for (i = 0; status == 0 && i < cases.count; i++)
        run_case(r, file, policy, &cases.list[i], out);
    policy_unref(policy);
    ctl_cases_free(&cases);
    return status;
}

static int report(struct run *r, int status, struct strbuf *out)
{
    if (r->number == 0)
        return status;
    strbuf_addf(out, "1..%u\n# %u passed, %u failed\n", r->number,
                r->number - r->failed, r->failed);
    if (status == 0 && r->failed != 0)
        status = CTL_EXIT_WARNING;
    return ctl_write(out, status);
}

int ctl_test(const struct verb_call *call)
{
    struct strbuf out = STRBUF_INIT;
    struct run run;
    size_t i;
    int r, status;

    memset(&run, 0, sizeof(run));
    policy_options_init(&run.opt);
    run.policy = verb_value(call, OPT_POLICY);
    run.release_given = verb_has(call, OPT_RELEASE);
    status = ctl_policy_read(call, &run.opt);
    if (status != 0)
        return status;
    strbuf_adds(&out, "TAP version 13\n");
    for (i = 0; verb_word(call, i) != NULL; i++) {
        r = run_file(&run, verb_word(call, i), &out);
        status = r > status ? r : status;
    }
    status = report(&run, status, &out);
    strbuf_done(&out);
    return status;
}
