#ifndef UTIL_SPELLING_H
#define UTIL_SPELLING_H

/* "Did you mean ...?": the nearest of a set of known words. */

#include <stdbool.h>
#include <stddef.h>

/* Two names of a series: "portR1" and "portR12", the same but for digits. One
 * is no slip for the other. */
bool spelling_other_number(const char *a, const char *b);

/* How many letters to change, add or leave out, case ignored; words over 64
 * bytes are far. */
unsigned spelling_distance(const char *a, const char *b);

/*
 * A search goes through the known words one by one:
 *     struct spelling s = spelling_start(found);
 *     for (...) spelling_offer(&s, known[i]);
 *     near = spelling_best(&s);
 * NULL: nothing is near enough to be worth a suggestion, or the word is one
 * more of a series ("TLSv1.4"), which no other is meant by.
 */
struct spelling {
    const char *word;
    const char *best;
    unsigned distance;
    bool series; /* a known word is the same but for digits, and as long */
};

struct spelling spelling_start(const char *word);
void spelling_offer(struct spelling *s, const char *known);
const char *spelling_best(const struct spelling *s);

#endif
