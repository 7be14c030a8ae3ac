/* The control socket with real callers: rights, files, broken and silent
 * ones, and the socket of a daemon that is gone. */
#include "console/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "support/scratch.h"
#include "support/suite.h"
#include "util/fd.h"

static char path[SCRATCH + 8];
static bool allowed, operates;

static bool allow(void *arg, const struct control_caller *who,
                  enum control_right right)
{
    (void)arg;
    ck_assert_uint_eq(who->uid, getuid());
    ck_assert_int_eq(who->pid, getpid());
    return right == CONTROL_CHANGE ? operates : allowed;
}

static atomic_int made_again, not_made;

static void remade(void *arg, const char *error)
{
    (void)arg;
    made_again += error == NULL;
    not_made += error != NULL;
}

static atomic_ullong ticket; /* of a caller who waits; 0: none */

static void answer(void *arg, const struct control_caller *who,
                   const struct control_request *request, int *file,
                   struct control_answer *ret)
{
    (void)arg;
    (void)who;
    ck_assert_int_eq(request->verb, VERB_STATUS);
    if (request->argc == 1) { /* another thread does it */
        ret->later = true;
        ticket = ret->ticket;
        return;
    }
    strbuf_addf(&ret->out, "args=%zu file=%d\n", request->argc, *file >= 0);
    ret->status = 1;
}

static struct console_socket *serve(void)
{
    struct console_socket_params params = {allow, answer, remade, NULL, 1};
    struct console_socket *s = NULL;
    struct error err;

    if (path[0] == '\0') {
        scratch_folder(path, "control");
        strcat(path, "/sock");
    }
    allowed = operates = true;
    ck_assert_int_eq(console_socket_open(path, &s, &err), 0);
    ck_assert_int_eq(console_socket_start(s, &params, &err), 0);
    return s;
}

static void stop(struct console_socket *s)
{
    console_socket_close(s);
    ck_assert_int_ne(access(path, F_OK), 0);
    *strrchr(path, '/') = '\0';
    ck_assert_int_eq(rmdir(path), 0);
    path[0] = '\0';
}

static int call(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct timeval patience = {CONTROL_PATIENCE, 0};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    strcpy(un.sun_path, path);
    ck_assert_int_eq(connect(fd, (void *)&un, sizeof(un)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return fd;
}

static void expect(int fd, int status, const char *out, const char *err_text)
{
    struct control_reply r;
    struct error err;
    char buf[4096];
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, buf + len, sizeof(buf) - len)) > 0)
        len += (size_t)n;
    ck_assert_int_eq(n, 0);
    ck_assert_int_eq(control_decode_reply(buf, len, &r, &err), 1);
    ck_assert_int_eq(r.status, status);
    ck_assert_str_eq(r.out, out);
    ck_assert_msg(strncmp(r.err, err_text, strlen(err_text)) == 0, "%s", r.err);
    close(fd);
}

static void encode(struct strbuf *out)
{
    struct control_request r = {VERB_STATUS, 2, {"a", "b"}};

    ck_assert_int_eq(control_encode_request(&r, out, NULL), 0);
}

START_TEST(answers_a_request_that_comes_in_pieces)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    struct stat st;
    int fd = call();
    size_t i;

    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0660);
    encode(&msg);
    for (i = 0; i < msg.len; i++)
        ck_assert_int_eq(write(fd, msg.data + i, 1), 1);
    expect(fd, 1, "args=2 file=0\n", "");
    strbuf_done(&msg);
    stop(s);
}
END_TEST

START_TEST(a_file_comes_with_the_request)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    char control[CMSG_SPACE(2 * sizeof(int))] = "";
    int fd = call(), files[2] = {open("/dev/null", O_RDONLY), fd};
    struct iovec iov;
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    struct cmsghdr *h;

    encode(&msg);
    iov.iov_base = msg.data;
    iov.iov_len = msg.len;
    m.msg_control = control;
    m.msg_controllen = sizeof(control);
    h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof(files));
    memcpy(CMSG_DATA(h), files, sizeof(files));
    ck_assert_int_eq(sendmsg(fd, &m, 0), (ssize_t)msg.len);
    close(files[0]);
    expect(fd, 1, "args=2 file=1\n", "");
    strbuf_done(&msg);
    stop(s);
}
END_TEST

START_TEST(who_may_not_is_told_how)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    int fd = call();
    char text[64];

    allowed = false;
    encode(&msg);
    ck_assert_int_eq(write(fd, msg.data, msg.len), (ssize_t)msg.len);
    snprintf(text, sizeof(text), "attlsd: user %lu may not use \"status\"",
             (unsigned long)getuid());
    expect(fd, 2, "", text);
    strbuf_done(&msg);
    stop(s);
}
END_TEST

START_TEST(a_broken_request_gets_its_reason)
{
    struct console_socket *s = serve();
    int fd = call();

    ck_assert_int_eq(write(fd, "GET / ", 6), 6);
    expect(fd, 2, "", "attlsd: this is not the control protocol of attlsd");
    fd = call(); /* hangs up in the middle */
    ck_assert_int_eq(write(fd, "ATT", 3), 3);
    close(fd);
    fd = call();
    ck_assert_int_eq(write(fd, "ATTLS\x03Q\0\0\0\0", 11), 11);
    expect(fd, 2, "", "attlsd: the other side speaks version 3");
    stop(s);
}
END_TEST

/* One that says nothing keeps nobody waiting, and is dropped in time. */
START_TEST(a_silent_caller_delays_nobody)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    int silent = call(), fd = call();
    char c;

    encode(&msg);
    ck_assert_int_eq(write(fd, msg.data, msg.len), (ssize_t)msg.len);
    expect(fd, 1, "args=2 file=0\n", "");
    ck_assert_int_eq(read(silent, &c, 1), 0);
    close(silent);
    strbuf_done(&msg);
    stop(s);
}
END_TEST

START_TEST(callers_are_bounded)
{
    struct console_socket *s = serve();
    int fds[CONTROL_CALLERS_MAX + 1], i;

    for (i = 0; i < CONTROL_CALLERS_MAX + 1; i++)
        fds[i] = call();
    expect(fds[CONTROL_CALLERS_MAX], 2, "", "attlsd: too many calls");
    for (i = 0; i < CONTROL_CALLERS_MAX; i++)
        close(fds[i]);
    stop(s);
}
END_TEST

/* Who may only look takes no place of those who may change things. */
START_TEST(some_places_are_kept_for_operators)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    int fds[CONTROL_CALLERS_EACH], i, fd;

    operates = false;
    encode(&msg);
    for (i = 0; i < CONTROL_CALLERS_EACH; i++)
        fds[i] = call();
    expect(call(), 2, "", "attlsd: too many calls are open, of user");
    operates = true;
    fd = call();
    ck_assert_int_eq(write(fd, msg.data, msg.len), msg.len);
    expect(fd, 1, "args=2 file=0\n", "");
    for (i = 0; i < CONTROL_CALLERS_EACH; i++)
        close(fds[i]);
    strbuf_done(&msg);
    stop(s);
}
END_TEST

/* What the process has used so far, in milliseconds. */
static long cpu_ms(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_utime.tv_sec * 1000 + u.ru_utime.tv_usec / 1000 +
           u.ru_stime.tv_sec * 1000 + u.ru_stime.tv_usec / 1000;
}

/* Without descriptors it pauses instead of spinning, and comes back. */
START_TEST(pauses_without_descriptors)
{
    static const struct timespec nap = {0, 600 * 1000 * 1000};
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    struct rlimit old, none;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    long before;

    strcpy(un.sun_path, path);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    none = old;
    none.rlim_cur = (rlim_t)fd + 1; /* all below are in use */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert_int_eq(connect(fd, (void *)&un, sizeof(un)), 0);
    before = cpu_ms();
    nanosleep(&nap, NULL);
    ck_assert_int_lt(cpu_ms() - before, 60);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    encode(&msg);
    ck_assert_int_eq(write(fd, msg.data, msg.len), msg.len);
    expect(fd, 1, "args=2 file=0\n", "");
    strbuf_done(&msg);
    stop(s);
}
END_TEST

START_TEST(a_socket_is_taken_over_only_from_the_dead)
{
    struct console_socket *s = serve(), *second = NULL;
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct error err;
    int fd;

    ck_assert_int_eq(console_socket_open(path, &second, &err), ERR_EXISTS);
    ck_assert_ptr_nonnull(strstr(err.text, "another daemon answers at"));
    console_socket_close(s);

    /* left behind by a daemon that was killed */
    strcpy(un.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (void *)&un, sizeof(un)), 0);
    close(fd);
    s = serve();
    console_socket_close(s);

    fd = open(path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    ck_assert_int_eq(console_socket_open(path, &second, &err), ERR_EXISTS);
    ck_assert_ptr_nonnull(strstr(err.text, "is no socket"));
    unlink(path);
    s = serve();
    stop(s);
    ck_assert_int_eq(console_socket_open("/nonexistent/sock", &second, &err),
                     ERR_SYSTEM);
    ck_assert_ptr_null(second);
}
END_TEST

static int ask_for_later(void)
{
    struct control_request r = {VERB_STATUS, 1, {"later"}};
    struct strbuf msg = STRBUF_INIT;
    int fd = call();

    ticket = 0;
    ck_assert_int_eq(control_encode_request(&r, &msg, NULL), 0);
    ck_assert_int_eq(write(fd, msg.data, msg.len), (ssize_t)msg.len);
    strbuf_done(&msg);
    while (ticket == 0)
        poll(NULL, 0, 1);
    return fd;
}

static void reply(struct console_socket *s, unsigned long long to,
                  const char *text)
{
    struct control_answer a = {.status = 1};

    strbuf_adds(&a.out, text);
    console_socket_reply(s, to, &a);
    strbuf_done(&a.out);
}

/* Nobody else waits meanwhile, and each gets his own. */
START_TEST(an_answer_may_come_later)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    unsigned long long first, gone, third;
    int fd[3], other;

    fd[0] = ask_for_later();
    first = ticket;
    fd[1] = ask_for_later();
    gone = ticket;
    fd[2] = ask_for_later();
    third = ticket;
    other = call();
    encode(&msg);
    ck_assert_int_eq(write(other, msg.data, msg.len), (ssize_t)msg.len);
    strbuf_done(&msg);
    expect(other, 1, "args=2 file=0\n", "");
    close(fd[1]);
    reply(s, third, "third");
    reply(s, gone, "nobody");
    reply(s, first, "first");
    reply(s, 999, "nobody");
    expect(fd[2], 1, "third", "");
    expect(fd[0], 1, "first", "");
    fd[0] = ask_for_later();
    reply(s, ticket, "last"); /* and the end comes at once */
    stop(s);
    expect(fd[0], 1, "last", "");
}
END_TEST

static bool wait_for_one(atomic_int *count)
{
    int i;

    for (i = 0; i < 10000 * ATTLS_PATIENCE && *count == 0; i++)
        poll(NULL, 0, 1);
    return *count == 1;
}

START_TEST(a_socket_that_is_removed_is_made_again)
{
    struct console_socket *s = serve();
    struct strbuf msg = STRBUF_INIT;
    struct stat st;
    int fd;

    ck_assert_int_eq(unlink(path), 0);
    ck_assert(wait_for_one(&made_again));
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0660);
    fd = call();
    encode(&msg);
    ck_assert_int_eq(write(fd, msg.data, msg.len), (ssize_t)msg.len);
    expect(fd, 1, "args=2 file=0\n", "");
    strbuf_done(&msg);

    /* what is another's stays his, and he is told once */
    ck_assert_int_eq(unlink(path), 0);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    ck_assert(wait_for_one(&not_made));
    poll(NULL, 0, 1200);
    ck_assert_int_eq(not_made, 1);
    console_socket_close(s);
    ck_assert_int_eq(access(path, F_OK), 0);
    unlink(path);
    s = serve();
    stop(s);
}
END_TEST

TESTS_BEGIN("console_socket")
TEST(an_answer_may_come_later)
TEST(a_socket_that_is_removed_is_made_again)
TEST(answers_a_request_that_comes_in_pieces)
TEST(a_file_comes_with_the_request)
TEST(who_may_not_is_told_how)
TEST(a_broken_request_gets_its_reason)
TEST(a_silent_caller_delays_nobody)
TEST(callers_are_bounded)
TEST(some_places_are_kept_for_operators)
TEST(pauses_without_descriptors)
TEST(a_socket_is_taken_over_only_from_the_dead)
TESTS_END
