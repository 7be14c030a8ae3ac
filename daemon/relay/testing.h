#ifndef RELAY_TESTING_H
#define RELAY_TESTING_H

/* Parts that tests look at by themselves; not for others. */

#include "relay/endpoint.h"

/* How many descriptors of all are not closed yet (closer.c). */
unsigned long closer_waiting(void);

/* How many are kept, of LIMIT (descriptors.c). */
unsigned long descriptors_kept(unsigned long limit);

/* Takes FD (also when it fails), any socket. ERR_SYSTEM, ERR_NOMEM. */
int endpoint_open(struct endpoint *e, struct event_base *base, int fd,
                  struct error *err);

/* No longer in doubt: what is there can be read. */
void endpoint_resolve(struct endpoint *e);

/* TICKETS become UNSENT: they go without data, with the next flush. */
void endpoint_hurry(struct endpoint *e);

#endif
