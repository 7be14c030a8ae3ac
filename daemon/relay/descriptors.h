#ifndef RELAY_DESCRIPTORS_H
#define RELAY_DESCRIPTORS_H

/*
 * The process's table of descriptors. Some of it are kept for the console and
 * for files: whoever makes a descriptor for a connection gives it back when it
 * is one of those. The kernel gives the lowest number that is free, so a high
 * number says that all below are in use, and no call is needed to ask.
 */

#include <stdbool.h>

/* The limit becomes the highest that is allowed, and the last of what there is
 * are kept from now on; once, before other threads. Without it none are kept.
 * RUNS: a quarter of the others is for attls-run.
 */
void descriptors_begin(bool runs);
/* FD is one of those that are kept. */
bool descriptors_is_kept(int fd);
/* For so many connections, of two sockets each, there are some. */
unsigned long descriptors_connections(void);
/* For so many calls of attls-run. */
unsigned long descriptors_runs(void);

#endif
