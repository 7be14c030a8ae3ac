#ifndef RELAY_METRICS_H
#define RELAY_METRICS_H

/*
 * Counters, one row each in counters.def. One thread adds, any thread reads:
 * there is no lock and no locked instruction.
 */

#include <stdatomic.h>
#include <stdint.h>

enum counter {
#define COUNTER(id, name, unit, help) COUNTER_##id,
#include "relay/counters.def"
    COUNTER_COUNT
};

struct metrics {
    _Atomic uint64_t value[COUNTER_COUNT];
};

struct counter_info {
    const char *name, *unit, *help;
};

static inline void metrics_add(struct metrics *m, enum counter c, uint64_t n)
{
    uint64_t old = atomic_load_explicit(&m->value[c], memory_order_relaxed);

    atomic_store_explicit(&m->value[c], old + n, memory_order_relaxed);
}

static inline uint64_t metrics_get(const struct metrics *m, enum counter c)
{
    return atomic_load_explicit(&m->value[c], memory_order_relaxed);
}

struct counter_info counter_info(enum counter c);

#endif
