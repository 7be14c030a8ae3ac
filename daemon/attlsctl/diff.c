/* attlsctl diff: which connections two policies treat differently. */

#include "policy/diff.h"

#include <stdio.h>
#include <string.h>

#include "attlsctl/conn_args.h"
#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "util/count.h"
#include "util/json.h"

static const char *rule_name(const struct policy_rule *r)
{
    return r != NULL ? policy_rule_name(r) : NULL;
}

static const char *rule_status(const struct policy_rule *r)
{
    return r != NULL ? effective_status(policy_rule_effective(r)) : "No rule";
}

/* Parameters: both values of each that differs */

struct parms_out {
    const struct policy_difference *d;
    struct strbuf *text;
    struct json *j;
};

static void add_side(const struct policy_rule *r, enum policy_parm parm,
                     struct strbuf *text)
{
    const struct effective *e = policy_rule_effective(r);
    struct strbuf value = STRBUF_INIT;
    struct span span;

    effective_show(e, parm, &value);
    if (value.len != 0)
        strbuf_add_escaped(text, strbuf_str(&value), value.len);
    else
        strbuf_adds(text, "nothing");
    if (effective_origin(e, parm, &span) == LEVEL_DEFAULT) {
        strbuf_adds(text, " (default)");
    } else {
        strbuf_adds(text, " (");
        span_add(&span, text);
        strbuf_addc(text, ')');
    }
    text->failed = text->failed || strbuf_failed(&value);
    strbuf_done(&value);
}

static void text_parm(void *arg, enum policy_parm parm, const char *keyword)
{
    struct parms_out *o = arg;

    strbuf_addf(o->text, "  %s: ", keyword);
    add_side(o->d->before, parm, o->text);
    strbuf_adds(o->text, " becomes ");
    add_side(o->d->after, parm, o->text);
    strbuf_addc(o->text, '\n');
}

static void json_side(struct parms_out *o, const char *key,
                      const struct policy_rule *r, enum policy_parm parm)
{
    struct strbuf value = STRBUF_INIT;

    effective_show(policy_rule_effective(r), parm, &value);
    json_string(o->j, key, value.len != 0 ? strbuf_str(&value) : NULL);
    o->text->failed = o->text->failed || strbuf_failed(&value);
    strbuf_done(&value);
}

static void json_parm(void *arg, enum policy_parm parm, const char *keyword)
{
    struct parms_out *o = arg;

    json_object(o->j, keyword);
    json_side(o, "before", o->d->before, parm);
    json_side(o, "after", o->d->after, parm);
    json_end(o->j);
}

/* Text */

static void add_rule(const struct policy_rule *r, struct strbuf *text)
{
    struct span span;

    if (r == NULL) {
        strbuf_adds(text, "no rule (in clear)");
        return;
    }
    span = policy_rule_span(r);
    strbuf_addf(text, "%s (", policy_rule_name(r));
    span_add(&span, text);
    strbuf_addf(text, ", %s)", rule_status(r));
}

static void write_difference(const struct policy_difference *d,
                             struct strbuf *text)
{
    struct parms_out out = {d, text, NULL};

    add_rule(d->before, text);
    strbuf_adds(text, "\n  becomes ");
    add_rule(d->after, text);
    if (!d->times_hold)
        strbuf_adds(text, ", while no time condition holds");
    strbuf_adds(text, "\n  example: ");
    ctl_conn_add(&d->example, text);
    strbuf_adds(text, "\n  ");
    policy_area_show(d, text);
    if (d->pieces > 1)
        strbuf_addf(text, "; and %s",
                    count_of(d->pieces - 1, "more such area").text);
    strbuf_addc(text, '\n');
    if (d->before == NULL || d->after == NULL)
        return;
    if (d->times_changed)
        strbuf_adds(text, "  its time conditions change\n");
    policy_diff_parms(policy_rule_effective(d->before),
                      policy_rule_effective(d->after), text_parm, &out);
}

static void write_text(const struct policy_diff *diff, struct strbuf *text)
{
    size_t i, n = policy_diff_count(diff);

    if (n == 0)
        strbuf_adds(text, "Every connection is treated as before.\n");
    else
        strbuf_addf(text, "%s:\n", count_of(n, "difference").text);
    for (i = 0; i < n; i++) {
        strbuf_addc(text, '\n');
        write_difference(policy_diff_get(diff, i), text);
    }
}

/* JSON */

static void json_range(struct json *j, const char *key,
                       const struct policy_range *r)
{
    struct strbuf low = STRBUF_INIT, high = STRBUF_INIT;

    netaddr_add_ip(&r->low, &low);
    netaddr_add_ip(&r->high, &high);
    json_object(j, key);
    json_array(j, "addresses");
    json_string(j, NULL, strbuf_str(&low));
    json_string(j, NULL, strbuf_str(&high));
    json_end(j);
    json_array(j, "ports");
    json_unsigned(j, NULL, r->low.port);
    json_unsigned(j, NULL, r->high.port);
    json_end(j);
    json_end(j);
    j->out->failed =
        j->out->failed || strbuf_failed(&low) || strbuf_failed(&high);
    strbuf_done(&low);
    strbuf_done(&high);
}

static void json_example(struct json *j, const struct policy_conn *c)
{
    json_object(j, "example");
    json_string(j, "direction", policy_direction_name(c->direction));
    json_address(j, "network.local", &c->local);
    json_address(j, "network.peer", &c->remote);
    json_string(j, "jobname", c->jobname);
    json_string(j, "user.name", c->userid);
    json_end(j);
}

static void json_difference(struct json *j, const struct policy_difference *d)
{
    struct parms_out out = {d, j->out, j};

    json_object(j, NULL);
    json_string(j, "before", rule_name(d->before));
    json_string(j, "after", rule_name(d->after));
    json_array(j, "status");
    json_string(j, NULL, rule_status(d->before));
    json_string(j, NULL, rule_status(d->after));
    json_end(j);
    json_bool(j, "times_hold", d->times_hold);
    json_bool(j, "times_changed", d->times_changed);
    json_example(j, &d->example);
    json_range(j, "local", &d->local);
    json_range(j, "remote", &d->remote);
    json_unsigned(j, "areas", d->pieces);
    json_object(j, "parameters");
    if (d->before != NULL && d->after != NULL)
        policy_diff_parms(policy_rule_effective(d->before),
                          policy_rule_effective(d->after), json_parm, &out);
    json_end(j);
    json_end(j);
}

static void write_json(const struct policy_diff *diff, struct strbuf *text)
{
    struct json j = JSON_INIT(text, JSON_LINES);
    size_t i;

    json_array(&j, NULL);
    for (i = 0; i < policy_diff_count(diff); i++)
        json_difference(&j, policy_diff_get(diff, i));
    json_end(&j);
}

static int compare(const struct policy *before, const struct policy *after,
                   bool as_json)
{
    struct strbuf text = STRBUF_INIT;
    struct policy_diff *diff;
    struct error err;
    int status;

    if (policy_diff_new(before, after, &diff, &err) != 0) {
        fprintf(stderr, "attlsctl diff: %s\n", err.text);
        return CTL_EXIT_ERROR;
    }
    if (as_json)
        write_json(diff, &text);
    else
        write_text(diff, &text);
    status = policy_diff_count(diff) != 0 ? CTL_EXIT_WARNING : CTL_EXIT_OK;
    status = ctl_write(&text, status);
    strbuf_done(&text);
    policy_diff_free(diff);
    return status;
}

int ctl_diff(const struct verb_call *call)
{
    struct policy *before = NULL, *after = NULL;
    struct policy_options opt;
    int r;

    policy_options_init(&opt);
    r = ctl_policy_read(call, &opt);
    if (r == 0)
        r = ctl_policy_load("diff", verb_word(call, 0), &opt, &before);
    if (r == 0)
        r = ctl_policy_load("diff", verb_word(call, 1), &opt, &after);
    if (r == 0)
        r = compare(before, after, verb_has(call, OPT_JSON));
    policy_unref(before);
    policy_unref(after);
    return r;
}
