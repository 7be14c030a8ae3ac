/* See rulekeeper.h. */

#include "site/rulekeeper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "intercept/netfilter.h"
#include "intercept/nft.h"
#include "intercept/nft_run.h"
#include "site/rulekeeper_private.h"
#include "util/clock.h"
#include "util/fd.h"
#include "util/thread.h"

struct rulekeeper {
    struct rulekeeper_params params;
    pthread_mutex_t lock; /* of what follows: one transaction at a time */
    struct strbuf ruleset, listing; /* as given, and as nft lists it */
    struct rule_rate rate;
    atomic_bool keeps;
    struct nft_watch *watch; /* of the one who runs, once it is open */
    int stop;                /* an eventfd: the thread is to end */
    bool started;
    pthread_t thread;
};

/* ---- how often ---- */

void rule_rate_note(struct rule_rate *r, uint64_t now)
{
    r->at[r->count++ % RULES_MANY] = now;
}

static uint64_t last_of(const struct rule_rate *r)
{
    return r->at[(r->count - 1) % RULES_MANY];
}

bool rule_rate_is_slow(const struct rule_rate *r)
{
    return r->count >= RULES_MANY &&
           last_of(r) - r->at[r->count % RULES_MANY] <= RULES_MANY_MS;
}

uint64_t rule_rate_next(const struct rule_rate *r)
{
    if (r->count == 0)
        return 0;
    return last_of(r) + (rule_rate_is_slow(r) ? RULES_SLOW_MS : RULES_EACH_MS);
}

/* ---- what is told ---- */

void rule_loss_print(const struct rule_loss *l, bool kept, struct strbuf *out)
{
    strbuf_addf(out, "rules=%s was=%s ", l->error != NULL ? "lost" : "restored",
                l->gone ? "removed" : "changed");
    strbuf_add_pair(out, "by", l->by.name[0] != '\0' ? l->by.name : "unknown");
    strbuf_addf(out, " pid=%lu times=%lu", l->by.pid, l->times);
    if (l->error != NULL) {
        strbuf_addc(out, ' ');
        strbuf_add_pair(out, "error", l->error);
        strbuf_addf(out,
                    " note=\"what the policy covers may be in clear; tried "
                    "again in %d s\"",
                    (l->slow ? RULES_SLOW_MS : RULES_EACH_MS) / 1000);
        return;
    }
    strbuf_addf(out,
                " note=\"somebody else %s the rules in the kernel; clear "
                "connections from the time without them %s%s\"",
                l->gone ? "removed" : "changed",
                kept ? "go on, as old_connections says"
                     : "are reset with their next packet",
                l->slow ? "; this was so often that they are put back each 10 "
                          "s only: end the program that does it"
                        : "");
}

/* ---- life ---- */

int rulekeeper_new(const struct rulekeeper_params *params,
                   struct rulekeeper **ret, struct error *err)
{
    struct rulekeeper *k = calloc(1, sizeof(*k));

    if (k == NULL)
        return error_nomem(err);
    k->params = *params;
    k->stop = eventfd(0, EFD_CLOEXEC);
    if (k->stop < 0) {
        free(k);
        return error_errno(err, "eventfd");
    }
    atomic_init(&k->keeps, false);
    pthread_mutex_init(&k->lock, NULL);
    *ret = k;
    return 0;
}

void rulekeeper_free(struct rulekeeper *k)
{
    if (k == NULL)
        return;
    if (k->started) {
        eventfd_write(k->stop, 1);
        pthread_join(k->thread, NULL);
    }
    nft_watch_close(k->watch);
    fd_close(&k->stop);
    strbuf_done(&k->ruleset);
    strbuf_done(&k->listing);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

void rulekeeper_rest(struct rulekeeper *k)
{
    k->keeps = false;
}

bool rulekeeper_keeps(const struct rulekeeper *k)
{
    return k->keeps;
}

/* ---- the table ---- */

int rules_apply(const char *ruleset, struct error *err)
{
    int r = nft_apply(ruleset, err);
#ifdef ATTLS_TRANSPARENT
    struct netfilter *n = NULL;

    if (r == 0)
        r = netfilter_new(&n, err);
    if (r == 0)
        r = netfilter_forget_guessed(n, err);
    netfilter_free(n);
#endif
    return r;
}

static int list(struct strbuf *out, struct error *err)
{
    strbuf_reset(out);
    return nft_list(false, out, err);
}

/* What is in the kernel now is what is kept from now on. */
static int adopt(struct rulekeeper *k, const char *ruleset, struct error *err)
{
    int r = list(&k->listing, err);

    if (r == 0 && ruleset != strbuf_str(&k->ruleset)) {
        strbuf_reset(&k->ruleset);
        strbuf_adds(&k->ruleset, ruleset);
        r = strbuf_failed(&k->ruleset) ? error_nomem(err) : 0;
    }
    return r;
}

int rulekeeper_install(struct rulekeeper *k, const char *ruleset,
                       struct error *err)
{
    int r = 0;

    pthread_mutex_lock(&k->lock);
    /* before the rules: nothing that is done to them is missed */
    if (k->watch == NULL)
        r = nft_watch_open(&k->watch, err);
    if (r == 0)
        r = rules_apply(ruleset, err);
    if (r == 0)
        r = adopt(k, ruleset, err);
    if (r == 0)
        k->keeps = true;
    pthread_mutex_unlock(&k->lock);
    return r;
}

/* With the table removed first: whatever else somebody put into it. */
static int apply_anew(const char *ruleset, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    int r;

    nft_add_removal(&text);
    strbuf_adds(&text, ruleset);
    r = strbuf_failed(&text) ? error_nomem(err)
                             : rules_apply(strbuf_str(&text), err);
    strbuf_done(&text);
    return r;
}

static bool is_as_kept(struct rulekeeper *k)
{
    struct strbuf have = STRBUF_INIT;
    bool same = list(&have, NULL) == 0 &&
                strcmp(strbuf_str(&have), strbuf_str(&k->listing)) == 0;

    strbuf_done(&have);
    return same;
}

/* The maps' elements, and what is carried, stay where that will do. */
static int restore(struct rulekeeper *k, const char *ruleset, struct error *err)
{
    bool kept = ruleset == strbuf_str(&k->ruleset);
    int r = rules_apply(ruleset, err);

    if (r == 0 && kept && is_as_kept(k))
        return 0;
    if (r != 0 || kept)
        r = apply_anew(ruleset, err);
    return r == 0 ? adopt(k, ruleset, err) : r;
}

/* False: it is not there yet. */
static bool put_back(struct rulekeeper *k, bool gone, const char *ruleset,
                     const struct nft_changer *by)
{
    struct rule_loss loss = {.gone = gone, .by = *by};
    struct error err;

    if (restore(k, ruleset, &err) != 0)
        loss.error = err.text;
    rule_rate_note(&k->rate, clock_ms());
    loss.slow = rule_rate_is_slow(&k->rate);
    loss.times = k->rate.count;
    k->params.tell(k->params.arg, &loss);
    return loss.error == NULL;
}

/* Somebody who installs what should be there has done our work. */
static bool is_as_wanted(struct rulekeeper *k, const struct strbuf *have,
                         const char *ruleset)
{
    char want[NFT_GENERATION], got[NFT_GENERATION];

    if (ruleset == strbuf_str(&k->ruleset))
        return strcmp(strbuf_str(have), strbuf_str(&k->listing)) == 0;
    return nft_find_generation(ruleset, want) &&
           nft_find_generation(strbuf_str(have), got) &&
           strcmp(want, got) == 0 && adopt(k, ruleset, NULL) == 0;
}

/* What should be there: another text only if it differs from the last one. */
static const char *wanted(struct rulekeeper *k, struct strbuf *made)
{
    if (k->params.make == NULL || !k->params.make(k->params.arg, made) ||
        strbuf_failed(made) ||
        strcmp(strbuf_str(made), strbuf_str(&k->ruleset)) == 0)
        return strbuf_str(&k->ruleset);
    return strbuf_str(made);
}

static bool look(struct rulekeeper *k, const struct nft_changer *by)
{
    struct strbuf have = STRBUF_INIT, made = STRBUF_INIT;
    const char *ruleset;
    bool well = true;
    int r;

    pthread_mutex_lock(&k->lock);
    if (k->keeps) {
        ruleset = wanted(k, &made);
        r = list(&have, NULL);
        if (r != 0 || !is_as_wanted(k, &have, ruleset))
            well = put_back(k, r == ERR_NOT_FOUND, ruleset, by);
    }
    pthread_mutex_unlock(&k->lock);
    strbuf_done(&made);
    strbuf_done(&have);
    return well;
}

/* ---- the loop ---- */

static int until(uint64_t then)
{
    uint64_t now = clock_ms();

    return then <= now ? 0 : (int)(then - now);
}

void rulekeeper_run(struct rulekeeper *k, int stop)
{
    struct nft_changer by = {.pid = 0};
    bool changed = false;

    for (;;) {
        struct pollfd p[] = {{stop, POLLIN, 0},
                             {nft_watch_fd(k->watch), POLLIN, 0}};
        int limit = changed ? until(rule_rate_next(&k->rate)) : -1;

        if (poll(p, 2, limit) < 0 && errno != EINTR)
            return;
        if (p[0].revents != 0)
            return;
        if (p[1].revents != 0)
            changed |= nft_watch_take(k->watch, &by);
        if (changed && until(rule_rate_next(&k->rate)) == 0) {
            changed = !look(k, &by);
            /* what was told of our own doing names nobody */
            changed |= nft_watch_take(k->watch, &by);
            by = (struct nft_changer){.pid = 0};
        }
    }
}

static void *run(void *arg)
{
    struct rulekeeper *k = arg;

    rulekeeper_run(k, k->stop);
    return NULL;
}

int rulekeeper_start(struct rulekeeper *k, struct error *err)
{
    if (k->started)
        return 0;
    errno = thread_start(&k->thread, run, k);
    if (errno != 0)
        return error_errno(err, "can't start the thread that keeps the rules");
    k->started = true;
    return 0;
}
