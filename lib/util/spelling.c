/* Edit distance, and the nearest of the known words. */

#include "util/spelling.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "util/testing.h"

enum { WORD_MAX = 64, FAR = 1000 };

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

unsigned spelling_distance(const char *a, const char *b)
{
    unsigned row[WORD_MAX + 1], left, corner, old;
    size_t la = strlen(a), lb = strlen(b), i, j;

    if (la > WORD_MAX || lb > WORD_MAX)
        return FAR;
    for (j = 0; j <= lb; j++)
        row[j] = (unsigned)j;
    for (i = 1; i <= la; i++) {
        corner = row[0];
        row[0] = left = (unsigned)i;
        for (j = 1; j <= lb; j++) {
            old = row[j];
            left = least(old + 1, left + 1,
                         corner + (tolower((unsigned char)a[i - 1]) !=
                                   tolower((unsigned char)b[j - 1])));
            row[j] = left;
            corner = old;
        }
    }
    return row[lb];
}

struct spelling spelling_start(const char *word)
{
    struct spelling s = {word, NULL, FAR, false};

    return s;
}

/* One slip in a short word, and one more for every four letters. */
static size_t near_enough(size_t len)
{
    return 1 + len / 4;
}

bool spelling_other_number(const char *a, const char *b)
{
    if (strcasecmp(a, b) == 0)
        return false;
    for (;; a++, b++) {
        while (isdigit((unsigned char)*a))
            a++;
        while (isdigit((unsigned char)*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (*a == '\0')
            return true;
    }
}

void spelling_offer(struct spelling *s, const char *known)
{
    size_t a = strlen(s->word), b = strlen(known);
    unsigned d;

    /* Most words need not be looked at. */
    if ((a > b ? a - b : b - a) > near_enough(a))
        return;
    s->series = s->series || (a == b && spelling_other_number(s->word, known));
    d = spelling_distance(s->word, known);

    /* Of two that are equally near it takes the longer one: people leave
     * letters out more often than they type too many. */
    if (d < s->distance || (d == s->distance && s->best != NULL &&
                            strlen(known) > strlen(s->best))) {
        s->distance = d;
        s->best = known;
    }
}

const char *spelling_best(const struct spelling *s)
{
    return !s->series && s->distance <= near_enough(strlen(s->word)) ? s->best
                                                                     : NULL;
}
