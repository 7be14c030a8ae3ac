/* attlsctl intercept: the rules in the kernel that bring connections to the
 * daemon. It needs no daemon: an init container runs it. */

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "attlsctl/kernel_rules.h"
#include "site/rulekeeper.h"
#include "util/count.h"

struct arguments {
    struct ctl_rules rules;
    bool dry_run, json, force;
};

static int complain(const char *what, const char *text, const char *wanted)
{
    fprintf(stderr, "attlsctl intercept: %s '%s' is not %s\n", what, text,
            wanted);
    return CTL_EXIT_ERROR;
}

/* ---- values of options ---- */

static bool take_uid(const char *text, void *rules)
{
    struct ctl_rules *r = rules;

    return r->uid_count < CTL_UIDS_MAX &&
           config_parse_account(text, &r->uids[r->uid_count]) && ++r->uid_count;
}

static bool take_early(const char *text, void *rules)
{
    struct ctl_rules *r = rules;

    return r->early_count < CTL_UIDS_MAX &&
           config_parse_account(text, &r->early_uids[r->early_count]) &&
           ++r->early_count;
}

static bool take_ports(const char *text, void *rules)
{
    struct ctl_rules *r = rules;

    return r->port_count < CTL_RANGES_MAX &&
           config_parse_ports(text, &r->ports[r->port_count]) &&
           ++r->port_count;
}

static bool take_net(const char *text, void *rules)
{
    struct ctl_rules *r = rules;

    return r->net_count < CTL_RANGES_MAX &&
           config_parse_network(text, &r->nets[r->net_count]) && ++r->net_count;
}

/* "A,B,C" */
static int take_list(struct ctl_rules *r, const char *option, char *list,
                     bool (*take)(const char *, void *), const char *wanted)
{
    char *rest = NULL, *item;

    r->captured = true;
    for (item = strtok_r(list, ",", &rest); item != NULL;
         item = strtok_r(NULL, ",", &rest))
        if (!take(item, r))
            return complain(option, item, wanted);
    return 0;
}

static int take_port(struct ctl_rules *r, const char *option, const char *text,
                     unsigned long *ret)
{
    struct nft_ports p;

    r->captured = true;
    if (!config_parse_ports(text, &p) || p.low != p.high)
        return complain(option, text, "a port, 1 to 65535");
    *ret = p.low;
    return 0;
}

/* An option that replaces what the configuration says. */
static int take_capture(struct ctl_rules *r, const struct option_given *g)
{
    switch (g->id) {
    case OPT_NOT_UID:
        return take_list(r, "--exclude-uid", g->value, take_uid,
                         "an account of this machine, or a number");
    case OPT_EARLY_UID:
        return take_list(r, "--early-uid", g->value, take_early,
                         "an account of this machine, or a number");
    case OPT_NOT_PORTS:
        return take_list(r, "--exclude-ports", g->value, take_ports,
                         "a port or a range: 22, 8000-8099");
    case OPT_NOT_CIDR:
        return take_list(r, "--exclude-cidr", g->value, take_net,
                         "a network: 10.0.0.0/8, fd00::/8");
    case OPT_OUT_PORT:
        return take_port(r, "--out-port", g->value, &r->capture.out_port);
    case OPT_IN_PORT:
        return take_port(r, "--in-port", g->value, &r->capture.in_port);
    case OPT_MARK_FILE:
        r->captured = true;
        r->mark_file = g->value;
        return 0;
    case OPT_KEEP_OLD:
        r->captured = true;
        r->capture.old_connections = OLD_KEEP;
        return 0;
    case OPT_NO_GUARD:
        r->captured = r->no_guard = true;
        return 0;
    default:
        return 0;
    }
}

/* 0, or the exit status after a message. */
static int read_call(const struct verb_call *c, struct arguments *a)
{
    size_t i;
    int r;

    a->rules.conf = verb_value(c, OPT_CONFIG);
    a->rules.policy = verb_value(c, OPT_POLICY);
    a->rules.control = verb_value(c, OPT_CONTROL);
    a->dry_run = verb_has(c, OPT_DRY_RUN);
    a->json = verb_has(c, OPT_JSON);
    a->force = verb_has(c, OPT_FORCE);
    policy_options_init(&a->rules.policy_options);
    r = ctl_policy_read(c, &a->rules.policy_options);
    for (i = 0; r == 0 && i < c->options.given_count; i++)
        r = take_capture(&a->rules, &c->options.given[i]);
    if (r == 0 && a->rules.conf != NULL && a->rules.policy != NULL) {
        fprintf(stderr, "attlsctl intercept: give -f or --policy, not both\n");
        r = CTL_EXIT_ERROR;
    }
    return r;
}

/* ---- show ---- */

static int show(struct arguments *a)
{
    struct strbuf ruleset = STRBUF_INIT, out = STRBUF_INIT;
    char generation[NFT_GENERATION] = "";
    struct json j = JSON_INIT(&out, JSON_LINES);
    int status = ctl_rules_make(&a->rules, &ruleset);

    if (status == CTL_EXIT_OK && a->json) {
        nft_find_generation(strbuf_str(&ruleset), generation);
        json_object(&j, NULL);
        json_string(&j, "generation", generation);
        json_string(&j, "ruleset", strbuf_str(&ruleset));
        json_end(&j);
        status = ctl_write(&out, status);
    } else if (status == CTL_EXIT_OK) {
        status = ctl_write(&ruleset, status);
    }
    strbuf_done(&ruleset);
    strbuf_done(&out);
    return status;
}

/* ---- install, remove ---- */

static int apply(const struct strbuf *text, const char *done)
{
    struct error err;

    if (rules_apply(strbuf_str(text), &err) < 0) {
        fprintf(stderr, "attlsctl intercept: %s\n", err.text);
        return CTL_EXIT_ERROR;
    }
    printf("%s\n", done);
    return CTL_EXIT_OK;
}

static void warn_no_guard(const struct arguments *a)
{
    if (a->rules.no_guard)
        fprintf(stderr, "attlsctl intercept: without guard chains a connection "
                        "that is not redirected goes out in clear\n");
}

static int install(struct arguments *a)
{
    struct strbuf text = STRBUF_INIT;
    int status;

    if (a->dry_run) {
        status = ctl_rules_make(&a->rules, &text);
        status = status == CTL_EXIT_OK ? ctl_write(&text, status) : status;
        strbuf_done(&text);
        return status;
    }
    status = ctl_rules_text(&a->rules, &text);
    if (status == CTL_EXIT_OK)
        status = apply(&text, "installed: table inet attls");
    if (status == CTL_EXIT_OK)
        warn_no_guard(a);
    strbuf_done(&text);
    return status;
}

static unsigned long port_or(unsigned long given, unsigned long standard)
{
    return given != 0 ? given : standard;
}

static unsigned carried(const struct arguments *a)
{
    const struct config_capture *c = &a->rules.capture;

    return ctl_count_sockets(port_or(c->out_port, NFT_OUT_PORT)).connected +
           ctl_count_sockets(port_or(c->in_port, NFT_IN_PORT)).connected;
}

/* Whoever keeps the rules does so at once. */
static bool came_back(struct arguments *a)
{
    static const struct timespec nap = {0, 100 * 1000 * 1000};
    struct ctl_table table = {0};
    int i;

    for (i = 0; i < 10 && !table.there; i++) {
        nanosleep(&nap, NULL);
        if (ctl_table_read(&a->rules, "", &table) != CTL_EXIT_OK)
            break;
        ctl_table_done(&table);
    }
    return table.there;
}

static int remove_now(struct arguments *a)
{
    const struct config_capture *c = &a->rules.capture;
    struct strbuf text = STRBUF_INIT;
    int status;

    nft_add_removal(&text);
    status =
        a->dry_run
            ? ctl_write(&text, CTL_EXIT_OK)
            : apply(&text, "removed: connections are in clear from now on");
    strbuf_done(&text);
    if (a->dry_run || status != CTL_EXIT_OK ||
        ctl_count_sockets(port_or(c->out_port, NFT_OUT_PORT)).listening == 0 ||
        !came_back(a))
        return status;
    fprintf(stderr, "attlsctl intercept: and put back at once: attlsd keeps "
                    "its rules (so does attlsctl intercept watch); end it, or "
                    "set install = false and refresh it, before you remove "
                    "them\n");
    return CTL_EXIT_ERROR;
}

static int take_away(struct arguments *a)
{
    unsigned n = carried(a);
    struct ctl_table table = {0};
    int status =
        a->dry_run ? CTL_EXIT_OK : ctl_table_read(&a->rules, "", &table);
    bool there = a->dry_run || table.there;

    ctl_table_done(&table);
    if (status != CTL_EXIT_OK)
        return status;
    if (!there) {
        printf("there is no table inet attls\n");
        return CTL_EXIT_OK;
    }
    if (n != 0 && !a->force && !a->dry_run) {
        fprintf(stderr,
                "attlsctl intercept: %s carried and would be reset; stop the "
                "programs first, or say --force\n",
                count_of(n, "connection is|connections are").text);
        return CTL_EXIT_ERROR;
    }
    return remove_now(a);
}

/* ---- watch ---- */

static int keep_there(struct arguments *a)
{
    warn_no_guard(a);
    return ctl_rules_watch(&a->rules);
}

/* ---- status ---- */

struct state {
    struct ctl_table table;
    struct ctl_sockets out, in;
    bool compared; /* with a policy */
};

static void print_json(const struct state *s, struct strbuf *out)
{
    struct json j = JSON_INIT(out, JSON_LINES);
    struct nft_count c;
    size_t pos = 0;

    json_object(&j, NULL);
    json_bool(&j, "installed", s->table.there);
    json_string(&j, "generation",
                s->table.generation[0] != '\0' ? s->table.generation : NULL);
    if (s->compared && s->table.there)
        json_bool(&j, "equal", s->table.equal);
    else
        json_null(&j, "equal");
    json_string(&j, "difference", strbuf_str(&s->table.difference));
    json_bool(&j, "listening", s->out.listening != 0 && s->in.listening != 0);
    json_unsigned(&j, "connections", s->out.connected + s->in.connected);
    json_array(&j, "counters");
    while (nft_next_count(strbuf_str(&s->table.counted), &pos, &c)) {
        json_object(&j, NULL);
        json_string(&j, "chain", c.chain);
        json_string(&j, "rule", c.name);
        json_unsigned(&j, "packets", c.packets);
        json_unsigned(&j, "bytes", c.bytes);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
}

static void print_text(const struct state *s, struct strbuf *out)
{
    const struct ctl_table *t = &s->table;
    struct nft_count c;
    size_t pos = 0;

    strbuf_addf(out, "rules      %s%s%s\n",
                t->there ? "installed" : "not installed",
                t->there ? ", generation " : "", t->generation);
    if (t->there && s->compared)
        strbuf_addf(out, "policy     %s%s\n",
                    t->equal ? "as in the kernel" : "NOT as in the kernel",
                    t->compared ? "" : " (by generation only)");
    strbuf_addf(out, "daemon     %s\n",
                s->out.listening != 0 && s->in.listening != 0
                    ? "listening"
                    : "not listening: what the rules cover is refused");
    strbuf_addf(
        out, "carried    %s\n",
        count_of(s->out.connected + s->in.connected, "connection").text);
    strbuf_adds(out, strbuf_str(&t->difference));
    while (nft_next_count(strbuf_str(&t->counted), &pos, &c))
        strbuf_addf(out, "%12llu %-15s %s\n", c.packets, c.chain, c.name);
}

static int report(struct arguments *a)
{
    const struct config_capture *c = &a->rules.capture;
    struct strbuf ruleset = STRBUF_INIT, out = STRBUF_INIT;
    struct state s = {.compared = false};
    int status;

    a->rules.want = CTL_MARKS_READ;
    s.compared = ctl_rules_make(&a->rules, &ruleset) == CTL_EXIT_OK;
    status = ctl_table_read(&a->rules, s.compared ? strbuf_str(&ruleset) : "",
                            &s.table);
    s.out = ctl_count_sockets(port_or(c->out_port, NFT_OUT_PORT));
    s.in = ctl_count_sockets(port_or(c->in_port, NFT_IN_PORT));
    if (status == CTL_EXIT_OK) {
        if (a->json)
            print_json(&s, &out);
        else
            print_text(&s, &out);
        if (!s.table.there || !s.compared || !s.table.equal ||
            s.out.listening == 0)
            status = CTL_EXIT_WARNING;
        status = ctl_write(&out, status);
    }
    ctl_table_done(&s.table);
    strbuf_done(&ruleset);
    strbuf_done(&out);
    return status;
}

/* ---- the verb ---- */

static const struct {
    const char *name;
    int (*run)(struct arguments *a);
} actions[] = {
    {"show", show},     {"install", install},  {"remove", take_away},
    {"status", report}, {"watch", keep_there},
};

int ctl_intercept(const struct verb_call *call)
{
    struct arguments a = {0};
    int status = read_call(call, &a);
    size_t i;

    if (status != 0)
        return status;
    for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (strcmp(verb_word(call, 0), actions[i].name) == 0)
            status = actions[i].run(&a);
    return status;
}
