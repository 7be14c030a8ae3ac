/* The names of the counters; counting itself is in the header. */

#include "relay/metrics.h"

struct counter_info counter_info(enum counter c)
{
    static const struct counter_info info[] = {
#define COUNTER(id, name, unit, help) {name, unit, help},
#include "relay/counters.def"
    };

    return info[c];
}
