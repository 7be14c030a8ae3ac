/* Numbers of things, with the noun as it fits. */

#include "util/count.h"

#include <stdio.h>
#include <string.h>

struct counted count_of(unsigned long long n, const char *what)
{
    const char *bar = strchr(what, '|');
    int one = (int)(bar != NULL ? (size_t)(bar - what) : strlen(what));
    struct counted c;

    if (n == 1)
        snprintf(c.text, sizeof(c.text), "1 %.*s", one, what);
    else if (bar != NULL)
        snprintf(c.text, sizeof(c.text), "%llu %s", n, bar + 1);
    else
        snprintf(c.text, sizeof(c.text), "%llu %ss", n, what);
    return c;
}
