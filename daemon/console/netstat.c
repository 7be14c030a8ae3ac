/*
 * netstat: the command's words, and collecting what the reports
 * show (IP System Administrator's Commands, "The TSO NETSTAT command: TTLS,
 * -x report", "ALL", "COnn", "COnfig").
 */

#include "console/netstat.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/array.h"

/* ---- collecting ---- */

static void take_view(void *arg, struct conn *c)
{
    struct views *v = arg;
    struct conn_view *view = array_add(&v->item, &v->count, sizeof(*view));

    if (view != NULL)
        conn_view_make(c, view);
    else
        v->failed = true;
}

static void visit(void *arg, struct loop *loop)
{
    loop_each(loop, take_view, arg);
}

static int compare_views(const void *a, const void *b)
{
    const struct conn_view *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

static void views_collect(struct console *c, struct views *ret)
{
    *ret = (struct views){.item = NULL};
    workers_visit(c->workers, visit, ret);
    if (ret->count > 0)
        qsort(ret->item, ret->count, sizeof(ret->item[0]), compare_views);
}

static void views_done(struct views *v)
{
    size_t i;

    for (i = 0; i < v->count; i++)
        conn_view_done(&v->item[i]);
    free(v->item);
}

bool netstat_is_stale(struct snapshot *current, const struct conn_view *v)
{
    return v->rule != NULL &&
           (!snapshot_has_group(current, v->grpid) ||
            (v->envid != 0 && !snapshot_has_environment(current, v->envid)));
}

static bool lists_connections(const struct netstat *n)
{
    return n->report == REPORT_CONN || n->report == REPORT_ALL;
}

/* Leaves those that are listed. */
static void views_select(struct views *v, const struct netstat *n,
                         struct snapshot *current)
{
    size_t i, kept = 0, most = n->filters.max;

    v->total = 0;
    for (i = 0; i < v->count; i++) {
        struct conn_view *c = &v->item[i];
        bool fits = filters_fit(&n->filters, c, netstat_is_stale(current, c));

        v->total += fits;
        if (fits && (most == 0 || kept < most))
            v->item[kept++] = *c;
        else
            conn_view_done(c);
    }
    v->count = kept;
}

/* ---- words ---- */

static bool take_connid(struct question *q, struct words *w, uint32_t *ret)
{
    const char *word = words_next(w);

    if (word == NULL || !question_connid(word, ret)) {
        question_fail(q, "COnn needs the number of a connection in hex, as it "
                         "stands behind CONNID: in the messages");
        return false;
    }
    w->at++;
    return true;
}

static bool parse_ttls(struct question *q, struct words *w, struct netstat *n)
{
    n->report = REPORT_TTLS_GROUP;
    if (words_take(w, "COnn")) {
        n->report = REPORT_TTLS_CONN;
        if (!take_connid(q, w, &n->connid))
            return false;
    } else {
        words_take(w, "GRoup");
    }
    n->detail = words_take(w, "DETAIL");
    return true;
}

/* TCp or -p: only one stack is here. 0: these words are not that. */
static int take_stack(struct question *q, struct words *w, const char *stack)
{
    const char *word;

    if (!words_take(w, "TCp") && !words_take_option(w, "-p"))
        return 0;
    word = words_next(w);
    if (word != NULL && strcasecmp(word, stack) == 0) {
        w->at++;
        return 1;
    }
    question_fail(q, "there is no stack %s here; this daemon is %s",
                  word != NULL ? word : "(none given)", stack);
    return -1;
}

static bool parse_report(struct question *q, struct words *w, struct netstat *n)
{
    n->report = REPORT_CONN;
    if (words_take(w, "TTLS") || words_take_option(w, "-x"))
        return parse_ttls(q, w, n);
    if (words_take(w, "ALLCOnn") || words_take(w, "COnn") ||
        words_take_option(w, "-c") || words_take_option(w, "-a"))
        return true;
    if (words_take(w, "ALL") || words_take_option(w, "-A"))
        n->report = REPORT_ALL;
    else if (words_take(w, "COnfig") || words_take_option(w, "-f"))
        n->report = REPORT_CONFIG;
    return true;
}

/* Stack and filters, in any order. */
static int parse_rest(struct question *q, struct words *w, const char *stack,
                      struct netstat *n)
{
    enum filter_scope scope =
        lists_connections(n) ? FILTER_CONNECTIONS : FILTER_MAX_ONLY;
    struct error err;
    int r = 1;

    while (r > 0) {
        r = take_stack(q, w, stack);
        if (r != 0)
            continue;
        r = filters_take(&n->filters, w, scope, &err);
        if (r < 0)
            question_fail(q, "%s", err.text);
    }
    return r;
}

static bool parse(struct question *q, struct words *w, const char *stack,
                  struct netstat *n)
{
    if (take_stack(q, w, stack) < 0 || !parse_report(q, w, n) ||
        parse_rest(q, w, stack, n) < 0)
        return false;
    if (words_next(w) == NULL)
        return true;
    question_fail(q, "%s: \"%s\" is not understood",
                  verb_info(q->call.verb)->name, words_next(w));
    verb_usage(VERB_NETSTAT, &q->answer->err);
    return false;
}

void netstat_answer(struct question *q, struct words *w, struct netstat *n)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);
    struct views v;

    if (parse(q, w, snapshot_stack(s), n)) {
        views_collect(q->console, &v);
        if (lists_connections(n))
            views_select(&v, n, s);
        question_silent(q);
        if (v.failed)
            question_fail(q, "no memory: not all connections are shown");
        if (n->json)
            report_json(q, n, s, &v, &q->answer->out);
        else
            report_print(q, n, s, &v, &q->answer->out);
        views_done(&v);
    }
    snapshot_unref(s);
}

void console_netstat(struct question *q)
{
    struct netstat n = {.json = verb_has(&q->call, OPT_JSON)};
    struct words w = {.count = q->call.options.operand_count};

    memcpy(w.word, q->call.options.operand, w.count * sizeof(w.word[0]));
    netstat_answer(q, &w, &n);
}
