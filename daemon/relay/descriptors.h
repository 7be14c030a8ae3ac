#ifndef RELAY_DESCRIPTORS_H
#define RELAY_DESCRIPTORS_H

/*
 * The process's table of descriptors. Its last numbers are kept for the console
 * and for files: whoever makes a descriptor for a connection gives it back when
 * it is one of those. The kernel gives the lowest number that is free, so a
 * high number says that all below are in use, and no call is needed to ask.
 */

#include <stdbool.h>

/* The limit becomes the highest that is allowed, and the last of what there is
 * are kept from now on; once, before other threads. Without it none are kept.
 * RUNS: a quarter of the others is for attls-run.
 */
void descriptors_begin(bool runs);
/* FD is one of those that are kept. */
bool descriptors_is_kept(int fd);
/* The number of connections, of two sockets each, that the table has room
 * for. */
unsigned long descriptors_connections(void);
/* The number of calls of attls-run that the table has room for. */
unsigned long descriptors_runs(void);

#endif
