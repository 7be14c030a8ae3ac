/*
 * A program at one end of a connection, for stories: it does its steps in
 * order, and ends with status 1 and a line that says why at the first that
 * goes wrong. Nothing takes longer than LIFE seconds.
 *
 *     connect ADDRESS:PORT    listen ADDRESS:PORT (takes one connection)
 *     tls client              tls FILE (server; FILE: certificate and key)
 *     send TEXT               get TEXT (reads until exactly that has come)
 *     put BYTES               take BYTES (so many of a pattern)
 *     hex BYTES               pause MILLISECONDS
 *     shut     nothing more to send: close_notify in TLS, then FIN
 *     fin      FIN, in TLS without close_notify
 *     reset    RST
 *     eof      wants an orderly end of the other side and nothing before it
 *     lost     wants a reset (in TLS a truncation too), and nothing before it
 *     end      wants the one or the other, whatever comes before it
 */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "util/error.h"
#include "util/fd.h"
#include "util/netaddr.h"

static int sock = -1;
static SSL *ssl;
static const char *step_name = "", *step_arg = "";

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void die(const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "talk: %s %s: ", step_name, step_arg);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

enum { LIFE = 20 * ATTLS_PATIENCE };
static char too_long[200]; /* what a signal handler can't put together */

static void on_alarm(int sig)
{
    (void)sig;
    if (write(STDERR_FILENO, too_long, strlen(too_long)) < 0)
        _exit(2);
    _exit(1);
}

/* ---- bytes ---- */

static void push(const void *data, size_t len)
{
    struct error err;
    int r;

    if (ssl != NULL) {
        ERR_clear_error();
        r = SSL_write(ssl, data, (int)len);
        if (r != (int)len)
            die("SSL_write: %d", SSL_get_error(ssl, r));
    } else if (fd_write_all(sock, data, len, &err) != 0) {
        die("%s", err.text);
    }
}

/* > 0: bytes, 0: an orderly end, -1: lost */
static ssize_t pull(void *buf, size_t size)
{
    int r;

    if (ssl == NULL)
        return recv(sock, buf, size, 0);
    ERR_clear_error();
    r = SSL_read(ssl, buf, (int)size);
    if (r > 0)
        return r;
    return SSL_get_error(ssl, r) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

static unsigned char pattern(size_t at)
{
    return (unsigned char)(at * 7 + (at >> 8) * 13);
}

/* ---- steps ---- */

static struct sockaddr_storage address(const char *text, socklen_t *ret_len)
{
    struct sockaddr_storage sa;
    struct netaddr a;
    struct error err;

    if (netaddr_parse(text, &a, &err) != 0)
        die("%s", err.text);
    *ret_len = netaddr_to_sockaddr(&a, &sa);
    return sa;
}

static void do_connect(const char *arg)
{
    socklen_t len;
    struct sockaddr_storage sa = address(arg, &len);

    sock = socket(sa.ss_family, SOCK_STREAM, 0);
    if (sock < 0 || connect(sock, (void *)&sa, len) < 0)
        die("%s", strerror(errno));
}

static void do_listen(const char *arg)
{
    socklen_t len;
    struct sockaddr_storage sa = address(arg, &len);
    int on = 1, fd = socket(sa.ss_family, SOCK_STREAM, 0);

    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (void *)&sa, len) < 0 || listen(fd, 1) < 0)
        die("%s", strerror(errno));
    sock = accept(fd, NULL, NULL);
    if (sock < 0)
        die("%s", strerror(errno));
    close(fd);
}

static void do_tls(const char *arg)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    int server = strcmp(arg, "client") != 0, r;

    if (ctx == NULL)
        die("no memory");
    if (server &&
        (SSL_CTX_use_certificate_chain_file(ctx, arg) != 1 ||
         SSL_CTX_use_PrivateKey_file(ctx, arg, SSL_FILETYPE_PEM) != 1))
        die("no certificate and key in that file");
    ssl = SSL_new(ctx);
    if (ssl == NULL || SSL_set_fd(ssl, sock) != 1)
        die("no memory");
    SSL_CTX_free(ctx);
    r = server ? SSL_accept(ssl) : SSL_connect(ssl);
    if (r != 1)
        die("%s", ERR_reason_error_string(ERR_peek_error()));
}

static void do_send(const char *arg)
{
    push(arg, strlen(arg));
}

static void do_get(const char *arg)
{
    size_t len = strlen(arg), have = 0;
    char buf[4096];
    ssize_t n;

    while (have < len) {
        n = pull(buf + have, len - have);
        if (n <= 0)
            die("%s after \"%.*s\"", n == 0 ? "the end" : "lost", (int)have,
                buf);
        have += (size_t)n;
    }
    if (memcmp(buf, arg, len) != 0)
        die("\"%.*s\" came", (int)len, buf);
}

static void do_put(const char *arg)
{
    size_t left = strtoul(arg, NULL, 10), at = 0, i;
    unsigned char buf[16384];

    while (left > 0) {
        for (i = 0; i < sizeof(buf) && i < left; i++)
            buf[i] = pattern(at + i);
        push(buf, i);
        at += i;
        left -= i;
    }
}

static void do_take(const char *arg)
{
    size_t want = strtoul(arg, NULL, 10), at = 0;
    unsigned char buf[16384];
    ssize_t n, i;

    while (at < want) {
        n = pull(buf, want - at < sizeof(buf) ? want - at : sizeof(buf));
        if (n <= 0)
            die("%s after %zu bytes", n == 0 ? "the end" : "lost", at);
        for (i = 0; i < n; i++)
            if (buf[i] != pattern(at + (size_t)i))
                die("byte %zu is not the right one", at + (size_t)i);
        at += (size_t)n;
    }
}

static void do_hex(const char *arg)
{
    char pair[3] = "", bytes[256];
    size_t len = 0;

    for (; arg[0] != '\0' && arg[1] != '\0' && len < sizeof(bytes); arg += 2) {
        pair[0] = arg[0];
        pair[1] = arg[1];
        bytes[len++] = (char)strtoul(pair, NULL, 16);
    }
    push(bytes, len);
}

static void do_pause(const char *arg)
{
    long ms = strtol(arg, NULL, 10);
    struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&ts, NULL);
}

static void do_shut(const char *arg)
{
    (void)arg;
    if (ssl != NULL)
        SSL_shutdown(ssl);
    shutdown(sock, SHUT_WR);
}

static void do_fin(const char *arg)
{
    (void)arg;
    shutdown(sock, SHUT_WR);
}

static void do_reset(const char *arg)
{
    (void)arg;
    fd_reset(&sock);
}

static int how_it_ends(void)
{
    char buf[64];
    ssize_t n = pull(buf, sizeof(buf));

    if (n > 0)
        die("\"%.*s\" came", (int)n, buf);
    return n == 0 ? 0 : -1;
}

static void do_eof(const char *arg)
{
    (void)arg;
    if (how_it_ends() != 0)
        die("the connection was lost");
}

static void do_lost(const char *arg)
{
    (void)arg;
    if (how_it_ends() == 0)
        die("the end was an orderly one");
}

static void do_end(const char *arg)
{
    char buf[4096];

    (void)arg;
    while (pull(buf, sizeof(buf)) > 0)
        ;
}

static const struct {
    const char *name;
    int has_arg;
    void (*run)(const char *arg);
} steps[] = {
    {"connect", 1, do_connect}, {"listen", 1, do_listen},
    {"tls", 1, do_tls},         {"send", 1, do_send},
    {"get", 1, do_get},         {"put", 1, do_put},
    {"take", 1, do_take},       {"hex", 1, do_hex},
    {"pause", 1, do_pause},     {"shut", 0, do_shut},
    {"fin", 0, do_fin},         {"reset", 0, do_reset},
    {"eof", 0, do_eof},         {"lost", 0, do_lost},
    {"end", 0, do_end},
};

int main(int argc, char **argv)
{
    size_t k;
    int i;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, on_alarm);
    alarm(LIFE);
    for (i = 1; i < argc; i++) {
        for (k = 0; k < sizeof(steps) / sizeof(steps[0]); k++)
            if (strcmp(steps[k].name, argv[i]) == 0)
                break;
        if (k == sizeof(steps) / sizeof(steps[0]) ||
            (steps[k].has_arg && i + 1 == argc)) {
            fprintf(stderr, "talk: what is '%s'?\n", argv[i]);
            return 2;
        }
        step_name = steps[k].name;
        step_arg = steps[k].has_arg ? argv[++i] : "";
        snprintf(too_long, sizeof(too_long),
                 "talk: %s %.100s: no end in %d s\n", step_name, step_arg,
                 LIFE);
        steps[k].run(step_arg);
    }
    SSL_free(ssl);
    fd_close(&sock);
    return 0;
}
