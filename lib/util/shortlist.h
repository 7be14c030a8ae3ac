#ifndef UTIL_SHORTLIST_H
#define UTIL_SHORTLIST_H

/*
 * Texts that people are to be told, as a plain value of fixed size: the first
 * 16, as far as there is room for them, and the number of those left out.
 * All zero is the empty list.
 */

#include <stdint.h>

enum { SHORTLIST_MAX = 16, SHORTLIST_ROOM = 768 };

struct shortlist {
    uint16_t count, used; /* texts, and bytes with their NULs */
    uint32_t left;        /* left out: all that came after the first of them */
    char text[SHORTLIST_ROOM];
};

void shortlist_add(struct shortlist *l, const char *text);

/* The text after AT; AT NULL: the first one. NULL: there is none. */
const char *shortlist_next(const struct shortlist *l, const char *at);

#endif
