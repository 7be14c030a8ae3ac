/*
 * What OpenSSL and the kernel take of a short connection, whatever relays it:
 *
 *     ceiling server|client LISTEN TARGET PEM [VERSION]
 *
 * One loop on epoll: accepts, connects to the target, speaks TLS on one side
 * (as the server with the certificate and key of PEM; as the client it trusts
 * what is in PEM and resumes its last session), passes on what comes, and
 * closes both when one side ends. Nothing is held: what a socket does not take
 * at once ends the connection. It has no policy, limits, names, lines or
 * half-close. One thread; it runs until it is ended.
 */

#include "load.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

struct side {
    struct load_end end;
    struct pair *pair;
};

struct pair {
    struct side wire, app;
    struct pair *next; /* of those that have ended */
    bool ended;
};

static SSL_CTX *ctx;
static SSL_SESSION *kept; /* the client's last */
static const char *target;
static bool client;
static int poll_fd, listener;
static struct pair *dead;
static char buf[16384];

static void watch(int op, int fd, uint32_t events, void *ptr)
{
    struct epoll_event ev = {.events = events, .data.ptr = ptr};

    if (epoll_ctl(poll_fd, op, fd, &ev) < 0)
        load_die("epoll: %s", strerror(errno));
}

/* An event of its other side may be waiting still. */
static void drop(struct pair *p)
{
    if (p->ended)
        return;
    load_close(&p->wire.end);
    load_close(&p->app.end);
    p->ended = true;
    p->next = dead;
    dead = p;
}

static void bury(void)
{
    struct pair *p;

    while ((p = dead) != NULL) {
        dead = p->next;
        free(p);
    }
}

/* ---- TLS ---- */

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

/* A copy: one that gets a ticket of its own is not resumed by others. */
static void offer_session(SSL *ssl)
{
    SSL_SESSION *own = kept != NULL ? SSL_SESSION_dup(kept) : NULL;

    if (own != NULL)
        SSL_set_session(ssl, own);
    SSL_SESSION_free(own);
}

static void make_context(const char *pem, const char *version)
{
    ctx = load_context(!client, client ? NULL : pem, version);
    SSL_CTX_set_cipher_list(ctx, "ECDHE-RSA-AES256-GCM-SHA384:"
                                 "ECDHE-ECDSA-AES256-GCM-SHA384");
    SSL_CTX_clear_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx, 1);
    if (!client)
        return;
    SSL_CTX_sess_set_new_cb(ctx, keep_session);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(ctx, pem, NULL) != 1)
        load_die("%s: no certificate", pem);
}

static void start_tls(struct load_end *e)
{
    e->ssl = SSL_new(ctx);
    SSL_set_fd(e->ssl, e->fd);
    if (client) {
        SSL_set_connect_state(e->ssl);
        offer_session(e->ssl);
    } else {
        SSL_set_accept_state(e->ssl);
    }
}

/* ---- events ---- */

/* The app side has its events once there is somebody to tell. */
static void take_new(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    int other = fd >= 0 ? load_connect(target) : -1;
    struct pair *p = other >= 0 ? calloc(1, sizeof(*p)) : NULL;

    if (p == NULL) {
        if (fd >= 0)
            close(fd);
        if (other >= 0)
            close(other);
        return;
    }
    p->wire.pair = p->app.pair = p;
    p->wire.end.fd = client ? other : fd;
    p->app.end.fd = client ? fd : other;
    start_tls(&p->wire.end);
    watch(EPOLL_CTL_ADD, p->wire.end.fd, client ? EPOLLOUT : EPOLLIN, &p->wire);
    if (!client)
        watch(EPOLL_CTL_ADD, p->app.end.fd, EPOLLIN, &p->app);
}

static void pass_on(struct pair *p, struct load_end *from, struct load_end *to)
{
    long n;

    do {
        n = load_read(from, buf, sizeof(buf));
        if (n > 0 && load_write(to, buf, (size_t)n) != n)
            n = -2;
    } while (n > 0 && from->ssl != NULL && SSL_has_pending(from->ssl));
    if (n < 0)
        drop(p);
}

static void shake(struct pair *p)
{
    struct load_end *e = &p->wire.end;
    bool begins = client && SSL_in_before(e->ssl);
    int r = load_shake(e);

    if (r < 0) {
        drop(p);
        return;
    }
    if (begins)
        watch(EPOLL_CTL_MOD, e->fd, EPOLLIN, &p->wire);
    if (r > 0 && client)
        watch(EPOLL_CTL_ADD, p->app.end.fd, EPOLLIN, &p->app);
    if (r > 0 && SSL_has_pending(e->ssl))
        pass_on(p, e, &p->app.end);
}

static void serve(struct side *side)
{
    struct pair *p = side->pair;

    if (p->ended)
        return;
    if (side == &p->app)
        pass_on(p, &p->app.end, &p->wire.end);
    else if (!p->wire.end.shaken)
        shake(p);
    else
        pass_on(p, &p->wire.end, &p->app.end);
}

static void run(void)
{
    struct epoll_event got[256];
    int i, n;

    for (;;) {
        n = epoll_wait(poll_fd, got, 256, -1);
        for (i = 0; i < n; i++)
            if (got[i].data.ptr == NULL)
                take_new();
            else
                serve(got[i].data.ptr);
        bury();
    }
}

int main(int argc, char **argv)
{
    struct rlimit files;
    int on = 1;

    if (argc < 5 || argc > 6 ||
        (strcmp(argv[1], "server") != 0 && strcmp(argv[1], "client") != 0)) {
        fputs("usage: ceiling server|client LISTEN TARGET PEM [VERSION]\n",
              stderr);
        return 2;
    }
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    client = strcmp(argv[1], "client") == 0;
    target = argv[3];
    make_context(argv[4], argc > 5 ? argv[5] : NULL);
    listener = load_listen(argv[2]);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (poll_fd < 0)
        load_die("epoll: %s", strerror(errno));
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    run();
}
