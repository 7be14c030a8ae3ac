#ifndef SUPPORT_DOOR_H
#define SUPPORT_DOOR_H

/* A door: who comes to it waits until it is opened, once for a test. */

/* On any thread. */
void door_pass(void);
/* Until N have come. */
void door_await(unsigned n);
void door_open(void);

#endif
