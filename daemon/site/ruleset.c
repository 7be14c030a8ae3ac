/* See ruleset.h. */

#include "site/ruleset.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

/* ---- the settings as text ---- */

static const char keep[] = "keep", reset[] = "reset", own[] = "own";

static void print_marks(const struct ruleset_marks *m, struct strbuf *out)
{
    if (!m->own)
        return;
    strbuf_addf(out, "marks=%s\n", own);
    if (!m->known)
        return;
    strbuf_addf(out, "daemon_user=%lu\n", (unsigned long)m->values.uid);
    marks_print(&m->values, out);
}

void ruleset_capture_print(const struct config_capture *c,
                           const struct ruleset_marks *m, struct strbuf *out)
{
    size_t i;

    strbuf_addf(out, "out_port=%lu\nin_port=%lu\nold_connections=%s\n",
                c->out_port, c->in_port,
                c->old_connections == OLD_KEEP ? keep : reset);
    for (i = 0; i < c->exclude_users.count; i++)
        strbuf_addf(out, "exclude_user=%lu\n",
                    (unsigned long)c->exclude_users.uid[i]);
    for (i = 0; i < c->exclude_ports.count; i++)
        strbuf_addf(out, "exclude_ports=%u-%u\n", c->exclude_ports.item[i].low,
                    c->exclude_ports.item[i].high);
    for (i = 0; i < c->exclude_networks.count; i++) {
        strbuf_adds(out, "exclude_network=");
        netaddr_add_ip(&c->exclude_networks.item[i].low, out);
        strbuf_addc(out, '-');
        netaddr_add_ip(&c->exclude_networks.item[i].high, out);
        strbuf_addc(out, '\n');
    }
    print_marks(m, out);
}

/* What is read, with room for as many elements as the text has lines. */
struct capture_lists {
    uid_t *uids;
    struct nft_ports *ports;
    struct nft_addrs *nets;
    struct ruleset_marks marks;
};

static bool is_port(unsigned long n)
{
    return n >= 1 && n <= 65535;
}

/* Digits only; false: none, or one over MAX. */
static bool take_number(const char **text, unsigned long max,
                        unsigned long *ret)
{
    const char *p = *text;
    unsigned long n = 0;

    while (*p >= '0' && *p <= '9' && n <= max)
        n = 10 * n + (unsigned long)(*p++ - '0');
    if (p == *text || n > max)
        return false;
    *text = p;
    *ret = n;
    return true;
}

static bool take_network(const char *value, struct nft_addrs *ret)
{
    const char *dash = strchr(value, '-');
    char low[NETADDR_TEXT];

    if (dash == NULL || (size_t)(dash - value) >= sizeof(low))
        return false;
    snprintf(low, sizeof(low), "%.*s", (int)(dash - value), value);
    return netaddr_parse_ip(low, &ret->low, NULL) == 0 &&
           netaddr_parse_ip(dash + 1, &ret->high, NULL) == 0 &&
           ret->low.family == ret->high.family && ret->low.scope == 0 &&
           ret->high.scope == 0 &&
           netaddr_compare_ip(&ret->low, &ret->high) <= 0;
}

static bool take_range(const char *value, struct nft_ports *ret)
{
    unsigned long low, high;

    if (!take_number(&value, 65535, &low) || *value++ != '-' ||
        !take_number(&value, 65535, &high) || *value != '\0' || !is_port(low) ||
        low > high)
        return false;
    *ret = (struct nft_ports){(uint16_t)low, (uint16_t)high};
    return true;
}

static bool take_list(const char *key, const char *value,
                      struct capture_lists *l, struct config_capture *c)
{
    unsigned long n;

    bool user = strcmp(key, "exclude_user") == 0;

    if (user || strcmp(key, "daemon_user") == 0) {
        if (!take_number(&value, UINT32_MAX - 1UL, &n) || *value != '\0')
            return false;
        if (user)
            l->uids[c->exclude_users.count++] = (uid_t)n;
        else
            l->marks.values.uid = (uid_t)n;
        l->marks.known |= !user;
        return true;
    }
    if (strcmp(key, "marks") == 0)
        return l->marks.own = strcmp(value, own) == 0;
    if (strcmp(key, "exclude_ports") == 0)
        return take_range(value, &l->ports[c->exclude_ports.count++]);
    return strcmp(key, "exclude_network") == 0 &&
           take_network(value, &l->nets[c->exclude_networks.count++]);
}

static bool take_setting(const char *key, const char *value,
                         struct capture_lists *l, struct config_capture *c)
{
    bool out = strcmp(key, "out_port") == 0;

    if (out || strcmp(key, "in_port") == 0)
        return take_number(&value, 65535, out ? &c->out_port : &c->in_port) &&
               *value == '\0';
    if (strcmp(key, "old_connections") != 0)
        return take_list(key, value, l, c);
    c->old_connections = strcmp(value, keep) == 0 ? OLD_KEEP : OLD_RESET;
    return c->old_connections == OLD_KEEP || strcmp(value, reset) == 0;
}

static int take_lines(char *text, struct capture_lists *l,
                      struct config_capture *c, struct error *err)
{
    char *line, *rest = text, *equals;
    unsigned n = 0;

    while ((line = strsep(&rest, "\n")) != NULL) {
        n++;
        if (rest == NULL && *line == '\0')
            break;
        if (marks_parse_line(line, &l->marks.values))
            continue;
        equals = strchr(line, '=');
        if (equals != NULL)
            *equals++ = '\0';
        if (equals == NULL || !take_setting(line, equals, l, c))
            return error_set(
                err, ERR_VALUE,
                "this program does not know line %u of the daemon's "
                "settings; are both of one version?",
                n);
    }
    if (!is_port(c->out_port) || !is_port(c->in_port))
        return error_set(err, ERR_VALUE, "the daemon's settings have no ports");
    if (l->marks.known && (!l->marks.own || !marks_are_whole(&l->marks.values)))
        return error_set(err, ERR_VALUE,
                         "the daemon's settings have no packet marks");
    return 0;
}

int ruleset_capture_parse(const char *text, struct arena *arena,
                          struct config_capture *ret,
                          struct ruleset_marks *ret_marks, struct error *err)
{
    struct config_capture c = {0};
    struct capture_lists l = {.marks = {.own = false}};
    char *copy = arena_strdup(arena, text);
    size_t lines = 1;
    int r;

    for (; *text != '\0'; text++)
        lines += *text == '\n';
    l.uids = arena_calloc(arena, lines, sizeof(*l.uids));
    l.ports = arena_calloc(arena, lines, sizeof(*l.ports));
    l.nets = arena_calloc(arena, lines, sizeof(*l.nets));
    if (copy == NULL || l.uids == NULL || l.ports == NULL || l.nets == NULL)
        return error_nomem(err);
    r = take_lines(copy, &l, &c, err);
    if (r != 0)
        return r;
    c.exclude_users.given = c.exclude_users.count != 0;
    c.exclude_users.uid = l.uids;
    c.exclude_ports.item = l.ports;
    c.exclude_networks.item = l.nets;
    *ret = c;
    *ret_marks = l.marks;
    return 0;
}

/* ---- the rules ---- */

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
        .marked = opt->marked,
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
