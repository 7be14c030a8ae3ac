/* See ruleset.h. */

#include "daemon/ruleset.h"

#include "intercept/nft_run.h"
#include "policy/effective.h"
#include "policy/filter.h"
#include "util/arena.h"

bool ruleset_capture(const struct config *started, const struct config *now,
                     struct config_capture *ret)
{
    const struct config_capture *first = config_capture(started);
    const struct config_capture *later = config_capture(now);

    if (first == NULL)
        return false;
    *ret = later != NULL ? *later : *first;
    ret->out_port = first->out_port;
    ret->in_port = first->in_port;
    return true;
}

static bool take_addrs(struct arena *a, const struct policy_rule *r,
                       enum policy_side side, struct nft_side *ret)
{
    size_t i, n = policy_rule_addr_count(r, side);
    struct nft_addrs *list = arena_calloc(a, n + 1, sizeof(*list));

    if (list == NULL)
        return false;
    for (i = 0; i < n; i++)
        policy_rule_addr(r, side, i, &list[i].low, &list[i].high);
    ret->addrs = list;
    ret->addr_count = n;
    return true;
}

static bool take_ports(struct arena *a, const struct policy_rule *r,
                       enum policy_side side, struct nft_side *ret)
{
    size_t i, n = policy_rule_port_count(r, side);
    struct nft_ports *list = arena_calloc(a, n + 1, sizeof(*list));

    if (list == NULL)
        return false;
    for (i = 0; i < n; i++)
        policy_rule_port(r, side, i, &list[i].low, &list[i].high);
    ret->ports = list;
    ret->port_count = n;
    return true;
}

/* One line for each direction of the rule. */
static bool add_rule(struct arena *a, const struct policy_rule *r,
                     struct nft_rule *rules, size_t *count)
{
    struct nft_rule rule = {.name = policy_rule_name(r)};

    rule.pass = policy_rule_is_plain(r) &&
                !effective_on(policy_rule_effective(r), PARM_TTLSEnabled);
    if (!take_addrs(a, r, POLICY_LOCAL, &rule.local) ||
        !take_ports(a, r, POLICY_LOCAL, &rule.local) ||
        !take_addrs(a, r, POLICY_REMOTE, &rule.remote) ||
        !take_ports(a, r, POLICY_REMOTE, &rule.remote))
        return false;
    if (policy_rule_direction(r) & POLICY_OUTBOUND) {
        rule.out = true;
        rules[(*count)++] = rule;
    }
    if (policy_rule_direction(r) & POLICY_INBOUND) {
        rule.out = false;
        rules[(*count)++] = rule;
    }
    return true;
}

static bool take_rules(struct arena *a, const struct policy *p,
                       struct nft_params *ret)
{
    size_t i, n = policy_rule_count(p), count = 0;
    struct nft_rule *rules = arena_calloc(a, 2 * n + 1, sizeof(*rules));

    for (i = 0; rules != NULL && i < n; i++)
        if (!add_rule(a, policy_rule_get(p, i), rules, &count))
            return false;
    ret->rules = rules;
    ret->rule_count = count;
    return rules != NULL;
}

int ruleset_make(const struct policy *p, const struct ruleset_options *opt,
                 struct strbuf *out, struct error *err)
{
    const struct config_capture *c = opt->capture;
    struct arena *a = arena_new();
    struct nft_params params = {
        .out_port = (uint16_t)c->out_port,
        .in_port = (uint16_t)c->in_port,
        .guard = !opt->no_guard,
        .keep_old = c->old_connections == OLD_KEEP,
        .uids = c->exclude_users.uid,
        .uid_count = c->exclude_users.count,
        .ports = c->exclude_ports.item,
        .port_count = c->exclude_ports.count,
        .nets = c->exclude_networks.item,
        .net_count = c->exclude_networks.count,
        .early_uids = opt->early_uids,
        .early_count = opt->early_count,
    };
    bool ok = a != NULL && take_rules(a, p, &params);

    if (ok)
        nft_add_ruleset(&params, out);
    arena_free(a);
    return ok && !strbuf_failed(out) ? 0 : error_nomem(err);
}

int ruleset_apply(const struct policy *p, const struct ruleset_options *opt,
                  struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    int r = ruleset_make(p, opt, &text, err);

    if (r == 0)
        r = nft_apply(strbuf_str(&text), err);
    strbuf_done(&text);
    return r;
}
