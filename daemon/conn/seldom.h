#ifndef CONN_SELDOM_H
#define CONN_SELDOM_H

/*
 * What may be done once a minute for each of many keys: a line about clear
 * text, a look for the rule that came nearest. There is room for SELDOM_KEYS
 * keys of a minute, and what finds no room may not: so it is done at most that
 * often a minute, whatever arrives, and a question costs a few comparisons.
 *
 * Any thread may ask.
 */

#include <stdbool.h>
#include <stdint.h>

enum { SELDOM_KEYS = 512, SELDOM_MS = 60000 };

struct seldom;

struct seldom *seldom_new(void); /* NULL: no memory */
void seldom_free(struct seldom *s);
/* KEY is a hash; NOW is in milliseconds. True: it may, and not again before a
 * minute has passed. S NULL: never. */
bool seldom_may(struct seldom *s, uint64_t key, uint64_t now);

#endif
