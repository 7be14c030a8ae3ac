/* attlsctl check: reads policies as the daemon would, and shows the findings
 * with their place. */

#include <getopt.h>
#include <stdio.h>

#include "ctl.h"
#include "policy/policy.h"

static const char help[] =
    "FILE is a main configuration file, an image file or a policy file;\n"
    "\"-\" is standard input.\n"
    "\n"
    "  --release R     defaults of this z/OS release, 2.1 to 3.2 (3.1)\n"
    "  --stack NAME    which TcpImage (the first)\n"
    "  --root DIR      put before absolute paths found in files\n"
    "  --allow-legacy  TLSv1 and TLSv1.1 may be spoken\n"
    "\n"
    "exit status: 0 nothing to say, 1 warnings, 2 errors\n";

enum { OPT_RELEASE = 1, OPT_STACK, OPT_ROOT, OPT_LEGACY, OPT_HELP };

static const struct option options[] = {
    {"release", required_argument, NULL, OPT_RELEASE},
    {"stack", required_argument, NULL, OPT_STACK},
    {"root", required_argument, NULL, OPT_ROOT},
    {"allow-legacy", no_argument, NULL, OPT_LEGACY},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0}};

static void show(const struct diags *diags)
{
    struct strbuf text = STRBUF_INIT;
    const struct diag *d;
    size_t i;

    for (i = 0; i < diags_count(diags); i++) {
        d = diags_get(diags, i);
        diag_format(d, &text);
        diag_quote(d, &text);
        if (d->fix != NULL)
            strbuf_addf(&text, "    %s\n", d->fix);
    }
    fputs(strbuf_str(&text), stdout);
    strbuf_done(&text);
}

static int check_file(const char *file, const struct policy_options *opt)
{
    struct diags *diags = diags_new();
    struct policy *policy = NULL;
    int r, status = CTL_EXIT_OK;

    r = diags != NULL ? policy_load(file, opt, diags, &policy) : ERR_NOMEM;
    if (r == ERR_NOMEM || diags_lost(diags) != 0) {
        fprintf(stderr, "attlsctl: no memory\n");
        status = CTL_EXIT_ERROR;
    }
    if (diags != NULL) {
        show(diags);
        if (r != 0 || diags_level(diags, DIAG_ERROR) != 0)
            status = CTL_EXIT_ERROR;
        else if (status == CTL_EXIT_OK && diags_level(diags, DIAG_WARNING) != 0)
            status = CTL_EXIT_WARNING;
    }
    policy_unref(policy);
    diags_free(diags);
    return status;
}

/* -1: go on; else the exit status. */
static int take_option(int c, struct policy_options *opt)
{
    struct error err;

    switch (c) {
    case OPT_RELEASE:
        if (zos_release_parse(optarg, &opt->release, &err) == 0)
            return -1;
        fprintf(stderr, "attlsctl: %s\n", err.text);
        return CTL_EXIT_ERROR;
    case OPT_STACK:
        opt->stack = optarg;
        return -1;
    case OPT_ROOT:
        opt->root = optarg;
        return -1;
    case OPT_LEGACY:
        opt->allow_legacy = true;
        return -1;
    case OPT_HELP:
        ctl_usage(stdout, "check", help);
        return CTL_EXIT_OK;
    default:
        ctl_usage(stderr, "check", help);
        return CTL_EXIT_ERROR;
    }
}

int ctl_check(int argc, char **argv)
{
    struct policy_options opt;
    int c, r, status = CTL_EXIT_OK;

    policy_options_init(&opt);
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        r = take_option(c, &opt);
        if (r >= 0)
            return r;
    }
    if (optind == argc) {
        ctl_usage(stderr, "check", help);
        return CTL_EXIT_ERROR;
    }
    for (; optind < argc; optind++) {
        r = check_file(argv[optind], &opt);
        status = r > status ? r : status;
    }
    return status;
}
