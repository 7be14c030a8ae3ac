/*
 * The list of files that one command changes, and its text form. The text is
 * written to DIR/saf/journal before any of the files is touched and removed
 * after the last: whoever finds it plays it (a writer) or reads through it (a
 * reader). It comes into being by a rename, so it is whole or absent.
 *
 *     attls-journal 1 COUNT
 *     write LENGTH NAME, a line with LENGTH bytes
 *     remove NAME
 *     end
 */

#include "saf/db/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/strbuf.h"

static const char magic[] = "attls-journal 1 ";

static struct saf_change *find(const struct saf_changes *list, const char *name)
{
    size_t i;

    for (i = 0; i < list->n; i++)
        if (strcmp(list->c[i].name, name) == 0)
            return &list->c[i];
    return NULL;
}

const struct saf_change *saf_changes_find(const struct saf_changes *list,
                                          const char *name)
{
    return find(list, name);
}

static void wipe_data(struct saf_change *c)
{
    if (c->data != NULL)
        explicit_bzero(c->data, c->len);
    free(c->data);
    c->data = NULL;
    c->len = 0;
}

static struct saf_change *append(struct saf_changes *list, const char *name)
{
    struct saf_change *p = array_add(&list->c, &list->n, sizeof(*p));

    if (p == NULL)
        return NULL;
    p->name = strdup(name);
    if (p->name != NULL)
        return p;
    list->n--;
    return NULL;
}

int saf_changes_add(struct saf_changes *list, const char *name,
                    const void *data, size_t len, struct error *err)
{
    struct saf_change *c;
    char *copy = NULL;

    if (data != NULL) {
        copy = malloc(len + 1);
        if (copy == NULL)
            return error_nomem(err);
        if (len != 0)
            memcpy(copy, data, len);
        copy[len] = '\0';
    }
    c = find(list, name);
    if (c == NULL)
        c = append(list, name);
    if (c == NULL) {
        if (copy != NULL)
            explicit_bzero(copy, len);
        free(copy);
        return error_nomem(err);
    }
    wipe_data(c);
    c->data = copy;
    c->len = copy != NULL ? len : 0;
    return 0;
}

void saf_changes_clear(struct saf_changes *list)
{
    size_t i;

    for (i = 0; i < list->n; i++) {
        wipe_data(&list->c[i]);
        free(list->c[i].name);
    }
    free(list->c);
    list->c = NULL;
    list->n = 0;
}

int saf_journal_print(const struct saf_changes *list, struct strbuf *out,
                      struct error *err)
{
    size_t i;

    strbuf_addf(out, "%s%zu\n", magic, list->n);
    for (i = 0; i < list->n; i++) {
        const struct saf_change *c = &list->c[i];

        if (c->data == NULL) {
            strbuf_addf(out, "remove %s\n", c->name);
            continue;
        }
        strbuf_addf(out, "write %zu %s\n", c->len, c->name);
        strbuf_add(out, c->data, c->len);
        strbuf_addc(out, '\n');
    }
    strbuf_adds(out, "end\n");
    return strbuf_failed(out) ? error_nomem(err) : 0;
}

/* One line without its newline into BUF; the text behind it, or NULL. */
static const char *take_line(const char *p, const char *end, char *buf,
                             size_t cap)
{
    const char *nl = memchr(p, '\n', (size_t)(end - p));

    if (nl == NULL || (size_t)(nl - p) >= cap)
        return NULL;
    memcpy(buf, p, (size_t)(nl - p));
    buf[nl - p] = '\0';
    return nl + 1;
}

/* Reads one change; returns the text behind it, or NULL when TEXT is not a
 * change. */
static const char *parse_change(const char *p, const char *end,
                                struct saf_changes *ret, int *r,
                                struct error *err)
{
    char line[512], name[256];
    size_t len;
    int used = 0;

    p = take_line(p, end, line, sizeof(line));
    if (p == NULL)
        return NULL;
    if (sscanf(line, "remove %255s%n", name, &used) == 1 &&
        line[used] == '\0' && saf_file_name_valid(name)) {
        *r = saf_changes_add(ret, name, NULL, 0, err);
        return p;
    }
    if (sscanf(line, "write %zu %255s%n", &len, name, &used) != 2 ||
        line[used] != '\0' || !saf_file_name_valid(name) ||
        len >= (size_t)(end - p) || p[len] != '\n')
        return NULL;
    *r = saf_changes_add(ret, name, p, len, err);
    return p + len + 1;
}

int saf_journal_parse(const char *text, size_t len, struct saf_changes *ret,
                      struct error *err)
{
    const char *p = text, *end = text + len;
    char line[64];
    size_t count, i;
    int r = 0, used = 0;

    p = take_line(p, end, line, sizeof(line));
    if (p == NULL || strncmp(line, magic, sizeof(magic) - 1) != 0 ||
        sscanf(line + sizeof(magic) - 1, "%zu%n", &count, &used) != 1)
        goto damaged;
    for (i = 0; i < count; i++) {
        p = parse_change(p, end, ret, &r, err);
        if (r != 0)
            return r;
        if (p == NULL)
            goto damaged;
    }
    if (end - p != 4 || memcmp(p, "end\n", 4) != 0)
        goto damaged;
    return 0;
damaged:
    saf_changes_clear(ret);
    return error_set(err, ERR_DAMAGED,
                     "saf/journal is not what we wrote; move it away after "
                     "looking which change it holds");
}
