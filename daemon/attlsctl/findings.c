/*
 * Findings in the order in which a reader of the files meets them, as text and
 * as JSON.
 */

#include "attlsctl/findings.h"

#include <stdlib.h>
#include <string.h>

/* A finding and what it is sorted by: its file, in the order in which files
 * are first spoken of, its place, and the order of finding. */
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

/* Sorted, to be freed; NULL: no memory. */
static struct place *sort(const struct diags *diags)
{
    size_t n = diags_count(diags), i;
    struct place *list = calloc(n + 1, sizeof(*list));

    if (list == NULL)
        return NULL;
    for (i = 0; i < n; i++) {
        list[i].diag = diags_get(diags, i);
        list[i].order = i;
        list[i].file = file_of(list, i);
    }
    qsort(list, n, sizeof(*list), compare);
    return list;
}

bool ctl_findings_text(const struct diags *diags, struct strbuf *out)
{
    struct place *list = sort(diags);
    const struct diag *d;
    size_t i;

    if (list == NULL)
        return false;
    for (i = 0; i < diags_count(diags); i++) {
        d = list[i].diag;
        diag_format(d, out);
        diag_quote(d, out);
        if (d->fix != NULL)
            strbuf_addf(out, "    %s\n", d->fix);
    }
    free(list);
    return !strbuf_failed(out);
}

static void place_json(const struct diag *d, struct json *j)
{
    if (d->line == 0) {
        json_null(j, "file");
        json_null(j, "line");
        json_null(j, "column");
        return;
    }
    json_string(j, "file", source_name(d->span.src));
    json_unsigned(j, "line", d->line);
    json_unsigned(j, "column", d->column);
}

bool ctl_findings_json(const struct diags *diags, struct json *j)
{
    struct place *list = sort(diags);
    const struct diag *d;
    size_t i;

    if (list == NULL)
        return false;
    for (i = 0; i < diags_count(diags); i++) {
        d = list[i].diag;
        json_object(j, NULL);
        place_json(d, j);
        json_string(j, "severity", diag_level_name(d->level));
        json_string(j, "name", d->name);
        json_string(j, "message", d->text);
        json_string(j, "fix", d->fix);
        json_end(j);
    }
    free(list);
    return !strbuf_failed(j->out);
}
