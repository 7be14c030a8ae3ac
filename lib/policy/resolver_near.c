/*
 * "Did you mean ...?" for a name that no statement has. A wrong neighbour is
 * worse than none: another ring, another port. One name is told only where it
 * is the same but for a slip; else those that there are, where they are few.
 */

#include <string.h>
#include <strings.h>

#include "policy/resolver_check.h"
#include "util/spelling.h"

enum {
    SHOWN = 4,
    NAMES_COMPARED = 1000 /* letter by letter */
};

struct names {
    const struct object *item[SHOWN];
    size_t count; /* more than SHOWN: not all are kept */
};

static void names_add(struct names *n, const struct object *o)
{
    if (n->count < SHOWN)
        n->item[n->count] = o;
    n->count++;
}

/* But for case, or with the same letters up to the first '~' (Configuration
 * Assistant's names). */
static bool is_same(const char *a, const char *b)
{
    size_t stem = strcspn(a, "~");

    return strcasecmp(a, b) == 0 ||
           (strcspn(b, "~") == stem && strncasecmp(a, b, stem) == 0);
}

/* A slip: one letter, and one more for every eight. */
static unsigned slip(const char *name, const char *other)
{
    unsigned d = spelling_distance(name, other);

    return d <= 1 + strlen(name) / 8 && !spelling_other_number(name, other) ? d
                                                                            : 0;
}

/* The one name that is a slip away; NULL: there is none, or two. */
static const struct object *nearest(const struct resolver *r,
                                    enum policy_stmt kind, const char *name)
{
    const struct object *o, *best = NULL;
    unsigned d, least = 0;
    size_t i;

    for (i = 0; i < NAMES_COMPARED && (o = resolver_object(r, i)) != NULL;
         i++) {
        d = o->kind == kind ? slip(name, o->name) : 0;
        if (d == 0 || (least != 0 && d > least))
            continue;
        best = d == least ? NULL : o;
        least = d;
    }
    return best;
}

/* "a at p:1, b at p:7 or c at p:9" */
static void names_show(const struct names *n, const char *last,
                       struct strbuf *out)
{
    size_t i;

    for (i = 0; i < n->count; i++) {
        if (i != 0)
            strbuf_addf(out, "%s ", i + 1 < n->count ? "," : last);
        strbuf_addf(out, "%s at ", n->item[i]->name);
        span_add(&n->item[i]->span, out);
    }
}

static void collect(const struct resolver *r, enum policy_stmt kind,
                    const char *name, struct names *same, struct names *all)
{
    const struct object *o, *near;
    size_t i;

    for (i = 0; (o = resolver_object(r, i)) != NULL; i++) {
        if (o->kind != kind)
            continue;
        names_add(all, o);
        if (is_same(name, o->name))
            names_add(same, o);
    }
    near = same->count == 0 ? nearest(r, kind, name) : NULL;
    if (near != NULL)
        names_add(same, near);
}

void resolver_suggest(struct findings *f, const struct resolver *r,
                      enum policy_stmt kind, const char *name)
{
    struct names same = {.count = 0}, all = {.count = 0};
    const char *keyword = schema_statement(kind)->keyword;
    const char *article = keyword[0] == 'I' ? "an" : "a";
    struct strbuf list = STRBUF_INIT;

    collect(r, kind, name, &same, &all);
    if (same.count != 0 && same.count <= SHOWN) {
        names_show(&same, " or", &list);
        finding_fix(f, "did you mean %s?", strbuf_str(&list));
    } else if (all.count != 0 && all.count <= SHOWN) {
        names_show(&all, " and", &list);
        finding_fix(f, "add %s %s %s, or correct the name: the policy has %s",
                    article, keyword, name, strbuf_str(&list));
    } else {
        finding_fix(f, "add %s %s %s, or correct the name", article, keyword,
                    name);
    }
    strbuf_done(&list);
}
