/*
 * Adds findings to the diagnostics of a load, and hides lines that hold
 * secrets.
 */

#include "policy/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/allow.h"
#include "policy/schema.h"

/* Findings of one load; a file of another kind would make one a line. */
enum { FINDINGS_MAX = 2000 };

#define FINDING(id, name, grade, meaning, fix)                                 \
    {name, GRADE_##grade, meaning, fix},
static const struct finding_row rows[FIND_COUNT] = {
#include "policy/findings.def"
};

const struct finding_row *finding_row(enum finding id)
{
    return &rows[id];
}

enum finding finding_find(const char *name, size_t len)
{
    size_t i;

    for (i = 0; i < FIND_COUNT; i++)
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            break;
    return (enum finding)i;
}

/* A keyword that holds a secret, or is written nearly so. */
static bool word_is_secret(const char *word, size_t len)
{
    const char *near = schema_nearest(word, len, IN_KEYRING | IN_LDAP);
    size_t i;

    if (near != NULL &&
        (schema_parm(schema_find_parm(near, strlen(near)))->flags & SECRET))
        return true;
    for (i = 0; i + 2 <= len; i++)
        if (strncasecmp(word + i, "pw", 2) == 0 ||
            (i + 5 <= len && strncasecmp(word + i, "passw", 5) == 0))
            return true;
    return false;
}

/* A line with such a word must not be quoted. */
static bool line_is_secret(const struct span *span)
{
    const char *line, *word;
    size_t len, n;

    line = source_line(span->src, span->off, &len);
    for (word = line;; word += n) {
        word += strspn(word, " \t{}");
        n = strcspn(word, " \t\r\n{}#");
        if (n == 0 || word >= line + len)
            break;
        if (word_is_secret(word, n))
            return true;
    }
    return false;
}

bool findings_full(const struct findings *f)
{
    return diags_count(f->diags) > FINDINGS_MAX;
}

bool finding_said(const struct findings *f, enum finding id,
                  const struct span *span)
{
    const struct diag *d;
    size_t i;

    for (i = diags_count(f->diags); i-- > 0;) {
        d = diags_get(f->diags, i);
        if (d->name == rows[id].name && d->span.src == span->src &&
            d->span.off == span->off)
            return true;
    }
    return false;
}

void finding_add(struct findings *f, enum finding id, const struct span *span,
                 const char *fmt, ...)
{
    static const enum diag_level levels[] = {
        [GRADE_NOTE] = DIAG_NOTE,
        [GRADE_WARNING] = DIAG_WARNING,
        [GRADE_LINT_ERROR] = DIAG_ERROR,
        [GRADE_ERROR] = DIAG_ERROR,
    };
    char *text = NULL;
    va_list ap;

    if (rows[id].grade == GRADE_ERROR)
        f->errors++;
    f->silent = findings_full(f) || allow_has(f->allow, id, span);
    if (f->silent)
        return;
    if (diags_count(f->diags) == FINDINGS_MAX) {
        diag_add(f->diags, DIAG_WARNING, rows[FIND_too_many].name, span,
                 "more than %d findings; the rest is not shown", FINDINGS_MAX);
        return;
    }
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    if (text == NULL) {
        f->nomem = true;
        return;
    }
    diag_add(f->diags, levels[rows[id].grade], rows[id].name, span, "%s", text);
    if (span != NULL && span->src != NULL && line_is_secret(span))
        diag_conceal(f->diags);
    if (rows[id].fix != NULL)
        diag_fix(f->diags, "%s", rows[id].fix);
    free(text);
}

void finding_fix(struct findings *f, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;

    if (f->silent)
        return;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    if (text == NULL)
        f->nomem = true;
    else
        diag_fix(f->diags, "%s", text);
    free(text);
}
