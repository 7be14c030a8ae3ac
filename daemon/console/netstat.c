/*
 * netstat: the command's words, and collecting what the reports
 * show (IP System Administrator's Commands, "The TSO NETSTAT command: TTLS,
 * -x report", "ALL", "COnn", "COnfig").
 */

#include "console/netstat.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/array.h"
#include "zos/name.h"

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
    *ret = (struct views){NULL, 0, false};
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

/* ---- words ---- */

bool words_take(struct words *w, const char *keyword)
{
    const char *word = w->at < w->count ? w->word[w->at] : "";
    size_t len = strlen(word), least = 0;

    while (isupper((unsigned char)keyword[least]))
        least++;
    if (len < least || len > strlen(keyword) ||
        strncasecmp(word, keyword, len) != 0)
        return false;
    w->at++;
    return true;
}

/* Options of the shell's netstat, as the words that they stand for. */
static bool takes_option(struct words *w, const char *option)
{
    if (w->at >= w->count || strcmp(w->word[w->at], option) != 0)
        return false;
    w->at++;
    return true;
}

static bool take_connid(struct question *q, struct words *w, uint32_t *ret)
{
    if (w->at == w->count || !question_connid(w->word[w->at], ret)) {
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

static void parse_filters(struct words *w, struct netstat *n)
{
    while (words_take(w, "CONNType")) {
        if (words_take(w, "TTLSPolicy"))
            n->mapped_only = true;
        else if (words_take(w, "NOTTLSPolicy"))
            n->unmapped_only = true;
    }
}

/* TCp or -p: only one stack is here. */
static bool take_stack(struct question *q, struct words *w, const char *stack)
{
    if (!words_take(w, "TCp") && !takes_option(w, "-p"))
        return true;
    if (w->at < w->count && strcasecmp(w->word[w->at], stack) == 0) {
        w->at++;
        return true;
    }
    question_fail(q, "there is no stack %s here; this daemon is %s",
                  w->at < w->count ? w->word[w->at] : "(none given)", stack);
    return false;
}

static bool parse(struct question *q, struct words *w, const char *stack,
                  struct netstat *n)
{
    n->report = REPORT_CONN;
    if (!take_stack(q, w, stack))
        return false;
    if (words_take(w, "TTLS") || takes_option(w, "-x")) {
        if (!parse_ttls(q, w, n))
            return false;
    } else if (words_take(w, "ALLCOnn") || words_take(w, "COnn") ||
               takes_option(w, "-c") || takes_option(w, "-a")) {
        parse_filters(w, n);
    } else if (words_take(w, "ALL") || takes_option(w, "-A")) {
        n->report = REPORT_ALL;
        parse_filters(w, n);
    } else if (words_take(w, "COnfig") || takes_option(w, "-f")) {
        n->report = REPORT_CONFIG;
    }
    if (!take_stack(q, w, stack))
        return false;
    if (w->at == w->count)
        return true;
    question_fail(q, "%s: \"%s\" is not understood",
                  verb_info(q->call.verb)->name, w->word[w->at]);
    verb_usage(VERB_NETSTAT, &q->answer->err);
    return false;
}

void netstat_answer(struct question *q, struct words *w, struct netstat *n)
{
    struct snapshot *s = snapshots_get(q->console->services->snapshots);
    struct views v;

    if (parse(q, w, snapshot_stack(s), n)) {
        views_collect(q->console, &v);
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
