#ifndef TRACE_PRIVATE_H
#define TRACE_PRIVATE_H

/* What tests look at inside this room; not for others. */

#include "trace/sink.h"

/* To the socket at PATH. */
int sink_syslog_open_at(const char *path, struct sink **ret, struct error *err);
int sink_journal_open_at(const char *path, struct sink **ret,
                         struct error *err);

#endif
