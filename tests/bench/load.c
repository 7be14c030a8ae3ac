/* Sockets, pattern and measuring; see load.h. */

#include "load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/netaddr.h"

void load_die(const char *fmt, ...)
{
    va_list ap;

    fputs("load: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(1);
}

uint64_t load_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/* ---- TLS ---- */

SSL_CTX *load_context(bool server, const char *cert, const char *version)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    int v = version == NULL               ? 0
            : strcmp(version, "1.3") == 0 ? TLS1_3_VERSION
                                          : TLS1_2_VERSION;

    signal(SIGPIPE, SIG_IGN); /* SSL_write knows no MSG_NOSIGNAL */
    if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, v) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, v) != 1)
        load_die("no TLS context");
    if (cert != NULL &&
        (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1 ||
         SSL_CTX_use_PrivateKey_file(ctx, cert, SSL_FILETYPE_PEM) != 1))
        load_die("%s: no certificate and key", cert);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    /* the cipher of the policy, for all contestants */
    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:AES256-SHA");
    if (!server)
        SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT |
                                                SSL_SESS_CACHE_NO_INTERNAL);
    return ctx;
}

static long outcome(struct load_end *e, int r)
{
    if (r > 0)
        return r;
    switch (SSL_get_error(e->ssl, r)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        return -1;
    default:
        ERR_clear_error();
        return -2;
    }
}

long load_read(struct load_end *e, void *buf, size_t size)
{
    ssize_t n;

    if (e->ssl != NULL)
        return outcome(e, SSL_read(e->ssl, buf, (int)size));
    n = recv(e->fd, buf, size, 0);
    return n > 0 ? n : n == 0 ? -1 : errno == EAGAIN ? 0 : -2;
}

long load_write(struct load_end *e, const void *buf, size_t len)
{
    ssize_t n;

    if (e->ssl != NULL)
        return outcome(e, SSL_write(e->ssl, buf, (int)len));
    n = send(e->fd, buf, len, MSG_NOSIGNAL);
    return n >= 0 ? n : errno == EAGAIN ? 0 : -2;
}

int load_shake(struct load_end *e)
{
    long r;

    if (e->ssl == NULL || e->shaken)
        return 1;
    r = outcome(e, SSL_do_handshake(e->ssl));
    e->shaken = r > 0;
    return r > 0 ? 1 : r == 0 ? 0 : -1;
}

void load_close(struct load_end *e)
{
    if (e->ssl != NULL && e->shaken)
        SSL_shutdown(e->ssl);
    SSL_free(e->ssl);
    e->ssl = NULL;
    if (e->fd >= 0)
        close(e->fd);
    e->fd = -1;
}

/* ---- the pattern ---- */

enum { PERIOD = 65521 };

/* Twice over, so that a chunk can begin anywhere in it. */
static const unsigned char *pattern(size_t at)
{
    static unsigned char bytes[PERIOD + LOAD_CHUNK];
    static bool made;
    size_t i;

    if (!made) {
        for (i = 0; i < PERIOD; i++)
            bytes[i] = (unsigned char)(i * 31 + (i >> 7) * 17 + (i >> 13));
        for (i = PERIOD; i < sizeof(bytes); i++)
            bytes[i] = bytes[i - PERIOD];
        made = true;
    }
    return bytes + at % PERIOD;
}

long load_put(struct load_end *e, size_t max)
{
    size_t done = 0;
    long n;

    while (done < max) {
        n = load_write(e, pattern(e->sent),
                       max - done < LOAD_CHUNK ? max - done : LOAD_CHUNK);
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        e->sent += (size_t)n;
        done += (size_t)n;
    }
    return (long)done;
}

long load_take(struct load_end *e)
{
    static unsigned char buf[LOAD_CHUNK];
    long n = load_read(e, buf, sizeof(buf));

    if (n <= 0)
        return n;
    if (memcmp(buf, pattern(e->got), (size_t)n) != 0) {
        fprintf(stderr, "load: a wrong byte after %zu\n", e->got);
        return -2;
    }
    e->got += (size_t)n;
    return n;
}

/* ---- sockets ---- */

static socklen_t parse(const char *address, struct sockaddr_storage *ret)
{
    struct netaddr a;
    struct error err;

    if (netaddr_parse(address, &a, &err) != 0)
        load_die("%s", err.text);
    return netaddr_to_sockaddr(&a, ret);
}

int load_listen(const char *address)
{
    struct sockaddr_storage sa;
    socklen_t len = parse(address, &sa);
    int on = 1, fd = socket(sa.ss_family,
                            SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (void *)&sa, len) < 0 || listen(fd, 4096) < 0)
        load_die("%s: %s", address, strerror(errno));
    return fd;
}

int load_connect(const char *address)
{
    static struct sockaddr_storage sa;
    static socklen_t len;
    int on = 1, fd;

    if (len == 0)
        len = parse(address, &sa);
    fd = socket(sa.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(fd, (void *)&sa, len) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

/* ---- measuring ---- */

/* proc(5): fields 4 (ppid), 14 to 17 (utime, stime, cutime, cstime). */
static bool read_stat(int pid, int *ret_parent, uint64_t *ret_ticks)
{
    unsigned long t[4];
    char path[64], line[1024], *p;
    FILE *f;
    bool ok;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "r");
    if (f == NULL)
        return false;
    p = fgets(line, sizeof(line), f);
    fclose(f);
    p = p != NULL ? strrchr(line, ')') : NULL;
    ok = p != NULL &&
         sscanf(p + 1,
                " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu",
                ret_parent, &t[0], &t[1], &t[2], &t[3]) == 5;
    if (ok)
        *ret_ticks = t[0] + t[1] + t[2] + t[3];
    return ok;
}

/* PID and all below it; at most MAX. */
static int tree(int pid, int *list, int max)
{
    struct dirent *d;
    uint64_t ticks;
    int n = 1, i, one, parent;
    DIR *proc;

    list[0] = pid;
    for (i = 0; i < n; i++) {
        proc = opendir("/proc");
        while (proc != NULL && (d = readdir(proc)) != NULL) {
            one = atoi(d->d_name);
            if (one > 0 && n < max && read_stat(one, &parent, &ticks) &&
                parent == list[i])
                list[n++] = one;
        }
        if (proc != NULL)
            closedir(proc);
    }
    return n;
}

uint64_t load_cpu(int pid)
{
    int list[256], i, parent, n = tree(pid, list, 256);
    uint64_t ticks, sum = 0;

    for (i = 0; i < n; i++)
        if (read_stat(list[i], &parent, &ticks))
            sum += ticks;
    return sum * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

unsigned long load_memory(int pid)
{
    int list[256], i, n = tree(pid, list, 256);
    unsigned long kib, sum = 0;
    char path[64], line[256];
    FILE *f;

    for (i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/status", list[i]);
        f = fopen(path, "r");
        while (f != NULL && fgets(line, sizeof(line), f) != NULL)
            if (sscanf(line, "RssAnon: %lu", &kib) == 1)
                sum += kib;
        if (f != NULL)
            fclose(f);
    }
    return sum;
}
