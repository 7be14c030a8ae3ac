/* One caller at a time is answered, all are read and written as they come. */

#include "console/socket.h"

#include <errno.h>
#include <event2/event.h>
#include <grp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/fd.h"
#include "util/thread.h"
#include "util/unixsock.h"

enum {
    BACKLOG = 16,
    LOOK_S = 1,    /* between two looks at the socket's file */
    PAUSE_MS = 100 /* without descriptors: before the next try */
};

static const char group_name[] = "attls";

struct caller {
    LIST_ENTRY(caller) next;
    struct console_socket *socket;
    struct event *event;
    int fd, file; /* file: came with the request, or -1 */
    struct strbuf in, out;
    size_t sent;
    struct control_caller who;
    bool operates; /* may change things */
    uint64_t ticket;
};

/* An answer that another thread has made. */
struct late_reply {
    STAILQ_ENTRY(late_reply) next;
    uint64_t ticket;
    struct strbuf out;
};

struct console_socket {
    struct console_socket_params params;
    struct timeval patience;
    char *path;
    int fd, stop_fd, late_fd;
    gid_t gid;
    struct unixsock_mark mark; /* of the file that is ours */
    bool told;                 /* that it can't be made again */
    struct event_base *base;
    struct event *accept_event, *retry_event, *stop_event, *late_event,
        *look_event;
    pthread_t thread;
    bool started;
    unsigned count;
    uint64_t tickets; /* given so far */
    pthread_mutex_t lock;
    STAILQ_HEAD(, late_reply) late; /* under the lock */
    LIST_HEAD(, caller) callers;
};

/* ---- one caller ---- */

static void drop(struct caller *c)
{
    LIST_REMOVE(c, next);
    c->socket->count--;
    if (c->event != NULL)
        event_free(c->event);
    fd_close(&c->fd);
    fd_close(&c->file);
    strbuf_done(&c->in);
    strbuf_done(&c->out);
    free(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct caller *c = arg;
    ssize_t n;

    if ((what & EV_TIMEOUT) != 0) {
        drop(c);
        return;
    }
    n = send(fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        c->sent += (size_t)n;
    if (n <= 0 || c->sent == c->out.len)
        drop(c);
}

static bool encode(const struct control_answer *answer, struct strbuf *out)
{
    struct control_reply reply = {
        .status = answer->status,
        .out = strbuf_str(&answer->out),
        .out_len = answer->out.len,
        .err = strbuf_str(&answer->err),
        .err_len = answer->err.len,
        .fields = strbuf_str(&answer->fields),
        .fields_len = answer->fields.len,
    };
    struct error err;

    return control_encode_reply(&reply, out, &err) == 0;
}

/* From now on only writing matters. */
static void send_reply(struct caller *c)
{
    if (c->event != NULL)
        event_free(c->event);
    c->event = event_new(c->socket->base, c->fd, EV_WRITE | EV_PERSIST,
                         on_writable, c);
    if (c->event == NULL || event_add(c->event, &c->socket->patience) < 0)
        drop(c);
}

/* ---- answers of other threads ---- */

void console_socket_reply(struct console_socket *s, uint64_t ticket,
                          const struct control_answer *answer)
{
    struct late_reply *r = calloc(1, sizeof(*r));
    uint64_t one = 1;

    if (r == NULL || !encode(answer, &r->out)) {
        free(r); /* the caller loses patience */
        return;
    }
    r->ticket = ticket;
    pthread_mutex_lock(&s->lock);
    STAILQ_INSERT_TAIL(&s->late, r, next);
    pthread_mutex_unlock(&s->lock);
    while (write(s->late_fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

static struct late_reply *take_late(struct console_socket *s)
{
    struct late_reply *r;

    pthread_mutex_lock(&s->lock);
    r = STAILQ_FIRST(&s->late);
    if (r != NULL)
        STAILQ_REMOVE_HEAD(&s->late, next);
    pthread_mutex_unlock(&s->lock);
    return r;
}

/* Gives R's text to the caller who waits for it; NULL: the caller has gone. */
static struct caller *hand_over(struct console_socket *s, struct late_reply *r)
{
    struct caller *c;

    LIST_FOREACH (c, &s->callers, next)
        if (c->ticket == r->ticket)
            break;
    if (c != NULL) {
        strbuf_done(&c->out);
        c->out = r->out;
        r->out = (struct strbuf)STRBUF_INIT;
        c->ticket = 0;
    }
    strbuf_done(&r->out);
    free(r);
    return c;
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
    struct console_socket *s = arg;
    struct late_reply *r;
    struct caller *c;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return;
    while ((r = take_late(s)) != NULL)
        if ((c = hand_over(s, r)) != NULL)
            send_reply(c);
}

/* At the end: what the sockets take at once. */
static void send_last(struct console_socket *s)
{
    struct late_reply *r;
    struct caller *c;

    while ((r = take_late(s)) != NULL)
        hand_over(s, r);
    LIST_FOREACH (c, &s->callers, next)
        if (c->out.len > c->sent)
            send(c->fd, c->out.data + c->sent, c->out.len - c->sent,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* ---- a request ---- */

static void answer_request(struct caller *c,
                           const struct control_request *request,
                           struct control_answer *answer)
{
    const struct console_socket *s = c->socket;
    const struct verb_info *info = verb_info(request->verb);

    if (!s->params.allow(s->params.arg, &c->who, info->right)) {
        strbuf_addf(&answer->err,
                    "attlsd: user %lu may not use \"%s\", which %s; %s\n",
                    (unsigned long)c->who.uid, info->name,
                    info->right == CONTROL_LOOK ? "looks" : "changes",
                    info->right == CONTROL_LOOK
                        ? "join group attls, or ask to be named in operators "
                          "of attlsd.conf"
                        : "be root, the daemon's user, or named in operators "
                          "of attlsd.conf");
        answer->status = 2;
    } else {
        s->params.answer(s->params.arg, &c->who, request, &c->file, answer);
    }
}

/* Until the answer comes nothing is read from the caller. */
static void wait_for_answer(struct caller *c, uint64_t ticket)
{
    c->ticket = ticket;
    event_free(c->event);
    c->event = NULL;
}

static void take_request(struct caller *c)
{
    struct control_answer answer = {.ticket = ++c->socket->tickets};
    struct control_request request;
    struct error err;
    int r = control_decode_request(c->in.data, c->in.len, &request, &err);

    if (r == 0)
        return;
    if (r < 0) {
        strbuf_addf(&answer.err, "attlsd: %s\n", err.text);
        answer.status = 2;
    } else {
        answer_request(c, &request, &answer);
    }
    if (answer.later)
        wait_for_answer(c, answer.ticket);
    else if (encode(&answer, &c->out))
        send_reply(c);
    else
        drop(c);
    strbuf_done(&answer.out);
    strbuf_done(&answer.err);
    strbuf_done(&answer.fields);
}

/* Keeps the first descriptor, closes all others. */
static void take_files(struct caller *c, struct msghdr *msg)
{
    struct cmsghdr *h;

    for (h = CMSG_FIRSTHDR(msg); h != NULL; h = CMSG_NXTHDR(msg, h)) {
        size_t n, i;
        int fd;

        if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
            continue;
        n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (i = 0; i < n; i++) {
            memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(fd));
            if (c->file < 0)
                c->file = fd;
            else
                fd_close(&fd);
        }
    }
}

static ssize_t receive(struct caller *c, char *buf, size_t size)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec iov = {buf, size};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof(control)};
    ssize_t n = recvmsg(c->fd, &msg, MSG_CMSG_CLOEXEC);

    if (n >= 0)
        take_files(c, &msg);
    return n;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct caller *c = arg;
    char buf[4096];
    ssize_t n;

    (void)fd;
    if ((what & EV_TIMEOUT) != 0) {
        drop(c);
        return;
    }
    n = receive(c, buf, sizeof(buf));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        strbuf_add(&c->in, buf, (size_t)n);
    if (n <= 0 || strbuf_failed(&c->in) || c->in.len > CONTROL_REQUEST_MAX)
        drop(c);
    else
        take_request(c);
}

/* ---- who calls ---- */

static bool in_group(int fd, gid_t gid, gid_t own)
{
    gid_t groups[256];
    socklen_t len = sizeof(groups);
    size_t i;

    if (gid == (gid_t)-1)
        return false;
    if (own == gid)
        return true;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0)
        return false;
    for (i = 0; i < len / sizeof(groups[0]); i++)
        if (groups[i] == gid)
            return true;
    return false;
}

static bool identify(const struct console_socket *s, int fd,
                     struct control_caller *ret)
{
    struct ucred cred;
    socklen_t len = sizeof(cred);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
        return false;
    ret->uid = cred.uid;
    ret->pid = cred.pid;
    ret->in_group = in_group(fd, s->gid, cred.gid);
    return true;
}

/* ---- a place for each ---- */

/* WHO may have one more call open. */
static bool has_place(const struct console_socket *s,
                      const struct control_caller *who, bool operates)
{
    unsigned others = 0, own = 0;
    const struct caller *c;

    if (operates)
        return s->count < CONTROL_CALLERS_MAX;
    LIST_FOREACH (c, &s->callers, next) {
        others += !c->operates;
        own += c->who.uid == who->uid;
    }
    return s->count < CONTROL_CALLERS_MAX &&
           others < CONTROL_CALLERS_MAX - CONTROL_CALLERS_KEPT &&
           own < CONTROL_CALLERS_EACH;
}

/* Says so at once: the socket is new and takes a line without waiting. */
static void turn_away(int fd, const struct control_caller *who)
{
    struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
    struct control_reply reply = {.status = 2, .out = ""};
    struct error err;

    strbuf_addf(&text,
                "attlsd: too many calls are open, of user %lu or of all; "
                "each ends within %d seconds\n",
                (unsigned long)who->uid, CONTROL_PATIENCE);
    reply.err = strbuf_str(&text);
    reply.err_len = text.len;
    if (control_encode_reply(&reply, &out, &err) == 0)
        (void)!send(fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    strbuf_done(&text);
    strbuf_done(&out);
}

static struct caller *new_caller(struct console_socket *s, int fd)
{
    struct control_caller who;
    struct caller *c;
    bool operates;

    if (!identify(s, fd, &who))
        return NULL;
    operates = s->params.allow(s->params.arg, &who, CONTROL_CHANGE);
    if (!has_place(s, &who, operates)) {
        turn_away(fd, &who);
        return NULL;
    }
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return NULL;
    *c = (struct caller){
        .socket = s, .fd = fd, .file = -1, .who = who, .operates = operates};
    return c;
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
    struct console_socket *s = arg;

    (void)fd;
    (void)what;
    event_add(s->accept_event, NULL);
}

/* Without descriptors or memory the socket stays readable: looking again at
 * once would cost a core. */
static void pause_accept(struct console_socket *s, int error)
{
    static const struct timeval later = {0, PAUSE_MS * 1000};

    if (error == EAGAIN || error == EINTR || error == ECONNABORTED)
        return;
    event_del(s->accept_event);
    evtimer_add(s->retry_event, &later);
}

static void on_accept(evutil_socket_t listener, short what, void *arg)
{
    struct console_socket *s = arg;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct caller *c;

    (void)what;
    if (fd < 0) {
        pause_accept(s, errno);
        return;
    }
    c = new_caller(s, fd);
    if (c == NULL) {
        fd_close(&fd);
        return;
    }
    c->event = event_new(s->base, fd, EV_READ | EV_PERSIST, on_readable, c);
    LIST_INSERT_HEAD(&s->callers, c, next);
    s->count++;
    if (c->event == NULL || event_add(c->event, &c->socket->patience) < 0)
        drop(c);
}

/* ---- the socket ---- */

static int bind_socket(struct console_socket *s, int *ret, struct error *err)
{
    const struct group *g;
    int r = unixsock_listen(s->path, SOCK_STREAM, 0660, BACKLOG, ret, err);

    if (r != 0)
        return r;
    g = getgrnam(group_name);
    if (g != NULL && chown(s->path, (uid_t)-1, g->gr_gid) == 0)
        s->gid = g->gr_gid;
    s->mark = unixsock_look(s->path);
    return 0;
}

static int accept_at(struct console_socket *s, int fd, struct error *err)
{
    struct event *event =
        event_new(s->base, fd, EV_READ | EV_PERSIST, on_accept, s);

    if (event == NULL || event_add(event, NULL) < 0) {
        if (event != NULL)
            event_free(event);
        return error_nomem(err);
    }
    if (s->accept_event != NULL)
        event_free(s->accept_event);
    s->accept_event = event;
    return 0;
}

/* Hangs up on callers that waited at the old socket. */
static int make_again(struct console_socket *s, struct error *err)
{
    int fd = -1, r = bind_socket(s, &fd, err);

    if (r == 0)
        r = accept_at(s, fd, err);
    if (r == 0) {
        fd_close(&s->fd);
        s->fd = fd;
    } else {
        fd_close(&fd);
    }
    return r;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct console_socket *s = arg;
    struct error err;
    int r;

    (void)fd;
    (void)what;
    if (unixsock_same(unixsock_look(s->path), s->mark))
        return;
    r = make_again(s, &err);
    if (s->params.remade != NULL && (r == 0 || !s->told))
        s->params.remade(s->params.arg, r == 0 ? NULL : err.text);
    s->told = r != 0;
}

/* ---- the thread ---- */

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
    struct console_socket *s = arg;

    (void)fd;
    (void)what;
    event_base_loopbreak(s->base);
}

static void *run(void *arg)
{
    struct console_socket *s = arg;

    event_base_loop(s->base, EVLOOP_NO_EXIT_ON_EMPTY);
    return NULL;
}

static int start_events(struct console_socket *s, struct error *err)
{
    static const struct timeval look = {LOOK_S, 0};

    s->retry_event = evtimer_new(s->base, on_retry, s);
    s->look_event = event_new(s->base, -1, EV_PERSIST, on_look, s);
    s->stop_event =
        event_new(s->base, s->stop_fd, EV_READ | EV_PERSIST, on_stop, s);
    s->late_event =
        event_new(s->base, s->late_fd, EV_READ | EV_PERSIST, on_late, s);
    if (s->retry_event == NULL || s->look_event == NULL ||
        s->stop_event == NULL || s->late_event == NULL ||
        event_add(s->late_event, NULL) < 0 ||
        event_add(s->stop_event, NULL) < 0 ||
        event_add(s->look_event, &look) < 0)
        return error_nomem(err);
    return accept_at(s, s->fd, err);
}

int console_socket_start(struct console_socket *s,
                         const struct console_socket_params *params,
                         struct error *err)
{
    int r;

    s->params = *params;
    s->patience.tv_sec =
        params->patience != 0 ? (time_t)params->patience : CONTROL_PATIENCE;
    s->base = event_base_new();
    if (s->base == NULL)
        return error_nomem(err);
    r = start_events(s, err);
    if (r != 0)
        return r;
    errno = thread_start(&s->thread, run, s);
    if (errno != 0)
        return error_errno(err, "can't start the console's thread");
    s->started = true;
    return 0;
}

int console_socket_open(const char *path, struct console_socket **ret,
                        struct error *err)
{
    struct console_socket *s = calloc(1, sizeof(*s));
    int r;

    if (s == NULL)
        return error_nomem(err);
    LIST_INIT(&s->callers);
    STAILQ_INIT(&s->late);
    pthread_mutex_init(&s->lock, NULL);
    s->fd = -1;
    s->gid = (gid_t)-1;
    s->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->late_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->path = strdup(path);
    if (s->stop_fd < 0 || s->late_fd < 0 || s->path == NULL)
        r = error_nomem(err);
    else
        r = bind_socket(s, &s->fd, err);
    if (r < 0) {
        console_socket_close(s);
        return r;
    }
    *ret = s;
    return 0;
}

void console_socket_close(struct console_socket *s)
{
    uint64_t one = 1;

    if (s == NULL)
        return;
    if (s->started) {
        while (write(s->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
            ;
        pthread_join(s->thread, NULL);
    }
    send_last(s);
    while (!LIST_EMPTY(&s->callers))
        drop(LIST_FIRST(&s->callers));
    if (s->accept_event != NULL)
        event_free(s->accept_event);
    if (s->retry_event != NULL)
        event_free(s->retry_event);
    if (s->stop_event != NULL)
        event_free(s->stop_event);
    if (s->late_event != NULL)
        event_free(s->late_event);
    if (s->look_event != NULL)
        event_free(s->look_event);
    if (s->base != NULL)
        event_base_free(s->base);
    if (s->fd >= 0 && unixsock_same(unixsock_look(s->path), s->mark))
        unlink(s->path);
    fd_close(&s->fd);
    fd_close(&s->stop_fd);
    fd_close(&s->late_fd);
    pthread_mutex_destroy(&s->lock);
    free(s->path);
    free(s);
}
