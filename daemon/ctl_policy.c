#include "ctl_policy.h"

#include <stdio.h>

#include "ctl.h"

int ctl_policy_option(int c, const char *verb, const char *help,
                      struct policy_options *opt)
{
    struct error err;

    switch (c) {
    case CTL_OPT_RELEASE:
        if (zos_release_parse(optarg, &opt->release, &err) == 0)
            return -1;
        fprintf(stderr, "attlsctl %s: %s\n", verb, err.text);
        return CTL_EXIT_ERROR;
    case CTL_OPT_STACK:
        opt->stack = optarg;
        return -1;
    case CTL_OPT_ROOT:
        opt->root = optarg;
        return -1;
    case CTL_OPT_LEGACY:
        opt->allow_legacy = true;
        return -1;
    case CTL_OPT_HELP:
        ctl_usage(stdout, verb, help);
        return CTL_EXIT_OK;
    default:
        fprintf(stderr, "attlsctl help %s shows the options\n", verb);
        return CTL_EXIT_ERROR;
    }
}

int ctl_one_file(const char *verb, int left)
{
    if (left <= 1)
        return 0;
    fprintf(stderr, "attlsctl %s: one FILE is wanted, not %d\n", verb, left);
    return CTL_EXIT_ERROR;
}

static void show_errors(const struct diags *diags)
{
    struct strbuf text = STRBUF_INIT;
    const struct diag *d;
    size_t i;

    for (i = 0; i < diags_count(diags); i++) {
        d = diags_get(diags, i);
        if (d->level != DIAG_ERROR)
            continue;
        diag_format(d, &text);
        diag_quote(d, &text);
        if (d->fix != NULL)
            strbuf_addf(&text, "    %s\n", d->fix);
    }
    fputs(strbuf_str(&text), stderr);
    strbuf_done(&text);
}

int ctl_policy_load(const char *verb, const char *file,
                    const struct policy_options *opt, struct policy **ret)
{
    struct diags *diags;
    size_t warnings;
    int r = ERR_NOMEM;

    if (file == NULL) {
        fprintf(stderr,
                "attlsctl %s: a FILE is needed; a running attlsd can't be "
                "asked for its policy yet\n",
                verb);
        return CTL_EXIT_ERROR;
    }
    diags = diags_new();
    if (diags != NULL)
        r = policy_load(file, opt, diags, ret);
    if (r == 0) {
        warnings = diags_level(diags, DIAG_WARNING);
        show_errors(diags); /* of lint; they do not stop a load */
        if (warnings != 0)
            fprintf(stderr,
                    "attlsctl %s: %s: %zu warning%s; attlsctl check shows "
                    "%s\n",
                    verb, file, warnings, warnings == 1 ? "" : "s",
                    warnings == 1 ? "it" : "them");
    } else if (r == ERR_NOMEM) {
        fprintf(stderr, "attlsctl %s: no memory\n", verb);
    } else {
        show_errors(diags);
    }
    diags_free(diags);
    return r == 0 ? 0 : CTL_EXIT_ERROR;
}

void ctl_place_add(const struct span *span, struct strbuf *out)
{
    unsigned line, column;

    if (span->src == NULL)
        return;
    source_position(span->src, span->off, &line, &column);
    strbuf_addf(out, "%s:%u", source_name(span->src), line);
}

void ctl_place_json(struct json *j, const struct span *span)
{
    unsigned line, column;

    if (span->src == NULL) {
        json_null(j, "file");
        json_null(j, "line");
        return;
    }
    source_position(span->src, span->off, &line, &column);
    json_string(j, "file", source_name(span->src));
    json_unsigned(j, "line", line);
}
