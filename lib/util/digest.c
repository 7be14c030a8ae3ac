/* SHA-256; the names of the steps are those of FIPS 180-4, section 6.2. */

#include "util/digest.h"

#include <string.h>

#include "util/testing.h"

/* The first 32 bits of the fractions of the cube roots of the first 64
 * primes. */
static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* The message schedule. */
static void expand(const unsigned char *p, uint32_t w[64])
{
    unsigned i;

    for (i = 0; i < 16; i++, p += 4)
        w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
               (uint32_t)p[2] << 8 | p[3];
    for (; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];

        w[i] = (rotr(y, 17) ^ rotr(y, 19) ^ y >> 10) + w[i - 7] +
               (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) + w[i - 16];
    }
}

/* One round: what becomes of D and H; the others only change their names. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                       \
    do {                                                                       \
        uint32_t t1 = (h) + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +         \
                      (((e) & (f)) ^ (~(e) & (g))) + k[i] + w[i];              \
        uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +               \
                      (((a) & (b)) ^ ((a) & (c)) ^ ((b) & (c)));               \
        (d) += t1;                                                             \
        (h) = t1 + t2;                                                         \
    } while (0)

static void add_block(uint32_t state[8], const unsigned char *p)
{
    uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3],
                    e = state[4], f = state[5], g = state[6], h = state[7];
    unsigned i;

    expand(p, w);
    for (i = 0; i < 64; i += 8) {
        ROUND(a, b, c, d, e, f, g, h, i);
        ROUND(h, a, b, c, d, e, f, g, i + 1);
        ROUND(g, h, a, b, c, d, e, f, i + 2);
        ROUND(f, g, h, a, b, c, d, e, i + 3);
        ROUND(e, f, g, h, a, b, c, d, i + 4);
        ROUND(d, e, f, g, h, a, b, c, i + 5);
        ROUND(c, d, e, f, g, h, a, b, i + 6);
        ROUND(b, c, d, e, f, g, h, a, i + 7);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void digest_begin(struct digest_state *d)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                      0xa54ff53a, 0x510e527f, 0x9b05688c,
                                      0x1f83d9ab, 0x5be0cd19};

    memcpy(d->h, first, sizeof(first));
    d->length = 0;
}

void digest_add(struct digest_state *d, const void *data, size_t len)
{
    const unsigned char *p = data;
    size_t used = d->length % DIGEST_BLOCK, n;

    d->length += len;
    while (len != 0) {
        n = DIGEST_BLOCK - used < len ? DIGEST_BLOCK - used : len;
        memcpy(d->block + used, p, n);
        used += n;
        p += n;
        len -= n;
        if (used == DIGEST_BLOCK) {
            add_block(d->h, d->block);
            used = 0;
        }
    }
}

struct digest digest_end(struct digest_state *d)
{
    static const unsigned char padding[DIGEST_BLOCK] = {0x80};
    uint64_t bits = d->length * 8;
    size_t used = d->length % DIGEST_BLOCK;
    struct digest ret;
    unsigned char length[8];
    unsigned i;

    for (i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (56 - 8 * i));
    digest_add(d, padding, (used < 56 ? 56 : 120) - used);
    digest_add(d, length, sizeof(length));
    for (i = 0; i < DIGEST_SIZE; i++)
        ret.byte[i] = (unsigned char)(d->h[i / 4] >> (24 - 8 * (i % 4)));
    explicit_bzero(d, sizeof(*d));
    return ret;
}

bool digest_same(const struct digest *a, const struct digest *b)
{
    return memcmp(a->byte, b->byte, DIGEST_SIZE) == 0;
}

void digest_add_number(struct digest_state *d, uint64_t n)
{
    unsigned char bytes[10];
    size_t len = 0;

    for (; n >= 0x80; n >>= 7)
        bytes[len++] = (unsigned char)(n | 0x80);
    bytes[len++] = (unsigned char)n;
    digest_add(d, bytes, len);
}

void digest_add_text(struct digest_state *d, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;

    digest_add_number(d, text != NULL ? len + 1 : 0);
    digest_add(d, text, len);
}
