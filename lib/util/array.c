/* Growing arrays. */

#include "util/array.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 4 };

/* Room follows from the count: 4, 8, 16 ... elements. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= SMALLEST && (n & (n - 1)) == 0);
}

/* A pointer to any object has the form of a void *, though not its type:
 * hence memcpy(). */
void *array_add(void *array, size_t *n, size_t size)
{
    size_t room = *n == 0 ? SMALLEST : 2 * *n;
    char *p;

    memcpy(&p, array, sizeof(p));
    if (is_full(*n)) {
        p = reallocarray(p, room, size);
        if (p == NULL)
            return NULL;
        memcpy(array, &p, sizeof(p));
    }
    p += (*n)++ * size;
    memset(p, 0, size);
    return p;
}
