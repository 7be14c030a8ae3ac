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

/* The output goes to INTO; NULL: to standard output. */
static int call(const char *path, const struct control_request *request,
                int file, struct strbuf *into)
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
        if (into != NULL)
            strbuf_add(into, reply.out, reply.out_len);
        else
            show(reply.out, reply.out_len, stdout);
        show(reply.err, reply.err_len, stderr);
        status = reply.status;
    }
    fd_close(&fd);
    strbuf_done(&out);
    strbuf_done(&in);
    return status;
}

int ctl_call(const char *path, const struct control_request *request, int file)
{
    return call(path, request, file, NULL);
}

int ctl_fetch(const char *path, const struct control_request *request,
              struct strbuf *ret)
{
    int status = call(path, request, -1, ret);

    if (!strbuf_failed(ret))
        return status;
    fprintf(stderr, "attlsctl: no memory\n");
    return CTL_EXIT_ERROR;
}

/* What the command line gives beside the words of the request. */
struct options {
    const char *path;
    bool json, help;
};

/* The verb's own options are words for the daemon: those of its text. */
static bool is_listed(const char *word, const char *options_text)
{
    const char *at = strstr(options_text, word);

    return at != NULL && strchr(" \n", at[strlen(word)]) != NULL;
}

/* 1: an option, *AT is its last word; 0: none; -1: a wrong one. */
static int take_option(int argc, char **argv, int *at, struct options *o,
                       const char *options_text)
{
    const char *word = argv[*at];

    if (strncmp(word, "--", 2) != 0)
        return 0;
    if (strcmp(word, "--json") == 0) {
        o->json = true;
    } else if (strcmp(word, "--help") == 0) {
        o->help = true;
    } else if (strncmp(word, "--control=", 10) == 0) {
        o->path = word + 10;
    } else if (strcmp(word, "--control") == 0 && *at + 1 < argc) {
        o->path = argv[++*at];
    } else if (strcmp(word, "--control") == 0) {
        fprintf(stderr, "attlsctl: --control needs a socket\n");
        return -1;
    } else if (is_listed(word, options_text)) {
        return 0;
    } else {
        fprintf(stderr, "attlsctl: unknown option %s\n", word);
        return -1;
    }
    return 1;
}

/* Options may stand anywhere; short ones are words (netstat -x). */
int ctl_pass(int argc, char **argv, enum control_command command,
             const char *options_text)
{
    struct control_request r = {.command = command};
    const char *verb = control_command_info(command)->name;
    struct options o = {NULL, false, false};
    int i, took;

    for (i = 1; i < argc; i++) {
        took = take_option(argc, argv, &i, &o, options_text);
        if (took < 0 || o.help || r.argc == CONTROL_ARGS_MAX - 2) {
            ctl_usage(took < 0 ? stderr : stdout, verb, options_text);
            return o.help ? CTL_EXIT_OK : CTL_EXIT_ERROR;
        }
        if (took == 0)
            r.argv[r.argc++] = argv[i];
    }
    if (o.json) {
        memmove(r.argv + 1, r.argv, r.argc * sizeof(r.argv[0]));
        r.argv[0] = "json";
        r.argc++;
    }
    return ctl_call(ctl_control_path(o.path), &r, -1);
}
