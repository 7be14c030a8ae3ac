#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

/* Threads beside the main one, and what they wait for. */

#include <pthread.h>

/*
 * Starts RUN with ARG. No signal is delivered to that thread, from its first
 * moment on: they are the main thread's. 0, or an errno.
 */
int thread_start(pthread_t *ret, void *(*run)(void *arg), void *arg);

/* A condition whose timed waits go by clock.h: whoever sets the clock makes
 * none longer or shorter. */
void thread_cond_init(pthread_cond_t *cond);

#endif
