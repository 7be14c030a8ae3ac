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
#include "util/count.h"
#include "util/linemap.h"

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
    struct linemap map;
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
    else if (strcmp(name, "agent_active") == 0)
        s->running->agent_is_ended = strcmp(value, "false") == 0;
    else if (strcmp(name, "agent_words") == 0)
        s->opt->words = value;
    else if (strcmp(name, "kept_rule") == 0)
        s->kept[s->opt->kept_count++] = value;
    else if (strcmp(name, "file") == 0)
        linemap_read_file(&s->map, value);
    else if (strcmp(name, "lines") == 0)
        linemap_read_lines(&s->map, value);
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
    if (r == 0 && s->map.failed)
        r = ERR_NOMEM;
    if (r == 0) {
        source_written_from(src, &s->map);
        r = policy_load_source(src, s->opt, diags, ret);
    }
    source_unref(src);
    return r;
}

int ctl_policy_fetch(const char *verb, const char *control,
                     const struct policy_options *given, struct diags *diags,
                     struct policy **ret, struct ctl_running *running)
{
    struct policy_options opt = *given;
    struct ctl_reply reply;
    struct said said = {&opt, running, NULL, false, LINEMAP_INIT};
    int r = ctl_fetch(ctl_control_path(control), VERB_POLICY, &reply);

    opt.no_files = true;
    opt.masked = true;
    if (r != 0) {
        fprintf(stderr, "attlsctl %s: give a FILE, or start attlsd\n", verb);
    } else {
        /* a field has two bytes at least */
        said.kept = calloc(reply.fields.len / 2 + 1, sizeof(*said.kept));
        r = said.kept != NULL ? load_reply(&reply, &said, diags, ret)
                              : ERR_NOMEM;
    }
    free(said.kept);
    linemap_done(&said.map);
    ctl_reply_done(&reply);
    return r;
}

/* ---- for a verb that shows it ---- */

static void count_warnings(const char *verb, const char *name,
                           const struct diags *diags)
{
    size_t n = diags_level(diags, DIAG_WARNING);

    if (n != 0)
        fprintf(stderr, "attlsctl %s: %s: %s; attlsctl check shows %s\n", verb,
                name, count_of(n, "warning").text, n == 1 ? "it" : "them");
}

/* R: what the load gave. Lint's errors do not stop one. */
static int say_loaded(const char *verb, const char *name, int r,
                      const struct diags *diags)
{
    if (r > 0)
        return r;
    if (r == ERR_NOMEM)
        fprintf(stderr, "attlsctl %s: no memory\n", verb);
    else
        ctl_findings_show(diags, DIAG_ERROR);
    if (r == 0)
        count_warnings(verb, name, diags);
    return r == 0 ? 0 : CTL_EXIT_ERROR;
}

int ctl_policy_load(const char *verb, const char *file,
                    const struct policy_options *opt, struct policy **ret)
{
    struct diags *diags = diags_new();
    int r = ERR_NOMEM;

    if (diags != NULL)
        r = policy_load(file, opt, diags, ret);
    r = say_loaded(verb, file, r, diags);
    diags_free(diags);
    return r;
}

int ctl_policy_shown(const struct verb_call *call,
                     const struct policy_options *opt, struct policy **ret,
                     struct ctl_running *running)
{
    const char *verb = verb_info(call->verb)->name;
    struct diags *diags;
    int r = ERR_NOMEM;

    *running = (struct ctl_running){.is_running = false};
    if (verb_word(call, 0) != NULL)
        return ctl_policy_load(verb, verb_word(call, 0), opt, ret);
    diags = diags_new();
    if (diags != NULL)
        r = ctl_policy_fetch(verb, verb_value(call, OPT_CONTROL), opt, diags,
                             ret, running);
    r = say_loaded(verb, running_name, r, diags);
    diags_free(diags);
    return r;
}

void ctl_number_json(struct json *j, const char *key, unsigned n)
{
    if (n != 0)
        json_unsigned(j, key, n);
    else
        json_null(j, key);
}

void ctl_place_json(struct json *j, const struct span *span)
{
    const char *file;
    unsigned line, column;

    if (span->src == NULL) {
        json_null(j, "file");
        json_null(j, "line");
        return;
    }
    file = source_place(span->src, span->off, &line, &column);
    json_string(j, "file", file);
    ctl_number_json(j, "line", line);
}
