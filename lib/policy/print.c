/* A loaded policy as policy text in one form. */

#include "policy/print.h"

#include <stdlib.h>
#include <string.h>

#include "policy/model.h"
#include "policy/value.h"
#include "util/ebcdic.h"
#include "util/linemap.h"

/* Where values begin, as the Configuration Assistant writes them. */
enum { COLUMN = 34, INDENT = 2 };

struct printer {
    bool secrets;
    struct strbuf *out;
    policy_name_fn name; /* NULL: as they are named */
    void *arg;
    struct linemap *map; /* NULL: nobody asks where the lines came from */
};

static const char *name_of(const struct printer *pr, const struct object *o)
{
    return pr->name != NULL ? pr->name(pr->arg, o) : o->name;
}

/* The next line came from SPAN. */
static void note_line(const struct printer *pr, const struct span *span)
{
    const char *file = NULL;
    unsigned line = 0, column;

    if (pr->map == NULL)
        return;
    if (span->src != NULL)
        file = source_place(span->src, span->off, &line, &column);
    linemap_add(pr->map, file, line);
}

static void begin_line(const struct printer *pr, const struct span *span,
                       int indent, const char *keyword)
{
    int used = indent + (int)strlen(keyword);

    note_line(pr, span);

    strbuf_fill(pr->out, ' ', indent);
    strbuf_adds(pr->out, keyword);
    strbuf_fill(pr->out, ' ', used < COLUMN ? COLUMN - used : 1);
}

/* A name without a value, or a brace. */
static void add_line(const struct printer *pr, const struct span *span,
                     int indent, const char *text)
{
    note_line(pr, span);
    strbuf_fill(pr->out, ' ', indent);
    strbuf_addf(pr->out, "%s\n", text);
}

static const char *code_name(enum value_type type, const void *item)
{
    if (type == TYPE_curves)
        return ((const struct curve *)item)->name;
    if (type == TYPE_sigpairs)
        return ((const struct sigpair *)item)->name;
    return ((const struct cipher *)item)->name;
}

static bool is_codes(enum value_type type)
{
    return type == TYPE_ciphers2 || type == TYPE_ciphers4 ||
           type == TYPE_curves || type == TYPE_sigpairs;
}

/* One line a code; no code is the word Any. */
static void print_codes(const struct printer *pr, const struct parm *row,
                        const struct setting *s, int indent)
{
    const struct codes *codes = s->value.codes;
    uint32_t i;

    for (i = 0; i < codes->count || i == 0; i++) {
        begin_line(pr, &s->span, indent, row->keyword);
        strbuf_addf(pr->out, "%s\n",
                    codes->count == 0 ? "Any"
                                      : code_name(row->type, codes->items[i]));
    }
}

static void print_object(const struct printer *pr, const struct object *o,
                         int indent);

static void print_setting(const struct printer *pr, const struct setting *s,
                          int indent)
{
    const struct parm *row = schema_parm((enum policy_parm)s->parm);

    if (s->inline_block) {
        print_object(pr, s->value.object, indent);
        return;
    }
    if (is_codes(row->type)) {
        print_codes(pr, row, s, indent);
        return;
    }
    begin_line(pr, &s->span, indent, row->keyword);
    if ((row->flags & SECRET) != 0 && !pr->secrets)
        strbuf_adds(pr->out, "****  # masked; --show-secrets prints it");
    else if (row->type == TYPE_ref)
        strbuf_adds(pr->out, name_of(pr, s->value.object));
    else
        value_show(row->type, &s->value, pr->out);
    strbuf_addc(pr->out, '\n');
}

static void print_object(const struct printer *pr, const struct object *o,
                         int indent)
{
    const char *keyword = schema_statement(o->kind)->keyword;
    uint32_t i;

    if (o->name != NULL) {
        begin_line(pr, &o->span, indent, keyword);
        strbuf_addf(pr->out, "%s\n", name_of(pr, o));
    } else {
        add_line(pr, &o->span, indent, keyword);
    }
    add_line(pr, &o->span, indent, "{");
    for (i = 0; i < o->count; i++)
        if (!o->settings[i].overridden)
            print_setting(pr, &o->settings[i], indent + INDENT);
    add_line(pr, &o->span, indent, "}");
}

static int compare_objects(const void *a, const void *b)
{
    const struct object *x = *(const struct object *const *)a;
    const struct object *y = *(const struct object *const *)b;

    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return ebcdic_compare(x->name, y->name);
}

void policy_print_object(const struct object *o, policy_name_fn name, void *arg,
                         struct strbuf *out)
{
    struct printer pr = {true, out, name, arg, NULL};

    print_object(&pr, o, 0);
}

static void print_policy(const struct policy *p, const struct printer *pr)
{
    const struct object **sorted =
        malloc((p->object_count + 1) * sizeof(*sorted));
    size_t i;

    if (sorted == NULL) {
        pr->out->failed = true;
        return;
    }
    if (p->object_count != 0)
        memcpy(sorted, p->objects, p->object_count * sizeof(*sorted));
    qsort(sorted, p->object_count, sizeof(*sorted), compare_objects);
    note_line(pr, &(struct span){NULL, 0, 0});
    strbuf_addf(pr->out, "## AT-TLS policy, z/OS %s\n",
                zos_release_name(p->release));
    for (i = 0; i < p->rule_count; i++)
        print_object(pr, p->rules[i].object, 0);
    for (i = 0; i < p->object_count; i++)
        if (sorted[i]->kind != STMT_TTLSRule)
            print_object(pr, sorted[i], 0);
    free(sorted);
}

void policy_print(const struct policy *p, bool secrets, struct strbuf *out)
{
    struct printer pr = {secrets, out, NULL, NULL, NULL};

    print_policy(p, &pr);
}

void policy_print_mapped(const struct policy *p, struct strbuf *out,
                         struct linemap *map)
{
    struct printer pr = {false, out, NULL, NULL, map};

    print_policy(p, &pr);
}
