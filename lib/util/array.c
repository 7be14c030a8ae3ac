/* Growing arrays. */

#include "util/array.h"

#include <stdlib.h>
#include <string.h>

/* A pointer to any object has the form of a void *, though not its type:
 * hence memcpy(). */
void *array_add(void *array, size_t *n, size_t size)
{
    char *p;

    memcpy(&p, array, sizeof(p));
    p = realloc(p, (*n + 1) * size);
    if (p == NULL)
        return NULL;
    memcpy(array, &p, sizeof(p));
    p += (*n)++ * size;
    memset(p, 0, size);
    return p;
}
