#ifndef WORKER_TARGET_CHECK_H
#define WORKER_TARGET_CHECK_H

/*
 * Looks again and again whether a listener's target accepts connections: each
 * of its addresses is connected to, one after the other, until one answers, and
 * the connection is closed at once, in order. Everything happens on the thread
 * of the event base.
 */

#include <event2/event.h>

#include "conn/intercepted.h"

struct target_check;

/* After each look. ERROR: 0, it accepts; or the errno of its last address. A
 * look for which the process has no descriptor or memory says nothing. */
typedef void (*target_check_fn)(void *arg, int error);

/* The first look is at the base's next turn, the next ones L->dial_check
 * seconds after the one before. L and HOST must outlive it. ERR_NOMEM. */
int target_check_start(struct event_base *base, const struct config_listener *l,
                       struct intercept_host *host, target_check_fn fn,
                       void *arg, struct target_check **ret, struct error *err);
void target_check_stop(struct target_check *c); /* NULL allowed */

#endif
