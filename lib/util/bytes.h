#ifndef UTIL_BYTES_H
#define UTIL_BYTES_H

/*
 * Numbers in network order, the most significant byte first, as protocols have
 * them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strbuf.h"

static inline uint16_t bytes_get16(const unsigned char *from)
{
    return (uint16_t)(from[0] << 8 | from[1]);
}

static inline uint32_t bytes_get32(const unsigned char *from)
{
    return (uint32_t)bytes_get16(from) << 16 | bytes_get16(from + 2);
}

static inline uint64_t bytes_get64(const unsigned char *from)
{
    return (uint64_t)bytes_get32(from) << 32 | bytes_get32(from + 4);
}

static inline void bytes_put16(unsigned char *to, unsigned n)
{
    to[0] = (unsigned char)(n >> 8);
    to[1] = (unsigned char)n;
}

static inline void bytes_put32(unsigned char *to, uint32_t n)
{
    bytes_put16(to, n >> 16);
    bytes_put16(to + 2, n);
}

/* Adds the last COUNT bytes of N, four at most. */
void bytes_add(uint32_t n, int count, struct strbuf *out);

/* What is left to read; BAD once somebody asked for more than there was. */
struct bytes {
    const unsigned char *at;
    size_t left;
    bool bad;
};

/* The next COUNT bytes. NULL: IN has fewer, and is bad now. */
const unsigned char *bytes_take(struct bytes *in, size_t count);

/* The number in the next COUNT bytes, four at most; 0 when IN is bad. */
uint32_t bytes_take_number(struct bytes *in, size_t count);

/* What follows its own length, which has LENGTH_BYTES bytes. Bad when IN is. */
struct bytes bytes_take_vector(struct bytes *in, size_t length_bytes);

#endif
