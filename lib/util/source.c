#include "util/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/strbuf.h"

struct source {
    atomic_uint refs;
    size_t len;
    char *name;
    char *text;
};

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

int source_read(const char *path, struct source **ret, struct error *err)
{
    int is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "<stdin>" : path;
    struct strbuf sb = STRBUF_INIT;
    int fd, r;

    fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return error_set(err, ERR_NOT_FOUND, "%s: no such file", path);
    if (fd < 0)
        return error_errno(err, "%s: can't open", path);
    r = read_all(fd, name, &sb, err);
    if (!is_stdin)
        close(fd);
    if (r == 0)
        r = source_new(name, strbuf_str(&sb), sb.len, ret, err);
    strbuf_wipe(&sb);
    return r;
}

struct source *source_ref(const struct source *src)
{
    /* The count is the only part that changes after source_new(). */
    struct source *s = (struct source *)(uintptr_t)src;

    if (s != NULL)
        atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void source_unref(struct source *src)
{
    if (src == NULL ||
        atomic_fetch_sub_explicit(&src->refs, 1, memory_order_acq_rel) != 1)
        return;
    explicit_bzero(src->text, src->len);
    free(src->text);
    free(src->name);
    free(src);
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

void source_position(const struct source *src, uint32_t off, unsigned *line,
                     unsigned *column)
{
    const char *p = src->text, *end, *nl;

    if (off > src->len)
        off = (uint32_t)src->len;
    end = src->text + off;
    *line = 1;
    while ((nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        ++*line;
        p = nl + 1;
    }
    *column = (unsigned)(end - p) + 1;
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
