/* See descriptors.h. */

#include "relay/descriptors.h"

#include <limits.h>
#include <sys/resource.h>

#include "relay/testing.h"

enum {
    KEPT = 192,        /* two for each caller of the console, and files */
    OWN = 64,          /* listeners, loops, log, netlink */
    ENOUGH = 1u << 20, /* a table that is full costs the kernel memory */
    MORE = 4           /* a quarter of a small table is kept */
};

/* Written once, before there are threads. */
static unsigned long last = ULONG_MAX, for_runs;

unsigned long descriptors_kept(unsigned long limit)
{
    return limit / MORE < KEPT ? limit / MORE : KEPT;
}

/* For connections and attls-run. */
static unsigned long room(void)
{
    return last > 2 * OWN ? last - OWN : OWN;
}

void descriptors_begin(bool runs)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return;
    if (l.rlim_cur < ENOUGH) {
        l.rlim_cur = l.rlim_max < ENOUGH ? l.rlim_max : ENOUGH;
        (void)setrlimit(RLIMIT_NOFILE, &l);
    }
    last = l.rlim_cur - descriptors_kept(l.rlim_cur);
    for_runs = runs ? room() / MORE : 0;
}

bool descriptors_is_kept(int fd)
{
    return fd >= 0 && (unsigned long)fd >= last;
}

unsigned long descriptors_connections(void)
{
    return last == ULONG_MAX ? ULONG_MAX : (room() - for_runs) / 2;
}

unsigned long descriptors_runs(void)
{
    return last == ULONG_MAX ? ULONG_MAX : for_runs;
}
