/*
 * The legacy PassTicket: six steps and a time coder of six rounds (RACF
 * Macros and Interfaces, "How the RACF PassTicket generator algorithm works"
 * and "How the time-coder algorithm works").
 */

#include "passticket/passticket.h"

#include <string.h>
#include <openssl/evp.h>

#include "passticket/private.h"
#include "util/bytes.h"

enum { ROUNDS = 6, CHARS = 36, WINDOWS = 8 };

/* Output bit k of a round is input bit [k], counted from 1 at the left. Each
 * of the six is its own inverse, so that they serve both ways. */
static const unsigned char permutations[ROUNDS][16] = {
    {10, 2, 12, 4, 14, 6, 16, 8, 9, 1, 11, 3, 13, 5, 15, 7},
    {1, 10, 3, 12, 13, 16, 7, 15, 9, 2, 11, 4, 5, 14, 8, 6},
    {3, 10, 1, 12, 13, 16, 9, 15, 7, 2, 14, 4, 5, 11, 8, 6},
    {10, 4, 12, 2, 14, 8, 16, 6, 9, 1, 13, 3, 11, 5, 15, 7},
    {4, 10, 12, 1, 8, 16, 14, 5, 9, 2, 13, 3, 11, 7, 15, 6},
    {1, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2},
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* What user, application and key make; all of it is secret. */
struct coder {
    EVP_CIPHER_CTX *des;
    unsigned char pad[12];
    uint32_t r3;
    bool failed;
};

static uint16_t permute(unsigned round, uint16_t in)
{
    uint16_t out = 0;
    unsigned k;

    for (k = 0; k < 16; k++)
        out = (uint16_t)(out << 1 | (in >> (16 - permutations[round][k]) & 1));
    return out;
}

static void des(struct coder *c, unsigned char block[8])
{
    int len;

    if (EVP_EncryptUpdate(c->des, block, &len, block, 8) != 1 || len != 8)
        c->failed = true;
}

/* One DES key three times is single DES; OpenSSL has that one without its
 * legacy provider. */
static bool start_des(struct coder *c, const unsigned char key[PASSTICKET_KEY])
{
    unsigned char triple[3 * PASSTICKET_KEY];
    bool ok;
    int i;

    for (i = 0; i < 3; i++)
        memcpy(triple + i * PASSTICKET_KEY, key, PASSTICKET_KEY);
    c->des = EVP_CIPHER_CTX_new();
    ok = c->des != NULL &&
         EVP_EncryptInit_ex2(c->des, EVP_des_ede3_ecb(), triple, NULL, NULL) ==
             1 &&
         EVP_CIPHER_CTX_set_padding(c->des, 0) == 1;
    explicit_bzero(triple, sizeof(triple));
    return ok;
}

static void coder_done(struct coder *c)
{
    EVP_CIPHER_CTX_free(c->des);
    explicit_bzero(c, sizeof(*c));
}

/* Steps 1 to 3: the user under the key, then with the application. */
static int coder_init(struct coder *c, const char *user,
                      const char *application,
                      const unsigned char key[PASSTICKET_KEY],
                      struct error *err)
{
    unsigned char name[8], block[8], appl[8];
    size_t i, len = strlen(user);
    int r;

    memset(c, 0, sizeof(*c));
    r = passticket_name(ZOS_USERID, user, name, err);
    if (r == 0)
        r = passticket_name(ZOS_APPLICATION, application, appl, err);
    if (r != 0)
        return r;
    if (!start_des(c, key)) {
        coder_done(c);
        return error_set(err, ERR_CRYPTO, "OpenSSL has no triple DES");
    }
    memset(c->pad, 0x55, sizeof(c->pad));
    memcpy(c->pad, name, len);
    memcpy(block, name, 8);
    des(c, block);
    for (i = 0; i < 8; i++)
        block[i] ^= appl[i];
    des(c, block);
    c->r3 = bytes_get32(block);
    explicit_bzero(block, sizeof(block));
    return 0;
}

/* The 16 bits that a round adds to the other half. */
static uint16_t round_bits(struct coder *c, unsigned round, uint16_t half)
{
    unsigned char block[8];
    uint16_t bits;

    bytes_put16(block, half);
    memcpy(block + 2, c->pad + (round % 2 == 0 ? 0 : 6), 6);
    des(c, block);
    bits = bytes_get16(block);
    explicit_bzero(block, sizeof(block));
    return bits;
}

static uint32_t encode_time(struct coder *c, uint32_t r4)
{
    uint16_t left = (uint16_t)(r4 >> 16), right = (uint16_t)r4, next;
    unsigned i;

    for (i = 0; i < ROUNDS; i++) {
        next = permute(i, left ^ round_bits(c, i, right));
        left = right;
        right = next;
    }
    return (uint32_t)left << 16 | right;
}

static uint32_t decode_time(struct coder *c, uint32_t r5)
{
    uint16_t left = (uint16_t)(r5 >> 16), right = (uint16_t)r5, before;
    unsigned i;

    for (i = ROUNDS; i-- > 0;) {
        before = left;
        left = (uint16_t)(permute(i, right) ^ round_bits(c, i, before));
        right = before;
    }
    return (uint32_t)left << 16 | right;
}

/* Window I of eight: six bits, the first two of which are the last two of
 * the window before. */
static unsigned window(uint32_t r5, unsigned i)
{
    uint64_t twice = (uint64_t)r5 << 32 | r5;

    /* bits 31, 32, 1, 2, 3, 4 of a circle of 32 begin at its bit 31 */
    return (unsigned)(twice >> (64 - 30 - 6 - 4 * i) & 63);
}

int passticket_legacy(const char *user, const char *application,
                      const unsigned char key[PASSTICKET_KEY], int64_t when,
                      char ret[PASSTICKET_LEN + 1], struct error *err)
{
    struct coder c;
    uint32_t r5;
    unsigned i;
    int r;

    if (when < 0 || when > UINT32_MAX)
        return error_set(err, ERR_VALUE,
                         "a legacy PassTicket has no such time: only 1970 to "
                         "2106");
    r = coder_init(&c, user, application, key, err);
    if (r != 0)
        return r;
    r5 = encode_time(&c, c.r3 ^ (uint32_t)when);
    if (c.failed)
        r = error_set(err, ERR_CRYPTO, "OpenSSL's DES failed");
    for (i = 0; r == 0 && i < WINDOWS; i++)
        ret[i] = alphabet[window(r5, i) % CHARS];
    if (r == 0)
        ret[WINDOWS] = '\0';
    coder_done(&c);
    return r;
}

/* ---- back to the time ---- */

struct search {
    struct coder *coder;
    unsigned char digit[WINDOWS]; /* of each character in the alphabet */
    int64_t now, best;
    bool found;
};

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

static void try_candidate(struct search *s, uint32_t r5)
{
    int64_t t = decode_time(s->coder, r5) ^ s->coder->r3;

    if (!s->found || distance(t, s->now) < distance(s->best, s->now))
        s->best = t;
    s->found = true;
}

/*
 * Each character stands for one or two values of six bits; windows that
 * overlap must agree. R5 holds what windows before I have fixed, beginning
 * with the two bits 31 and 32 that window 0 starts with.
 */
static void search_from(struct search *s, unsigned i, unsigned first2,
                        unsigned last2, uint32_t bits)
{
    unsigned v;

    if (i == WINDOWS) {
        if (last2 == first2)
            try_candidate(s, bits);
        return;
    }
    for (v = s->digit[i]; v < 64; v += CHARS) {
        if (i > 0 && v >> 4 != last2)
            continue;
        search_from(s, i + 1, i == 0 ? v >> 4 : first2, v & 3,
                    bits << 4 | (v & 15));
    }
}

static bool read_ticket(const char *ticket, unsigned char digit[WINDOWS])
{
    const char *p;
    unsigned i;

    if (strlen(ticket) != WINDOWS)
        return false;
    for (i = 0; i < WINDOWS; i++) {
        p = strchr(alphabet, zos_upper(ticket[i]));
        if (p == NULL)
            return false;
        digit[i] = (unsigned char)(p - alphabet);
    }
    return true;
}

int passticket_legacy_time(const char *user, const char *application,
                           const unsigned char key[PASSTICKET_KEY],
                           const char *ticket, int64_t now, int64_t *ret,
                           struct error *err)
{
    struct search s = {.now = now};
    struct coder c;
    int r;

    if (!read_ticket(ticket, s.digit))
        return passticket_no_ticket(err);
    r = coder_init(&c, user, application, key, err);
    if (r != 0)
        return r;
    s.coder = &c;
    search_from(&s, 0, 0, 0, 0);
    if (c.failed)
        r = error_set(err, ERR_CRYPTO, "OpenSSL's DES failed");
    else if (!s.found)
        r = passticket_other_key(err);
    else
        *ret = s.best;
    coder_done(&c);
    explicit_bzero(&s, sizeof(s));
    return r;
}
