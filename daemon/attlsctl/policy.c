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
#include "attlsctl/findings.h"

int ctl_policy_read(const struct verb_call *c, struct policy_options *opt)
{
    const char *release = verb_value(c, OPT_RELEASE);
    struct error err;

    if (release != NULL &&
        zos_release_parse(release, &opt->release, &err) != 0) {
        fprintf(stderr, "attlsctl %s: %s\n", verb_info(c->verb)->name,
                err.text);
        return CTL_EXIT_ERROR;
    }
    if (verb_has(c, OPT_STACK))
        opt->stack = verb_value(c, OPT_STACK);
    if (verb_has(c, OPT_ROOT))
        opt->root = verb_value(c, OPT_ROOT);
    opt->allow_legacy = opt->allow_legacy || verb_has(c, OPT_LEGACY);
    opt->x25519_first = opt->x25519_first || verb_has(c, OPT_X25519);
    return 0;
}

/* ---- the running daemon's ---- */

static const char running_name[] = "the running policy";

/* What the daemon says beside the policy's text. */
struct said {
    struct policy_options *opt;
    struct ctl_running *running;
    const char **kept; /* room for all fields */
    bool is_policy;    /* it says of which release */
};

static void take_field(struct said *s, const char *name, const char *value)
{
    if (strcmp(name, "installed") == 0)
        s->running->installed = (time_t)strtoll(value, NULL, 10);
    else if (strcmp(name, "release") == 0)
        s->is_policy = zos_release_parse(value, &s->opt->release, NULL) == 0;
    else if (strcmp(name, "stack") == 0)
        snprintf(s->running->stack, sizeof(s->running->stack), "%s", value);
    else if (strcmp(name, "allow_legacy") == 0)
        s->opt->allow_legacy = strcmp(value, "true") == 0;
    else if (strcmp(name, "x25519_first") == 0)
        s->opt->x25519_first = strcmp(value, "true") == 0;
    else if (strcmp(name, "agent_words") == 0)
        s->opt->words = value;
    else if (strcmp(name, "kept_rule") == 0)
        s->kept[s->opt->kept_count++] = value;
}

static int load_reply(const struct ctl_reply *reply, struct said *s,
                      struct diags *diags, struct policy **ret)
{
    const char *name, *value;
    struct source *src = NULL;
    size_t pos = 0;
    int r;

    while (control_next_field(reply->fields.data, reply->fields.len, &pos,
                              &name, &value))
        take_field(s, name, value);
    if (!s->is_policy) {
        fprintf(stderr, "attlsctl: what the daemon sends is no policy\n");
        return CTL_EXIT_ERROR;
    }
    s->opt->kept = s->kept;
    s->running->is_running = true;
    r = source_new(running_name, strbuf_str(&reply->out), reply->out.len, &src,
                   NULL);
    if (r == 0)
        r = policy_load_source(src, s->opt, diags, ret);
    source_unref(src);
    return r;
}

int ctl_policy_fetch(const char *verb, const char *control,
                     const struct policy_options *given, struct diags *diags,
                     struct policy **ret, struct ctl_running *running)
{
    struct policy_options opt = *given;
    struct ctl_reply reply;
    struct said said = {&opt, running, NULL, false};
    int r = ctl_fetch(ctl_control_path(control), VERB_POLICY, &reply);

    opt.no_files = true;
    if (r != 0) {
        fprintf(stderr, "attlsctl %s: give a FILE, or start attlsd\n", verb);
    } else {
        /* a field has two bytes at least */
        said.kept = calloc(reply.fields.len / 2 + 1, sizeof(*said.kept));
        r = said.kept != NULL ? load_reply(&reply, &said, diags, ret)
                              : ERR_NOMEM;
    }
    free(said.kept);
    ctl_reply_done(&reply);
    return r;
}

int ctl_policy_load(const char *verb, const char *file,
                    const struct policy_options *opt, struct policy **ret,
                    struct ctl_running *running)
{
    struct ctl_running unused, *said = running != NULL ? running : &unused;
    struct diags *diags;
    size_t warnings;
    int r = ERR_NOMEM;

    *said = (struct ctl_running){.is_running = false};
    diags = diags_new();
    if (diags != NULL)
        r = file != NULL ? policy_load(file, opt, diags, ret)
                         : ctl_policy_fetch(verb, NULL, opt, diags, ret, said);
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
