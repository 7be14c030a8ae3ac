/*
 * Reads attlsd.conf (libconfig's syntax). The table of its keys and the reader
 * of a group are in settings.c, the kinds of value in value.c and capture.c;
 * here are the lists of groups and the checks that need several settings.
 */

#include "site/config.h"

#include <errno.h>
#include <libconfig.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "intercept/cgroup.h"
#include "site/testing.h"
#include "site/value.h"
#include "util/arena.h"

/* ---- the lists of groups ---- */

static int read_list(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, enum config_scope scope,
                     size_t size, void **ret, size_t *ret_count)
{
    size_t i, n;
    char *list;
    int err;

    if (!config_setting_is_list(s))
        return config_wrong_type(r, s, "a list: ( { ... }, { ... } )");
    n = (size_t)config_setting_length(s);
    if (n > (size_t)row->high)
        return config_wrong_value(r, s, "has more than %ld elements",
                                  row->high);
    *ret = list = arena_calloc(r->config->arena, n + 1, size);
    if (list == NULL)
        return ERR_NOMEM;
    for (i = 0; i < n; i++) {
        err = config_read_group(r, config_setting_get_elem(s, (unsigned)i),
                                scope, list + i * size);
        if (err < 0)
            return err;
    }
    *ret_count = n;
    return 0;
}

static int read_sinks(struct config_reader *r, config_setting_t *s,
                      const struct config_setting *row, void *field)
{
    struct config_sinks *f = field;
    void *list = NULL;
    int err =
        read_list(r, s, row, SCOPE_log, sizeof(f->item[0]), &list, &f->count);

    f->item = list;
    return err;
}

static int read_listeners(struct config_reader *r, config_setting_t *s,
                          const struct config_setting *row, void *field)
{
    struct config_listeners *f = field;
    void *list = NULL;
    size_t i;
    int err = read_list(r, s, row, SCOPE_listener, sizeof(f->item[0]), &list,
                        &f->count);

    f->item = list;
    for (i = 0; err == 0 && i < f->count; i++) {
        f->item[i].span =
            config_span(r, config_setting_get_elem(s, (unsigned)i));
        f->item[i].span.len = 1; /* the mark under it: just the brace */
    }
    return err == 0 ? config_expand_listeners(r, f) : err;
}

static int read_users(struct config_reader *r, config_setting_t *s,
                      const struct config_setting *row, void *field)
{
    struct config_users *f = field;
    void *list = NULL;
    int err =
        read_list(r, s, row, SCOPE_user, sizeof(f->item[0]), &list, &f->count);

    f->item = list;
    return err;
}

static bool is_whole(const struct config_job *j)
{
    return j->jobname != NULL && j->unit != NULL && j->cgroup != NULL &&
           j->exe != NULL;
}

/* A line without a condition would give its name to every program. */
static bool has_condition(const struct config_job *j)
{
    return j->unit[0] != '\0' || j->cgroup[0] != '\0' || j->exe[0] != '\0' ||
           j->uid.given || j->port != 0;
}

bool config_job_is_file_alone(const struct config_job *j)
{
    return j->exe[0] != '\0' && j->unit[0] == '\0' && j->cgroup[0] == '\0' &&
           !j->uid.given && j->port == 0;
}

/* A line that names programs whose own account has chosen what it asks for. */
static void check_job(struct config_reader *r, config_setting_t *s,
                      const struct config_job *j)
{
    struct span span = config_span(r, s);

    span.len = 1; /* just the brace */
    if (config_job_is_file_alone(j))
        diag_add(r->diags, DIAG_WARNING, "job-file-alone", &span,
                 "job name %s: any account can run %s, so the name counts as "
                 "the program's own word (changed since 0.1); add whose it is: "
                 "uid = \"ACCOUNT\"; or unit = \"NAME.service\";",
                 j->jobname, j->exe);
    if (cgroup_is_below_users(j->cgroup) || strncmp(j->unit, "user@", 5) == 0)
        diag_add(r->diags, DIAG_WARNING, "job-users-cgroup", &span,
                 "job name %s: accounts choose the cgroups below user.slice, "
                 "so the name counts as the program's own word (changed since "
                 "0.1); say whose it is instead: uid = \"ACCOUNT\";",
                 j->jobname);
}

static int read_jobs(struct config_reader *r, config_setting_t *s,
                     const struct config_setting *row, void *field)
{
    struct config_jobs *f = field;
    void *list = NULL;
    size_t i;
    int err =
        read_list(r, s, row, SCOPE_job, sizeof(f->item[0]), &list, &f->count);

    f->item = list;
    for (i = 0; err == 0 && i < f->count; i++) {
        config_setting_t *e = config_setting_get_elem(s, (unsigned)i);

        if (!is_whole(&f->item[i]))
            continue; /* already said */
        if (!has_condition(&f->item[i]))
            config_wrong_value(r, e,
                               "element %zu needs one of unit, cgroup, uid, "
                               "port, exe, or it would be every program's",
                               i + 1);
        check_job(r, e, &f->item[i]);
    }
    return err;
}

static int read_datasets(struct config_reader *r, config_setting_t *s,
                         const struct config_setting *row, void *field)
{
    struct config_datasets *f = field;
    void *list = NULL;
    int err = read_list(r, s, row, SCOPE_dataset, sizeof(f->item[0]), &list,
                        &f->count);

    f->item = list;
    return err;
}

const struct config_type config_type_sinks = {read_sinks, config_no_preset,
                                              NULL};
const struct config_type config_type_listeners = {read_listeners,
                                                  config_no_preset, NULL};
const struct config_type config_type_users = {read_users, config_no_preset,
                                              NULL};
const struct config_type config_type_jobs = {read_jobs, config_no_preset, NULL};
const struct config_type config_type_datasets = {read_datasets,
                                                 config_no_preset, NULL};

/* ---- checks that need several settings ---- */

static void check_sinks(struct config_reader *r)
{
    const struct config_sinks *s = &r->config->sinks;
    size_t i;

    for (i = 0; i < s->count; i++)
        if ((s->item[i].kind == SINK_FILE || s->item[i].kind == SINK_JSON) !=
            (s->item[i].path[0] != '\0'))
            diag_add(r->diags, DIAG_ERROR, "sink-path", NULL,
                     "log element %zu: a sink \"file\" or \"json\" needs a "
                     "path, and no other sink has one",
                     i + 1);
}

/* The accounts that could use a listener without allow, until 0.1. The service
 * may be checked by another account than its own. */
static void add_old_accounts(struct strbuf *out)
{
    static const char service[] = "attls";
    uid_t own = geteuid();
    char name[64];

    strbuf_adds(out, "\"root\"");
    if (own == 0 && config_parse_account(service, &own))
        strbuf_addf(out, ", \"%s\"", service);
    else if (own != 0 && config_account_name(own, name, sizeof(name)))
        strbuf_addf(out, ", \"%s\"", name);
    else if (own != 0)
        strbuf_addf(out, ", \"%u\"", (unsigned)own);
}

/* A listener with a userid serves every program as that user: it needs accounts
 * that are named. */
static void needs_allow(struct config_reader *r,
                        const struct config_listener *l)
{
    bool forward = l->mode == MODE_FORWARD && l->direction == POLICY_OUTBOUND;
    bool run = l->mode == MODE_RUN && l->userid[0] != '\0';
    struct strbuf accounts = STRBUF_INIT;

    if (l->allow.given || (!forward && !run))
        return;
    add_old_accounts(&accounts);
    diag_add(r->diags, DIAG_ERROR, "no-allow", &l->span,
             "%s needs the accounts whose programs may connect (changed since "
             "0.1, when %s could); those that were allowed: allow = ( %s );",
             forward ? "an Outbound listener" : "a listener with a userid",
             forward ? "root and the daemon's own" : "all",
             strbuf_str(&accounts));
    strbuf_done(&accounts);
}

/* The program of an Inbound listener. */
static void check_dial(struct config_reader *r, struct config_listener *l)
{
    if (l->mode != MODE_FORWARD)
        return;
    if (l->direction == POLICY_OUTBOUND) {
        if (l->dial != DIAL_UNSET || l->dial_check != 0)
            diag_add(r->diags, DIAG_ERROR, "dial-outbound", &l->span,
                     "dial and dial_check are for Inbound listeners: an "
                     "Outbound one has to connect to its target before the "
                     "handshake; remove it");
        return;
    }
    if (l->dial_check != 0 && l->listen.port == 0)
        diag_add(r->diags, DIAG_ERROR, "dial-check-port", &l->span,
                 "a listener that dial_check shuts and opens again needs a "
                 "port of its own, not 0");
}

static void check_listener(struct config_reader *r, struct config_listener *l)
{
    needs_allow(r, l);
    check_dial(r, l);
    if (l->on_no_rule == NO_RULE_UNSET && r->config->strict)
        l->on_no_rule = NO_RULE_REFUSE;
    else if (l->on_no_rule == NO_RULE_UNSET)
        config_settle(r, SCOPE_listener, "on_no_rule", l);
    if (l->mode == MODE_TRANSPARENT) {
        l->allow.given = l->allow.all =
            true; /* nobody asks to be intercepted */
        return;
    }
    if (l->mode == MODE_RUN) {
        if (!l->allow.given) /* each program acts as its own account */
            l->allow.given = l->allow.all = true;
        return;
    }
    if (l->direction != POLICY_OUTBOUND && l->allow.given)
        diag_add(r->diags, DIAG_ERROR, "allow-inbound", &l->span,
                 "allow is for Outbound listeners: the peers of an Inbound one "
                 "are other machines; remove it");
    if (l->allow.all)
        diag_add(r->diags, DIAG_WARNING, "allow-all", &l->span,
                 "allow = \"*\": every account of this machine can speak to "
                 "%s as user id %s",
                 l->target.text, l->userid[0] != '\0' ? l->userid : "(none)");
}

/* A connection to A arrives at L: at its address, or L takes what comes to
 * any address and A is the machine itself. */
static bool arrives_at(const struct config_listener *l, const struct netaddr *a)
{
    struct netaddr any = {.family = a->family, .port = a->port};

    return l->mode == MODE_FORWARD && a->port != 0 &&
           (netaddr_equal(&l->listen, a) ||
            (netaddr_equal(&l->listen, &any) && netaddr_is_loopback(a)));
}

static const struct config_listener *
next_listener(const struct config_listeners *ls,
              const struct config_listener *from)
{
    size_t i, k;

    for (i = 0; from->mode == MODE_FORWARD && i < ls->count; i++)
        for (k = 0; k < from->target.count; k++)
            if (arrives_at(&ls->item[i], &from->target.address[k]))
                return &ls->item[i];
    return NULL;
}

/* A listener whose target is, at the end, itself: one connection would make
 * another until no descriptor is left for anybody. */
static bool is_loop(const struct config_listeners *ls,
                    const struct config_listener *l)
{
    const struct config_listener *next = next_listener(ls, l);
    size_t steps;

    for (steps = 0; next != NULL && next != l && steps < ls->count; steps++)
        next = next_listener(ls, next);
    return next == l;
}

/* What it relies on may have changed since version 0.1; what it says itself has
 * not. */
static void settle_dial(struct config_reader *r, struct config_listener *l)
{
    if (l->mode != MODE_FORWARD || l->direction == POLICY_OUTBOUND ||
        l->dial != DIAL_UNSET)
        return;
    config_settle(r, SCOPE_forward, "dial", l);
    if (!r->as_zos)
        diag_add(
            r->diags, DIAG_NOTE, "dial-changed", &l->span,
            "connects to %s after the handshake (changed since 0.1, when it "
            "did at accept); dial = \"at_once\"; keeps that order, dial = "
            "\"after_handshake\"; says that it is known",
            l->target.text);
}

static void check_listeners(struct config_reader *r)
{
    struct config_listeners *ls = &r->config->listeners;
    char text[NETADDR_TEXT];
    size_t i, k;

    for (i = 0; i < ls->count; i++) {
        check_listener(r, &ls->item[i]);
        if (is_loop(ls, &ls->item[i]))
            diag_add(r->diags, DIAG_ERROR, "listener-loop", &ls->item[i].span,
                     "target %s leads back to this listener: a connection "
                     "would go round for ever; name the program's own port",
                     ls->item[i].target.text);
        for (k = 0; k < i; k++)
            if (ls->item[i].listen.port != 0 &&
                netaddr_equal(&ls->item[i].listen, &ls->item[k].listen))
                diag_add(r->diags, DIAG_ERROR, "listen-twice",
                         &ls->item[i].span, "two listeners on %s",
                         netaddr_format(&ls->item[i].listen, text));
    }
    for (i = 0; i < ls->count; i++)
        settle_dial(r, &ls->item[i]);
}

static void check_release(struct config_reader *r, const config_t *cfg)
{
    config_setting_t *s = config_lookup(cfg, "release");
    struct error err;

    if (zos_release_parse(r->config->release, &r->config->zos_release, &err) <
        0)
        config_wrong_value(r, s, "%s", err.text);
}

/* One peer could have all of max_handshakes, until 0.1. */
static void check_peers(struct config_reader *r, const config_t *cfg)
{
    const struct config_listeners *ls = &r->config->listeners;
    config_setting_t *s = config_lookup(cfg, "max_handshakes");
    struct span span;
    size_t i = 0;

    while (i < ls->count && (ls->item[i].mode == MODE_RUN ||
                             ls->item[i].direction != POLICY_INBOUND))
        i++;
    if (s == NULL || i == ls->count || r->config->trusted_peers.count != 0)
        return;
    span = config_span(r, s);
    diag_add(r->diags, DIAG_NOTE, "peer-quarter", &span,
             "changed since 0.1: of these %lu one peer gets a quarter; name "
             "load balancers, which are many: trusted_peers = ( "
             "\"192.0.2.7\" );",
             r->config->max_handshakes);
}

/* Where 0.1 refused connections. */
static void check_stale(struct config_reader *r, const config_t *cfg)
{
    config_setting_t *s = config_lookup(cfg, "watch_rings");
    struct span span;

    if (!r->config->watch_rings || r->as_zos ||
        config_lookup(cfg, "stale_environments") != NULL)
        return;
    span = config_span(r, s);
    diag_add(
        r->diags, DIAG_NOTE, "stale-environments", &span,
        "with watch_rings a ring that changed and can't be opened stays in "
        "use as it was before (changed since 0.1, when connections were "
        "refused); to have that: stale_environments = \"fail\";");
}

/* ---- the files themselves ---- */

/* What a root daemon loads runs as root. */
static void check_module(struct config_reader *r, const char *writers)
{
    const char *path = r->config->pkcs11_module;
    struct stat st;

    if (path[0] == '\0' || geteuid() != 0)
        return;
    if (writers != NULL)
        diag_add(r->diags, DIAG_ERROR, "module-unsafe", NULL,
                 "%s: %s may change this file, and pkcs11_module in it names "
                 "a program that would run as root; chown root and chmod go-w "
                 "it",
                 source_name(r->src), writers);
    if (stat(path, &st) < 0)
        return; /* the token that needs it says so */
    if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        diag_add(r->diags, DIAG_ERROR, "module-unsafe", NULL,
                 "pkcs11_module %s would run as root, and others may change "
                 "it (owner uid %lu, mode %04o); chown root and chmod go-w it",
                 path, (unsigned long)st.st_uid,
                 (unsigned)(st.st_mode & 07777));
}

static void check_file(struct config_reader *r)
{
    char buf[SOURCE_WRITERS];
    const char *writers = source_writers(r->src, buf);

    if (writers != NULL)
        diag_add(r->diags, DIAG_WARNING, "file-writable", NULL,
                 "%s: %s may change this file; it should belong to root or to "
                 "this account, with mode 0644 or less",
                 source_name(r->src), writers);
    check_module(r, writers);
}

/* ---- loading ---- */

/* libconfig gives the line of an error, not its column. */
static void add_syntax_error(const struct config_reader *r, const config_t *cfg)
{
    int line = config_error_line(cfg);
    const char *text = config_error_text(cfg);
    struct span span = config_line_span(r->src, line);

    if (config_error_file(cfg) != NULL)
        diag_add(r->diags, DIAG_ERROR, "syntax", NULL, "%s:%d: %s",
                 config_error_file(cfg), line, text);
    else
        diag_add(r->diags, DIAG_ERROR, "syntax", &span,
                 "%s; a setting is written key = value;", text);
}

/* The reader of fidelity itself says what is wrong with another value. */
static bool says_zos(const config_t *cfg)
{
    const char *fidelity = "";

    config_lookup_string(cfg, "fidelity", &fidelity);
    return strcmp(fidelity, "zos") == 0;
}

static int read_all(struct config_reader *r)
{
    config_t cfg;
    int err = 0;

    config_init(&cfg);
    if (!config_read_string(&cfg, source_text(r->src))) {
        add_syntax_error(r, &cfg);
        goto out;
    }
    r->as_zos = says_zos(&cfg);
    err = config_read_group(r, config_root_setting(&cfg), SCOPE_top, r->config);
    if (err < 0 || diags_level(r->diags, DIAG_ERROR) != 0)
        goto out;
    check_file(r);
    check_release(r, &cfg);
    check_stale(r, &cfg);
    check_sinks(r);
    check_listeners(r);
    check_peers(r, &cfg);
    err = config_place_marks(r);
out:
    config_destroy(&cfg);
    return err;
}

int config_load_source(struct source *src, struct diags *diags,
                       struct config **ret)
{
    struct config *c = calloc(1, sizeof(*c));
    struct config_reader r = {src, diags, c, false};
    int err;

    if (c == NULL)
        return ERR_NOMEM;
    atomic_init(&c->refs, 1);
    source_ref(src);
    c->src = src;
    c->arena = arena_new();
    err = c->arena == NULL ? ERR_NOMEM : read_all(&r);
    if (err == 0 && diags_level(diags, DIAG_ERROR) != 0)
        err = ERR_SYNTAX;
    if (err < 0) {
        config_unref(c);
        return err;
    }
    *ret = c;
    return 0;
}

int config_load(const char *file, struct diags *diags, struct config **ret)
{
    struct source *src;
    struct error err;
    int r;

    if (source_read(file, &src, &err) < 0) {
        diag_add(diags, DIAG_ERROR, "unreadable", NULL, "%s", err.text);
        return ERR_SYNTAX;
    }
    r = config_load_source(src, diags, ret);
    source_unref(src);
    return r;
}

struct ring_where config_rings(const struct config *c)
{
    return (struct ring_where){
        c->racf, c->pagent_root, {c->pkcs11_module, c->pkcs11_pin_file}};
}

void config_policy_options(const struct config *c, struct policy_options *ret)
{
    ret->release = c->zos_release;
    ret->stack = c->stack[0] != '\0' ? c->stack : NULL;
    ret->root = c->pagent_root;
    ret->datasets.row = c->datasets.item;
    ret->datasets.count = c->datasets.count;
    ret->allow_legacy = c->allow_legacy;
    ret->x25519_first = c->x25519_first == 1;
}

struct config *config_ref(struct config *c)
{
    atomic_fetch_add(&c->refs, 1);
    return c;
}

void config_unref(struct config *c)
{
    if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
        return;
    source_unref(c->src);
    arena_free(c->arena);
    free(c);
}

const struct config_capture *config_capture(const struct config *c)
{
    size_t i;

    for (i = 0; i < c->listeners.count; i++)
        if (c->listeners.item[i].mode == MODE_TRANSPARENT)
            return &c->listeners.item[i].capture;
    return NULL;
}

bool config_has_mode(const struct config *c, enum config_mode mode)
{
    size_t i;

    for (i = 0; i < c->listeners.count; i++)
        if (c->listeners.item[i].mode == mode)
            return true;
    return false;
}

bool config_trusts(const struct config *c, const struct netaddr *address)
{
    const struct nft_addrs *net = c->trusted_peers.item;
    struct netaddr a = netaddr_unmap(address);
    size_t i;

    for (i = 0; i < c->trusted_peers.count; i++)
        if (net[i].low.family == a.family &&
            netaddr_compare_ip(&net[i].low, &a) <= 0 &&
            netaddr_compare_ip(&a, &net[i].high) <= 0)
            return true;
    return false;
}

bool config_allows(const struct config_listener *l, uid_t uid)
{
    size_t i;

    for (i = 0; i < l->allow.count; i++)
        if (l->allow.uid[i] == uid)
            return true;
    return l->allow.all;
}
