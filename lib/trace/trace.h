#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

/*
 * Where lines go. A trace owns its sinks and one writer thread: the caller's
 * thread formats a record and queues it; a sink that blocks or a full disk
 * never delays a connection. When the queue is full records are dropped and
 * counted, and the count is logged as soon as there is room.
 *
 * Any thread may write. Two voices, never mixed: EZD and EZZ lines
 * (trace/ezd.h), exact to the letter, and the daemon's own remarks.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct trace;
struct sink; /* trace/sink.h */

/* RFC 5424 section 6.2.1 */
enum trace_priority {
    TRACE_ERR = 3,
    TRACE_WARNING = 4,
    TRACE_NOTICE = 5,
    TRACE_INFO = 6,
    TRACE_DEBUG = 7
};

enum trace_facility { TRACE_DAEMON, TRACE_AUTH };

/* STACK is the TCP/IP job name that stands in each record. ERR_*. */
int trace_new(const char *stack, struct trace **ret, struct error *err);
/* Takes the sink. Before trace_start() only. */
int trace_add_sink(struct trace *t, struct sink *s, struct error *err);
/* Starts the writer thread (after daemon() and setuid). Records written
 * earlier wait in the queue. */
int trace_start(struct trace *t, struct error *err);
/* Writes what is queued (for at most a second), ends the thread, frees the
 * sinks. NULL allowed. */
void trace_free(struct trace *t);
/* Writes what is queued, as trace_free(), and frees nothing: other threads may
 * go on to hand in what nobody writes. */
void trace_stop(struct trace *t);
/* Asks sinks that keep a file open to open it again (SIGHUP). */
void trace_reopen(struct trace *t);
/* Records dropped since the start. */
unsigned long trace_lost(const struct trace *t);

/* One remark of the daemon's own: key=value words, connection id first where
 * there is one. No newline. */
void trace_remark(struct trace *t, enum trace_priority priority,
                  const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
