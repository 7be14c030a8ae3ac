/* attlsctl check: reads policies as the daemon would, and shows the findings
 * with their place. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attlsctl/conf.h"
#include "attlsctl/coverage.h"
#include "attlsctl/ctl.h"
#include "attlsctl/findings.h"
#include "attlsctl/policy.h"
#include "policy/finding.h"
#include "site/rings.h"
#include "util/spelling.h"

struct check {
    struct policy_options opt;
    struct config *config;
    const char *racf;
    const char *allow[FIND_COUNT];
    bool as_json, coverage, mdoc;
    struct strbuf text;
    struct json json;
};

static void show(struct check *c, const struct diags *diags)
{
    if (c->as_json)
        ctl_findings_json(diags, &c->json);
    else
        diags_print(diags, DIAG_NOTE, &c->text);
}

static int check_file(struct check *c, const char *file)
{
    struct diags *diags = diags_new();
    struct ring_where where = {.racf = c->racf, .root = c->opt.root};
    struct policy *policy = NULL;
    struct error err;
    int r = ERR_NOMEM, status = CTL_EXIT_OK;

    if (diags != NULL)
        r = policy_load(file, &c->opt, diags, &policy);
    if (r == 0 && c->racf != NULL)
        r = site_lint_rings(c->config, &where, policy, diags, &err);
    if (r == ERR_NOMEM || diags_lost(diags) != 0) {
        fprintf(stderr, "attlsctl check: no memory\n");
        status = CTL_EXIT_ERROR;
    } else if (r != 0 && policy != NULL) {
        fprintf(stderr, "attlsctl check: %s\n", err.text);
        status = CTL_EXIT_ERROR;
    } else {
        show(c, diags);
        if (r != 0 || diags_level(diags, DIAG_ERROR) != 0)
            status = CTL_EXIT_ERROR;
        else if (diags_level(diags, DIAG_WARNING) != 0)
            status = CTL_EXIT_WARNING;
    }
    policy_unref(policy);
    diags_free(diags);
    return status;
}

/* A name that is wrong would leave out nothing, and nobody would see it. */
static int take_allow(struct check *c, const char *name)
{
    struct spelling near = spelling_start(name);
    enum finding id = finding_find(name, strlen(name));
    size_t i;

    if (id != FIND_COUNT && finding_row(id)->grade == GRADE_ERROR) {
        fprintf(stderr,
                "attlsctl check: %s stops a load and can't be left out\n",
                name);
        return CTL_EXIT_ERROR;
    }
    if (id != FIND_COUNT) {
        c->allow[c->opt.allow_count] = name;
        c->opt.allow_count += c->opt.allow_count + 1 < FIND_COUNT;
        return 0;
    }
    for (i = 0; i < FIND_COUNT; i++)
        spelling_offer(&near, finding_row((enum finding)i)->name);
    fprintf(stderr, "attlsctl check: there is no finding \"%s\"%s%s%s\n", name,
            spelling_best(&near) != NULL ? "; did you mean \"" : "",
            spelling_best(&near) != NULL ? spelling_best(&near) : "",
            spelling_best(&near) != NULL ? "\"?" : "");
    return CTL_EXIT_ERROR;
}

/* The options come over what the configuration says. */
static int take_options(struct check *c, const struct verb_call *call)
{
    const char *conf = verb_value(call, OPT_CONFIG);
    size_t i;
    int r;

    policy_options_init(&c->opt);
    r = conf != NULL ? ctl_conf_load("check", conf, &c->opt, &c->config) : 0;
    c->opt.allow = c->allow;
    c->as_json = verb_has(call, OPT_JSON);
    c->coverage = verb_has(call, OPT_COVERAGE);
    c->mdoc = verb_has(call, OPT_MDOC);
    c->racf = verb_value(call, OPT_RACF);
    if (r == 0)
        r = ctl_policy_read(call, &c->opt);
    for (i = 0; r == 0 && i < call->options.given_count; i++)
        if (call->options.given[i].id == OPT_ALLOW)
            r = take_allow(c, call->options.given[i].value);
    return r;
}

static int check_files(struct check *c, size_t count, char **files)
{
    size_t i;
    int r, status = CTL_EXIT_OK;

    if (c->as_json)
        json_array(&c->json, NULL);
    for (i = 0; i < count; i++) {
        r = check_file(c, files[i]);
        status = r > status ? r : status;
    }
    if (c->as_json)
        json_end(&c->json);
    return ctl_write(&c->text, status);
}

static int show_coverage(struct check *c)
{
    if (c->mdoc)
        coverage_mdoc(&c->text);
    else if (c->as_json)
        coverage_json(c->opt.release, &c->json);
    else
        coverage_text(c->opt.release, &c->text);
    return ctl_write(&c->text, CTL_EXIT_OK);
}

static int run(struct check *c, const struct options *o)
{
    char *pagent;

    if (c->coverage)
        return show_coverage(c);
    if (o->operand_count != 0)
        return check_files(c, o->operand_count, o->operand);
    pagent = (char *)(uintptr_t)c->config->pagent;
    return check_files(c, 1, &pagent);
}

int ctl_check(const struct verb_call *call)
{
    struct check c;
    int r;

    memset(&c, 0, sizeof(c));
    c.json.out = &c.text;
    c.json.form = JSON_LINES;
    r = take_options(&c, call);
    if (r == 0)
        r = run(&c, &call->options);
    strbuf_done(&c.text);
    config_unref(c.config);
    return r;
}
