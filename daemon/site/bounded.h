#ifndef SITE_BOUNDED_H
#define SITE_BOUNDED_H

/*
 * Work that may hang, most of all in a file system that does not answer: a
 * thread of its own does it, and nobody waits for it longer than a limit.
 *
 * Any thread may call anything here.
 */

#include "util/source.h"

typedef void (*bounded_fn)(void *arg);

/* This many may hang at once; then nothing else is begun. */
enum { BOUNDED_MAX = 8 };

/*
 * Has WORK done, and waits LIMIT_MS for it. 0: it is done. Otherwise ARG
 * belongs to the thread, which gives it to DROP when it comes back at last, if
 * ever. ERR_LIMIT: it is not done yet. ERR_SYSTEM: it was not begun, and DROP
 * has been called.
 */
int bounded_run(bounded_fn work, bounded_fn drop, void *arg,
                unsigned long limit_ms, struct error *err);

/* source_read() in this way; the text of an error names PATH. */
int bounded_read(const char *path, unsigned long limit_ms, struct source **ret,
                 struct error *err);

/* How many run, those included that nobody waits for any more. */
unsigned bounded_running(void);

#endif
