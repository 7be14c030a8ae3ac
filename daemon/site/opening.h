#ifndef SITE_OPENING_H
#define SITE_OPENING_H

/*
 * What takes too long for an event loop: a few helper threads, which are
 * started when there is work for them, read key rings, key files and tokens.
 * Whoever waits is woken.
 *
 * Any thread may call anything here.
 */

#include <stdbool.h>
#include <stdint.h>

struct openings; /* the threads, and what waits for them */
struct opening;  /* one piece of work; counted */

/* Starts no thread yet. NULL: no memory. */
struct openings *openings_new(void);
/*
 * Ends the threads. What has not begun is told so; nobody is woken any more
 * once this returns. False: after LIMIT_MS a thread still hangs in its work,
 * so that nothing it uses may be freed, the openings neither.
 */
bool openings_stop(struct openings *o, unsigned limit_ms);
void openings_free(struct openings *o); /* stopped; NULL allowed */

/* DROPPED: free what ARG holds, and do nothing else. */
typedef void (*opening_fn)(void *arg, bool dropped);
/* WORK with ARG on a thread. *RET is a reference for the caller. ERR_NOMEM,
 * ERR_SYSTEM (no thread): WORK is not called. */
int opening_begin(struct openings *o, opening_fn work, void *arg,
                  struct opening **ret);
struct opening *opening_ref(struct opening *w);
void opening_unref(struct opening *w);

/* How somebody is woken: on any thread, and only ever to look again. */
struct opening_waiter {
    void (*wake)(void *arg);
    void *arg;
};
/* Once WORK has returned. False: no memory. */
bool opening_wait(struct opening *w, const struct opening_waiter *waiter);
/* The caller itself waits. False: DEADLINE (openings_clock()) came first. */
bool opening_join(struct opening *w, uint64_t deadline);
/* Milliseconds, never backwards. */
uint64_t openings_clock(void);

/* FN is called on one of the threads, every MS, until it says that it need
 * not be any more. */
typedef bool (*openings_tick_fn)(void *arg);
void openings_tick(struct openings *o, openings_tick_fn fn, void *arg,
                   unsigned ms);

#endif
