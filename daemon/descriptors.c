/* See descriptors.h. */

#include "daemon/descriptors.h"

#include <limits.h>
#include <sys/resource.h>

enum {
    KEPT = 192,        /* two for each caller of the console, and files */
    OWN = 64,          /* listeners, loops, log, netlink */
    ENOUGH = 1u << 20, /* a table that is full costs the kernel memory */
    MORE = 4           /* a quarter of a small table is kept */
};

/* Written once, before there are threads. */
static unsigned long last = ULONG_MAX;

unsigned long descriptors_kept(unsigned long limit)
{
    return limit / MORE < KEPT ? limit / MORE : KEPT;
}

void descriptors_begin(void)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return;
    if (l.rlim_cur < ENOUGH) {
        l.rlim_cur = l.rlim_max < ENOUGH ? l.rlim_max : ENOUGH;
        (void)setrlimit(RLIMIT_NOFILE, &l);
    }
    last = l.rlim_cur - descriptors_kept(l.rlim_cur);
}

bool descriptors_is_kept(int fd)
{
    return fd >= 0 && (unsigned long)fd >= last;
}

unsigned long descriptors_connections(void)
{
    if (last == ULONG_MAX)
        return ULONG_MAX;
    return last > 2 * OWN ? (last - OWN) / 2 : OWN / 2;
}
