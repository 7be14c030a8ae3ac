/*
 * attlsctl probe: the handshake that a rule's policy would do, against a real
 * partner and without any application, told as `why` tells it.
 */

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "attlsctl/ctl.h"
#include "attlsctl/policy.h"
#include "policy/filter.h"
#include "story/fill.h"
#include "tls/session.h"
#include "util/clock.h"
#include "util/count.h"
#include "util/fd.h"
#include "util/paths.h"

enum {
    CONNECT_SECONDS = 30,
    LISTEN_SECONDS = 600,
    SECOND_FACTOR = 10,
    SETTLE_US = 300000
};

struct probe {
    const char *address, *file, *rule_name, *userid, *racf;
    struct keyring_token token;
    bool listen, json;
    struct policy_options opt;
    struct policy *policy;
    const struct policy_rule *rule;
    struct environment *env;
    struct session *session;
    int fd;
    uint64_t start;
    struct story story;
};

static int fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int fail(const char *fmt, ...)
{
    va_list ap;

    fputs("attlsctl probe: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    return CTL_EXIT_ERROR;
}

/* ---- time ---- */

static void mark(struct probe *p, enum story_point point)
{
    if (point == STORY_ACCEPTED) {
        p->story.when = clock_wall();
        p->start = clock_us();
    }
    if (p->story.at[point] == 0)
        p->story.at[point] = (uint32_t)(clock_us() - p->start + 1);
}

/* ---- the rule ---- */

static int choose_rule(struct probe *p)
{
    size_t i, n = policy_rule_count(p->policy);

    for (i = 0; i < n; i++) {
        const struct policy_rule *r = policy_rule_get(p->policy, i);

        if (p->rule_name == NULL
                ? n == 1
                : strcmp(policy_rule_name(r), p->rule_name) == 0) {
            p->rule = r;
            break;
        }
    }
    if (n == 0)
        return fail("%s has no rule", p->file);
    if (p->rule == NULL && p->rule_name == NULL)
        return fail("%s has %s: name one with --rule", p->file,
                    count_of(n, "rule").text);
    if (p->rule == NULL)
        return fail("%s has no rule %s", p->file, p->rule_name);
    if (!effective_on(policy_rule_effective(p->rule), PARM_TTLSEnabled))
        return fail("rule %s says TTLSEnabled Off: its connections are in "
                    "clear, there is no handshake to do",
                    policy_rule_name(p->rule));
    if (p->userid == NULL)
        p->userid = policy_rule_userid(p->rule);
    return 0;
}

/* ---- the socket ---- */

/* False: the time is up. */
static bool wait_for(int fd, short events, uint64_t until)
{
    struct pollfd p = {.fd = fd, .events = events};
    uint64_t now = clock_us();

    return now < until && poll(&p, 1, (int)((until - now) / 1000) + 1) > 0;
}

static int connect_one(const struct addrinfo *a)
{
    int fd =
        socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0;
    socklen_t len = sizeof(error);

    if (fd < 0)
        return -1;
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return fd;
    if (errno == EINPROGRESS &&
        wait_for(fd, POLLOUT, clock_us() + CONNECT_SECONDS * 1000000ULL) &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0)
        return fd;
    if (error == 0)
        error = errno == EINPROGRESS ? ETIMEDOUT : errno;
    fd_close(&fd);
    errno = error;
    return -1;
}

static int accept_one(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, peer;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, 1) != 0) {
        fd_close(&fd);
        return -1;
    }
    fprintf(stderr, "attlsctl probe: waiting for a partner\n");
    peer = -1;
    errno = ETIMEDOUT;
    if (wait_for(fd, POLLIN, clock_us() + LISTEN_SECONDS * 1000000ULL))
        peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    fd_close(&fd);
    return peer;
}

/* "host:port", "[::1]:port" */
static bool split_address(const char *text, char host[256], char port[16])
{
    const char *colon = strrchr(text, ':');
    size_t len = colon != NULL ? (size_t)(colon - text) : 0;

    if (colon == NULL || len == 0 || len >= 256 || strlen(colon + 1) >= 16 ||
        colon[1] == '\0')
        return false;
    if (text[0] == '[' && text[len - 1] == ']') {
        text++;
        len -= 2;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    strcpy(port, colon + 1);
    return true;
}

static int open_socket(struct probe *p)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL, *a;
    char host[256], port[16];
    int r;

    if (!split_address(p->address, host, port))
        return fail("\"%s\" is no HOST:PORT", p->address);
    r = getaddrinfo(host, port, &hints, &list);
    if (r != 0)
        return fail("%s: %s", p->address, gai_strerror(r));
    for (a = list; a != NULL && p->fd < 0; a = a->ai_next)
        p->fd = p->listen ? accept_one(a) : connect_one(a);
    freeaddrinfo(list);
    if (p->fd < 0)
        return fail("%s: %s", p->address, strerror(errno));
    if (p->listen)
        mark(p, STORY_ACCEPTED);
    mark(p, STORY_DIALLED);
    netaddr_of_socket(p->fd, getsockname, &p->story.local);
    netaddr_of_socket(p->fd, getpeername, &p->story.remote);
    return 0;
}

/* ---- TLS ---- */

static void on_seen(void *arg, enum session_seen what, bool sent,
                    const void *bytes, size_t len)
{
    struct probe *p = arg;
    bool client = session_is_server(p->session) != sent;

    if (what != SESSION_SAW_HELLO)
        return;
    hello_read(bytes, len, client ? &p->story.client : &p->story.server);
    mark(p, client ? STORY_CLIENT_HELLO : STORY_SERVER_HELLO);
}

/* 0 or a return code. */
static int open_tls(struct probe *p, struct tls_outcome *why)
{
    const struct effective *eff = policy_rule_effective(p->rule);
    struct environment_params ep = {
        .where = {p->racf, p->opt.root, p->token},
        .userid = p->userid != NULL ? p->userid : "",
        .eff = eff,
    };
    struct session_params sp = {
        .eff = eff, .target = &p->story.remote, .connected = !p->listen};
    int rc = environment_open(&ep, &p->env, why);

    if (rc != 0)
        return rc;
    story_set(p->story.ring, sizeof(p->story.ring), environment_ring(p->env));
    sp.env = p->env;
    rc = session_new(&sp, &p->session, why);
    if (rc != 0)
        return rc;
    session_watch(p->session, on_seen, p);
    rc = session_set_fd(p->session, p->fd);
    if (rc != 0)
        *why = *session_outcome(p->session);
    return rc;
}

/* The two limits of HandshakeTimeout, as attlsd has them. */
static uint64_t limit_of(struct probe *p, uint64_t began)
{
    uint64_t first =
        effective_number(policy_rule_effective(p->rule), PARM_HandshakeTimeout);

    if (first == 0)
        first = 60;
    if (session_heard(p->session))
        first *= SECOND_FACTOR;
    return began + first * 1000000;
}

/*
 * A TLS 1.3 client is done before the server has judged its certificate: a
 * moment later the alert would come. Reads until something comes, or not.
 */
static void settle(struct probe *p)
{
    char byte;
    size_t n;

    if (session_is_server(p->session))
        return;
    if (wait_for(p->fd, POLLIN, clock_us() + SETTLE_US))
        session_read(p->session, &byte, 1, &n);
}

static void shake(struct probe *p)
{
    uint64_t began = clock_us();
    enum session_status st;

    for (;;) {
        st = session_handshake(p->session);
        if (st != SESSION_WANT_READ && st != SESSION_WANT_WRITE)
            break;
        if (wait_for(p->fd, st == SESSION_WANT_READ ? POLLIN : POLLOUT,
                     limit_of(p, began)))
            continue;
        session_abandon(p->session, session_silence(p->session));
        break;
    }
    if (st == SESSION_OK) {
        mark(p, STORY_SECURED);
        settle(p);
    }
}

static void tell(struct probe *p)
{
    struct strbuf out = STRBUF_INIT;
    struct json j = JSON_INIT(&out, JSON_LINES);

    if (p->json)
        story_json(&p->story, &j, NULL);
    else
        story_print(&p->story, NULL, &out);
    ctl_write(&out, CTL_EXIT_OK);
    strbuf_done(&out);
}

static int probe(struct probe *p)
{
    struct story *s = &p->story;
    struct tls_outcome why;
    struct error err;
    int r;

    if (tls_init(&err) < 0)
        return fail("%s", err.text);
    mark(p, STORY_ACCEPTED);
    tls_outcome_init(&s->outcome);
    s->outbound = !p->listen;
    s->searched = true;
    story_fill_rule(s, p->rule);
    story_set(s->userid, sizeof(s->userid), p->userid);
    story_set(s->identity, sizeof(s->identity), "a probe");
    story_set(s->target, sizeof(s->target), p->address);
    s->end = "";
    r = open_socket(p);
    if (r != 0)
        return r;
    mark(p, STORY_TLS_BEGUN);
    tls_outcome_init(&why);
    if (open_tls(p, &why) == 0)
        shake(p);
    if (p->session != NULL)
        story_fill_session(s, p->session);
    story_fill_facts(s, p->session, p->env, p->rule);
    if (p->session != NULL && why.rc == 0)
        why = *session_outcome(p->session);
    story_fill_outcome(s, &why, policy_rule_effective(p->rule));
    if (s->outcome.rc == 0)
        session_close(p->session);
    mark(p, STORY_ENDED);
    s->failed = s->outcome.rc != 0;
    s->end = "the probe is done";
    tell(p);
    return s->failed ? CTL_EXIT_WARNING : CTL_EXIT_OK;
}

static const char *value_or(const struct verb_call *c, enum verb_option option,
                            const char *standard)
{
    const char *value = verb_value(c, option);

    return value != NULL ? value : standard;
}

static int read_call(const struct verb_call *c, struct probe *p)
{
    p->address = verb_word(c, 0);
    p->file = verb_word(c, 1);
    p->rule_name = verb_value(c, OPT_RULE);
    p->userid = verb_value(c, OPT_USERID);
    p->racf = value_or(c, OPT_RACF, PATH_RACF);
    p->token = (struct keyring_token){value_or(c, OPT_MODULE, ""),
                                      value_or(c, OPT_PIN, "")};
    p->listen = verb_has(c, OPT_LISTEN);
    p->json = verb_has(c, OPT_JSON);
    p->fd = -1;
    policy_options_init(&p->opt);
    return ctl_policy_read(c, &p->opt);
}

int ctl_probe(const struct verb_call *call)
{
    struct probe *p = calloc(1, sizeof(*p));
    int r;

    if (p == NULL)
        return fail("no memory");
    r = read_call(call, p);
    if (r == 0)
        r = ctl_policy_load("probe", p->file, &p->opt, &p->policy);
    if (r == 0)
        r = choose_rule(p);
    if (r == 0)
        r = probe(p);
    session_free(p->session);
    environment_unref(p->env);
    policy_unref(p->policy);
    fd_close(&p->fd);
    free(p);
    return r;
}
