/* Loaded configuration, policy and environments; see snapshot.h. */

#include "site/snapshot_private.h"

#include <stdlib.h>
#include <string.h>

#include "policy/offers.h"

/* ---- loading ---- */

static void check_listeners(const struct snapshot *s, struct diags *diags)
{
    const struct config_listeners *ls = &s->config->listeners;
    size_t i;

    for (i = 0; i < ls->count; i++) {
        const struct config_listener *l = &ls->item[i];
        struct policy_conn c = {.direction = l->direction};

        if (l->mode != MODE_FORWARD)
            continue; /* gets only what the policy covers */
        c.jobname = l->jobname[0] != '\0' ? l->jobname : NULL;
        c.userid = l->userid[0] != '\0' ? l->userid : NULL;
        if (l->direction == POLICY_OUTBOUND)
            c.remote = l->target.address[0];
        else
            c.local.port = l->listen.port;
        if (policy_could_match(s->policy, &c))
            continue;
        diag_add(diags, DIAG_WARNING, "listener-no-rule", &l->span,
                 "no TTLSRule can fit this %s listener%s%s%s%s: its "
                 "connections are %s",
                 policy_direction_name(c.direction),
                 c.jobname != NULL ? ", job " : "", l->jobname,
                 c.userid != NULL ? ", user " : "", l->userid,
                 l->on_no_rule == NO_RULE_REFUSE ? "refused"
                                                 : "relayed in clear");
    }
}

/* Who may write the policy decides what goes out in clear. */
static void check_files(const struct snapshot *s, struct diags *diags)
{
    char buf[SOURCE_WRITERS];
    size_t i;

    for (i = 0; i < policy_file_count(s->policy); i++) {
        const struct source *src = policy_source_get(s->policy, i);
        const char *who = source_writers(src, buf);

        if (who != NULL)
            diag_add(diags, DIAG_WARNING, "file-writable", NULL,
                     "%s: %s may change this policy file, and with it what "
                     "goes out in clear; it should belong to root or to this "
                     "account, with mode 0644 or less",
                     source_name(src), who);
    }
}

/* The rule takes groups or signature pairs from the release's defaults. */
static bool leaves_open(const struct policy_rule *rule)
{
    const struct effective *e = policy_rule_effective(rule);
    static const enum policy_parm parms[] = {
        PARM_SignaturePairs, PARM_ClientECurves, PARM_ServerKexECurves,
        PARM_ServerKeyShareGroups};
    size_t i;

    if (policy_rule_environment(rule) == NULL ||
        !effective_on(e, PARM_TTLSEnabled) ||
        effective_choice(e, PARM_SuiteBProfile) != SUITEB_OFF)
        return false;
    for (i = 0; i < sizeof(parms) / sizeof(parms[0]); i++)
        if (offers_has(e, parms[i]) &&
            effective_origin(e, parms[i], NULL) == LEVEL_DEFAULT)
            return true;
    return false;
}

void snapshot_changes(const struct snapshot *s, struct diags *diags)
{
    const char *first = NULL;
    size_t i, n = 0;

    for (i = 0; i < policy_rule_count(s->policy); i++) {
        if (!leaves_open(policy_rule_get(s->policy, i)))
            continue;
        if (n++ == 0)
            first = policy_rule_name(policy_rule_get(s->policy, i));
    }
    if (n == 0 || s->config->x25519_first != -1)
        return;
    diag_add(
        diags, DIAG_NOTE, "changed-groups", NULL,
        "rule %s%s code%s not all groups and signature pairs: z/OS's lists "
        "count (changed since 0.1, when OpenSSL's did, with X25519 first); "
        "x25519_first = true; in attlsd.conf puts X25519 first again, "
        "false says that this is meant",
        first, n > 1 ? " and others" : "", n > 1 ? "" : "s");
}

static int load_policy(struct snapshot *s, const struct snapshot_loading *how,
                       struct diags *diags)
{
    const struct config *c = s->config;
    struct policy_options opt;
    int r;

    policy_options_init(&opt);
    config_policy_options(c, &opt);
    opt.running = how->running;
    opt.reading = how->reading;
    opt.reading_arg = how->arg;
    r = policy_load(c->pagent, &opt, diags, &s->policy);
    if (r == 0)
        check_files(s, diags);
    return r;
}

int snapshot_load(struct config *config, struct diags *diags,
                  struct snapshot **ret)
{
    static const struct snapshot_loading first = {NULL, NULL, NULL};

    return snapshot_load_next(config, &first, diags, ret);
}

struct environment_params snapshot_params(const struct snapshot *s)
{
    const struct config *c = s->config;

    return (struct environment_params){
        .where = config_rings(c),
        .min_rsa = (unsigned)c->min_rsa,
        .secrets = c->allow_secrets,
        .tls12_tickets = c->tls12_tickets,
    };
}

int snapshot_load_next(struct config *config,
                       const struct snapshot_loading *how, struct diags *diags,
                       struct snapshot **ret)
{
    struct snapshot *s = calloc(1, sizeof(*s));
    struct environment_params params;
    int r;

    if (s == NULL)
        return ERR_NOMEM;
    atomic_init(&s->refs, 1);
    pthread_mutex_init(&s->lock, NULL);
    SLIST_INIT(&s->groups);
    SLIST_INIT(&s->places);
    s->config = config_ref(config);
    params = snapshot_params(s);
    s->settings = environment_settings(&params);
    r = load_policy(s, how, diags);
    if (r < 0) {
        snapshot_unref(s);
        return r;
    }
    check_listeners(s, diags);
    *ret = s;
    return 0;
}

struct snapshot *snapshot_ref(struct snapshot *s)
{
    atomic_fetch_add(&s->refs, 1);
    return s;
}

void snapshot_unref(struct snapshot *s)
{
    struct group *g;
    struct place *p;

    if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    while ((p = SLIST_FIRST(&s->places)) != NULL) {
        SLIST_REMOVE_HEAD(&s->places, next);
        place_free(p);
    }
    while ((g = SLIST_FIRST(&s->groups)) != NULL) {
        SLIST_REMOVE_HEAD(&s->groups, next);
        free(g);
    }
    pthread_mutex_destroy(&s->lock);
    policy_unref(s->policy);
    config_unref(s->config);
    free(s);
}

struct config *snapshot_config(const struct snapshot *s)
{
    return s->config;
}

const struct policy *snapshot_policy(const struct snapshot *s)
{
    return s->policy;
}

const char *snapshot_stack(const struct snapshot *s)
{
    const char *name = policy_stack(s->policy);

    if (name == NULL || name[0] == '\0')
        name = s->config->stack;
    return name[0] != '\0' ? name : "TCPIP";
}

time_t snapshot_installed(const struct snapshot *s)
{
    return s->installed;
}

struct snapshot_change snapshot_change(const struct snapshot *s)
{
    return s->change;
}

/* ---- the current one ---- */

static void install(struct snapshots *all, struct snapshot *old,
                    struct snapshot *next);

int snapshots_new(struct snapshot *first, struct snapshots **ret)
{
    struct snapshots *all = calloc(1, sizeof(*all));

    if (all == NULL)
        return ERR_NOMEM;
    all->openings = openings_new();
    if (all->openings == NULL) {
        free(all);
        return ERR_NOMEM;
    }
    pthread_mutex_init(&all->lock, NULL);
    pthread_mutex_init(&all->telling, NULL);
    all->current = first;
    atomic_init(&all->ttls, first->config->ttls);
    atomic_init(&all->ttls_told, false);
    install(all, NULL, first);
    *ret = all;
    return 0;
}

void snapshots_free(struct snapshots *all)
{
    if (all == NULL || !snapshots_stop(all))
        return;
    openings_free(all->openings);
    snapshot_unref(all->current);
    pthread_mutex_destroy(&all->lock);
    pthread_mutex_destroy(&all->telling);
    free(all);
}

bool snapshots_ttls(const struct snapshots *all)
{
    return atomic_load_explicit(&all->ttls, memory_order_relaxed);
}

void snapshots_set_ttls(struct snapshots *all, bool on)
{
    atomic_store_explicit(&all->ttls, on, memory_order_relaxed);
    atomic_store(&all->ttls_told, false);
}

bool snapshots_ttls_is_news(struct snapshots *all)
{
    return !atomic_exchange(&all->ttls_told, true);
}

struct snapshot *snapshots_get(struct snapshots *all)
{
    struct snapshot *s;

    pthread_mutex_lock(&all->lock);
    s = snapshot_ref(all->current);
    pthread_mutex_unlock(&all->lock);
    return s;
}

void snapshots_swap(struct snapshots *all, struct snapshot *next)
{
    struct snapshot *old = snapshots_get(all);

    install(all, old, next);
    if (old->config->ttls != next->config->ttls)
        snapshots_set_ttls(all, next->config->ttls);
    pthread_mutex_lock(&all->lock);
    snapshot_unref(all->current);
    all->current = next;
    pthread_mutex_unlock(&all->lock);
    snapshot_unref(old);
}

uint32_t snapshots_next_id(atomic_uint *counter)
{
    uint32_t id;

    do
        id = atomic_fetch_add(counter, 1) + 1;
    while (id == 0);
    return id;
}

uint32_t snapshots_next_connid(struct snapshots *all)
{
    return snapshots_next_id(&all->connid);
}

/* ---- groups and environments ---- */

uint32_t snapshot_group(struct snapshot *s, struct snapshots *all,
                        const struct policy_rule *rule)
{
    const struct policy_action *action = policy_rule_group(rule);
    struct group *g;
    uint32_t id = 0;

    pthread_mutex_lock(&s->lock);
    SLIST_FOREACH (g, &s->groups, next)
        if (g->action == action)
            break;
    if (g == NULL && (g = calloc(1, sizeof(*g))) != NULL) {
        g->action = action;
        g->id = snapshots_next_id(&all->grpid);
        SLIST_INSERT_HEAD(&s->groups, g, next);
    }
    if (g != NULL)
        id = g->id;
    pthread_mutex_unlock(&s->lock);
    return id;
}

bool snapshot_has_group(struct snapshot *s, uint32_t grpid)
{
    struct group *g;

    pthread_mutex_lock(&s->lock);
    SLIST_FOREACH (g, &s->groups, next)
        if (g->id == grpid)
            break;
    pthread_mutex_unlock(&s->lock);
    return g != NULL;
}

static int compare_groups(const void *a, const void *b)
{
    const struct group *const *x = a, *const *y = b;

    return strcmp(policy_action_name((*x)->action),
                  policy_action_name((*y)->action));
}

void snapshot_each_group(struct snapshot *s, snapshot_group_fn fn, void *arg)
{
    const struct group **list, *g;
    size_t n = 0, i;

    pthread_mutex_lock(&s->lock);
    SLIST_FOREACH (g, &s->groups, next)
        n++;
    list = calloc(n + 1, sizeof(*list));
    n = 0;
    if (list != NULL)
        SLIST_FOREACH (g, &s->groups, next)
            list[n++] = g;
    pthread_mutex_unlock(&s->lock);
    if (list == NULL)
        return;
    qsort(list, n, sizeof(const struct group *), compare_groups);
    for (i = 0; i < n; i++)
        fn(arg, list[i]->action, list[i]->id);
    free(list);
}

/* ---- installing ---- */

/* The rule of S whose group action says what that of the old snapshot says;
 * NULL: S has no such rule. */
static const struct policy_rule *find_group(const struct snapshot *s,
                                            const struct policy_action *group)
{
    size_t i;

    for (i = 0; i < policy_rule_count(s->policy); i++) {
        const struct policy_rule *r = policy_rule_get(s->policy, i);

        if (policy_action_equal(policy_rule_group(r), group))
            return r;
    }
    return NULL;
}

static struct group *look_for_group(const struct snapshot *s,
                                    const struct policy_action *action)
{
    struct group *g;

    SLIST_FOREACH (g, &s->groups, next)
        if (g->action == action)
            break;
    return g;
}

uint32_t snapshot_group_id(struct snapshot *s,
                           const struct policy_action *action)
{
    struct group *g;

    pthread_mutex_lock(&s->lock);
    g = look_for_group(s, action);
    pthread_mutex_unlock(&s->lock);
    return g != NULL ? g->id : 0;
}

static void keep_groups(struct snapshot *old, struct snapshot *next)
{
    struct group *g, *copy;
    const struct policy_rule *rule;

    pthread_mutex_lock(&old->lock);
    SLIST_FOREACH (g, &old->groups, next) {
        rule = find_group(next, g->action);
        if (rule == NULL ||
            look_for_group(next, policy_rule_group(rule)) != NULL ||
            (copy = calloc(1, sizeof(*copy))) == NULL)
            continue;
        copy->action = policy_rule_group(rule);
        copy->id = g->id;
        pthread_mutex_lock(&next->lock);
        SLIST_INSERT_HEAD(&next->groups, copy, next);
        pthread_mutex_unlock(&next->lock);
        next->change.groups_kept++;
    }
    pthread_mutex_unlock(&old->lock);
}

void snapshot_keep_groups(struct snapshots *all, struct snapshot *old,
                          struct snapshot *next)
{
    unsigned count = 0;
    struct group *g;
    size_t i;

    if (old != NULL && digest_same(&old->settings, &next->settings))
        keep_groups(old, next);
    for (i = 0; i < policy_rule_count(next->policy); i++)
        snapshot_group(next, all, policy_rule_get(next->policy, i));
    SLIST_FOREACH (g, &next->groups, next)
        count++;
    next->change.groups_new = count - next->change.groups_kept;
}

/* NEXT is not known to any other worker yet; OLD may be NULL. */
static void install(struct snapshots *all, struct snapshot *old,
                    struct snapshot *next)
{
    snapshot_keep_groups(all, old, next);
    if (old != NULL)
        snapshot_keep_places(old, next);
    next->installed = time(NULL);
}
