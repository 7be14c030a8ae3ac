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

static const char help[] =
    "FILE is a main configuration file, an image file or a policy file;\n"
    "\"-\" is standard input.\n"
    "\n" CTL_POLICY_HELP "  -f CONF         release, stack, root, datasets, "
    "allow_legacy and\n"
    "                  x25519_first of this attlsd.conf, and its pagent when "
    "no\n"
    "                  FILE is given\n"
    "  --racf DIR      the security database: look at the key rings too\n"
    "  --allow NAME    leave out findings of this name; may be repeated\n"
    "  --json          an array of objects\n"
    "  --coverage      no FILE: every keyword, and what becomes of it here\n"
    "\n"
    "exit status: 0 nothing to say (notes at most), 1 warnings, 2 errors\n";

enum { OPT_ALLOW = 1, OPT_COVERAGE, OPT_MDOC, OPT_RACF };

static const struct option options[] = {
    {"config", required_argument, NULL, 'f'},
    {"allow", required_argument, NULL, OPT_ALLOW},
    {"racf", required_argument, NULL, OPT_RACF},
    {"json", no_argument, NULL, CTL_OPT_JSON},
    {"coverage", no_argument, NULL, OPT_COVERAGE},
    {"mdoc", no_argument, NULL, OPT_MDOC},
    CTL_POLICY_OPTIONS,
    {NULL, 0, NULL, 0}};

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
        return -1;
    }
    for (i = 0; i < FIND_COUNT; i++)
        spelling_offer(&near, finding_row((enum finding)i)->name);
    fprintf(stderr, "attlsctl check: there is no finding \"%s\"%s%s%s\n", name,
            spelling_best(&near) != NULL ? "; did you mean \"" : "",
            spelling_best(&near) != NULL ? spelling_best(&near) : "",
            spelling_best(&near) != NULL ? "\"?" : "");
    return CTL_EXIT_ERROR;
}

/* -1: go on; else the exit status. */
static int take_option(struct check *c, int option)
{
    switch (option) {
    case 'f': /* read before, so that other options come over it */
        return -1;
    case OPT_ALLOW:
        return take_allow(c, optarg);
    case CTL_OPT_JSON:
        c->as_json = true;
        return -1;
    case OPT_RACF:
        c->racf = optarg;
        return -1;
    case OPT_COVERAGE:
        c->coverage = true;
        return -1;
    case OPT_MDOC:
        c->mdoc = true;
        return -1;
    default:
        return ctl_policy_option(option, "check", help, &c->opt);
    }
}

static int take_options(struct check *c, int argc, char **argv)
{
    const char *conf = ctl_conf_find(argc, argv);
    int option, r = -1;

    policy_options_init(&c->opt);
    if (conf != NULL && ctl_conf_load("check", conf, &c->opt, &c->config) != 0)
        return CTL_EXIT_ERROR;
    c->opt.allow = c->allow;
    while (r < 0 &&
           (option = getopt_long(argc, argv, "f:", options, NULL)) != -1)
        r = take_option(c, option);
    return r;
}

static int check_files(struct check *c, int count, char **files)
{
    int i, r, status = CTL_EXIT_OK;

    if (c->as_json)
        json_array(&c->json, NULL);
    for (i = 0; i < count; i++) {
        r = check_file(c, files[i]);
        status = r > status ? r : status;
    }
    if (c->as_json)
        json_end(&c->json);
    return ctl_print(&c->text, status);
}

static int show_coverage(struct check *c, int count)
{
    if (count != 0) {
        fprintf(stderr, "attlsctl check: --coverage takes no FILE\n");
        return CTL_EXIT_ERROR;
    }
    if (c->mdoc)
        coverage_mdoc(&c->text);
    else if (c->as_json)
        coverage_json(c->opt.release, &c->json);
    else
        coverage_text(c->opt.release, &c->text);
    return ctl_print(&c->text, CTL_EXIT_OK);
}

static int run(struct check *c, int count, char **files)
{
    char *pagent;

    if (c->coverage)
        return show_coverage(c, count);
    if (count != 0)
        return check_files(c, count, files);
    if (c->config == NULL) {
        fprintf(stderr, "attlsctl check: a FILE is needed (\"-\": standard "
                        "input)\n");
        return CTL_EXIT_ERROR;
    }
    pagent = (char *)(uintptr_t)c->config->pagent;
    return check_files(c, 1, &pagent);
}

int ctl_check(int argc, char **argv)
{
    struct check c;
    int r;

    memset(&c, 0, sizeof(c));
    c.json.out = &c.text;
    c.json.form = JSON_LINES;
    r = take_options(&c, argc, argv);
    if (r < 0)
        r = run(&c, argc - optind, argv + optind);
    strbuf_done(&c.text);
    config_unref(c.config);
    return r;
}
