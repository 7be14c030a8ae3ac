/*
 * Texts in memory with their name; where each line begins is found when
 * somebody asks.
 */

#include "util/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/linemap.h"
#include "util/strbuf.h"

/* Lines are counted from the last mark before a place; a mark every few
 * lines keeps that cheap, and the marks small. */
enum { MARK_LINES = 64 };

struct origin {
    bool is_file;
    mode_t mode;
    uid_t uid;
    gid_t gid;
    struct file_mark mark;
};

struct source {
    atomic_uint refs;
    struct origin origin;
    size_t len;
    char *name;
    char *text;
    uint32_t *marks; /* where lines 65, 129, ... begin */
    size_t mark_count;
    bool is_written; /* out of what MAP says */
    struct linemap map;
};

/* False: no memory. */
static int set_marks(struct source *s)
{
    const char *end = s->text + s->len, *p;
    size_t lines = 0, i = 0;

    for (p = s->text; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        lines++;
    if (lines < MARK_LINES)
        return 1;
    s->marks = calloc(lines / MARK_LINES, sizeof(*s->marks));
    if (s->marks == NULL)
        return 0;
    for (p = s->text; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        if (++i % MARK_LINES == 0)
            s->marks[s->mark_count++] = (uint32_t)(p + 1 - s->text);
    return 1;
}

int source_new(const char *name, const char *text, size_t len,
               struct source **ret, struct error *err)
{
    struct source *s;

    if (len > SOURCE_MAX)
        return error_set(err, ERR_LIMIT, "%s: larger than %d bytes", name,
                         (int)SOURCE_MAX);
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return error_nomem(err);
    atomic_init(&s->refs, 1);
    s->name = strdup(name);
    s->text = malloc(len + 1);
    if (s->name == NULL || s->text == NULL) {
        free(s->name);
        free(s->text);
        free(s);
        return error_nomem(err);
    }
    if (len != 0)
        memcpy(s->text, text, len);
    s->text[len] = '\0';
    s->len = len;
    if (!set_marks(s)) {
        source_unref(s);
        return error_nomem(err);
    }
    *ret = s;
    return 0;
}

static int read_all(int fd, const char *name, struct strbuf *sb,
                    struct error *err)
{
    char buf[16384];
    ssize_t n;
    int r = 0;

    for (;;) {
        n = read(fd, buf, sizeof(buf));
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            r = error_errno(err, "%s: can't read", name);
            break;
        }
        strbuf_add(sb, buf, (size_t)n);
        if (strbuf_failed(sb)) {
            r = error_nomem(err);
            break;
        }
        if (sb->len > SOURCE_MAX) {
            r = error_set(err, ERR_LIMIT, "%s: larger than %d bytes", name,
                          (int)SOURCE_MAX);
            break;
        }
    }
    explicit_bzero(buf, sizeof(buf));
    return r;
}

struct file_mark source_mark(const struct source *src)
{
    return src->origin.mark;
}

/* Looks at the opened file; a device like /dev/null may be read. */
static int look_at(int fd, const char *name, struct origin *ret,
                   struct error *err)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return error_errno(err, "%s: can't stat", name);
    if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
        return error_set(err, ERR_VALUE,
                         "%s: not a plain file; - is standard input", name);
    *ret = (struct origin){S_ISREG(st.st_mode), st.st_mode, st.st_uid,
                           st.st_gid, file_mark_of(&st)};
    return 0;
}

/* PATH names a descriptor that the caller has opened, a shell's <( ... ) for
 * one. */
static bool is_opened(const char *path)
{
    return strncmp(path, "/dev/fd/", 8) == 0 || strcmp(path, "/dev/stdin") == 0;
}

static int open_file(const char *path, struct origin *origin, int *ret,
                     struct error *err)
{
    bool opened = is_opened(path);
    int r, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
                               (opened ? 0 : O_NONBLOCK));

    if (fd < 0 && errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "%s: no such file", path);
    if (fd < 0)
        return error_errno(err, "%s: can't open", path);
    r = opened ? 0 : look_at(fd, path, origin, err);
    if (r == 0)
        *ret = fd;
    else
        close(fd);
    return r;
}

int source_read(const char *path, struct source **ret, struct error *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "<stdin>" : path;
    struct origin origin = {0};
    struct strbuf sb = STRBUF_INIT;
    int fd = STDIN_FILENO, r = 0;

    if (!is_stdin)
        r = open_file(path, &origin, &fd, err);
    if (r != 0)
        return r;
    r = read_all(fd, name, &sb, err);
    if (!is_stdin)
        close(fd);
    if (r == 0)
        r = source_new(name, strbuf_str(&sb), sb.len, ret, err);
    if (r == 0)
        (*ret)->origin = origin;
    strbuf_wipe(&sb);
    return r;
}

const char *source_writers(const struct source *src, char buf[SOURCE_WRITERS])
{
    const struct origin *o = &src->origin;
    bool mine = o->uid == geteuid() && o->gid == getegid();

    if (!o->is_file)
        return NULL;
    if (o->mode & S_IWOTH)
        snprintf(buf, SOURCE_WRITERS, "everybody");
    else if ((o->mode & S_IWGRP) && o->gid != 0 && !mine)
        snprintf(buf, SOURCE_WRITERS, "group %lu", (unsigned long)o->gid);
    else if (o->uid != 0 && o->uid != geteuid())
        snprintf(buf, SOURCE_WRITERS, "uid %lu", (unsigned long)o->uid);
    else
        return NULL;
    return buf;
}

void source_same_file(struct source *to, const struct source *from)
{
    to->origin = from->origin;
}

/* Spans point to sources that they may not change. The count is the only part
 * that changes after source_new(), until the last one lets go. */
static struct source *counted(const struct source *src)
{
    return (struct source *)(uintptr_t)src;
}

struct source *source_ref(const struct source *src)
{
    struct source *s = counted(src);

    if (s != NULL)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void source_unref(const struct source *src)
{
    struct source *s = counted(src);

    if (s == NULL ||
        atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    explicit_bzero(s->text, s->len);
    free(s->text);
    free(s->name);
    free(s->marks);
    linemap_done(&s->map);
    free(s);
}

const char *source_name(const struct source *src)
{
    return src->name;
}

const char *source_text(const struct source *src)
{
    return src->text;
}

size_t source_len(const struct source *src)
{
    return src->len;
}

/* The number of marks at OFF or before it. */
static size_t marks_before(const struct source *src, uint32_t off)
{
    size_t low = 0, high = src->mark_count, mid;

    while (low < high) {
        mid = (low + high) / 2;
        if (src->marks[mid] <= off)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void source_position(const struct source *src, uint32_t off, unsigned *line,
                     unsigned *column)
{
    const char *p = src->text, *end, *nl;
    size_t marks;

    if (off > src->len)
        off = (uint32_t)src->len;
    marks = marks_before(src, off);
    if (marks != 0)
        p += src->marks[marks - 1];
    end = src->text + off;
    *line = (unsigned)(marks * MARK_LINES) + 1;
    while ((nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        ++*line;
        p = nl + 1;
    }
    *column = (unsigned)(end - p) + 1;
}

void source_written_from(struct source *src, struct linemap *map)
{
    src->is_written = true;
    src->map = *map;
    *map = (struct linemap)LINEMAP_INIT;
}

const char *source_place(const struct source *src, uint32_t off, unsigned *line,
                         unsigned *column)
{
    const char *file = src->name;

    source_position(src, off, line, column);
    if (!src->is_written)
        return file;
    *column = 0;
    if (!linemap_find(&src->map, *line, &file, line))
        *line = 0;
    return file;
}

static void add_place(const struct span *span, bool with_column,
                      struct strbuf *out)
{
    unsigned line, column;

    if (span->src == NULL)
        return;
    strbuf_adds(out, source_place(span->src, span->off, &line, &column));
    if (line != 0)
        strbuf_addf(out, ":%u", line);
    if (with_column && column != 0)
        strbuf_addf(out, ":%u", column);
}

void span_add(const struct span *span, struct strbuf *out)
{
    add_place(span, false, out);
}

void span_add_column(const struct span *span, struct strbuf *out)
{
    add_place(span, true, out);
}

const char *source_line(const struct source *src, uint32_t off, size_t *len)
{
    const char *start, *end;

    if (off > src->len)
        off = (uint32_t)src->len;
    start = src->text + off;
    while (start > src->text && start[-1] != '\n')
        start--;
    end = memchr(start, '\n', src->len - (size_t)(start - src->text));
    if (end == NULL)
        end = src->text + src->len;
    if (end > start && end[-1] == '\r')
        end--;
    *len = (size_t)(end - start);
    return start;
}
