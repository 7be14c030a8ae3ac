/* why: what became of a connection. */

#include <stdlib.h>
#include <string.h>

#include "conn/audit.h"
#include "conn/tell.h"
#include "console/in_clear.h"
#include "console/netstat.h"
#include "console/standing.h"
#include "story/story.h"

/* Which connection is meant. */
struct wanted {
    bool last, list;
    uint32_t id;
    struct netaddr peer; /* AF_UNSPEC: any */
};

static bool fits_peer(const struct netaddr *a, const struct netaddr *peer)
{
    struct netaddr x = *a, y = *peer;

    if (peer->family == AF_UNSPEC)
        return true;
    if (y.port == 0)
        x.port = 0;
    return netaddr_equal(&x, &y);
}

static bool fits(const void *arg, const struct story *s)
{
    const struct wanted *w = arg;

    return w->last ||
           (w->id != 0 ? s->id == w->id : fits_peer(&s->remote, &w->peer));
}

/* ---- the open ones ---- */

struct search {
    const struct wanted *wanted;
    const struct story *pair; /* find the other end of this one */
    struct story *ret;
    bool found;
};

/* On a worker's thread: a story is made only of what was searched for. */
static void look(void *arg, struct conn *c)
{
    struct search *s = arg;
    struct story known; /* what the search looks at */

    if (s->found && s->pair != NULL)
        return;
    known.id = conn_id(c);
    known.open = true;
    known.when = (struct timespec){0};
    conn_addresses(c, &known.local, &known.remote);
    if (s->pair != NULL ? story_is_other_end(&known, s->pair)
                        : fits(s->wanted, &known)) {
        conn_make_story(c, NULL, s->ret);
        /* which knows when it began, too */
        s->found = s->pair == NULL || story_is_other_end(s->ret, s->pair);
    }
}

static void visit(void *arg, struct loop *loop)
{
    loop_each(loop, look, arg);
}

static bool other_end(const void *arg, const struct story *s)
{
    return story_is_other_end(s, arg);
}

/* A failure leaves its other end failed too, or open for a moment. */
static bool find_pair(struct console *c, const struct story *s,
                      struct story *ret)
{
    struct search search = {NULL, s, ret, false};

    if (s->local.family == AF_UNSPEC)
        return false;
    if (stories_find(c->services->stories, true, other_end, s, ret))
        return true;
    workers_visit(c->workers, visit, &search);
    return search.found ||
           stories_find(c->services->stories, false, other_end, s, ret);
}

static bool find(struct console *c, const struct wanted *w, struct story *ret)
{
    struct search search = {w, NULL, ret, false};

    if (stories_find(c->services->stories, true, fits, w, ret))
        return true;
    if (w->last)
        return false;
    workers_visit(c->workers, visit, &search);
    return search.found ||
           stories_find(c->services->stories, false, fits, w, ret);
}

/* ---- the command ---- */

static void read_wanted(const struct verb_call *c, struct wanted *w)
{
    const char *peer = verb_value(c, OPT_PEER), *id = verb_word(c, 0);

    w->last = verb_has(c, OPT_LAST);
    w->list = !w->last && peer == NULL && id == NULL;
    if (peer != NULL && netaddr_parse(peer, &w->peer, NULL) != 0)
        netaddr_parse_ip(peer, &w->peer, NULL);
    if (id != NULL)
        question_connid(id, &w->id);
}

static void list_failed(struct question *q)
{
    struct stories *all = q->console->services->stories;
    struct story s;
    size_t i;

    for (i = 0; i < stories_count(all) && i < 20; i++)
        if (stories_get(all, i, &s))
            strbuf_addf(&q->answer->out, "%08X  %-8s %-24s RC %4d  %s\n",
                        (unsigned)s.id, s.jobname,
                        s.rule[0] != '\0' ? s.rule : "(no rule)", s.outcome.rc,
                        s.outcome.rc != 0 ? s.outcome.reason : s.end);
    if (i == 0)
        strbuf_adds(&q->answer->out, "No connection has failed.\n");
    console_add_in_clear(q->console, &q->answer->out);
}

/* A failure that is sought may not have been one, but clear text. */
static void end_last(struct question *q, struct json *j)
{
    if (j != NULL)
        console_in_clear_json(q->console, j);
    else
        console_add_in_clear(q->console, &q->answer->out);
}

static void tell(struct question *q, struct story *s, bool last, bool as_json)
{
    struct snapshot *now = snapshots_get(q->console->services->snapshots);
    struct story *other = malloc(sizeof(*other));
    bool pair = other != NULL && find_pair(q->console, s, other);
    struct json j = JSON_INIT(&q->answer->out, JSON_LINES);

    standing_of_story(now, s);
    snapshot_unref(now);
    if (!as_json) {
        story_print(s, pair ? other : NULL, &q->answer->out);
        if (last)
            end_last(q, NULL);
    } else {
        json_object(&j, NULL);
        story_json(s, &j, "connection");
        if (pair)
            story_json(other, &j, "other_end");
        if (last)
            end_last(q, &j);
        json_end(&j);
    }
    free(other);
}

void console_why(struct question *q)
{
    struct wanted w = {.peer = {.family = AF_UNSPEC}};
    struct story *s;

    read_wanted(&q->call, &w);
    if (w.list) {
        list_failed(q);
        return;
    }
    s = malloc(sizeof(*s));
    if (s != NULL && find(q->console, &w, s))
        tell(q, s, w.last, verb_has(&q->call, OPT_JSON));
    else if (w.id != 0)
        question_fail(q,
                      "connection %08X is not open, nor among the last %d that "
                      "failed (attlsctl why lists these) or the last %d that "
                      "ended well (at most %d of a second are kept)",
                      (unsigned)w.id, STORIES_KEPT, STORIES_WELL,
                      STORIES_WELL_RATE);
    else
        question_fail(q, w.last ? "no connection has failed"
                                : "no connection of that partner is open or "
                                  "among those that are kept");
    if (w.last && q->answer->out.len == 0)
        console_add_in_clear(q->console, &q->answer->err);
    question_silent(q);
    free(s);
}
