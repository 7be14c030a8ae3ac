/*
 * refresh_guard: what a reload may not do unseen. A file that nobody has meant
 * to install (empty, half-written) and a policy without rules are refused; what
 * connections would go in clear that have TLS today is told, or refused too.
 */

#include <ctype.h>
#include <string.h>

#include "policy/loss.h"
#include "site/pagent_private.h"

enum { SHOWN_MOST = 20 };

static const char force_hint[] =
    "attlsctl modify --force REFRESH installs it all the same";

/* ---- files that nobody has meant ---- */

static bool is_blank(const struct source *src)
{
    const char *text = source_text(src);
    size_t i;

    for (i = 0; i < source_len(src); i++)
        if (text[i] != '\0' && text[i] != 0x1a &&
            !isspace((unsigned char)text[i]))
            return false;
    return true;
}

/* Its last line has no end, and is no closing brace: as a copy looks that is
 * not complete. */
static bool is_cut(const struct source *src)
{
    const char *text = source_text(src);
    size_t len = source_len(src), i;

    if (len == 0 || text[len - 1] == '\n')
        return false;
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    for (i = len; i > 0 && text[i - 1] != '\n';)
        i--;
    while (i < len && isspace((unsigned char)text[i]))
        i++;
    return len - i > 1 || (len - i == 1 && text[i] != '}');
}

static bool is_plain_file(const struct source *src)
{
    struct file_mark m = source_mark(src);

    return file_mark_is_set(&m);
}

/* It runs already, as it is. */
static bool runs(const struct policy *running, const struct source *src)
{
    size_t i;

    for (i = 0; i < policy_file_count(running); i++) {
        const struct source *old = policy_source_get(running, i);

        if (strcmp(source_name(old), source_name(src)) == 0 &&
            source_len(old) == source_len(src) &&
            memcmp(source_text(old), source_text(src), source_len(src)) == 0)
            return true;
    }
    return false;
}

static bool files_are_whole(struct refresh *r)
{
    const struct policy *running = snapshot_policy(r->running);
    const struct policy *next = snapshot_policy(r->next);
    size_t i;

    for (i = 0; i < policy_file_count(next); i++) {
        const struct source *src = policy_source_get(next, i);
        const char *what = is_blank(src) ? "is empty"
                           : is_cut(src) ? "ends within a line: is it a copy "
                                           "that is not complete?"
                                         : NULL;

        if (what == NULL || !is_plain_file(src) || runs(running, src))
            continue;
        strbuf_addf(&r->reason, "%s %s", source_name(src), what);
        return false;
    }
    return true;
}

/* ---- a policy that does nothing ---- */

static bool has_its_image(struct refresh *r)
{
    const char *image = policy_stack(snapshot_policy(r->running));

    if (image == NULL || policy_stack(snapshot_policy(r->next)) != NULL ||
        strcmp(snapshot_config(r->running)->pagent,
               snapshot_config(r->next)->pagent) != 0)
        return true;
    strbuf_addf(&r->reason, "%s has no TcpImage for %s any more",
                snapshot_config(r->next)->pagent, image);
    return false;
}

static bool has_rules(struct refresh *r)
{
    size_t had = policy_rule_count(snapshot_policy(r->running));

    if (had == 0 || policy_rule_count(snapshot_policy(r->next)) != 0)
        return true;
    strbuf_addf(&r->reason,
                "the new policy has no rule, where %zu %s: all connections "
                "would be in clear",
                had, had == 1 ? "is" : "are");
    return false;
}

/* ---- what would be in clear ---- */

static void add_place(const struct policy_rule *rule, struct strbuf *out)
{
    struct span span = policy_rule_span(rule);

    strbuf_addf(out, "%s (", policy_rule_name(rule));
    span_add(&span, out);
    strbuf_addc(out, ')');
}

static void add_loss(const struct policy_difference *d, struct strbuf *out)
{
    strbuf_adds(out, "  ");
    add_place(d->before, out);
    strbuf_adds(out, ": ");
    policy_area_show(d, out);
    if (d->example.jobname != NULL)
        strbuf_addf(out, "; job %s", d->example.jobname);
    if (d->example.userid != NULL)
        strbuf_addf(out, "; user %s", d->example.userid);
    if (d->after != NULL) {
        strbuf_adds(out, ": off by ");
        add_place(d->after, out);
    }
    strbuf_addc(out, '\n');
}

/* Numbers FROM to TO. */
static void add_losses(const struct policy_losses *l, size_t from, size_t to,
                       struct strbuf *out)
{
    size_t i;

    for (i = from; i < to && i < from + SHOWN_MOST; i++)
        add_loss(policy_losses_get(l, i), out);
    if (i < to)
        strbuf_addf(out, "  and %zu more\n", to - i);
}

static void add_reason(const struct policy_losses *l, struct strbuf *out)
{
    size_t i, lost = policy_losses_lost(l);

    strbuf_adds(out, "no rule fits what these take today:");
    for (i = 0; i < lost && i < SHOWN_MOST; i++)
        strbuf_addf(out, "%s %s", i == 0 ? "" : ",",
                    policy_rule_name(policy_losses_get(l, i)->before));
    if (i < lost)
        strbuf_addf(out, " and %zu more", lost - i);
}

static void tell_losses(struct refresh *r, const struct policy_losses *l)
{
    size_t lost = policy_losses_lost(l), all = policy_losses_count(l);

    if (lost != 0) {
        strbuf_adds(&r->text,
                    "In clear by the new policy, as no rule fits what "
                    "has TLS by:\n");
        add_losses(l, 0, lost, &r->text);
        add_reason(l, &r->reason);
    }
    if (all != lost) {
        strbuf_adds(&r->text, "In clear, as the new policy says, what has TLS "
                              "by:\n");
        add_losses(l, lost, all, &r->text);
    }
}

/* What can't be looked at is not well. */
static bool loses_nothing(struct refresh *r)
{
    struct policy_losses *l = NULL;
    struct error err;
    bool well;

    if (policy_losses_new(snapshot_policy(r->running), snapshot_policy(r->next),
                          &l, &err) != 0) {
        strbuf_addf(&r->reason,
                    "whether connections lose their rule is not known: %s",
                    err.text);
        strbuf_addf(&r->text, "%s\n", strbuf_str(&r->reason));
        return false;
    }
    tell_losses(r, l);
    well = policy_losses_lost(l) == 0;
    policy_losses_free(l);
    return well;
}

bool refresh_guard(struct refresh *r)
{
    enum config_guard guard = snapshot_config(r->next)->refresh_guard;

    if (guard == GUARD_OFF || r->order->force)
        return true;
    if (r->changing[0] != '\0')
        strbuf_addf(&r->reason, "%s is being written", r->changing);
    if (r->changing[0] != '\0' || !files_are_whole(r) || !has_its_image(r) ||
        !has_rules(r)) {
        strbuf_addf(&r->reason, "; %s", force_hint);
        return false;
    }
    if (loses_nothing(r))
        return true;
    r->status = 1;
    if (guard == GUARD_REFUSE)
        strbuf_addf(&r->reason, "; %s", force_hint);
    return guard == GUARD_WARN;
}
