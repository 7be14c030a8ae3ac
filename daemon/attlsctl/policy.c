/*
 * Where a verb gets its policy: from a file, from standard input, or from the
 * running daemon.
 */

#include "attlsctl/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attlsctl/call.h"
#include "attlsctl/ctl.h"
#include "util/array.h"
#include "attlsctl/findings.h"

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
    case CTL_OPT_X25519:
        opt->x25519_first = true;
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

static const char running_name[] = "the running policy";

/* The first lines of what the daemon sends. */
struct header {
    long long installed;
    char release[8], stack[16], words[64];
    int legacy, x25519;
};

/* Older daemons send no words, and no x25519. */
static bool read_header(const char *text, struct header *ret)
{
    memset(ret, 0, sizeof(*ret));
    return sscanf(text,
                  "# attlsd installed=%lld release=%7s legacy=%d stack=%15s "
                  "x25519=%d words=%63[A-Z 0-9]",
                  &ret->installed, ret->release, &ret->legacy, ret->stack,
                  &ret->x25519, ret->words) >= 4;
}

bool ctl_policy_running(const struct policy *p, char stack[16],
                        time_t *installed)
{
    const struct source *src;
    struct header h;

    if (policy_rule_count(p) == 0)
        return false;
    src = policy_rule_span(policy_rule_get(p, 0)).src;
    if (strcmp(source_name(src), running_name) != 0 ||
        !read_header(source_text(src), &h))
        return false;
    memcpy(stack, h.stack, sizeof(h.stack));
    *installed = (time_t)h.installed;
    return true;
}

static const char kept_line[] = "# kept=";

/* The next of these lines from AT on; NULL: there is no more. */
static char *next_kept(char *at)
{
    const size_t len = sizeof(kept_line) - 1;

    at = strchr(at, '\n');
    return at != NULL && strncmp(at + 1, kept_line, len) == 0 ? at + 1 : NULL;
}

/* The names in these lines of TEXT, which is cut into them; to be freed. */
static const char **kept_names(char *text, size_t *ret_count)
{
    const char **list = NULL, **name;
    char *at = text, *end;

    *ret_count = 0;
    while ((at = next_kept(at)) != NULL) {
        name = array_add(&list, ret_count, sizeof(*name));
        if (name == NULL)
            break;
        *name = at + sizeof(kept_line) - 1;
    }
    for (at = text; (end = strchr(at, '\n')) != NULL; at = end + 1)
        *end = '\0';
    return list;
}

static int load_running(const char *text, size_t len,
                        const struct policy_options *opt, struct diags *diags,
                        struct policy **ret)
{
    struct policy_options with = *opt;
    char *copy = strdup(text);
    const char **kept =
        copy != NULL ? kept_names(copy, &with.kept_count) : NULL;
    struct source *src = NULL;
    int r = copy == NULL ? ERR_NOMEM
                         : source_new(running_name, text, len, &src, NULL);

    with.kept = kept;
    if (r == 0)
        r = policy_load_source(src, &with, diags, ret);
    source_unref(src);
    free(kept);
    free(copy);
    return r;
}

/* As policy_load(); above 0: the exit status, after a message. */
int ctl_policy_fetch(const char *verb, const char *control,
                     const struct policy_options *given, struct diags *diags,
                     struct policy **ret)
{
    struct control_request request = {.command = CONTROL_POLICY};
    struct policy_options opt = *given;
    struct strbuf text = STRBUF_INIT;
    struct header h;
    int r = ctl_fetch(ctl_control_path(control), &request, &text);

    if (r != 0) {
        fprintf(stderr, "attlsctl %s: give a FILE, or start attlsd\n", verb);
        strbuf_done(&text);
        return r;
    }
    if (!read_header(strbuf_str(&text), &h)) {
        fprintf(stderr, "attlsctl %s: what the daemon sends is no policy\n",
                verb);
        strbuf_done(&text);
        return CTL_EXIT_ERROR;
    }
    zos_release_parse(h.release, &opt.release, NULL);
    opt.allow_legacy = h.legacy != 0;
    opt.x25519_first = h.x25519 != 0;
    opt.no_files = true;
    opt.words = h.words;
    r = load_running(strbuf_str(&text), text.len, &opt, diags, ret);
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
        ctl_findings_show(diags,
                          DIAG_ERROR); /* of lint; they do not stop a load */
        if (warnings != 0)
            fprintf(stderr,
                    "attlsctl %s: %s: %zu warning%s; attlsctl check shows "
                    "%s\n",
                    verb, file, warnings, warnings == 1 ? "" : "s",
                    warnings == 1 ? "it" : "them");
    } else if (r == ERR_NOMEM) {
        fprintf(stderr, "attlsctl %s: no memory\n", verb);
    } else {
        ctl_findings_show(diags, DIAG_ERROR);
    }
    diags_free(diags);
    return r == 0 ? 0 : CTL_EXIT_ERROR;
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
