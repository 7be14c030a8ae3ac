#ifndef ATTLSD_ENDING_H
#define ATTLSD_ENDING_H

/*
 * The orderly end of a process that always comes: the work is done on a thread
 * of its own, and whoever waits for it never waits longer than the limit,
 * whatever that thread hangs in. A signal that asks again has it hurry.
 */

#include <signal.h>
#include <stdbool.h>

typedef void (*ending_fn)(void *arg);

struct ending {
    ending_fn work;  /* on a thread of its own */
    ending_fn hurry; /* on the caller's: a signal asks again */
    void *arg;
    unsigned long limit_ms; /* for all of it */
};

enum {
    ENDING_HURRY_MS = 1000 /* what is left of the limit once it hurries */
};

/*
 * Does E's work and waits for it. SIGNALS are blocked in all threads; SIGTERM
 * and SIGINT among them ask again: the first one hurries, the next one ends the
 * wait. False: the work is not done, and its thread goes on.
 */
bool ending_wait(const struct ending *e, const sigset_t *signals);

#endif
