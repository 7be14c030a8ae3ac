/* Look-up in the tables of cipher suites, curves and signature pairs. */

#include "policy/ciphers.h"

#include <stdlib.h>
#include <strings.h>

#include "policy/testing.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* One hexadecimal digit of a constant, as a constant. */
#define HEX(c, shift)                                                          \
    ((char)((((c) >> (shift)) & 15) < 10                                       \
                ? '0' + (((c) >> (shift)) & 15)                                \
                : 'A' - 10 + (((c) >> (shift)) & 15)))
/* clang-format off */
#define HEX4(c) {HEX(c, 12), HEX(c, 8), HEX(c, 4), HEX(c, 0), '\0'}
#define DEC4(n)                                                                \
    {'0' + (n) / 1000 % 10, '0' + (n) / 100 % 10, '0' + (n) / 10 % 10,         \
     '0' + (n) % 10, '\0'}
/* clang-format on */

#define CIPHER(code, name, openssl, key, pfs, low, high, weak)                 \
    {code, HEX4(code), name, openssl, CIPHER_KEY_##key, pfs, low, high, weak},
static const struct cipher ciphers[] = {
#include "policy/ciphers.def"
};

#define CURVE(id, name, openssl, nid, bits)                                    \
    {id, DEC4(id), name, openssl, nid, bits},
static const struct curve curves[] = {
#include "policy/curves.def"
};

#define SIGPAIR(id, name, openssl) {id, HEX4(id), name, openssl},
static const struct sigpair sigpairs[] = {
#include "policy/sigpairs.def"
};

static int compare_cipher(const void *key, const void *row)
{
    return *(const uint16_t *)key - ((const struct cipher *)row)->code;
}

const struct cipher *cipher_by_code(uint16_t code)
{
    return bsearch(&code, ciphers, LENGTH(ciphers), sizeof(ciphers[0]),
                   compare_cipher);
}

const struct cipher *cipher_by_name(const char *name)
{
    size_t i;

    for (i = 0; i < LENGTH(ciphers); i++)
        if (strcasecmp(ciphers[i].name, name) == 0)
            return &ciphers[i];
    return NULL;
}

size_t cipher_count(void)
{
    return LENGTH(ciphers);
}

const struct cipher *cipher_get(size_t i)
{
    return &ciphers[i];
}

const struct curve *curve_by_id(uint16_t id)
{
    size_t i;

    for (i = 0; i < LENGTH(curves); i++)
        if (curves[i].id == id)
            return &curves[i];
    return NULL;
}

const struct curve *curve_by_name(const char *name)
{
    size_t i;

    for (i = 0; i < LENGTH(curves); i++)
        if (strcasecmp(curves[i].name, name) == 0)
            return &curves[i];
    return NULL;
}

size_t curve_count(void)
{
    return LENGTH(curves);
}

const struct curve *curve_get(size_t i)
{
    return &curves[i];
}

const struct sigpair *sigpair_by_id(uint16_t id)
{
    size_t i;

    for (i = 0; i < LENGTH(sigpairs); i++)
        if (sigpairs[i].id == id)
            return &sigpairs[i];
    return NULL;
}

const struct sigpair *sigpair_by_name(const char *name)
{
    size_t i;

    for (i = 0; i < LENGTH(sigpairs); i++)
        if (strcasecmp(sigpairs[i].name, name) == 0)
            return &sigpairs[i];
    return NULL;
}

size_t sigpair_count(void)
{
    return LENGTH(sigpairs);
}

const struct sigpair *sigpair_get(size_t i)
{
    return &sigpairs[i];
}
