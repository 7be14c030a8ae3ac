/*
 * Records as datagrams. The C library's syslog() would hide a full or missing
 * socket, and this module counts lost records.
 */
#include "trace/sink_dgram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "util/fd.h"

struct dgram_sink {
    struct sink sink;
    dgram_compose_fn compose;
    char *path;
    int fd; /* -1: not connected */
};

static int connect_socket(struct dgram_sink *s)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_usec = 500000};

    if (strlen(s->path) >= sizeof(un.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(un.sun_path, s->path);
    s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0)
        return -1;
    if (setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
                   sizeof(patience)) == 0 &&
        connect(s->fd, (void *)&un, sizeof(un)) == 0)
        return 0;
    fd_close(&s->fd);
    return -1;
}

static int send_text(struct dgram_sink *s, const struct strbuf *text)
{
    if (s->fd < 0 && connect_socket(s) != 0)
        return -1;
    if (send(s->fd, text->data, text->len, MSG_NOSIGNAL) >= 0)
        return 0;
    /* an error other than a full queue: the daemon was restarted */
    if (errno != EAGAIN && errno != ENOBUFS)
        fd_close(&s->fd);
    return -1;
}

static int write_record(struct sink *sink, const struct trace_record *r)
{
    struct dgram_sink *s = (struct dgram_sink *)sink;
    struct strbuf text = STRBUF_INIT;
    int rc = -1;

    s->compose(r, &text);
    if (!strbuf_failed(&text)) {
        rc = send_text(s, &text);
        if (rc != 0 && s->fd < 0)
            rc = send_text(s, &text);
    }
    strbuf_done(&text);
    return rc;
}

static void free_sink(struct sink *sink)
{
    struct dgram_sink *s = (struct dgram_sink *)sink;

    fd_close(&s->fd);
    free(s->path);
    free(s);
}

static const struct sink_ops ops = {write_record, NULL, free_sink, NULL};

int sink_dgram_open(const char *name, const char *path,
                    dgram_compose_fn compose, struct sink **ret,
                    struct error *err)
{
    struct dgram_sink *s = calloc(1, sizeof(*s));
    int rc;

    if (s == NULL)
        return error_nomem(err);
    s->sink.ops = &ops;
    s->compose = compose;
    s->fd = -1;
    s->path = strdup(path);
    if (s->path == NULL) {
        rc = error_nomem(err);
        goto fail;
    }
    if (connect_socket(s) != 0) {
        rc = error_set(err, ERR_NOT_FOUND,
                       "no %s daemon takes messages at %s (%s); start one, or "
                       "take the sink \"%s\" out of log = ( ... )",
                       name, path, strerror(errno), name);
        goto fail;
    }
    *ret = &s->sink;
    return 0;
fail:
    free_sink(&s->sink);
    return rc;
}
