#ifndef UTIL_SPELLING_H
#define UTIL_SPELLING_H

/* "Did you mean ...?": the nearest of a set of known words. */

#include <stddef.h>

/*
 * A search goes through the known words one by one:
 *     struct spelling s = spelling_start(found);
 *     for (...) spelling_offer(&s, known[i]);
 *     near = spelling_best(&s);
 * NULL: nothing is near enough to be worth a suggestion.
 */
struct spelling {
    const char *word;
    const char *best;
    unsigned distance;
};

struct spelling spelling_start(const char *word);
void spelling_offer(struct spelling *s, const char *known);
const char *spelling_best(const struct spelling *s);

#endif
