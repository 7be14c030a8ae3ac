#ifndef TRACE_SINK_DGRAM_H
#define TRACE_SINK_DGRAM_H

/*
 * Inside lib/trace: a sink that sends each record as one datagram to a daemon's
 * unix socket. It connects again when that daemon was restarted; a full queue
 * costs the record after half a second.
 */

#include "trace/sink.h"
#include "util/strbuf.h"

/* The whole datagram of a record. */
typedef void (*dgram_compose_fn)(const struct trace_record *r,
                                 struct strbuf *out);

/* NAME is the sink's word in the configuration. ERR_NOT_FOUND: nobody
 * listens at PATH; ERR_NOMEM. */
int sink_dgram_open(const char *name, const char *path,
                    dgram_compose_fn compose, struct sink **ret,
                    struct error *err);

#endif
