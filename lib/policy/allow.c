/*
 * Which findings are switched off: reads the comments of a file, and answers
 * for one place.
 */

#include "policy/allow.h"

#include <string.h>

#include "util/spelling.h"

enum { WORD_BITS = 32, WORDS = (FIND_COUNT + WORD_BITS - 1) / WORD_BITS };

struct set {
    uint32_t bits[WORDS];
};

/* What is switched off on one line. */
struct line {
    uint32_t from, to;
    struct set set;
};

struct file {
    const struct source *src;
    struct set set;
    struct line *lines; /* in the order of the file */
    size_t count;
    struct file *next;
};

struct allow {
    struct arena *arena;
    struct set all;
    struct file *files;
};

static void set_add(struct set *s, enum finding id)
{
    s->bits[id / WORD_BITS] |= 1u << (id % WORD_BITS);
}

static bool set_has(const struct set *s, enum finding id)
{
    return (s->bits[id / WORD_BITS] >> (id % WORD_BITS) & 1) != 0;
}

struct allow *allow_new(struct arena *arena)
{
    struct allow *a = arena_alloc(arena, sizeof(*a));

    if (a != NULL)
        a->arena = arena;
    return a;
}

void allow_name(struct allow *a, const char *name)
{
    enum finding id = finding_find(name, strlen(name));

    if (id != FIND_COUNT)
        set_add(&a->all, id);
}

/* ---- comments ---- */

static const char mark[] = "attls-allow", whole_file[] = "-file";

static void unknown_name(const struct source *src, const char *name, size_t len,
                         struct findings *f)
{
    struct span span = {src, (uint32_t)(name - source_text(src)),
                        (uint32_t)len};
    char text[40];
    struct spelling near;
    size_t i;

    if (findings_full(f))
        return;
    finding_add(f, FIND_unknown_finding, &span,
                "no finding has this name: nothing is switched off");
    if (len >= sizeof(text))
        return;
    memcpy(text, name, len);
    text[len] = '\0';
    near = spelling_start(text);
    for (i = 0; i < FIND_COUNT; i++)
        spelling_offer(&near, finding_row((enum finding)i)->name);
    if (spelling_best(&near) != NULL)
        finding_fix(f, "did you mean %s?", spelling_best(&near));
}

static void take_name(struct set *set, const struct source *src,
                      const char *name, size_t len, struct findings *f)
{
    struct span span = {src, (uint32_t)(name - source_text(src)),
                        (uint32_t)len};
    enum finding id = finding_find(name, len);

    if (id == FIND_COUNT) {
        unknown_name(src, name, len, f);
        return;
    }
    if (finding_row(id)->grade == GRADE_ERROR) {
        finding_add(f, FIND_unknown_finding, &span,
                    "%s stops a load and can't be switched off",
                    finding_row(id)->name);
        return;
    }
    set_add(set, id);
}

/* The names from P to the end of the line or a reason. */
static void take_names(struct set *set, const struct source *src, const char *p,
                       const char *end, struct findings *f)
{
    static const char gap[] = " \t\r,";
    const char *name;

    while (p < end && *p != '(') {
        if (strchr(gap, *p) != NULL) {
            p++;
            continue;
        }
        for (name = p; p < end && strchr(gap, *p) == NULL && *p != '(';)
            p++;
        take_name(set, src, name, (size_t)(p - name), f);
    }
}

struct reach {
    const char *start, *end;
};

static struct reach line_at(const char *text, const char *p, const char *end)
{
    struct reach r;

    for (r.start = p; r.start > text && r.start[-1] != '\n';)
        r.start--;
    r.end = memchr(p, '\n', (size_t)(end - p));
    if (r.end == NULL)
        r.end = end;
    return r;
}

/* A comment by itself speaks for the next line that says something. */
static struct reach line_meant(struct reach r, const char *end)
{
    const char *p = r.start + strspn(r.start, " \t\r");

    while (p < end && (*p == '#' || *p == '\n')) {
        if (*p == '#') {
            p = memchr(p, '\n', (size_t)(end - p));
            if (p == NULL)
                return (struct reach){end, end};
        }
        r.start = p + 1;
        p = r.start + strspn(r.start, " \t\r");
    }
    r.end = p < end ? memchr(p, '\n', (size_t)(end - p)) : end;
    if (r.end == NULL)
        r.end = end;
    return r;
}

static struct set *set_of_line(struct file *file, struct reach r)
{
    const char *text = source_text(file->src);
    struct line *line;
    uint32_t from = (uint32_t)(r.start - text);

    if (file->count == 0 || file->lines[file->count - 1].from != from) {
        line = &file->lines[file->count++];
        line->from = from;
        line->to = (uint32_t)(r.end - text);
    }
    return &file->lines[file->count - 1].set;
}

/* One mark, at P. */
static void take_comment(struct file *file, const char *p, struct findings *f)
{
    const char *text = source_text(file->src);
    const char *end = text + source_len(file->src);
    struct reach r = line_at(text, p, end);
    bool whole;

    if (memchr(r.start, '#', (size_t)(p - r.start)) == NULL)
        return;
    p += strlen(mark);
    whole = strncmp(p, whole_file, strlen(whole_file)) == 0;
    p += whole ? strlen(whole_file) : 0;
    if (*p != ':')
        return;
    take_names(whole ? &file->set : set_of_line(file, line_meant(r, end)),
               file->src, p + 1, r.end, f);
}

static const char *next_mark(const char *p, const char *end)
{
    return p < end ? memmem(p, (size_t)(end - p), mark, strlen(mark)) : NULL;
}

bool allow_read(struct allow *a, const struct source *src, struct findings *f)
{
    const char *text = source_text(src), *end = text + source_len(src), *p;
    struct file *file;
    size_t marks = 0;

    for (p = text; (p = next_mark(p, end)) != NULL; p += strlen(mark))
        marks++;
    if (marks == 0)
        return true;
    file = arena_alloc(a->arena, sizeof(*file));
    if (file == NULL)
        return false;
    file->src = src;
    file->lines = arena_calloc(a->arena, marks, sizeof(*file->lines));
    if (file->lines == NULL)
        return false;
    file->next = a->files;
    a->files = file;
    for (p = text; (p = next_mark(p, end)) != NULL; p += strlen(mark))
        take_comment(file, p, f);
    return true;
}

static bool file_has(const struct file *file, enum finding id, uint32_t off)
{
    size_t low = 0, high = file->count, mid;

    if (set_has(&file->set, id))
        return true;
    while (low < high) {
        mid = (low + high) / 2;
        if (file->lines[mid].from <= off)
            low = mid + 1;
        else
            high = mid;
    }
    return low != 0 && off <= file->lines[low - 1].to &&
           set_has(&file->lines[low - 1].set, id);
}

bool allow_has(const struct allow *a, enum finding id, const struct span *span)
{
    const struct file *file;

    if (a == NULL || finding_row(id)->grade == GRADE_ERROR)
        return false;
    if (set_has(&a->all, id))
        return true;
    if (span == NULL)
        return false;
    for (file = a->files; file != NULL; file = file->next)
        if (file->src == span->src)
            return file_has(file, id, span->off);
    return false;
}
