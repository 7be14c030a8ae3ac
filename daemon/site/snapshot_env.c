/*
 * The environments of a snapshot: opened on a helper thread when they are
 * first asked for, remembered when they can't be opened, carried over a
 * refresh; see snapshot.h.
 */

#include "site/snapshot_private.h"

#include <stdlib.h>
#include <string.h>

#include "policy/needs.h"
#include "tls/retcode.h"

enum {
    RETRY_MS = 5000,   /* what the store may not show is tried again */
    REMIND_MS = 60000, /* between two lines about the same trouble */
    STOP_MS = 2000     /* a helper that hangs longer is left alone */
};

/* ---- places ---- */

static struct place *look_for(const struct snapshot *s,
                              const struct policy_rule *rule,
                              const char *userid)
{
    const struct policy_action *group = policy_rule_group(rule);
    const struct policy_action *action = policy_rule_environment(rule);
    struct place *p;

    SLIST_FOREACH (p, &s->places, next)
        if (p->action == action && p->group == group &&
            strcmp(p->userid, userid) == 0)
            break;
    return p;
}

static struct place *find_place(struct snapshot *s,
                                const struct policy_rule *rule,
                                const char *userid)
{
    struct place *p;

    pthread_mutex_lock(&s->lock);
    p = look_for(s, rule, userid);
    if (p == NULL && (p = calloc(1, sizeof(*p))) != NULL) {
        p->group = policy_rule_group(rule);
        p->action = policy_rule_environment(rule);
        p->rule = rule;
        memcpy(p->userid, userid, strnlen(userid, sizeof(p->userid) - 1));
        pthread_mutex_init(&p->lock, NULL);
        SLIST_INSERT_HEAD(&s->places, p, next);
    }
    pthread_mutex_unlock(&s->lock);
    return p;
}

/* The rest of the list stands still, as places are added at the head. */
static struct place *first_place(struct snapshot *s)
{
    struct place *p;

    pthread_mutex_lock(&s->lock);
    p = SLIST_FIRST(&s->places);
    pthread_mutex_unlock(&s->lock);
    return p;
}

void place_free(struct place *p)
{
    environment_unref(p->env);
    free(p->failed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

bool snapshot_has_environment(struct snapshot *s, uint32_t envid)
{
    struct place *p = first_place(s);

    while (p != NULL && (p->id != envid || p->stale))
        p = SLIST_NEXT(p, next);
    return p != NULL;
}

static struct environment_params params_of(const struct snapshot *s,
                                           const struct place *p)
{
    struct environment_params params = snapshot_params(s);

    params.userid = p->userid;
    params.eff = policy_rule_effective(p->rule);
    return params;
}

/* The store may have another answer now: a stat() or two. */
static bool is_over(const struct snapshot *s, const struct place *p,
                    const struct failure *f)
{
    struct environment_params params = params_of(s, p);
    struct keyring_stamp now;

    environment_stamp(&params, &now);
    return !keyring_stamp_same(&now, &f->stamp) ||
           (!f->why.lasting && openings_clock() - f->at >= RETRY_MS);
}

/* With the place's lock. Whether the environment must be opened, or something
 * that it knows must be read again. */
static bool is_due(const struct snapshot *s, const struct place *p)
{
    struct environment_params params;

    if (p->failed != NULL)
        return is_over(s, p, p->failed);
    if (p->env == NULL || environment_users_changed(p->env))
        return true;
    if (!s->config->watch_rings)
        return false;
    params = params_of(s, p);
    return environment_store_changed(p->env, &params);
}

/* ---- opening one, on a helper thread ---- */

struct job {
    struct snapshots *all;
    struct snapshot *s; /* a reference */
    struct place *p;
    struct environment *old; /* may stay if the new one fails; or NULL */
    uint32_t old_id, id;     /* of that and of a new one */
    bool reread; /* OLD is open: it is left alone if its ring is as it was */
    bool asked;  /* by a refresh, which says what it finds each time */
    struct failure *failed; /* filled in should it come to that */
    struct environment *env;
};

static void free_job(struct job *j)
{
    environment_unref(j->old);
    environment_unref(j->env);
    snapshot_unref(j->s);
    free(j->failed);
    free(j);
}

/* Only what is stored differs: that is why OLD was given. */
static bool may_keep(const struct job *j,
                     const struct environment_params *params,
                     struct tls_outcome *why)
{
    struct error err = {0};

    if (j->old == NULL || j->s->config->stale_environments == STALE_FAIL)
        return false;
    if (environment_may_stay(j->old, params, &err))
        return true;
    tls_fail_more(why, FAULT_before_barred,
                  &(struct fault_words){.error = err.text});
    why->lasting = why->lasting && err.code == ERR_DENIED;
    return false;
}

/* What came of it. */
enum outcome { LEFT_ALONE, OPENED, KEPT, LOST };

static enum outcome attempt(struct job *j)
{
    struct environment_params params = params_of(j->s, j->p);
    struct failure *f = j->failed;

    if (j->reread)
        environment_load_users(j->old);
    if (j->reread && (!j->s->config->watch_rings ||
                      !environment_ring_changed(j->old, &params)))
        return LEFT_ALONE;
    environment_stamp(&params, &f->stamp);
    if (environment_open(&params, &j->env, &f->why) == 0)
        return OPENED;
    f->at = openings_clock();
    return may_keep(j, &params, &f->why) ? KEPT : LOST;
}

static struct environment_trouble
trouble_of(struct snapshot *s, const struct place *p, struct tls_outcome *why)
{
    if (p->failed != NULL)
        *why = p->failed->why;
    else
        tls_outcome_init(why);
    return (struct environment_trouble){
        .rule = p->rule,
        .grpid = snapshot_group_id(s, p->group),
        .envid = p->id,
        .userid = p->userid,
        .why = why,
        .stale = p->stale,
        .opening = p->failed == NULL && p->env == NULL,
    };
}

/* With the place's lock. Whether there is something to tell. */
static bool take(struct job *j, enum outcome what)
{
    struct place *p = j->p;
    bool failed = what == KEPT || what == LOST;
    bool news = (p->failed != NULL) != failed || (what == KEPT) != p->stale;
    struct environment *before = p->env;
    struct failure *was = p->failed;

    p->env = what == OPENED ? j->env : what == KEPT ? j->old : NULL;
    p->id = what == KEPT ? j->old_id : j->id;
    p->stale = what == KEPT;
    p->failed = failed ? j->failed : NULL;
    p->wanted = p->wanted || j->old != NULL;
    p->fresh = !(failed && p->wanted && !news); /* else it was told of */
    p->told = p->told && what == KEPT;
    if (what == OPENED)
        j->env = NULL;
    if (what == KEPT)
        j->old = NULL;
    if (failed)
        j->failed = was;
    else
        free(was);
    environment_unref(before);
    return p->wanted && (news || (failed && j->asked));
}

static bool look_again(void *arg);

/* False: nobody wanted to know. */
static bool tell(struct snapshots *all, const struct environment_trouble *t,
                 bool reminder)
{
    bool told;

    pthread_mutex_lock(&all->telling);
    told = all->tell != NULL;
    if (told)
        all->tell(all->tell_arg, t, reminder);
    pthread_mutex_unlock(&all->telling);
    return told;
}

/* The lines of a failure are written here, those of one that is open again by
 * the connection that uses it first. */
static bool tell_news(struct job *j, const struct environment_trouble *t)
{
    bool failed = t->why->rc != 0;

    if (failed)
        openings_tick(j->all->openings, look_again, j->all, RETRY_MS);
    return tell(j->all, t, false) && failed;
}

static void open_in_place(void *arg, bool dropped)
{
    struct job *j = arg;
    struct place *p = j->p;
    enum outcome what = dropped ? LEFT_ALONE : attempt(j);
    struct environment_trouble t;
    struct tls_outcome why;
    struct opening *opening;
    bool news = false, told;

    pthread_mutex_lock(&p->lock);
    if (what != LEFT_ALONE)
        news = take(j, what);
    if (news)
        t = trouble_of(j->s, p, &why);
    pthread_mutex_unlock(&p->lock);
    told = news && tell_news(j, &t);
    pthread_mutex_lock(&p->lock);
    p->fresh = p->fresh && !told;
    opening = p->opening;
    p->opening = NULL;
    pthread_mutex_unlock(&p->lock);
    opening_unref(opening);
    free_job(j);
}

/* What a refresh asks for. */
struct wish {
    struct environment *old; /* a reference that is taken; NULL */
    uint32_t old_id;
    bool asked;
};

/* With the place's lock. */
static int begin(struct snapshots *all, struct snapshot *s, struct place *p,
                 const struct wish *w)
{
    struct job *j = calloc(1, sizeof(*j));
    int r = ERR_NOMEM;

    if (j == NULL || (j->failed = calloc(1, sizeof(*j->failed))) == NULL) {
        environment_unref(w->old);
        free(j);
        return r;
    }
    j->all = all;
    j->s = snapshot_ref(s);
    j->p = p;
    j->old = p->env != NULL ? environment_ref(p->env) : w->old;
    j->old_id = p->env != NULL ? p->id : w->old_id;
    if (p->env != NULL)
        environment_unref(w->old);
    j->reread = p->env != NULL && p->failed == NULL;
    j->asked = w->asked;
    j->id = snapshots_next_id(&all->envid);
    r = opening_begin(all->openings, open_in_place, j, &p->opening);
    if (r != 0)
        free_job(j);
    return r;
}

/* ---- what a connection gets ---- */

/* With the place's lock. */
static void answer(struct place *p, struct environment_link *ret)
{
    ret->rc = 0;
    ret->envid = p->id;
    ret->opened = p->fresh;
    ret->stale = p->stale;
    p->fresh = false;
    if (p->failed != NULL)
        ret->why = p->failed->why;
    if (p->env != NULL)
        ret->env = environment_ref(p->env);
    else
        ret->rc = p->failed != NULL ? ret->why.rc : RC_NO_MEMORY;
}

/* False: DEADLINE came first. */
static bool join_place(struct place *p, uint64_t deadline)
{
    struct opening *w;
    bool done;

    pthread_mutex_lock(&p->lock);
    w = p->opening != NULL ? opening_ref(p->opening) : NULL;
    pthread_mutex_unlock(&p->lock);
    if (w == NULL)
        return true;
    done = opening_join(w, deadline);
    opening_unref(w);
    return done;
}

void snapshot_link(struct snapshot *s, struct snapshots *all,
                   const struct policy_rule *rule, const char *userid,
                   const struct opening_waiter *waiter,
                   struct environment_link *ret)
{
    static const struct wish none;
    struct place *p = find_place(s, rule, userid);
    int r = 0;

    *ret = (struct environment_link){.rc = RC_NO_MEMORY};
    tls_outcome_init(&ret->why);
    ret->grpid = snapshot_group(s, all, rule);
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    if (p->opening == NULL && is_due(s, p))
        r = begin(all, s, p, &none);
    if (p->opening != NULL && waiter == NULL) {
        pthread_mutex_unlock(&p->lock);
        join_place(p, UINT64_MAX);
        pthread_mutex_lock(&p->lock);
    }
    if (p->opening != NULL && waiter != NULL)
        ret->waiting = opening_wait(p->opening, waiter);
    else if (r == 0)
        answer(p, ret);
    if (ret->rc == RC_NO_MEMORY && !ret->waiting)
        tls_fail(&ret->why, FAULT_no_thread, NULL);
    pthread_mutex_unlock(&p->lock);
}

/* ---- which are which after a refresh ---- */

typedef bool (*actions_fn)(const struct policy_action *a,
                           const struct policy_action *b);

static bool same_names(const struct policy_action *a,
                       const struct policy_action *b)
{
    return a != NULL && b != NULL &&
           strcmp(policy_action_name(a), policy_action_name(b)) == 0;
}

/* The first rule of S whose group and environment action are those of P, as
 * SAME sees it; NULL: S has no such rule. */
static const struct policy_rule *
find_rule(const struct snapshot *s, const struct place *p, actions_fn same)
{
    size_t i;

    for (i = 0; i < policy_rule_count(s->policy); i++) {
        const struct policy_rule *r = policy_rule_get(s->policy, i);

        if (same(policy_rule_group(r), p->group) &&
            same(policy_rule_environment(r), p->action))
            return r;
    }
    return NULL;
}

static bool is_empty(const struct place *p)
{
    return p->env == NULL && p->failed == NULL && p->opening == NULL;
}

static struct failure *copy_failure(const struct failure *f)
{
    struct failure *copy = f != NULL ? malloc(sizeof(*copy)) : NULL;

    if (copy != NULL)
        *copy = *f;
    return copy;
}

/* With P's lock; NEXT's has nothing yet. Without memory the environment is
 * opened again. */
static void copy_place(struct place *p, struct place *q)
{
    struct failure *failed = copy_failure(p->failed);

    if (p->failed != NULL && failed == NULL)
        return;
    q->env = p->env != NULL ? environment_ref(p->env) : NULL;
    q->failed = failed;
    q->id = p->id;
    q->stale = p->stale;
    q->fresh = p->fresh;
    q->wanted = p->wanted;
    q->told = p->told;
}

/* SAME: the configuration says of environments what it said. */
static void keep_place(struct snapshot *next, struct place *p, bool same)
{
    const struct policy_rule *rule =
        same ? find_rule(next, p, policy_action_equal) : NULL;
    struct place *q = NULL;

    pthread_mutex_lock(&p->lock);
    if (rule != NULL && (p->env != NULL || p->wanted))
        q = find_place(next, rule, p->userid);
    if (q != NULL) {
        pthread_mutex_lock(&q->lock);
        if (is_empty(q))
            copy_place(p, q);
        if (p->env != NULL && q->env == p->env)
            next->change.environments_kept++;
        else if (p->env != NULL)
            next->change.environments_stale++;
        pthread_mutex_unlock(&q->lock);
    } else if (p->env != NULL) {
        next->change.environments_stale++;
    }
    pthread_mutex_unlock(&p->lock);
}

void snapshot_keep_places(struct snapshot *old, struct snapshot *next)
{
    bool same = digest_same(&old->settings, &next->settings);
    struct place *p;

    next->change.environments_kept = next->change.environments_stale = 0;
    for (p = first_place(old); p != NULL; p = SLIST_NEXT(p, next))
        keep_place(next, p, same);
}

/* ---- opening what a refresh changes ---- */

struct refresh {
    struct snapshots *all;
    struct snapshot *next;
    uint64_t began; /* openings_clock() */
    bool same;      /* the configuration says of environments what it said */
    unsigned failed;
    const struct policy_rule *sure; /* no later rule is the listener's */
    const char *userid;
    bool past;
};

static bool uses_tls(const struct policy_rule *r)
{
    return policy_rule_environment(r) != NULL &&
           effective_on(policy_rule_effective(r), PARM_TTLSEnabled) &&
           effective_refused(policy_rule_effective(r)) == NULL;
}

/* What P is in the new policy. *RET_OLD, a reference: what may stay in its
 * place, where nothing but a user instance number differs. */
static const struct policy_rule *successor(const struct refresh *r,
                                           struct place *p, struct wish *ret)
{
    const struct policy_rule *rule = NULL;

    if (r->same)
        rule = find_rule(r->next, p, policy_action_equal);
    if (rule == NULL && r->same) {
        rule = find_rule(r->next, p, policy_action_alike);
        if (rule != NULL && p->env != NULL)
            ret->old = environment_ref(p->env);
        ret->old_id = p->id;
    }
    return rule != NULL ? rule : find_rule(r->next, p, same_names);
}

/* With the place's lock. What failed is tried again, by each refresh once. */
static bool is_to_open(const struct refresh *r, const struct place *q)
{
    return q->failed != NULL ? q->failed->at < r->began : is_due(r->next, q);
}

/* Opens again what is open now, or what a listener names, unless it is as it
 * was. */
static void open_place(struct refresh *r, const struct policy_rule *rule,
                       const char *userid, struct wish *w)
{
    struct place *q = find_place(r->next, rule, userid);

    w->asked = true;
    if (q == NULL) {
        environment_unref(w->old);
        r->failed++;
        return;
    }
    pthread_mutex_lock(&q->lock);
    if (q->opening == NULL && is_to_open(r, q)) {
        q->wanted = true;
        r->failed += begin(r->all, r->next, q, w) != 0;
    } else {
        environment_unref(w->old);
    }
    pthread_mutex_unlock(&q->lock);
}

static void reopen_place(struct refresh *r, struct place *p)
{
    const struct policy_rule *rule = NULL;
    struct wish w = {NULL, 0, true};

    pthread_mutex_lock(&p->lock);
    if (p->env != NULL || p->wanted)
        rule = successor(r, p, &w);
    pthread_mutex_unlock(&p->lock);
    if (rule != NULL && uses_tls(rule))
        open_place(r, rule, p->userid, &w);
    else
        environment_unref(w.old);
}

static void open_rule(void *arg, const struct policy_rule *rule)
{
    struct refresh *r = arg;
    struct wish w = {NULL, 0, true};

    if (!r->past && uses_tls(rule))
        open_place(r, rule, r->userid, &w);
    r->past = r->past || rule == r->sure;
}

/* The rules that its connections can take, up to one that takes all of them. */
static void open_listener(struct refresh *r, const struct config_listener *l)
{
    const struct policy *p = r->next->policy;
    struct policy_conn c = {
        .direction = l->direction, .userid = l->userid, .when = time(NULL)};

    if (l->userid[0] == '\0')
        return; /* whose rings, only a connection tells */
    c.jobname = l->jobname[0] != '\0' ? l->jobname : NULL;
    if (l->mode != MODE_FORWARD)
        c.direction = POLICY_BOTH;
    else if (l->direction == POLICY_OUTBOUND)
        c.remote = l->target.address[0];
    else
        c.local.port = l->listen.port;
    r->userid = l->userid;
    r->past = false;
    r->sure = NULL;
    if (l->mode != MODE_FORWARD ||
        policy_match(p, &c, NULL, NULL, &r->sure) != POLICY_MATCHED)
        r->sure = NULL;
    policy_each_match(p, &c, open_rule, r);
}

static void begin_all(struct refresh *r, struct snapshot *old)
{
    const struct config_listeners *ls = &r->next->config->listeners;
    struct place *p;
    size_t i;

    for (p = first_place(old); p != NULL; p = SLIST_NEXT(p, next))
        reopen_place(r, p);
    for (i = 0; i < ls->count; i++)
        open_listener(r, &ls->item[i]);
}

static void count_trouble(void *arg, const struct environment_trouble *t)
{
    unsigned *count = arg;

    (void)t;
    ++*count;
}

unsigned snapshot_open_changed(struct snapshots *all, struct snapshot *next)
{
    struct snapshot *old = snapshots_get(all);
    struct refresh r = {.all = all, .next = next, .began = openings_clock()};
    uint64_t deadline = r.began + next->config->open_limit * 1000;
    struct place *p;

    r.same = digest_same(&old->settings, &next->settings);
    snapshot_keep_groups(all, old, next);
    snapshot_keep_places(old, next);
    begin_all(&r, old);
    for (p = first_place(next); p != NULL; p = SLIST_NEXT(p, next))
        join_place(p, deadline);
    snapshot_each_trouble(next, count_trouble, &r.failed);
    snapshot_unref(old);
    return r.failed;
}

/* ---- what is not as it should be ---- */

void snapshot_each_trouble(struct snapshot *s, snapshot_each_trouble_fn fn,
                           void *arg)
{
    struct environment_trouble t;
    struct tls_outcome why;
    struct place *p;
    bool bad;

    for (p = first_place(s); p != NULL; p = SLIST_NEXT(p, next)) {
        pthread_mutex_lock(&p->lock);
        bad = p->wanted &&
              (p->failed != NULL || (p->env == NULL && p->opening != NULL));
        if (bad)
            t = trouble_of(s, p, &why);
        pthread_mutex_unlock(&p->lock);
        if (bad)
            fn(arg, &t);
    }
}

/* False: it can be left alone. The store is looked at without the lock. */
static bool try_again(struct snapshots *all, struct snapshot *s,
                      struct place *p)
{
    static const struct wish none;
    struct failure f;
    bool bad, over;

    pthread_mutex_lock(&p->lock);
    bad = p->wanted && p->failed != NULL;
    if (bad)
        f = *p->failed;
    pthread_mutex_unlock(&p->lock);
    over = bad && is_over(s, p, &f);
    pthread_mutex_lock(&p->lock);
    if (over && p->failed != NULL && p->opening == NULL)
        begin(all, s, p, &none);
    pthread_mutex_unlock(&p->lock);
    return bad;
}

static void remind(void *arg, const struct environment_trouble *t)
{
    tell(arg, t, true);
}

/* On a helper thread, one at a time. */
static bool look_again(void *arg)
{
    struct snapshots *all = arg;
    struct snapshot *s = snapshots_get(all);
    uint64_t now = openings_clock();
    struct place *p;
    bool bad = false;

    for (p = first_place(s); p != NULL; p = SLIST_NEXT(p, next))
        if (try_again(all, s, p))
            bad = true;
    if (!bad || all->told == 0)
        all->told = bad ? now : 0;
    if (bad && now - all->told >= REMIND_MS) {
        all->told = now;
        snapshot_each_trouble(s, remind, all);
    }
    snapshot_unref(s);
    return bad;
}

void snapshots_watch(struct snapshots *all, snapshot_trouble_fn fn, void *arg)
{
    pthread_mutex_lock(&all->telling);
    all->tell = fn;
    all->tell_arg = arg;
    pthread_mutex_unlock(&all->telling);
}

bool snapshots_stop(struct snapshots *all)
{
    snapshots_watch(all, NULL, NULL);
    return openings_stop(all->openings, STOP_MS);
}

/* ---- rings that changed ---- */

static void tell_ring(struct snapshot *s, struct place *p, snapshot_ring_fn fn,
                      void *arg)
{
    struct environment_params params = params_of(s, p);
    struct environment *env = NULL;
    uint32_t envid;

    pthread_mutex_lock(&p->lock);
    if (p->env != NULL && !p->told && !p->stale)
        env = environment_ref(p->env);
    envid = p->id;
    pthread_mutex_unlock(&p->lock);
    if (env == NULL)
        return;
    if (environment_ring_changed(env, &params)) {
        pthread_mutex_lock(&p->lock);
        p->told = true;
        pthread_mutex_unlock(&p->lock);
        fn(arg, policy_action_name(p->action), envid, env);
    }
    environment_unref(env);
}

void snapshot_tell_rings(struct snapshot *s, snapshot_ring_fn fn, void *arg)
{
    struct place *p;

    if (s->config->watch_rings)
        return;
    for (p = first_place(s); p != NULL; p = SLIST_NEXT(p, next))
        tell_ring(s, p, fn, arg);
}

static void look_for_newer(struct snapshot *s, struct place *p,
                           snapshot_newer_fn fn, void *arg)
{
    struct environment_params params = params_of(s, p);
    struct snapshot_newer n = {.action = policy_action_name(p->action),
                               .userid = p->userid,
                               .params = &params};
    struct environment *env = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->env != NULL && !p->stale)
        env = environment_ref(p->env);
    n.envid = p->id;
    pthread_mutex_unlock(&p->lock);
    n.env = env;
    if (env != NULL && ring_needs_ring(params.eff).kind != RING_TOKEN &&
        environment_ring_changed(env, &params))
        fn(arg, &n);
    environment_unref(env);
}

void snapshot_each_newer(struct snapshot *s, snapshot_newer_fn fn, void *arg)
{
    struct place *p;

    if (s->config->watch_rings)
        return;
    for (p = first_place(s); p != NULL; p = SLIST_NEXT(p, next))
        look_for_newer(s, p, fn, arg);
}
