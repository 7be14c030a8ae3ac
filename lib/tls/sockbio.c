/* Many records, one send(); no recv() in vain; see sockbio.h. */

#include "tls/sockbio.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 5246, section 6.2.3, with header; a record in two (for CBC in TLSv1). */
enum { RECORD_MAX = 2 * (5 + (1 << 14) + 2048) };

struct sockbio {
    char *late; /* what the socket did not take, or NULL */
    uint32_t len, off;
    int fd;
    bool gathering;
    bool trusting; /* what sockbio_trust() says */
    bool is_short; /* the last recv() got less than was asked for */
    bool dry;      /* so there was nothing more */
    bool eof;
};

/* Of the BIO that is gathering. */
static _Thread_local struct {
    size_t len;
    char data[SOCKBIO_SIZE];
} now;

/* How much the socket takes; -1: an error other than that it is full. */
static ssize_t send_some(int fd, const char *data, size_t len, int flags)
{
    size_t done = 0;
    ssize_t n;

    while (done < len) {
        n = send(fd, data + done, len - done,
                 MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (n >= 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return -1;
    }
    return (ssize_t)done;
}

static int keep(struct sockbio *b, const char *data, size_t len)
{
    b->late = malloc(len);
    if (b->late == NULL) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(b->late, data, len);
    b->len = (uint32_t)len;
    b->off = 0;
    return 0;
}

static int flush(struct sockbio *b)
{
    ssize_t n;

    if (b->late == NULL)
        return 1;
    n = send_some(b->fd, b->late + b->off, b->len - b->off, 0);
    if (n < 0)
        return -1;
    b->off += (uint32_t)n;
    if (b->off < b->len)
        return 0;
    free(b->late);
    b->late = NULL;
    return 1;
}

/* Sends what is gathered and keeps the rest. */
static int flush_now(struct sockbio *b, int flags)
{
    ssize_t n = send_some(b->fd, now.data, now.len, flags);
    size_t len = now.len;

    now.len = 0;
    if (n < 0)
        return -1;
    return (size_t)n == len ? 1 : keep(b, now.data + n, len - (size_t)n);
}

/* ---- the BIO ---- */

static int write_through(BIO *bio, struct sockbio *b, const char *data,
                         size_t len, size_t *ret)
{
    int r = flush(b);
    ssize_t n = r == 1 ? send_some(b->fd, data, len, 0) : r;

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
    struct sockbio *b = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    *ret = 0;
    if (!b->gathering)
        return write_through(bio, b, data, len, ret);
    if (len > sizeof(now.data) - now.len) {
        /* OpenSSL may make many records of one call: what came before goes
         * first, and they are not gathered */
        if (flush_now(b, 0) < 0)
            return -1;
        return write_through(bio, b, data, len, ret);
    }
    if (b->late != NULL) {
        BIO_set_retry_write(bio);
        return -1;
    }
    memcpy(now.data + now.len, data, len);
    now.len += len;
    *ret = len;
    return 1;
}

static int on_read(BIO *bio, char *data, size_t size, size_t *ret)
{
    struct sockbio *b = BIO_get_data(bio);
    ssize_t n = -1;

    BIO_clear_retry_flags(bio);
    *ret = 0;
    errno = EAGAIN;
    if (!b->dry)
        do
            n = recv(b->fd, data, size, MSG_DONTWAIT);
        while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    if (n <= 0) {
        b->eof = n == 0;
        return n == 0 ? 0 : -1;
    }
    b->is_short = (size_t)n < size;
    b->dry = b->trusting && b->is_short;
    *ret = (size_t)n;
    return 1;
}

static long on_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
    const struct sockbio *b = BIO_get_data(bio);

    (void)num;
    (void)ptr;
    switch (cmd) {
    case BIO_CTRL_EOF:
        return b->eof;
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
        return 1;
    default:
        return 0;
    }
}

static int on_destroy(BIO *bio)
{
    struct sockbio *b = BIO_get_data(bio);

    if (b != NULL)
        free(b->late);
    free(b);
    BIO_set_data(bio, NULL);
    return 1;
}

/* ---- the type, made once ---- */

static BIO_METHOD *method;

static void make_method(void)
{
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK,
                          "socket of a session");
    if (method != NULL && (BIO_meth_set_write_ex(method, on_write) != 1 ||
                           BIO_meth_set_read_ex(method, on_read) != 1 ||
                           BIO_meth_set_ctrl(method, on_ctrl) != 1 ||
                           BIO_meth_set_destroy(method, on_destroy) != 1)) {
        BIO_meth_free(method);
        method = NULL;
    }
}

BIO *sockbio_new(int fd)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sockbio *b;
    BIO *bio;

    pthread_once(&once, make_method);
    if (method == NULL)
        return NULL;
    b = calloc(1, sizeof(*b));
    bio = b != NULL ? BIO_new(method) : NULL;
    if (bio == NULL) {
        free(b);
        return NULL;
    }
    b->fd = fd;
    BIO_set_data(bio, b);
    BIO_set_init(bio, 1);
    return bio;
}

int sockbio_flush(BIO *bio)
{
    return flush(BIO_get_data(bio));
}

void sockbio_gather(BIO *bio)
{
    struct sockbio *b = BIO_get_data(bio);

    b->gathering = true;
    now.len = 0;
    if (b->late == NULL)
        return;
    now.len = b->len - b->off;
    memcpy(now.data, b->late + b->off, now.len);
    free(b->late);
    b->late = NULL;
}

bool sockbio_is_kept(const BIO *bio)
{
    const struct sockbio *b = BIO_get_data((BIO *)bio);

    return b->late != NULL;
}

bool sockbio_is_full(const BIO *bio)
{
    const struct sockbio *b = BIO_get_data((BIO *)bio);

    return b->late != NULL || sizeof(now.data) - now.len < RECORD_MAX;
}

int sockbio_send(BIO *bio, bool more)
{
    struct sockbio *b = BIO_get_data(bio);

    b->gathering = false;
    return b->late != NULL ? flush(b) : flush_now(b, more ? MSG_MORE : 0);
}

int sockbio_keep(BIO *bio)
{
    struct sockbio *b = BIO_get_data(bio);

    b->gathering = false;
    return now.len == 0 ? 0 : keep(b, now.data, now.len);
}

void sockbio_trust(BIO *bio, bool trust)
{
    struct sockbio *b = BIO_get_data(bio);

    b->trusting = trust;
    b->dry = b->dry && trust;
}

void sockbio_readable(BIO *bio)
{
    struct sockbio *b = BIO_get_data(bio);

    b->dry = b->is_short = false;
}

bool sockbio_was_short(const BIO *bio)
{
    const struct sockbio *b = BIO_get_data((BIO *)bio);

    return b->is_short;
}

bool sockbio_is_dry(const BIO *bio)
{
    const struct sockbio *b = BIO_get_data((BIO *)bio);

    return b->dry;
}

void sockbio_not_readable(BIO *bio)
{
    struct sockbio *b = BIO_get_data(bio);

    b->dry = true;
}
