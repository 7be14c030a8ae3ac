/*
 * A policy of any bytes: lexer, parser, resolver and lint, then the search
 * and the display of what was loaded. Files that the input names are looked
 * for where there are none.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "policy/effective.h"
#include "policy/policy.h"
#include "util/testing.h"

static void show_findings(const struct diags *diags)
{
    struct strbuf text = STRBUF_INIT;
    size_t i;

    for (i = 0; i < diags_count(diags); i++) {
        diag_format(diags_get(diags, i), &text);
        diag_quote(diags_get(diags, i), &text);
        strbuf_reset(&text);
    }
    strbuf_done(&text);
}

static void show_effective(const struct effective *e)
{
    struct strbuf text = STRBUF_INIT;
    const struct cipher *const *suites;
    size_t i;

    for (i = 0; i < PARM_COUNT; i++)
        effective_show(e, (enum policy_parm)i, &text);
    strbuf_done(&text);
    if (effective_ciphers(e, &suites) == 0 || effective_versions(e) > 15)
        abort();
}

static void search(const struct policy *p, enum policy_direction direction)
{
    const struct policy_rule *rule;
    struct policy_conn c;
    enum policy_verdict verdict;

    memset(&c, 0, sizeof(c));
    c.direction = direction;
    netaddr_parse("10.1.2.3:5555", &c.local, NULL);
    netaddr_parse("192.0.2.1:1024", &c.remote, NULL);
    c.jobname = "JOB";
    c.userid = "USER";
    verdict = policy_match(p, &c, NULL, NULL, &rule);
    /* A rule that fits is one that could. */
    if (verdict == POLICY_MATCHED && !policy_could_match(p, &c))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dataset_row map[] = {
        {"SYS1.TCPPARMS", "/nonexistent/lib"}};
    struct policy_options opt;
    struct diags *diags = diags_new();
    struct policy *p = NULL;
    struct source *src = NULL;
    size_t i;
    int r;

    policy_options_init(&opt);
    opt.root = "/nonexistent";
    opt.datasets.row = map;
    opt.datasets.count = 1;
    if (source_new("/nonexistent/fuzz.policy", (const char *)data, size, &src,
                   NULL) != 0)
        abort();
    r = policy_load_source(src, &opt, diags, &p);
    if ((r == 0) != (p != NULL) || (r != 0 && diags_count(diags) == 0))
        abort();
    show_findings(diags);
    for (i = 0; p != NULL && i < policy_rule_count(p); i++)
        show_effective(policy_rule_effective(policy_rule_get(p, i)));
    if (p != NULL) {
        search(p, POLICY_INBOUND);
        search(p, POLICY_OUTBOUND);
    }
    policy_unref(p);
    diags_free(diags);
    source_unref(src);
    return 0;
}
