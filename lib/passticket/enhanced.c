/*
 * The enhanced PassTicket: a Feistel network of six rounds on 48 bits, keyed
 * with HMAC-SHA-512 (IBM's sample EnhancedPassTicketGenerator). For
 * TYPE(UPPER) the left half ends with 17 bits, so that 36^8 has room for it.
 */

#include "passticket/passticket.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "passticket/private.h"

enum { ROUNDS = 6, HALF = 3, DIGEST = 64, WHO = 16 };

static const char digits[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

struct coder {
    const unsigned char *key;
    int key_len;
    bool mixed, failed;
    unsigned char who[WHO];     /* user and application, EBCDIC */
    unsigned char mask[DIGEST]; /* HMAC of WHO */
};

static void hmac(struct coder *c, const unsigned char *data, size_t len,
                 unsigned char ret[DIGEST])
{
    unsigned int n = 0;

    if (HMAC(EVP_sha512(), c->key, c->key_len, data, len, ret, &n) == NULL ||
        n != DIGEST)
        c->failed = true;
}

static int coder_init(struct coder *c, const char *user,
                      const char *application, const unsigned char *key,
                      size_t key_len, bool mixed, struct error *err)
{
    int r;

    memset(c, 0, sizeof(*c));
    if (key_len < PASSTICKET_ENHANCED_MIN || key_len > PASSTICKET_ENHANCED_MAX)
        return error_set(err, ERR_VALUE,
                         "an enhanced PassTicket key has %d to %d bytes",
                         PASSTICKET_ENHANCED_MIN, PASSTICKET_ENHANCED_MAX);
    c->key = key;
    c->key_len = (int)key_len;
    c->mixed = mixed;
    r = passticket_name(ZOS_USERID, user, c->who, err);
    if (r == 0)
        r = passticket_name(ZOS_APPLICATION, application, c->who + 8, err);
    if (r != 0)
        return r;
    hmac(c, c->who, WHO, c->mask);
    return 0;
}

static void coder_done(struct coder *c)
{
    explicit_bzero(c, sizeof(*c));
}

/* The 24 bits that round I (1 to 6) adds to the other half. */
static void round_bits(struct coder *c, unsigned i,
                       const unsigned char half[HALF], unsigned char ret[HALF])
{
    unsigned char in[HALF + 1 + WHO], out[DIGEST];

    memcpy(in, half, HALF);
    in[HALF] = (unsigned char)i;
    memcpy(in + HALF + 1, c->who, WHO);
    hmac(c, in, sizeof(in), out);
    memcpy(ret, out, HALF);
    explicit_bzero(out, sizeof(out));
}

/* N: left and right half, 48 bits in all. */
static uint64_t scramble(struct coder *c, uint64_t n, bool back)
{
    unsigned char left[HALF], right[HALF], bits[HALF], next[HALF];
    unsigned step, i, k;

    for (k = 0; k < HALF; k++) {
        left[k] = (unsigned char)(n >> (40 - 8 * k));
        right[k] = (unsigned char)(n >> (16 - 8 * k));
    }
    for (step = 1; step <= ROUNDS; step++) {
        i = back ? ROUNDS + 1 - step : step;
        round_bits(c, i, back ? left : right, bits);
        for (k = 0; k < HALF; k++)
            next[k] = (back ? right[k] : left[k]) ^ bits[k];
        if (!c->mixed && i % 2 == 1)
            next[0] &= 1;
        memcpy(back ? right : left, back ? left : right, HALF);
        memcpy(back ? left : right, next, HALF);
    }
    n = 0;
    for (k = 0; k < HALF; k++)
        n |= (uint64_t)left[k] << (40 - 8 * k) | (uint64_t)right[k]
                                                     << (16 - 8 * k);
    explicit_bzero(bits, sizeof(bits));
    return n;
}

static uint64_t mask48(const struct coder *c)
{
    uint64_t m = 0;
    int i;

    for (i = 0; i < 6; i++)
        m = m << 8 | c->mask[i];
    return m;
}

int passticket_enhanced(const char *user, const char *application,
                        const unsigned char *key, size_t key_len, bool mixed,
                        int64_t when, char ret[PASSTICKET_LEN + 1],
                        struct error *err)
{
    unsigned base = mixed ? 64 : 36;
    struct coder c;
    uint64_t n;
    int i, r;

    if (when < 0 || when >= (int64_t)1 << 41)
        return error_set(err, ERR_VALUE, "a PassTicket has no such time");
    r = coder_init(&c, user, application, key, key_len, mixed, err);
    if (r != 0)
        return r;
    n = scramble(&c, (uint64_t)when ^ mask48(&c), false);
    if (c.failed)
        r = error_set(err, ERR_CRYPTO, "OpenSSL's HMAC failed");
    for (i = PASSTICKET_LEN; r == 0 && i-- > 0; n /= base)
        ret[i] = digits[n % base];
    if (r == 0)
        ret[PASSTICKET_LEN] = '\0';
    coder_done(&c);
    return r;
}

static bool read_ticket(const char *ticket, bool mixed, uint64_t *ret)
{
    unsigned base = mixed ? 64 : 36;
    const char *p;
    uint64_t n = 0;

    if (strlen(ticket) != PASSTICKET_LEN)
        return false;
    for (; *ticket != '\0'; ticket++) {
        p = strchr(digits, mixed ? *ticket : zos_upper(*ticket));
        if (p == NULL || p - digits >= (int)base)
            return false;
        n = n * base + (uint64_t)(p - digits);
    }
    *ret = n;
    return mixed || n < (uint64_t)1 << 41;
}

/*
 * UPPER: the seven bits that round 1 has masked away were those of the mask
 * over time bits that are zero. A ticket of another key gives times anywhere
 * in 48 bits: more than 41 bits are no time.
 */
int passticket_enhanced_time(const char *user, const char *application,
                             const unsigned char *key, size_t key_len,
                             bool mixed, const char *ticket, int64_t *ret,
                             struct error *err)
{
    const uint64_t top = (uint64_t)0xfe << 40;
    struct coder c;
    uint64_t n;
    int r;

    if (!read_ticket(ticket, mixed, &n))
        return passticket_no_ticket(err);
    r = coder_init(&c, user, application, key, key_len, mixed, err);
    if (r != 0)
        return r;
    n = scramble(&c, n, true) ^ mask48(&c);
    if (!mixed)
        n &= ~top;
    if (c.failed)
        r = error_set(err, ERR_CRYPTO, "OpenSSL's HMAC failed");
    else if ((n & top) != 0)
        r = passticket_other_key(err);
    else
        *ret = (int64_t)n;
    coder_done(&c);
    return r;
}
