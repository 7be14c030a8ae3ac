/*
 * A file that records are appended to. It is opened again on request, so that
 * logrotate can move it; when that fails the old one stays in use. A file that
 * was deleted is made again by itself.
 */
#include "trace/sink.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trace/record.h"
#include "util/clock.h"
#include "util/fd.h"

typedef void (*add_line_fn)(const struct trace_record *r, struct strbuf *out);

struct file_sink {
    struct sink sink;
    add_line_fn add_line;
    char *path;
    int fd;
};

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
                0640);
}

static int write_record(struct sink *s, const struct trace_record *r)
{
    struct file_sink *f = (struct file_sink *)s;
    struct strbuf line = STRBUF_INIT;
    int rc = -1;

    f->add_line(r, &line);
    if (!strbuf_failed(&line))
        rc = record_write(f->fd, strbuf_str(&line), line.len);
    strbuf_done(&line);
    return rc;
}

static bool open_again(struct file_sink *f)
{
    int fd = open_file(f->path);

    if (fd < 0)
        return false;
    fd_close(&f->fd);
    f->fd = fd;
    return true;
}

static void reopen(struct sink *s)
{
    open_again((struct file_sink *)s);
}

/* A file that was moved is opened again on request only. */
static void look(struct sink *s, const char *stack)
{
    struct file_sink *f = (struct file_sink *)s;
    struct trace_record said = {
        .priority = TRACE_WARNING,
        .facility = TRACE_DAEMON,
        .stack = stack,
        .text = "log note=\"this file was deleted and is made again\"",
    };
    struct stat st;

    if (fstat(f->fd, &st) != 0 || st.st_nlink != 0 || !open_again(f))
        return;
    said.when = clock_wall();
    write_record(s, &said);
}

static void free_sink(struct sink *s)
{
    struct file_sink *f = (struct file_sink *)s;

    fd_close(&f->fd);
    free(f->path);
    free(f);
}

static const struct sink_ops ops = {write_record, reopen, free_sink, look};

static int open_sink(const char *path, add_line_fn add_line, struct sink **ret,
                     struct error *err)
{
    struct file_sink *f = calloc(1, sizeof(*f));
    int rc;

    if (f == NULL)
        return error_nomem(err);
    f->sink.ops = &ops;
    f->add_line = add_line;
    f->fd = -1;
    f->path = strdup(path);
    if (f->path == NULL) {
        rc = error_nomem(err);
        goto fail;
    }
    f->fd = open_file(path);
    if (f->fd < 0) {
        rc = error_errno(err, "the log file %s can't be opened", path);
        goto fail;
    }
    *ret = &f->sink;
    return 0;
fail:
    free_sink(&f->sink);
    return rc;
}

int sink_file_open(const char *path, struct sink **ret, struct error *err)
{
    return open_sink(path, record_add_line, ret, err);
}

int sink_json_open(const char *path, struct sink **ret, struct error *err)
{
    return open_sink(path, record_add_json, ret, err);
}
