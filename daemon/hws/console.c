/*
 * The console of hws: commands such as VIEWHWS over a unix socket, for hwsctl.
 */

#include "hws/console.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "util/fd.h"
#include "util/unixsock.h"
#include "zos/name.h"

enum { LINE_MAX_LEN = 256, PATIENCE = 10, BACKLOG = 8, ANSWER_MAX = 1 << 20 };

struct hws_console {
    struct event_base *base;
    struct event *acceptable;
    int fd;
    char *path;
    hws_command_fn command;
    void *arg;
};

/* ---- serving ---- */

static void drop(struct bufferevent *bev)
{
    bufferevent_free(bev);
}

static void on_sent(struct bufferevent *bev, void *arg)
{
    (void)arg;
    if (evbuffer_get_length(bufferevent_get_output(bev)) == 0)
        drop(bev);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    (void)what;
    (void)arg;
    drop(bev);
}

static void on_line(struct bufferevent *bev, void *arg)
{
    struct hws_console *c = arg;
    struct evbuffer *in = bufferevent_get_input(bev);
    struct strbuf out = STRBUF_INIT;
    char *line = evbuffer_readln(in, NULL, EVBUFFER_EOL_CRLF);

    if (line == NULL) {
        if (evbuffer_get_length(in) > LINE_MAX_LEN)
            drop(bev);
        return;
    }
    zos_fold(line);
    c->command(c->arg, line, &out);
    free(line);
    bufferevent_disable(bev, EV_READ);
    bufferevent_setcb(bev, NULL, on_sent, on_event, c);
    if (strbuf_failed(&out) ||
        bufferevent_write(bev, strbuf_str(&out), out.len) != 0)
        drop(bev);
    strbuf_done(&out);
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
    const struct timeval patience = {PATIENCE, 0};
    struct hws_console *c = arg;
    struct bufferevent *bev;
    int caller = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)what;
    if (caller < 0)
        return;
    bev = bufferevent_socket_new(c->base, caller, BEV_OPT_CLOSE_ON_FREE);
    if (bev == NULL) {
        fd_close(&caller);
        return;
    }
    bufferevent_setcb(bev, on_line, NULL, on_event, c);
    bufferevent_set_timeouts(bev, &patience, &patience);
    bufferevent_setwatermark(bev, EV_READ, 0, LINE_MAX_LEN + 1);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
}

int hws_console_open(struct event_base *base, const char *path,
                     hws_command_fn command, void *arg,
                     struct hws_console **ret, struct error *err)
{
    struct hws_console *c = calloc(1, sizeof(*c));
    int r;

    if (c == NULL)
        return error_nomem(err);
    c->base = base;
    c->command = command;
    c->arg = arg;
    c->fd = -1;
    c->path = strdup(path);
    r = c->path != NULL
            ? unixsock_listen(path, SOCK_STREAM, 0600, BACKLOG, &c->fd, err)
            : error_nomem(err);
    if (r == 0) {
        c->acceptable =
            event_new(base, c->fd, EV_READ | EV_PERSIST, on_acceptable, c);
        if (c->acceptable == NULL || event_add(c->acceptable, NULL) != 0)
            r = error_nomem(err);
    }
    if (r != 0) {
        hws_console_close(c);
        return r;
    }
    *ret = c;
    return 0;
}

void hws_console_close(struct hws_console *c)
{
    if (c == NULL)
        return;
    if (c->acceptable != NULL)
        event_free(c->acceptable);
    if (c->fd >= 0)
        unlink(c->path);
    fd_close(&c->fd);
    free(c->path);
    free(c);
}

/* ---- asking ---- */

static int read_answer(int fd, struct strbuf *out, struct error *err)
{
    char buf[4096];
    ssize_t n;

    for (;;) {
        n = read(fd, buf, sizeof(buf));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "no answer from hws");
        if (n == 0)
            return strbuf_failed(out) ? error_nomem(err) : 0;
        if (out->len > ANSWER_MAX)
            return error_set(err, ERR_LIMIT, "the answer is too long");
        strbuf_add(out, buf, (size_t)n);
    }
}

int hws_console_ask(const char *path, const char *command, unsigned seconds,
                    struct strbuf *out, struct error *err)
{
    const struct timeval patience = {seconds, 0};
    struct sockaddr_un sa;
    int fd, r;

    r = unixsock_address(path, &sa, err);
    if (r != 0)
        return r;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_errno(err, "socket");
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(fd, (void *)&sa, sizeof(sa)) < 0)
        r = errno == ENOENT || errno == ECONNREFUSED
                ? error_set(err, ERR_NOT_FOUND, "%s: no hws is running there",
                            path)
                : error_errno(err, "%s: can't connect", path);
    if (r == 0)
        r = fd_write_all(fd, command, strlen(command), err);
    if (r == 0)
        r = fd_write_all(fd, "\n", 1, err);
    if (r == 0)
        r = read_answer(fd, out, err);
    fd_close(&fd);
    return r;
}
