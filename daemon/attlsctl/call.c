/* The client's end of the control socket. */

#include "attlsctl/call.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "attlsctl/ctl.h"
#include "util/fd.h"
#include "util/paths.h"

/* Longer than the daemon takes to answer anything. */
enum { PATIENCE_MS = 60 * 1000 };

const char *ctl_control_path(const char *option)
{
    const char *path = option != NULL ? option : getenv("ATTLS_CONTROL");

    return path != NULL && path[0] != '\0' ? path : PATH_CONTROL;
}

static int connect_to(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd, saved;

    if (strlen(path) >= sizeof(un.sun_path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(un.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (void *)&un, sizeof(un)) == 0)
        return fd;
    saved = errno;
    fd_close(&fd);
    errno = saved;
    return -1;
}

static int say_no_daemon(const char *path)
{
    const char *hint = "is attlsd running? --control SOCK or ATTLS_CONTROL "
                       "names the socket that its configuration gives as "
                       "control";

    if (errno == EACCES)
        hint = "join group attls to look, or be root";
    fprintf(stderr, "attlsctl: no daemon answers at %s (%s); %s\n", path,
            strerror(errno), hint);
    return CTL_EXIT_ERROR;
}

/* The first bytes carry the descriptor. */
static int send_all(int fd, const struct strbuf *msg, int file)
{
    ssize_t n = fd_send(fd, msg->data, msg->len, &file, file >= 0);

    if (n < 0)
        return -1;
    return fd_write_all(fd, msg->data + n, msg->len - (size_t)n, NULL);
}

/* 1: RET is there, its texts borrowed from IN. */
static int read_reply(int fd, struct strbuf *in, struct control_reply *ret,
                      struct error *err)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    char buf[65536];
    ssize_t n;
    int r = 0;

    while (r == 0) {
        if (poll(&p, 1, PATIENCE_MS) <= 0)
            return error_set(err, ERR_LIMIT, "the daemon does not answer");
        n = read(fd, buf, sizeof(buf));
        if (n < 0)
            return error_errno(err, "the connection to the daemon broke");
        if (n == 0)
            return error_set(err, ERR_SYSTEM,
                             "the daemon ended the connection");
        strbuf_add(in, buf, (size_t)n);
        if (strbuf_failed(in))
            return error_nomem(err);
        r = control_decode_reply(in->data, in->len, ret, err);
    }
    return r;
}

/* The daemon's words on the terminal of whoever asked: often root's, while
 * the daemon is not root. */
static void show(const char *text, size_t len, FILE *to)
{
    struct strbuf visible = STRBUF_INIT;

    strbuf_add_visible(&visible, text, len);
    fputs(strbuf_failed(&visible) ? "attlsctl: no memory\n"
                                  : strbuf_str(&visible),
          to);
    strbuf_done(&visible);
}

/* Output and fields go to INTO; NULL: the output to standard output. */
static int call(const char *path, const struct control_request *request,
                int file, struct ctl_reply *into)
{
    struct strbuf out = STRBUF_INIT, in = STRBUF_INIT;
    struct control_reply reply;
    struct error err;
    int fd, unsent, status = CTL_EXIT_ERROR;

    if (control_encode_request(request, &out, &err) < 0) {
        fprintf(stderr, "attlsctl: %s\n", err.text);
        strbuf_done(&out);
        return CTL_EXIT_ERROR;
    }
    fd = connect_to(path);
    unsent = fd < 0 || send_all(fd, &out, file) < 0 ? errno : 0;
    if (fd < 0 || (unsent != 0 && unsent != EPIPE)) {
        say_no_daemon(path);
    } else if (read_reply(fd, &in, &reply, &err) < 0) {
        errno = unsent;
        if (unsent != 0)
            say_no_daemon(path);
        else
            fprintf(stderr, "attlsctl: %s\n", err.text);
    } else { /* also when it had no place for us and did not read */
        if (into != NULL) {
            strbuf_add(&into->out, reply.out, reply.out_len);
            strbuf_add(&into->fields, reply.fields, reply.fields_len);
        } else {
            show(reply.out, reply.out_len, stdout);
        }
        show(reply.err, reply.err_len, stderr);
        status = reply.status;
    }
    fd_close(&fd);
    strbuf_done(&out);
    strbuf_done(&in);
    return status;
}

int ctl_fetch(const char *path, enum verb v, struct ctl_reply *ret)
{
    struct control_request request = {.verb = v};
    int status;

    *ret = (struct ctl_reply){STRBUF_INIT, STRBUF_INIT};
    status = call(path, &request, -1, ret);
    if (!strbuf_failed(&ret->out) && !strbuf_failed(&ret->fields))
        return status;
    fprintf(stderr, "attlsctl: no memory\n");
    return CTL_EXIT_ERROR;
}

void ctl_reply_done(struct ctl_reply *r)
{
    strbuf_done(&r->out);
    strbuf_done(&r->fields);
}

/* ---- a command line as a request ---- */

enum { NAME = 32 }; /* "--name" */

struct words {
    struct control_request request;
    char name[CONTROL_ARGS_MAX][NAME];
    bool too_many;
};

static void add_word(struct words *w, const char *word)
{
    if (w->request.argc == CONTROL_ARGS_MAX - 1)
        w->too_many = true;
    else
        w->request.argv[w->request.argc++] = word;
}

/* Where the daemon is, the daemon need not know. */
static void add_options(struct words *w, const struct verb_call *c)
{
    size_t i;

    for (i = 0; i < c->options.given_count && !w->too_many; i++) {
        const struct option_given *g = &c->options.given[i];
        char *name = w->name[w->request.argc];

        if (g->id == OPT_CONTROL)
            continue;
        snprintf(name, NAME, "--%s", verb_option_name((enum verb_option)g->id));
        add_word(w, name);
        if (g->value != NULL)
            add_word(w, g->value);
    }
}

int ctl_pass_file(const struct verb_call *c, int file)
{
    struct words w = {.request = {.verb = c->verb}};
    size_t i;

    for (i = 0; verb_word(c, i) != NULL; i++)
        add_word(&w, verb_word(c, i));
    add_options(&w, c);
    if (w.too_many) {
        fprintf(stderr, "attlsctl: more than %d words\n", CONTROL_ARGS_MAX - 1);
        return CTL_EXIT_ERROR;
    }
    return call(ctl_control_path(verb_value(c, OPT_CONTROL)), &w.request, file,
                NULL);
}

int ctl_pass(const struct verb_call *c)
{
    return ctl_pass_file(c, -1);
}
