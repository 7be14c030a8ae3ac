#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

/*
 * SHA-256 (FIPS 180-4): 32 bytes that stand for a text of any length. Nobody
 * can make two texts with the same digest, so equal digests mean equal texts.
 *
 * OpenSSL has it too. Here it depends on nothing: a policy is read before
 * OpenSSL is started, by programs that never start it, and a digest that
 * can't fail needs no path for its failure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32, DIGEST_BLOCK = 64 };

struct digest {
    unsigned char byte[DIGEST_SIZE];
};

/* A digest that is being made. */
struct digest_state {
    uint32_t h[DIGEST_SIZE / 4];
    uint64_t length;                   /* bytes so far */
    unsigned char block[DIGEST_BLOCK]; /* those that wait for their block */
};

void digest_begin(struct digest_state *d);
/* Wipes D. */
struct digest digest_end(struct digest_state *d);

bool digest_same(const struct digest *a, const struct digest *b);

/*
 * Items of a list, of which no two lists make the same bytes: each byte of a
 * number but the last has its highest bit set, and a text (NULL allowed, and
 * unlike "") comes after its length.
 */
void digest_add_number(struct digest_state *d, uint64_t n);
void digest_add_text(struct digest_state *d, const char *text);

#endif
