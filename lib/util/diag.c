/*
 * The list of diagnostics and their texts, with the quoted line and its mark.
 */

#include "util/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/testing.h"

enum { QUOTE_MAX = 200 }; /* columns of a quoted source line */

struct diags {
    struct diag *list;
    size_t count;
    size_t levels[DIAG_ERROR + 1];
    size_t lost;
};

struct diags *diags_new(void)
{
    return calloc(1, sizeof(struct diags));
}

void diags_free(struct diags *d)
{
    size_t i;

    if (d == NULL)
        return;
    for (i = 0; i < d->count; i++) {
        source_unref(d->list[i].span.src);
        free(d->list[i].text);
        free(d->list[i].fix);
    }
    free(d->list);
    free(d);
}

void diag_add(struct diags *d, enum diag_level level, const char *name,
              const struct span *span, const char *fmt, ...)
{
    char *text = NULL;
    struct diag *slot;
    va_list ap;

    d->levels[level]++;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    slot = text != NULL ? array_add(&d->list, &d->count, sizeof(*slot)) : NULL;
    if (slot == NULL) {
        free(text);
        d->lost++;
        return;
    }
    slot->level = level;
    slot->name = name;
    slot->text = text;
    if (span != NULL && span->src != NULL) {
        slot->span = *span;
        source_ref(span->src);
        source_position(span->src, span->off, &slot->line, &slot->column);
    }
}

void diag_fix(struct diags *d, const char *fmt, ...)
{
    struct diag *last = d->count != 0 ? &d->list[d->count - 1] : NULL;
    char *text = NULL;
    va_list ap;

    if (last == NULL)
        return;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    free(last->fix);
    last->fix = text;
}

void diag_conceal(struct diags *d)
{
    if (d->count != 0)
        d->list[d->count - 1].concealed = true;
}

size_t diags_count(const struct diags *d)
{
    return d->count;
}

const struct diag *diags_get(const struct diags *d, size_t i)
{
    return &d->list[i];
}

size_t diags_level(const struct diags *d, enum diag_level level)
{
    return d->levels[level];
}

size_t diags_lost(const struct diags *d)
{
    return d->lost;
}

const char *diag_level_name(enum diag_level level)
{
    static const char *const names[] = {"note", "warning", "error"};

    return names[level];
}

void diag_format(const struct diag *d, struct strbuf *out)
{
    span_add_column(&d->span, out);
    if (d->line != 0)
        strbuf_adds(out, ": ");
    strbuf_addf(out, "%s: %s [%s]\n", diag_level_name(d->level), d->text,
                d->name);
}

/* The first word of a line whose rest must not be seen. */
static void quote_concealed(const char *line, size_t len, struct strbuf *out)
{
    size_t start = 0, end;

    while (start < len && (line[start] == ' ' || line[start] == '\t'))
        start++;
    for (end = start; end < len && line[end] != ' ' && line[end] != '\t';)
        end++;
    strbuf_add(out, line, start);
    strbuf_add_escaped(out, line + start, end - start);
    strbuf_adds(out, " ****\n");
    strbuf_add(out, line, start);
    strbuf_adds(out, "^\n");
}

void diag_quote(const struct diag *d, struct strbuf *out)
{
    size_t len, i, start, mark;
    const char *line;

    if (d->line == 0)
        return;
    line = source_line(d->span.src, d->span.off, &len);
    if (d->concealed) {
        quote_concealed(line, len, out);
        return;
    }
    if (len > QUOTE_MAX)
        len = QUOTE_MAX;
    start = d->column - 1;
    if (start > len)
        start = len;
    for (i = 0; i < len; i++)
        strbuf_addc(out, line[i] == '\t' || (line[i] >= 0x20 && line[i] < 0x7f)
                             ? line[i]
                             : '?');
    strbuf_addc(out, '\n');
    for (i = 0; i < start; i++)
        strbuf_addc(out, line[i] == '\t' ? '\t' : ' ');
    strbuf_addc(out, '^');
    mark = d->span.len;
    if (mark > len - start)
        mark = len - start;
    if (mark > 1)
        strbuf_fill(out, '~', (int)mark - 1);
    strbuf_addc(out, '\n');
}

/* ---- all of them ---- */

/* A finding and what it is sorted by. */
struct place {
    const struct diag *diag;
    size_t file, order;
};

static int compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->diag->span.off != y->diag->span.off)
        return x->diag->span.off < y->diag->span.off ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static size_t file_of(const struct place *list, size_t i)
{
    size_t k;

    for (k = 0; k < i; k++)
        if (list[k].diag->span.src == list[i].diag->span.src)
            return list[k].file;
    return i;
}

const struct diag **diags_sorted(const struct diags *d)
{
    struct place *list = calloc(d->count + 1, sizeof(*list));
    const struct diag **sorted = calloc(d->count + 1, sizeof(*sorted));
    size_t i;

    for (i = 0; list != NULL && i < d->count; i++) {
        list[i].diag = &d->list[i];
        list[i].order = i;
        list[i].file = file_of(list, i);
    }
    if (list != NULL && sorted != NULL) {
        qsort(list, d->count, sizeof(*list), compare);
        for (i = 0; i < d->count; i++)
            sorted[i] = list[i].diag;
    } else {
        free(sorted);
        sorted = NULL;
    }
    free(list);
    return sorted;
}

static void print(const struct diag *d, struct strbuf *out)
{
    diag_format(d, out);
    diag_quote(d, out);
    if (d->fix != NULL)
        strbuf_addf(out, "    fix: %s\n", d->fix);
}

/* Without memory for the order they are shown all the same. */
void diags_print(const struct diags *d, enum diag_level least,
                 struct strbuf *out)
{
    const struct diag **sorted = diags_sorted(d);
    size_t i;

    for (i = 0; i < d->count; i++) {
        const struct diag *one = sorted != NULL ? sorted[i] : &d->list[i];

        if (one->level >= least)
            print(one, out);
    }
    free(sorted);
}
