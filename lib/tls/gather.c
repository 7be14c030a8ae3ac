/* Many records, one send(); see gather.h. */

#include "tls/gather.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 5246, section 6.2.3, with header; a record in two (for CBC in TLSv1). */
enum { RECORD_MAX = 2 * (5 + (1 << 14) + 2048) };

struct gather {
    int fd;
    bool gathering;
    char *late; /* what the socket did not take, or NULL */
    size_t len, off;
};

/* Of the BIO that is gathering. */
static _Thread_local struct {
    size_t len;
    char data[GATHER_SIZE];
} now;

/* How much the socket takes; -1: an error other than that it is full. */
static ssize_t send_some(int fd, const char *data, size_t len, int flags)
{
    size_t done = 0;
    ssize_t n;

    while (done < len) {
        n = send(fd, data + done, len - done, MSG_NOSIGNAL | flags);
        if (n >= 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)done;
}

static int keep(struct gather *g, const char *data, size_t len)
{
    g->late = malloc(len);
    if (g->late == NULL) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(g->late, data, len);
    g->len = len;
    g->off = 0;
    return 0;
}

static int flush(struct gather *g)
{
    ssize_t n;

    if (g->late == NULL)
        return 1;
    n = send_some(g->fd, g->late + g->off, g->len - g->off, 0);
    if (n < 0)
        return -1;
    g->off += (size_t)n;
    if (g->off < g->len)
        return 0;
    free(g->late);
    g->late = NULL;
    return 1;
}

/* Sends what is gathered and keeps the rest. */
static int flush_now(struct gather *g, int flags)
{
    ssize_t n = send_some(g->fd, now.data, now.len, flags);
    size_t len = now.len;

    now.len = 0;
    if (n < 0)
        return -1;
    return (size_t)n == len ? 1 : keep(g, now.data + n, len - (size_t)n);
}

/* ---- the BIO ---- */

static int write_through(BIO *bio, struct gather *g, const char *data,
                         size_t len, size_t *ret)
{
    int r = flush(g);
    ssize_t n = r == 1 ? send_some(g->fd, data, len, 0) : r;

    if (n > 0) {
        *ret = (size_t)n;
        return 1;
    }
    if (n == 0)
        BIO_set_retry_write(bio);
    return -1;
}

static int on_write(BIO *bio, const char *data, size_t len, size_t *ret)
{
    struct gather *g = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    *ret = 0;
    if (!g->gathering)
        return write_through(bio, g, data, len, ret);
    if (len > sizeof(now.data) - now.len) {
        /* OpenSSL may make many records of one call: what came before goes
         * first, and they are not gathered */
        if (flush_now(g, 0) < 0)
            return -1;
        return write_through(bio, g, data, len, ret);
    }
    if (g->late != NULL) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(now.data + now.len, data, len);
    now.len += len;
    *ret = len;
    return 1;
}

static long on_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
    (void)bio;
    (void)num;
    (void)ptr;
    return cmd == BIO_CTRL_FLUSH || cmd == BIO_CTRL_DUP ? 1 : 0;
}

static int on_destroy(BIO *bio)
{
    struct gather *g = BIO_get_data(bio);

    if (g != NULL)
        free(g->late);
    free(g);
    BIO_set_data(bio, NULL);
    return 1;
}

/* ---- the type, made once ---- */

static BIO_METHOD *method;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
                          "gathering socket");
    if (method != NULL && (BIO_meth_set_write_ex(method, on_write) != 1 ||
                           BIO_meth_set_ctrl(method, on_ctrl) != 1 ||
                           BIO_meth_set_destroy(method, on_destroy) != 1)) {
        BIO_meth_free(method);
        method = NULL;
    }
}

BIO *gather_new(int fd)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct gather *g;
    BIO *bio;

    pthread_once(&once, make_method);
    if (method == NULL)
        return NULL;
    g = calloc(1, sizeof(*g));
    bio = g != NULL ? BIO_new(method) : NULL;
    if (bio == NULL) {
        free(g);
        return NULL;
    }
    g->fd = fd;
    BIO_set_data(bio, g);
    BIO_set_init(bio, 1);
    return bio;
}

int gather_flush(BIO *bio)
{
    return flush(BIO_get_data(bio));
}

void gather_begin(BIO *bio)
{
    struct gather *g = BIO_get_data(bio);

    g->gathering = true;
    now.len = 0;
    if (g->late == NULL)
        return;
    now.len = g->len - g->off;
    memcpy(now.data, g->late + g->off, now.len);
    free(g->late);
    g->late = NULL;
}

bool gather_is_kept(const BIO *bio)
{
    const struct gather *g = BIO_get_data((BIO *)bio);

    return g->late != NULL;
}

bool gather_is_full(const BIO *bio)
{
    const struct gather *g = BIO_get_data((BIO *)bio);

    return g->late != NULL || sizeof(now.data) - now.len < RECORD_MAX;
}

int gather_end(BIO *bio, bool more)
{
    struct gather *g = BIO_get_data(bio);

    g->gathering = false;
    return g->late != NULL ? flush(g) : flush_now(g, more ? MSG_MORE : 0);
}

int gather_keep(BIO *bio)
{
    struct gather *g = BIO_get_data(bio);

    g->gathering = false;
    return now.len == 0 ? 0 : keep(g, now.data, now.len);
}
