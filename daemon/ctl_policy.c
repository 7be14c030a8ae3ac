#include "ctl_policy.h"

#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "ctl_call.h"

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

static const char running_name[] = "the running policy";

/* The first line of what the daemon sends. */
static bool read_header(const char *text, long long *installed, char release[8],
                        int *legacy, char stack[16])
{
    return sscanf(text,
                  "# attlsd installed=%lld release=%7s legacy=%d stack=%15s",
                  installed, release, legacy, stack) == 4;
}

bool ctl_policy_running(const struct policy *p, char stack[16],
                        time_t *installed)
{
    const struct source *src;
    long long when;
    char release[8];
    int legacy;

    if (policy_rule_count(p) == 0)
        return false;
    src = policy_rule_span(policy_rule_get(p, 0)).src;
    if (strcmp(source_name(src), running_name) != 0 ||
        !read_header(source_text(src), &when, release, &legacy, stack))
        return false;
    *installed = (time_t)when;
    return true;
}

/* As policy_load(); above 0: the exit status, after a message. */
int ctl_policy_fetch(const char *verb, const char *control,
                     const struct policy_options *given, struct diags *diags,
                     struct policy **ret)
{
    struct control_request request = {.command = CONTROL_POLICY};
    struct policy_options opt = *given;
    struct strbuf text = STRBUF_INIT;
    char release[8], stack[16];
    struct source *src = NULL;
    long long when;
    int legacy, r = ctl_fetch(ctl_control_path(control), &request, &text);

    if (r != 0) {
        fprintf(stderr, "attlsctl %s: give a FILE, or start attlsd\n", verb);
        strbuf_done(&text);
        return r;
    }
    if (!read_header(strbuf_str(&text), &when, release, &legacy, stack)) {
        fprintf(stderr, "attlsctl %s: what the daemon sends is no policy\n",
                verb);
        strbuf_done(&text);
        return CTL_EXIT_ERROR;
    }
    zos_release_parse(release, &opt.release, NULL);
    opt.allow_legacy = legacy != 0;
    opt.no_files = true;
    r = source_new(running_name, strbuf_str(&text), text.len, &src, NULL);
    if (r == 0)
        r = policy_load_source(src, &opt, diags, ret);
    source_unref(src);
    strbuf_done(&text);
    return r;
}

int ctl_policy_load(const char *verb, const char *file,
                    const struct policy_options *opt, struct policy **ret)
{
    struct diags *diags;
    size_t warnings;
    int r = ERR_NOMEM;

    diags = diags_new();
    if (diags != NULL)
        r = file != NULL ? policy_load(file, opt, diags, ret)
                         : ctl_policy_fetch(verb, NULL, opt, diags, ret);
    if (r > 0) {
        diags_free(diags);
        return r;
    }
    if (file == NULL)
        file = running_name;
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
