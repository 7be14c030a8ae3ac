#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

/*
 * The clocks. All but clock_wall() never go backwards, whoever sets the time:
 * they count from some moment that is the same for the whole process.
 */

#include <stdint.h>
#include <time.h>

static inline struct timespec clock_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts;
}

/* Whole seconds, cheaper than the others: a few milliseconds late. */
static inline time_t clock_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return ts.tv_sec;
}

static inline uint64_t clock_ms(void)
{
    struct timespec ts = clock_now();

    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* The same, cheaper: the time of the last tick, some milliseconds ago. */
static inline uint64_t clock_coarse_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static inline uint64_t clock_us(void)
{
    struct timespec ts = clock_now();

    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* Now plus some milliseconds, as conditions of thread_cond_init() take it. */
static inline struct timespec clock_in_ms(uint64_t milliseconds)
{
    struct timespec ts = clock_now();

    ts.tv_nsec += (long)(milliseconds % 1000) * 1000000;
    ts.tv_sec += (time_t)(milliseconds / 1000) + ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    return ts;
}

/* A moment as people here write it, "2026-11-30 20:59:07"; "": it has no such
 * form. */
enum { CLOCK_TEXT = 32 };
static inline const char *clock_text(time_t when, char buf[CLOCK_TEXT])
{
    struct tm tm;

    if (localtime_r(&when, &tm) == NULL ||
        strftime(buf, CLOCK_TEXT, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        buf[0] = '\0';
    return buf;
}

/* What people call the time. */
static inline struct timespec clock_wall(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts;
}

#endif
