/* The terminal, or whatever the service manager made of it. */
#include "trace/sink.h"

#include <stdlib.h>
#include <unistd.h>

#include "trace/record.h"

static int write_record(struct sink *s, const struct trace_record *r)
{
    struct strbuf line = STRBUF_INIT;
    int rc = -1;

    (void)s;
    record_add_line(r, &line);
    if (!strbuf_failed(&line))
        rc = record_write(STDERR_FILENO, strbuf_str(&line), line.len);
    strbuf_done(&line);
    return rc;
}

static void free_sink(struct sink *s)
{
    free(s);
}

static const struct sink_ops ops = {write_record, NULL, free_sink, NULL};

int sink_stderr_open(struct sink **ret, struct error *err)
{
    struct sink *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return error_nomem(err);
    s->ops = &ops;
    s->joblog = true;
    *ret = s;
    return 0;
}
